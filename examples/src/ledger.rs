//! Opening the ledger that the settings name.

use sync_core::ledger::{MemoryLedger, SharedLedger};
use sync_ledger_sqlite::SqliteLedger;

use crate::exit::Failure;
use crate::settings::LedgerUrl;

/// Opens the ledger.
///
/// # Errors
/// When it can't be used; the message names the file, which was left as it was.
pub fn open(url: &LedgerUrl) -> Result<SharedLedger, Failure> {
    match url {
        LedgerUrl::Memory => Ok(SharedLedger::new(MemoryLedger::new())),
        LedgerUrl::Sqlite(path) => SqliteLedger::open(path)
            .map(SharedLedger::new)
            .map_err(|error| Failure::failed(error.to_string())),
    }
}

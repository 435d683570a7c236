//! Opening the ledger that the settings name.

use secrecy::ExposeSecret;
use sync_core::ledger::{MemoryLedger, SharedLedger};
use sync_ledger_postgres::{PostgresError, PostgresLedger};
use sync_ledger_sqlite::SqliteLedger;

use crate::exit::Failure;
use crate::settings::LedgerUrl;

/// Opens the ledger.
///
/// # Errors
/// When it can't be used; the message names the file or the server, which was left as it was.
pub async fn open(url: &LedgerUrl) -> Result<SharedLedger, Failure> {
    match url {
        LedgerUrl::Memory => Ok(SharedLedger::new(MemoryLedger::new())),
        LedgerUrl::Sqlite(path) => SqliteLedger::open(path)
            .map(SharedLedger::new)
            .map_err(|error| Failure::failed(error.to_string())),
        LedgerUrl::Postgres(url) => PostgresLedger::connect(url.expose_secret())
            .await
            .map(SharedLedger::new)
            .map_err(|error| match error {
                PostgresError::Address => Failure::usage(error.to_string()),
                _ => Failure::failed(error.to_string()),
            }),
        #[cfg(feature = "mongodb")]
        LedgerUrl::Mongo(url) => sync_ledger_mongodb::MongoLedger::connect(url.expose_secret())
            .await
            .map(SharedLedger::new)
            .map_err(|error| Failure::failed(error.to_string())),
    }
}

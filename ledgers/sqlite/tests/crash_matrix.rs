//! The engine on SQLite, stopped before and after every single effect; the file is closed and opened again after each crash.
#![allow(clippy::unwrap_used, missing_docs)]

use sync_core::conformance::crash_matrix;
use sync_ledger_sqlite::SqliteLedger;

#[test]
fn every_crash_is_survived() {
    let folder = tempfile::tempdir().unwrap();
    let open = async |store: &str| SqliteLedger::open(folder.path().join(store));
    let report = futures_executor::block_on(crash_matrix(open));
    println!("{report}");
    report.assert_settled();
}

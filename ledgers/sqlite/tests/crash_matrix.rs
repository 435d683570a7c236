//! The engine on SQLite, stopped before and after every single effect; the file is closed and opened again after each crash.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::io::Write;
use sync_core::conformance::crash_matrix;
use sync_ledger_sqlite::SqliteLedger;

#[test]
fn every_crash_is_survived() {
    // Thousands of commits: in memory where the system has a file system for that. It proves the end of the process; a power
    // cut needs the disk, and other tests.
    let memory = std::path::Path::new("/dev/shm");
    let folder = match memory.is_dir() {
        true => tempfile::tempdir_in(memory).unwrap(),
        false => tempfile::tempdir().unwrap(),
    };
    let open = async |store: &str| SqliteLedger::open(folder.path().join(store));
    let report = futures_executor::block_on(crash_matrix(open));
    // Past the test runner, which keeps what passing tests print to itself.
    let _ = write!(std::io::stderr(), "{report}");
    report.assert_settled();
}

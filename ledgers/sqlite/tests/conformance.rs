//! The SQLite ledger keeps every promise of the ledger trait.
#![allow(clippy::unwrap_used, missing_docs)]

use sync_core::conformance::{Verdict, check};
use sync_ledger_sqlite::SqliteLedger;

#[test]
fn it_keeps_its_promises() {
    let folder = tempfile::tempdir().unwrap();
    let open = async |store: &str| SqliteLedger::open(folder.path().join(store));
    let report = futures_executor::block_on(check(open));
    report.assert_conformant();
    let all_asked = report
        .outcomes
        .iter()
        .all(|outcome| outcome.verdict == Verdict::Passed);
    assert!(all_asked, "{report}");
}

//! The SQLite ledger keeps every promise of the ledger trait.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::env;

use futures_executor::block_on;
use sync_core::conformance::{Report, Verdict, check, check_parallel, is_child, same_test};
use sync_ledger_sqlite::SqliteLedger;

fn assert_all_passed(report: &Report) {
    println!("{report}");
    report.assert_conformant();
    let all_passed = report
        .outcomes
        .iter()
        .all(|outcome| outcome.verdict == Verdict::Passed);
    assert!(all_passed, "{report}");
}

#[test]
fn it_keeps_its_promises() {
    let folder = tempfile::tempdir().unwrap();
    let open = async |store: &str| SqliteLedger::open(folder.path().join(store));
    assert_all_passed(&block_on(check(open)));
}

#[test]
fn it_keeps_its_promises_to_several_threads_and_processes() {
    const PLACE: &str = "TEST_SQLITE_FOLDER";
    let folder = tempfile::tempdir().unwrap();
    let place = env::var_os(PLACE).map_or_else(|| folder.path().to_owned(), Into::into);
    let open = async |store: &str| SqliteLedger::open(place.join(store));
    if is_child(&open, |work| block_on(work)) {
        return;
    }
    let child = || {
        let mut command = same_test("it_keeps_its_promises_to_several_threads_and_processes");
        command.env(PLACE, &place);
        command
    };
    assert_all_passed(&check_parallel(&open, |work| block_on(work), child));
}

//! The engine is stopped before and after every single effect, and ends where it would have ended anyway.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::convert::Infallible;
use std::io::Write;

use futures_executor::block_on;
use sync_core::conformance::crash_matrix;
use sync_core::ledger::MemoryLedger;

#[test]
fn on_the_ledger_in_memory() {
    let open = async |_: &str| Ok::<_, Infallible>(MemoryLedger::new());
    let report = block_on(crash_matrix(open));
    // Past the test runner, which keeps what passing tests print to itself.
    let _ = write!(std::io::stderr(), "{report}");
    report.assert_settled();
    assert!(
        report.crash_points() > 1000,
        "the scenarios have become small"
    );
}

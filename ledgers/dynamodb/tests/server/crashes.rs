//! The engine on DynamoDB, stopped before and after every single effect; the connections are closed and made anew after each crash.

use std::io::Write;
use sync_core::conformance::{crash_matrix, crash_matrix_of};

use crate::Server;

/// An emulator in Python takes hours for all scenarios.
const SCENARIOS: [&str; 5] = [
    "first-sync",
    "refused-item",
    "was-there-already",
    "lease-takeover-before-sending",
    "multi-sport-session",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_crash_is_survived() {
    let Some(server) = Server::named() else {
        return;
    };
    let open = async |store: &str| server.open(store).await;
    let report = match std::env::var_os("TEST_DYNAMODB_ALL_CRASHES") {
        Some(_) => crash_matrix(open).await,
        None => crash_matrix_of(&SCENARIOS, open).await,
    };
    // Past the test runner, which keeps what passing tests print to itself.
    let _ = write!(std::io::stderr(), "{report}");
    report.assert_settled();
    server.clean_up().await;
}

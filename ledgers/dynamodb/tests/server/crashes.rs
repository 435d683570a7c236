//! The engine on DynamoDB, stopped before and after every single effect; the connections are closed and made anew after each crash.

use std::io::Write;
use sync_core::conformance::{crash_matrix, crash_matrix_of};

use crate::Server;

/// Those of a usual test run. An emulator in Python takes hours for all scenarios, and minutes for five.
const FEW: [&str; 2] = ["refused-item", "lease-takeover-before-sending"];
/// `TEST_DYNAMODB_CRASHES=five` plays these, `TEST_DYNAMODB_CRASHES=all` every scenario.
const FIVE: [&str; 5] = [
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
    let asked = std::env::var("TEST_DYNAMODB_CRASHES").unwrap_or_default();
    let report = match asked.as_str() {
        "all" => crash_matrix(open).await,
        "five" => crash_matrix_of(&FIVE, open).await,
        _ => crash_matrix_of(&FEW, open).await,
    };
    // Past the test runner, which keeps what passing tests print to itself.
    let _ = write!(std::io::stderr(), "{report}");
    report.assert_settled();
    server.clean_up().await;
}

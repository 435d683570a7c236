//! The engine on MongoDB, stopped before and after every single effect; the connections are closed
//! and made anew after each crash.

use std::io::Write;

use sync_core::conformance::{crash_matrix, crash_matrix_of};

use crate::Server;

/// Those of a usual test run on the stand-in, which takes hours for all scenarios.
const FEW: [&str; 2] = ["refused-item", "lease-takeover-before-sending"];
/// `TEST_MONGODB_CRASHES=five` plays these, `TEST_MONGODB_CRASHES=all` every scenario, as a real
/// server does by itself.
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
    let asked = std::env::var("TEST_MONGODB_CRASHES").unwrap_or_default();
    let report = match asked.as_str() {
        "five" => crash_matrix_of(&FIVE, open).await,
        "" if server.is_stand_in().await => crash_matrix_of(&FEW, open).await,
        _ => crash_matrix(open).await,
    };
    // Past the test runner, which keeps what passing tests print to itself.
    let _ = write!(std::io::stderr(), "{report}");
    report.assert_settled();
    server.clean_up().await;
}

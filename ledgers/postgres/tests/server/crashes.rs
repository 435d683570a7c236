//! The engine on PostgreSQL, stopped before and after every single effect; the connection is closed
//! and made anew after each crash.

use std::io::Write;
use sync_core::conformance::crash_matrix;

use crate::Server;

#[tokio::test(flavor = "multi_thread")]
async fn every_crash_is_survived() {
    let Some(server) = Server::named() else {
        return;
    };
    let report = crash_matrix(async |store: &str| server.open(store).await).await;
    // Past the test runner, which keeps what passing tests print to itself.
    let _ = write!(std::io::stderr(), "{report}");
    report.assert_settled();
    server.clean_up().await;
}

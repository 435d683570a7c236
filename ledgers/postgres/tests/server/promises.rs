//! The promises of the ledger trait.

use sync_core::conformance::{Verdict, check};

use crate::Server;

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_its_promises() {
    let Some(server) = Server::named() else {
        return;
    };
    let report = check(async |store: &str| server.open(store).await).await;
    report.assert_conformant();
    let all_asked = report
        .outcomes
        .iter()
        .all(|outcome| outcome.verdict == Verdict::Passed);
    assert!(all_asked, "{report}");
    server.clean_up().await;
}

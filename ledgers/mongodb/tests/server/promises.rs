//! The promises of the ledger trait.

use std::pin::Pin;

use sync_core::conformance::{check, check_parallel, is_child};

use crate::Server;

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_its_promises() {
    let Some(server) = Server::named() else {
        return;
    };
    let report = check(async |store: &str| server.open(store).await).await;
    println!("{report}");
    report.assert_all_passed();
    server.clean_up().await;
}

fn block_on(work: Pin<Box<dyn Future<Output = ()> + '_>>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work);
}

#[test]
fn it_keeps_its_promises_to_several_threads_and_processes() {
    let Some(server) = Server::named() else {
        return;
    };
    let open = async |store: &str| server.open(store).await;
    if is_child(open, block_on) {
        return;
    }
    let test = "promises::it_keeps_its_promises_to_several_threads_and_processes";
    let report = check_parallel(open, block_on, || server.again(test));
    println!("{report}");
    report.assert_all_passed();
    block_on(Box::pin(server.clean_up()));
}

//! The limits of a server.

use sync_core::ledger::{Content, Expected, Key, Ledger, Swap};
use sync_ledger_mongodb::{MongoError, MongoOptions};

use crate::Server;

#[tokio::test(flavor = "multi_thread")]
async fn a_body_beyond_the_limit_is_refused_and_changes_nothing() {
    let Some(server) = Server::named_and_real("document-limit").await else {
        return;
    };
    let ledger = server.open("limit").await.unwrap();
    let key = Key::new("a -> b", "item/1");
    let swap = ledger.compare_and_swap(&key, Expected::Absent, Content::new("small"));
    assert_eq!(swap.await.unwrap(), Swap::Done(1));
    // Within the limit of a message, beyond that of a document together with the other fields.
    let body = "x".repeat(16 * 1024 * 1024 - 16);
    let large = Content::new(&body);
    let swap = ledger.compare_and_swap(&key, Expected::Version(1), large);
    let error = swap.await.unwrap_err();
    assert!(matches!(error, MongoError::Mongo { .. }), "{error}");
    assert_eq!(ledger.get(&key).await.unwrap().unwrap().body, "small");
    server.clean_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_refused_and_not_shown() {
    let Some(server) = Server::named_and_real("sign-in").await else {
        return;
    };
    let (scheme, rest) = server.url.split_once("://").unwrap();
    let hosts = rest.rsplit_once('@').map_or(rest, |(_, hosts)| hosts);
    let url = format!("{scheme}://nobody:canary@{hosts}");
    let error = MongoOptions::new(url).connect().await.unwrap_err();
    assert!(matches!(error, MongoError::Mongo { .. }), "{error}");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("canary"), "{text}");
}

//! Bodies that do not fit into one item.

use std::sync::Arc;

use sync_core::ledger::{Content, Expected, Key, Ledger, Select, Swap};
use sync_ledger_dynamodb::DynamoError;

use crate::Server;

/// The number of items in a table, with those that hold parts of bodies.
async fn items(server: &Server, store: &str) -> usize {
    let admin = server.admin().await;
    let (mut count, mut start) = (0, None);
    loop {
        let scan = admin.scan().table_name(server.table(store));
        let scan = scan.consistent_read(true).set_exclusive_start_key(start);
        let answer = scan.send().await.unwrap();
        count += answer.items().len();
        start = answer.last_evaluated_key;
        if start.is_none() {
            return count;
        }
    }
}

fn key() -> Key {
    Key::new("a -> b", "item/1")
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_large_bodies_go_with_them() {
    let Some(server) = Server::named() else {
        return;
    };
    let ledger = server.open("parts").await.unwrap();
    // The limits of one item and of one part, and one byte more.
    let sizes = [128, 1024, 3 * 1024, 256, 300, 1];
    let mut expected = Expected::Absent;
    for kib in sizes {
        for bytes in [kib * 1024, kib * 1024 + 1] {
            let body = "x".repeat(bytes);
            let content = Content::new(&body).with_open(true);
            let swap = ledger.compare_and_swap(&key(), expected, content).await;
            let Swap::Done(version) = swap.unwrap() else {
                panic!("a conflict without another writer");
            };
            expected = Expected::Version(version);
            let found = ledger.get(&key()).await.unwrap().unwrap();
            assert_eq!((found.version, found.body.len()), (version, bytes));
            let open = ledger.scan("a -> b", Select::Open, None, 5).await.unwrap();
            assert_eq!(open, [found]);
            let parts = if bytes > 128 * 1024 {
                bytes.div_ceil(256 * 1024)
            } else {
                0
            };
            // The format, the document, its parts, and no older ones.
            assert_eq!(items(&server, "parts").await, 2 + parts, "{bytes}");
        }
    }
    server.clean_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn body_beyond_the_limit_is_refused_and_changes_nothing() {
    let Some(server) = Server::named() else {
        return;
    };
    let ledger = server.open("limit").await.unwrap();
    let swap = ledger
        .compare_and_swap(&key(), Expected::Absent, Content::new("small"))
        .await;
    assert_eq!(swap.unwrap(), Swap::Done(1));
    let body = "x".repeat(14 * 256 * 1024 + 1);
    let error = ledger
        .compare_and_swap(&key(), Expected::Version(1), Content::new(&body))
        .await
        .unwrap_err();
    assert!(matches!(error, DynamoError::TooLarge { .. }), "{error}");
    assert_eq!(ledger.get(&key()).await.unwrap().unwrap().body, "small");
    server.clean_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_never_see_parts_of_two_bodies() {
    let Some(server) = Server::named() else {
        return;
    };
    let ledger = Arc::new(server.open("mixed").await.unwrap());
    let body = |version: u64| {
        char::from(b'a' + (version % 26) as u8)
            .to_string()
            .repeat(300_000)
    };
    let first = body(1);
    let swap = ledger
        .compare_and_swap(&key(), Expected::Absent, Content::new(&first))
        .await;
    assert_eq!(swap.unwrap(), Swap::Done(1));
    let writer = tokio::spawn({
        let ledger = Arc::clone(&ledger);
        async move {
            for version in 1..25 {
                let next = body(version + 1);
                let swap = ledger
                    .compare_and_swap(&key(), Expected::Version(version), Content::new(&next))
                    .await;
                assert_eq!(swap.unwrap(), Swap::Done(version + 1));
            }
        }
    });
    while !writer.is_finished() {
        let found = ledger.get(&key()).await.unwrap().unwrap();
        assert!(
            found.body == body(found.version),
            "version {}",
            found.version
        );
    }
    writer.await.unwrap();
    server.clean_up().await;
}

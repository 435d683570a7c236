//! Collections that hold something else, or a ledger of another version.

use mongodb::bson::{Document, doc};
use sync_ledger_mongodb::MongoError;

use crate::Server;

#[tokio::test(flavor = "multi_thread")]
async fn a_version_1_ledger_is_refused_unchanged_with_the_way_to_move_it() {
    let Some(server) = Server::named() else {
        return;
    };
    let documents = server.admin().await.collection::<Document>("old");
    // The documents of the first format, as its program made them.
    documents
        .insert_one(doc! { "_id": "format", "format": 1_i64 })
        .await
        .unwrap();
    let old = doc! { "_id": "6:a -> bitem/1", "route": "a -> b", "name": "item/1", "version": 7_i64, "body": "{}" };
    documents.insert_one(old).await.unwrap();
    let id = doc! { "_id": "6:a -> bitem/1" };
    let before = documents.find_one(id.clone()).await.unwrap().unwrap();
    let error = server.open("old").await.unwrap_err();
    assert!(
        matches!(
            error,
            MongoError::Older {
                found: 1,
                known: 2,
                ..
            }
        ),
        "{error}"
    );
    for word in [
        "format 1",
        "export it with the program that wrote it",
        "import",
    ] {
        assert!(error.to_string().contains(word), "{error}");
    }
    assert_eq!(documents.find_one(id).await.unwrap(), Some(before));
    assert_eq!(documents.count_documents(doc! {}).await.unwrap(), 2);
    server.clean_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_ledger_is_left_alone() {
    let Some(server) = Server::named() else {
        return;
    };
    drop(server.open("newer").await.unwrap());
    let documents = server.admin().await.collection::<Document>("newer");
    let change = doc! { "$set": { "format": 99_i64 } };
    documents
        .update_one(doc! { "_id": "format" }, change)
        .await
        .unwrap();
    let error = server.open("newer").await.unwrap_err();
    assert!(
        matches!(error, MongoError::Newer { found: 99, .. }),
        "{error}"
    );
    server.clean_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_that_make_the_same_ledger_agree() {
    let Some(server) = Server::named() else {
        return;
    };
    let opened = [(); 6].map(|()| {
        let options = server.options("together");
        tokio::spawn(async move { options.connect().await })
    });
    for ledger in opened {
        ledger.await.unwrap().unwrap();
    }
    server.clean_up().await;
}

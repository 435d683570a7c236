//! The list of the original project, in the form in which its `handler.py` wrote it: one document, whole numbers.

use mongodb::bson::{Document, doc};
use sync_ledger_mongodb::{MongoError, ORIGINAL_COLLECTION, ORIGINAL_DATABASE, read_original_list};

use crate::Server;

#[tokio::test(flavor = "multi_thread")]
async fn the_original_projects_list_is_read_and_left_alone() {
    let Some(server) = Server::named() else {
        return;
    };
    let lists = server.admin().await.collection::<Document>("workouts");
    let read = async || read_original_list(&server.url, Some(&server.database), "workouts").await;
    // The original takes its list away while it runs.
    let error = read().await.unwrap_err();
    assert!(matches!(error, MongoError::NoList { .. }), "{error}");
    let list = doc! { "synced": [8_104_216_805_i64, 7] };
    lists.insert_one(list).await.unwrap();
    let ids = read().await.unwrap();
    assert_eq!(ids.into_iter().collect::<Vec<_>>(), ["7", "8104216805"]);

    // What other tools made of it.
    lists
        .insert_one(doc! { "synced": ["1", 2_i64, 3.0], "user": "x" })
        .await
        .unwrap();
    lists
        .insert_one(doc! { "something": "else" })
        .await
        .unwrap();
    let ids = read().await.unwrap();
    let known = ["1", "2", "3", "7", "8104216805"];
    assert_eq!(ids.into_iter().collect::<Vec<_>>(), known);

    let error = server.open("workouts").await.unwrap_err();
    assert!(matches!(error, MongoError::NotALedger { .. }), "{error}");
    assert_eq!(lists.count_documents(doc! {}).await.unwrap(), 3);

    lists
        .insert_one(doc! { "synced": [{ "id": 5 }] })
        .await
        .unwrap();
    let error = read().await.unwrap_err();
    assert!(matches!(error, MongoError::Foreign { .. }), "{error}");
    server.clean_up().await;
}

/// In the database of the test, not in the one that the original used: that one may hold a real list.
#[tokio::test(flavor = "multi_thread")]
async fn the_originals_own_collection_is_read() {
    let Some(server) = Server::named_and_real("collection-names").await else {
        return;
    };
    let lists = server.admin().await;
    let lists = lists.collection::<Document>(ORIGINAL_COLLECTION);
    lists.insert_one(doc! { "synced": [1, 2] }).await.unwrap();
    let ids = read_original_list(&server.url, Some(&server.database), ORIGINAL_COLLECTION).await;
    assert_eq!(ids.unwrap().into_iter().collect::<Vec<_>>(), ["1", "2"]);
    server.clean_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_without_a_database_means_the_originals() {
    let Some(server) = Server::named() else {
        return;
    };
    // Only read, and there is no such list.
    let address = server.url.split('?').next().unwrap_or_default();
    let without = match address.match_indices('/').nth(2) {
        Some((slash, _)) => &address[..slash],
        None => address,
    };
    let error = read_original_list(without, None, "no_list_of_a_test").await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains(ORIGINAL_DATABASE), "{error}");
}

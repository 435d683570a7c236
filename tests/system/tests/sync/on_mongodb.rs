//! Ledger, sessions and the original project's list on a MongoDB server.

use mongodb::bson::doc;
use serde_json::json;
use system_tests::MongoDatabase;

use crate::ledger_sessions::{in_the_ledger, moves_everything};
use crate::processes::{each_exactly_once, three_at_once, with_runs, world};

const WORKOUTS: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn the_originals_list_is_taken_over_from_its_collection() {
    let Some(database) = MongoDatabase::named().await else {
        return;
    };
    let mut world = with_runs(4).await;
    world.set("SYNC_LEDGER", &database.url);
    let lists = database.collection("synced_runs");
    let list = doc! { "synced": [1, 3_i64, 77] };
    lists.insert_one(list.clone()).await.unwrap();
    let requests = world.runkeeper.requests().all().len();
    let import = [
        "import-list",
        &database.url,
        "--collection",
        "synced_runs",
        "--json",
    ];
    let ran = world.sync(&import).await.expect(0);
    assert_eq!(ran.json()["adopted"], json!(["1", "3"]));
    assert_eq!(ran.json()["unlisted"], json!(["77"]));
    assert_eq!(world.runkeeper.requests().all().len(), requests);
    // The list is only read.
    let mut kept = lists.find_one(doc! {}).await.unwrap().unwrap();
    kept.remove("_id");
    let ids = |list: &mongodb::bson::Document| list.get_array("synced").unwrap().len();
    assert_eq!(ids(&kept), ids(&list));

    world.sync(&[]).await.expect(0);
    assert_eq!(world.runkeeper.activities().len(), 2);
    let status = world.sync(&["status", "--json"]).await.expect(0);
    assert_eq!(status.count("tombstoned"), 2);
    let again = world.sync(&import).await.expect(0);
    assert_eq!(again.json()["known"], json!(["1", "3"]));
    database.drop().await;
}

/// Taken for an empty list, it would have every workout sent again.
#[tokio::test(flavor = "multi_thread")]
async fn a_collection_without_the_list_is_no_empty_list() {
    let Some(database) = MongoDatabase::named().await else {
        return;
    };
    let world = with_runs(1).await;
    let other = database.collection("other");
    other.insert_one(doc! { "ids": [1] }).await.unwrap();
    for (arguments, place) in [
        (&[&database.url, "--collection", "other"][..], ".other"),
        (&[&database.url, "--collection", "missing"], ".missing"),
        // Wherever the original's address pointed to, its list was in this place.
        (&[&database.url], "polar-flow-to-runkeeper.synced-runs"),
        (&[&database.server], "polar-flow-to-runkeeper.synced-runs"),
    ] {
        let arguments: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
        let arguments = [&["import-list"], &arguments[..]].concat();
        let ran = world.sync(&arguments).await.expect(70);
        assert!(ran.stderr.contains(place), "{}", ran.stderr);
    }
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_in_mongodb_work() {
    let Some(database) = MongoDatabase::named().await else {
        return;
    };
    let mut world = in_the_ledger().await;
    world.set("SYNC_LEDGER", &database.url);
    moves_everything(&world).await;
    // Encrypted: no cookie can be read there.
    let cookies = [
        world.runkeeper.browser_cookies(),
        world.polar.browser_cookies(),
    ];
    let mut documents = database.collection("sync_ledger").find(doc! {}).await;
    let documents = documents.as_mut().unwrap();
    let mut sessions = 0;
    while documents.advance().await.unwrap() {
        let document = documents.deserialize_current().unwrap();
        sessions += usize::from(document.get_str("route") == Ok("sessions"));
        let text = document.to_string();
        for cookie in cookies.iter().flatten() {
            let long = cookie.value.len() >= 8;
            assert!(!(long && text.contains(&cookie.value)), "{}", cookie.name);
        }
    }
    assert_eq!(sessions, 2);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_processes_share_a_mongodb_ledger() {
    let Some(database) = MongoDatabase::named().await else {
        return;
    };
    let mut world = world(WORKOUTS).await;
    world.set("SYNC_LEDGER", &database.url);
    three_at_once(&world, WORKOUTS).await;
    // And from there into a file: nothing is lost on the way.
    world.sync(&["export", "ledger.jsonl"]).await.expect(0);
    world.set("SYNC_LEDGER", "sqlite:moved.sqlite");
    world.sync(&["import", "ledger.jsonl"]).await.expect(0);
    each_exactly_once(&world, WORKOUTS).await;
    database.drop().await;
}

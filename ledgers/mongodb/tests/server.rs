//! The ledger against the server that `TEST_MONGODB_URL` names. Without the variable these tests say that they skip; with it they fail when
//! the server is out of reach.
#![allow(clippy::unwrap_used, missing_docs, clippy::print_stdout)]

use std::io::{Write, stderr};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};

use mongodb::Client;
use mongodb::bson::{Document, doc};
use sync_core::conformance::{check, check_parallel, crash_matrix, is_child, same_test};
use sync_ledger_mongodb::{MongoError, MongoLedger, MongoOptions, read_original_list};

const DATABASE: &str = "TEST_MONGODB_DATABASE";

/// A database that belongs to one test; it is dropped when the test ends.
struct Server {
    url: String,
    database: String,
}

impl Server {
    /// `None`: the environment names no server.
    fn named() -> Option<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let Ok(url) = std::env::var("TEST_MONGODB_URL") else {
            // Past the test runner, which keeps what passing tests print to itself.
            let test = std::thread::current();
            let name = test.name().unwrap_or_default();
            let _ = writeln!(stderr(), "SKIPPED {name}: TEST_MONGODB_URL is not set");
            return None;
        };
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        // A child process of a test works where its parent does.
        let database = std::env::var(DATABASE)
            .unwrap_or_else(|_| format!("test_{}_{number}", std::process::id()));
        Some(Self { url, database })
    }

    async fn open(&self, store: &str) -> Result<MongoLedger, MongoError> {
        let options = MongoOptions::new(&self.url).with_database(&self.database);
        // Some that speak the protocol take no `-` in names.
        options
            .with_collection(store.replace('-', "_"))
            .connect()
            .await
    }

    async fn admin(&self) -> mongodb::Database {
        Client::with_uri_str(&self.url)
            .await
            .unwrap()
            .database(&self.database)
    }

    async fn clean_up(self) {
        self.admin().await.drop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_its_promises() {
    let Some(server) = Server::named() else {
        return;
    };
    let report = check(async |store: &str| server.open(store).await).await;
    println!("{report}");
    report.assert_conformant();
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
    if is_child(&open, block_on) {
        return;
    }
    let child = || {
        let mut command = same_test("it_keeps_its_promises_to_several_threads_and_processes");
        command.env(DATABASE, &server.database);
        command
    };
    let report = check_parallel(&open, block_on, child);
    println!("{report}");
    report.assert_conformant();
    block_on(Box::pin(server.clean_up()));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_crash_is_survived() {
    let Some(server) = Server::named() else {
        return;
    };
    let report = crash_matrix(async |store: &str| server.open(store).await).await;
    println!("{report}");
    report.assert_settled();
    server.clean_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_original_projects_list_is_read_and_left_alone() {
    let Some(server) = Server::named() else {
        return;
    };
    let lists = server.admin().await.collection::<Document>("workouts");
    lists
        .insert_one(doc! { "synced": ["1", 2_i64, 3.0] })
        .await
        .unwrap();
    lists
        .insert_one(doc! { "synced": ["1", "4"], "user": "x" })
        .await
        .unwrap();
    lists
        .insert_one(doc! { "something": "else" })
        .await
        .unwrap();
    let ids = read_original_list(&server.url, Some(&server.database), "workouts")
        .await
        .unwrap();
    assert_eq!(ids.into_iter().collect::<Vec<_>>(), ["1", "2", "3", "4"]);

    let error = server.open("workouts").await.unwrap_err();
    assert!(matches!(error, MongoError::NotALedger { .. }), "{error}");
    assert_eq!(lists.count_documents(doc! {}).await.unwrap(), 3);

    lists
        .insert_one(doc! { "synced": [{ "id": 5 }] })
        .await
        .unwrap();
    let error = read_original_list(&server.url, Some(&server.database), "workouts")
        .await
        .unwrap_err();
    assert!(matches!(error, MongoError::Foreign { .. }), "{error}");
    server.clean_up().await;
}

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

#[tokio::test]
async fn malformed_address_is_not_repeated() {
    for url in [
        "mongodb://me:canary@host:port/x",
        "canary",
        "mongodb://me:can@ry@host",
        "",
    ] {
        let error = MongoLedger::connect(url).await.unwrap_err();
        assert!(matches!(error, MongoError::Address), "{error}");
        let text = format!("{error} {error:?}");
        assert!(
            !text.contains("canary") && !text.contains("can@ry"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_name_that_is_not_found_is_no_malformed_address() {
    // No such name exists (RFC 2606), and where there is no network none is found either.
    let url = "mongodb+srv://me:canary@ledger.invalid/x";
    let error = MongoLedger::connect(url).await.unwrap_err();
    assert!(matches!(error, MongoError::Lookup { .. }), "{error}");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("canary"), "{text}");
}

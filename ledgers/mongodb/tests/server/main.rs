//! The ledger against the server that `TEST_MONGODB_URL` names. Without the variable these tests
//! say that they skip; with it they fail when the server is out of reach.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    clippy::print_stdout
)]

mod as_documented;
mod crashes;
mod format;
mod limits;
mod original;
mod promises;

use std::io::{Write, stderr};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use mongodb::Client;
use mongodb::bson::doc;
use sync_core::conformance::same_test;
use sync_ledger_mongodb::{MongoError, MongoLedger, MongoOptions};

const DATABASE: &str = "TEST_MONGODB_DATABASE";
/// What `buildInfo` of the stand-in names as its program. A real server names none there.
const STAND_IN: &str = "nx_27017";

/// A database that belongs to one test; it is dropped when the test ends.
pub struct Server {
    url: String,
    database: String,
}

fn say(text: &str) {
    // Past the test runner, which keeps what passing tests print to itself.
    let test = std::thread::current();
    let name = test.name().unwrap_or_default();
    let _ = writeln!(stderr(), "SKIPPED {name}: {text}");
}

impl Server {
    /// `None`: the environment names no server.
    pub fn named() -> Option<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let Ok(url) = std::env::var("TEST_MONGODB_URL") else {
            say("TEST_MONGODB_URL is not set");
            return None;
        };
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        // A child process of a test works where its parent does.
        let database = std::env::var(DATABASE)
            .unwrap_or_else(|_| format!("test_{}_{number}", std::process::id()));
        Some(Self { url, database })
    }

    /// The server, unless it is the stand-in: that one does not do what this test is about.
    pub async fn named_and_real(behaviour: &str) -> Option<Self> {
        let server = Self::named()?;
        if !server.is_stand_in().await {
            return Some(server);
        }
        say(&format!(
            "nx-27017 does not do as documented ({behaviour}, see the crate's documentation)"
        ));
        None
    }

    pub async fn is_stand_in(&self) -> bool {
        let admin = self.admin().await;
        let info = admin.run_command(doc! { "buildInfo": 1 }).await.unwrap();
        info.get_str("process").ok() == Some(STAND_IN)
    }

    /// A child process that runs the same test.
    pub fn again(&self, test: &str) -> Command {
        let mut command = same_test(test);
        command.env(DATABASE, &self.database);
        command
    }

    pub fn options(&self, collection: &str) -> MongoOptions {
        MongoOptions::new(&self.url)
            .with_database(&self.database)
            .with_collection(collection)
    }

    pub async fn open(&self, store: &str) -> Result<MongoLedger, MongoError> {
        let taken = match store.contains('-') && self.is_stand_in().await {
            // `collection-names`
            true => store.replace('-', "_"),
            false => store.to_owned(),
        };
        self.options(&taken).connect().await
    }

    pub async fn admin(&self) -> mongodb::Database {
        Client::with_uri_str(&self.url)
            .await
            .unwrap()
            .database(&self.database)
    }

    pub async fn clean_up(self) {
        self.admin().await.drop().await.unwrap();
    }
}

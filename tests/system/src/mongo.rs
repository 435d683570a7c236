//! A database on the MongoDB server that `TEST_MONGODB_URL` names.

use std::io::{Write, stderr};
use std::sync::atomic::{AtomicUsize, Ordering};

use mongodb::bson::Document;
use mongodb::{Client, Collection, Database};

/// A database that belongs to one test.
pub struct MongoDatabase {
    /// Its address, for `SYNC_LEDGER`.
    pub url: String,
    /// The address of the server, without a database.
    pub server: String,
    database: Database,
}

impl MongoDatabase {
    /// `None`: the environment names no server.
    pub async fn named() -> Option<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let Ok(address) = std::env::var("TEST_MONGODB_URL") else {
            // Past the test runner, which keeps what passing tests print to itself.
            let test = std::thread::current();
            let name = test.name().unwrap_or_default();
            let _ = writeln!(stderr(), "SKIPPED {name}: TEST_MONGODB_URL is not set");
            return None;
        };
        let (address, options) = address.split_once('?').unwrap_or((&address, ""));
        let (scheme, hosts) = address.split_once("://").unwrap();
        let hosts = hosts.split('/').next().unwrap_or_default();
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let name = format!("sync_system_test_{}_{number}", std::process::id());
        let at = |database: &str| match options {
            "" => format!("{scheme}://{hosts}/{database}"),
            options => format!("{scheme}://{hosts}/{database}?{options}"),
        };
        let client = Client::with_uri_str(at(&name)).await.unwrap();
        Some(Self {
            url: at(&name),
            server: at(""),
            database: client.database(&name),
        })
    }

    /// One of its collections.
    #[must_use]
    pub fn collection(&self, name: &str) -> Collection<Document> {
        self.database.collection(name)
    }

    /// Removes the database.
    pub async fn drop(self) {
        self.database.drop().await.unwrap();
    }
}

//! The ledger against the server that `TEST_POSTGRES_URL` names. Without the variable these tests say that they skip; with it they fail when
//! the server is out of reach.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    clippy::print_stdout
)]

mod crashes;
mod losses;
mod promises;
mod stranger;

use std::io::{Write, stderr};
use std::sync::atomic::{AtomicUsize, Ordering};

use sync_ledger_postgres::{PostgresError, PostgresLedger, PostgresOptions};
use tokio_postgres::{Client, NoTls};

const PREFIX: &str = "TEST_POSTGRES_PREFIX";

/// A corner of the test database that belongs to one test; it is emptied when the test ends.
pub struct Server {
    pub url: String,
    prefix: String,
}

impl Server {
    /// `None`: the environment names no server.
    pub fn named() -> Option<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let Ok(url) = std::env::var("TEST_POSTGRES_URL") else {
            // Past the test runner, which keeps what passing tests print to itself.
            let test = std::thread::current();
            let name = test.name().unwrap_or_default();
            let _ = writeln!(stderr(), "SKIPPED {name}: TEST_POSTGRES_URL is not set");
            return None;
        };
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        // A child process of a test works where its parent does.
        let prefix = std::env::var(PREFIX)
            .unwrap_or_else(|_| format!("test_{}_{number}", std::process::id()));
        Some(Self { url, prefix })
    }

    /// Starts a test of this binary again, for the same corner.
    pub fn again(&self, test: &str) -> std::process::Command {
        let mut command = sync_core::conformance::same_test(test);
        command.env(PREFIX, &self.prefix);
        command
    }

    pub fn schema(&self, store: &str) -> String {
        format!("{}_{store}", self.prefix)
    }

    pub async fn open(&self, store: &str) -> Result<PostgresLedger, PostgresError> {
        PostgresOptions::new(&self.url)
            .with_schema(self.schema(store))
            .connect()
            .await
    }

    /// A connection beside the ledger's.
    pub async fn admin(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    pub async fn clean_up(self) {
        let admin = self.admin().await;
        let like = format!("{}\\_%", self.prefix.replace('_', "\\_"));
        let schemas = admin
            .query(
                "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE $1",
                &[&like],
            )
            .await
            .unwrap();
        for row in schemas {
            let name: &str = row.get(0);
            admin
                .batch_execute(&format!("DROP SCHEMA \"{name}\" CASCADE"))
                .await
                .unwrap();
        }
    }
}

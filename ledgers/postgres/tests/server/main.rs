//! The ledger against a real server: the one that `TEST_POSTGRES_URL` names. Without it these tests say that they skip.
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

use std::sync::atomic::{AtomicUsize, Ordering};

use sync_ledger_postgres::{PostgresError, PostgresLedger, PostgresOptions};
use tokio_postgres::{Client, NoTls};

/// A corner of the test database that belongs to one test; it is emptied when the test ends.
pub struct Server {
    pub url: String,
    prefix: String,
}

impl Server {
    /// `None`: no server was named.
    pub fn named() -> Option<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let Ok(url) = std::env::var("TEST_POSTGRES_URL") else {
            println!("skipped: TEST_POSTGRES_URL names no server");
            return None;
        };
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let prefix = format!("test_{}_{number}", std::process::id());
        Some(Self { url, prefix })
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

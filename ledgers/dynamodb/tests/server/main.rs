//! The ledger against the service that `TEST_DYNAMODB_URL` names: the address of an emulator, or `aws` for the real one. Without the
//! variable these tests say that they skip; with it they fail when the service is out of reach.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    clippy::print_stdout
)]

mod bodies;
mod crashes;
mod promises;
mod table;

use std::io::{Write, stderr};
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Credentials, Region};
use sync_ledger_dynamodb::{DynamoError, DynamoLedger, DynamoOptions};

const PREFIX: &str = "TEST_DYNAMODB_PREFIX";

/// Tables that belong to one test; they are removed when the test ends.
pub struct Server {
    url: String,
    prefix: String,
}

impl Server {
    /// `None`: the environment names no service.
    pub fn named() -> Option<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let Ok(url) = std::env::var("TEST_DYNAMODB_URL") else {
            // Past the test runner, which keeps what passing tests print to itself.
            let test = std::thread::current();
            let name = test.name().unwrap_or_default();
            let _ = writeln!(stderr(), "SKIPPED {name}: TEST_DYNAMODB_URL is not set");
            return None;
        };
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        // A child process of a test works where its parent does.
        let prefix = std::env::var(PREFIX)
            .unwrap_or_else(|_| format!("sync-ledger-test-{}-{number}-", std::process::id()));
        Some(Self { url, prefix })
    }

    /// Starts a test of this binary again, for the same tables.
    pub fn again(&self, test: &str) -> std::process::Command {
        let mut command = sync_core::conformance::same_test(test);
        command.env(PREFIX, &self.prefix);
        command
    }

    pub fn table(&self, store: &str) -> String {
        format!("{}{store}", self.prefix)
    }

    pub fn options(&self, store: &str) -> DynamoOptions {
        let options = DynamoOptions::new(self.table(store));
        if self.url == "aws" {
            return options;
        }
        options
            .with_endpoint(&self.url)
            .with_region("eu-central-1")
            .with_keys("test", "test")
    }

    pub async fn open(&self, store: &str) -> Result<DynamoLedger, DynamoError> {
        self.options(store).connect().await
    }

    /// A client beside the ledger's.
    pub async fn admin(&self) -> Client {
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(aws_smithy_http_client::tls::Provider::Rustls(
                aws_smithy_http_client::tls::rustls_provider::CryptoMode::Ring,
            ))
            .build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http);
        if self.url != "aws" {
            loader = loader
                .endpoint_url(&self.url)
                .region(Region::new("eu-central-1"))
                .credentials_provider(Credentials::new("test", "test", None, None, "test"));
        }
        Client::new(&loader.load().await)
    }

    pub async fn clean_up(self) {
        let admin = self.admin().await;
        let mut start = None;
        loop {
            let tables = admin.list_tables().set_exclusive_start_table_name(start);
            let tables = tables.send().await.unwrap();
            for table in tables.table_names() {
                if table.starts_with(&self.prefix) {
                    admin.delete_table().table_name(table).send().await.unwrap();
                }
            }
            start = tables.last_evaluated_table_name;
            if start.is_none() {
                return;
            }
        }
    }
}

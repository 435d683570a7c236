//! Opening the ledger that the settings name.

#[cfg(feature = "postgres")]
use std::io::{Write, stderr};

#[cfg(any(feature = "mongodb", feature = "postgres"))]
use secrecy::ExposeSecret;
use sync_core::ledger::{MemoryLedger, SharedLedger};
#[cfg(feature = "dynamodb")]
use sync_ledger_dynamodb::{DynamoError, DynamoLedger};
#[cfg(feature = "mongodb")]
use sync_ledger_mongodb::{MongoError, MongoLedger};
#[cfg(feature = "postgres")]
use sync_ledger_postgres::{PostgresError, PostgresLedger};
#[cfg(feature = "sqlite")]
use sync_ledger_sqlite::SqliteLedger;

use crate::exit::Failure;
#[cfg(any(
    feature = "dynamodb",
    feature = "mongodb",
    feature = "postgres",
    feature = "sqlite"
))]
use crate::exit::with_causes;
use crate::name;
use crate::settings::{LedgerUrl, is_there};

/// Opens the ledger for a command that does nothing without one: none is made.
///
/// # Errors
/// As for [`open`], and when there is no such file.
pub async fn open_existing(url: &LedgerUrl) -> Result<SharedLedger, Failure> {
    match url {
        LedgerUrl::Sqlite(path) if !is_there(path) => Err(Failure::usage(format!(
            "there is no ledger {} yet: the first `{}` makes it. Is it the one you meant (--ledger, SYNC_LEDGER)?",
            path.display(),
            name::program()
        ))),
        _ => open(url).await,
    }
}

/// Opens the ledger for a plan: where there is no file yet, nothing is known, and none is made.
///
/// # Errors
/// As for [`open`].
pub async fn open_for_plan(url: &LedgerUrl) -> Result<SharedLedger, Failure> {
    match url {
        LedgerUrl::Sqlite(path) if !is_there(path) => open(&LedgerUrl::Memory).await,
        _ => open(url).await,
    }
}

/// Opens the ledger, and creates it when it is missing.
///
/// # Errors
/// When it cannot be used; the message names the file or the server, which was left as it was.
pub async fn open(url: &LedgerUrl) -> Result<SharedLedger, Failure> {
    match url {
        LedgerUrl::Memory => Ok(SharedLedger::new(MemoryLedger::new())),
        #[cfg(not(feature = "sqlite"))]
        LedgerUrl::Sqlite(_) => Err(Failure::usage(
            "this program was built without SQLite; name another ledger (SYNC_LEDGER), or build it with --features sqlite",
        )),
        #[cfg(feature = "sqlite")]
        LedgerUrl::Sqlite(path) => SqliteLedger::open(path)
            .map(SharedLedger::new)
            .map_err(|error| Failure::failed(with_causes(&error))),
        #[cfg(feature = "postgres")]
        LedgerUrl::Postgres(url) => {
            let ledger = PostgresLedger::connect(url.expose_secret())
                .await
                .map_err(|error| match error {
                    PostgresError::Address => Failure::usage(error.to_string()),
                    _ => Failure::failed(with_causes(&error)),
                })?;
            if let Some(warning) = exposure(ledger.is_exposed().await, ledger.server()) {
                let _ = writeln!(stderr(), "{warning}");
            }
            Ok(SharedLedger::new(ledger))
        }
        #[cfg(feature = "mongodb")]
        LedgerUrl::Mongo(url) => MongoLedger::connect(url.expose_secret())
            .await
            .map(SharedLedger::new)
            .map_err(mongo_failure),
        #[cfg(feature = "dynamodb")]
        LedgerUrl::Dynamo(table) => DynamoLedger::connect(table)
            .await
            .map(SharedLedger::new)
            .map_err(|error| match error {
                DynamoError::TableName(_) | DynamoError::Region => {
                    Failure::usage(error.to_string())
                }
                _ => Failure::failed(with_causes(&error)),
            }),
    }
}

/// The warning about a connection that other machines can read.
#[cfg(feature = "postgres")]
fn exposure(is_exposed: bool, server: &str) -> Option<String> {
    is_exposed.then(|| {
        format!(
            "warning: the connection to PostgreSQL at {server} is not encrypted; others on the way can read the ledger. \
             `sslmode=require` in its address insists on encryption"
        )
    })
}

/// How a program ends when MongoDB fails it.
#[cfg(feature = "mongodb")]
#[must_use]
pub fn mongo_failure(error: MongoError) -> Failure {
    match error {
        MongoError::Address => Failure::usage(error.to_string()),
        _ => Failure::failed(with_causes(&error)),
    }
}

#[cfg(all(test, feature = "postgres"))]
mod tests {
    use super::*;

    #[test]
    fn exposed_connection_is_warned_about_with_its_server() {
        assert_eq!(exposure(false, "localhost:5432/training"), None);
        let warning = exposure(true, "db.example.org:5432/training").unwrap_or_default();
        for word in ["warning", "db.example.org:5432", "not encrypted", "sslmode"] {
            assert!(warning.contains(word), "{warning}");
        }
    }
}

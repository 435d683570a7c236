//! The embedded default ledger of `sync-core`: one SQLite file.
//!
//! Several processes of one machine may work on one file at once (write-ahead log, busy handler). Nothing else is needed: SQLite is compiled
//! in. SQLite has no clock of its own, so the machine's clock decides when a lease ends. A file on a network share is not supported: the
//! clocks of its users may differ, and network file systems lock unreliably.
//!
//! ```
//! use sync_core::ledger::{Expected, Key, Ledger, Swap};
//! use sync_ledger_sqlite::SqliteLedger;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let ledger = SqliteLedger::open(folder.path().join("ledger.sqlite"))?;
//! let key = Key::new("polar-flow -> runkeeper", "item/1");
//! let first = futures_executor::block_on(ledger.compare_and_swap(&key, Expected::Absent, "{}"))?;
//! assert_eq!(first, Swap::Done(1));
//! let second = futures_executor::block_on(ledger.compare_and_swap(&key, Expected::Absent, "{}"))?;
//! assert_eq!(second, Swap::Conflict);
//! # Ok(())
//! # }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod create;
mod error;
mod open;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use sync_core::ledger::{Document, Expected, Key, Ledger, LedgerCapabilities, Swap, Version};

pub use error::SqliteError;

/// A ledger in one SQLite file. Clones share the connection.
///
/// Every answered swap is on disk (`synchronous=FULL`): it survives the end of the process and of the machine.
#[derive(Debug, Clone)]
pub struct SqliteLedger {
    connection: Arc<Mutex<Connection>>,
    path: PathBuf,
}

impl SqliteLedger {
    /// Opens the ledger at `path`; makes it, and the folders above it, when there is none.
    ///
    /// # Errors
    /// When the file is no ledger, a damaged one, or one of a newer program. The file is not touched then.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, SqliteError> {
        let path = path.as_ref();
        let connection = open::open(path)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            path: path.to_owned(),
        })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `work` where blocking is allowed: SQLite waits for the disk and for other processes.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, SqliteError> {
        let connection = Arc::clone(&self.connection);
        let result = blocking::unblock(move || {
            // Each call is one statement: a panic elsewhere can't have left half of one.
            let connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&connection)
        })
        .await;
        result.map_err(|source| SqliteError::of(&self.path, source))
    }
}

#[async_trait]
impl Ledger for SqliteLedger {
    type Error = SqliteError;

    fn capabilities(&self) -> LedgerCapabilities {
        LedgerCapabilities::new(true, true)
    }

    async fn get(&self, key: &Key) -> Result<Option<Document>, SqliteError> {
        let (route, name) = (key.route.clone(), key.name.clone());
        self.blocking(move |connection| {
            connection
                .prepare_cached(
                    "SELECT name, version, body FROM documents WHERE route = ?1 AND name = ?2",
                )?
                .query_row(params![route, name], document)
                .optional()
        })
        .await
    }

    async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        body: &str,
    ) -> Result<Swap, SqliteError> {
        let (route, name, body) = (key.route.clone(), key.name.clone(), body.to_owned());
        self.blocking(move |connection| {
            let (changed, version) = match expected {
                Expected::Absent => {
                    let changed = connection
                        .prepare_cached(
                            "INSERT INTO documents (route, name, version, body) VALUES (?1, ?2, 1, ?3) ON CONFLICT DO NOTHING",
                        )?
                        .execute(params![route, name, body])?;
                    (changed, 1)
                }
                Expected::Version(version) => {
                    let changed = connection
                        .prepare_cached(
                            "UPDATE documents SET version = version + 1, body = ?4 WHERE route = ?1 AND name = ?2 AND version = ?3",
                        )?
                        .execute(params![route, name, signed(version), body])?;
                    (changed, version.saturating_add(1))
                }
            };
            Ok(if changed == 1 { Swap::Done(version) } else { Swap::Conflict })
        })
        .await
    }

    async fn scan(
        &self,
        route: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, SqliteError> {
        let (route, after) = (route.to_owned(), after.map(str::to_owned));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.blocking(move |connection| match after {
            None => connection
                .prepare_cached(FIRST_PAGE)?
                .query_map(params![route, limit], document)?
                .collect(),
            Some(after) => connection
                .prepare_cached(NEXT_PAGE)?
                .query_map(params![route, limit, after], document)?
                .collect(),
        })
        .await
    }
}

/// Two statements: with one that asks whether there is an `after`, each page would be searched for from the beginning of the route.
const FIRST_PAGE: &str =
    "SELECT name, version, body FROM documents WHERE route = ?1 ORDER BY name LIMIT ?2";
const NEXT_PAGE: &str = "SELECT name, version, body FROM documents WHERE route = ?1 AND name > ?3 ORDER BY name LIMIT ?2";

fn document(row: &rusqlite::Row<'_>) -> rusqlite::Result<Document> {
    let (name, version, body): (String, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    Ok(Document::new(name, version.unsigned_abs(), body))
}

/// SQLite's integers are signed; a version beyond their range was never given out, so it matches nothing.
fn signed(version: Version) -> i64 {
    i64::try_from(version).unwrap_or(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_begins_where_the_one_before_ended() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = SqliteLedger::open(folder.path().join("ledger.sqlite")).unwrap();
        let connection = ledger.connection.lock().unwrap();
        let plan: String = connection
            .query_row(
                &format!("EXPLAIN QUERY PLAN {NEXT_PAGE}"),
                params!["a -> b", 1, "item/1"],
                |row| row.get(3),
            )
            .unwrap();
        assert!(plan.contains("(route=? AND name>?)"), "{plan}");
    }
}

//! A ledger of `sync-core` in a PostgreSQL database: for several machines that share one, or where
//! a database is there anyway.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use sync_ledger_postgres::PostgresLedger;
//!
//! let ledger = PostgresLedger::connect("postgres://me:secret@db.example.org/training").await?;
//! # Ok(())
//! # }
//! ```
//!
//! Tested with PostgreSQL 15; nothing newer than 9.5 is used. The tables live in a schema of their
//! own (`sync_ledger`), which is made at the first connection.
//!
//! # Encryption
//!
//! The feature `tls` encrypts, and checks the server's certificate against the authorities that the
//! system trusts (or those in the file that `SSL_CERT_FILE` names). `sslmode` in the address says
//! how much is wanted; without it, `prefer` is:
//!
//! | | server encrypts | certificate not accepted | server does not encrypt |
//! |---|---|---|---|
//! | `require`, `verify-ca`, `verify-full` | encrypted | error | error |
//! | `prefer` | encrypted | error; on this machine: not encrypted | not encrypted |
//! | `disable` | not encrypted | not encrypted | not encrypted |
//!
//! Without encryption a password is never sent in clear text to another machine, and
//! [`PostgresLedger::is_exposed`] is true. A connection that was encrypted once is never made anew
//! without.
//!
//! The database has to be encoded in UTF8. Between the program and the server there must be no
//! pooler that hands one session to several clients (PgBouncer in transaction mode): statements are
//! prepared.
//!
//! A lost race for a new document is a unique violation at the server, which its own log names with route and name of the document. The
//! engine reads before it writes, so that this is rare.
//!
//! # Measured
//!
//! On 2 idle cores, PostgreSQL 15 on the same machine, 2026-11-29 (`cargo bench -p system-tests --bench engine -- ledgers scans`): 6,928
//! durable writes a second with both columns set, 0.91 of the bare inserts of the same 1,500 bytes (the median of four runs, 0.88 to 0.91).
//! A scan of 30 open documents takes 0.17 ms in 10,000 documents and as long in 1,000,000; one of 180 documents in 90 days takes 0.91 ms in
//! both.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::print_stdout))]

mod address;
mod connection;
mod dial;
mod error;
mod hidden;
mod protection;
mod schema;
mod statements;
#[cfg(feature = "tls")]
mod tls;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use sync_core::ledger::{
    Content, Document, Expected, Key, Ledger, LedgerCapabilities, Select, Swap, Version,
};
use tokio::runtime::Handle;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};

use connection::Connector;
pub use error::PostgresError;
use hidden::Hidden;
use statements::Statements;

/// How long to wait for a server that does not answer, unless the address says something else.
const PATIENCE: Duration = Duration::from_secs(30);
/// PostgreSQL cuts longer identifiers.
const LONGEST_IDENTIFIER: usize = 63;

/// A ledger in a PostgreSQL database. Clones share one connection.
///
/// Every answered swap is on the server's disk. A connection that was lost is made anew for the
/// next call; a read that lost it is asked again, a swap never: it ends with an error, and whether
/// it happened is for the next read to tell.
#[derive(Debug, Clone)]
pub struct PostgresLedger {
    connector: Arc<Connector>,
}

/// The place of a ledger, before it is opened.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    url: Secret,
    schema: String,
    limit: Duration,
}

impl PostgresOptions {
    /// The ledger at `url`: `postgres://user:password@host:5432/database`, or the key-value form of
    /// `libpq`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: Secret(url.into()),
            schema: "sync_ledger".to_owned(),
            limit: PATIENCE,
        }
    }

    /// Sets the schema in which the tables are, `sync_ledger` unless something else is said.
    #[must_use]
    pub fn with_schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = schema.into();
        self
    }

    /// Sets how long to wait for an answer of the server, 30 seconds unless something else is said.
    /// For connecting, `connect_timeout` in the address comes first.
    #[must_use]
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Connects, and makes the tables where there are none. Has to be called in a Tokio runtime,
    /// which then keeps the connection.
    ///
    /// # Errors
    /// When the server is out of reach or its database is not usable; nothing is changed then.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    pub async fn connect(self) -> Result<PostgresLedger, PostgresError> {
        let mut config = address::parse(&self.url.0)?;
        let name = &self.schema;
        if name.is_empty() || name.len() > LONGEST_IDENTIFIER || name.contains('\0') {
            return Err(PostgresError::SchemaName(self.schema));
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(PATIENCE);
        }
        if config.get_application_name().is_none() {
            config.application_name("sync-ledger");
        }
        let runtime = Handle::current();
        let connector = Arc::new(Connector::new(config, self.schema, self.limit, runtime));
        connector.session().await?;
        Ok(PostgresLedger { connector })
    }
}

/// An address, which may hold a password.
#[derive(Clone)]
struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(not shown)")
    }
}

impl PostgresLedger {
    /// Opens the ledger at `url` in the usual schema: see [`PostgresOptions::connect`].
    ///
    /// # Errors
    /// See [`PostgresOptions::connect`].
    pub async fn connect(url: &str) -> Result<Self, PostgresError> {
        PostgresOptions::new(url).connect().await
    }

    /// Whether others can read the connection in use on its way: it is not encrypted, and the
    /// server is on another machine.
    pub async fn is_exposed(&self) -> bool {
        self.connector.is_exposed().await.unwrap_or(false)
    }

    /// Host, port and database of the server, without user and password.
    #[must_use]
    pub fn server(&self) -> &str {
        self.connector.server()
    }

    /// Sends a query; once more on a new connection if this one turns out to be lost.
    async fn read(
        &self,
        statement: fn(&Statements) -> &Statement,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, PostgresError> {
        let connector = &self.connector;
        let session = connector.session().await?;
        let query = session
            .client
            .query(statement(&session.statements), parameters);
        match connector.answer(&session, query).await? {
            Err(error) if connector.is_lost(&session, &error).await => {
                let session = connector.session().await?;
                let query = session
                    .client
                    .query(statement(&session.statements), parameters);
                connector.answer(&session, query).await?
            }
            answer => answer,
        }
        .map_err(|source| connector.failed(source))
    }

    fn document(&self, row: &Row) -> Result<Document, PostgresError> {
        let (name, version, body): (String, i64, String) = (row.get(0), row.get(1), row.get(2));
        let (open, day): (bool, Option<i32>) = (row.get(3), row.get(4));
        let date = |day| {
            NaiveDate::from_num_days_from_ce_opt(day).ok_or_else(|| PostgresError::Day {
                server: self.server().to_owned(),
                day,
            })
        };
        Ok(Document::new(name, version.unsigned_abs(), body)
            .with_open(open)
            .with_day(day.map(date).transpose()?))
    }

    /// Sends a change, once. Says how many documents it changed.
    async fn change(
        &self,
        statement: fn(&Statements) -> &Statement,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<u64, PostgresError> {
        let connector = &self.connector;
        let session = connector.session().await?;
        let change = session
            .client
            .execute(statement(&session.statements), parameters);
        match connector.answer(&session, change).await? {
            Ok(count) => Ok(count),
            // Another client inserted the document first.
            Err(error) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => Ok(0),
            Err(error) => {
                connector.is_lost(&session, &error).await;
                Err(connector.failed(error))
            }
        }
    }
}

impl Ledger for PostgresLedger {
    type Error = PostgresError;

    fn capabilities(&self) -> LedgerCapabilities {
        LedgerCapabilities::new(true, true)
    }

    async fn get(&self, key: &Key) -> Result<Option<Document>, PostgresError> {
        if has_nul(&key.route) || has_nul(&key.name) {
            // The ledger refuses to write it.
            return Ok(None);
        }
        let parameters: [&(dyn ToSql + Sync); 2] = [&Hidden(&key.route), &Hidden(&key.name)];
        let rows = self.read(|statements| &statements.get, &parameters).await?;
        rows.first().map(|row| self.document(row)).transpose()
    }

    async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        content: Content<'_>,
    ) -> Result<Swap, PostgresError> {
        for (what, text) in [
            ("route", key.route.as_str()),
            ("name", &key.name),
            ("body", content.body),
        ] {
            if has_nul(text) {
                return Err(PostgresError::Nul(what));
            }
        }
        let (route, name, body) = (Hidden(&key.route), Hidden(&key.name), Hidden(content.body));
        let open = Hidden(content.open);
        let day = Hidden(content.day.map(|day| day.num_days_from_ce()));
        let (changed, version) = match expected {
            Expected::Absent => {
                let parameters: [&(dyn ToSql + Sync); 5] = [&route, &name, &body, &open, &day];
                let insert = self.change(|statements| &statements.insert, &parameters);
                (insert.await?, 1)
            }
            Expected::Version(version) => {
                let signed = Hidden(signed(version));
                let parameters: [&(dyn ToSql + Sync); 6] =
                    [&route, &name, &body, &open, &day, &signed];
                let update = self.change(|statements| &statements.update, &parameters);
                (update.await?, version.saturating_add(1))
            }
        };
        Ok(if changed == 1 {
            Swap::Done(version)
        } else {
            Swap::Conflict
        })
    }

    async fn now(&self) -> Result<Option<DateTime<Utc>>, PostgresError> {
        let rows = self.read(|statements| &statements.now, &[]).await?;
        let milliseconds = rows.first().map(|row| row.get::<_, i64>(0));
        Ok(milliseconds.and_then(DateTime::from_timestamp_millis))
    }

    async fn scan(
        &self,
        route: &str,
        select: Select,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, PostgresError> {
        if has_nul(route) {
            return Ok(Vec::new());
        }
        // The ledger refuses names with a NUL; they would follow the part before it.
        let after = Hidden(after.map(|after| after.split('\0').next().unwrap_or_default()));
        let limit = Hidden(i64::try_from(limit).unwrap_or(i64::MAX));
        let route = Hidden(route);
        let rows = match select {
            Select::Days(window) => {
                let from = Hidden(window.from.num_days_from_ce());
                let until = Hidden(window.until.num_days_from_ce());
                let window: [&(dyn ToSql + Sync); 3] = [&route, &from, &until];
                let rows = self.read(|statements| &statements.is_many, &window);
                let many = rows.await?.first().is_some_and(|row| row.get(0));
                let days: fn(&Statements) -> &Statement = if many {
                    |statements| &statements.many_days
                } else {
                    |statements| &statements.days
                };
                self.read(days, &[&route, &limit, &after, &from, &until])
                    .await?
            }
            Select::Open => {
                self.read(|statements| &statements.open, &[&route, &limit, &after])
                    .await?
            }
            // Of a selection that this crate does not know, the caller gets too much rather than
            // too little.
            _ => {
                self.read(|statements| &statements.all, &[&route, &limit, &after])
                    .await?
            }
        };
        rows.iter().map(|row| self.document(row)).collect()
    }
}

fn has_nul(text: &str) -> bool {
    text.contains('\0')
}

/// PostgreSQL's integers are signed; a version beyond their range was never given out, so it
/// matches nothing.
fn signed(version: Version) -> i64 {
    i64::try_from(version).unwrap_or(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        let options = PostgresOptions::new("postgres://me:canary@localhost/x");
        assert!(!format!("{options:?}").contains("canary"));
    }

    #[test]
    fn names_are_quoted() {
        assert_eq!(schema::quoted("a\"; DROP"), "\"a\"\"; DROP\"");
    }
}

//! A ledger of `sync-core` in one table of Amazon DynamoDB.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use sync_ledger_dynamodb::DynamoLedger;
//!
//! let ledger = DynamoLedger::connect("workout-sync").await?;
//! # Ok(())
//! # }
//! ```
//!
//! Region and credentials come from where every AWS program takes them: the environment (in a Lambda function the role of the
//! function), the profile files, the metadata of a container or a machine. `AWS_ENDPOINT_URL_DYNAMODB` names another endpoint. Sign-in
//! by browser (SSO) is left out. Without the feature `profiles` (on by default) they come from the environment alone, which is enough in
//! a Lambda function and makes a program smaller.
//!
//! # The table
//!
//! A missing table is made, billed by request. One that was made by other means needs these keys and indexes:
//!
//! | | partition key | sort key | projection |
//! |---|---|---|---|
//! | table | `route` (S) | `name` (S) | |
//! | local index `open` | `route` | `open` (S) | all |
//! | local index `day` | `route` | `day` (N) | keys only |
//!
//! The indexes are local ones because a ledger's scan has to see every swap that was answered, and DynamoDB reads only tables and
//! local indexes consistently. The price is DynamoDB's limit of 10 GB for all documents of a route. Both are sparse: `open` holds the
//! name and `day` the number of the day, and a document without them is not in the index. The index of open documents is in the order of
//! names and is read page by page; of the index of days each page reads the names of the whole window, and then its own documents.
//!
//! # What it rests on
//!
//! - A swap is one conditional `PutItem`. It holds a random text, by which a repeated request recognises the document that it wrote
//!   itself when the first answer was lost.
//! - All reads are consistent.
//! - DynamoDB's limit of 400 KB for an item holds for documents as well as their copies in indexes. A body of more than 128 KiB lies in
//!   parts of 256 KiB, which are written in one transaction with the document; the limit of 4 MB for a transaction makes 3.5 MiB the
//!   largest body. When the process ends right after a small body replaced a large one, the old parts stay in the table; no document
//!   refers to them.
//! - Names have up to 1,024 bytes and no NUL, routes up to 2,046 bytes.
//! - The clock of [`Ledger::now`] is the service's: the header `Date` of its answer, which has whole seconds. Leases and settle
//!   windows of all machines are compared on this clock, to within about a second.
//! - DynamoDB isolates items, not queries. A document whose day changes while a page of days is read is found nevertheless, because
//!   the names are read twice, in both directions; one that moves there and back within these milliseconds may be missing in that page.
//! - A throttled request is repeated up to eight times within the limit of a call, 45 seconds, then it is [`DynamoError::Throttled`].
//!
//! # What it was run against
//!
//! **Not yet against the real service.** The conformance suite, the crash matrix and two processes on one table run against the endpoint
//! that `TEST_DYNAMODB_URL` names. So far that was `moto` 5.2.5, which keeps tables in the memory of one process: good for finding
//! mistakes in this crate, no proof of what several machines do at once on the real service. `TEST_DYNAMODB_URL=aws` runs the same tests
//! against the real service, with the region and the credentials of the environment; they make tables whose names begin with
//! `sync-ledger-test-`, and remove them.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod account;
mod error;
mod item;
mod parts;
mod place;
mod scan;
mod swap;
mod table;

use std::time::Duration;

use chrono::{DateTime, Utc};
use sync_core::ledger::{
    Content, Document, Expected, Key, Ledger, LedgerCapabilities, Select, Swap,
};

pub use error::DynamoError;
use place::{Connection, Place};
use scan::Page;

/// A ledger in a DynamoDB table. Clones share the connections.
#[derive(Debug, Clone)]
pub struct DynamoLedger {
    place: Place,
}

/// The place of a ledger, before it is opened.
#[derive(Clone)]
pub struct DynamoOptions {
    table: String,
    endpoint: Option<String>,
    region: Option<String>,
    keys: Option<(String, String)>,
    limit: Duration,
}

impl std::fmt::Debug for DynamoOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Not the keys; and the address may hold a password.
        f.debug_struct("DynamoOptions")
            .field("table", &self.table)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

impl DynamoOptions {
    /// The ledger in the table of this name.
    pub fn new(table: impl Into<String>) -> Self {
        Self {
            table: table.into(),
            endpoint: None,
            region: None,
            keys: None,
            limit: place::PATIENCE,
        }
    }

    /// Sets the address of the service; without this it is the region's, or the one that the environment or the AWS profile names.
    #[must_use]
    pub fn with_endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Sets the region, such as `eu-central-1`; without this it is the one of the environment or the AWS profile.
    #[must_use]
    pub fn with_region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Sets access key and secret key, as emulators want some; without this they come from the environment.
    #[must_use]
    pub fn with_keys(mut self, access: impl Into<String>, secret: impl Into<String>) -> Self {
        self.keys = Some((access.into(), secret.into()));
        self
    }

    /// Sets how long each call waits for the service, 45 seconds unless something else is said.
    #[must_use]
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Connects, and creates a missing table, which takes some seconds. Has to be called, and the ledger used, in a Tokio
    /// runtime.
    ///
    /// # Errors
    /// When the service is out of reach or refuses access, or the table is not a ledger's; nothing is changed then.
    pub async fn connect(self) -> Result<DynamoLedger, DynamoError> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if !(3..=255).contains(&self.table.len()) || !self.table.bytes().all(fits) {
            return Err(DynamoError::TableName(self.table));
        }
        let place = Place::connect(Connection {
            table: &self.table,
            endpoint: self.endpoint.as_deref(),
            region: self.region.as_deref(),
            keys: self.keys,
            limit: self.limit,
        })
        .await?;
        place.in_time(place.prepare()).await?;
        Ok(DynamoLedger { place })
    }
}

impl DynamoLedger {
    /// Opens the ledger in the table of this name: see [`DynamoOptions::connect`].
    ///
    /// # Errors
    /// See [`DynamoOptions::connect`].
    pub async fn connect(table: &str) -> Result<Self, DynamoError> {
        DynamoOptions::new(table).connect().await
    }
}

impl Ledger for DynamoLedger {
    type Error = DynamoError;

    fn capabilities(&self) -> LedgerCapabilities {
        LedgerCapabilities::new(true, true)
    }

    async fn get(&self, key: &Key) -> Result<Option<Document>, DynamoError> {
        self.place.in_time(self.place.read(key)).await
    }

    async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        content: Content<'_>,
    ) -> Result<Swap, DynamoError> {
        let swap = self.place.swap(key, expected, content);
        self.place.in_time(swap).await
    }

    async fn scan(
        &self,
        route: &str,
        select: Select,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, DynamoError> {
        let page = Page {
            route,
            select,
            after,
            limit,
        };
        self.place.in_time(self.place.page(page)).await
    }

    async fn now(&self) -> Result<Option<DateTime<Utc>>, DynamoError> {
        self.place.in_time(self.place.format()).await?;
        Ok(self.place.date())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_shown() {
        let options = DynamoOptions::new("table")
            .with_endpoint("http://me:canary@localhost")
            .with_keys("canary", "canary");
        assert!(!format!("{options:?}").contains("canary"));
    }
}

//! A ledger of `sync-core` in a MongoDB collection, and the way there from the list that the original project kept.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use sync_ledger_mongodb::MongoLedger;
//!
//! let ledger = MongoLedger::connect("mongodb://me:secret@db.example.org/training").await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What it rests on
//!
//! Two documented promises of MongoDB: an `insertOne` whose `_id` is there already fails with error 11000, and an `updateOne` with a filter is
//! atomic for its document. Writes are acknowledged by the majority with their journal, reads come from the primary with read concern
//! `majority`, whatever the address says. Names are compared by bytes because the collection has no collation. MongoDB's limit of 16 MB for a
//! document holds for bodies.
//!
//! # What it was run against
//!
//! **Not yet against a real `mongod`.** The conformance suite and the crash matrix run against the server that `TEST_MONGODB_URL` names. So far
//! that was `nx-27017` 0.8.1, a program in Python that speaks MongoDB's protocol over SQLite: good for finding mistakes in this crate, no proof
//! of what several connections do at once on the real thing. Run the tests against your server before you trust it with two machines.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod error;
mod original;
mod place;

use std::cmp::Ordering;
use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use futures_util::TryStreamExt;
use mongodb::IndexModel;
use mongodb::bson::{self, Bson, doc};
use mongodb::error::{ErrorKind, WriteFailure};
use mongodb::options::IndexOptions;
use sync_core::ledger::{
    Content, Document, Expected, Key, Ledger, LedgerCapabilities, Select, Swap, Version,
};

pub use error::MongoError;
pub use original::read_original_list;
use place::Place;

/// The format that this program reads and writes. Format 1 had no fields `open` and `day`.
const FORMAT: i64 = 2;
/// The document that holds the ledger's format. No other `_id` begins like this: they begin with a number.
const FORMAT_ID: &str = "format";
const DUPLICATE_KEY: i32 = 11000;

/// A ledger in a MongoDB collection. Clones share the driver's connections.
#[derive(Debug, Clone)]
pub struct MongoLedger {
    place: Place,
}

/// The place of a ledger, before it is opened.
#[derive(Clone)]
pub struct MongoOptions {
    url: String,
    database: Option<String>,
    collection: String,
    limit: Duration,
}

impl std::fmt::Debug for MongoOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address may hold a password.
        f.debug_struct("MongoOptions")
            .field("database", &self.database)
            .field("collection", &self.collection)
            .finish_non_exhaustive()
    }
}

impl MongoOptions {
    /// The ledger at `url`: `mongodb://user:password@host:27017/database`, or `mongodb+srv://...`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            database: None,
            collection: "sync_ledger".to_owned(),
            limit: place::PATIENCE,
        }
    }

    /// Sets the database; without this it is the one in the address, or `sync`.
    #[must_use]
    pub fn with_database(mut self, database: impl Into<String>) -> Self {
        self.database = Some(database.into());
        self
    }

    /// Sets the collection, `sync_ledger` unless something else is said.
    #[must_use]
    pub fn with_collection(mut self, collection: impl Into<String>) -> Self {
        self.collection = collection.into();
        self
    }

    /// Sets how long each call waits for an answer of the server, 45 seconds unless something else is said.
    #[must_use]
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Connects, and prepares the collection when it is empty. Has to be called, and the ledger used, in a Tokio runtime.
    ///
    /// # Errors
    /// When the server is out of reach, or the collection is not a ledger's; nothing is changed then.
    pub async fn connect(self) -> Result<MongoLedger, MongoError> {
        let database = self.database.as_deref();
        let place = Place::connect(&self.url, database, &self.collection, self.limit).await?;
        let ledger = MongoLedger { place };
        ledger.place.in_time(ledger.prepare()).await?;
        Ok(ledger)
    }
}

impl MongoLedger {
    /// Opens the ledger at `url` in the usual collection: see [`MongoOptions::connect`].
    ///
    /// # Errors
    /// See [`MongoOptions::connect`].
    pub async fn connect(url: &str) -> Result<Self, MongoError> {
        MongoOptions::new(url).connect().await
    }

    /// Makes an empty collection a ledger; any other one has to be a ledger already.
    async fn prepare(&self) -> Result<(), MongoError> {
        let Place {
            documents, name, ..
        } = &self.place;
        let fail = |source| self.place.failed(source);
        let format = documents
            .find_one(doc! { "_id": FORMAT_ID })
            .await
            .map_err(fail)?;
        if let Some(format) = format {
            let found = whole(format.get("format"))
                .ok_or_else(|| self.place.foreign("`format` is no whole number"))?;
            let (collection, known) = (name.clone(), FORMAT);
            return match found.cmp(&known) {
                Ordering::Equal => Ok(()),
                Ordering::Less => Err(MongoError::Older {
                    collection,
                    found,
                    known,
                }),
                Ordering::Greater => Err(MongoError::Newer {
                    collection,
                    found,
                    known,
                }),
            };
        }
        if documents.find_one(doc! {}).await.map_err(fail)?.is_some() {
            // Another process may be making it right now.
            let format = documents
                .find_one(doc! { "_id": FORMAT_ID })
                .await
                .map_err(fail)?;
            return match format {
                Some(_) => Ok(()),
                None => Err(MongoError::NotALedger {
                    collection: name.clone(),
                }),
            };
        }
        for index in indexes() {
            documents.create_index(index).await.map_err(fail)?;
        }
        match documents
            .insert_one(doc! { "_id": FORMAT_ID, "format": FORMAT })
            .await
        {
            Ok(_) => Ok(()),
            Err(error) if is_duplicate(&error) => Ok(()),
            Err(error) => Err(fail(error)),
        }
    }

    fn document(&self, found: &bson::Document) -> Result<Document, MongoError> {
        let text = |field| {
            found
                .get_str(field)
                .map_err(|error| self.place.foreign(format!("`{field}`: {error}")))
        };
        let version = whole(found.get("version"))
            .ok_or_else(|| self.place.foreign("`version` is no whole number"))?;
        let open = match whole(found.get("open")) {
            Some(open @ (0 | 1)) => open == 1,
            _ => return Err(self.place.foreign("`open` is neither 0 nor 1")),
        };
        let day = match found.get("day") {
            None => None,
            day => Some(
                whole(day)
                    .and_then(|day| NaiveDate::from_num_days_from_ce_opt(i32::try_from(day).ok()?))
                    .ok_or_else(|| self.place.foreign("`day` is not the number of a day"))?,
            ),
        };
        Ok(
            Document::new(text("name")?, version.unsigned_abs(), text("body")?)
                .with_open(open)
                .with_day(day),
        )
    }
}

impl Ledger for MongoLedger {
    type Error = MongoError;

    fn capabilities(&self) -> LedgerCapabilities {
        LedgerCapabilities::new(true, true)
    }

    async fn get(&self, key: &Key) -> Result<Option<Document>, MongoError> {
        let work = async {
            if has_nul(&key.route) || has_nul(&key.name) {
                // The ledger refuses to write it.
                return Ok(None);
            }
            let found = self
                .place
                .documents
                .find_one(doc! { "_id": id(key) })
                .await
                .map_err(|source| self.place.failed(source))?;
            found.map(|found| self.document(&found)).transpose()
        };
        self.place.in_time(work).await
    }

    async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        content: Content<'_>,
    ) -> Result<Swap, MongoError> {
        let work = async {
            for (what, text) in [("route", &key.route), ("name", &key.name)] {
                if has_nul(text) {
                    return Err(MongoError::Nul(what));
                }
            }
            let documents = &self.place.documents;
            let (open, day) = (
                i32::from(content.open),
                content.day.map(|day| day.num_days_from_ce()),
            );
            match expected {
                Expected::Absent => {
                    let mut new = doc! {
                        "_id": id(key), "route": &key.route, "name": &key.name,
                        "version": 1_i64, "body": content.body, "open": open,
                    };
                    if let Some(day) = day {
                        new.insert("day", day);
                    }
                    match documents.insert_one(new).await {
                        Ok(_) => Ok(Swap::Done(1)),
                        Err(error) if is_duplicate(&error) => Ok(Swap::Conflict),
                        Err(error) => Err(self.place.failed(error)),
                    }
                }
                Expected::Version(version) => {
                    let Some(next) = signed(version).and_then(|version| version.checked_add(1))
                    else {
                        // Never given out, so it matches nothing.
                        return Ok(Swap::Conflict);
                    };
                    let filter = doc! { "_id": id(key), "version": next - 1 };
                    let mut set = doc! { "version": next, "body": content.body, "open": open };
                    let change = match day {
                        Some(day) => {
                            set.insert("day", day);
                            doc! { "$set": set }
                        }
                        None => doc! { "$set": set, "$unset": { "day": "" } },
                    };
                    let result = documents
                        .update_one(filter, change)
                        .await
                        .map_err(|source| self.place.failed(source))?;
                    Ok(match result.matched_count {
                        0 => Swap::Conflict,
                        _ => Swap::Done(version + 1),
                    })
                }
            }
        };
        self.place.in_time(work).await
    }

    async fn now(&self) -> Result<Option<DateTime<Utc>>, MongoError> {
        let work = async {
            let answer = self
                .place
                .documents
                .client()
                .database("admin")
                .run_command(doc! { "hello": 1 })
                .await
                .map_err(|source| self.place.failed(source))?;
            let time = answer.get_datetime("localTime").ok();
            Ok(time.and_then(|time| DateTime::from_timestamp_millis(time.timestamp_millis())))
        };
        self.place.in_time(work).await
    }

    async fn scan(
        &self,
        route: &str,
        select: Select,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, MongoError> {
        let work = async {
            if has_nul(route) {
                return Ok(Vec::new());
            }
            if limit == 0 {
                // MongoDB takes 0 for "no limit".
                return Ok(Vec::new());
            }
            let mut filter = doc! { "route": route };
            match select {
                Select::Open => {
                    filter.insert("open", 1);
                }
                Select::Days(window) => {
                    let from = Bson::from(window.from.num_days_from_ce());
                    let until = Bson::from(window.until.num_days_from_ce());
                    filter.insert("day", doc! { "$gte": from, "$lte": until });
                }
                // Of a selection that this crate does not know, the caller gets too much rather than too little.
                _ => {}
            }
            // The ledger refuses names with a NUL; they would follow the part before it.
            if let Some(after) = after.and_then(|after| after.split('\0').next()) {
                filter.insert("name", doc! { "$gt": after });
            }
            let found: Vec<bson::Document> = self
                .place
                .documents
                .find(filter)
                .sort(doc! { "name": 1 })
                .limit(i64::try_from(limit).unwrap_or(i64::MAX))
                .await
                .map_err(|source| self.place.failed(source))?
                .try_collect()
                .await
                .map_err(|source| self.place.failed(source))?;
            found.iter().map(|found| self.document(found)).collect()
        };
        self.place.in_time(work).await
    }
}

/// The index of names, and one for each column.
fn indexes() -> [IndexModel; 3] {
    let partial = |filter| {
        IndexOptions::builder()
            .partial_filter_expression(filter)
            .build()
    };
    [
        IndexModel::builder()
            .keys(doc! { "route": 1, "name": 1 })
            .build(),
        IndexModel::builder()
            .keys(doc! { "route": 1, "open": 1, "name": 1 })
            .options(partial(doc! { "open": 1 }))
            .build(),
        IndexModel::builder()
            .keys(doc! { "route": 1, "day": 1, "name": 1 })
            .options(partial(doc! { "day": { "$exists": true } }))
            .build(),
    ]
}

/// The key as one text: the length in front marks the end of the route.
fn id(key: &Key) -> String {
    format!("{}:{}{}", key.route.len(), key.route, key.name)
}

fn has_nul(text: &str) -> bool {
    text.contains('\0')
}

fn is_duplicate(error: &mongodb::error::Error) -> bool {
    matches!(
        error.kind.as_ref(),
        ErrorKind::Write(WriteFailure::WriteError(error)) if error.code == DUPLICATE_KEY
    )
}

/// A whole number of any numeric type: shells and tools that copy collections change them into each other.
fn whole(number: Option<&bson::Bson>) -> Option<i64> {
    match number? {
        bson::Bson::Int32(number) => Some(i64::from(*number)),
        bson::Bson::Int64(number) => Some(*number),
        bson::Bson::Double(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
            Some(*number as i64)
        }
        _ => None,
    }
}

/// MongoDB's integers are signed.
fn signed(version: Version) -> Option<i64> {
    i64::try_from(version).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_keys_have_different_ids() {
        assert_ne!(id(&Key::new("a", "bc")), id(&Key::new("ab", "c")));
        assert_ne!(id(&Key::new("1:a", "b")), id(&Key::new("1", ":ab")));
    }

    #[test]
    fn no_password_is_shown() {
        let options = MongoOptions::new("mongodb://me:canary@localhost/x");
        assert!(!format!("{options:?}").contains("canary"));
    }
}

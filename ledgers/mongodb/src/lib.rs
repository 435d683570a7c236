//! A ledger of `sync-core` in a MongoDB collection, and the way there from the list that the
//! original project kept.
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
//! Two documented promises of MongoDB: an `insertOne` whose `_id` is there already fails with error
//! 11000, and an `updateOne` with a filter is atomic for its document. Writes are acknowledged by
//! the majority with their journal, reads come from the primary with read concern `majority`,
//! whatever the address says. Names are compared by bytes because the collection has no collation.
//! MongoDB's limit of 16 MB for a document holds for bodies.
//!
//! # What it was run against
//!
//! **Not yet against a real `mongod`.** The tests run against the server that `TEST_MONGODB_URL` names. So far that was `nx-27017` 0.8.1
//! over neosqlite 1.17.2, a program in Python that speaks MongoDB's protocol over SQLite. It passes the conformance suite, also with
//! several processes, and the five scenarios of the crash matrix that were played (`TEST_MONGODB_CRASHES=five`); a list of the original
//! project, and ledger and sessions of `workout-sync` and of its function for AWS Lambda were kept in it. It is good for finding mistakes in this crate, and no proof of what
//! several connections do at once on the real thing: run the tests against your server before you trust it with two machines.
//!
//! What `nx-27017` does otherwise than MongoDB documents. The test `server_does_as_documented` asks every server for all of it, and knows
//! `nx-27017` by its answer to `buildInfo`:
//!
//! | behaviour | seen with `nx-27017` 0.8.1 | what that means for the ledger |
//! |---|---|---|
//! | `collection-names` | a collection whose name has a `-` or a `.` is refused | tests replace the `-`; the test of the original's own names skips |
//! | `sign-in` | a user and a password are answered with a fault of the server instead of error 18 | the test of a wrong password skips |
//! | `document-limit` | two updates make a document of more than 16 MB | the test of the limit skips |
//! | `key-types` | the `_id`s `1` and `"1"` are the same | none: its `_id`s are text |
//! | `key-numbers` | the `_id`s `1` and `1.0` are not the same | none |
//! | `number-types` | a 64-bit integer comes back as one of 32 bits | none: it reads every numeric type |
//! | `dates` | `$set` stores a date as text | none: days are numbers |
//! | `nul` | a value with a NUL is stored, and a filter does not find it | none: the ledger refuses a NUL everywhere |
//! | `exists-null` | `$exists` passes over a field that is null | none: a missing day is a missing field |
//! | `partial-index` | `partialFilterExpression` is dropped | the indexes are larger |
//! | `unique-missing` | a unique index takes many documents without the field | none |
//! | `set-on-insert` | `findOneAndUpdate` drops `$setOnInsert` | none: a new document is inserted |
//! | `replace-upsert` | `replaceOne` with upsert makes another `_id` than the filter's | none |
//! | `collation` | a collation is ignored | none: names are compared by bytes |
//! | `write-concern` | the wish for nine acknowledgements is granted | `majority` proves nothing there |
//! | `read-concern` | an unknown read concern is accepted | nor does a read concern |
//! | `unknown-command` | an unknown command is answered with success | none |

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod error;
mod format;
mod options;
mod original;
mod place;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use futures_util::TryStreamExt;
use mongodb::bson::{self, Bson, doc};
use mongodb::error::{ErrorKind, WriteFailure};
use sync_core::ledger::{
    Content, Document, Expected, Key, Ledger, LedgerCapabilities, Select, Swap, Version,
};

pub use error::MongoError;
pub use options::MongoOptions;
pub use original::{ORIGINAL_COLLECTION, ORIGINAL_DATABASE, read_original_list};
use place::Place;

const DUPLICATE_KEY: i32 = 11000;

/// A ledger in a MongoDB collection. Clones share the driver's connections.
#[derive(Debug, Clone)]
pub struct MongoLedger {
    place: Place,
}

impl MongoLedger {
    /// Opens the ledger at `url` in the usual collection: see [`MongoOptions::connect`].
    ///
    /// # Errors
    /// See [`MongoOptions::connect`].
    pub async fn connect(url: &str) -> Result<Self, MongoError> {
        MongoOptions::new(url).connect().await
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
                // Of a selection that this crate does not know, the caller gets too much rather
                // than too little.
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

/// A whole number of any numeric type: shells and tools that copy collections change them into each
/// other.
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
}

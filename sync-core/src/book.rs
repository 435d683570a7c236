//! The engine's view of one route in the ledger: documents read and written as records, each with the version it was read in.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::ledger::{Document, Expected, Key, LedgerError, SharedLedger, Swap, Version};
use crate::record::Record;

const ITEM: &str = "item/";
const LINK: &str = "link/";
const CURSOR: &str = "cursor";
const PAGE: usize = 500;

/// Reading or writing the ledger failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BookError {
    /// The backend failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A document in the ledger is not what this program writes.
    #[error(
        "the ledger's document `{name}` can't be read: {source}. It was written by another version or by another program; \
         nothing was changed"
    )]
    Foreign {
        /// Its name.
        name: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

/// How far the source's history is known to be in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// Every workout listed between these days has a record.
    pub(crate) from: NaiveDate,
    /// See `from`.
    pub(crate) until: NaiveDate,
}

/// Which workout an activity at the destination belongs to: written before a link is, so that two workers can't link two
/// workouts to one activity.
#[derive(Debug, Serialize, Deserialize)]
struct Link {
    item: String,
}

/// All records of a route, as last read or written.
#[derive(Debug)]
pub(crate) struct Book {
    ledger: SharedLedger,
    route: String,
    records: BTreeMap<String, Record>,
    cursor: Option<(Version, Cursor)>,
}

impl Book {
    /// Reads the whole route.
    pub(crate) async fn open(ledger: SharedLedger, route: &str) -> Result<Self, BookError> {
        let mut book = Self {
            ledger,
            route: route.to_owned(),
            records: BTreeMap::new(),
            cursor: None,
        };
        book.refresh().await?;
        Ok(book)
    }

    /// Reads the whole route again: other workers write, too.
    pub(crate) async fn refresh(&mut self) -> Result<(), BookError> {
        let mut after: Option<String> = None;
        loop {
            let page = self
                .ledger
                .scan(&self.route, after.as_deref(), PAGE)
                .await?;
            let full = page.len() >= PAGE;
            after = page.last().map(|document| document.name.clone());
            for document in page {
                self.take_in(document)?;
            }
            if !full || after.is_none() {
                return Ok(());
            }
        }
    }

    fn take_in(&mut self, document: Document) -> Result<(), BookError> {
        let Document {
            name,
            version,
            body,
        } = document;
        if let Some(id) = name.strip_prefix(ITEM) {
            let mut record: Record = parse(&name, &body)?;
            record.version = Some(version);
            self.records.insert(id.to_owned(), record);
        } else if name == CURSOR {
            self.cursor = Some((version, parse(&name, &body)?));
        }
        Ok(())
    }

    /// Reads one record again.
    pub(crate) async fn reload(&mut self, id: &str) -> Result<(), BookError> {
        if let Some(document) = self.ledger.get(&self.key(ITEM, id)).await? {
            self.take_in(document)?;
        }
        Ok(())
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Record> {
        self.records.get(id)
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.values()
    }

    /// Writes a record if nobody else has since **this copy** was read or written; what the book has read in the meantime does not count,
    /// else a worker that lost its lease would write over its successor. `false`: somebody has; the book now holds what they wrote.
    pub(crate) async fn put(&mut self, record: &mut Record) -> Result<bool, BookError> {
        let id = record.item.id.clone();
        let key = self.key(ITEM, &id);
        let expected = record.version.map_or(Expected::Absent, Expected::Version);
        let body = to_json(record, &key.name)?;
        match self.ledger.compare_and_swap(&key, expected, &body).await? {
            Swap::Done(version) => {
                record.version = Some(version);
                self.records.insert(id, record.clone());
                Ok(true)
            }
            Swap::Conflict => {
                self.reload(&id).await?;
                Ok(false)
            }
        }
    }

    /// Reserves an activity at the destination for a workout. `false`: it is another workout's.
    pub(crate) async fn reserve(&self, activity: &str, item: &str) -> Result<bool, BookError> {
        let key = self.key(LINK, activity);
        let body = to_json(
            &Link {
                item: item.to_owned(),
            },
            &key.name,
        )?;
        if let Swap::Done(_) = self
            .ledger
            .compare_and_swap(&key, Expected::Absent, &body)
            .await?
        {
            return Ok(true);
        }
        // Ours from before a crash, perhaps.
        let Some(document) = self.ledger.get(&key).await? else {
            return Ok(false);
        };
        let link: Link = parse(&document.name, &document.body)?;
        Ok(link.item == item)
    }

    pub(crate) fn cursor(&self) -> Option<Cursor> {
        self.cursor.map(|(_, cursor)| cursor)
    }

    /// Moves the cursor. Losing against another worker is harmless: theirs is as true as ours.
    pub(crate) async fn move_cursor(&mut self, cursor: Cursor) -> Result<(), BookError> {
        if self.cursor() == Some(cursor) {
            return Ok(());
        }
        let key = Key::new(&self.route, CURSOR);
        let expected = match self.cursor {
            Some((version, _)) => Expected::Version(version),
            None => Expected::Absent,
        };
        let body = to_json(&cursor, CURSOR)?;
        if let Swap::Done(version) = self.ledger.compare_and_swap(&key, expected, &body).await? {
            self.cursor = Some((version, cursor));
        }
        Ok(())
    }

    fn key(&self, kind: &str, name: &str) -> Key {
        Key::new(&self.route, format!("{kind}{name}"))
    }
}

/// Reads one record without the rest of the route.
#[cfg(feature = "conformance")]
pub(crate) async fn peek(
    ledger: &SharedLedger,
    route: &str,
    id: &str,
) -> Result<Option<Record>, BookError> {
    let key = Key::new(route, format!("{ITEM}{id}"));
    match ledger.get(&key).await? {
        Some(document) => parse(&document.name, &document.body).map(Some),
        None => Ok(None),
    }
}

fn parse<T: serde::de::DeserializeOwned>(name: &str, body: &str) -> Result<T, BookError> {
    serde_json::from_str(body).map_err(|source| BookError::Foreign {
        name: name.to_owned(),
        source,
    })
}

fn to_json<T: Serialize>(value: &T, name: &str) -> Result<String, BookError> {
    serde_json::to_string(value).map_err(|source| BookError::Foreign {
        name: name.to_owned(),
        source,
    })
}

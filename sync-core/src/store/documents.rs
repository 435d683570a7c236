//! Documents by their names, as JSON.

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Link, RouteState};
use crate::ledger::{
    Content, Document, Expected, Key, LedgerError, Select, SharedLedger, Swap, Version,
};
use crate::model::{Record, StateName};

/// Records, by the workout's identifier.
pub(super) const ITEM: &str = "item/";
/// A name before those of all records: one of them is [`ITEM`] itself, of a workout whose identifier is empty.
pub(super) const BEFORE_ITEMS: &str = "item";
/// Which workout an activity belongs to, by the activity's identifier.
pub(super) const LINK: &str = "link/";
/// The name of the document about the route as a whole.
pub(super) const ROUTE: &str = "route";
/// The same in a version-1 ledger.
pub(super) const OLD_ROUTE: &str = "cursor";
/// A version-1 ledger's index of days.
const OLD_INDEX: &str = "seen/";

/// Reading or writing the ledger failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The backend failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A document in the ledger is not what this program writes.
    #[error(
        "the ledger's document `{name}` can't be read. It was written by another version or by another program; \
         nothing was changed"
    )]
    Foreign {
        /// Its name.
        name: String,
        /// The fault in the document.
        #[source]
        source: serde_json::Error,
    },
    /// The ledger was written in format 1.
    #[error(
        "the ledger has the format of version 1; nothing was changed. Export it with the program that wrote it, and import \
         that into an empty ledger with this one"
    )]
    OldFormat,
}

/// The documents of one route.
#[derive(Debug)]
pub(super) struct Documents {
    ledger: SharedLedger,
    route: String,
}

impl Documents {
    pub(super) fn new(ledger: SharedLedger, route: &str) -> Self {
        let route = route.to_owned();
        Self { ledger, route }
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<Option<(Version, T)>, StoreError> {
        match self.ledger.get(&Key::new(&self.route, name)).await? {
            Some(document) => Ok(Some((document.version, parse(&document)?))),
            None => Ok(None),
        }
    }

    pub(super) async fn is_there(&self, name: &str) -> Result<bool, StoreError> {
        let key = Key::new(&self.route, name);
        Ok(self.ledger.get(&key).await?.is_some())
    }

    pub(super) async fn record(&self, id: &str) -> Result<Option<Record>, StoreError> {
        let key = Key::new(&self.route, format!("{ITEM}{id}"));
        let document = self.ledger.get(&key).await?;
        document.as_ref().map(record).transpose()
    }

    /// Writes a record, with its columns.
    pub(super) async fn write(
        &self,
        record: &Record,
        expected: Expected,
    ) -> Result<Swap, StoreError> {
        let name = format!("{ITEM}{}", record.item.id);
        self.swap(&name, expected, record, columns(record)).await
    }

    /// Writes a document with these columns: open, and the day.
    pub(super) async fn swap<T: Serialize>(
        &self,
        name: &str,
        expected: Expected,
        value: &T,
        (open, day): (bool, Option<NaiveDate>),
    ) -> Result<Swap, StoreError> {
        let body = serde_json::to_string(value).map_err(|source| StoreError::Foreign {
            name: name.to_owned(),
            source,
        })?;
        let key = Key::new(&self.route, name);
        let content = Content::new(&body).with_open(open).with_day(day);
        let swap = self.ledger.compare_and_swap(&key, expected, content);
        Ok(swap.await?)
    }

    pub(super) async fn page(
        &self,
        select: Select,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Document>, StoreError> {
        let page = self.ledger.scan(&self.route, select, Some(after), limit);
        Ok(page.await?)
    }

    /// Visits the selected documents of records, page by page.
    pub(super) async fn scan(
        &self,
        select: Select,
        visit: &mut Visitor<'_>,
    ) -> Result<(), StoreError> {
        let mut after = BEFORE_ITEMS.to_owned();
        loop {
            let page = self.page(select, &after, PAGE).await?;
            let is_last = page.len() < PAGE;
            for document in page {
                if document.name.starts_with(ITEM) {
                    visit(&document)?;
                } else if document.name.as_str() > ITEM {
                    return Ok(());
                }
                after = document.name;
            }
            if is_last {
                return Ok(());
            }
        }
    }
}

/// Documents per page.
pub(super) const PAGE: usize = 500;

pub(super) type Visitor<'a> = dyn FnMut(&Document) -> Result<(), StoreError> + Send + 'a;

/// The columns of a document that no scan looks for.
pub(super) const NO_COLUMNS: (bool, Option<NaiveDate>) = (false, None);

/// The columns that a ledger indexes of a record: whether something is left to do, and the local
/// day.
fn columns(record: &Record) -> (bool, Option<NaiveDate>) {
    (!record.is_settled(), Some(record.item.day()))
}

fn parse<T: DeserializeOwned>(document: &Document) -> Result<T, StoreError> {
    serde_json::from_str(&document.body).map_err(|source| StoreError::Foreign {
        name: document.name.clone(),
        source,
    })
}

pub(super) fn record(document: &Document) -> Result<Record, StoreError> {
    let mut record: Record = parse(document)?;
    record.version = Some(document.version);
    Ok(record)
}

/// The facts that a plan needs of a workout in the ledger.
#[derive(Debug)]
pub(crate) struct Brief {
    pub(crate) id: String,
    pub(crate) day: Option<NaiveDate>,
    pub(crate) state: StateName,
    pub(crate) is_settled: bool,
    pub(crate) is_gone: bool,
}

pub(super) fn brief(document: &Document) -> Result<Brief, StoreError> {
    #[derive(Deserialize)]
    struct Part {
        #[serde(rename = "state")]
        name: Name,
        #[serde(default)]
        gone: bool,
    }
    /// As in a record: reports have no separate name for
    /// [`State::Removing`](crate::model::State::Removing).
    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Name {
        Removing,
        #[serde(untagged)]
        Other(StateName),
    }
    let Part { name, gone } = parse(document)?;
    Ok(Brief {
        id: document.name[ITEM.len()..].to_owned(),
        day: document.day,
        state: match name {
            Name::Removing => StateName::Claimed,
            Name::Other(name) => name,
        },
        is_settled: !document.open,
        is_gone: gone,
    })
}

/// The kind of a document, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Record,
    /// Which workout an activity belongs to.
    Link,
    /// Written last when documents are copied: what it says is true once the others are there.
    Route,
    /// A version-1 ledger's, found out from the records: not copied.
    OldIndex,
}

/// The kind of a document, by its name. `None` for a document that is not the engine's.
pub(crate) fn kind(name: &str) -> Option<Kind> {
    match name {
        ROUTE | OLD_ROUTE => Some(Kind::Route),
        _ if name.starts_with(ITEM) => Some(Kind::Record),
        _ if name.starts_with(LINK) => Some(Kind::Link),
        _ if name.starts_with(OLD_INDEX) => Some(Kind::OldIndex),
        _ => None,
    }
}

/// A document that was copied, as this version keeps it.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) name: String,
    pub(crate) body: String,
    pub(crate) open: bool,
    pub(crate) day: Option<NaiveDate>,
}

/// Checks that a copied document is one of the engine's. The body of a present-day document stays
/// unchanged, byte for byte.
pub(crate) fn check_document(name: &str, body: &str) -> Result<Option<Checked>, serde_json::Error> {
    let foreign =
        || serde::de::Error::custom(format!("`{name}` is no name of a ledger's document"));
    let mut checked = Checked {
        name: name.to_owned(),
        body: body.to_owned(),
        open: false,
        day: None,
    };
    match kind(name).ok_or_else(foreign)? {
        Kind::Record => {
            let record = match serde_json::from_str(body) {
                Ok(record) if !is_old(body) => record,
                _ => {
                    let record = read_old(body)?;
                    checked.body = serde_json::to_string(&record)?;
                    record
                }
            };
            (checked.open, checked.day) = columns(&record);
        }
        Kind::Link => drop(serde_json::from_str::<Link>(body)?),
        Kind::Route => {
            checked.body = serde_json::to_string(&RouteState::imported(body)?)?;
            checked.name = ROUTE.to_owned();
        }
        Kind::OldIndex => return Ok(None),
    }
    Ok(Some(checked))
}

/// Whether a record has parts of format 1.
fn is_old(body: &str) -> bool {
    ["\"taking_back\":", "\"setting\":", "\"reason\":\""]
        .iter()
        .any(|part| body.contains(part))
}

/// Reads a record of format 1: interrupted removals are a state now, and settings are reasons.
fn read_old(body: &str) -> Result<Record, serde_json::Error> {
    let mut value: Value = serde_json::from_str(body)?;
    if let Value::Object(record) = &mut value {
        if let Some(reason) = record.remove("taking_back") {
            let then = match record.get("state").and_then(Value::as_str) {
                Some("tombstoned") => "tombstone",
                _ => "park",
            };
            record.insert("state".into(), "removing".into());
            record.insert("then".into(), then.into());
            record.insert("reason".into(), reason);
        }
        let (setting, sport) = (record.remove("setting"), record.remove("sport"));
        let reason = match (setting.as_ref().and_then(Value::as_str), sport) {
            (Some("sports"), Some(sport)) => Some(serde_json::json!({
                "left_out": {"sport": sport, "filter": "", "exercise": false}
            })),
            (Some("manual_entries"), _) => Some(serde_json::json!({
                "no_track": {"exercise": null}
            })),
            _ => None,
        };
        if let Some(reason) = reason {
            record.insert("reason".into(), reason);
        }
    }
    serde_json::from_value(value)
}

//! Documents by their names, as JSON.

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Link, RouteState};
use crate::Route;
use crate::ledger::{Content, Document, Expected, Key, LedgerError, Select, Swap, Version};
use crate::model::{Record, StateName};

/// Records, by the workout's identifier.
pub(super) const ITEM: &str = "item/";
/// A name before those of all records: one of them is [`ITEM`] itself, of a workout whose identifier is empty.
pub(super) const BEFORE_ITEMS: &str = "item";
/// Which workout an activity belongs to, by the activity's identifier.
pub(super) const LINK: &str = "link/";
/// The name of the document about the route as a whole.
pub(crate) const ROUTE: &str = "route";
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

impl Route {
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        name: &str,
    ) -> Result<Option<(Version, T)>, StoreError> {
        let document = self.document(name).await?;
        document.map(|it| Ok((it.version, parse(&it)?))).transpose()
    }

    pub(super) async fn document(&self, name: &str) -> Result<Option<Document>, StoreError> {
        Ok(self.ledger.get(&Key::new(&self.name, name)).await?)
    }

    pub(crate) async fn record(&self, id: &str) -> Result<Option<Record>, StoreError> {
        let document = self.document(&format!("{ITEM}{id}")).await?;
        document.as_ref().map(record).transpose()
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
        let key = Key::new(&self.name, name);
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
        let page = self.ledger.scan(&self.name, select, Some(after), limit);
        Ok(page.await?)
    }

    /// Visits the selected documents of records, page by page.
    pub(crate) async fn scan(
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

pub(crate) type Visitor<'a> = dyn FnMut(&Document) -> Result<(), StoreError> + Send + 'a;

/// The columns of a document that no scan looks for.
pub(super) const NO_COLUMNS: (bool, Option<NaiveDate>) = (false, None);

/// The columns that a ledger indexes of a record: whether something is left to do, and the local
/// day.
pub(super) fn columns(record: &Record) -> (bool, Option<NaiveDate>) {
    (!record.is_settled(), Some(record.item.day()))
}

fn parse<T: DeserializeOwned>(document: &Document) -> Result<T, StoreError> {
    serde_json::from_str(&document.body).map_err(|source| StoreError::Foreign {
        name: document.name.clone(),
        source,
    })
}

pub(crate) fn record(document: &Document) -> Result<Record, StoreError> {
    let mut record: Record = parse(document)?;
    record.version = Some(document.version);
    Ok(record)
}

/// A workout in the ledger, as far as a plan needs it.
#[derive(Debug)]
pub(crate) struct Brief {
    pub(crate) id: String,
    pub(crate) day: Option<NaiveDate>,
    pub(crate) state: StateName,
    pub(crate) is_settled: bool,
    pub(crate) is_gone: bool,
}

/// Reads a workout as far as a plan needs it.
pub(crate) fn brief(document: &Document) -> Result<Brief, StoreError> {
    #[derive(Deserialize)]
    struct Part {
        state: StateName,
        #[serde(default)]
        gone: bool,
    }
    let Part { state, gone } = parse(document)?;
    Ok(Brief {
        id: document.name[ITEM.len()..].to_owned(),
        day: document.day,
        state,
        is_settled: !document.open,
        is_gone: gone,
    })
}

/// Checks that a copied document is one of the engine's, and gives it as this version keeps it. The body of a present-day document
/// stays unchanged, byte for byte. `None` for a document that is not copied.
pub(crate) fn check_document(
    name: &str,
    body: &str,
) -> Result<Option<Document>, serde_json::Error> {
    let mut checked = Document::new(name, 0, body);
    match name {
        ROUTE | OLD_ROUTE => {
            checked.body = serde_json::to_string(&RouteState::imported(body)?)?;
            checked.name = ROUTE.to_owned();
        }
        _ if name.starts_with(ITEM) => {
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
        _ if name.starts_with(LINK) => drop(serde_json::from_str::<Link>(body)?),
        // Found out from the records.
        _ if name.starts_with(OLD_INDEX) => return Ok(None),
        _ => {
            let foreign = format!("`{name}` is no name of a ledger's document");
            return Err(serde::de::Error::custom(foreign));
        }
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
    let mut record: serde_json::Map<String, Value> = serde_json::from_str(body)?;
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
        (Some("manual_entries"), _) => Some(serde_json::json!({"no_track": {"exercise": null}})),
        _ => None,
    };
    record.extend(reason.map(|reason| ("reason".to_owned(), reason)));
    serde_json::from_value(record.into())
}

//! Which workouts there are, by day: an entry for each record, written before the record.
//!
//! An entry that says [`Mark::Settled`] is true. One that says [`Mark::Open`] may be out of date; whoever needs to know reads the record.
//! That holds because a record only becomes unsettled after its entry was opened, and an entry is only marked as settled by somebody
//! who saw the record settled in a version above the one at which the entry was opened, and the entry as it was before that.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::document::{self, Documents, ITEM, Names, SEEN};
use super::{BookError, Document};
use crate::Window;
use crate::ledger::{Expected, Swap, Version};
use crate::record::{Record, StateName};

/// What the index says of one workout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The workout.
    pub(crate) id: String,
    /// Its local day when it was first seen.
    pub(crate) day: NaiveDate,
    /// Whether runs have to look at it.
    pub(crate) mark: Mark,
    /// The version of the entry's document.
    pub(super) version: Version,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mark {
    /// The record may be unsettled, unless it is settled in a version above this one.
    Open(Version),
    /// It is settled, like this.
    Settled(StateName),
    /// It is settled, and a person said that the source is right not to list it any more.
    Gone(StateName),
}

impl Entry {
    /// Whether nobody expects it in the source's listing.
    pub(crate) fn is_gone(&self) -> bool {
        matches!(self.mark, Mark::Gone(_))
    }
}

/// Makes an entry for every record that has none.
pub(super) async fn build(documents: &Documents) -> Result<(), BookError> {
    let mut pages = Names::under(ITEM);
    while let Some(page) = pages.next(documents).await? {
        for document in page {
            insert(documents, &document::record(&document)?).await?;
        }
    }
    Ok(())
}

/// Makes the entry of a record as it is now. `None`: there is one already.
pub(super) async fn insert(
    documents: &Documents,
    record: &Record,
) -> Result<Option<Entry>, BookError> {
    let entry = of_record(record);
    let swap = documents
        .swap(&name(entry.day, &entry.id), Expected::Absent, &entry.mark)
        .await?;
    Ok(match swap {
        Swap::Done(version) => Some(Entry { version, ..entry }),
        Swap::Conflict => None,
    })
}

fn of_record(record: &Record) -> Entry {
    Entry {
        id: record.item.id.clone(),
        day: clamped(record.item.day()),
        mark: match record.is_settled() {
            true => Mark::Settled(record.state.name()),
            false => Mark::Open(0),
        },
        version: 0,
    }
}

/// Opens an entry, in a new version in any case: whoever is about to mark it as settled has to think again.
pub(super) async fn open(
    documents: &Documents,
    day: NaiveDate,
    record: &Record,
) -> Result<Entry, BookError> {
    let id = record.item.id.clone();
    let name = name(day, &id);
    let mut above = record.version.unwrap_or(0);
    let mut expected = Expected::Absent;
    loop {
        let mark = Mark::Open(above);
        if let Swap::Done(version) = documents.swap(&name, expected, &mark).await? {
            let day = clamped(day);
            return Ok(Entry {
                id,
                day,
                mark,
                version,
            });
        }
        let there: Option<(Version, Mark)> = documents.get(&name).await?;
        // Somebody with a younger copy may be about to open it, too: theirs has to be seen before it is settled.
        if let Some((_, Mark::Open(theirs))) = &there {
            above = above.max(*theirs);
        }
        expected = there.map_or(Expected::Absent, |(version, _)| Expected::Version(version));
    }
}

/// Marks an entry as settled, if it still is as it was before `record` was seen. `None`: it is not.
pub(super) async fn settle(
    documents: &Documents,
    entry: Entry,
    record: &Record,
) -> Result<Option<Entry>, BookError> {
    let above = match entry.mark {
        Mark::Open(above) => above,
        Mark::Settled(_) | Mark::Gone(_) => 0,
    };
    if !record.is_settled() || record.version.is_none_or(|version| version <= above) {
        return Ok(None);
    }
    let mark = Mark::Settled(record.state.name());
    let expected = Expected::Version(entry.version);
    let swap = documents
        .swap(&name(entry.day, &entry.id), expected, &mark)
        .await?;
    Ok(match swap {
        Swap::Done(version) => Some(Entry {
            mark,
            version,
            ..entry
        }),
        Swap::Conflict => None,
    })
}

/// Marks a settled workout as gone from the source.
pub(super) async fn mark_gone(documents: &Documents, entry: Entry) -> Result<(), BookError> {
    if let Mark::Settled(name) = entry.mark {
        // Whoever writes it now has a reason to look at it.
        let _ = documents
            .swap(
                &self::name(entry.day, &entry.id),
                Expected::Version(entry.version),
                &Mark::Gone(name),
            )
            .await?;
    }
    Ok(())
}

/// One entry.
pub(super) async fn entry(
    documents: &Documents,
    day: NaiveDate,
    id: &str,
) -> Result<Option<Entry>, BookError> {
    let there: Option<(Version, Mark)> = documents.get(&name(day, id)).await?;
    Ok(there.map(|(version, mark)| Entry {
        id: id.to_owned(),
        day: clamped(day),
        mark,
        version,
    }))
}

/// The entries of these days.
pub(super) async fn entries(
    documents: &Documents,
    window: Window,
) -> Result<Vec<Entry>, BookError> {
    let mut entries = Vec::new();
    let mut pages = Pages::new(window);
    while let Some(page) = pages.next(documents).await? {
        entries.extend(page);
    }
    Ok(entries)
}

/// The same, for a ledger without an index, from its records.
pub(super) async fn entries_of_records(
    documents: &Documents,
    window: Window,
) -> Result<Vec<Entry>, BookError> {
    let mut entries = Vec::new();
    let mut pages = Names::under(ITEM);
    while let Some(page) = pages.next(documents).await? {
        for document in page {
            let entry = of_record(&document::record(&document)?);
            if window.contains(entry.day) {
                entries.push(entry);
            }
        }
    }
    Ok(entries)
}

/// The entries of some days, page by page.
pub(super) struct Pages {
    names: Names,
    until: NaiveDate,
}

impl Pages {
    pub(super) fn new(window: Window) -> Self {
        let days = (window.until - window.from).num_days();
        let expected = usize::try_from(days.saturating_mul(4)).unwrap_or_default();
        Self {
            names: Names::after(SEEN, format!("{SEEN}{}", clamped(window.from)), expected),
            until: window.until,
        }
    }

    pub(super) async fn next(
        &mut self,
        documents: &Documents,
    ) -> Result<Option<Vec<Entry>>, BookError> {
        let Some(page) = self.names.next(documents).await? else {
            return Ok(None);
        };
        let mut entries = Vec::with_capacity(page.len());
        for document in page {
            let entry = of_document(&document)?;
            if entry.day > self.until {
                self.names.end();
                break;
            }
            entries.push(entry);
        }
        Ok(Some(entries))
    }
}

fn of_document(document: &Document) -> Result<Entry, BookError> {
    let mark = document::parse(document)?;
    let day_and_id = document
        .name
        .strip_prefix(SEEN)
        .and_then(|rest| rest.split_once('/'));
    let Some((Ok(day), id)) = day_and_id.map(|(day, id)| (day.parse(), id)) else {
        return Err(BookError::Foreign {
            name: document.name.clone(),
            source: serde::de::Error::custom("its name has no day"),
        });
    };
    Ok(Entry {
        id: id.to_owned(),
        day,
        mark,
        version: document.version,
    })
}

fn name(day: NaiveDate, id: &str) -> String {
    format!("{SEEN}{}/{id}", clamped(day))
}

/// Years of four digits, so that names sort like days.
pub(super) fn clamped(day: NaiveDate) -> NaiveDate {
    day.clamp(Window::ALL.from, Window::ALL.until)
}

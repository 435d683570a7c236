//! The engine's view of one route in the ledger: documents read and written as records, each with the version it was read in.
//!
//! A ledger grows for ever, a run does not: only the workouts around the one in work are in memory. Which those are tells an index of
//! days ([`index`]); from which day on they may be unsettled tells the frontier ([`head`]).

mod document;
mod head;
mod index;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub use document::BookError;
use document::{Documents, HEAD, ITEM, LINK, SEEN};
use head::{Head, Known};
pub(crate) use index::{Entry, Mark};

use crate::Window;
use crate::engine::Side;
use crate::ledger::{Document, Expected, SharedLedger, Swap, Version};
use crate::record::Record;

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
    /// `None`: nobody's any more.
    item: Option<String>,
}

/// The records of a route that matter now, as last read or written.
#[derive(Debug)]
pub(crate) struct Book {
    documents: Documents,
    head: Known,
    /// What the index says from a day on, as it was surveyed when the book was opened.
    survey: Option<(NaiveDate, Vec<Entry>)>,
    records: BTreeMap<String, Record>,
    /// The index entries of `records`, as last read or written.
    entries: BTreeMap<String, Entry>,
    focus: Option<Window>,
}

impl Book {
    /// Opens a route for reading: nothing is written, not even an index.
    pub(crate) async fn open(ledger: SharedLedger, route: &str) -> Result<Self, BookError> {
        let documents = Documents::new(ledger, route);
        Ok(Self {
            head: Known::read(&documents).await?,
            documents,
            survey: None,
            records: BTreeMap::new(),
            entries: BTreeMap::new(),
            focus: None,
        })
    }

    /// Makes the route ready for work. A ledger from before there was an index gets one; a new one hides nothing before `frontier`.
    pub(crate) async fn prepare(&mut self, frontier: NaiveDate) -> Result<(), BookError> {
        let survey = self.survey.take();
        if self.is_indexed() {
            return Ok(());
        }
        let is_empty = survey.is_some_and(|(_, entries)| entries.is_empty());
        if is_empty && !self.head.is_there() {
            self.head.begin(&self.documents, frontier).await?;
        }
        if !self.is_indexed() {
            index::build(&self.documents).await?;
            self.head.set_indexed(&self.documents).await?;
        }
        Ok(())
    }

    /// Without an index every record is read where the index would be.
    fn is_indexed(&self) -> bool {
        self.head.head.indexed
    }

    /// Reads what the index says of everything that may be unsettled, and gives the records that are.
    pub(crate) async fn survey(&mut self) -> Result<Vec<Record>, BookError> {
        let from = match self.is_indexed() {
            true => self.head.head.open_from(),
            false => Window::ALL.from,
        };
        let until = Window::ALL.until;
        let entries = self.known(Window { from, until }).await?;
        let open = |entry: &&Entry| matches!(entry.mark, Mark::Open(_));
        let mut ids: BTreeSet<&str> = entries
            .iter()
            .filter(open)
            .map(|entry| entry.id.as_str())
            .collect();
        ids.extend(
            self.head
                .head
                .behind
                .iter()
                .map(|behind| behind.id.as_str()),
        );
        let mut records = Vec::new();
        for id in ids {
            let record = self.documents.record(id).await?;
            records.extend(record.filter(|record| !record.is_settled()));
        }
        self.survey = Some((from, entries));
        Ok(records)
    }

    /// Lets the index be read again.
    pub(crate) fn forget_survey(&mut self) {
        self.survey = None;
    }

    /// Makes sure that every record of these days is in memory; those of other days are let go of.
    pub(crate) async fn focus(&mut self, window: Window) -> Result<(), BookError> {
        if self.focus == Some(window) {
            return Ok(());
        }
        self.records
            .retain(|_, record| window.contains(record.item.day()));
        let records = &self.records;
        self.entries.retain(|id, _| records.contains_key(id));
        self.load(window, false).await?;
        self.focus = Some(window);
        Ok(())
    }

    /// Reads the records in focus again: other workers write, too.
    pub(crate) async fn refresh(&mut self) -> Result<(), BookError> {
        match self.focus {
            Some(window) => self.load(window, true).await,
            None => Ok(()),
        }
    }

    async fn load(&mut self, window: Window, again: bool) -> Result<(), BookError> {
        for entry in self.known(window).await? {
            let same = self
                .entries
                .get(&entry.id)
                .is_some_and(|known| known.version == entry.version);
            if again || !same || !self.records.contains_key(&entry.id) {
                let id = entry.id.clone();
                // First the entry, then the record: a mark that is set later is not trusted with an older version.
                self.entries.insert(id.clone(), entry);
                self.read(&id).await?;
            }
        }
        Ok(())
    }

    /// What the index says of the workouts of these days.
    pub(crate) async fn known(&self, window: Window) -> Result<Vec<Entry>, BookError> {
        if let Some((from, entries)) = &self.survey
            && *from <= index::clamped(window.from)
        {
            let within = entries.iter().filter(|entry| window.contains(entry.day));
            return Ok(within.cloned().collect());
        }
        if self.is_indexed() {
            index::entries(&self.documents, window).await
        } else {
            index::entries_of_records(&self.documents, window).await
        }
    }

    /// Whether at least so many workouts are at the destination.
    pub(crate) async fn has_delivered(&self, many: usize) -> Result<bool, BookError> {
        let mut count = 0;
        let mut days = index::Pages::new(Window::ALL);
        while count < many {
            let page = match self.is_indexed() {
                true => days.next(&self.documents).await?,
                false => Some(self.known(Window::ALL).await?),
            };
            let Some(page) = page else { break };
            for entry in page {
                let name = match entry.mark {
                    Mark::Settled(name) | Mark::Gone(name) => Some(name),
                    Mark::Open(_) => self
                        .peek(&entry.id)
                        .await?
                        .map(|record| record.state.name()),
                };
                count += usize::from(name.is_some_and(crate::StateName::is_at_destination));
            }
            if !self.is_indexed() {
                break;
            }
        }
        Ok(count >= many)
    }

    /// From now on nobody misses these workouts in the source's listing. Those that are unsettled are looked at anyway.
    pub(crate) async fn accept_as_gone(&self, entries: Vec<Entry>) -> Result<(), BookError> {
        for entry in entries {
            index::mark_gone(&self.documents, entry).await?;
        }
        Ok(())
    }

    /// Reads every record of the route, one after the other.
    pub(crate) async fn for_each(
        &self,
        mut visit: impl FnMut(Record) + Send,
    ) -> Result<(), BookError> {
        let mut pages = document::Names::under(ITEM);
        while let Some(page) = pages.next(&self.documents).await? {
            for document in page {
                visit(document::record(&document)?);
            }
        }
        Ok(())
    }

    /// Reads one record, with its index entry.
    pub(crate) async fn reload(&mut self, id: &str) -> Result<(), BookError> {
        self.read(id).await?;
        if let Some(record) = self.records.get(id)
            && !self.entries.contains_key(id)
        {
            match index::entry(&self.documents, record.item.day(), id).await? {
                Some(entry) => {
                    self.entries.insert(id.to_owned(), entry);
                    // The entry may be younger than the record: read in the order in which both can be relied on.
                    self.read(id).await?;
                }
                // Somebody died between the record and its entry.
                None if record.is_settled() => drop(index::insert(&self.documents, record).await?),
                None => {}
            }
        }
        Ok(())
    }

    /// Reads one record without keeping it.
    pub(crate) async fn peek(&self, id: &str) -> Result<Option<Record>, BookError> {
        self.documents.record(id).await
    }

    async fn read(&mut self, id: &str) -> Result<(), BookError> {
        if let Some(record) = self.documents.record(id).await? {
            self.records.insert(id.to_owned(), record);
        }
        Ok(())
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Record> {
        self.records.get(id)
    }

    /// The records in memory: all of the days in focus.
    pub(crate) fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.values()
    }

    /// Writes a record if nobody else has since **this copy** was read or written; what the book has read in the meantime does not count,
    /// else a worker that lost its lease would write over its successor. `false`: somebody has; the book now holds what they wrote.
    pub(crate) async fn put(&mut self, record: &mut Record) -> Result<bool, BookError> {
        let id = record.item.id.clone();
        let name = format!("{ITEM}{id}");
        if !record.is_settled() && !self.is_open(record) {
            self.announce(record).await?;
        }
        let expected = record.version.map_or(Expected::Absent, Expected::Version);
        let Swap::Done(version) = self.documents.swap(&name, expected, record).await? else {
            self.reload(&id).await?;
            return Ok(false);
        };
        record.version = Some(version);
        if record.is_settled() {
            self.mark_settled(record).await?;
        }
        self.records.insert(id, record.clone());
        Ok(true)
    }

    /// Whether the version that this copy was read in was unsettled, too: then it was announced.
    fn is_open(&self, record: &Record) -> bool {
        record.version.is_some()
            && self
                .records
                .get(&record.item.id)
                .is_some_and(|known| known.version == record.version && !known.is_settled())
    }

    /// Before a workout becomes unsettled: from now on every run will find it.
    async fn announce(&mut self, record: &Record) -> Result<(), BookError> {
        let day = record.item.day();
        let entry = index::open(&self.documents, day, record).await?;
        self.entries.insert(record.item.id.clone(), entry);
        // In this order: whoever moves the frontier past this day either sees the entry, or is seen here.
        self.head.reach_back(&self.documents, day).await
    }

    /// After a workout was settled: runs need not look at it any more. Losing against another worker is harmless, for a mark that is
    /// missing only costs a look.
    async fn mark_settled(&mut self, record: &Record) -> Result<(), BookError> {
        let id = &record.item.id;
        match self.entries.get(id).cloned() {
            Some(entry) if entry.mark != Mark::Settled(record.state.name()) => {
                if let Some(entry) = index::settle(&self.documents, entry, record).await? {
                    self.entries.insert(id.clone(), entry);
                }
                Ok(())
            }
            Some(_) => Ok(()),
            // Settled in its very first version.
            None => {
                let entry = index::insert(&self.documents, record).await?;
                self.entries.extend(entry.map(|entry| (id.clone(), entry)));
                Ok(())
            }
        }
    }

    /// Reserves an activity at the destination for a workout. `false`: it is another workout's.
    pub(crate) async fn reserve(&self, activity: &str, item: &str) -> Result<bool, BookError> {
        let name = format!("{LINK}{activity}");
        let ours = Link {
            item: Some(item.to_owned()),
        };
        let mut expected = Expected::Absent;
        loop {
            if let Swap::Done(_) = self.documents.swap(&name, expected, &ours).await? {
                return Ok(true);
            }
            expected = match self.documents.get(&name).await? {
                // Ours from before a crash, perhaps.
                Some((_, Link { item: Some(theirs) })) => return Ok(theirs == item),
                Some((version, Link { item: None })) => Expected::Version(version),
                None => Expected::Absent,
            };
        }
    }

    /// Gives an activity free that was reserved for a workout.
    pub(crate) async fn release(&self, activity: &str, item: &str) -> Result<(), BookError> {
        let name = format!("{LINK}{activity}");
        let there: Option<(Version, Link)> = self.documents.get(&name).await?;
        if let Some((version, link)) = there
            && link.item.as_deref() == Some(item)
        {
            // Nobody else changes what is reserved for a workout but who holds it.
            let _ = self
                .documents
                .swap(&name, Expected::Version(version), &Link { item: None })
                .await?;
        }
        Ok(())
    }

    /// The longest time after which the destination was seen to list an upload.
    pub(crate) fn longest_listing_delay(&self) -> TimeDelta {
        self.head.head.listing_delay()
    }

    /// Keeps a listing delay, if it is the longest so far.
    pub(crate) async fn saw_listing_delay(&mut self, delay: TimeDelta) -> Result<(), BookError> {
        self.head.saw_listing_delay(&self.documents, delay).await
    }

    /// Until when which service asked to be left alone.
    pub(crate) fn pauses(&self) -> &BTreeMap<Side, DateTime<Utc>> {
        &self.head.head.pauses
    }

    /// See [`pauses`](Self::pauses).
    pub(crate) async fn keep_pauses(
        &mut self,
        pauses: &BTreeMap<Side, DateTime<Utc>>,
    ) -> Result<(), BookError> {
        self.head.keep_pauses(&self.documents, pauses).await
    }

    pub(crate) fn cursor(&self) -> Option<Cursor> {
        self.head.head.cursor()
    }

    /// Moves the cursor, and lets runs start their search for unsettled workouts at `frontier` as far as everything before is settled.
    pub(crate) async fn advance(
        &mut self,
        cursor: impl Fn(Option<Cursor>) -> Option<Cursor>,
        frontier: NaiveDate,
    ) -> Result<(), BookError> {
        self.head.advance(&self.documents, cursor, frontier).await
    }
}

/// Reads one record without the rest of the route.
pub(crate) async fn peek(
    ledger: &SharedLedger,
    route: &str,
    id: &str,
) -> Result<Option<Record>, BookError> {
    Documents::new(ledger.clone(), route).record(id).await
}

/// Lets the next book index a route anew: records came into the ledger in another way than through a book.
pub(crate) async fn forget_index(ledger: &SharedLedger, route: &str) -> Result<(), BookError> {
    let documents = Documents::new(ledger.clone(), route);
    let mut head = Known::read(&documents).await?;
    head.forget_index(&documents).await
}

/// What a document's name says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Record,
    /// Whose an activity is.
    Link,
    /// Found out from the records: not copied.
    Index,
    /// Written last when documents are copied: what it says is true once the others are there.
    Head,
}

/// What a copy of a route's head says: what was learnt of the source.
pub(crate) fn copied_head(body: &str) -> Result<String, serde_json::Error> {
    let head: Head = serde_json::from_str(body)?;
    serde_json::to_string(&head.without_index())
}

/// What a document is, by its name. `None`: none of ours.
pub(crate) fn kind(name: &str) -> Option<Kind> {
    match name {
        HEAD => Some(Kind::Head),
        _ if name.starts_with(ITEM) => Some(Kind::Record),
        _ if name.starts_with(LINK) => Some(Kind::Link),
        _ if name.starts_with(SEEN) => Some(Kind::Index),
        _ => None,
    }
}

/// Checks that a document that came in another way than through a book is one of ours.
pub(crate) fn check(name: &str, body: &str) -> Result<Kind, serde_json::Error> {
    let foreign =
        || serde::de::Error::custom(format!("`{name}` is no name of a ledger's document"));
    let kind = kind(name).ok_or_else(foreign)?;
    match kind {
        Kind::Record => drop(serde_json::from_str::<Record>(body)?),
        Kind::Link => drop(serde_json::from_str::<Link>(body)?),
        Kind::Index => drop(serde_json::from_str::<Mark>(body)?),
        Kind::Head => drop(serde_json::from_str::<Head>(body)?),
    }
    Ok(kind)
}

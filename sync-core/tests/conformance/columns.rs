//! Ledgers that are wrong in one way each in their columns.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard};

use chrono::{Datelike, NaiveDate};
use sync_core::ledger::{
    Content, Document, Expected, Key, Ledger, LedgerCapabilities, Select, Swap,
};

use crate::broken::others_first;

/// The fault of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No fault.
    None,
    /// An update writes the body only.
    UpdatesBodyOnly,
    /// An update keeps the old day where the new one is `None` (`COALESCE`).
    KeepsOldDay,
    /// Once open, always open.
    StaysOpen,
    /// A conflict writes the columns.
    ConflictWritesColumns,
    /// The day belongs to the name, not to the route and the name.
    DayOfTheOtherRoute,
    /// The day belongs to the store: the last one written counts for every document.
    DayOfAnother,
    /// `get` does not read the columns.
    GetWithoutColumns,
    /// Body and columns are two writes.
    TwoWrites,
    /// Days are text, compared as text.
    DaysAsText,
    /// Days are kept in 16 bits, from 1970 on.
    NarrowDays,
    /// The index of open documents does not follow updates: one that opens is missing.
    OpenMisses,
    /// The index of open documents does not follow updates: one that was closed is still there.
    OpenInvents,
    /// The index of open documents does not know routes.
    OpenOfAllRoutes,
    /// A scan of open documents gives all.
    OpenGivesAll,
    /// The last day of a window is left out.
    WithoutLastDay,
    /// The first day of a window is left out.
    WithoutFirstDay,
    /// A document without a day lies in each window.
    NoDayIsEveryDay,
    /// A window gives the documents in the order of their days.
    OrderedByDay,
    /// The limit counts before the selection.
    LimitBeforeSelection,
    /// A page begins at the place of `after` among the selected; where it is not selected, at the beginning.
    AfterMustBeSelected,
    /// Later pages begin at an offset.
    OffsetPages,
    /// Each handle keeps the columns that it read first.
    RemembersColumns,
    /// The columns are in memory, the bodies on disk.
    ColumnsInMemory,
}

/// Each with the check that has to fail.
pub const FAULTS: &[(Fault, &str)] = &[
    (Fault::UpdatesBodyOnly, "columns-are-replaced"),
    (Fault::KeepsOldDay, "columns-are-replaced"),
    (Fault::StaysOpen, "columns-are-replaced"),
    (Fault::ConflictWritesColumns, "conflict-keeps-columns"),
    (Fault::DayOfTheOtherRoute, "columns-are-kept"),
    (Fault::DayOfAnother, "columns-are-kept"),
    (Fault::GetWithoutColumns, "columns-are-kept"),
    (Fault::TwoWrites, "columns-with-body"),
    (Fault::DaysAsText, "extreme-days"),
    (Fault::NarrowDays, "extreme-days"),
    (Fault::OpenMisses, "selection-is-current"),
    (Fault::OpenInvents, "open-scan"),
    (Fault::OpenOfAllRoutes, "open-scan"),
    (Fault::OpenGivesAll, "open-scan"),
    (Fault::WithoutLastDay, "days-scan"),
    (Fault::WithoutFirstDay, "days-scan"),
    (Fault::NoDayIsEveryDay, "days-scan"),
    (Fault::OrderedByDay, "selection-pages"),
    (Fault::LimitBeforeSelection, "selection-pages"),
    (Fault::AfterMustBeSelected, "selection-pages"),
    (Fault::OffsetPages, "selection-while-writing"),
    (Fault::RemembersColumns, "selection-is-current"),
    (Fault::ColumnsInMemory, "reopening-keeps-columns"),
];

type Columns = (bool, Option<NaiveDate>);

/// The documents of a store, and what a fault keeps beside them.
pub type Disk = Arc<Mutex<BTreeMap<Key, Document>>>;

/// A handle on a broken store.
pub struct Broken {
    fault: Fault,
    disk: Disk,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    remembered: BTreeMap<Key, Columns>,
    /// How many documents the pages of a scan have given.
    given: BTreeMap<String, usize>,
}

impl Broken {
    pub fn open(fault: Fault, disk: Disk) -> Self {
        Self {
            fault,
            disk,
            state: Mutex::default(),
        }
    }

    fn disk(&self) -> MutexGuard<'_, BTreeMap<Key, Document>> {
        self.disk.lock().unwrap()
    }

    fn route(&self, route: &str) -> Vec<Document> {
        let disk = self.disk();
        let documents = disk.iter().filter(|(key, _)| key.route == route);
        documents.map(|(_, document)| document.clone()).collect()
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// The place where the fault keeps other columns.
    fn aside(&self, key: &Key) -> Option<Key> {
        match self.fault {
            Fault::DayOfTheOtherRoute => Some(Key::new("aside", &key.name)),
            Fault::DayOfAnother => Some(Key::new("aside", "x")),
            Fault::OpenInvents | Fault::OpenMisses => {
                Some(Key::new(format!("aside {}", key.route), &key.name))
            }
            _ => None,
        }
    }

    /// The columns that this store writes.
    fn columns(&self, key: &Key, content: Content<'_>, there: Option<&Document>) -> Columns {
        let (mut open, mut day) = (content.open, content.day);
        match (self.fault, there) {
            (Fault::UpdatesBodyOnly, Some(there)) => (open, day) = (there.open, there.day),
            (Fault::KeepsOldDay, Some(there)) => day = day.or(there.day),
            (Fault::StaysOpen, Some(there)) => open |= there.open,
            (Fault::NarrowDays, _) => {
                let epoch = NaiveDate::default();
                let narrow = |day: NaiveDate| (day - epoch).num_days() as i16;
                day = day.map(|day| epoch + chrono::TimeDelta::days(narrow(day).into()));
            }
            (Fault::ColumnsInMemory, _) => {
                let mut state = self.state.lock().unwrap();
                state.remembered.insert(key.clone(), (open, day));
                (open, day) = (false, None);
            }
            _ => {}
        }
        (open, day)
    }

    /// The document as a reader of this store sees it.
    fn seen(&self, route: &str, mut document: Document, by_get: bool) -> Document {
        let key = Key::new(route, &document.name);
        let mut state = self.state.lock().unwrap();
        let columns = (document.open, document.day);
        let (open, day) = match self.fault {
            Fault::GetWithoutColumns if by_get => (false, None),
            Fault::RemembersColumns => *state.remembered.entry(key).or_insert(columns),
            Fault::ColumnsInMemory => state.remembered.get(&key).copied().unwrap_or_default(),
            Fault::DayOfTheOtherRoute | Fault::DayOfAnother => {
                let aside = self
                    .aside(&key)
                    .and_then(|key| self.disk().get(&key).cloned());
                (columns.0, aside.and_then(|aside| aside.day))
            }
            _ => columns,
        };
        (document.open, document.day) = (open, day);
        document
    }

    fn is_selected(&self, route: &str, document: &Document, select: Select) -> bool {
        let (open, day) = (document.open, document.day);
        match (self.fault, select) {
            (Fault::OpenGivesAll, Select::Open) => true,
            (Fault::OpenInvents | Fault::OpenMisses, Select::Open) => {
                let aside = self.aside(&Key::new(route, &document.name));
                let indexed = aside
                    .and_then(|key| self.disk().get(&key).cloned())
                    .is_some_and(|aside| aside.open);
                match self.fault {
                    Fault::OpenInvents => open || indexed,
                    _ => open && indexed,
                }
            }
            (Fault::WithoutLastDay, Select::Days(window)) => {
                select.matches(open, day) && day != Some(window.until)
            }
            (Fault::WithoutFirstDay, Select::Days(window)) => {
                select.matches(open, day) && day != Some(window.from)
            }
            (Fault::NoDayIsEveryDay, Select::Days(_)) => day.is_none() || select.matches(open, day),
            (Fault::DaysAsText, Select::Days(window)) => day.is_some_and(|day| {
                let text = |day: NaiveDate| {
                    format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day())
                };
                text(window.from) <= text(day) && text(day) <= text(window.until)
            }),
            _ => select.matches(open, day),
        }
    }
}

impl Ledger for Broken {
    type Error = Infallible;

    fn capabilities(&self) -> LedgerCapabilities {
        LedgerCapabilities::new(true, true)
    }

    async fn get(&self, key: &Key) -> Result<Option<Document>, Infallible> {
        let found = self.disk().get(key).cloned();
        Ok(found.map(|found| self.seen(&key.route, found, true)))
    }

    async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        content: Content<'_>,
    ) -> Result<Swap, Infallible> {
        let there = self.disk().get(key).cloned();
        let version = match (&there, expected) {
            (None, Expected::Absent) => 1,
            (Some(there), Expected::Version(version)) if there.version == version => version + 1,
            _ => {
                if self.is(Fault::ConflictWritesColumns)
                    && let Some(there) = self.disk().get_mut(key)
                {
                    (there.open, there.day) = (content.open, content.day);
                }
                return Ok(Swap::Conflict);
            }
        };
        let (open, day) = self.columns(key, content, there.as_ref());
        let mut document = Document::new(&key.name, version, content.body);
        if let Some(there) = there.filter(|_| self.is(Fault::TwoWrites)) {
            (document.open, document.day) = (there.open, there.day);
            self.disk().insert(key.clone(), document.clone());
            others_first().await;
        }
        (document.open, document.day) = (open, day);
        // The index of open documents is written with new documents only.
        let indexes = matches!(self.fault, Fault::OpenMisses | Fault::OpenInvents);
        if let Some(aside) = self.aside(key).filter(|_| !indexes || version == 1) {
            self.disk().insert(aside, document.clone());
        }
        self.disk().insert(key.clone(), document);
        Ok(Swap::Done(version))
    }

    async fn scan(
        &self,
        route: &str,
        select: Select,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, Infallible> {
        let mut all = self.route(route);
        if self.is(Fault::OpenOfAllRoutes) && select == Select::Open {
            all = self.route("here -> there");
        }
        let mut all: Vec<Document> = all
            .into_iter()
            .map(|document| self.seen(route, document, false))
            .collect();
        if self.is(Fault::LimitBeforeSelection) {
            all.retain(|document| after.is_none_or(|after| *document.name > *after));
            all.truncate(limit);
        }
        all.retain(|document| self.is_selected(route, document, select));
        if self.is(Fault::OrderedByDay) && matches!(select, Select::Days(_)) {
            all.sort_by_key(|document| document.day);
        }
        let mut state = self.state.lock().unwrap();
        let start = match after {
            None => 0,
            Some(_) if self.is(Fault::OffsetPages) && select != Select::All => {
                state.given.get(route).copied().unwrap_or(0)
            }
            Some(after) if self.is(Fault::AfterMustBeSelected) && select != Select::All => all
                .iter()
                .position(|document| document.name == after)
                .map_or(0, |place| place + 1),
            Some(after) if self.is(Fault::OrderedByDay) => all
                .iter()
                .position(|document| document.name == after)
                .map_or(0, |place| place + 1),
            Some(after) => all.partition_point(|document| *document.name <= *after),
        };
        let page: Vec<Document> = all.into_iter().skip(start).take(limit).collect();
        state.given.insert(route.to_owned(), start + page.len());
        Ok(page)
    }
}

//! One route in the ledger: documents read and written as records, each with the version it was read in.
//!
//! A ledger grows without limit, a run does not: only the records of the days around the workout in
//! work are in memory.

mod documents;
mod route_state;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

pub use documents::StoreError;
use documents::{BEFORE_ITEMS, Documents, ITEM, LINK, NO_COLUMNS, PAGE, Visitor};
pub(crate) use documents::{Brief, Checked, Kind, check_document, kind};
pub(crate) use route_state::RouteState;
use route_state::Versioned;

use crate::Window;
use crate::ledger::{Document, Expected, Select, SharedLedger, Swap};
use crate::matching::Near;
use crate::model::Record;

/// Which workout an activity at the destination belongs to: written before a link is, so that two workers can't link two
/// workouts to one activity.
#[derive(Debug, Serialize, Deserialize)]
struct Link {
    /// `None`: it belongs to no workout any more.
    item: Option<String>,
}

/// The records of a route that matter now, as last read or written.
#[derive(Debug)]
pub(crate) struct Store {
    documents: Documents,
    state: Versioned,
    near: Near,
    window: Option<Window>,
}

impl Store {
    /// Opens a route. Nothing is written.
    pub(crate) async fn open(ledger: SharedLedger, route: &str) -> Result<Self, StoreError> {
        let documents = Documents::new(ledger, route);
        Ok(Self {
            state: Versioned::read(&documents).await?,
            documents,
            near: Near::new(),
            window: None,
        })
    }

    /// The knowledge about the route as a whole.
    pub(crate) fn state(&self) -> &RouteState {
        &self.state.value
    }

    /// Changes what is known of the route. `change` may be called several times.
    pub(crate) async fn change(
        &mut self,
        change: impl Fn(&mut RouteState),
    ) -> Result<(), StoreError> {
        self.state.change(&self.documents, change).await
    }

    /// Every record with something left to do, parked ones included.
    pub(crate) async fn open_records(&self) -> Result<Vec<Record>, StoreError> {
        let mut records = Vec::new();
        let mut keep = |record| records.push(record);
        self.visit(Select::Open, &mut keep).await?;
        Ok(records)
    }

    /// Visits the selected records of the route.
    pub(crate) async fn visit(
        &self,
        select: Select,
        visit: &mut (dyn FnMut(Record) + Send),
    ) -> Result<(), StoreError> {
        let mut visit = |document: &Document| {
            visit(documents::record(document)?);
            Ok(())
        };
        self.scan(select, &mut visit).await
    }

    /// Visits what a plan has to know of the workouts of these days, without reading their records as a whole.
    pub(crate) async fn visit_briefly(
        &self,
        window: Window,
        visit: &mut (dyn FnMut(Brief) + Send),
    ) -> Result<(), StoreError> {
        let mut visit = |document: &Document| {
            visit(documents::brief(document)?);
            Ok(())
        };
        self.scan(Select::Days(window), &mut visit).await
    }

    async fn scan(&self, select: Select, visit: &mut Visitor<'_>) -> Result<(), StoreError> {
        let Select::Days(window) = select else {
            return self.documents.scan(select, visit).await;
        };
        let first = self.documents.page(select, BEFORE_ITEMS, PAGE).await?;
        if first.len() < PAGE {
            return first.iter().try_for_each(visit);
        }
        // A year at a time: each page of a selection costs a backend the sorting of all of it.
        for days in years(window) {
            self.documents.scan(Select::Days(days), visit).await?;
        }
        Ok(())
    }

    /// Makes sure that every record of these days is in memory, and no other.
    pub(crate) async fn load(&mut self, window: Window) -> Result<(), StoreError> {
        if self.window != Some(window) {
            self.window = Some(window);
            self.refresh().await?;
        }
        Ok(())
    }

    /// Reads the records in memory again: other workers write, too.
    pub(crate) async fn refresh(&mut self) -> Result<(), StoreError> {
        let Some(window) = self.window else {
            return Ok(());
        };
        let mut known = std::mem::take(&mut self.near);
        let mut near = Near::new();
        let mut keep = |document: &Document| {
            // The same version is the same record.
            let id = &document.name[ITEM.len()..];
            let record = match known.remove(id) {
                Some(record) if record.version == Some(document.version) => record,
                _ => documents::record(document)?,
            };
            near.insert(record.item.id.clone(), record);
            Ok(())
        };
        self.scan(Select::Days(window), &mut keep).await?;
        self.near = near;
        Ok(())
    }

    /// Reads one record again.
    pub(crate) async fn reload(&mut self, id: &str) -> Result<(), StoreError> {
        if let Some(record) = self.peek(id).await? {
            self.near.insert(id.to_owned(), record);
        }
        Ok(())
    }

    /// Reads one record without keeping it.
    pub(crate) async fn peek(&self, id: &str) -> Result<Option<Record>, StoreError> {
        self.documents.record(id).await
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Record> {
        self.near.get(id)
    }

    /// The records in memory.
    pub(crate) fn near(&self) -> &Near {
        &self.near
    }

    /// Writes a record over the version that **this copy** was read or written in; what was read in the meantime does not count, else a
    /// worker that lost its lease would write over its successor. `false`: another worker has written; its record is in memory then.
    pub(crate) async fn save(&mut self, record: &mut Record) -> Result<bool, StoreError> {
        let id = record.item.id.clone();
        let expected = record.version.map_or(Expected::Absent, Expected::Version);
        let Swap::Done(version) = self.documents.write(record, expected).await? else {
            self.reload(&id).await?;
            return Ok(false);
        };
        record.version = Some(version);
        self.near.insert(id, record.clone());
        Ok(true)
    }

    /// Reserves an activity at the destination for a workout. `false`: it is another workout's.
    pub(crate) async fn reserve(&self, activity: &str, item: &str) -> Result<bool, StoreError> {
        let name = format!("{LINK}{activity}");
        let ours = Link {
            item: Some(item.to_owned()),
        };
        let mut expected = Expected::Absent;
        loop {
            if let Swap::Done(_) = self
                .documents
                .swap(&name, expected, &ours, NO_COLUMNS)
                .await?
            {
                return Ok(true);
            }
            expected = match self.documents.get(&name).await? {
                // Perhaps from before a crash.
                Some((_, Link { item: Some(theirs) })) => return Ok(theirs == item),
                Some((version, Link { item: None })) => Expected::Version(version),
                None => Expected::Absent,
            };
        }
    }

    /// Whether an activity is reserved for a workout.
    pub(crate) async fn is_reserved(&self, activity: &str) -> Result<bool, StoreError> {
        let link: Option<(_, Link)> = self.documents.get(&format!("{LINK}{activity}")).await?;
        Ok(link.is_some_and(|(_, link)| link.item.is_some()))
    }

    /// Gives an activity free that was reserved for a workout.
    pub(crate) async fn release(&self, activity: &str, item: &str) -> Result<(), StoreError> {
        let name = format!("{LINK}{activity}");
        let there: Option<(_, Link)> = self.documents.get(&name).await?;
        if let Some((version, link)) = there
            && link.item.as_deref() == Some(item)
        {
            // Only the worker that holds the workout changes what is reserved for it.
            let (free, expected) = (Link { item: None }, Expected::Version(version));
            let swap = self.documents.swap(&name, expected, &free, NO_COLUMNS);
            let _ = swap.await?;
        }
        Ok(())
    }
}

/// Reads one record without the rest of the route.
pub(crate) async fn peek(
    ledger: &SharedLedger,
    route: &str,
    id: &str,
) -> Result<Option<Record>, StoreError> {
    Documents::new(ledger.clone(), route).record(id).await
}

/// Visits every record of a route; one that cannot be read is passed as an error.
pub(crate) async fn visit_each(
    ledger: &SharedLedger,
    route: &str,
    visit: &mut (dyn FnMut(Result<Record, StoreError>) + Send),
) -> Result<(), StoreError> {
    let mut visit = |document: &Document| {
        visit(documents::record(document));
        Ok(())
    };
    let documents = Documents::new(ledger.clone(), route);
    documents.scan(Select::All, &mut visit).await
}

/// The days of a window, year by year; what lies before 1990 is one piece.
fn years(window: Window) -> impl Iterator<Item = Window> {
    const FIRST: i32 = 1990;
    let mut next = (window.from <= window.until).then_some(window.from);
    std::iter::from_fn(move || {
        let from = next?;
        let year = from.year().max(FIRST - 1);
        let end = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(window.until);
        let end = match from.year() < FIRST || from.year() < 2100 {
            true => end.min(window.until),
            false => window.until,
        };
        next = end.succ_opt().filter(|day| *day <= window.until);
        Some(Window { from, until: end })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_cut_at_the_turn_of_years() {
        let pieces: Vec<Window> = years(Window::of("2024-03-01", "2026-01-05")).collect();
        assert_eq!(
            pieces,
            [
                Window::of("2024-03-01", "2024-12-31"),
                Window::of("2025-01-01", "2025-12-31"),
                Window::of("2026-01-01", "2026-01-05"),
            ]
        );
        let all: Vec<Window> = years(Window::ALL).collect();
        assert_eq!(all[0], Window::of("0000-01-01", "1989-12-31"));
        assert!(all.len() < 130, "{}", all.len());
        assert_eq!(all.last().unwrap().until, Window::ALL.until);
    }
}

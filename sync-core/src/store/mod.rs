//! One route in the ledger: documents read and written as records, each with the version it was read in.
//!
//! A ledger grows without limit, a run does not: only the records of the days around the workout in
//! work are in memory.

mod documents;
mod route_state;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use documents::StoreError;
use documents::{BEFORE_ITEMS, ITEM, LINK, NO_COLUMNS, OLD_ROUTE, PAGE, Visitor, columns};
pub(crate) use documents::{Brief, ROUTE, brief, check_document, record};
pub(crate) use route_state::RouteState;

use crate::ledger::{Document, Expected, Select, Swap, Version};
use crate::matching::Near;
use crate::model::Record;
use crate::{Route, Window};

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
    pub(crate) route: Route,
    /// The knowledge about the route as a whole, as last read or written, and the version of its document.
    pub(crate) state: RouteState,
    version: Option<Version>,
    /// The records in memory.
    pub(crate) near: Near,
    window: Option<Window>,
}

impl Store {
    /// Opens a route. Nothing is written.
    pub(crate) async fn open(route: Route) -> Result<Self, StoreError> {
        let (version, state) = read_state(&route).await?;
        Ok(Self {
            route,
            state,
            version,
            near: Near::new(),
            window: None,
        })
    }

    /// Changes what is known of the route. `change` may be called several times.
    pub(crate) async fn change(
        &mut self,
        change: impl Fn(&mut RouteState),
    ) -> Result<(), StoreError> {
        loop {
            let mut state = self.state.clone();
            change(&mut state);
            if state == self.state {
                return Ok(());
            }
            let expected = self.version.map_or(Expected::Absent, Expected::Version);
            let swap = self.route.swap(ROUTE, expected, &state, NO_COLUMNS);
            if let Swap::Done(version) = swap.await? {
                (self.version, self.state) = (Some(version), state);
                return Ok(());
            }
            (self.version, self.state) = read_state(&self.route).await?;
        }
    }

    /// Every record with something left to do, parked ones included.
    pub(crate) async fn open_records(&self) -> Result<Vec<Record>, StoreError> {
        let mut records = Vec::new();
        let visited = self.visit(Select::Open, record, |record| records.push(record));
        visited.await?;
        Ok(records)
    }

    /// Visits the selected records of the route, each read by [`record`] or [`brief`].
    pub(crate) async fn visit<T>(
        &self,
        select: Select,
        read: fn(&Document) -> Result<T, StoreError>,
        mut visit: impl FnMut(T) + Send,
    ) -> Result<(), StoreError> {
        let mut visit = |document: &Document| {
            visit(read(document)?);
            Ok(())
        };
        self.scan(select, &mut visit).await
    }

    async fn scan(&self, select: Select, visit: &mut Visitor<'_>) -> Result<(), StoreError> {
        let Select::Days(window) = select else {
            return self.route.scan(select, visit).await;
        };
        let first = self.route.page(select, BEFORE_ITEMS, PAGE).await?;
        if first.len() < PAGE {
            let mut records = first.iter().filter(|it| it.name.starts_with(ITEM));
            return records.try_for_each(visit);
        }
        // A year at a time: each page of a selection costs a backend the sorting of all of it.
        for days in years(window) {
            self.route.scan(Select::Days(days), visit).await?;
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
            let same = known
                .remove(id)
                .filter(|it| it.version == Some(document.version));
            let record = same.map_or_else(|| record(document), Ok)?;
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
        self.route.record(id).await
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Record> {
        self.near.get(id)
    }

    /// Writes a record over the version that **this copy** was read or written in; what was read in the meantime does not count, else a
    /// worker that lost its lease would write over its successor. `false`: another worker has written; its record is in memory then.
    pub(crate) async fn save(&mut self, record: &mut Record) -> Result<bool, StoreError> {
        let id = record.item.id.clone();
        let expected = record.version.map_or(Expected::Absent, Expected::Version);
        let (name, columns) = (format!("{ITEM}{id}"), columns(record));
        let swap = self.route.swap(&name, expected, record, columns);
        let Swap::Done(version) = swap.await? else {
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
            let swap = self.route.swap(&name, expected, &ours, NO_COLUMNS);
            if let Swap::Done(_) = swap.await? {
                return Ok(true);
            }
            expected = match self.route.get(&name).await? {
                // Perhaps from before a crash.
                Some((_, Link { item: Some(theirs) })) => return Ok(theirs == item),
                Some((version, Link { item: None })) => Expected::Version(version),
                None => Expected::Absent,
            };
        }
    }

    /// Whether an activity is reserved for a workout.
    pub(crate) async fn is_reserved(&self, activity: &str) -> Result<bool, StoreError> {
        let link: Option<(_, Link)> = self.route.get(&format!("{LINK}{activity}")).await?;
        Ok(link.is_some_and(|(_, link)| link.item.is_some()))
    }

    /// Gives an activity free that was reserved for a workout.
    pub(crate) async fn release(&self, activity: &str, item: &str) -> Result<(), StoreError> {
        let name = format!("{LINK}{activity}");
        let there: Option<(_, Link)> = self.route.get(&name).await?;
        if let Some((version, link)) = there
            && link.item.as_deref() == Some(item)
        {
            // At a conflict another worker or order changed it at the same moment: that one knows better.
            let (free, expected) = (Link { item: None }, Expected::Version(version));
            let swap = self.route.swap(&name, expected, &free, NO_COLUMNS);
            let _ = swap.await?;
        }
        Ok(())
    }
}

/// Reads the document about the route as a whole.
async fn read_state(route: &Route) -> Result<(Option<Version>, RouteState), StoreError> {
    match route.get(ROUTE).await? {
        Some((version, state)) => Ok((Some(version), state)),
        None if route.document(OLD_ROUTE).await?.is_some() => Err(StoreError::OldFormat),
        None => Ok((None, RouteState::default())),
    }
}

/// The days of a window, year by year; what lies before 1990, or after 2099, is one piece.
fn years(window: Window) -> impl Iterator<Item = Window> {
    (1989..=2100).filter_map(move |year| {
        let from = NaiveDate::from_ymd_opt(year, 1, 1).filter(|_| year > 1989);
        let until = NaiveDate::from_ymd_opt(year, 12, 31).filter(|_| year < 2100);
        window.overlap(&Window {
            from: from.unwrap_or(NaiveDate::MIN),
            until: until.unwrap_or(NaiveDate::MAX),
        })
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

//! The source's listing, as far as a run asked.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::NaiveDate;
use futures_util::StreamExt;

use super::candidates::drop_older;
use crate::engine::RunError;
use crate::item::{Item, Window};
use crate::matching::Suspects;
use crate::{ServiceError, Source};

/// The source's listing, as far as a run asked, and the other activities in the destination's
/// listings that may be duplicates.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    windows: Vec<Window>,
    /// Identifiers, hashed: those of a long history would be large.
    ids: BTreeSet<u64>,
    /// Activities that may be duplicates.
    pub(crate) suspects: Suspects,
}

impl Listing {
    /// Lists the days of a window and gives each workout once.
    pub(crate) async fn list(
        &mut self,
        source: &dyn Source,
        window: Window,
    ) -> Result<Vec<Item>, RunError> {
        let mut items = items(source, window).await.map_err(RunError::Source)?;
        self.windows.push(window);
        self.ids.extend(items.iter().map(|item| hash(&item.id)));
        drop_older(&mut items, |item| item);
        Ok(items)
    }

    /// Whether the source lists a workout. Asks it for that day where this run did not.
    pub(crate) async fn has(
        &mut self,
        source: &dyn Source,
        id: &str,
        day: NaiveDate,
    ) -> Result<bool, RunError> {
        if !self.windows.iter().any(|window| window.contains(day)) {
            self.list(source, Window::around(day, 0)).await?;
        }
        Ok(self.ids.contains(&hash(id)))
    }

    /// The days that were listed.
    pub(crate) fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// The days that were listed, from the first to the last.
    pub(crate) fn days(&self) -> Option<Window> {
        let from = self.windows.iter().map(|window| window.from).min()?;
        let until = self.windows.iter().map(|window| window.until).max()?;
        Window::new(from, until)
    }
}

/// The listed workouts of these days.
pub(crate) async fn items(source: &dyn Source, window: Window) -> Result<Vec<Item>, ServiceError> {
    let mut items = Vec::new();
    let mut stream = source.list(window);
    while let Some(item) = stream.next().await {
        let item = item?;
        // Services may round the borders of a window to their own liking.
        if window.contains(item.day()) {
            items.push(item);
        }
    }
    Ok(items)
}

fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

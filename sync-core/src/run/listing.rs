//! The source's listing, as far as a run asked.

use std::hash::{BuildHasher, RandomState};

use chrono::NaiveDate;
use futures_util::{Stream, StreamExt, TryStreamExt};

use super::Candidate;
use crate::engine::RunError;
use crate::item::{Item, Window};
use crate::matching::Suspects;
use crate::{ServiceError, Source};

/// The source's listing, as far as a run asked, and the other activities in the destination's
/// listings that may be duplicates.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// The days that were listed.
    pub(crate) windows: Vec<Window>,
    /// Identifiers, hashed, because those of a long history would be large; sorted.
    ids: Vec<u64>,
    hasher: RandomState,
    /// Activities that may be duplicates.
    pub(crate) suspects: Suspects,
}

impl Listing {
    /// Lists the days of a window, and adds the workouts to a list.
    pub(crate) async fn list(
        &mut self,
        source: &dyn Source,
        window: Window,
        listed: &mut Vec<Candidate>,
    ) -> Result<(), RunError> {
        let mut items = items(source, window);
        while let Some(item) = items.next().await {
            let item = item.map_err(RunError::Source)?;
            self.ids.push(self.hasher.hash_one(&item.id));
            listed.push(Candidate::new_item(item));
        }
        self.ids.sort_unstable();
        self.windows.push(window);
        Ok(())
    }

    /// Whether the source lists a workout. Asks it for that day where this run did not.
    pub(crate) async fn has(
        &mut self,
        source: &dyn Source,
        id: &str,
        day: NaiveDate,
    ) -> Result<bool, RunError> {
        if !self.windows.iter().any(|window| window.contains(day)) {
            let day = Window::around(day, 0);
            self.list(source, day, &mut Vec::new()).await?;
        }
        Ok(self.ids.binary_search(&self.hasher.hash_one(id)).is_ok())
    }

    /// The days that were listed, from the first to the last.
    pub(crate) fn days(&self) -> Option<Window> {
        let from = self.windows.iter().map(|window| window.from).min()?;
        let until = self.windows.iter().map(|window| window.until).max()?;
        Window::new(from, until)
    }
}

/// The listed workouts of these days.
pub(crate) fn items(
    source: &dyn Source,
    window: Window,
) -> impl Stream<Item = Result<Item, ServiceError>> + Send + Unpin {
    // Services may round the borders of a window to their own liking.
    let is_asked = move |item: &Item| std::future::ready(window.contains(item.day()));
    source.list(window).try_filter(is_asked)
}

//! Whether a run can do something about a workout now.

use crate::decide::is_still_left_out;
use crate::engine::{Engine, RunError};
use crate::item::Item;
use crate::machine::Event;
use crate::model::{Reason, State};
use crate::store::Store;

impl Engine {
    /// Whether the file of a workout that was parked because of it can be read now. Asked only of a source of files: the user may have
    /// replaced an export by a better one.
    pub(crate) async fn is_mended(&self, store: &mut Store, item: &Item) -> Result<bool, RunError> {
        let known = store.get(&item.id).filter(|record| self.is_free(record));
        let Some(mut record) = known.cloned() else {
            return Ok(false);
        };
        let reason = record.state.reason();
        if !self.source.lists_all_at_once()
            || !matches!(record.state, State::Parked { intent: None, .. })
            || !matches!(reason, Some(Reason::NoUsableFile { .. }))
            || self.source.fetch(&record.item).await.is_err()
            || record.apply(Event::FileMended, &self.cx()).is_err()
        {
            return Ok(false);
        }
        Ok(store.save(&mut record).await?)
    }

    /// Whether a run can do something about this workout now.
    pub(crate) fn is_due(&self, store: &Store, item: &Item) -> bool {
        let Some(record) = store.get(&item.id) else {
            return true;
        };
        let now = self.clock.now();
        // A wait that a wrong clock wrote would not end in time.
        let settle = self.policy.settle();
        let is_ahead = record.clock_error(now, settle).is_some();
        let is_over = |at: &chrono::DateTime<chrono::Utc>| *at <= now || is_ahead;
        self.is_free(record)
            && match &record.state {
                State::Claimed | State::Sending { .. } | State::Unsure { .. } => true,
                State::Removing { not_before, .. } => not_before.as_ref().is_none_or(is_over),
                State::Waiting { not_before, .. } => is_over(not_before),
                State::Delivered | State::Linked => {
                    record.due_step(now).is_some() || (is_ahead && record.has_open_step())
                }
                State::Skipped { .. } => !is_still_left_out(record, item, &self.policy),
                _ => false,
            }
    }
}

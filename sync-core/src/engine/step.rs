//! One workout, as far as it gets in this run.

use chrono::TimeDelta;

use super::downloads::Downloads;
use super::reconcile::Looked;
use super::{Engine, Stop};
use crate::book::Book;
use crate::item::Item;
use crate::record::{Facts, State};

/// Workouts that could claim the same activity.
pub(super) type Peers = [(String, Facts)];

impl Engine {
    /// Whether a run can do something about this workout now.
    pub(super) fn is_due(&self, book: &Book, item: &Item) -> bool {
        let Some(record) = book.get(&item.id) else {
            return true;
        };
        let now = self.clock.now();
        // A wait that a wrong clock wrote would not end in time.
        let written_ahead = self.clock_error(record, now) > TimeDelta::zero();
        self.is_free(record, now)
            && match &record.state {
                State::Claimed | State::Sending { .. } | State::Unsure { .. } => true,
                State::Waiting { not_before, .. } => *not_before <= now || written_ahead,
                State::Delivered | State::Linked => {
                    record.is_step_due(now) || (written_ahead && record.has_open_step())
                }
                State::Skipped { .. } => !self.is_still_left_out(record),
                _ => false,
            }
    }

    /// Takes one workout as far as it gets. Says whether something was sent.
    pub(super) async fn step(
        &self,
        book: &mut Book,
        item: &Item,
        peers: &Peers,
        downloads: &Downloads<'_>,
    ) -> Result<bool, Stop> {
        let Some(record) = self.claim(book, item).await? else {
            return Ok(false);
        };
        if record.taking_back.is_some() {
            self.take_back(book, *record).await?;
            return Ok(false);
        }
        if matches!(record.state, State::Delivered | State::Linked) {
            self.follow_up(book, *record, None).await?;
            return Ok(false);
        }
        let record = match record.state.intent().cloned() {
            None => *record,
            Some(intent) => match self.reconcile(book, *record, intent).await? {
                Looked::Free(record) => *record,
                Looked::Done => return Ok(false),
            },
        };
        self.deliver(book, record, peers, downloads).await
    }
}

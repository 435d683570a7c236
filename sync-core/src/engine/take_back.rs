//! Never half a session: when one exercise is refused, those that were taken before it are removed again.

use super::{Engine, Stop};
use crate::book::Book;
use crate::record::{Intent, Record, State};

impl Engine {
    /// The destination refused an exercise.
    pub(super) async fn rejected(
        &self,
        book: &mut Book,
        record: Record,
        intent: &Intent,
        reason: String,
    ) -> Result<(), Stop> {
        if record.parts.is_empty() {
            return self.settle(book, record, State::Rejected { reason }).await;
        }
        let (part, of) = (intent.part + 1, intent.of);
        let reason = format!("exercise {part} of {of} was refused: {reason}");
        self.take_all_back(book, record, reason).await
    }

    /// The rest can't follow: what is there of the workout is removed again.
    pub(super) async fn take_all_back(
        &self,
        book: &mut Book,
        mut record: Record,
        reason: String,
    ) -> Result<(), Stop> {
        let now = self.clock.now();
        record.note(now, format!("{reason}; removing the ones before it"));
        record.taking_back = Some(reason);
        record.state = State::Claimed;
        record.lease = Some(self.lease(now));
        // On record first: whoever takes over after a crash removes the rest instead of sending again.
        if !book.put(&mut record).await? {
            return Ok(());
        }
        self.take_back(book, record).await
    }

    /// Removes the exercises that are there, one by one, and parks the workout.
    pub(super) async fn take_back(&self, book: &mut Book, mut record: Record) -> Result<(), Stop> {
        let mut evidence = Vec::new();
        let removable = self.destination.capabilities().remove;
        while let Some(part) = record.parts.last() {
            // Only what we created; what was found there is not ours to remove.
            if !removable || part.form.is_none() || part.receipt.activity_id.is_none() {
                break;
            }
            if let Err(error) = self.destination.remove(&part.receipt).await {
                evidence.push(format!("removing the exercises before it failed: {error}"));
                break;
            }
            record.parts.pop();
            // What is gone must not be missed in the next listing.
            record.lease = Some(self.lease(self.clock.now()));
            if !record.parts.is_empty() && !book.put(&mut record).await? {
                return Ok(());
            }
        }
        if record.parts.is_empty() {
            evidence.push("the exercises before it were removed again".to_owned());
        } else {
            let ids = record
                .parts
                .iter()
                .filter_map(|part| part.receipt.activity_id.clone());
            evidence.extend(ids.map(|id| format!("activity {id} is at the destination")));
        }
        let reason = record.taking_back.take().unwrap_or_default();
        self.park(book, record, reason, evidence, None).await
    }
}

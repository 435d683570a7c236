//! Who works on a workout, until when; and how its record is let go of.

use chrono::{DateTime, Utc};

use super::{Engine, Stop};
use crate::book::Book;
use crate::item::Item;
use crate::record::{Intent, Lease, Record, State};

impl Engine {
    /// Nobody holds it, or whoever did is gone for longer than a send could have taken to settle.
    pub(super) fn is_free(&self, record: &Record, now: DateTime<Utc>) -> bool {
        let gone = |lease: &Lease| {
            lease
                .until
                .checked_add_signed(self.policy.settle())
                .is_some_and(|end| end <= now)
        };
        record.lease.as_ref().is_none_or(gone)
    }

    /// Claims a workout. `None`: somebody else was faster.
    pub(super) async fn claim(
        &self,
        book: &mut Book,
        item: &Item,
    ) -> Result<Option<Box<Record>>, Stop> {
        let now = self.clock.now();
        let lease = self.lease(now);
        let mut record = match book.get(&item.id).cloned() {
            None => Record::claimed(item.clone(), lease, now),
            Some(mut record) => {
                record.lease = Some(lease);
                record.state = match std::mem::replace(&mut record.state, State::Claimed) {
                    State::Sending { intent } => {
                        record.note(
                            now,
                            "the worker that was sending it is gone: its fate is open",
                        );
                        let not_before = self.settled_at(intent.ends_by);
                        let reason =
                            "the program ended while the workout was being sent".to_owned();
                        State::Unsure {
                            intent,
                            not_before,
                            reason,
                        }
                    }
                    open @ State::Unsure { .. } => open,
                    // It is there; what is left to do with it does not change that.
                    there @ (State::Delivered | State::Linked) => there,
                    _ => {
                        record.note(now, "claimed");
                        State::Claimed
                    }
                };
                record
            }
        };
        Ok(book.put(&mut record).await?.then(|| Box::new(record)))
    }

    pub(super) fn lease(&self, now: DateTime<Utc>) -> Lease {
        let until = now
            .checked_add_signed(self.policy.lease())
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        Lease {
            holder: self.holder.clone(),
            until,
        }
    }

    pub(super) fn settled_at(&self, sent: DateTime<Utc>) -> DateTime<Utc> {
        sent.checked_add_signed(self.policy.settle())
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Writes the record in a new state and lets go of it.
    pub(super) async fn settle(
        &self,
        book: &mut Book,
        mut record: Record,
        state: State,
    ) -> Result<(), Stop> {
        let line = match state.reason() {
            Some(reason) => format!("{}: {reason}", state.name()),
            None => state.name().to_string(),
        };
        record.note(self.clock.now(), line);
        record.state = state;
        record.lease = None;
        // Losing here means that somebody took over after our lease ran out; the book then holds their word.
        book.put(&mut record).await?;
        Ok(())
    }

    /// Lets go of the record as it is.
    pub(super) async fn put_back(&self, book: &mut Book, mut record: Record) -> Result<(), Stop> {
        record.lease = None;
        record.updated_at = self.clock.now();
        book.put(&mut record).await?;
        Ok(())
    }

    pub(super) async fn park(
        &self,
        book: &mut Book,
        record: Record,
        reason: String,
        evidence: Vec<String>,
        intent: Option<Intent>,
    ) -> Result<(), Stop> {
        self.settle(
            book,
            record,
            State::Parked {
                reason,
                evidence,
                intent,
            },
        )
        .await
    }

    /// Ends the run for a reason that is not this workout's: it waits for the next run, and no attempt is counted.
    pub(super) async fn give_up_run(
        &self,
        book: &mut Book,
        record: Record,
        stop: Stop,
    ) -> Result<bool, Stop> {
        let now = self.clock.now();
        let wait = match &stop {
            Stop::Service { error, .. } => crate::policy::asked_wait(error),
            _ => None,
        };
        let not_before = wait
            .and_then(|wait| now.checked_add_signed(wait))
            .unwrap_or(now);
        let reason = stop.to_string();
        self.settle(book, record, State::Waiting { not_before, reason })
            .await?;
        Err(stop)
    }
}

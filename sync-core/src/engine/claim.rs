//! Claims: which worker works on a workout, until when, and how it lets go of the record.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Engine, Stop};
use crate::book::Book;
use crate::error::ServiceError;
use crate::item::Item;
use crate::record::{Intent, Lease, Record, State};

impl Engine {
    /// No worker holds it: there is no lease, it ended longer ago than a send could take to settle, or a wrong clock wrote it.
    pub(super) fn is_free(&self, record: &Record, now: DateTime<Utc>) -> bool {
        let settle = self.policy.settle();
        let ended = |lease: &Lease| {
            lease
                .until
                .checked_add_signed(settle)
                .is_some_and(|end| end <= now)
        };
        record
            .lease
            .as_ref()
            .is_none_or(|lease| ended(lease) || lease.is_void(now, settle))
    }

    /// How far ahead the clock was that wrote a record, where it was wrong: times in the record are that much too late.
    pub(super) fn clock_error(&self, record: &Record, now: DateTime<Utc>) -> TimeDelta {
        let ahead = record.updated_at - now;
        match ahead > self.policy.settle() {
            true => ahead,
            false => TimeDelta::zero(),
        }
    }

    /// Claims a workout. `None`: another worker was faster, or the workout is parked because workers die at it.
    pub(super) async fn claim(
        &self,
        book: &mut Book,
        item: &Item,
    ) -> Result<Option<Box<Record>>, Stop> {
        self.clock.adjust(&self.ledger).await?;
        let now = self.clock.now();
        let lease = self.lease(now);
        let mut record = match book.get(&item.id).cloned() {
            None => Record::claimed(item.clone(), lease, now),
            Some(mut record) => {
                let error = self.clock_error(&record, now);
                if error > TimeDelta::zero() {
                    record.put_times_right(error);
                    record.note(
                        now,
                        "the clock of the last worker was ahead; its times are corrected",
                    );
                }
                let dead = record.lease.replace(lease);
                if dead.is_some() {
                    self.count_death(&mut record, now);
                }
                record.state = match std::mem::replace(&mut record.state, State::Claimed) {
                    State::Sending { intent } => {
                        record.note(now, "the worker ended while it was sending: fate unknown");
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
        if !book.put(&mut record).await? {
            return Ok(None);
        }
        if record.state == State::Claimed && record.attempts >= self.policy.max_attempts() {
            let reason = match record.taking_back.take() {
                None => format!(
                    "failed {} times; the last times the program ended while it worked on this workout, which may be too large or damaged",
                    record.attempts
                ),
                Some(reason) => format!(
                    "{reason}; removing the exercises before it failed {} times",
                    record.attempts
                ),
            };
            self.park(book, record, reason, Vec::new(), None).await?;
            return Ok(None);
        }
        Ok(Some(Box::new(record)))
    }

    /// A worker ended without letting go of the workout: perhaps the workout made the program end.
    fn count_death(&self, record: &mut Record, now: DateTime<Utc>) {
        let most = self.policy.max_attempts();
        match record.state {
            State::Claimed => {
                record.attempts += 1;
                let attempts = record.attempts;
                let line =
                    format!("the worker ended while it worked on it: failure {attempts} of {most}");
                record.note(now, line);
            }
            State::Delivered | State::Linked => record.step_interrupted(now, most),
            _ => {}
        }
    }

    pub(super) fn lease(&self, now: DateTime<Utc>) -> Lease {
        let until = now
            .checked_add_signed(self.policy.lease())
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        Lease {
            holder: self.holder.clone(),
            until,
            since: Some(now),
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

    /// Lets go of a workout until the pause is over that a service asked for. No attempt is counted.
    pub(super) async fn wait_as_asked(
        &self,
        book: &mut Book,
        record: Record,
        error: &ServiceError,
    ) -> Result<(), Stop> {
        let now = self.clock.now();
        let wait = crate::policy::asked_wait(error).unwrap_or_default();
        let not_before = now.checked_add_signed(wait).unwrap_or(now);
        let reason = error.to_string();
        self.settle(book, record, State::Waiting { not_before, reason })
            .await
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

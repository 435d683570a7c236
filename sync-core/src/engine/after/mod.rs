//! The steps after a delivery: setting what the destination lost, reading back what arrived. They are on record since the delivery is, so
//! whoever comes after a crash goes on with them; the workout stays delivered all the time, whatever becomes of them.

mod finish;
mod verify;

use chrono::{DateTime, Utc};
use workout_files::Workout;

use super::{Engine, Side, Stop};
use crate::book::{Book, BookError};
use crate::error::{ErrorKind, ServiceError};
use crate::record::{Intent, Part, Record, State, Step, Which};
use crate::{DeliveryForm, Item, Receipt, matcher};

/// Why a step could not be done now.
enum Trouble {
    /// A service failed.
    Service(Side, ServiceError),
    /// It is not known yet which activity it is; it will be, or not, after the settle window.
    NoActivity { reason: String, counts: bool },
    /// It never will be done.
    Never(String),
    /// The lease is over: whoever has taken over does it.
    LeaseOver,
    /// The ledger failed.
    Ledger(BookError),
}

impl Engine {
    /// What a delivery will leave to be set.
    pub(super) fn finishing(
        &self,
        item: &Item,
        workout: &Workout,
        form: DeliveryForm,
    ) -> Option<crate::Finishing> {
        if !self.policy.finish() || !self.destination.capabilities().finish {
            return None;
        }
        let finishing = self.destination.finishing(item, workout, form)?;
        (!finishing.is_empty()).then_some(finishing)
    }

    /// An exercise that arrived, with the steps that follow.
    pub(super) fn arrived(&self, intent: Intent, receipt: Receipt) -> Part {
        let verify = self.policy.verify() && self.destination.capabilities().read_back;
        Part::sent(intent, receipt, verify)
    }

    /// Writes that the whole workout is at the destination, and goes on with the steps that follow.
    pub(super) async fn there(
        &self,
        book: &mut Book,
        mut record: Record,
        state: State,
        in_hand: Option<&[Workout]>,
    ) -> Result<(), Stop> {
        record.state = state.clone();
        if !record.has_open_step() {
            return self.settle(book, record, state).await;
        }
        let now = self.clock.now();
        record.note(now, state.name().to_string());
        record.lease = Some(self.lease(now));
        if !book.put(&mut record).await? {
            return Ok(());
        }
        self.follow_up(book, record, in_hand).await
    }

    /// Does the steps that are due of a workout that is at the destination and claimed by us, and lets go of it.
    ///
    /// `in_hand` is what was just sent, when it was.
    pub(super) async fn follow_up(
        &self,
        book: &mut Book,
        mut record: Record,
        in_hand: Option<&[Workout]>,
    ) -> Result<(), Stop> {
        for index in 0..record.parts.len() {
            for which in [Which::Finish, Which::Verify] {
                if !record.parts[index].is_step_due(which, self.clock.now()) {
                    continue;
                }
                let outcome = match self.which_activity(book, &mut record, index, in_hand).await {
                    Ok(()) if self.clock.now() >= lease_end(&record) => Err(Trouble::LeaseOver),
                    Ok(()) => match which {
                        Which::Finish => self.finish(&mut record, index).await,
                        Which::Verify => self.verify(&mut record, index, in_hand).await,
                    },
                    Err(trouble) => Err(trouble),
                };
                let stop = match outcome {
                    Ok(()) => None,
                    Err(Trouble::LeaseOver) => return Ok(()),
                    Err(Trouble::Ledger(error)) => return Err(error.into()),
                    Err(trouble) => self.step_failed(&mut record, index, which, trouble).await,
                };
                let now = self.clock.now();
                let goes_on = stop.is_none() && record.is_step_due(now);
                record.updated_at = now;
                record.lease = goes_on.then(|| self.lease(now));
                // Losing here means that somebody took over after our lease ran out; steps can be done twice.
                let kept = book.put(&mut record).await?;
                if let Some(stop) = stop {
                    return Err(stop);
                }
                if !kept {
                    return Ok(());
                }
            }
        }
        if record.lease.is_some() {
            self.put_back(book, record).await?;
        }
        Ok(())
    }

    /// Finds out which activity an exercise became, where its delivery did not tell.
    async fn which_activity(
        &self,
        book: &mut Book,
        record: &mut Record,
        index: usize,
        in_hand: Option<&[Workout]>,
    ) -> Result<(), Trouble> {
        let part = &record.parts[index];
        if part.receipt.activity_id.is_some() {
            return Ok(());
        }
        let name = self.destination.name();
        if !self.destination.capabilities().find {
            return Err(Trouble::Never(format!(
                "{name} did not say which activity it became, and can't be searched for it"
            )));
        }
        let not_shown = |counts| Trouble::NoActivity {
            reason: format!("{name} does not show which activity it became"),
            counts,
        };
        // It was looked for when it was sent, a moment ago.
        if in_hand.is_some() {
            return Err(not_shown(false));
        }
        let listing = self
            .destination
            .find(crate::Window::around(part.facts.day(), 1))
            .await
            .map_err(|error| Trouble::Service(Side::Destination, error))?;
        book.refresh().await.map_err(Trouble::Ledger)?;
        if let Some(twin) = nameless_twin(book, record, part) {
            return Err(Trouble::NoActivity {
                reason: format!(
                    "workout {twin} looks the same: it can't be told which activity is whose"
                ),
                counts: true,
            });
        }
        let intent = part.as_intent(index, record.parts.len(), self.clock.now());
        let found = self.recognise(book, record, &intent, &listing).await;
        let id = found.ok_or_else(|| not_shown(true))?;
        record.note(self.clock.now(), format!("found as activity {id}"));
        let part = &mut record.parts[index];
        part.receipt.activity_id = Some(id);
        part.pre_image.clear();
        Ok(())
    }

    /// Writes into the record what went wrong. `Some`: it is not this workout's trouble, and ends the run.
    async fn step_failed(
        &self,
        record: &mut Record,
        index: usize,
        which: Which,
        trouble: Trouble,
    ) -> Option<Stop> {
        let now = self.clock.now();
        let attempts = record.parts[index].step(which).map_or(0, Step::attempts);
        let (step, stop) = match trouble {
            Trouble::LeaseOver | Trouble::Ledger(_) => return None,
            Trouble::Never(reason) => (Step::GivenUp { at: now, reason }, None),
            Trouble::NoActivity { reason, counts } => {
                let attempts = attempts + u32::from(counts);
                let not_before = self.settled_at(now);
                (self.once_more(attempts, now, not_before, reason), None)
            }
            Trouble::Service(side, error) => self.service_failed(attempts, side, error).await,
        };
        let told = record.parts[index].step(which).and_then(Step::reason) == step.reason();
        let part = &mut record.parts[index];
        if let Some(open) = part.step_mut(which) {
            *open = step;
        }
        // The same failure again is no news: the history has better use for its lines.
        if let Some(sentence) = part.sentence(which).filter(|_| !told) {
            record.note(now, sentence);
        }
        stop
    }

    async fn service_failed(
        &self,
        attempts: u32,
        side: Side,
        error: ServiceError,
    ) -> (Step, Option<Stop>) {
        let now = self.clock.now();
        let error = match error.kind() {
            ErrorKind::SignInNeeded | ErrorKind::Blocked => error,
            // Is it this workout, or is the service down? Then no attempt is used up.
            ErrorKind::Temporary => match self.check(side).await {
                Err(down) => down,
                Ok(()) => return (self.temporary(attempts + 1, &error), None),
            },
            ErrorKind::NotFound | ErrorKind::Invalid => {
                let reason = match (error.kind(), side) {
                    (ErrorKind::NotFound, Side::Destination) => {
                        format!(
                            "the activity is not at {} any more ({error})",
                            self.destination.name()
                        )
                    }
                    _ => error.to_string(),
                };
                return (Step::GivenUp { at: now, reason }, None);
            }
            // A changed site is no reason to stop sending: nothing is lost by a step that is not done.
            _ => return (self.temporary(attempts + 1, &error), None),
        };
        let step = Step::Open {
            attempts,
            not_before: crate::policy::asked_wait(&error).and_then(|wait| later(now, wait)),
            reason: Some(error.to_string()),
        };
        (step, Some(Stop::Service { side, error }))
    }

    async fn check(&self, side: Side) -> Result<(), ServiceError> {
        match side {
            Side::Source => self.source.check().await,
            Side::Destination => self.destination.check().await,
        }
    }

    fn temporary(&self, attempts: u32, error: &ServiceError) -> Step {
        let now = self.clock.now();
        let asked = crate::policy::asked_wait(error);
        let wait = self.policy.backoff(attempts).max(asked.unwrap_or_default());
        let not_before = later(now, wait).unwrap_or(now);
        self.once_more(attempts, now, not_before, error.to_string())
    }

    fn once_more(
        &self,
        attempts: u32,
        now: DateTime<Utc>,
        not_before: DateTime<Utc>,
        reason: String,
    ) -> Step {
        if attempts >= self.policy.max_attempts() {
            let reason = format!("tried {attempts} times, the last time: {reason}");
            return Step::GivenUp { at: now, reason };
        }
        Step::Open {
            attempts,
            not_before: Some(not_before),
            reason: Some(reason),
        }
    }
}

/// Another workout whose activity is not known either, and could be the same one. Where both want the same, it does not matter which.
fn nameless_twin(book: &Book, record: &Record, part: &Part) -> Option<String> {
    let wanted = |part: &Part| part.finish.as_ref().map(|finish| finish.wanted.clone());
    let others = book
        .records()
        .filter(|other| other.item.id != record.item.id);
    let mut parts = others.flat_map(|other| other.parts.iter().map(move |part| (other, part)));
    parts
        .find(|(_, theirs)| {
            theirs.receipt.activity_id.is_none()
                && wanted(theirs) != wanted(part)
                && matcher::alike(&part.facts, &theirs.facts)
        })
        .map(|(other, _)| other.item.id.clone())
}

fn later(now: DateTime<Utc>, wait: chrono::TimeDelta) -> Option<DateTime<Utc>> {
    now.checked_add_signed(wait)
}

fn lease_end(record: &Record) -> DateTime<Utc> {
    record
        .lease
        .as_ref()
        .map_or(DateTime::<Utc>::MIN_UTC, |lease| lease.until)
}

//! What a person can order: look again, try again, never mind, take it back.

use super::reconcile::Looked;
use super::run::look_at;
use super::{Cancel, Engine, Plan, Request, Run, Stop};
use crate::book::Book;
use crate::item::Item;
use crate::lookup::{Found, Lookup};
use crate::record::{Facts, LostSend, Record, State, StateName};
use crate::report::{Line, Report};

/// An order that can't be carried out. The messages say why and what would help.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OrderError {
    /// Neither the ledger nor the source's listing has it.
    #[error("workout {0} is neither in the ledger nor among the listed ones; `plan` shows what is")]
    Unknown(String),
    /// A worker holds it.
    #[error(
        "workout {id} is being worked on by another process until {until}; try again after that"
    )]
    Held {
        /// Which workout.
        id: String,
        /// Until when.
        until: chrono::DateTime<chrono::Utc>,
    },
    /// Its state does not allow the order.
    #[error("workout {id} is {state}: {why}")]
    WrongState {
        /// Which workout.
        id: String,
        /// Its state.
        state: StateName,
        /// Why that does not fit.
        why: String,
    },
    /// A service or the ledger failed.
    #[error(transparent)]
    Stop(#[from] Stop),
}

impl From<crate::BookError> for OrderError {
    fn from(error: crate::BookError) -> Self {
        Self::Stop(error.into())
    }
}

impl Engine {
    /// Tries one workout again, whatever it waited for. The destination is looked at first, as always. Of a workout that is there, the
    /// steps that are not done are tried again; nothing is sent.
    ///
    /// `not_there` is a person's word that none of the activities that look like the workout is it, also where it was linked to one.
    ///
    /// # Errors
    /// [`OrderError`]; in particular for a workout that is at the destination.
    pub async fn retry(
        &self,
        id: &str,
        not_there: bool,
        cancel: &Cancel,
    ) -> Result<Run, OrderError> {
        let mut book = self.book_for_work().await?;
        let mut record = self.known(&mut book, id).await?;
        let now = self.clock.now();
        let can_find = self.destination.capabilities().find;
        let waiting = |not_before| State::Waiting {
            not_before,
            reason: "a person said retry".to_owned(),
        };
        // What is half removed would be taken for delivered.
        if matches!(record.state, State::Tombstoned { .. }) && record.taking_back.is_some() {
            return Err(wrong(
                &record,
                "its removal from the destination was interrupted: finish it with undo first",
            ));
        }
        if not_there && record.is_sent_out() {
            return Err(wrong(
                &record,
                "it was sent twice without a clear answer, and is never sent a third time: upload it by hand, then skip it",
            ));
        }
        let sent_out = record.is_sent_out() && matches!(record.state, State::Parked { .. });
        let only_linked = record.parts.iter().all(|part| part.form.is_none());
        let there = !(not_there && only_linked) && record.reopen_steps();
        record.state = match record.state {
            state if there => state,
            State::Linked if not_there => self.unlink(&book, &mut record).await?,
            State::Delivered | State::Linked => {
                return Err(wrong(
                    &record,
                    "it is at the destination; nothing is to be sent",
                ));
            }
            State::Sending { intent } => State::Sending { intent },
            // The settle window is never cut short: what was sent may still appear, whatever a person saw or did in the meantime.
            state => match state.intent().cloned() {
                None => waiting(now),
                // There is no further send that a window could protect.
                Some(intent) if can_find && sent_out => State::Unsure {
                    not_before: now,
                    intent,
                    reason: state.reason().unwrap_or_default().to_owned(),
                },
                Some(intent) if can_find => State::Unsure {
                    not_before: self
                        .settled_at(intent.ends_by)
                        .max(state.not_before().unwrap_or(intent.ends_by)),
                    intent,
                    reason: state.reason().unwrap_or_default().to_owned(),
                },
                Some(intent) if not_there => {
                    record.lost_sends.push(LostSend {
                        part: intent.part,
                        at: intent.started_at,
                        reason: state.reason().unwrap_or_default().to_owned(),
                    });
                    waiting(self.settled_at(intent.ends_by))
                }
                Some(_) => {
                    record.state = state;
                    return Err(wrong(
                        &record,
                        "it was sent, and this destination can't be searched for it: look yourself, then retry with --not-there, or \
                         skip it",
                    ));
                }
            },
        };
        if not_there && can_find && !there {
            let facts = Facts::of_item(&record.item);
            let listing = self.find(&facts).await?;
            record
                .not_ours
                .extend(listing.into_iter().map(|activity| activity.id));
            record.not_ours.sort();
            record.not_ours.dedup();
            record.listing_trusted = true;
        }
        record.attempts = 0;
        record.note(now, "a person said retry");
        if !book.put(&mut record).await? {
            return Err(self.held(&book, id));
        }
        let report = Report::new(self.route(), vec![Line::of_record(&record)]);
        let plan = Plan {
            report,
            window: None,
            takes_in: false,
            listed: 0,
            gone: Vec::new(),
            book: Some(book),
        };
        Ok(self.carry_out(plan, cancel).await?)
    }

    /// A person said that what a workout was linked to is something else. Activities that we created are no links.
    async fn unlink(&self, book: &Book, record: &mut Record) -> Result<State, OrderError> {
        if record.parts.iter().any(|part| part.form.is_some()) {
            return Err(wrong(
                record,
                "it was sent, and found; nothing is to be sent",
            ));
        }
        for part in std::mem::take(&mut record.parts) {
            if let Some(activity) = part.receipt.activity_id {
                book.release(&activity, &record.item.id).await?;
                record.not_ours.push(activity);
            }
        }
        Ok(State::Waiting {
            not_before: self.clock.now(),
            reason: "a person said that it is not at the destination".to_owned(),
        })
    }

    /// Marks a workout as never to be moved. What was sent and is of unknown fate stays on record, so that a later
    /// [`retry`](Self::retry) looks for it first. One that the ledger does not know yet is looked up in the source's listing.
    ///
    /// # Errors
    /// [`OrderError`]; in particular for a workout that is at the destination.
    pub async fn skip(&self, id: &str, request: &Request) -> Result<Record, OrderError> {
        let mut book = self.book_for_work().await?;
        let now = self.clock.now();
        let mut record = match self.known(&mut book, id).await {
            Ok(record) => record,
            Err(OrderError::Unknown(_)) => {
                let plan = self.plan(request).await?;
                let line = plan
                    .report
                    .items
                    .into_iter()
                    .find(|line| line.item.id == id);
                let line = line.ok_or_else(|| OrderError::Unknown(id.to_owned()))?;
                Record::claimed(line.item, self.lease(now), now)
            }
            Err(error) => return Err(error),
        };
        if matches!(record.state, State::Delivered | State::Linked) {
            return Err(wrong(&record, "it is at the destination already"));
        }
        let reason = "a person said skip".to_owned();
        record.note(now, reason.clone());
        let intent = record.state.intent().cloned();
        record.state = State::Tombstoned { reason, intent };
        record.lease = None;
        if !book.put(&mut record).await? {
            return Err(self.held(&book, id));
        }
        Ok(record)
    }

    /// Looks up every workout of unknown fate at the destination, whatever it waits for. Sends nothing: what is certainly not
    /// there, after the settle window, is left for the next run.
    ///
    /// # Errors
    /// When the ledger can't be read; what ends it later is in [`Run::stopped`].
    pub async fn reconcile_all(&self, cancel: &Cancel) -> Result<Run, Stop> {
        let mut book = self.book_for_work().await?;
        let mut open = book.survey().await?;
        // From now on what the ledger says then counts, not what it said now.
        book.forget_survey();
        open.retain(|record| record.state.intent().is_some());
        let mut lines = Vec::with_capacity(open.len());
        let mut stopped = None;
        for record in open {
            if stopped.is_none() && cancel.is_cancelled() {
                stopped = Some(Stop::Cancelled);
            }
            if stopped.is_none() {
                look_at(&mut book, &record.item).await?;
                stopped = self.look_again(&mut book, &record.item).await.err();
            }
            let now = book.get(&record.item.id).unwrap_or(&record);
            lines.push(Line::of_record(now));
        }
        self.keep_pauses(&mut book).await?;
        Ok(Run {
            report: Report::new(self.route(), lines),
            stopped,
        })
    }

    async fn look_again(&self, book: &mut Book, item: &Item) -> Result<(), Stop> {
        let Some(mut record) = book.get(&item.id).cloned() else {
            return Ok(());
        };
        let now = self.clock.now();
        // Somebody may have decided about it since it was surveyed.
        let is_open = match &record.state {
            State::Sending { .. } | State::Unsure { .. } => true,
            State::Parked { intent, .. } => intent.is_some(),
            _ => false,
        };
        if !is_open || !self.is_free(&record, now) {
            return Ok(());
        }
        let parked = match &record.state {
            State::Parked {
                intent: Some(intent),
                ..
            } => Some(intent.clone()),
            _ => None,
        };
        if let Some(intent) = parked.clone() {
            // What is parked stays parked unless it is found.
            let not_before = self.settled_at(intent.ends_by);
            let reason = record.state.reason().unwrap_or_default().to_owned();
            let listing = self.find(&intent.facts).await?;
            book.refresh().await?;
            let found = Lookup::after_send(&record, &intent).answer(book, &listing);
            if !matches!(found, Found::One { .. }) {
                return Ok(());
            }
            record.state = State::Unsure {
                intent,
                not_before,
                reason,
            };
            if !book.put(&mut record).await? {
                return Ok(());
            }
        }
        let Some(record) = self.claim(book, item).await? else {
            return Ok(());
        };
        let Some(intent) = record.state.intent().cloned() else {
            return Ok(());
        };
        if let Looked::Free(record) = self.reconcile(book, *record, intent).await? {
            let reason = "it is not at the destination: the next run sends it again".to_owned();
            self.settle(
                book,
                *record,
                State::Waiting {
                    not_before: now,
                    reason,
                },
            )
            .await?;
        }
        Ok(())
    }

    /// Links whatever is at the destination already, from both listings alone: for a ledger that was lost. Sends nothing.
    ///
    /// # Errors
    /// As for [`plan`](Self::plan), and when the destination can't be listed.
    pub async fn rebuild(&self, request: &Request, cancel: &Cancel) -> Result<Run, Stop> {
        let Plan { mut report, .. } = self.plan(request).await?;
        let mut book = self.book_for_work().await?;
        let stopped = self
            .link_existing(&mut book, &mut report, cancel)
            .await
            .err();
        self.keep_pauses(&mut book).await?;
        report.count_again();
        Ok(Run { report, stopped })
    }

    /// Removes from the destination what we sent, and nothing else; the workout is not sent again.
    ///
    /// # Errors
    /// [`OrderError`]; in particular when no receipt proves that we created the activity.
    pub async fn undo(&self, id: &str) -> Result<Record, OrderError> {
        let mut book = self.book_for_work().await?;
        let mut record = self.known(&mut book, id).await?;
        if record.parts.is_empty() {
            return Err(wrong(
                &record,
                "nothing of it is at the destination by our doing",
            ));
        }
        if !self.destination.capabilities().remove {
            return Err(wrong(&record, "this destination can't remove activities"));
        }
        if record.parts.iter().any(|part| part.form.is_none()) {
            return Err(wrong(
                &record,
                "it was at the destination before; it is not ours to remove",
            ));
        }
        if record
            .parts
            .iter()
            .any(|part| part.receipt.activity_id.is_none())
        {
            return Err(wrong(
                &record,
                "no receipt says which activity it is; remove it by hand",
            ));
        }
        let now = self.clock.now();
        // On record first: if this is interrupted, nothing sends it again, and undo can be repeated.
        let reason = "a person said undo";
        record.note(now, reason);
        record.taking_back = Some(reason.to_owned());
        record.state = State::Tombstoned {
            reason: reason.to_owned(),
            intent: record.state.intent().cloned(),
        };
        if !book.put(&mut record).await? {
            return Err(self.held(&book, id));
        }
        while let Some(part) = record.parts.last() {
            self.destination
                .remove(&part.receipt)
                .await
                .map_err(|error| {
                    OrderError::Stop(Stop::Service {
                        side: super::Side::Destination,
                        error,
                    })
                })?;
            record.parts.pop();
            if record.parts.is_empty() {
                record.taking_back = None;
            }
            record.note(self.clock.now(), "removed from the destination");
            if !book.put(&mut record).await? {
                return Err(self.held(&book, id));
            }
        }
        Ok(record)
    }

    async fn known(&self, book: &mut Book, id: &str) -> Result<Record, OrderError> {
        let unknown = || OrderError::Unknown(id.to_owned());
        let record = book.peek(id).await?.ok_or_else(unknown)?;
        look_at(book, &record.item).await?;
        book.reload(id).await?;
        let record = book.get(id).ok_or_else(unknown)?;
        if self.is_free(record, self.clock.now()) {
            Ok(record.clone())
        } else {
            Err(self.held(book, id))
        }
    }

    fn held(&self, book: &Book, id: &str) -> OrderError {
        let until = book
            .get(id)
            .and_then(|record| record.lease.as_ref())
            .map(|lease| lease.until);
        OrderError::Held {
            id: id.to_owned(),
            until: until.unwrap_or_else(|| self.clock.now()),
        }
    }
}

fn wrong(record: &Record, why: &str) -> OrderError {
    OrderError::WrongState {
        id: record.item.id.clone(),
        state: record.state.name(),
        why: why.to_owned(),
    }
}

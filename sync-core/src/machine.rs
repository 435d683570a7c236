//! The state machine: [`Record::apply`] is the only writer of a record's state.
//!
//! One line for each event, one column for each state, and in it the states that the event can lead to; `-` is illegal. The test `the_documented_table_is_made_from_the_code` makes this table
//! from the code and compares it.
//!
//! ```text
//!                  N:new C:cla S:sen U:uns R:rem D:del L:lin W:wai J:rej P:par K:ski T:tom
//! Claimed          C     C     U     U     R     D     L     C     -     -     C     -
//! Released         -     C     -     U     R     D     L     -     -     -     -     -
//! Listed           -     C     -     -     -     -     -     -     -     -     -     -
//! Learned          -     C     -     -     -     -     -     -     -     -     -     -
//! LeftOut          -     K     -     -     -     -     -     -     -     -     -     -
//! Postponed        -     W     W     U     R     -     -     -     -     -     -     -
//! Failed           -     PW    PW    -     PR    -     -     -     -     -     -     -
//! AttemptReturned  -     -     -     -     -     -     -     W     -     -     -     -
//! Parked           -     P     -     P     P     -     -     -     -     -     -     -
//! Found            -     CDL   CDL   -     -     -     -     -     -     -     -     -
//! SameAs           -     LT    -     -     -     -     -     -     -     -     -     -
//! Complete         -     DL    -     -     -     -     -     -     -     -     -     -
//! Sending          -     S     -     -     -     -     -     -     -     -     -     -
//! Accepted         -     -     CD    -     -     -     -     -     -     -     -     -
//! Unclear          -     -     U     -     -     -     -     -     -     -     -     -
//! Refused          -     JR    JR    -     -     -     -     -     -     -     -     -
//! Missed           -     -     -     U     -     -     -     -     -     -     -     -
//! Appeared         -     -     -     CLR   -     -     -     -     -     CLR   -     -
//! GivenUp          -     -     -     C     -     -     -     -     -     -     -     -
//! SendAgain        -     -     -     C     -     -     -     -     -     -     -     -
//! PartRemoved      -     -     -     -     CPRT  -     -     -     -     -     -     -
//! Identified       -     -     -     -     -     D     L     -     -     -     -     -
//! StepDone         -     -     -     -     -     D     L     -     -     -     -     -
//! StepFailed       -     -     -     -     -     D     L     -     -     -     -     -
//! DuplicateSeen    -     -     -     -     -     D     L     -     -     -     -     -
//! FileMended       -     -     -     -     -     -     -     -     -     W     -     -
//! AcceptedAsGone   -     C     S     U     R     D     L     W     J     P     K     T
//! Imported         T     -     -     -     -     -     -     -     -     -     -     -
//! Retry            -     W     S     U     -     D     L     W     W     UW    W     UW
//! NotThere         -     W     S     UW    -     D     W     W     W     UW    W     UW
//! Skip             T     T     T     T     -     -     -     T     T     T     T     T
//! Undo             -     R     R     R     -     R     R     R     R     R     R     R
//! Redeliver        -     -     -     -     -     R     R     -     -     -     -     -
//! ```

mod effects;
mod event;
mod retry;
#[cfg(test)]
mod table;

use chrono::{DateTime, TimeDelta, Utc};

pub(crate) use event::Event;
pub use event::Obstacle;

use crate::model::{
    AfterRemoval, Command, Duplicate, Lease, LostSend, MOST_UNKNOWN_SENDS, Part, Reason, Record,
    State,
};
use crate::{Capabilities, Policy, Receipt};

/// Under which circumstances an event happens.
pub(crate) struct Cx<'a> {
    pub(crate) now: DateTime<Utc>,
    pub(crate) policy: &'a Policy,
    /// The abilities of the destination.
    pub(crate) can: Capabilities,
    /// The worker that applies the event.
    pub(crate) holder: &'a str,
}

impl Cx<'_> {
    pub(crate) fn after(&self, wait: TimeDelta) -> DateTime<Utc> {
        let at = self.now.checked_add_signed(wait);
        at.unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// When what was sent at `sent` has appeared in the listing, or is late.
    pub(crate) fn settled_at(&self, sent: DateTime<Utc>) -> DateTime<Utc> {
        let at = sent.checked_add_signed(self.policy.settle());
        at.unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Whether a send could end after the end of the run.
    pub(crate) fn is_too_late(&self, deadline: Option<DateTime<Utc>>) -> bool {
        let ends_by = self.after(self.policy.send_delta());
        deadline.is_some_and(|deadline| ends_by > deadline)
    }

    fn verifies(&self) -> bool {
        self.policy.verify && self.can.read_back
    }

    fn lease(&self) -> Option<Lease> {
        Some(Lease {
            holder: self.holder.to_owned(),
            until: self.after(self.policy.lease()),
            since: Some(self.now),
        })
    }
}

impl Record {
    /// Changes the record by an event, or refuses the event and changes nothing.
    pub(crate) fn apply(&mut self, event: Event, cx: &Cx<'_>) -> Result<(), Obstacle> {
        use State::{
            Claimed, Delivered, Linked, Parked, Rejected, Removing, Sending, Skipped, Tombstoned,
            Unsure, Waiting,
        };
        let is_new = self.version.is_none() && self.lease.is_none();
        if is_new && !matches!(event, Event::Claimed | Event::Skip | Event::Imported) {
            return Err(Obstacle::WrongState);
        }
        match (&self.state, event) {
            (Rejected { .. } | Parked { .. } | Tombstoned { .. }, Event::Claimed) => {
                return Err(Obstacle::WrongState);
            }
            (_, Event::Claimed) => self.claim(cx),
            (Claimed | Unsure { .. } | Removing { .. } | Delivered | Linked, Event::Released) => {
                self.lease = None;
                self.updated_at = cx.now;
            }
            (Claimed, Event::Listed(item)) if self.is_untouched() => {
                self.item = self.item.relisted(&item);
            }
            (Claimed, Event::Learned { start_utc, sport }) => {
                self.item.start_utc = self.item.start_utc.or(start_utc);
                self.item.sport = self.item.sport.take().or(sport);
            }
            (Claimed, Event::LeftOut(reason)) => self.rest(cx, Skipped { reason }),
            (Claimed | Sending { .. }, Event::Postponed { not_before, reason }) => {
                self.rest(cx, Waiting { not_before, reason });
            }
            (Unsure { .. } | Removing { .. }, Event::Postponed { not_before, reason }) => {
                self.postpone(cx, not_before, reason);
            }
            (Claimed | Sending { .. } | Removing { .. }, Event::Failed { reason, wait }) => {
                self.fail(cx, reason, wait);
            }
            (Waiting { .. }, Event::AttemptReturned) => {
                self.attempts = self.attempts.saturating_sub(1);
                self.updated_at = cx.now;
            }
            (Claimed | Unsure { .. } | Removing { .. }, Event::Parked { reason, evidence }) => {
                self.park(cx, reason, evidence);
            }
            (Claimed | Sending { .. }, Event::Found { part, of, evidence }) => {
                let id = part.receipt.activity_id.as_deref().unwrap_or_default();
                let line = format!("was there already as activity {id}: {evidence}");
                self.note(cx.now, line);
                self.parts.push(*part);
                self.one_more_there(cx, of);
            }
            (Claimed, Event::SameAs { id, is_excluded }) => {
                self.same_as = Some(id.clone());
                let (reason, intent) = (Reason::SameAs { id }, None);
                match is_excluded {
                    true => self.rest(cx, Tombstoned { reason, intent }),
                    false => {
                        self.note(cx.now, reason.to_string());
                        self.rest(cx, Linked);
                    }
                }
            }
            (Claimed, Event::Complete) => self.one_more_there(cx, self.parts.len()),
            (Claimed, Event::Sending(intent)) if self.lost(intent.part) < MOST_UNKNOWN_SENDS => {
                self.note(cx.now, format!("sending as {}", intent.form.as_str()));
                self.state = Sending { intent };
                // The user spoke of the listing before this send.
                self.listing_trusted = false;
                self.lease = cx.lease();
            }
            (Sending { intent }, Event::Accepted(receipt)) => {
                let intent = intent.clone();
                let as_activity = match &receipt.activity_id {
                    Some(id) => format!(" as activity {id}"),
                    None => String::new(),
                };
                self.note(cx.now, format!("accepted{as_activity}"));
                self.attempts = 0;
                let of = intent.of;
                self.parts.push(Part::sent(intent, receipt, cx.verifies()));
                self.one_more_there(cx, of);
            }
            (Sending { intent }, Event::Unclear(reason)) => {
                let unsure = Unsure {
                    intent: intent.clone(),
                    not_before: cx.settled_at(cx.now),
                    reason,
                };
                self.rest(cx, unsure);
            }
            (Claimed | Sending { .. }, Event::Refused(reason)) => match self.parts.is_empty() {
                true => self.rest(cx, Rejected { reason }),
                false => self.remove(cx, reason, AfterRemoval::Park),
            },
            (Unsure { .. }, Event::Missed) => {
                if let Unsure { intent, .. } = &mut self.state {
                    intent.missed_at = Some(cx.now);
                }
                self.lease = None;
                self.updated_at = cx.now;
            }
            (Unsure { .. } | Parked { .. }, Event::Appeared { activity, evidence }) => {
                let intent = self.state.intent().cloned();
                let intent = intent.ok_or(Obstacle::WrongState)?;
                self.note(cx.now, format!("found as activity {activity}: {evidence}"));
                let (of, is_next) = (intent.of, intent.part == self.parts.len());
                let receipt = Receipt::with_id(activity);
                self.parts.push(Part::sent(intent, receipt, cx.verifies()));
                match is_next {
                    true if self.parts.len() >= of => self.arrive(cx, Linked),
                    true => self.work(cx, Claimed),
                    // An undo removed the exercises before it: it goes as well, and all are sent anew, in order.
                    false => {
                        let reason = Reason::ordered(Command::Undo);
                        self.remove(cx, reason, AfterRemoval::Resend);
                    }
                }
            }
            (Unsure { intent, reason, .. }, Event::GivenUp { is_proved }) => {
                let why = match is_proved {
                    true => "the listing is complete and does not show it",
                    false => "the listing has not shown it for the longest time that it may take",
                };
                let lost = LostSend::new(intent.clone(), reason.clone(), is_proved);
                self.lost_sends.push(lost);
                self.note(cx.now, format!("{why}: it is sent once more"));
                self.work(cx, Claimed);
            }
            (Unsure { .. }, Event::SendAgain) => {
                self.note(cx.now, "sent again: the destination recognises it");
                self.work(cx, Claimed);
            }
            (Removing { reason, then, .. }, Event::PartRemoved) => {
                let (reason, then) = (reason.clone(), *then);
                self.part_removed(cx, reason, then);
            }
            (Delivered | Linked, Event::Identified(part, activity)) => {
                self.note(cx.now, format!("found as activity {activity}"));
                let part = &mut self.parts[part];
                part.receipt.activity_id = Some(activity);
                part.pre_image.clear();
            }
            (Delivered | Linked, Event::StepDone(id, fidelity)) => {
                self.step_done(cx, id, fidelity);
            }
            (Delivered | Linked, Event::StepFailed(id, step)) => self.step_failed(cx, id, step),
            (Delivered | Linked, Event::DuplicateSeen { activity, evidence }) => {
                let line = format!("possible duplicate: activity {activity}: {evidence}");
                self.note(cx.now, line);
                self.duplicates.push(Duplicate {
                    activity,
                    seen_at: cx.now,
                    evidence,
                });
            }
            (Parked { reason, intent, .. }, Event::FileMended) if intent.is_none() => {
                let (not_before, reason) = (cx.now, reason.clone());
                self.attempts = 0;
                self.note(cx.now, "its file can be read now");
                self.state = Waiting { not_before, reason };
            }
            (_, Event::AcceptedAsGone) => {
                self.gone = true;
                self.updated_at = cx.now;
            }
            (Claimed, Event::Imported) if is_new => {
                let (reason, intent) = (Reason::OnImportedList, None);
                self.rest(cx, Tombstoned { reason, intent });
            }
            (_, Event::Retry) => self.try_again(cx, Reason::ordered(Command::Retry), false)?,
            (_, Event::NotThere(listed)) => self.not_there(cx, listed)?,
            (Delivered | Linked, Event::Skip) => return Err(Obstacle::AtDestination),
            (Removing { .. }, Event::Skip) => return Err(Obstacle::BeingRemoved),
            (_, Event::Skip) => {
                let reason = Reason::ordered(Command::Skip);
                let intent = self.state.intent().cloned();
                self.rest(cx, Tombstoned { reason, intent });
            }
            (_, Event::Undo) => {
                self.check_removable()?;
                let reason = Reason::ordered(Command::Undo);
                self.remove(cx, reason, AfterRemoval::Tombstone);
            }
            (Delivered | Linked, Event::Redeliver(item)) => {
                self.check_removable()?;
                self.item = *item;
                let reason = Reason::ordered(Command::Redeliver);
                self.remove(cx, reason, AfterRemoval::Resend);
            }
            _ => return Err(Obstacle::WrongState),
        }
        Ok(())
    }
}

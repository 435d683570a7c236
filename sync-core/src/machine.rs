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
    State, StateName,
};
use crate::policy::Policy;

/// Under which circumstances an event happens.
pub(crate) struct Cx<'a> {
    pub(crate) now: DateTime<Utc>,
    pub(crate) policy: &'a Policy,
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

    fn lease(&self) -> Option<Lease> {
        Some(Lease {
            holder: self.holder.to_owned(),
            until: self.after(self.policy.lease()),
            since: Some(self.now),
        })
    }
}

impl Record {
    /// The name of its state; `New` when it is not in the ledger.
    pub(crate) fn state_name(&self) -> StateName {
        match self.version {
            None => StateName::New,
            Some(_) => self.state.name(),
        }
    }

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
            }
            (Claimed | Unsure { .. } | Removing { .. }, Event::Parked { reason, evidence }) => {
                self.park(cx, reason, evidence);
            }
            (
                Claimed | Sending { .. },
                Event::Found {
                    receipt,
                    facts,
                    of,
                    evidence,
                },
            ) => {
                let id = receipt.activity_id.as_deref().unwrap_or_default();
                self.note(
                    cx.now,
                    format!("was there already as activity {id}: {evidence}"),
                );
                self.parts.push(Part::found(receipt, facts));
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
            (Sending { intent }, Event::Accepted { receipt, verify }) => {
                let intent = intent.clone();
                let as_activity = match &receipt.activity_id {
                    Some(id) => format!(" as activity {id}"),
                    None => String::new(),
                };
                self.note(cx.now, format!("accepted{as_activity}"));
                self.attempts = 0;
                let of = intent.of;
                self.parts.push(Part::sent(intent, receipt, verify));
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
            (Claimed | Sending { .. }, Event::Refused(reason)) if self.parts.is_empty() => {
                self.rest(cx, Rejected { reason });
            }
            (Claimed | Sending { .. }, Event::Refused(reason)) => {
                self.remove(cx, reason, AfterRemoval::Park, None);
            }
            (Unsure { .. }, Event::Missed) => {
                if let Unsure { intent, .. } = &mut self.state {
                    intent.missed_at = Some(cx.now);
                }
                self.lease = None;
                self.updated_at = cx.now;
            }
            (
                Unsure { intent, .. }
                | Parked {
                    intent: Some(intent),
                    ..
                },
                Event::Appeared {
                    receipt,
                    verify,
                    evidence,
                },
            ) => {
                let intent = intent.clone();
                let id = receipt.activity_id.as_deref().unwrap_or_default();
                self.note(cx.now, format!("found as activity {id}: {evidence}"));
                let (of, is_next) = (intent.of, intent.part == self.parts.len());
                self.parts.push(Part::sent(intent, receipt, verify));
                match is_next {
                    true if self.parts.len() >= of => self.arrive(cx, Linked),
                    true => self.work(cx, Claimed),
                    // An undo removed the exercises before it: it goes as well, and all are sent anew, in order.
                    false => {
                        let reason = Reason::ordered(Command::Undo);
                        self.remove(cx, reason, AfterRemoval::Resend, None);
                    }
                }
            }
            (Unsure { intent, reason, .. }, Event::GivenUp { why, is_proved }) => {
                let lost = LostSend::new(intent.clone(), reason.clone(), is_proved);
                self.lost_sends.push(lost);
                self.note(cx.now, format!("{why}: it is sent once more"));
                self.work(cx, Claimed);
            }
            (Unsure { .. }, Event::SendAgain) => {
                self.note(cx.now, "sent again: the destination recognises it");
                self.work(cx, Claimed);
            }
            (Removing { .. }, Event::PartRemoved) => self.part_removed(cx),
            (Delivered | Linked, Event::Identified { part, activity }) => {
                self.note(cx.now, format!("found as activity {activity}"));
                let part = &mut self.parts[part];
                part.receipt.activity_id = Some(activity);
                part.pre_image.clear();
            }
            (
                Delivered | Linked,
                Event::StepDone {
                    part,
                    kind,
                    fidelity,
                },
            ) => self.step_done(cx, part, kind, fidelity),
            (Delivered | Linked, Event::StepFailed { part, kind, step }) => {
                self.step_failed(cx, part, kind, step);
            }
            (Delivered | Linked, Event::DuplicateSeen { activity, evidence }) => {
                self.note(
                    cx.now,
                    format!("possible duplicate: activity {activity}: {evidence}"),
                );
                self.duplicates.push(Duplicate {
                    activity,
                    seen_at: cx.now,
                    evidence,
                });
            }
            (
                Parked {
                    reason,
                    intent: None,
                    ..
                },
                Event::FileMended,
            ) => {
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
            (_, Event::Retry { can_find }) => self.retry(cx, can_find)?,
            (_, Event::NotThere { can_find, listed }) => self.not_there(cx, can_find, listed)?,
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
                let intent = self.state.intent().cloned();
                self.remove(cx, reason, AfterRemoval::Tombstone, intent);
            }
            (Delivered | Linked, Event::Redeliver(item)) => {
                self.check_removable()?;
                self.item = *item;
                let reason = Reason::ordered(Command::Redeliver);
                self.remove(cx, reason, AfterRemoval::Resend, None);
            }
            _ => return Err(Obstacle::WrongState),
        }
        Ok(())
    }
}

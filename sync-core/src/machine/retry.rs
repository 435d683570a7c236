//! The user's order to try again, also against the evidence.

use std::mem;

use super::{Cx, Obstacle};
use crate::model::{Command, LostSend, Reason, Record, State};

impl Record {
    pub(super) fn not_there(&mut self, cx: &Cx<'_>, listed: Vec<String>) -> Result<(), Obstacle> {
        if self.is_sent_out() {
            return Err(Obstacle::SentTwice);
        }
        let reason = Reason::ordered(Command::NotThere);
        let only_found = self.parts.iter().all(|part| !part.origin.is_sent());
        match &self.state {
            State::Linked if !only_found => return Err(Obstacle::AtDestination),
            State::Linked => {
                let activities = mem::take(&mut self.parts).into_iter();
                self.not_ours
                    .extend(activities.filter_map(|part| part.receipt.activity_id));
                self.distinct |= self.same_as.take().is_some();
                let not_before = cx.now;
                self.rest(cx, State::Waiting { not_before, reason });
            }
            _ => self.try_again(cx, reason, true)?,
        }
        if cx.can.find && !self.state.name().is_at_destination() {
            self.not_ours.extend(listed);
            self.not_ours.sort();
            self.not_ours.dedup();
            self.listing_trusted = true;
        }
        self.attempts = 0;
        Ok(())
    }

    pub(super) fn try_again(
        &mut self,
        cx: &Cx<'_>,
        order: Reason,
        not_there: bool,
    ) -> Result<(), Obstacle> {
        let sent_out = self.is_sent_out() && matches!(self.state, State::Parked { .. });
        let waiting = |not_before| State::Waiting {
            not_before,
            reason: order.clone(),
        };
        let state = match &self.state {
            State::Delivered | State::Linked => match self.reopen_steps() {
                true => self.state.clone(),
                false => return Err(Obstacle::AtDestination),
            },
            State::Removing { .. } => return Err(Obstacle::BeingRemoved),
            State::Sending { .. } => self.state.clone(),
            state => match state.intent().cloned() {
                None => waiting(cx.now),
                // The settle window is never cut short: what was sent may still appear. After the last send there is no further one
                // that a window could protect.
                Some(intent) if cx.can.find => State::Unsure {
                    not_before: match sent_out {
                        true => cx.now,
                        false => cx
                            .settled_at(intent.ends_by)
                            .max(state.not_before().unwrap_or(intent.ends_by)),
                    },
                    reason: state.reason().cloned().unwrap_or(Reason::Interrupted),
                    intent,
                },
                Some(intent) if not_there => {
                    let reason = state.reason().cloned().unwrap_or(Reason::Interrupted);
                    let settled_at = cx.settled_at(intent.ends_by);
                    self.lost_sends.push(LostSend::new(intent, reason, true));
                    waiting(settled_at)
                }
                Some(_) => return Err(Obstacle::NotSearchable),
            },
        };
        if !state.name().is_at_destination() {
            self.distinct |= self.same_as.take().is_some();
        }
        self.state = state;
        self.attempts = 0;
        self.note(cx.now, order.to_string());
        Ok(())
    }
}

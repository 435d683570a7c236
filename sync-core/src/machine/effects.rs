//! The effects of the events of [`machine`](super) on a record that take more than a line.

use std::mem;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Cx, Obstacle};
use crate::model::{AfterRemoval, Fidelity, Reason, Record, State, Step, StepId};

impl Record {
    /// How far ahead the clock was that wrote this record, where it was wrong: times in the record are that much too late.
    pub(crate) fn clock_error(&self, now: DateTime<Utc>, most: TimeDelta) -> Option<TimeDelta> {
        Some(self.updated_at - now).filter(|ahead| *ahead > most)
    }

    pub(super) fn claim(&mut self, cx: &Cx<'_>) {
        let error = self.clock_error(cx.now, cx.policy.settle());
        if let Some(error) = error.filter(|_| self.version.is_some()) {
            self.put_times_right(error, cx.now);
            let line = "the clock of the last worker was ahead; its times are corrected";
            self.note(cx.now, line);
        }
        let ended = mem::replace(&mut self.lease, cx.lease()).is_some();
        let most = cx.policy.max_attempts();
        self.updated_at = cx.now;
        match &self.state {
            State::Sending { intent } => {
                self.state = State::Unsure {
                    not_before: cx.settled_at(intent.ends_by),
                    intent: intent.clone(),
                    reason: Reason::Interrupted,
                };
                let line = "the worker ended while it was sending: fate unknown";
                self.note(cx.now, line);
            }
            State::Unsure { .. } => {}
            State::Delivered | State::Linked => {
                if ended {
                    self.step_interrupted(cx.now, most);
                }
            }
            state => {
                if !matches!(state, State::Claimed | State::Removing { .. }) {
                    self.state = State::Claimed;
                } else if ended {
                    self.attempts += 1;
                    let line = "the worker ended while it worked on it: failure";
                    self.note(cx.now, format!("{line} {} of {most}", self.attempts));
                }
                self.note(cx.now, "claimed");
            }
        }
    }

    /// A state in which no worker holds the record.
    pub(super) fn rest(&mut self, cx: &Cx<'_>, state: State) {
        let line = match state.reason() {
            Some(reason) => format!("{}: {reason}", state.name()),
            None => state.name().to_string(),
        };
        self.note(cx.now, line);
        self.state = state;
        self.lease = None;
    }

    /// Parks the workout. A send of unknown fate stays on record.
    pub(super) fn park(&mut self, cx: &Cx<'_>, reason: Reason, evidence: Vec<String>) {
        let parked = State::Parked {
            reason,
            evidence,
            intent: self.state.intent().cloned(),
        };
        self.rest(cx, parked);
    }

    /// A state in which this worker goes on.
    pub(super) fn work(&mut self, cx: &Cx<'_>, state: State) {
        self.state = state;
        self.lease = cx.lease();
    }

    /// One more exercise is at the destination; `of` is how many there are.
    pub(super) fn one_more_there(&mut self, cx: &Cx<'_>, of: usize) {
        if self.parts.len() < of {
            return self.work(cx, State::Claimed);
        }
        match self.parts.iter().any(|part| part.origin.is_sent()) {
            true => self.arrive(cx, State::Delivered),
            false => self.arrive(cx, State::Linked),
        }
    }

    /// All of it is at the destination; the worker keeps the record where steps follow.
    pub(super) fn arrive(&mut self, cx: &Cx<'_>, state: State) {
        self.note(cx.now, state.name().to_string());
        self.state = state;
        self.lease = cx.lease().filter(|_| self.has_open_step());
    }

    pub(super) fn postpone(&mut self, cx: &Cx<'_>, until: DateTime<Utc>, why: Reason) {
        match &mut self.state {
            State::Unsure {
                not_before, reason, ..
            } => {
                *not_before = until.max(*not_before);
                *reason = why.clone();
            }
            State::Removing { not_before, .. } => *not_before = Some(until),
            _ => {}
        }
        self.note(cx.now, format!("{}: {why}", self.state.name()));
        self.lease = None;
    }

    pub(super) fn fail(&mut self, cx: &Cx<'_>, reason: Reason, wait: TimeDelta) {
        self.attempts += 1;
        let attempts = self.attempts;
        let last = reason.to_string();
        let given_up = attempts >= cx.policy.max_attempts();
        let until = cx.after(cx.policy.backoff(attempts).max(wait));
        let state = match (&mut self.state, given_up) {
            (State::Removing { not_before, .. }, false) => {
                *not_before = Some(until);
                self.lease = None;
                return self.note(cx.now, format!("removing it failed: {last}"));
            }
            (State::Removing { reason, .. }, true) => {
                let (message, because) = (last, Box::new(reason.clone()));
                let reason = Reason::RemovalFailed { message, because };
                return self.park(cx, reason, self.remaining());
            }
            (_, true) => State::Parked {
                reason: Reason::FailedRepeatedly { attempts, last },
                evidence: Vec::new(),
                intent: None,
            },
            (_, false) => State::Waiting {
                not_before: until,
                reason,
            },
        };
        self.rest(cx, state);
    }

    /// The activities that are at the destination, as evidence.
    pub(crate) fn remaining(&self) -> Vec<String> {
        let line = |id: &str| format!("activity {id} is at the destination");
        self.activity_ids().map(line).collect()
    }

    pub(super) fn check_removable(&self) -> Result<(), Obstacle> {
        Err(match self.parts.as_slice() {
            _ if matches!(self.state, State::Removing { .. }) => Obstacle::BeingRemoved,
            [] => Obstacle::NothingSent,
            parts if !parts.iter().all(|part| part.origin.is_sent()) => Obstacle::NotOurs,
            _ if !self.can_be_undone() => Obstacle::NoReceipt,
            _ => return Ok(()),
        })
    }

    /// Starts to remove what is there of it.
    pub(super) fn remove(&mut self, cx: &Cx<'_>, reason: Reason, then: AfterRemoval) {
        self.note(cx.now, format!("{reason}; removing its activities"));
        self.attempts = 0;
        // Otherwise the fate of the last send is known.
        let is_undone = then == AfterRemoval::Tombstone;
        self.state = State::Removing {
            reason,
            then,
            not_before: None,
            intent: self.state.intent().filter(|_| is_undone).cloned(),
        };
        self.lease = cx.lease();
    }

    pub(super) fn part_removed(&mut self, cx: &Cx<'_>, reason: Reason, then: AfterRemoval) {
        let removed = self.parts.pop().and_then(|part| part.receipt.activity_id);
        let id = removed.unwrap_or_default();
        let line = format!("removed activity {id} from the destination");
        self.note(cx.now, line);
        // A listing that lags still shows it.
        if !self.not_ours.contains(&id) {
            self.not_ours.push(id);
        }
        self.lease = cx.lease();
        match then {
            _ if !self.parts.is_empty() => {}
            AfterRemoval::Resend => {
                self.state = State::Claimed;
                self.attempts = 0;
                self.duplicates.clear();
            }
            AfterRemoval::Tombstone => {
                let intent = self.state.intent().cloned();
                self.rest(cx, State::Tombstoned { reason, intent });
            }
            AfterRemoval::Park => {
                let evidence = vec!["the exercises before it were removed again".to_owned()];
                self.park(cx, reason, evidence);
            }
        }
    }

    fn keep_lease_for_steps(&mut self, cx: &Cx<'_>) {
        self.updated_at = cx.now;
        self.lease = self.due_step(cx.now).and_then(|_| cx.lease());
    }

    pub(super) fn step_done(&mut self, cx: &Cx<'_>, id: StepId, fidelity: Option<Fidelity>) {
        let part = &mut self.parts[id.part];
        let line = match (&fidelity, &part.finish) {
            (Some(fidelity), _) => fidelity.line(),
            (None, Some(finish)) => format!("{} set", finish.wanted),
            (None, None) => "done".to_owned(),
        };
        if let Some(step) = part.step_mut(id.kind) {
            *step = Step::Done { at: cx.now };
        }
        if let (Some(verify), Some(_)) = (&mut part.verify, &fidelity) {
            verify.fidelity = fidelity;
        }
        self.note(cx.now, line);
        self.keep_lease_for_steps(cx);
    }

    pub(super) fn step_failed(&mut self, cx: &Cx<'_>, id: StepId, step: Step) {
        let part = &mut self.parts[id.part];
        let known = part.step(id.kind).and_then(Step::reason) == step.reason();
        if let Some(open) = part.step_mut(id.kind) {
            *open = step;
        }
        // The same failure again is no news: the history has better use for its lines.
        if let Some(sentence) = part.step_sentence(id.kind).filter(|_| !known) {
            self.note(cx.now, sentence);
        }
        self.keep_lease_for_steps(cx);
    }
}

//! The effects of the events of [`machine`](super) on a record that take more than a line.

use std::mem;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Cx, Obstacle};
use crate::model::{AfterRemoval, Fidelity, Intent, Reason, Record, State, Step, StepKind};

impl Record {
    /// How far ahead the clock was that wrote this record, where it was wrong: times in the record are that much too late.
    pub(crate) fn clock_error(&self, now: DateTime<Utc>, tolerance: TimeDelta) -> TimeDelta {
        let ahead = self.updated_at - now;
        if ahead > tolerance {
            ahead
        } else {
            TimeDelta::zero()
        }
    }

    pub(super) fn claim(&mut self, cx: &Cx<'_>) {
        let error = self.clock_error(cx.now, cx.policy.settle());
        if self.version.is_some() && error > TimeDelta::zero() {
            self.put_times_right(error);
            self.note(
                cx.now,
                "the clock of the last worker was ahead; its times are corrected",
            );
        }
        let ended = mem::replace(&mut self.lease, cx.lease()).is_some();
        let most = cx.policy.max_attempts();
        self.state = match mem::replace(&mut self.state, State::Claimed) {
            State::Sending { intent } => {
                self.note(
                    cx.now,
                    "the worker ended while it was sending: fate unknown",
                );
                let not_before = cx.settled_at(intent.ends_by);
                let reason = Reason::Interrupted;
                State::Unsure {
                    intent,
                    not_before,
                    reason,
                }
            }
            unsure @ State::Unsure { .. } => unsure,
            there @ (State::Delivered | State::Linked) => {
                self.state = there.clone();
                if ended {
                    self.step_interrupted(cx.now, most);
                }
                self.updated_at = cx.now;
                there
            }
            working @ (State::Claimed | State::Removing { .. }) => {
                if ended {
                    self.attempts += 1;
                    let attempts = self.attempts;
                    self.note(
                        cx.now,
                        format!(
                            "the worker ended while it worked on it: failure {attempts} of {most}"
                        ),
                    );
                }
                self.note(cx.now, "claimed");
                working
            }
            _ => {
                self.note(cx.now, "claimed");
                State::Claimed
            }
        };
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
        let intent = self.state.intent().cloned();
        self.rest(
            cx,
            State::Parked {
                reason,
                evidence,
                intent,
            },
        );
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
        let any_sent = self.parts.iter().any(|part| part.origin.is_sent());
        let state = if any_sent {
            State::Delivered
        } else {
            State::Linked
        };
        self.arrive(cx, state);
    }

    /// All of it is at the destination; the worker keeps the record where steps follow.
    pub(super) fn arrive(&mut self, cx: &Cx<'_>, state: State) {
        self.note(cx.now, state.name().to_string());
        self.state = state;
        self.lease = match self.has_open_step() {
            true => cx.lease(),
            false => None,
        };
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
        if let State::Removing {
            reason: because,
            not_before,
            ..
        } = &mut self.state
        {
            if !given_up {
                *not_before = Some(until);
                self.lease = None;
                return self.note(cx.now, format!("removing it failed: {last}"));
            }
            let reason = Reason::RemovalFailed {
                message: last,
                because: Box::new(because.clone()),
            };
            return self.park(cx, reason, self.remaining());
        }
        let state = match given_up {
            true => State::Parked {
                reason: Reason::FailedRepeatedly { attempts, last },
                evidence: Vec::new(),
                intent: None,
            },
            false => State::Waiting {
                not_before: until,
                reason,
            },
        };
        self.rest(cx, state);
    }

    /// The activities that are at the destination, as evidence.
    pub(crate) fn remaining(&self) -> Vec<String> {
        let ids = self
            .parts
            .iter()
            .filter_map(|part| part.receipt.activity_id.as_ref());
        ids.map(|id| format!("activity {id} is at the destination"))
            .collect()
    }

    pub(super) fn check_removable(&self) -> Result<(), Obstacle> {
        if matches!(self.state, State::Removing { .. }) {
            return Err(Obstacle::BeingRemoved);
        }
        if self.parts.is_empty() {
            return Err(Obstacle::NothingSent);
        }
        if self.parts.iter().any(|part| !part.origin.is_sent()) {
            return Err(Obstacle::NotOurs);
        }
        match self.can_be_undone() {
            true => Ok(()),
            false => Err(Obstacle::NoReceipt),
        }
    }

    /// Starts to remove what is there of it.
    pub(super) fn remove(
        &mut self,
        cx: &Cx<'_>,
        reason: Reason,
        then: AfterRemoval,
        intent: Option<Intent>,
    ) {
        self.note(cx.now, format!("{reason}; removing its activities"));
        self.attempts = 0;
        self.work(
            cx,
            State::Removing {
                reason,
                then,
                not_before: None,
                intent,
            },
        );
    }

    pub(super) fn part_removed(&mut self, cx: &Cx<'_>) {
        let removed = self.parts.pop().and_then(|part| part.receipt.activity_id);
        let id = removed.unwrap_or_default();
        self.note(
            cx.now,
            format!("removed activity {id} from the destination"),
        );
        // A listing that lags still shows it.
        if !self.not_ours.contains(&id) {
            self.not_ours.push(id);
        }
        self.lease = cx.lease();
        if !self.parts.is_empty() {
            return;
        }
        let State::Removing {
            reason,
            then,
            intent,
            ..
        } = &self.state
        else {
            return;
        };
        let (reason, intent) = (reason.clone(), intent.clone());
        match then {
            AfterRemoval::Resend => {
                self.state = State::Claimed;
                self.attempts = 0;
                self.duplicates.clear();
            }
            AfterRemoval::Tombstone => self.rest(cx, State::Tombstoned { reason, intent }),
            AfterRemoval::Park => {
                let evidence = vec!["the exercises before it were removed again".to_owned()];
                self.park(cx, reason, evidence);
            }
        }
    }

    fn keep_lease_for_steps(&mut self, cx: &Cx<'_>) {
        self.updated_at = cx.now;
        self.lease = match self.due_step(cx.now) {
            Some(_) => cx.lease(),
            None => None,
        };
    }

    pub(super) fn step_done(
        &mut self,
        cx: &Cx<'_>,
        part: usize,
        kind: StepKind,
        fidelity: Option<Fidelity>,
    ) {
        let part = &mut self.parts[part];
        let line = match (&fidelity, &part.finish) {
            (Some(fidelity), _) => fidelity.line(),
            (None, Some(finish)) => format!("{} set", finish.wanted),
            (None, None) => "done".to_owned(),
        };
        if let Some(step) = part.step_mut(kind) {
            *step = Step::Done { at: cx.now };
        }
        if let (Some(verify), Some(_)) = (&mut part.verify, &fidelity) {
            verify.fidelity = fidelity;
        }
        self.note(cx.now, line);
        self.keep_lease_for_steps(cx);
    }

    pub(super) fn step_failed(&mut self, cx: &Cx<'_>, index: usize, kind: StepKind, step: Step) {
        let part = &mut self.parts[index];
        let known = part.step(kind).and_then(Step::reason) == step.reason();
        if let Some(open) = part.step_mut(kind) {
            *open = step;
        }
        // The same failure again is no news: the history has better use for its lines.
        if let Some(sentence) = part.step_sentence(kind).filter(|_| !known) {
            self.note(cx.now, sentence);
        }
        self.keep_lease_for_steps(cx);
    }
}

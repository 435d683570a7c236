//! Steps that are still open after a delivery, and their outcomes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::reason::step_phrases;
use super::{Fidelity, Part, Reason, Record};
use crate::Finishing;

/// Setting what the destination lost on the way in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FinishStep {
    /// The values to set.
    pub wanted: Finishing,
    /// How far it got.
    pub step: Step,
}

/// Reading the activity back and comparing it with the source's workout.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VerifyStep {
    /// How far it got.
    pub step: Step,
    /// The fidelity of the delivered workout, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fidelity: Option<Fidelity>,
}

/// How far a step got.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Step {
    /// It is still to be done.
    Open {
        /// How often it failed.
        #[serde(default)]
        attempts: u32,
        /// The earliest time of the next try, after a failure.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_before: Option<DateTime<Utc>>,
        /// What failed the last time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
    },
    /// It is done.
    Done {
        /// When.
        at: DateTime<Utc>,
    },
    /// The step cannot be done, or failed too often. The workout is at the destination
    /// nevertheless.
    GivenUp {
        /// When.
        at: DateTime<Utc>,
        /// Why.
        reason: Reason,
    },
}

impl Default for Step {
    /// Not tried yet.
    fn default() -> Self {
        Self::Open {
            attempts: 0,
            not_before: None,
            reason: None,
        }
    }
}

impl Step {
    /// It is still to be done.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Open { .. })
    }

    /// What failed the last time, or why it was given up.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Open { reason, .. } => reason.as_ref(),
            Self::GivenUp { reason, .. } => Some(reason),
            Self::Done { .. } => None,
        }
    }

    pub(crate) fn is_due(&self, now: DateTime<Utc>) -> bool {
        matches!(self, Self::Open { not_before, .. } if not_before.is_none_or(|at| at <= now))
    }

    pub(crate) fn attempts(&self) -> u32 {
        match self {
            Self::Open { attempts, .. } => *attempts,
            _ => 0,
        }
    }
}

/// Which step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StepKind {
    Finish,
    Verify,
}

/// Which step, and of which part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StepId {
    pub(crate) part: usize,
    pub(crate) kind: StepKind,
}

impl Part {
    /// The sentence about a step that is not done.
    pub(crate) fn step_sentence(&self, kind: StepKind) -> Option<String> {
        let (open, given_up) = step_phrases(kind, self.finish.as_ref());
        match self.step(kind)? {
            Step::Open { reason, .. } => Some(match reason {
                Some(reason) => format!("{open}: {reason}"),
                None => open.to_owned(),
            }),
            Step::GivenUp { reason, .. } => Some(format!("{given_up}: {reason}")),
            Step::Done { .. } => None,
        }
    }
}

impl Record {
    pub(super) fn steps(&self) -> impl Iterator<Item = (StepId, &Step)> {
        // Only what is at the destination has steps.
        let there = self.state.name().is_at_destination();
        let parts = self.parts.iter().enumerate().filter(move |_| there);
        parts.flat_map(|(part, steps)| {
            let step = |kind| Some((StepId { part, kind }, steps.step(kind)?));
            let both = [step(StepKind::Finish), step(StepKind::Verify)];
            both.into_iter().flatten()
        })
    }

    /// A step after the delivery is still to be done.
    #[must_use]
    pub fn has_open_step(&self) -> bool {
        self.steps().any(|(.., step)| step.is_open())
    }

    /// A step after the delivery was given up; the user may `retry`.
    #[must_use]
    pub fn has_given_up_step(&self) -> bool {
        self.steps()
            .any(|(.., step)| matches!(step, Step::GivenUp { .. }))
    }

    /// The first step that can be done now. An activity is verified only after it is finished.
    pub(crate) fn due_step(&self, now: DateTime<Utc>) -> Option<StepId> {
        let due = self.steps().filter(|(_, step)| step.is_due(now));
        due.map(|(id, _)| id).find(|id| {
            let finish = self.parts[id.part].step(StepKind::Finish);
            id.kind == StepKind::Finish || !finish.is_some_and(Step::is_open)
        })
    }

    /// The worker ended during the first due step.
    pub(crate) fn step_interrupted(&mut self, now: DateTime<Utc>, most_attempts: u32) {
        let due = self.due_step(now);
        let due = due.and_then(|id| self.parts[id.part].step_mut(id.kind));
        let Some(step) = due else { return };
        let attempts = step.attempts() + 1;
        let reason = Reason::StepInterrupted;
        *step = match attempts >= most_attempts {
            true => Step::GivenUp { at: now, reason },
            false => Step::Open {
                attempts,
                not_before: None,
                reason: Some(reason),
            },
        };
    }

    /// The reason to report for the steps: first for those that are open, then for those that were
    /// given up.
    pub(crate) fn steps_reason(&self) -> Option<String> {
        let first = |open: bool| {
            self.steps()
                .filter(|(.., step)| step.is_open() == open)
                .find_map(|(id, _)| self.parts[id.part].step_sentence(id.kind))
        };
        first(true).or_else(|| first(false))
    }

    /// The earliest time of the next step, for those that wait.
    pub(crate) fn steps_not_before(&self) -> Option<DateTime<Utc>> {
        let waits = self.steps().filter_map(|(.., step)| match step {
            Step::Open { not_before, .. } => *not_before,
            _ => None,
        });
        waits.min()
    }

    /// Opens the steps that are not done again, to be tried at once. `false`: there are none.
    pub(crate) fn reopen_steps(&mut self) -> bool {
        let mut any = false;
        for step in self.parts.iter_mut().flat_map(Part::steps_mut) {
            if !matches!(step, Step::Done { .. }) {
                *step = Step::default();
                any = true;
            }
        }
        any
    }
}

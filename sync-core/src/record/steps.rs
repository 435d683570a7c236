//! What is still to be done with an activity after its delivery, and what became of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Fidelity, Part, Record, State};
use crate::Finishing;

/// Setting what the destination lost on the way in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FinishStep {
    /// What is to be set.
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
    /// What became of the workout, once it is known.
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
        reason: Option<String>,
    },
    /// It is done.
    Done {
        /// When.
        at: DateTime<Utc>,
    },
    /// It can't be done, or failed too often. The workout is at the destination all the same.
    GivenUp {
        /// When.
        at: DateTime<Utc>,
        /// Why.
        reason: String,
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
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Open { reason, .. } => reason.as_deref(),
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
pub(crate) enum Which {
    Finish,
    Verify,
}

impl Part {
    pub(crate) fn step(&self, which: Which) -> Option<&Step> {
        match which {
            Which::Finish => self.finish.as_ref().map(|finish| &finish.step),
            Which::Verify => self.verify.as_ref().map(|verify| &verify.step),
        }
    }

    pub(crate) fn step_mut(&mut self, which: Which) -> Option<&mut Step> {
        match which {
            Which::Finish => self.finish.as_mut().map(|finish| &mut finish.step),
            Which::Verify => self.verify.as_mut().map(|verify| &mut verify.step),
        }
    }

    /// Whether a step can be done now. What is still to be finished is not verified yet.
    pub(crate) fn is_step_due(&self, which: Which, now: DateTime<Utc>) -> bool {
        let due = |which| self.step(which).is_some_and(|step| step.is_due(now));
        match which {
            Which::Finish => due(which),
            Which::Verify => due(which) && !self.step(Which::Finish).is_some_and(Step::is_open),
        }
    }

    /// What is to be said of a step, as a sentence.
    pub(crate) fn sentence(&self, which: Which) -> Option<String> {
        let step = self.step(which)?;
        let (not_yet, not) = match (which, &self.finish) {
            (Which::Verify, _) => ("it is not verified yet", "it could not be verified"),
            (_, Some(finish)) => match (&finish.wanted.sport, &finish.wanted.notes) {
                (Some(_), Some(_)) => (
                    "type and notes are not set yet",
                    "type and notes were not set",
                ),
                (Some(_), None) => ("the type is not set yet", "the type was not set"),
                _ => ("the notes are not set yet", "the notes were not set"),
            },
            _ => return None,
        };
        match step {
            Step::Open { reason, .. } => Some(match reason {
                Some(reason) => format!("{not_yet}: {reason}"),
                None => not_yet.to_owned(),
            }),
            Step::GivenUp { reason, .. } => Some(format!("{not}: {reason}")),
            Step::Done { .. } => None,
        }
    }
}

impl Record {
    fn steps(&self) -> impl Iterator<Item = (&Part, Which, &Step)> {
        // Whatever else became of the workout, only what is at the destination has steps.
        let there = matches!(self.state, State::Delivered | State::Linked);
        self.parts.iter().filter(move |_| there).flat_map(|part| {
            let step = |which| Some((part, which, part.step(which)?));
            [step(Which::Finish), step(Which::Verify)]
                .into_iter()
                .flatten()
        })
    }

    /// A step after the delivery is still to be done.
    #[must_use]
    pub fn has_open_step(&self) -> bool {
        self.steps().any(|(.., step)| step.is_open())
    }

    /// A step after the delivery was given up; a person may say `retry`.
    #[must_use]
    pub fn has_given_up_step(&self) -> bool {
        self.steps()
            .any(|(.., step)| matches!(step, Step::GivenUp { .. }))
    }

    /// A step can be done now.
    pub(crate) fn is_step_due(&self, now: DateTime<Utc>) -> bool {
        self.steps()
            .any(|(part, which, _)| part.is_step_due(which, now))
    }

    /// The worker that did the first due step ended before it let go of the record.
    pub(crate) fn step_interrupted(&mut self, now: DateTime<Utc>, most_attempts: u32) {
        let steps = [Which::Finish, Which::Verify];
        let due = self.parts.iter_mut().find_map(|part| {
            let which = steps
                .into_iter()
                .find(|step| part.is_step_due(*step, now))?;
            part.step_mut(which)
        });
        let Some(step) = due else { return };
        let attempts = step.attempts() + 1;
        let reason = "the program ended while it did this step".to_owned();
        *step = match attempts >= most_attempts {
            true => Step::GivenUp { at: now, reason },
            false => Step::Open {
                attempts,
                not_before: None,
                reason: Some(reason),
            },
        };
    }

    /// What is to be said of the steps: first of those that are open, then of those that were given up.
    pub(crate) fn steps_reason(&self) -> Option<String> {
        let first = |open: bool| {
            self.steps()
                .filter(|(.., step)| step.is_open() == open)
                .find_map(|(part, which, _)| part.sentence(which))
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

    /// What will happen with the steps that are not done, in words.
    pub(crate) fn next_step(&self) -> Option<String> {
        let action = |open: bool| {
            let mut steps = self.steps().filter(|(.., step)| match step {
                Step::Open { .. } => open,
                Step::GivenUp { .. } => !open,
                Step::Done { .. } => false,
            });
            let (part, which, _) = steps.next()?;
            Some(match (which, &part.finish) {
                (Which::Finish, Some(finish)) => format!("set {}", finish.wanted),
                _ => "read it back".to_owned(),
            })
        };
        if let Some(action) = action(true) {
            let when = match self.steps_not_before() {
                Some(at) => format!("a run after {}", at.format("%Y-%m-%d %H:%M:%S UTC")),
                None => "the next run".to_owned(),
            };
            return Some(format!(
                "it is at the destination; {when} goes on to {action}"
            ));
        }
        let action = action(false)?;
        Some(format!(
            "nothing by itself: it is at the destination; `retry` tries again to {action}, and sends nothing"
        ))
    }

    /// A person wants the steps that are not done to be tried again, at once. `false`: there are none.
    pub(crate) fn reopen_steps(&mut self) -> bool {
        if !self.has_open_step() && !self.has_given_up_step() {
            return false;
        }
        for part in &mut self.parts {
            for which in [Which::Finish, Which::Verify] {
                if let Some(step) = part.step_mut(which)
                    && !matches!(step, Step::Done { .. })
                {
                    *step = Step::default();
                }
            }
        }
        true
    }
}

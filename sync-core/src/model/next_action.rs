//! What happens next with a workout, in words.

use chrono::{DateTime, Utc};

use crate::clock::utc;

use super::{Record, State, Step, StepKind};

impl Record {
    /// What happens next with this workout: one sentence without a full stop. Its times are UTC.
    #[must_use]
    pub fn next_action(&self) -> String {
        match &self.state {
            State::Delivered | State::Linked => self.next_step(),
            State::Skipped { .. } => {
                "nothing: a setting leaves it out; without the setting, a run over its day moves it"
                    .to_owned()
            }
            State::Tombstoned { .. } => "nothing: it is not to be moved".to_owned(),
            State::Waiting { not_before, .. } => format!("a run after {} tries again", utc(*not_before)),
            State::Removing { not_before, .. } => format!(
                "{} goes on removing its activities from the destination",
                run(*not_before)
            ),
            State::Unsure { not_before, .. } if self.is_sent_out() => format!(
                "each run looks for it at the destination; it was sent twice, and is parked if it does not appear by {}",
                utc(*not_before)
            ),
            State::Unsure { not_before, .. } => format!(
                "each run looks for it at the destination; after {}, once it is proved that it did not arrive, or \
                 after a longer wait without proof, it is sent once more",
                utc(*not_before)
            ),
            State::Claimed | State::Sending { .. } => {
                let until = self.lease.as_ref().map(|lease| utc(lease.until));
                format!(
                    "a worker holds it until {}; if that worker is gone, a run some time after that takes over \
                     and looks at the destination first. A time far ahead was written by a wrong clock: the next run \
                     takes over then",
                    until.unwrap_or_default()
                )
            }
            State::Parked { .. } if self.is_sent_out() => {
                "you decide: look at the destination. If the workout is there, `reconcile` links it as soon as the \
                 listing shows it. If it is not there, upload it by hand and then `skip` it; it is never sent a third \
                 time"
                    .to_owned()
            }
            State::Parked { intent: Some(_), .. } => {
                "you decide: look at the destination. If the workout is there, `skip` it; if it is not, `retry` it"
                    .to_owned()
            }
            State::Parked { .. } | State::Rejected { .. } => {
                "you decide: `retry` it once the reason is gone, or `skip` it".to_owned()
            }
        }
    }

    /// What happens with the steps that are not done: first with those that are open, then with those that were given up.
    fn next_step(&self) -> String {
        let first = |open: bool| {
            let undone = |step: &Step| step.is_open() == open && !matches!(step, Step::Done { .. });
            let (id, _) = self.steps().find(|(_, step)| undone(step))?;
            Some(match (id.kind, &self.parts[id.part].finish) {
                (StepKind::Finish, Some(finish)) => format!("set {}", finish.wanted),
                _ => "read it back".to_owned(),
            })
        };
        if let Some(step) = first(true) {
            let run = run(self.steps_not_before());
            return format!("it is at the destination; {run} goes on to {step}");
        }
        match first(false) {
            Some(step) => format!(
                "nothing by itself: it is at the destination; `retry` tries again to {step}, and sends nothing"
            ),
            None => "nothing: it is at the destination".to_owned(),
        }
    }
}

fn run(not_before: Option<DateTime<Utc>>) -> String {
    match not_before {
        Some(not_before) => format!("a run after {}", utc(not_before)),
        None => "the next run".to_owned(),
    }
}

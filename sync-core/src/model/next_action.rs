//! What happens next with a workout: typed, and rendered here.

use std::fmt;

use chrono::{DateTime, Utc};

/// What happens next with a workout. `Display` is a sentence; its times are UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NextAction {
    /// Nothing: it is at the destination.
    Nothing,
    /// Nothing while the setting leaves it out.
    NothingWhileLeftOut,
    /// Nothing: it is not to be moved.
    NothingAsOrdered,
    /// The next run moves it.
    Move,
    /// A run after this instant tries again.
    TryAgain(DateTime<Utc>),
    /// A run after this instant goes on removing its activities.
    Remove(Option<DateTime<Utc>>),
    /// Each run looks for what was sent.
    LookFor {
        /// From when on "not in the listing" counts.
        not_before: DateTime<Utc>,
        /// It is sent once more then; else it is parked.
        sends_again: bool,
    },
    /// A worker holds it until then.
    TakeOver(Option<DateTime<Utc>>),
    /// A run goes on with a step after the delivery.
    GoOn {
        /// The step, such as `set type and notes`.
        step: String,
        /// The earliest time.
        not_before: Option<DateTime<Utc>>,
    },
    /// A step was given up: the user may `retry`; nothing is sent.
    RetryStep {
        /// The step, such as `read it back`.
        step: String,
    },
    /// The user looks at the destination: `skip` if it is there, `retry` if not.
    AskWhetherThere,
    /// The user uploads it by hand or leaves it: it was sent twice.
    AskAfterTwoSends,
    /// The user decides: `retry` or `skip`.
    AskRetryOrSkip,
}

impl fmt::Display for NextAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |at: &DateTime<Utc>| at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
        let run = |not_before: &Option<DateTime<Utc>>| match not_before {
            Some(not_before) => format!("a run after {}", at(not_before)),
            None => "the next run".to_owned(),
        };
        match self {
            Self::Nothing => f.write_str("nothing: it is at the destination"),
            Self::NothingWhileLeftOut => f.write_str(
                "nothing: a setting leaves it out; without the setting, a run over its day moves it",
            ),
            Self::NothingAsOrdered => f.write_str("nothing: it is not to be moved"),
            Self::Move => f.write_str("the next run moves it"),
            Self::TryAgain(not_before) => write!(f, "a run after {} tries again", at(not_before)),
            Self::Remove(not_before) => write!(
                f,
                "{} goes on removing its activities from the destination",
                run(not_before)
            ),
            Self::LookFor {
                not_before,
                sends_again: false,
            } => write!(
                f,
                "each run looks for it at the destination; it was sent twice, and is parked if it does not appear by {}",
                at(not_before)
            ),
            Self::LookFor { not_before, .. } => write!(
                f,
                "each run looks for it at the destination; after {}, once it is proved that it did not arrive, or \
                 after a longer wait without proof, it is sent once more",
                at(not_before)
            ),
            Self::TakeOver(until) => {
                let until = until.as_ref().map(at).unwrap_or_default();
                write!(
                    f,
                    "a worker holds it until {until}; if that worker is gone, a run some time after that takes over \
                     and looks at the destination first. A time far ahead was written by a wrong clock: the next run \
                     takes over then"
                )
            }
            Self::GoOn { step, not_before } => write!(
                f,
                "it is at the destination; {} goes on to {step}",
                run(not_before)
            ),
            Self::RetryStep { step } => write!(
                f,
                "nothing by itself: it is at the destination; `retry` tries again to {step}, and sends nothing"
            ),
            Self::AskWhetherThere => f.write_str(
                "you decide: look at the destination. If the workout is there, `skip` it; if it is not, `retry` it",
            ),
            Self::AskAfterTwoSends => f.write_str(
                "you decide: look at the destination. If the workout is there, `reconcile` links it as soon as the \
                 listing shows it. If it is not there, upload it by hand and then `skip` it; it is never sent a third \
                 time",
            ),
            Self::AskRetryOrSkip => {
                f.write_str("you decide: `retry` it once the reason is gone, or `skip` it")
            }
        }
    }
}

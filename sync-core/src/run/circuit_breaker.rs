//! The same trouble with one workout after the other is not theirs: the run stops before it has marked all of them.

use crate::engine::{Engine, RunError};
use crate::machine::Event;
use crate::model::{Reason, Record, State};
use crate::store::Store;

/// The trouble of the last workouts, if it was the same for all of them.
#[derive(Debug, Default)]
pub(crate) struct CircuitBreaker {
    trouble: Option<Trouble>,
    ids: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// Sent, and it is not known whether it arrived.
    Unclear,
    /// Fetching, converting or sending failed in a way that may pass.
    Failed,
    /// The destination refused it.
    Refused,
}

impl Trouble {
    fn of(record: &Record, any_sent: bool, attempts_before: u32) -> Option<Self> {
        match &record.state {
            State::Unsure { .. } if any_sent => Some(Self::Unclear),
            // A workout that the source does not have any more, for example, says nothing of the others.
            State::Waiting {
                reason: Reason::Failed {
                    temporary: true, ..
                },
                ..
            } if record.attempts > attempts_before => Some(Self::Failed),
            // Without a request the refusal says nothing of the service.
            State::Rejected { .. } if any_sent => Some(Self::Refused),
            _ => None,
        }
    }

    /// The number of such outcomes in a row after which a run stops.
    const fn most(self) -> usize {
        match self {
            Self::Unclear => 3,
            Self::Failed | Self::Refused => 5,
        }
    }
}

impl Engine {
    /// Takes note of how the work on a workout ended.
    pub(super) async fn observe(
        &self,
        store: &mut Store,
        breaker: &mut CircuitBreaker,
        id: &str,
        any_sent: bool,
        attempts_before: u32,
    ) -> Result<(), RunError> {
        let Some(record) = store.get(id) else {
            return Ok(());
        };
        let trouble = Trouble::of(record, any_sent, attempts_before);
        if trouble != breaker.trouble {
            breaker.trouble = trouble;
            breaker.ids.clear();
        }
        let Some(trouble) = trouble else {
            return Ok(());
        };
        let reason = record.state.reason().map(ToString::to_string);
        let reason = reason.unwrap_or_default();
        breaker.ids.push(id.to_owned());
        let (most, destination) = (trouble.most(), self.destination.name());
        if breaker.ids.len() < most {
            return Ok(());
        }
        Err(RunError::CircuitBreaker(match trouble {
            Trouble::Unclear => format!(
                "{most} consecutive uploads got no clear answer from {destination}; stopping before sending more. The next run \
                 looks them up; nothing is sent twice"
            ),
            Trouble::Failed => {
                for id in &breaker.ids {
                    self.amend(store, id, Event::AttemptReturned).await?;
                }
                format!(
                    "{most} consecutive workouts failed; stopping because the service is probably at fault. No attempt is \
                     counted. The last one: {reason}"
                )
            }
            Trouble::Refused => format!(
                "{destination} refused {most} consecutive workouts; stopping before sending more, because the service is probably at \
                 fault. Retry them when it takes workouts again. The last one: {reason}"
            ),
        }))
    }
}

//! The same trouble with one workout after the other is not theirs: the run stops before it has marked all of them.

use super::{Engine, Stop};
use crate::book::Book;
use crate::record::{Record, State};

/// The trouble of the last workouts, if it was the same for all of them.
#[derive(Debug, Default)]
pub(super) struct Streak {
    trouble: Option<Trouble>,
    ids: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// Sent, and nobody knows whether it arrived.
    Unclear,
    /// Fetching, converting or sending failed in a way that may pass.
    Failed,
    /// The destination refused it.
    Refused,
}

impl Trouble {
    fn of(record: &Record, sent: bool, attempts_before: u32) -> Option<Self> {
        match &record.state {
            State::Unsure { .. } if sent => Some(Self::Unclear),
            State::Waiting { .. } if record.attempts > attempts_before => Some(Self::Failed),
            State::Rejected { .. } => Some(Self::Refused),
            _ => None,
        }
    }

    /// After so many in a row a run stops.
    const fn most(self) -> usize {
        match self {
            Self::Unclear => 3,
            Self::Failed | Self::Refused => 5,
        }
    }
}

impl Engine {
    /// Takes note of how a workout ended.
    pub(super) async fn observe(
        &self,
        book: &mut Book,
        streak: &mut Streak,
        id: &str,
        sent: bool,
        attempts_before: u32,
    ) -> Result<(), Stop> {
        let Some(record) = book.get(id) else {
            return Ok(());
        };
        let trouble = Trouble::of(record, sent, attempts_before);
        if trouble != streak.trouble {
            *streak = Streak {
                trouble,
                ids: Vec::new(),
            };
        }
        let Some(trouble) = trouble else {
            return Ok(());
        };
        let reason = record.state.reason().unwrap_or_default().to_owned();
        streak.ids.push(id.to_owned());
        let (most, destination) = (trouble.most(), self.destination.name());
        if streak.ids.len() < most {
            return Ok(());
        }
        Err(Stop::Unclear(match trouble {
            Trouble::Unclear => format!(
                "{most} uploads in a row got no clear answer from {destination}; stopped before sending more. They are looked up \
                 at the next run, nothing is sent twice"
            ),
            Trouble::Failed => {
                for id in &streak.ids {
                    self.give_attempt_back(book, id).await?;
                }
                format!(
                    "{most} workouts in a row failed, which is hardly their own fault; stopped, and no attempt is counted. The last one: \
                     {reason}"
                )
            }
            Trouble::Refused => format!(
                "{destination} refused {most} workouts in a row, which is hardly their own fault; stopped before sending more. Retry them \
                 when it takes workouts again. The last one: {reason}"
            ),
        }))
    }

    async fn give_attempt_back(&self, book: &mut Book, id: &str) -> Result<(), Stop> {
        let Some(mut record) = book.peek(id).await? else {
            return Ok(());
        };
        if record.lease.is_none() && matches!(record.state, State::Waiting { .. }) {
            record.attempts = record.attempts.saturating_sub(1);
            // Whoever took it up in the meantime counts for themselves.
            book.put(&mut record).await?;
        }
        Ok(())
    }
}

//! The pause that a service asks for with `Retry-After`: one gate for every request of a session.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The longest pause: `tokio`'s clock cannot be advanced by `Duration::MAX`.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// The end of the pause that the service asked for. Reads and writes, all hosts and all clones of a session share it.
#[derive(Debug, Default)]
pub(crate) struct Pause(Mutex<Option<Instant>>);

impl Pause {
    /// Records that the service asked to wait. A shorter wait never ends a longer pause.
    pub(crate) fn extend(&self, wait: Duration) {
        if wait.is_zero() {
            return;
        }
        let end = Instant::now() + wait.min(LONGEST);
        let mut until = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *until = Some(until.map_or(end, |known| known.max(end)));
    }

    /// The rest of the pause; `None` when the service takes requests.
    pub(crate) fn left(&self) -> Option<Duration> {
        let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = until?.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_pause_ends_and_is_never_shortened() {
        let pause = Pause::default();
        assert_eq!(pause.left(), None);
        pause.extend(Duration::from_secs(60));
        pause.extend(Duration::from_secs(5));
        pause.extend(Duration::ZERO);
        assert_eq!(pause.left(), Some(Duration::from_secs(60)));
        tokio::time::advance(Duration::from_secs(59)).await;
        assert_eq!(pause.left(), Some(Duration::from_secs(1)));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(pause.left(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_without_end_is_a_year() {
        let pause = Pause::default();
        pause.extend(Duration::MAX);
        assert_eq!(pause.left(), Some(LONGEST));
    }
}

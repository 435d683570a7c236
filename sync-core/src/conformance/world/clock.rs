//! Time that only tests move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::gate::Gate;
use crate::Clock;

/// The time of a world, shared by all its workers.
#[derive(Debug, Default)]
pub struct WorldClock {
    milliseconds: AtomicI64,
}

impl WorldClock {
    /// What time it is.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.milliseconds.load(Ordering::SeqCst))
            .unwrap_or_default()
    }

    /// Sets the time.
    pub fn set(&self, instant: DateTime<Utc>) {
        self.milliseconds
            .store(instant.timestamp_millis(), Ordering::SeqCst);
    }

    /// Lets time pass.
    pub fn advance(&self, by: TimeDelta) {
        self.milliseconds
            .fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }
}

/// The clock as one worker sees it: perhaps a wrong one.
pub(super) struct WorkerClock {
    pub(super) world: Arc<WorldClock>,
    pub(super) gate: Arc<Gate>,
    /// How far it is ahead of the world's.
    pub(super) ahead: TimeDelta,
}

#[async_trait]
impl Clock for WorkerClock {
    fn now(&self) -> DateTime<Utc> {
        let now = self.world.now() + self.ahead;
        self.gate.learn(&now);
        now
    }

    /// A scheduler that steps the workers also advances the time; without one, the sleep itself
    /// advances it.
    async fn sleep(&self, duration: Duration) {
        let duration = crate::policy::delta(duration);
        if self.gate.is_stepping() {
            let until = self.world.now() + duration;
            std::future::poll_fn(|_| match self.world.now() >= until {
                true => Poll::Ready(()),
                false => Poll::Pending,
            })
            .await;
        } else {
            self.gate.stay_if(self.gate.is_stopped()).await;
            self.world.advance(duration);
        }
    }
}

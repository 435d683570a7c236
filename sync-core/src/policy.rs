//! The settings of a route that change what the engine does.

mod sports;

use std::time::Duration;

use chrono::TimeDelta;

use crate::error::ServiceError;

pub use sports::{SportFilter, UnknownSport};

/// The limits and the patience of the engine.
///
/// ```
/// use std::time::Duration;
/// let policy = sync_core::Policy::default().with_max_attempts(3).with_settle(Duration::from_secs(30));
/// assert_eq!(policy.max_attempts(), 3);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Policy {
    settle: Duration,
    resend: Duration,
    lease: Duration,
    send_limit: Duration,
    max_attempts: u32,
    first_backoff: Duration,
    pub(crate) manual_entries: bool,
    pub(crate) guards: bool,
    pub(crate) parallel_fetches: usize,
    pub(crate) finish: bool,
    pub(crate) verify: bool,
    pub(crate) sports: SportFilter,
    delay: Duration,
    pub(crate) tells_changes: bool,
}

impl Default for Policy {
    /// Settle window 2 minutes, second send after an hour, lease 5 minutes, send limit 2 minutes, 5 attempts, first back-off 1 second, manual entries allowed, two
    /// downloads at once, finish but don't verify, all sports, no delay.
    fn default() -> Self {
        Self {
            settle: Duration::from_secs(120),
            resend: Duration::from_secs(3600),
            lease: Duration::from_secs(300),
            send_limit: Duration::from_secs(120),
            max_attempts: 5,
            first_backoff: Duration::from_secs(1),
            manual_entries: true,
            guards: true,
            parallel_fetches: 2,
            finish: true,
            verify: false,
            sports: SportFilter::default(),
            delay: Duration::ZERO,
            tells_changes: false,
        }
    }
}

impl Policy {
    /// How long after a send "it is not in the listing" proves nothing.
    pub fn with_settle(mut self, settle: Duration) -> Self {
        self.settle = settle;
        self
    }

    /// How long an upload of unknown fate is looked for before it is sent a second time, where nothing proves earlier that it did not arrive.
    /// At least the settle window, and never less than the longest delay with which the destination was seen to list an upload. There is
    /// no third send: see [`Record::lost_sends`](crate::Record::lost_sends).
    pub fn with_resend(mut self, resend: Duration) -> Self {
        self.resend = resend;
        self
    }

    /// How long a claim is held before others may think about taking it over (which they do a settle window later).
    pub fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// How long one send may take. It is cut short where the lease would end first.
    pub fn with_send_limit(mut self, limit: Duration) -> Self {
        self.send_limit = limit;
        self
    }

    /// How often fetching, converting or sending may fail before a workout is parked. At least 1.
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// How long a workout waits after its first failure; doubled with each further one, at most 6 hours.
    pub fn with_first_backoff(mut self, backoff: Duration) -> Self {
        self.first_backoff = backoff;
        self
    }

    /// Whether a workout without a track may be delivered as a manual entry. When not, it is skipped, with the reason.
    pub fn with_manual_entries(mut self, allowed: bool) -> Self {
        self.manual_entries = allowed;
        self
    }

    /// Whether a suspicious listing (suddenly empty, half of the known workouts gone) stops the run.
    pub fn with_guards(mut self, on: bool) -> Self {
        self.guards = on;
        self
    }

    /// The number of workouts that may be downloaded at once, including the one in work: the others
    /// are those that come next. At least 1. The engine always sends one workout after the other,
    /// in order.
    pub fn with_parallel_fetches(mut self, most: usize) -> Self {
        self.parallel_fetches = most.max(1);
        self
    }

    /// Whether what the destination loses on the way in (type, notes) is set after the delivery, where it can be set.
    pub fn with_finish(mut self, on: bool) -> Self {
        self.finish = on;
        self
    }

    /// Whether each delivery is read back and compared with the source's workout. The report is kept in the record.
    pub fn with_verify(mut self, on: bool) -> Self {
        self.verify = on;
        self
    }

    /// Which sports are moved; all others are skipped, with the reason.
    pub fn with_sports(mut self, sports: SportFilter) -> Self {
        self.sports = sports;
        self
    }

    /// How long after its end a workout rests at the source before it is moved: people edit a session right after their watch was
    /// synchronised.
    pub fn with_delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Whether a report lists the delivered workouts that were edited or deleted at the source
    /// since. With either value the engine never carries an edit or a deletion over to the
    /// destination, and never restores an activity that the user deleted there.
    pub fn with_tell_changes(mut self, on: bool) -> Self {
        self.tells_changes = on;
        self
    }

    /// See [`with_max_attempts`](Self::with_max_attempts).
    #[must_use]
    pub fn max_attempts(&self) -> u32 {
        self.max_attempts
    }

    pub(crate) fn settle(&self) -> TimeDelta {
        delta(self.settle)
    }

    pub(crate) fn resend(&self) -> TimeDelta {
        delta(self.resend.max(self.settle))
    }

    /// How long a run waits for a service that asks for a pause. A longer pause ends the run.
    pub(crate) fn longest_pause(&self) -> TimeDelta {
        delta(LONGEST_PAUSE.min(self.lease / 4))
    }

    pub(crate) fn lease(&self) -> TimeDelta {
        delta(self.lease)
    }

    /// The time limit of one send. It ends before the lease does, so that no other worker takes
    /// over a send that still runs. A destination with shorter limits than this reports the fate
    /// of a request; a send that is cut off here has an unknown fate.
    #[must_use]
    pub fn send_limit(&self) -> Duration {
        self.send_limit.min(self.lease.mul_f64(0.8))
    }

    /// The same as [`send_limit`](Self::send_limit).
    pub(crate) fn send_delta(&self) -> TimeDelta {
        delta(self.send_limit())
    }

    pub(crate) fn delay(&self) -> TimeDelta {
        delta(self.delay)
    }

    /// The wait after the `attempt`th failure (counted from 1).
    pub(crate) fn backoff(&self, attempt: u32) -> TimeDelta {
        const LONGEST: Duration = Duration::from_secs(6 * 3600);
        let doubled = self
            .first_backoff
            .saturating_mul(1 << attempt.saturating_sub(1).min(20));
        delta(doubled.min(LONGEST))
    }
}

/// The longest pause that a run waits for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The longest wait that a service can ask for: a workout that waits for years would be forgotten.
const LONGEST_ASKED: Duration = Duration::from_secs(24 * 3600);

/// How long a service asked to wait, as far as the engine follows.
pub(crate) fn asked_wait(error: &ServiceError) -> Option<TimeDelta> {
    error
        .retry_after()
        .map(|wait| delta(wait.min(LONGEST_ASKED)))
}

/// Whether a service can have asked for a pause of this length. A longer one was written by a wrong clock.
pub(crate) fn is_plausible_pause(left: TimeDelta) -> bool {
    // Clocks differ a little, and some count whole seconds.
    left <= delta(LONGEST_ASKED) + TimeDelta::minutes(1)
}

/// Durations beyond chrono's range (300 million years) count as unlimited.
pub(crate) fn delta(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_send_ends_before_its_lease() {
        let policy = Policy::default().with_lease(Duration::from_secs(10));
        assert_eq!(policy.send_limit(), Duration::from_secs(8));
        let policy = Policy::default().with_send_limit(Duration::from_secs(3));
        assert_eq!(policy.send_limit(), Duration::from_secs(3));
    }

    #[test]
    fn the_wait_doubles_up_to_six_hours() {
        let policy = Policy::default();
        assert_eq!(policy.backoff(1), TimeDelta::seconds(1));
        assert_eq!(policy.backoff(4), TimeDelta::seconds(8));
        assert_eq!(policy.backoff(60), TimeDelta::hours(6));
    }
}

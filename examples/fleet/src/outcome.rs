//! The outcome of a run of an account, and the time of the next one. Pure: the caller supplies the random number.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sync_core::{RouteReport, RunError, StateName};
use workout_sync::exit::{Exit, Failure, message};
use workout_sync::notices::RouteEnd;
use workout_sync::serve::schedule::Schedule;

/// The pause before an account that needs a sign-in is tried again by itself: a service that blocks for a while looks the same.
const SIGN_IN_PAUSE: Duration = Duration::from_secs(24 * 3600);
/// The shortest pause before a workout that waits is looked at again.
const SHORTEST_WAIT: Duration = Duration::from_secs(5);

/// The pause before a workout is looked at again that another worker holds, maybe a dead one.
const HELD_PAUSE: Duration = Duration::from_secs(60);
/// The pause after a failure of the database, which says nothing about the account.
const DATABASE_PAUSE: Duration = Duration::from_secs(5);

/// The outcome of all routes of an account.
#[derive(Debug)]
pub(crate) struct Outcome {
    exit: Exit,
    message: Option<String>,
    backlog: usize,
    needs_user: usize,
    delivered: usize,
    /// A service or the ledger failed, or a guard stopped the run.
    failed: bool,
    /// The failure, if there is one, was the database's.
    database_failed: bool,
    /// The earliest time of the next step of a workout.
    not_before: Option<DateTime<Utc>>,
    /// Another worker holds a workout: its lease has not ended.
    held: bool,
    /// How each route ended, for notices.
    ends: Vec<RouteEnd>,
}

/// When the next run is due, and what is recorded about this one.
#[derive(Debug, PartialEq)]
pub(crate) struct Next {
    pub(crate) after: Duration,
    pub(crate) exit: Exit,
    pub(crate) message: Option<String>,
    pub(crate) backlog: i64,
    pub(crate) needs_user: i64,
    pub(crate) delivered: i64,
    pub(crate) failures: u32,
}

impl Default for Outcome {
    fn default() -> Self {
        Self {
            exit: Exit::Settled,
            message: None,
            backlog: 0,
            needs_user: 0,
            delivered: 0,
            failed: false,
            database_failed: false,
            not_before: None,
            held: false,
            ends: Vec::new(),
        }
    }
}

impl Outcome {
    /// Takes in the run of a route.
    pub(crate) fn add_run(
        &mut self,
        route: &str,
        report: &RouteReport,
        stopped: Option<&RunError>,
    ) {
        let waiting = report.items.iter().filter(|it| it.state.needs_user());
        self.ends.push(RouteEnd {
            route: route.to_owned(),
            exit: Exit::of_run(report, stopped),
            message: stopped.map(message),
            waiting: waiting.cloned().collect(),
        });
        let is_failure = stopped.is_some_and(|stop| !matches!(stop, RunError::Cancelled));
        self.failed |= is_failure;
        self.take(Exit::of_run(report, stopped), stopped.map(message));
        self.backlog += report.backlog;
        for entry in &report.items {
            self.needs_user += usize::from(entry.state.needs_user());
            self.delivered += usize::from(entry.is_settled() && !entry.receipts().is_empty());
            self.held |= matches!(entry.state, StateName::Claimed | StateName::Sending);
            if let Some(at) = entry.not_before().filter(|_| !entry.is_settled()) {
                self.not_before = Some(self.not_before.map_or(at, |known| known.min(at)));
            }
        }
    }

    /// Takes in a route that did not come to a run.
    pub(crate) fn add_route_failure(&mut self, route: &str, failure: &Failure) {
        self.ends.push(RouteEnd {
            route: route.to_owned(),
            exit: failure.exit,
            message: Some(failure.message.clone()),
            waiting: Vec::new(),
        });
        self.add_failure(failure);
    }

    /// The ends that the user may have to know of.
    pub(crate) fn ends(&self) -> &[RouteEnd] {
        &self.ends
    }

    /// Takes in what failed for the account as a whole.
    pub(crate) fn add_failure(&mut self, failure: &Failure) {
        self.failed |= failure.exit != Exit::SignInNeeded;
        self.take(failure.exit, Some(failure.message.clone()));
    }

    /// The database failed during the run.
    pub(crate) fn blame_database(&mut self) {
        self.database_failed = true;
    }

    /// The most serious route speaks for the account.
    fn take(&mut self, exit: Exit, message: Option<String>) {
        if rank(exit) > rank(self.exit) {
            self.exit = exit;
            self.message = message;
        } else if self.message.is_none() {
            self.message = message;
        }
    }

    /// The next run of an account that runs `every` so often, and has failed `failures` times in a row before this run. `random` lies in
    /// `0.0..1.0`.
    pub(crate) fn next(
        self,
        now: DateTime<Utc>,
        every: Duration,
        failures: u32,
        random: f64,
    ) -> Next {
        let of_account = self.failed && !self.database_failed;
        let failures = match self.failed {
            false => 0,
            true => failures.saturating_add(u32::from(of_account)),
        };
        let interval = match self.exit {
            Exit::SignInNeeded => every.max(SIGN_IN_PAUSE),
            _ => every,
        };
        let usual = Schedule::Every(interval).next_run(now, failures, random) - now;
        let usual = usual.to_std().unwrap_or(every);
        let after = if self.failed && self.database_failed {
            DATABASE_PAUSE.mul_f64(1.0 + random)
        } else if self.failed || self.exit == Exit::SignInNeeded {
            usual
        } else if self.backlog > 0 && self.delivered > 0 {
            // Behind all accounts that are due by now.
            Duration::ZERO
        } else {
            let wait = self.not_before.map(|at| (at - now).max(TimeDelta::zero()));
            let wait = wait.and_then(|wait| wait.to_std().ok());
            let held = self.held.then_some(HELD_PAUSE);
            let soonest = wait.into_iter().chain(held).min();
            soonest.map_or(usual, |wait| wait.max(SHORTEST_WAIT).min(usual))
        };
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        Next {
            after,
            exit: self.exit,
            message: self.message,
            backlog: number(self.backlog),
            needs_user: number(self.needs_user),
            delivered: number(self.delivered),
            failures,
        }
    }
}

fn rank(exit: Exit) -> u8 {
    match exit {
        Exit::Settled => 0,
        Exit::Unfinished => 1,
        Exit::NeedsPerson => 2,
        Exit::Failed => 3,
        Exit::Guarded => 4,
        Exit::Usage => 5,
        Exit::SignInNeeded => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(1800);

    fn next(outcome: Outcome, failures: u32) -> Next {
        outcome.next(DateTime::UNIX_EPOCH, EVERY, failures, 0.5)
    }

    #[test]
    fn usual_runs_come_at_the_interval_with_jitter() {
        let after = |random| {
            let next = Outcome::default().next(DateTime::UNIX_EPOCH, EVERY, 3, random);
            assert_eq!(next.failures, 0);
            next.after.as_secs()
        };
        assert_eq!((after(0.0), after(0.5)), (1620, 1800));
        assert!(after(0.99) > 1900);
    }

    #[test]
    fn backlog_is_due_at_once_unless_nothing_moves() {
        let with = |delivered| Outcome {
            backlog: 5,
            delivered,
            exit: Exit::Unfinished,
            ..Outcome::default()
        };
        assert_eq!(next(with(2), 0).after, Duration::ZERO);
        assert_eq!(next(with(0), 0).after, EVERY);
    }

    #[test]
    fn a_workout_that_waits_is_looked_at_when_it_may_go_on() {
        let waiting = |secs| Outcome {
            not_before: Some(DateTime::UNIX_EPOCH + TimeDelta::seconds(secs)),
            exit: Exit::Unfinished,
            ..Outcome::default()
        };
        assert_eq!(next(waiting(120), 0).after, Duration::from_secs(120));
        assert_eq!(next(waiting(-9), 0).after, SHORTEST_WAIT);
        assert_eq!(next(waiting(99_999), 0).after, EVERY);
        let held = Outcome {
            held: true,
            ..waiting(99_999)
        };
        assert_eq!(next(held, 0).after, HELD_PAUSE);
    }

    #[test]
    fn failure_of_the_database_is_no_failure_of_the_account() {
        let mut outcome = Outcome::default();
        outcome.add_failure(&Failure::failed("connection closed"));
        outcome.blame_database();
        let next = next(outcome, 2);
        assert_eq!(next.failures, 2);
        assert!(next.after <= DATABASE_PAUSE * 2, "{next:?}");
    }

    #[test]
    fn failing_accounts_back_off_and_a_needed_sign_in_is_not_hammered() {
        let failing = |failures| {
            let mut outcome = Outcome::default();
            outcome.add_failure(&Failure::failed("down"));
            next(outcome, failures)
        };
        let pauses: Vec<u64> = (0..6).map(|it| failing(it).after.as_secs() / 60).collect();
        assert_eq!(pauses, [60, 120, 240, 360, 360, 360]);
        assert_eq!(failing(4).failures, 5);
        let mut outcome = Outcome::default();
        outcome.add_failure(&Failure::failed("down"));
        outcome.add_failure(&Failure::sign_in("sign in"));
        let next = next(outcome, 0);
        assert_eq!(next.exit, Exit::SignInNeeded);
        assert_eq!(next.message.as_deref(), Some("sign in"));
        assert!(next.after >= SIGN_IN_PAUSE, "{next:?}");
    }
}

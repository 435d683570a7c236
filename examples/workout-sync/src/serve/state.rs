//! What the service remembers between runs: one document in the ledger, changed by compare-and-swap only. Each change is complete in
//! itself, so that the process may end between any two of them.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The runs that are kept.
const HISTORY: usize = 30;
/// The least time between two sign-ins with a password: services lock accounts after many.
const PASSWORD_PAUSE: TimeDelta = TimeDelta::hours(6);

/// The document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// When the next run is due; `None` before the first.
    pub next_run: Option<DateTime<Utc>>,
    /// Failed runs in a row.
    pub failures: u32,
    /// The process that works.
    pub lease: Option<Lease>,
    /// The last runs and commands, oldest first.
    pub history: Vec<Past>,
    /// The last run that did not fail.
    pub last_success: Option<DateTime<Utc>>,
    /// The last run that delivered or linked something; the first run, while none did.
    pub last_new: Option<DateTime<Utc>>,
    /// Per service: whether the session was accepted when it was last used.
    pub access: BTreeMap<String, Access>,
    /// Per service: the last sign-in with a password.
    pub password_used: BTreeMap<String, DateTime<Utc>>,
    /// The causes of which the user was notified.
    pub notices: BTreeMap<String, DateTime<Utc>>,
}

/// The right to work, for a limited time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The process.
    pub holder: String,
    /// When its work began.
    pub since: DateTime<Utc>,
    /// When the lease ends unless it is renewed.
    pub until: DateTime<Utc>,
}

/// Whether a service accepts the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// It does.
    pub signed_in: bool,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// A run or a command that ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// `run`, `retry ID` or `skip ID`.
    pub order: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub ended_at: DateTime<Utc>,
    /// The word of its exit code, or `interrupted`.
    pub result: String,
    /// How many workouts it left in each state.
    #[serde(default)]
    pub counts: BTreeMap<String, usize>,
    /// Why it stopped early.
    #[serde(default)]
    pub message: Option<String>,
}

/// The answer to a request for the lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The caller holds it now.
    Taken,
    /// Another process works until this time at least.
    Held(DateTime<Utc>),
    /// Another process made the run meanwhile.
    NotDue,
}

impl State {
    /// Takes the lease, unless another process holds it. With `only_if_due`, also not before the time of the next run.
    pub fn claim(
        &mut self,
        holder: &str,
        now: DateTime<Utc>,
        length: Duration,
        only_if_due: bool,
    ) -> Claim {
        let length = TimeDelta::from_std(length).unwrap_or(TimeDelta::MAX);
        if let Some(lease) = self.lease.take() {
            // A lease that ends further ahead than its own length was written by a wrong clock.
            let is_valid = lease.until > now && lease.until - now <= length;
            if is_valid && lease.holder != holder {
                let until = lease.until;
                self.lease = Some(lease);
                return Claim::Held(until);
            }
            self.record(Past {
                order: "run".to_owned(),
                started_at: lease.since,
                ended_at: lease.until.min(now),
                result: "interrupted".to_owned(),
                counts: BTreeMap::new(),
                message: Some("the process ended during the run".to_owned()),
            });
        }
        if only_if_due && self.next_run.is_some_and(|next| next > now) {
            return Claim::NotDue;
        }
        self.lease = Some(Lease {
            holder: holder.to_owned(),
            since: now,
            until: now + length,
        });
        Claim::Taken
    }

    /// Prolongs the lease. `false`: another process took it over.
    pub fn renew(&mut self, holder: &str, now: DateTime<Utc>, length: Duration) -> bool {
        let length = TimeDelta::from_std(length).unwrap_or(TimeDelta::MAX);
        match &mut self.lease {
            Some(lease) if lease.holder == holder => {
                lease.until = now + length;
                true
            }
            _ => false,
        }
    }

    /// Gives the lease back.
    pub fn release(&mut self, holder: &str) {
        if self
            .lease
            .as_ref()
            .is_some_and(|lease| lease.holder == holder)
        {
            self.lease = None;
        }
    }

    /// Adds to the history.
    pub fn record(&mut self, past: Past) {
        self.history.push(past);
        let excess = self.history.len().saturating_sub(HISTORY);
        self.history.drain(..excess);
    }

    /// Notes whether a service accepts the session.
    pub fn set_access(&mut self, service: &str, signed_in: bool, now: DateTime<Utc>) {
        let known = self.access.get(service);
        if known.is_none_or(|known| known.signed_in != signed_in) {
            let since = now;
            self.access
                .insert(service.to_owned(), Access { signed_in, since });
        }
    }

    /// Whether both services are known to accept the session.
    #[must_use]
    pub fn is_signed_in(&self, services: &[&str]) -> bool {
        let accepts = |service: &&str| {
            self.access
                .get(*service)
                .is_some_and(|access| access.signed_in)
        };
        services.iter().all(accepts)
    }

    /// Allows a sign-in with a password, and notes it, when the last one is long enough ago.
    pub fn use_password(&mut self, service: &str, now: DateTime<Utc>) -> Result<(), DateTime<Utc>> {
        if let Some(last) = self.password_used.get(service)
            && *last <= now
            && now - *last < PASSWORD_PAUSE
        {
            return Err(*last + PASSWORD_PAUSE);
        }
        self.password_used.insert(service.to_owned(), now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: Duration = Duration::from_secs(60);

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    #[test]
    fn one_process_works_at_a_time() {
        let mut state = State::default();
        assert_eq!(state.claim("a", at(0), LENGTH, true), Claim::Taken);
        assert_eq!(state.claim("b", at(59), LENGTH, true), Claim::Held(at(60)));
        assert!(state.renew("a", at(50), LENGTH));
        assert_eq!(
            state.claim("b", at(100), LENGTH, true),
            Claim::Held(at(110))
        );
        assert!(!state.renew("b", at(100), LENGTH));
        state.release("b");
        assert!(state.lease.is_some());
        state.release("a");
        assert_eq!(state.claim("b", at(101), LENGTH, true), Claim::Taken);
    }

    #[test]
    fn a_dead_process_is_replaced_after_its_lease_and_noted() {
        let mut state = State::default();
        assert_eq!(state.claim("a", at(0), LENGTH, true), Claim::Taken);
        assert_eq!(state.claim("b", at(61), LENGTH, true), Claim::Taken);
        assert_eq!(state.history.len(), 1);
        assert_eq!(state.history[0].result, "interrupted");
        assert!(!state.renew("a", at(62), LENGTH), "the dead one came back");
    }

    #[test]
    fn a_lease_of_a_wrong_clock_is_void() {
        let mut state = State::default();
        assert_eq!(state.claim("a", at(1_000_000), LENGTH, true), Claim::Taken);
        assert_eq!(state.claim("b", at(0), LENGTH, true), Claim::Taken);
    }

    #[test]
    fn a_run_that_another_process_made_is_not_made_again() {
        let mut state = State::default();
        state.next_run = Some(at(100));
        assert_eq!(state.claim("b", at(50), LENGTH, true), Claim::NotDue);
        assert_eq!(state.lease, None);
        assert_eq!(state.claim("b", at(50), LENGTH, false), Claim::Taken);
    }

    #[test]
    fn the_history_has_an_end() {
        let mut state = State::default();
        for number in 0..100 {
            state.record(Past {
                order: "run".to_owned(),
                started_at: at(number),
                ended_at: at(number),
                result: "settled".to_owned(),
                counts: BTreeMap::new(),
                message: None,
            });
        }
        assert_eq!(state.history.len(), HISTORY);
        assert_eq!(state.history[HISTORY - 1].started_at, at(99));
    }

    #[test]
    fn a_password_is_used_once_in_six_hours() {
        let mut state = State::default();
        let hours = |hours: i64| at(hours * 3600);
        assert_eq!(state.use_password("polar", hours(0)), Ok(()));
        assert_eq!(state.use_password("runkeeper", hours(0)), Ok(()));
        assert_eq!(state.use_password("polar", hours(5)), Err(hours(6)));
        assert_eq!(state.use_password("polar", hours(6)), Ok(()));
        // A clock that was ahead does not lock the user out.
        assert_eq!(state.use_password("polar", hours(1)), Ok(()));
    }

    #[test]
    fn a_document_of_another_version_is_read() {
        let state: State = serde_json::from_str(r#"{"failures": 2, "of_tomorrow": true}"#).unwrap();
        assert_eq!(state.failures, 2);
        let again: State = serde_json::from_str(&serde_json::to_string(&state).unwrap()).unwrap();
        assert_eq!(again, state);
    }
}

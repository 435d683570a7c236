//! The engine's policy, and how the HTTP clients behave.

use std::time::Duration;

use sync_core::{Policy, SportFilter, UnknownSport};

use super::pick::Picker;
use super::{Flags, SettingsFile};
use crate::exit::Failure;

/// Everything that has nothing to do with whose workouts are moved.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// The engine's policy.
    pub policy: Policy,
    /// How the HTTP clients behave.
    pub http: Http,
}

/// How the HTTP clients behave.
#[derive(Debug, Clone, Copy)]
pub struct Http {
    /// Limit for one request.
    pub timeout: Duration,
    /// Limit for a request that creates an activity.
    pub upload_timeout: Duration,
    /// Gap between two requests to a host; `None`: each client's own polite default.
    pub pace: Option<Duration>,
    /// First wait before a read is repeated.
    pub backoff: Duration,
    /// Attempts of a read; `None`: the client's own.
    pub attempts: Option<usize>,
    /// Requests at a time, of an archive.
    pub parallel: usize,
}

impl Behaviour {
    /// The command line alone: no environment, no settings file.
    ///
    /// # Errors
    /// A value that cannot be used: the message names the flag, and what it should look like.
    pub fn of_flags(flags: &Flags) -> Result<Self, Failure> {
        let file = SettingsFile::default();
        let pick = Picker {
            env: &|_| None,
            file: &file,
        };
        Self::from_sources(flags, &pick)
    }

    pub(super) fn from_sources(flags: &Flags, pick: &Picker<'_>) -> Result<Self, Failure> {
        let file = pick.file;
        let at_least = |least, flag: &Option<String>, name, variable, entry: Option<u64>| {
            let entry = entry.map(|value| value.to_string());
            pick.number(flag, name, variable, &entry, least)
        };
        let number = |flag: &Option<String>, name, variable, entry: Option<u64>| {
            at_least(0, flag, name, variable, entry)
        };
        let secs = |value: Option<u64>, default| Duration::from_secs(value.unwrap_or(default));
        let settle = number(
            &flags.settle_secs,
            "--settle-secs",
            "SYNC_SETTLE_SECS",
            file.settle_secs,
        )?;
        let resend = number(
            &flags.resend_secs,
            "--resend-secs",
            "SYNC_RESEND_SECS",
            file.resend_secs,
        )?;
        let lease = at_least(
            1,
            &flags.lease_secs,
            "--lease-secs",
            "SYNC_LEASE_SECS",
            file.lease_secs,
        )?;
        let timeout = at_least(
            1,
            &flags.http_timeout_secs,
            "--http-timeout-secs",
            "SYNC_HTTP_TIMEOUT_SECS",
            file.http_timeout_secs,
        )?;
        let pace = number(&flags.pace_ms, "--pace-ms", "SYNC_PACE_MS", file.pace_ms)?;
        let backoff = number(
            &flags.backoff_ms,
            "--backoff-ms",
            "SYNC_BACKOFF_MS",
            file.backoff_ms,
        )?;
        let attempts = number(
            &flags.max_attempts,
            "--max-attempts",
            "SYNC_MAX_ATTEMPTS",
            file.max_attempts,
        )?;
        let delay = number(
            &flags.delay_secs,
            "--delay-secs",
            "SYNC_DELAY_SECS",
            file.delay_secs,
        )?;
        let parallel = number(
            &flags.parallel,
            "--parallel",
            "SYNC_PARALLEL",
            file.parallel,
        )?;
        let tell_changes = pick.switch(
            &flags.tell_changes,
            "--tell-changes",
            "SYNC_TELL_CHANGES",
            file.tell_changes,
        )?;
        let finish = pick.switch(&flags.finish, "--finish", "SYNC_FINISH", file.finish)?;
        let verify = pick.switch(&flags.verify, "--verify", "SYNC_VERIFY", file.verify)?;
        let sports = match pick.first(&flags.sports, "--sports", "SYNC_SPORTS", &file.sports) {
            Some((from, text)) => text
                .parse()
                .map_err(|error: UnknownSport| Failure::usage(format!("{from}: {error}")))?,
            None => SportFilter::default(),
        };
        let backoff = Duration::from_millis(backoff.unwrap_or(1000));
        let timeout = secs(timeout, 60);
        // An upload may take twice as long as a read: its answer was seen to come after tens of seconds (2018-12).
        let upload_timeout = timeout.saturating_mul(2);
        let policy = Policy::default()
            .with_settle(secs(settle, 120))
            .with_resend(secs(resend, 3600))
            .with_lease(secs(lease, 300))
            // The form is read before anything is sent.
            .with_send_limit(upload_timeout.saturating_add(timeout))
            .with_first_backoff(backoff)
            .with_max_attempts(attempts.map_or(5, |n| u32::try_from(n).unwrap_or(u32::MAX)))
            .with_manual_entries(!flags.no_manual_entries && file.manual_entries.unwrap_or(true))
            .with_sports(sports)
            .with_delay(secs(delay, 0))
            .with_parallel_fetches(parallel.map_or(2, |n| usize::try_from(n).unwrap_or(usize::MAX)))
            .with_tell_changes(tell_changes.unwrap_or(false))
            .with_finish(finish.unwrap_or(true))
            .with_verify(verify.unwrap_or(false));
        let parallel = parallel.map_or(2, |n| usize::try_from(n).unwrap_or(usize::MAX));
        let http = Http {
            attempts: None,
            parallel: parallel.max(1),
            timeout,
            // The client has to give up before the engine does, which a short lease hurries: only the client knows how far the upload came.
            upload_timeout: upload_timeout.min(policy.send_limit() / 3 * 2),
            pace: pace.map(Duration::from_millis),
            backoff,
        };
        Ok(Self { policy, http })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behaviour(timeout: &str, lease: &str) -> Behaviour {
        let flags = Flags {
            http_timeout_secs: Some(timeout.to_owned()),
            lease_secs: Some(lease.to_owned()),
            ..Flags::default()
        };
        Behaviour::of_flags(&flags).unwrap()
    }

    /// A client that gives up by itself knows how far the upload came; one that the engine cuts off does not.
    #[test]
    fn an_upload_may_take_longer_than_a_read_and_ends_before_the_engine_loses_patience() {
        let usual = Behaviour::of_flags(&Flags::default()).unwrap();
        assert_eq!(usual.http.timeout, Duration::from_secs(60));
        assert_eq!(usual.http.upload_timeout, Duration::from_secs(120));
        assert_eq!(usual.policy.send_limit(), Duration::from_secs(180));
        for timeout in ["1", "60", "120", "600", "31536000000"] {
            for lease in ["1", "60", "300", "31536000000"] {
                let Behaviour { policy, http } = behaviour(timeout, lease);
                assert!(
                    http.upload_timeout < policy.send_limit(),
                    "{timeout}, {lease}"
                );
            }
        }
    }
}

//! The settings of one account, from the function's environment and its secrets.

use std::collections::BTreeMap;

use workout_sync::exit::Failure;
use workout_sync::settings::{Flags, LedgerUrl, Settings};

/// The sessions of both services.
const SESSIONS: [&str; 2] = ["POLAR_SESSION", "RUNKEEPER_SESSION"];
const IN_LEDGER: &str = "ledger:";

/// Variables by name.
///
/// An account `ana` has its own variables, whose names begin with `ANA_`. Credentials, sessions and ledger are taken only from there, so
/// that no account works with the data of another one; other settings are taken from the common variables where the account has none.
pub(crate) struct Environment<'a> {
    variables: &'a dyn Fn(&str) -> Option<String>,
    account: Option<String>,
    secrets: BTreeMap<String, String>,
    in_lambda: bool,
}

impl<'a> Environment<'a> {
    pub(crate) fn new(
        variables: &'a dyn Fn(&str) -> Option<String>,
        account: Option<String>,
    ) -> Result<Self, Failure> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        if let Some(name) = &account
            && !((1..=64).contains(&name.len()) && name.bytes().all(fits))
        {
            return Err(Failure::usage(
                "`account` is made of letters, digits, `-` and `_`, 64 at most",
            ));
        }
        Ok(Self {
            variables,
            account,
            secrets: BTreeMap::new(),
            in_lambda: variables("AWS_LAMBDA_FUNCTION_NAME").is_some(),
        })
    }

    /// Adds secrets, which win over variables.
    pub(crate) fn with_secrets(mut self, secrets: BTreeMap<String, String>) -> Self {
        self.secrets = secrets;
        self
    }

    pub(crate) fn get(&self, name: &str) -> Option<String> {
        if name == "SYNC_ACCOUNT" {
            return self.account.clone();
        }
        let value = self.secrets.get(name).cloned();
        let value = value.or_else(|| match &self.account {
            None => (self.variables)(name),
            Some(account) => {
                let own = format!("{}_{name}", account.to_uppercase().replace('-', "_"));
                let common = || (self.variables)(name).filter(|_| !belongs_to_one(name));
                (self.variables)(&own).or_else(common)
            }
        });
        let value = value.filter(|value| !value.is_empty());
        match value {
            None if self.in_lambda && SESSIONS.contains(&name) => Some(IN_LEDGER.to_owned()),
            value => value,
        }
    }

    /// The settings for a run that has `seconds` until it is cut off.
    pub(crate) fn settings(&self, seconds: u64) -> Result<Settings, Failure> {
        let mut flags = Flags::default();
        // A send has to end before the function does, and a claim only afterwards: an invocation that is cut off holds its workout until
        // it certainly sends nothing any more. A send takes at most three times the limit of a request.
        let timeout = self.number("SYNC_HTTP_TIMEOUT_SECS")?.unwrap_or(60);
        flags.http_timeout_secs = Some(timeout.min(seconds / 8).max(1).to_string());
        let lease = self.number("SYNC_LEASE_SECS")?.unwrap_or(300);
        flags.lease_secs = Some(lease.max(seconds + 5).to_string());
        let get = |name: &str| match name {
            "SYNC_HTTP_TIMEOUT_SECS" | "SYNC_LEASE_SECS" => None,
            name => self.get(name),
        };
        if self.in_lambda {
            self.check_places()?;
        }
        let settings = Settings::from_sources(&flags, &get)?;
        if self.in_lambda && matches!(settings.ledger, LedgerUrl::Sqlite(_) | LedgerUrl::Memory) {
            return Err(Failure::usage(self.no_ledger()));
        }
        Ok(settings)
    }

    /// Refuses what would be lost with the function's instance, before it is looked for.
    fn check_places(&self) -> Result<(), Failure> {
        let is_named = ["SYNC_LEDGER", "SYNC_LEDGER_FILE", "SYNC_CONFIG"]
            .iter()
            .any(|name| self.get(name).is_some());
        if !is_named {
            return Err(Failure::usage(self.no_ledger()));
        }
        for name in SESSIONS {
            if self.get(name).is_some_and(|place| place != IN_LEDGER) {
                return Err(Failure::usage(format!(
                    "{name}: a file is lost with the function's instance; leave it out, and the session is kept in the ledger"
                )));
            }
        }
        Ok(())
    }

    fn no_ledger(&self) -> String {
        let prefix = self.account.as_deref().map(str::to_uppercase);
        let prefix = prefix.map(|name| name.replace('-', "_") + "_");
        format!(
            "a function keeps no files: set {}SYNC_LEDGER to dynamodb:TABLE, postgres://... or mongodb://...",
            prefix.unwrap_or_default()
        )
    }

    fn number(&self, name: &str) -> Result<Option<u64>, Failure> {
        let Some(text) = self.get(name) else {
            return Ok(None);
        };
        let number = text.trim().parse().ok();
        let number = number.filter(|number| (1..31_536_000).contains(number));
        let wrong = || {
            Failure::usage(format!(
                "{name} must be a whole number of seconds, not `{text}`"
            ))
        };
        number.ok_or_else(wrong).map(Some)
    }
}

/// Whether a variable names something of one account.
fn belongs_to_one(name: &str) -> bool {
    let of_service = ["POLAR_", "RUNKEEPER_", "INTERVALS_"];
    let is_address = name.ends_with("_URL") || ["POLAR_START", "RUNKEEPER_UNIT"].contains(&name);
    let places = [
        "SYNC_LEDGER",
        "SYNC_LEDGER_FILE",
        "SYNC_SECRET",
        "SYNC_PARAMETER",
    ];
    (of_service.iter().any(|prefix| name.starts_with(prefix)) && !is_address)
        || places.contains(&name)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const KEY: &str = "a2V5LWNhbmFyeS1rZXktY2FuYXJ5LWtleS1jYW5hcnk=";

    fn settings(
        variables: &[(&str, &str)],
        account: Option<&str>,
        seconds: u64,
    ) -> Result<Settings, String> {
        let get = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let environment = Environment::new(&get, account.map(str::to_owned));
        let settings = environment.and_then(|environment| environment.settings(seconds));
        settings.map_err(|failure| failure.message)
    }

    const LAMBDA: (&str, &str) = ("AWS_LAMBDA_FUNCTION_NAME", "sync");
    const SESSION_KEY: (&str, &str) = ("SESSION_KEY", KEY);
    const LEDGER: (&str, &str) = ("SYNC_LEDGER", "postgres://db.example.org/training");

    #[test]
    fn files_and_memory_are_refused_in_lambda() {
        for ledger in ["sqlite:/tmp/x.sqlite", "memory:", ""] {
            let error = settings(&[LAMBDA, SESSION_KEY, ("SYNC_LEDGER", ledger)], None, 60);
            let error = error.unwrap_err();
            assert!(
                error.contains("dynamodb:TABLE") || error.contains("memory:"),
                "{error}"
            );
        }
        let path = ("POLAR_SESSION", "/tmp/session.json");
        let error = settings(&[LAMBDA, SESSION_KEY, LEDGER, path], None, 60).unwrap_err();
        assert!(error.contains("POLAR_SESSION"), "{error}");
        settings(&[LAMBDA, SESSION_KEY, LEDGER], None, 60).unwrap();
        let error = settings(&[LAMBDA, LEDGER], None, 60).unwrap_err();
        assert!(error.contains("SESSION_KEY"), "{error}");
    }

    #[test]
    fn send_ends_before_the_function_and_the_lease_after_it() {
        for seconds in [10, 30, 60, 300, 900] {
            let settings = settings(&[LAMBDA, SESSION_KEY, LEDGER], None, seconds).unwrap();
            let policy = settings.policy;
            assert!(
                policy.send_limit().as_secs() < seconds,
                "{seconds}: {policy:?}"
            );
            let lease = format!("{:?}", Duration::from_secs(300.max(seconds + 5)));
            assert!(
                format!("{policy:?}").contains(&format!("lease: {lease}")),
                "{policy:?}"
            );
        }
    }

    #[test]
    fn an_account_takes_only_its_own_credentials_and_ledger() {
        let common = [
            LAMBDA,
            SESSION_KEY,
            LEDGER,
            ("POLAR_EMAIL", "other@example.org"),
            ("POLAR_PASSWORD", "other"),
            ("SYNC_SETTLE_SECS", "77"),
        ];
        let error = settings(&common, Some("ana-b"), 60).unwrap_err();
        assert!(error.contains("ANA_B_SYNC_LEDGER"), "{error}");
        let own = ("ANA_B_SYNC_LEDGER", "postgres://db.example.org/ana");
        let settings = settings(&[&common[..], &[own]].concat(), Some("ana-b"), 60).unwrap();
        assert!(settings.polar.credentials.is_none());
        assert!(format!("{:?}", settings.policy).contains("settle: 77s"));
    }
}

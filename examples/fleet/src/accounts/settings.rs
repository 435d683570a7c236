//! The settings of one account: those of `workout-sync`, without the places that the fleet itself chooses.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use workout_sync::exit::Failure;
use workout_sync::settings::{Connector, Flags, Settings};

use super::sealed;
use crate::settings::FleetSettings;

/// The beginnings of the variables that are settings of an account.
const PREFIXES: [&str; 5] = ["POLAR_", "RUNKEEPER_", "ASICS_", "INTERVALS_", "SYNC_"];
/// The fleet keeps ledger and sessions, so no account names a place for them. The log is the process'.
const OF_THE_FLEET: [&str; 6] = [
    "SYNC_LEDGER",
    "SYNC_ACCOUNT",
    "SYNC_CONFIG",
    "SYNC_LOG",
    "POLAR_SESSION",
    "RUNKEEPER_SESSION",
];

/// The settings of an account. They hold passwords: `Debug` shows nothing.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountSettings {
    /// Variables of `workout-sync`.
    #[serde(default)]
    pub(crate) settings: BTreeMap<String, String>,
    /// Its routes; none: from Polar Flow to Runkeeper.
    #[serde(default)]
    pub(crate) routes: Vec<RouteNames>,
}

/// The two ends of a route, as `--from` and `--to` name them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RouteNames {
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
}

impl std::fmt::Debug for AccountSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountSettings").finish_non_exhaustive()
    }
}

/// Whether a variable of the environment is a setting of an account.
pub(super) fn is_setting(name: &str) -> bool {
    PREFIXES.iter().any(|prefix| name.starts_with(prefix)) && !OF_THE_FLEET.contains(&name)
}

impl AccountSettings {
    /// The settings for `workout-sync`'s library, one for each route. The environment of this process is not asked.
    pub(crate) fn of_routes(
        &self,
        fleet: &FleetSettings,
        account: &str,
    ) -> Result<Vec<Settings>, Failure> {
        for name in self.settings.keys() {
            if !is_setting(name) {
                return Err(Failure::usage(format!(
                    "`{name}` is no setting of an account; they begin with POLAR_, RUNKEEPER_, ASICS_, INTERVALS_ or SYNC_, and the fleet \
                     itself keeps ledger and sessions"
                )));
            }
            if name.ends_with("_FILE") {
                return Err(Failure::usage(format!(
                    "`{name}`: workers have no files of accounts; give the value itself"
                )));
            }
        }
        let env = |name: &str| match name {
            "SYNC_LEDGER" => Some(fleet.database.expose_secret().to_owned()),
            "SYNC_ACCOUNT" => Some(account.to_owned()),
            "SESSION_KEY" => Some(fleet.key.expose_secret().to_owned()),
            "POLAR_SESSION" | "RUNKEEPER_SESSION" => Some("ledger:".to_owned()),
            name => self.settings.get(name).cloned(),
        };
        let usual = [RouteNames::default()];
        let routes = match self.routes.as_slice() {
            [] => usual.as_slice(),
            routes => routes,
        };
        let mut all: Vec<Settings> = Vec::new();
        for names in routes {
            let flags = Flags {
                from: names.from.clone(),
                to: names.to.clone(),
                ..Flags::default()
            };
            let settings = Settings::without_files(&flags, &env)?;
            for end in [&settings.route.from, &settings.route.to] {
                if !matches!(
                    end,
                    Connector::PolarFlow | Connector::Runkeeper | Connector::IntervalsIcu
                ) {
                    return Err(Failure::usage(format!(
                        "`{end}` is a file, and workers have no files of accounts"
                    )));
                }
            }
            let name = settings.route.name();
            if all.iter().any(|other| other.route.name() == name) {
                return Err(Failure::usage(format!("the route {name} is there twice")));
            }
            all.push(settings);
        }
        Ok(all)
    }

    pub(crate) async fn seal(&self, key: &SecretString, account: &str) -> Result<Vec<u8>, Failure> {
        let plain = serde_json::to_vec(self).map_err(|error| Failure::failed(error.to_string()))?;
        sealed::seal(key, account, &plain).await
    }

    pub(crate) async fn open(
        key: &SecretString,
        account: &str,
        sealed: &[u8],
    ) -> Result<Self, Failure> {
        let plain = sealed::open(key, account, sealed).await?;
        // Not the parser's own words: they may quote a secret.
        serde_json::from_slice(plain.expose())
            .map_err(|_| Failure::failed(format!("the settings of {account} are not readable")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fleet() -> FleetSettings {
        let env = |name: &str| match name {
            "FLEET_DATABASE" => Some("postgres://localhost/fleet".to_owned()),
            "SESSION_KEY" => Some("a2V5LWNhbmFyeS1rZXktY2FuYXJ5LWtleS1jYW5hcnk=".to_owned()),
            _ => None,
        };
        FleetSettings::load(&env).unwrap()
    }

    fn refused(json: &str) -> String {
        let settings: AccountSettings = serde_json::from_str(json).unwrap();
        settings.of_routes(&fleet(), "ana").unwrap_err().message
    }

    #[test]
    fn an_account_has_the_settings_of_workout_sync_and_none_of_the_fleet() {
        let json = r#"{"settings": {"POLAR_EMAIL": "a@example.org", "POLAR_PASSWORD": "canary", "SYNC_SETTLE_SECS": "77"},
            "routes": [{}, {"to": "intervals-icu"}]}"#;
        let settings: AccountSettings = serde_json::from_str(json).unwrap();
        assert!(!format!("{settings:?}").contains("canary"));
        let all = settings.of_routes(&fleet(), "ana").unwrap();
        let routes: Vec<String> = all.iter().map(|it| it.route.name()).collect();
        assert_eq!(
            routes,
            ["polar-flow -> runkeeper", "polar-flow -> intervals-icu"]
        );
        assert!(all[0].polar.credentials.is_some());
        assert!(format!("{:?}", all[0].policy).contains("settle: 77s"));
        for (json, word) in [
            (r#"{"settings": {"SYNC_LEDGER": "memory:"}}"#, "SYNC_LEDGER"),
            (
                r#"{"settings": {"POLAR_SESSION": "/tmp/x"}}"#,
                "POLAR_SESSION",
            ),
            (
                r#"{"settings": {"POLAR_PASSWORD_FILE": "/x"}}"#,
                "the value itself",
            ),
            (r#"{"settings": {"PATH": "/x"}}"#, "PATH"),
            (r#"{"routes": [{"to": "folder:/tmp"}]}"#, "no files"),
            (r#"{"routes": [{}, {}]}"#, "twice"),
        ] {
            assert!(refused(json).contains(word), "{json}");
        }
    }
}

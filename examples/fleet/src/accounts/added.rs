//! An account that is added: from the environment, or a line of JSON.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use workout_sync::exit::Failure;
use workout_sync::serve::schedule::Schedule;
use workout_sync::settings::is_account;

use super::settings::{AccountSettings, RouteNames, is_setting};
use crate::settings::secret;

const USUAL_INTERVAL: &str = "30m";

/// An account before it is in the database.
///
/// ```json
/// {"account": "ana", "every": "30m", "routes": [{"from": "polar-flow", "to": "runkeeper"}],
///  "settings": {"POLAR_EMAIL": "...", "POLAR_PASSWORD": "..."}, "sessions": {"runkeeper": "COOKIES"}}
/// ```
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddedAccount {
    pub(crate) account: String,
    every: Option<String>,
    #[serde(default)]
    settings: Secrets,
    #[serde(default)]
    routes: Vec<RouteNames>,
    #[serde(default)]
    pub(crate) sessions: Sessions,
}

/// Variables with secrets.
#[derive(Default, Deserialize)]
#[serde(transparent)]
struct Secrets(BTreeMap<String, String>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(not shown)")
    }
}

/// Sessions of a browser, in any form that `import-session` takes.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Sessions {
    pub(crate) polar: Option<String>,
    pub(crate) runkeeper: Option<String>,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(not shown)")
    }
}

impl AddedAccount {
    /// One line of JSON. The error does not repeat it.
    pub(crate) fn from_line(line: &str, number: usize) -> Result<Self, Failure> {
        serde_json::from_str(line).map_err(|error| {
            let what = match error.is_data() {
                true => "a field that no account has, or one of another kind",
                false => "no JSON",
            };
            Failure::usage(format!("line {number}, column {}: {what}", error.column()))
        })
    }

    /// The settings are the variables of the environment; a secret may be in the file that `..._FILE` names.
    pub(crate) fn from_environment(
        account: &str,
        variables: impl Iterator<Item = (String, String)>,
        route: RouteNames,
        every: Option<String>,
        sessions: Sessions,
    ) -> Result<Self, Failure> {
        let mut settings = BTreeMap::new();
        for (name, value) in variables {
            let of_file = name.strip_suffix("_FILE");
            if value.is_empty() || !is_setting(of_file.unwrap_or(&name)) {
                continue;
            }
            match of_file {
                None => settings.insert(name, value),
                Some(short) => {
                    let env = |asked: &str| (asked == name).then(|| value.clone());
                    secret(&env, short)?.and_then(|read| settings.insert(short.to_owned(), read))
                }
            };
        }
        Ok(Self {
            account: account.to_owned(),
            every,
            settings: Secrets(settings),
            routes: match route == RouteNames::default() {
                true => Vec::new(),
                false => vec![route],
            },
            sessions,
        })
    }

    /// The settings to keep.
    pub(crate) fn settings(&self) -> Result<AccountSettings, Failure> {
        if !is_account(&self.account) {
            return Err(Failure::usage(
                "the name of an account is made of letters, digits, `-` and `_`, 64 at most",
            ));
        }
        Ok(AccountSettings {
            settings: self.settings.0.clone(),
            routes: self.routes.clone(),
        })
    }

    /// The time between two runs.
    pub(crate) fn every(&self) -> Result<Duration, Failure> {
        let text = self.every.as_deref().unwrap_or(USUAL_INTERVAL);
        match Schedule::every(text) {
            Ok(Schedule::Every(interval)) => Ok(interval),
            Ok(Schedule::Cron(_)) => Err(Failure::usage("an interval is needed, as in 30m")),
            Err(why) => Err(Failure::usage(why)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_and_a_wrong_one_is_not_repeated() {
        let line = r#"{"account": "ana", "every": "2h", "settings": {"POLAR_PASSWORD": "canary"}, "sessions": {"runkeeper": "canary"}}"#;
        let added = AddedAccount::from_line(line, 1).unwrap();
        assert_eq!(added.every().unwrap(), Duration::from_secs(7200));
        assert!(!format!("{added:?}").contains("canary"));
        for line in [
            r#"{"account": "ana", "settings": "canary"}"#,
            r#"{"account": "ana", "canary": 1}"#,
            "canary",
        ] {
            let error = AddedAccount::from_line(line, 7).unwrap_err().message;
            assert!(error.contains("line 7"), "{error}");
            assert!(!error.contains("canary"), "{error}");
        }
    }

    #[test]
    fn settings_of_the_environment_are_those_of_the_account() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, "in a file\n").unwrap();
        let variables = [
            ("POLAR_EMAIL", "a@example.org"),
            ("POLAR_PASSWORD_FILE", path.to_str().unwrap()),
            ("SYNC_LEDGER", "memory:"),
            ("SESSION_KEY", "x"),
            ("HOME", "/root"),
            ("SYNC_SINCE", ""),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let added = AddedAccount::from_environment(
            "ana",
            variables.into_iter(),
            RouteNames::default(),
            None,
            Sessions::default(),
        );
        let settings = added.unwrap().settings().unwrap();
        let names: Vec<&str> = settings.settings.keys().map(String::as_str).collect();
        assert_eq!(names, ["POLAR_EMAIL", "POLAR_PASSWORD"]);
        assert_eq!(settings.settings["POLAR_PASSWORD"], "in a file");
    }
}

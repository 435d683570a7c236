//! The settings of the fleet itself, from this process' environment.

use std::fs::File;

use secrecy::{ExposeSecret, SecretString};
use url::Url;
use workout_sync::exit::Failure;
use workout_sync::notices::Notices;
use workout_sync::{name, text};

/// More than any address or key.
const LARGEST: usize = 64 * 1024;

/// Where everything is kept, and the key for what is secret.
#[derive(Debug, Clone)]
pub(crate) struct FleetSettings {
    pub(crate) database: SecretString,
    pub(crate) key: SecretString,
    /// Where notices go. Topics and hooks are secrets.
    notify: Option<SecretString>,
}

impl FleetSettings {
    /// Takes the settings from variables, each also as `..._FILE`.
    pub(crate) fn load(env: &dyn Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let needed = |name: &str, what: &str| {
            let found = secret(env, name)?;
            found.ok_or_else(|| Failure::usage(format!("{name} is not set: {what}")))
        };
        Ok(Self {
            database: needed(
                "FLEET_DATABASE",
                "the address of the database, as in postgres://user:password@host:5432/fleet",
            )?
            .into(),
            key: needed(
                "SESSION_KEY",
                "the key that encrypts settings and sessions; `openssl rand -base64 32` makes one",
            )?
            .into(),
            notify: notify_url(secret(env, "NOTIFY_URL")?)?,
        })
    }

    /// The notices about an account; `None` without `NOTIFY_URL`.
    pub(crate) fn notices_of(&self, account: &str) -> Option<Notices> {
        let me = name::program();
        Some(Notices {
            url: Url::parse(self.notify.as_ref()?.expose_secret()).ok()?,
            subject: format!("workout-fleet: {account}"),
            when_sign_in_is_needed: Some(format!(
                "Add the account again with a new session, or let it try at once: {me} resume {account}"
            )),
            when_workouts_wait: Some(format!("To see why: {me} explain {account} ID")),
        })
    }
}

fn notify_url(text: Option<String>) -> Result<Option<SecretString>, Failure> {
    let Some(text) = text else {
        return Ok(None);
    };
    let is_web = |url: &Url| matches!(url.scheme(), "http" | "https") && url.has_host();
    match Url::parse(&text).ok().filter(is_web) {
        Some(_) => Ok(Some(text.into())),
        None => Err(Failure::usage(
            "NOTIFY_URL must be an http or https address",
        )),
    }
}

/// The value of a variable, or the content of the file that `..._FILE` names.
pub(crate) fn secret(
    env: &dyn Fn(&str) -> Option<String>,
    name: &str,
) -> Result<Option<String>, Failure> {
    let set = |name: &str| env(name).filter(|value| !value.is_empty());
    let in_file = format!("{name}_FILE");
    match (set(name), set(&in_file)) {
        (Some(_), Some(_)) => Err(Failure::usage(format!(
            "{name} and {in_file} are both set: set one of them"
        ))),
        (Some(value), None) => Ok(Some(value)),
        (None, None) => Ok(None),
        (None, Some(path)) => {
            let read = File::open(&path).and_then(|file| text::read(file, LARGEST));
            let text =
                read.map_err(|error| Failure::usage(format!("{in_file}: {path}: {error}")))?;
            Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
        }
    }
}

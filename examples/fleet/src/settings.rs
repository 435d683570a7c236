//! The settings of the fleet itself, from this process' environment.

use std::fs::File;

use secrecy::SecretString;
use workout_sync::exit::Failure;
use workout_sync::text;

/// More than any address or key.
const LARGEST: usize = 64 * 1024;

/// Where everything is kept, and the key for what is secret.
#[derive(Debug, Clone)]
pub(crate) struct FleetSettings {
    pub(crate) database: SecretString,
    pub(crate) key: SecretString,
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
        })
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

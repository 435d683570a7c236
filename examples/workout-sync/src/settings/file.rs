//! The settings file.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use web_session::decode::without_values;

use super::Folders;
use crate::exit::Failure;

/// The settings file, as TOML. Every entry is optional; passwords have none.
///
/// ```toml
/// ledger = "sqlite:/home/me/training.sqlite"
/// settle_secs = 120
/// manual_entries = true
/// sports = "running, cycling"
/// verify = true
///
/// [polar]
/// email = "me@example.com"
/// session = "/home/me/polar.session.json"
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SettingsFile {
    pub(super) ledger: Option<String>,
    pub(super) settle_secs: Option<u64>,
    pub(super) lease_secs: Option<u64>,
    pub(super) http_timeout_secs: Option<u64>,
    pub(super) pace_ms: Option<u64>,
    pub(super) backoff_ms: Option<u64>,
    pub(super) max_attempts: Option<u64>,
    pub(super) manual_entries: Option<bool>,
    pub(super) sports: Option<String>,
    pub(super) delay_secs: Option<u64>,
    pub(super) parallel: Option<u64>,
    pub(super) tell_changes: Option<bool>,
    pub(super) finish: Option<bool>,
    pub(super) verify: Option<bool>,
    pub(super) polar: ServiceSection,
    pub(super) runkeeper: ServiceSection,
}

/// What the file can say about one service.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ServiceSection {
    pub(super) email: Option<String>,
    pub(super) session: Option<PathBuf>,
    pub(super) url: Option<String>,
    pub(super) auth_url: Option<String>,
    pub(super) unit: Option<String>,
    pub(super) user: Option<String>,
}

impl SettingsFile {
    /// Reads the named file; without a name the one in `SYNC_CONFIG`, else the user's, if there is one.
    pub(super) fn load(
        named: Option<&Path>,
        folders: Option<&Folders>,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Failure> {
        let named = named.map(Path::to_owned).or_else(|| {
            env("SYNC_CONFIG")
                .filter(|name| !name.is_empty())
                .map(PathBuf::from)
        });
        let must_exist = named.is_some();
        let Some(path) = named.or_else(|| folders.map(|f| f.config.join("settings.toml"))) else {
            return Ok(Self::default());
        };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && !must_exist => {
                return Ok(Self::default());
            }
            Err(error) => {
                let path = path.display();
                return Err(Failure::usage(format!("the settings file {path}: {error}")));
            }
        };
        toml::from_str(&text).map_err(|error| {
            // Neither the error's own rendering, which quotes the line, nor the values in its message: people put passwords where
            // they don't belong.
            let line = error
                .span()
                .map(|span| text[..span.start].matches('\n').count() + 1);
            let place = line
                .map(|line| format!(", line {line}"))
                .unwrap_or_default();
            Failure::usage(format!(
                "the settings file {}{place}: {}",
                path.display(),
                without_values(error.message())
            ))
        })
    }
}

//! The settings file.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use web_session::decode::without_values;

use super::Folders;
use crate::exit::Failure;
use crate::text;

/// The settings file, as TOML. Every entry is optional; passwords have none.
///
/// ```toml
/// ledger = "sqlite:/home/me/training.sqlite"
/// settle_secs = 120
/// manual_entries = true
/// sports = "running, cycling"
/// verify = true
///
/// [[route]]
/// from = "polar-flow"
/// to = "runkeeper"
///
/// [[route]]
/// from = "polar-flow"
/// to = "intervals-icu"
///
/// [polar]
/// email = "me@example.com"
/// session = "/home/me/polar.session.json"
/// ```
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SettingsFile {
    pub(super) ledger: Option<String>,
    pub(super) since: Option<String>,
    pub(super) settle_secs: Option<u64>,
    pub(super) resend_secs: Option<u64>,
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
    pub(super) record_answers: Option<bool>,
    pub(super) polar: ServiceSection,
    pub(super) runkeeper: ServiceSection,
    pub(super) route: Vec<super::route::RouteSection>,
    #[serde(skip)]
    origin: Option<Origin>,
    /// Its path, also when it does not exist.
    #[serde(skip)]
    place: Option<PathBuf>,
}

/// The origin of the entries.
#[derive(Debug, Clone)]
struct Origin {
    path: PathBuf,
    text: String,
}

/// Far above any real file.
const LARGEST: usize = 1024 * 1024;

/// The file's section about one service.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct ServiceSection {
    pub(super) email: Option<String>,
    pub(super) session: Option<PathBuf>,
    pub(super) url: Option<String>,
    pub(super) auth_url: Option<String>,
    pub(super) start: Option<String>,
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
        let text = match File::open(&path).and_then(|file| text::read(file, LARGEST)) {
            Ok(text) => text,
            Err(error) if !must_exist && is_missing(&error) => {
                return Ok(Self {
                    place: Some(path),
                    ..Self::default()
                });
            }
            Err(error) => {
                let path = path.display();
                return Err(Failure::usage(format!("the settings file {path}: {error}")));
            }
        };
        let mut settings: Self = toml::from_str(&text).map_err(|error| {
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
        })?;
        settings.place = Some(path.clone());
        settings.origin = Some(Origin { path, text });
        Ok(settings)
    }

    /// The file itself, whether it exists or not.
    pub(super) fn path(&self) -> Option<PathBuf> {
        self.place.clone()
    }

    /// The place of the entry that means the same as this environment variable.
    pub(super) fn place(&self, variable: &str) -> String {
        let Some(Origin { path, text }) = &self.origin else {
            return "the settings file".to_owned();
        };
        let line = entry(variable).and_then(|(section, key)| line_of(text, section, &key));
        let line = line
            .map(|line| format!(", line {line}"))
            .unwrap_or_default();
        format!("the settings file {}{line}", path.display())
    }
}

/// Sets an entry above all sections of a settings file, and keeps every other line. `value` is written as TOML has it.
///
/// # Errors
/// When the file cannot be read or written.
pub fn set_entry(path: &Path, key: &str, value: &str) -> std::io::Result<()> {
    let old = match std::fs::read_to_string(path) {
        Err(error) if is_missing(&error) => String::new(),
        read => read?,
    };
    let entry = format!("{key} = {value}");
    let mut lines: Vec<&str> = old.lines().collect();
    let sections = lines
        .iter()
        .position(|line| line.trim_start().starts_with('['));
    let top = sections.unwrap_or(lines.len());
    let known = lines[..top].iter().position(|line| {
        line.split_once('=')
            .is_some_and(|(name, _)| name.trim() == key)
    });
    match known {
        Some(at) => lines[at] = &entry,
        None => lines.insert(top, &entry),
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    // A whole new file takes the old one's place: there is never half of one.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    std::io::Write::write_all(&mut file, format!("{}\n", lines.join("\n")).as_bytes())?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// There is no such file, or no such folder: not even a home directory that is one.
fn is_missing(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Section and name of the entry that means the same as an environment variable.
fn entry(variable: &str) -> Option<(&'static str, String)> {
    let (section, key) = match variable {
        "POLAR_FLOW_URL" => ("polar", "url"),
        "ASICS_ID_URL" => ("runkeeper", "auth_url"),
        _ => {
            let (prefix, key) = variable.split_once('_')?;
            let section = match prefix {
                "SYNC" => "",
                "POLAR" => "polar",
                "RUNKEEPER" => "runkeeper",
                _ => return None,
            };
            (section, key)
        }
    };
    Some((section, key.to_lowercase()))
}

/// The line of an entry, from 1.
fn line_of(text: &str, section: &str, key: &str) -> Option<usize> {
    let mut at = "";
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[') {
            at = name.split(']').next().unwrap_or_default().trim();
            continue;
        }
        let Some((name, _)) = line.split_once('=') else {
            continue;
        };
        let name = name.trim();
        let is_it = match name.split_once('.') {
            Some((section_of_it, name)) => {
                at.is_empty() && section_of_it.trim() == section && name.trim() == key
            }
            None => at == section && name == key,
        };
        if is_it {
            return Some(number + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_set_above_the_sections_and_nothing_else_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/settings.toml");
        set_entry(&path, "since", "\"2026-01-01\"").unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "since = \"2026-01-01\"\n"
        );
        std::fs::write(&path, "# mine\nsports = \"x\"\n[polar]\nsports = 1\n").unwrap();
        set_entry(&path, "sports", "\"all\"").unwrap();
        set_entry(&path, "verify", "true").unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "# mine\nsports = \"all\"\nverify = true\n[polar]\nsports = 1\n"
        );
    }

    #[test]
    fn entries_are_found() {
        let text = "# settle_secs = 1\nsettle_secs = 5\npolar.user = 1\n[ polar ]\nurl=\"x\"\n\n[runkeeper]\nurl = \"y\"\n";
        let line = |variable: &str| {
            let (section, key) = entry(variable).unwrap();
            line_of(text, section, &key)
        };
        assert_eq!(line("SYNC_SETTLE_SECS"), Some(2));
        assert_eq!(line("POLAR_FLOW_URL"), Some(5));
        assert_eq!(line("RUNKEEPER_URL"), Some(8));
        assert_eq!(line("POLAR_USER"), Some(3));
        assert_eq!(line("ASICS_ID_URL"), None);
        assert_eq!(line("SYNC_LEASE_SECS"), None);
    }
}

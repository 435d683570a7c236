//! The routes: from which source to which destination.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::ServiceName;
use crate::exit::Failure;

/// One end of a route, as `--from` and `--to` name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Connector {
    /// `polar-flow`
    PolarFlow,
    /// `runkeeper`
    Runkeeper,
    /// `folder:DIR`
    Folder(PathBuf),
    /// `polar-archive:ZIP`
    PolarArchive(PathBuf),
    /// `runkeeper-archive:ZIP`
    RunkeeperArchive(PathBuf),
    /// `intervals-icu`
    IntervalsIcu,
}

const SOURCES: &str =
    "polar-flow, runkeeper, folder:DIR, polar-archive:ZIP or runkeeper-archive:ZIP";
const DESTINATIONS: &str = "runkeeper, folder:DIR or intervals-icu";

impl Connector {
    fn parse(text: &str) -> Option<Self> {
        let (name, path) = match text.split_once(':') {
            Some((name, path)) if !path.is_empty() => (name, Some(PathBuf::from(path))),
            Some(_) => return None,
            None => (text, None),
        };
        Some(match (name, path) {
            ("polar-flow", None) => Self::PolarFlow,
            ("runkeeper", None) => Self::Runkeeper,
            ("intervals-icu", None) => Self::IntervalsIcu,
            ("folder", Some(path)) => Self::Folder(path),
            ("polar-archive", Some(path)) => Self::PolarArchive(path),
            ("runkeeper-archive", Some(path)) => Self::RunkeeperArchive(path),
            _ => return None,
        })
    }

    fn is_source(&self) -> bool {
        !matches!(self, Self::IntervalsIcu)
    }

    fn is_destination(&self) -> bool {
        matches!(self, Self::Runkeeper | Self::Folder(_) | Self::IntervalsIcu)
    }

    /// The service behind it that has to be signed in to.
    #[must_use]
    pub fn service(&self) -> Option<ServiceName> {
        match self {
            Self::PolarFlow => Some(ServiceName::Polar),
            Self::Runkeeper => Some(ServiceName::Runkeeper),
            _ => None,
        }
    }

    /// The name in ledgers and reports. Each folder has its own; exports of one account share theirs, so that a newer one goes on where
    /// an older one ended.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::PolarFlow => polar_flow::engine::NAME.to_owned(),
            Self::Runkeeper => runkeeper::engine::NAME.to_owned(),
            Self::PolarArchive(_) => sync_connector_polar_archive::NAME.to_owned(),
            Self::RunkeeperArchive(_) => sync_connector_runkeeper_archive::NAME.to_owned(),
            Self::IntervalsIcu => sync_connector_intervals_icu::NAME.to_owned(),
            Self::Folder(path) => folder_name(path),
        }
    }

    /// The name for people.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self {
            Self::PolarFlow => "Polar Flow",
            Self::Runkeeper => "Runkeeper",
            Self::Folder(_) => "the folder",
            Self::PolarArchive(_) => "the Polar archive",
            Self::RunkeeperArchive(_) => "the Runkeeper archive",
            Self::IntervalsIcu => "intervals.icu",
        }
    }
}

/// `folder-NAME-HASH`: the end of the path to recognise it, a part of a hash of all of it to tell it from others.
fn folder_name(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let end = path.file_name().unwrap_or_default().to_string_lossy();
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let end: String = end.chars().map(plain).take(24).collect();
    let bytes = path.as_os_str().as_encoded_bytes();
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    let hash: String = digest
        .as_ref()
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("folder-{end}-{hash}")
}

/// As on the command line.
impl fmt::Display for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PolarFlow => f.write_str("polar-flow"),
            Self::Runkeeper => f.write_str("runkeeper"),
            Self::IntervalsIcu => f.write_str("intervals-icu"),
            Self::Folder(path) => write!(f, "folder:{}", path.display()),
            Self::PolarArchive(path) => write!(f, "polar-archive:{}", path.display()),
            Self::RunkeeperArchive(path) => write!(f, "runkeeper-archive:{}", path.display()),
        }
    }
}

/// A source and a destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteEnds {
    /// The source.
    pub from: Connector,
    /// The destination.
    pub to: Connector,
}

impl Default for RouteEnds {
    fn default() -> Self {
        Self {
            from: Connector::PolarFlow,
            to: Connector::Runkeeper,
        }
    }
}

impl RouteEnds {
    /// The name of the route in ledgers and reports.
    #[must_use]
    pub fn name(&self) -> String {
        sync_core::Route::name_of(&self.from.name(), &self.to.name())
    }

    /// Puts a route together. `place` names where its ends were given.
    fn new(place: &str, from: Option<&str>, to: Option<&str>) -> Result<Self, Failure> {
        let usual = Self::default();
        let end = |text: Option<&str>, usual: Connector| match text {
            None => Some(usual),
            Some(text) => Connector::parse(text.trim()),
        };
        let source = end(from, usual.from).filter(Connector::is_source);
        let destination = end(to, usual.to).filter(Connector::is_destination);
        let refuse = |what: &str, text: Option<&str>, known: &str| {
            let text = text.unwrap_or_default();
            Failure::usage(format!("{place}: `{text}` is no {what}; choose {known}"))
        };
        let from = source.ok_or_else(|| refuse("source", from, SOURCES))?;
        let to = destination.ok_or_else(|| refuse("destination", to, DESTINATIONS))?;
        let route = Self { from, to };
        match route.leads_back() {
            true => Err(Failure::usage(format!(
                "{place}: {} and {} are the same place, and what is delivered there would be found as new",
                route.from, route.to
            ))),
            false => Ok(route),
        }
    }

    /// Whether the source would list what was delivered.
    fn leads_back(&self) -> bool {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        match (&self.from, &self.to) {
            (Connector::Runkeeper, Connector::Runkeeper) => true,
            (Connector::Folder(from), Connector::Folder(to)) => real(to).starts_with(real(from)),
            _ => false,
        }
    }
}

/// A `[[route]]` of the settings file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RouteSection {
    from: Option<String>,
    to: Option<String>,
}

/// The routes to work on: the one of the command line, else those of the settings file, else from Polar Flow to Runkeeper.
pub(super) fn choose(
    from: Option<&str>,
    to: Option<&str>,
    file: &[RouteSection],
    file_name: &str,
) -> Result<Vec<RouteEnds>, Failure> {
    if from.is_some() || to.is_some() {
        return Ok(vec![RouteEnds::new("--from, --to", from, to)?]);
    }
    let mut routes: Vec<RouteEnds> = Vec::new();
    for (number, section) in (1..).zip(file) {
        let place = format!("{file_name}, [[route]] {number}");
        let route = RouteEnds::new(&place, section.from.as_deref(), section.to.as_deref())?;
        if routes.iter().any(|other| other.name() == route.name()) {
            return Err(Failure::usage(format!(
                "{place}: the route {} stands there twice",
                route.name()
            )));
        }
        routes.push(route);
    }
    if routes.is_empty() {
        routes.push(RouteEnds::default());
    }
    Ok(routes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(from: &str, to: &str) -> RouteSection {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        RouteSection {
            from: some(from),
            to: some(to),
        }
    }

    #[test]
    fn command_line_wins_over_the_file_and_both_over_the_default() {
        let file = [
            section("runkeeper", "intervals-icu"),
            section("", "intervals-icu"),
        ];
        let names = |routes: Vec<RouteEnds>| routes.iter().map(RouteEnds::name).collect::<Vec<_>>();
        let chosen = |from, to, file: &[RouteSection]| choose(from, to, file, "settings.toml");
        assert_eq!(
            names(chosen(None, None, &[]).unwrap()),
            ["polar-flow -> runkeeper"]
        );
        assert_eq!(
            names(chosen(None, None, &file).unwrap()),
            ["runkeeper -> intervals-icu", "polar-flow -> intervals-icu"]
        );
        assert_eq!(
            names(chosen(Some("polar-archive:x.zip"), None, &file).unwrap()),
            ["polar-archive -> runkeeper"]
        );
    }

    #[test]
    fn ends_that_cannot_be_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("inside");
        std::fs::create_dir(&inside).unwrap();
        let (outer, inner) = (
            format!("folder:{}", folder.path().display()),
            format!("folder:{}", inside.display()),
        );
        for (from, to, word) in [
            ("intervals-icu", "runkeeper", "no source"),
            ("strava", "runkeeper", "no source"),
            ("folder:", "runkeeper", "no source"),
            ("runkeeper:x", "folder:y", "no source"),
            ("polar-flow", "polar-flow", "no destination"),
            ("polar-flow", "polar-archive:x.zip", "no destination"),
            ("runkeeper", "runkeeper", "same place"),
            (&outer, &outer, "same place"),
            (&outer, &inner, "same place"),
        ] {
            let error = choose(Some(from), Some(to), &[], "").unwrap_err().message;
            assert!(error.contains(word) && error.contains("--from"), "{error}");
        }
        assert!(choose(Some(&inner), Some(&outer), &[], "").is_ok());
        let twice = [section("", ""), section("polar-flow", "runkeeper")];
        let error = choose(None, None, &twice, "settings.toml")
            .unwrap_err()
            .message;
        assert!(error.contains("settings.toml, [[route]] 2"), "{error}");
    }

    #[test]
    fn folders_have_names_that_fit_into_ledgers() {
        let name = Connector::Folder(PathBuf::from("/nowhere/My Runs: 2026")).name();
        assert!(name.starts_with("folder-my-runs--2026-"), "{name}");
        assert_ne!(
            name,
            Connector::Folder(PathBuf::from("/elsewhere/My Runs: 2026")).name()
        );
    }
}

//! The data export of a Polar account as a source of `sync-core`.
//!
//! ```no_run
//! use sync_connector_polar_archive::PolarArchive;
//!
//! let source = PolarArchive::open("polar-user-data-export.zip")?;
//! # Ok::<(), sync_connector_polar_archive::ArchiveError>(())
//! ```
//!
//! # The files
//!
//! A ZIP of JSON files, one `training-session...` for each session. Shapes as public programs read them:
//!
//! | | `exportVersion` 1.3 (a file of 2017, names still read in 2026) | newer (2025, 2026) |
//! |---|---|---|
//! | name | `training-session-2017-01-23-ID-UUID.json` | `training-session_2026-01-02T10-30-00_N-UUID.json` |
//! | id | in the name | `identifier.id` |
//! | times | wall clock, `timeZoneOffset` in minutes | wall clock, `timezoneOffsetMinutes` |
//! | duration | `PT2753.875S` | `durationMillis` |
//! | sport | `exercises[].sport`, a name | `sport.id`, a number as text |
//! | samples | `{dateTime, value}` | columns with `intervalMillis` |
//!
//! Missing values of the newer format are the text `"NaN"` or the bare token `NaN`; both are unknown.
//! Whether samples count the time of pauses is not documented: they do here, unless they are as many as
//! the time without pauses needs. The route of old files is sometimes ahead by the time zone; it is
//! moved back where it would lie outside the session.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod points;
mod session;
mod value;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream;
use serde_json::Value;
use sync_core::{BoxStream, ErrorKind, Item, ServiceError, Source, Window, Workout};
use zip::ZipArchive;

/// The name of this source in ledgers, unless another is given.
pub const NAME: &str = "polar-archive";

/// The most that one session may unpack to.
const LARGEST: u64 = 256 * 1024 * 1024;

/// The export cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The file cannot be read.
    #[error("{} cannot be read", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// It is no ZIP file, or a damaged one.
    #[error("{} is no ZIP file, or it is damaged", path.display())]
    Zip {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: zip::result::ZipError,
    },
    /// It holds no training session.
    #[error(
        "{} holds no training sessions of a Polar account; the export of account.polar.com has files named \
         training-session...json", path.display()
    )]
    NotAnExport {
        /// The file.
        path: PathBuf,
    },
}

/// A session that a listing leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unreadable {
    /// The file in the ZIP.
    pub file: String,
    /// The fault, without any content.
    pub problem: String,
}

type OnUnreadable = Arc<dyn Fn(&Unreadable) + Send + Sync>;
type Listed = Arc<BTreeMap<String, (Item, String)>>;

/// A data export of a Polar account. Clones share what was read.
///
/// The first listing reads every session once; a download reads one again.
#[derive(Clone)]
pub struct PolarArchive {
    path: PathBuf,
    name: String,
    on_unreadable: OnUnreadable,
    /// By id: the facts, and the file.
    listed: Arc<Mutex<Option<Listed>>>,
}

impl fmt::Debug for PolarArchive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolarArchive")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

fn is_session(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.starts_with("training-session") && name.ends_with(".json") && !path.starts_with("__MACOSX")
}

impl PolarArchive {
    /// The export in this file. Reads its table of contents.
    ///
    /// # Errors
    /// When the file cannot be read, is no ZIP, or holds no training session.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, ArchiveError> {
        let path = path.into();
        let archive = open(&path)?;
        if !archive.file_names().flatten().any(|name| is_session(&name)) {
            return Err(ArchiveError::NotAnExport { path });
        }
        Ok(Self {
            path,
            name: NAME.to_owned(),
            on_unreadable: Arc::new(warn),
            listed: Arc::default(),
        })
    }

    /// Another name than `polar-archive` in ledgers and reports.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Called once for each session that cannot be read. By default it becomes a warning of `tracing`.
    #[must_use]
    pub fn on_unreadable(mut self, report: impl Fn(&Unreadable) + Send + Sync + 'static) -> Self {
        self.on_unreadable = Arc::new(report);
        self
    }

    fn look(&self) -> Result<Listed, ServiceError> {
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(listed) = &*listed {
            return Ok(Arc::clone(listed));
        }
        let mut archive = open(&self.path).map_err(unusable)?;
        let mut names: Vec<String> = archive
            .file_names()
            .flatten()
            .filter(|name| is_session(name))
            .map(Cow::into_owned)
            .collect();
        names.sort_unstable();
        let mut found = BTreeMap::new();
        for name in names {
            match load(&mut archive, &name).and_then(|session| session::item(&name, &session)) {
                Ok(item) => drop(found.entry(item.id.clone()).or_insert((item, name))),
                Err(problem) => (self.on_unreadable)(&Unreadable {
                    file: name,
                    problem,
                }),
            }
        }
        let found = Arc::new(found);
        *listed = Some(Arc::clone(&found));
        Ok(found)
    }

    fn load(&self, id: &str) -> Result<Vec<Workout>, ServiceError> {
        let listed = self.look()?;
        let Some((item, name)) = listed.get(id) else {
            let message = format!("{} holds no training session {id}", self.path.display());
            return Err(ServiceError::new(ErrorKind::NotFound, message));
        };
        let mut archive = open(&self.path).map_err(unusable)?;
        let session = load(&mut archive, name).map_err(|problem| {
            let message = format!("{name} in {}: {problem}", self.path.display());
            ServiceError::new(ErrorKind::Invalid, message)
        })?;
        Ok(session::workouts(item, &session))
    }
}

fn warn(left_out: &Unreadable) {
    let Unreadable { file, problem } = left_out;
    tracing::warn!(target: "sync_connector_polar_archive", %file, %problem, "the session is left out");
}

fn open(path: &Path) -> Result<ZipArchive<BufReader<File>>, ArchiveError> {
    let file = File::open(path).map_err(|source| ArchiveError::Io {
        path: path.to_owned(),
        source,
    })?;
    ZipArchive::new(BufReader::new(file)).map_err(|source| ArchiveError::Zip {
        path: path.to_owned(),
        source,
    })
}

fn unusable(error: ArchiveError) -> ServiceError {
    ServiceError::new(ErrorKind::Other, error.to_string()).with_source(error)
}

/// One session as JSON, or the problem with it.
fn load(archive: &mut ZipArchive<BufReader<File>>, name: &str) -> Result<Value, String> {
    let file = archive.by_name(name).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    let read = file.take(LARGEST + 1).read_to_end(&mut bytes);
    match read {
        Err(error) => Err(format!("it cannot be unpacked: {error}")),
        Ok(size) if size as u64 > LARGEST => Err(format!("it is larger than {LARGEST} bytes")),
        Ok(_) => {
            value::parse(bytes).ok_or_else(|| "it is no JSON, or its end is missing".to_owned())
        }
    }
}

#[async_trait]
impl Source for PolarArchive {
    fn name(&self) -> &str {
        &self.name
    }

    async fn check(&self) -> Result<(), ServiceError> {
        let path = self.path.clone();
        blocking::unblock(move || open(&path).map(drop).map_err(unusable)).await
    }

    fn list(&self, window: Window) -> BoxStream<'_, Result<Item, ServiceError>> {
        let this = self.clone();
        let listed = async move {
            let listed = blocking::unblock(move || this.look()).await;
            let items: Vec<_> = match listed {
                Ok(listed) => {
                    let items = listed.values().map(|(item, _)| item.clone());
                    items
                        .filter(|item| window.contains(item.day()))
                        .map(Ok)
                        .collect()
                }
                Err(error) => vec![Err(error)],
            };
            stream::iter(items)
        };
        stream::once(listed).flatten().boxed()
    }

    async fn fetch(&self, item: &Item) -> Result<Vec<Workout>, ServiceError> {
        let (this, id) = (self.clone(), item.id.clone());
        blocking::unblock(move || this.load(&id)).await
    }
}

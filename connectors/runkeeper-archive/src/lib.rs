//! The data export of a Runkeeper account as a source of `sync-core`, read by [`runkeeper::archive`].
//!
//! ```no_run
//! use sync_connector_runkeeper_archive::RunkeeperArchive;
//!
//! let source = RunkeeperArchive::open("runkeeper-data-export.zip")?;
//! println!("{} oddities", source.diagnostics().len());
//! # Ok::<(), sync_connector_runkeeper_archive::ArchiveError>(())
//! ```
//!
//! # Identifiers
//!
//! The row's own UUID, which tables have since 2018. A row without one is known by its wall clock, such
//! as `2017-08-10T17:59:54`; several at one second by what they are, such as `2017-08-10T17:59:54-running-300-1000`.
//!
//! # Times
//!
//! Rows have wall clocks, tracks have instants: the zone of a workout is the difference of the two. A
//! row without a track is placed by this machine's time zone, because the export does not name the
//! user's. A clock that this zone left out, in the night of summer time, is moved by the gap.
//!
//! # Tracks
//!
//! A row whose track is missing or damaged cannot be fetched: the destination would never get its track. A track without points is no
//! fault; the row's facts are the workout.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod ids;
mod rows;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use runkeeper::archive::{self, Diagnostic};
use sync_core::{BoxStream, ErrorKind, Item, ServiceError, Source, Window, Workout, list_at_once};

use rows::Rows;

/// The name of this source in ledgers, unless another is given.
pub const NAME: &str = "runkeeper-archive";

/// How many reasons an error shows.
const REASONS: usize = 3;

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
    /// It is no ZIP file, or a damaged one, or far too large.
    #[error("{} is no export of a Runkeeper account", path.display())]
    Archive {
        /// The file.
        path: PathBuf,
        /// The reason.
        #[source]
        source: archive::ArchiveError,
    },
    /// It holds no activity.
    #[error(
        "{} holds no activities of a Runkeeper account; the export of runkeeper.com/exportData has a file named \
         cardioActivities.csv", path.display()
    )]
    NotAnExport {
        /// The file.
        path: PathBuf,
    },
    /// It has a table, of which no row can be read.
    #[error("no activity of {} can be read: {}", path.display(), first(reasons))]
    NoActivity {
        /// The file.
        path: PathBuf,
        /// The reasons.
        reasons: Vec<Diagnostic>,
    },
}

/// The first reasons as a text. Each row of a table may have one.
fn first(reasons: &[Diagnostic]) -> String {
    let shown = reasons
        .iter()
        .take(REASONS)
        .map(|one| ids::clean(&one.to_string()));
    let mut text = shown.collect::<Vec<_>>().join("; ");
    if let Some(more) = reasons.len().checked_sub(REASONS).filter(|more| *more > 0) {
        text.push_str(&format!("; and {more} more"));
    }
    text
}

/// A data export of a Runkeeper account. Clones share the content, which is held in memory.
#[derive(Clone)]
pub struct RunkeeperArchive {
    name: String,
    path: PathBuf,
    rows: Arc<Rows>,
}

impl fmt::Debug for RunkeeperArchive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunkeeperArchive")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl RunkeeperArchive {
    /// Reads the export in this file.
    ///
    /// # Errors
    /// When the file cannot be read, is no ZIP, unpacks to more than a gigabyte, or holds no activity.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, ArchiveError> {
        let path = path.into();
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(source) => return Err(ArchiveError::Io { path, source }),
        };
        let archive = match archive::read(&bytes) {
            Ok(archive) => archive,
            Err(source) => return Err(ArchiveError::Archive { path, source }),
        };
        if archive.activities.is_empty() {
            // Tracks without a row follow from that.
            let mut reasons = archive.diagnostics;
            reasons.retain(|one| !matches!(one, Diagnostic::TrackWithoutRow { .. }));
            return Err(match reasons.is_empty() {
                true => ArchiveError::NotAnExport { path },
                false => ArchiveError::NoActivity { path, reasons },
            });
        }
        Ok(Self {
            name: NAME.to_owned(),
            path,
            rows: Arc::new(Rows::new(archive)),
        })
    }

    /// Another name than `runkeeper-archive` in ledgers and reports.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The column names of the tables that are not read, by the name of the file, such as `heartRate.csv`.
    #[must_use]
    pub fn other_columns(&self) -> &BTreeMap<String, Vec<String>> {
        self.rows.other_columns()
    }

    /// The places of the export that could not be read, and its contradictions.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        self.rows.diagnostics()
    }
}

#[async_trait]
impl Source for RunkeeperArchive {
    fn name(&self) -> &str {
        &self.name
    }

    fn lists_all_at_once(&self) -> bool {
        true
    }

    fn list(&self, window: Window) -> BoxStream<'_, Result<Item, ServiceError>> {
        list_at_once(window, async { Ok(self.rows.items().to_vec()) })
    }

    async fn fetch(&self, item: &Item) -> Result<Vec<Workout>, ServiceError> {
        let (rows, id) = (Arc::clone(&self.rows), item.id.clone());
        let workout = blocking::unblock(move || rows.workout(&id)).await?;
        let missing = || {
            let message = format!("{} holds no activity {}", self.path.display(), item.id);
            ServiceError::new(ErrorKind::NotFound, message)
        };
        Ok(vec![workout.ok_or_else(missing)?])
    }
}

//! The data export of a Polar account as a source of `sync-core`, read by [`polar_flow::archive`].
//!
//! ```no_run
//! use sync_connector_polar_archive::PolarArchive;
//!
//! let source = PolarArchive::open("polar-user-data-export.zip")?;
//! # Ok::<(), sync_connector_polar_archive::ArchiveError>(())
//! ```
//!
//! Both formats of the export are read; [`polar_flow::archive`] describes them. Ids are those of Polar Flow's sessions. A
//! session that cannot be read is left out and reported ([`PolarArchive::on_unreadable`]).
//!
//! The start distinguishes sessions with one id; of several files of one session the fullest counts. A session without
//! an offset from UTC is placed by this machine's time zone.
#![cfg_attr(docsrs, feature(doc_cfg))]

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::Local;
use polar_flow::archive::{self, ArchivedSession};
use sync_core::{BoxStream, ErrorKind, Item, ServiceError, Source, Window, Workout, list_at_once};
use workout_files::resolve_wall_clock;

/// A session that a listing leaves out, or that lost something.
pub use polar_flow::archive::{Diagnostic, Problem};

/// The name of this source in ledgers, unless another is given.
pub const NAME: &str = "polar-archive";

/// The export cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{} is no export of a Polar account that can be read", path.display())]
#[non_exhaustive]
pub struct ArchiveError {
    /// The file.
    pub path: PathBuf,
    /// The reason.
    #[source]
    pub source: archive::ArchiveError,
}

type Opened = archive::Archive<BufReader<File>>;
type OnUnreadable = Arc<dyn Fn(&Diagnostic) + Send + Sync>;
/// By id: the facts, and the file.
type Listed = Arc<BTreeMap<String, (Item, String)>>;

/// A data export of a Polar account. Clones share what was read.
///
/// The first listing reads every session once; a download reads one again.
#[derive(Clone)]
pub struct PolarArchive {
    path: PathBuf,
    name: String,
    on_unreadable: OnUnreadable,
    listed: Arc<Mutex<Option<Listed>>>,
}

impl fmt::Debug for PolarArchive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolarArchive")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl PolarArchive {
    /// The export in this file. Reads its table of contents.
    ///
    /// # Errors
    /// When the file cannot be read, is no ZIP, or holds no training session.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, ArchiveError> {
        let path = path.into();
        if let Err(source) = archive::open(&path) {
            return Err(ArchiveError { path, source });
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

    /// Called once for each session that a listing leaves out, and for each [`Problem::Odd`] of one
    /// that is fetched. By default it becomes a warning of `tracing`.
    #[must_use]
    pub fn on_unreadable(mut self, report: impl Fn(&Diagnostic) + Send + Sync + 'static) -> Self {
        self.on_unreadable = Arc::new(report);
        self
    }

    fn unusable(&self, error: archive::ArchiveError) -> ServiceError {
        let message = format!("{} cannot be read", self.path.display());
        ServiceError::new(ErrorKind::Other, message).with_source(error)
    }

    fn look(&self) -> Result<Listed, ServiceError> {
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(listed) = &*listed {
            return Ok(Arc::clone(listed));
        }
        let mut archive = archive::open(&self.path).map_err(|error| self.unusable(error))?;
        let mut all: BTreeMap<String, Vec<(Item, String)>> = BTreeMap::new();
        for session in archive.sessions() {
            match session {
                Ok(session) => {
                    let entry = all.entry(session.id.clone()).or_default();
                    entry.push((item(&session), session.file));
                }
                Err(left_out) => (self.on_unreadable)(&left_out),
            }
        }
        let mut found = BTreeMap::new();
        for (id, files) in all {
            let sessions = self.once_each(files, &mut archive);
            // Which of several the plain one is could change with the next export, so none has it.
            let is_shared = sessions.len() > 1;
            for (mut item, file) in sessions {
                if is_shared {
                    item.id = format!("{id}-{}", item.start.format("%Y-%m-%dT%H:%M:%S"));
                }
                found.insert(item.id.clone(), (item, file));
            }
        }
        Ok(Arc::clone(listed.insert(Arc::new(found))))
    }

    /// The sessions of one id: each start is one, and of several files with it the one with most points counts.
    fn once_each(&self, files: Vec<(Item, String)>, archive: &mut Opened) -> Vec<(Item, String)> {
        let mut kept: Vec<(Item, String)> = Vec::new();
        for (item, file) in files {
            let second = |item: &Item| item.start.and_utc().timestamp();
            let same = kept
                .iter_mut()
                .find(|(other, _)| second(other) == second(&item));
            let Some(same) = same else {
                kept.push((item, file));
                continue;
            };
            let mut points = |file: &str| {
                let workouts = archive.session(file).map(|session| session.workouts());
                let workouts = workouts.unwrap_or_default();
                workouts
                    .iter()
                    .map(Workout::trackpoint_count)
                    .sum::<usize>()
            };
            let is_fuller = points(&file) > points(&same.1);
            let left_out = match is_fuller {
                true => std::mem::replace(same, (item, file)).1,
                false => file,
            };
            (self.on_unreadable)(&Diagnostic::new(left_out, Problem::Repeated));
        }
        kept
    }

    fn load(&self, id: &str) -> Result<Vec<Workout>, ServiceError> {
        let listed = self.look()?;
        let Some((_, file)) = listed.get(id) else {
            let message = format!("{} holds no training session {id}", self.path.display());
            return Err(ServiceError::new(ErrorKind::NotFound, message));
        };
        let mut archive = archive::open(&self.path).map_err(|error| self.unusable(error))?;
        let session = archive.session(file).map(with_zone).map_err(|diagnostic| {
            let message = format!("{}: {diagnostic}", self.path.display());
            ServiceError::new(ErrorKind::Invalid, message)
        })?;
        let (workouts, oddities) = session.workouts_and_oddities();
        oddities.iter().for_each(|odd| (self.on_unreadable)(odd));
        Ok(workouts)
    }
}

/// A session that names no zone is in that of this machine.
fn with_zone(mut session: ArchivedSession) -> ArchivedSession {
    let here = || resolve_wall_clock(session.start, &Local).map(|here| *here.offset());
    session.utc_offset = session.utc_offset.or_else(here);
    session
}

fn item(session: &ArchivedSession) -> Item {
    let mut item = Item::new(&session.id, session.start);
    item.start_utc = session
        .start_utc()
        .or_else(|| resolve_wall_clock(session.start, &Local).map(|here| here.to_utc()));
    item.duration_ms = session.duration_ms;
    item.distance_m = session.distance_m;
    item.calories = session.calories_kcal;
    item.sport.clone_from(&session.sport);
    item
}

fn warn(left_out: &Diagnostic) {
    let Diagnostic { file, problem, .. } = left_out;
    let what = match problem {
        Problem::Odd(_) => "the session is not read as it stands",
        _ => "the session is left out",
    };
    tracing::warn!(target: "sync_connector_polar_archive", %file, %problem, "{what}");
}

#[async_trait]
impl Source for PolarArchive {
    fn name(&self) -> &str {
        &self.name
    }

    async fn check(&self) -> Result<(), ServiceError> {
        let this = self.clone();
        let opened = blocking::unblock(move || archive::open(&this.path).map(drop)).await;
        opened.map_err(|error| self.unusable(error))
    }

    fn lists_all_at_once(&self) -> bool {
        true
    }

    fn list(&self, window: Window) -> BoxStream<'_, Result<Item, ServiceError>> {
        let this = self.clone();
        list_at_once(window, async move {
            let listed = blocking::unblock(move || this.look()).await?;
            Ok(listed.values().map(|(item, _)| item.clone()).collect())
        })
    }

    async fn fetch(&self, item: &Item) -> Result<Vec<Workout>, ServiceError> {
        let (this, id) = (self.clone(), item.id.clone());
        blocking::unblock(move || this.load(&id)).await
    }
}

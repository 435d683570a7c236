//! The files of a folder as a source.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::FixedOffset;
use sync_core::{BoxStream, ErrorKind, Item, ServiceError, Source, Window, Workout, list_at_once};

use crate::copies::without_copies;
use crate::scan::{self, Known};

/// A file that a listing leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unreadable {
    /// The file.
    pub path: PathBuf,
    /// The fault, without any content of the file.
    pub problem: String,
}

type OnUnreadable = Arc<dyn Fn(&Unreadable) + Send + Sync>;

/// The TCX, GPX and FIT files of a folder and its subfolders.
///
/// - A workout's id is made of the file's content: renaming and moving a file changes nothing, two
///   equal files are one workout. A file of several activities gives several workouts; the legs of a
///   multi-sport session are the exercises of one.
/// - Copies of one recording are one workout: as TCX, GPX and FIT, or the file of a leg beside that of the whole triathlon. Of the files
///   of the whole, the one with the most values is taken ([`workout_files::Sketch`]); recordings of two devices are two workouts.
/// - A file that was changed within the last two seconds may still be written. It is left for a later
///   listing.
/// - A file that cannot be read as a workout is left out, and reported once as long as it stays the same:
///   [`on_unreadable`](Self::on_unreadable). A folder that cannot be listed is an error.
/// - Files hold instants. The local day of a workout follows from the offset in the file where there
///   is one, else from [`with_offset`](Self::with_offset), else from this machine's time zone.
///
/// Clones share a cache of the files' facts. A listing looks at every name, and reads the files that are new or
/// changed since the last one.
#[derive(Clone)]
pub struct FolderSource {
    folder: PathBuf,
    name: String,
    quiet: Duration,
    zone: Option<FixedOffset>,
    on_unreadable: OnUnreadable,
    known: Arc<Mutex<Known>>,
}

impl fmt::Debug for FolderSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FolderSource")
            .field("folder", &self.folder)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl FolderSource {
    /// The files of this folder. Reads nothing yet.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ServiceError> {
        let path = path.as_ref();
        let folder = path.canonicalize().and_then(|found| match found.is_dir() {
            true => Ok(found),
            false => Err(io::ErrorKind::NotADirectory.into()),
        });
        Ok(Self {
            folder: folder
                .map_err(|error| ServiceError::from_io("used as a folder", path, error))?,
            name: "folder".to_owned(),
            quiet: Duration::from_secs(2),
            zone: None,
            on_unreadable: Arc::new(warn),
            known: Arc::default(),
        })
    }

    /// Another name than `folder` in ledgers and reports.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// How long a file must have been left alone before it is read; two seconds unless set.
    #[must_use]
    pub fn with_quiet(mut self, quiet: Duration) -> Self {
        self.quiet = quiet;
        self
    }

    /// The difference between local time and UTC of workouts whose files do not tell it.
    #[must_use]
    pub fn with_offset(mut self, offset: FixedOffset) -> Self {
        self.zone = Some(offset);
        self
    }

    /// Called once for each file that cannot be read. By default it becomes a warning of `tracing`.
    #[must_use]
    pub fn on_unreadable(mut self, report: impl Fn(&Unreadable) + Send + Sync + 'static) -> Self {
        self.on_unreadable = Arc::new(report);
        self
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that is in the folder now, each workout once.
    fn look(&self) -> Result<Vec<Item>, ServiceError> {
        let mut known = self.known();
        let unreadable = scan::refresh(&self.folder, &mut known, self.quiet, self.zone)?;
        let items = without_copies(scan::found(&known));
        drop(known);
        unreadable
            .iter()
            .for_each(|file| (self.on_unreadable)(file));
        Ok(items)
    }

    fn place(&self, id: &str) -> Option<PathBuf> {
        let known = self.known();
        let mut read = known
            .iter()
            .filter_map(|(path, (_, found))| Some((path, found.as_ref().ok()?)));
        let found = read.find(|(_, found)| found.iter().any(|(item, _)| item.id == id));
        found.map(|(path, _)| path.clone())
    }

    fn load(&self, id: &str) -> Result<Vec<Workout>, ServiceError> {
        for is_listed in [true, false] {
            // It may have been moved since the listing.
            if !is_listed {
                self.look()?;
            }
            if let Some(path) = self.place(id)
                && let Some(workouts) = scan::read_again(&path, id, self.zone)?
            {
                return Ok(workouts);
            }
        }
        let folder = self.folder.display();
        let message = format!("no file in {folder} holds the workout {id} any more");
        Err(ServiceError::new(ErrorKind::NotFound, message))
    }
}

fn warn(file: &Unreadable) {
    let Unreadable { path, problem } = file;
    tracing::warn!(target: "sync_connector_folder_source", path = %path.display(), %problem, "the file is left out");
}

#[async_trait]
impl Source for FolderSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn lists_all_at_once(&self) -> bool {
        true
    }

    async fn check(&self) -> Result<(), ServiceError> {
        let this = self.clone();
        blocking::unblock(move || this.look().map(drop)).await
    }

    fn list(&self, window: Window) -> BoxStream<'_, Result<Item, ServiceError>> {
        let this = self.clone();
        list_at_once(window, async {
            blocking::unblock(move || this.look()).await
        })
    }

    async fn fetch(&self, item: &Item) -> Result<Vec<Workout>, ServiceError> {
        let (this, id) = (self.clone(), item.id.clone());
        blocking::unblock(move || this.load(&id)).await
    }
}

//! A folder as a destination.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use sync_core::{
    Activity, Capabilities, Delivery, DeliveryForm, Destination, ErrorKind, Item, Receipt, Refusal,
    SendOutcome, ServiceError, Window, Workout,
};

use crate::index::{Entry, Index};

/// A folder that another program watches.
///
/// - Each workout becomes one TCX file, such as `2026-03-01-100000-running-1f2e3d4c.tcx`. It is written
///   under a hidden name and then renamed: a reader sees a whole file or none.
/// - An index file ([`INDEX_FILE`](crate::INDEX_FILE)) remembers every delivery by its key. It is this
///   destination's listing, so a file that another program takes away is not delivered again.
/// - The index is written before the file appears. A process that is killed between the two leaves the
///   hidden file, and the next call lets it appear.
/// - Several processes may use one folder: they take turns by a lock on the index. The folder has to be
///   on a file system with locks.
/// - An index that is damaged, or is another program's file, is an error that names the line. Nothing
///   is changed then.
/// - A file that was changed after its delivery is never removed.
///
/// Sending is idempotent by key, the listing has times of day and shows a delivery at once. All of it is listed at once, so that the
/// engine stops before it writes to a folder that lists nothing of what it delivered: where a drive is not mounted, say.
#[derive(Debug, Clone)]
pub struct FolderDestination {
    folder: PathBuf,
    name: String,
}

impl FolderDestination {
    /// A destination that writes into this folder. Writes nothing yet.
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
        })
    }

    /// Another name than `folder` in ledgers and reports.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Opens the index, and lets files appear that a killed process left hidden.
    fn index(&self, create: bool) -> Result<Option<Index>, ServiceError> {
        let index = Index::open(&self.folder, create)?;
        for entry in index.iter().flat_map(Index::entries) {
            let hidden = self.hidden(&entry.activity.id);
            if hidden.exists() {
                let place = self.folder.join(&entry.file);
                fs::rename(&hidden, &place)
                    .map_err(|error| ServiceError::from_io("written", &place, error))?;
            }
        }
        Ok(index)
    }

    fn hidden(&self, id: &str) -> PathBuf {
        self.folder.join(format!(".workout-sync-{id}.part"))
    }

    /// Delivers, or gives the outcome that ends the delivery.
    fn deliver(&self, entry: &Entry, bytes: &[u8]) -> Result<SendOutcome, ServiceError> {
        let mut index = self.index(true)?.ok_or_else(gone)?;
        if index.get(&entry.activity.id).is_some() {
            return Ok(SendOutcome::AlreadyThere(entry.activity.id.clone()));
        }
        let (hidden, place) = (
            self.hidden(&entry.activity.id),
            self.folder.join(&entry.file),
        );
        if place.exists() {
            let message = format!("{} is in the way", place.display());
            return Err(ServiceError::new(ErrorKind::Other, message));
        }
        if let Err(error) = write_durably(&hidden, bytes) {
            let _ = fs::remove_file(&hidden);
            return Err(ServiceError::from_io("written", &hidden, error));
        }
        match index.deliver(entry) {
            Ok(()) => {}
            Err(line) if line.is_absent => {
                let _ = fs::remove_file(&hidden);
                return Err(line.error);
            }
            Err(line) => return Ok(SendOutcome::MaybeSent(line.error)),
        }
        if let Err(error) = fs::rename(&hidden, &place) {
            let error = ServiceError::from_io("written", &place, error);
            return Ok(SendOutcome::MaybeSent(error));
        }
        sync_folder(&self.folder);
        Ok(SendOutcome::Accepted(Receipt::with_id(&entry.activity.id)))
    }

    fn take_away(&self, id: &str) -> Result<(), ServiceError> {
        let Some(mut index) = self.index(false)? else {
            return Ok(());
        };
        let Some(entry) = index.get(id).cloned() else {
            return Ok(());
        };
        let place = self.folder.join(&entry.file);
        match fs::read(&place) {
            Ok(bytes) if sha256(&bytes) == entry.sha256 => {
                fs::remove_file(&place)
                    .map_err(|error| ServiceError::from_io("removed", &place, error))?;
            }
            Ok(_) => {
                let message = format!(
                    "{} was changed after its delivery; it stays",
                    place.display()
                );
                return Err(ServiceError::new(ErrorKind::Invalid, message));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(ServiceError::from_io("read", &place, error)),
        }
        index.remove(id)
    }

    fn read(&self, id: &str) -> Result<Workout, ServiceError> {
        let index = self.index(false)?.ok_or_else(gone)?;
        let place = self.folder.join(&index.get(id).ok_or_else(gone)?.file);
        let bytes = fs::read(&place).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => gone(),
            _ => ServiceError::from_io("read", &place, error),
        })?;
        let message = format!("{} cannot be read as a workout", place.display());
        let unreadable = ServiceError::new(ErrorKind::Invalid, message);
        match workout_files::read(&bytes) {
            Ok(read) => read.workouts.into_iter().next().ok_or(unreadable),
            Err(error) => Err(unreadable.with_source(error)),
        }
    }
}

fn gone() -> ServiceError {
    ServiceError::new(ErrorKind::NotFound, "the file is no longer in the folder")
}

fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a new name durable, where folders can be synced.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

fn entry(delivery: &Delivery<'_>, key: &str, bytes: &[u8]) -> Entry {
    // 128 bits serve as an identifier.
    let id = &sha256(key.as_bytes())[..32];
    let activity = delivery.activity(id);
    let start = delivery.item.local_start(delivery.workout);
    let sport = activity
        .sport
        .iter()
        .flat_map(|sport| sport.as_str().chars());
    let plain: String = sport
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    let start = start.format("%Y-%m-%d-%H%M%S");
    Entry {
        file: format!("{start}-{plain}-{}.tcx", &id[..8]),
        sha256: sha256(bytes),
        activity,
    }
}

/// The SHA-256 of some bytes, in hexadecimal.
fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[async_trait]
impl Destination for FolderDestination {
    fn name(&self) -> &str {
        &self.name
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::none()
            .with_find(true)
            .with_remove(true)
            .with_read_back(true)
            .with_time_of_day(true)
            .with_idempotent(true)
            .with_lists_all_at_once(true)
    }

    async fn check(&self) -> Result<(), ServiceError> {
        let this = self.clone();
        blocking::unblock(move || this.index(false).map(drop)).await
    }

    async fn find(&self, window: Window) -> Result<Vec<Activity>, ServiceError> {
        let this = self.clone();
        blocking::unblock(move || {
            let index = this.index(false)?;
            let all = index
                .iter()
                .flat_map(Index::entries)
                .map(|entry| &entry.activity);
            let within = all.filter(|one| one.day.is_none_or(|day| window.contains(day)));
            Ok(within.cloned().collect())
        })
        .await
    }

    fn form(&self, _: &Item, workout: &Workout) -> Result<DeliveryForm, Refusal> {
        match workout.start_time() {
            Some(_) => Ok(DeliveryForm::TrackFile),
            None => Err(Refusal(
                "a TCX file cannot hold a workout without a start".into(),
            )),
        }
    }

    async fn send(&self, delivery: Delivery<'_>) -> SendOutcome {
        let key = match delivery.required_key() {
            Ok(key) => key,
            Err(error) => return SendOutcome::NotSent(error),
        };
        let bytes = match delivery.tcx() {
            Ok(bytes) => bytes,
            Err(why) => return SendOutcome::Rejected(why.0),
        };
        let (this, entry) = (self.clone(), entry(&delivery, key, &bytes));
        let delivered = blocking::unblock(move || this.deliver(&entry, &bytes)).await;
        delivered.unwrap_or_else(SendOutcome::NotSent)
    }

    async fn remove(&self, receipt: &Receipt) -> Result<(), ServiceError> {
        let (this, id) = (self.clone(), receipt.id()?.to_owned());
        blocking::unblock(move || this.take_away(&id)).await
    }

    async fn read_back(&self, receipt: &Receipt) -> Result<Workout, ServiceError> {
        let (this, id) = (self.clone(), receipt.id()?.to_owned());
        blocking::unblock(move || this.read(&id)).await
    }
}

//! A folder as a destination.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use chrono::TimeDelta;
use sync_core::{
    Activity, Capabilities, Delivery, DeliveryForm, Destination, ErrorKind, Item, Receipt, Refusal,
    SendOutcome, ServiceError, Sport, Window, Workout,
};
use workout_files::tcx;

use crate::index::{Added, Entry, Index};
use crate::{NAME, NoFolder, folder, io_error, sha256, short};

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
/// Sending is idempotent by key, the listing has times of day and shows a delivery at once.
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
    pub fn open(path: impl AsRef<Path>) -> Result<Self, NoFolder> {
        Ok(Self {
            folder: folder(path.as_ref())?,
            name: NAME.to_owned(),
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
            let hidden = self.hidden(&entry.id);
            if hidden.exists() {
                let place = self.folder.join(&entry.file);
                fs::rename(&hidden, &place).map_err(|error| io_error("written", &place, error))?;
            }
        }
        Ok(index)
    }

    fn hidden(&self, id: &str) -> PathBuf {
        self.folder.join(format!(".workout-sync-{id}.part"))
    }

    fn deliver(&self, entry: Entry, bytes: &[u8]) -> SendOutcome {
        let mut index = match self.index(true) {
            Ok(Some(index)) => index,
            Ok(None) => return SendOutcome::NotSent(no_index()),
            Err(error) => return SendOutcome::NotSent(error),
        };
        if index.get(&entry.id).is_some() {
            return SendOutcome::AlreadyThere(entry.id);
        }
        let (hidden, place) = (self.hidden(&entry.id), self.folder.join(&entry.file));
        if place.exists() {
            let message = format!("{} is in the way", place.display());
            return SendOutcome::NotSent(ServiceError::new(ErrorKind::Other, message));
        }
        if let Err(error) = write_durably(&hidden, bytes) {
            let _ = fs::remove_file(&hidden);
            return SendOutcome::NotSent(io_error("written", &hidden, error));
        }
        let id = entry.id.clone();
        match index.deliver(entry) {
            Added::Yes => {}
            Added::No(error) => {
                let _ = fs::remove_file(&hidden);
                return SendOutcome::NotSent(error);
            }
            Added::Unknown(error) => return SendOutcome::MaybeSent(error),
        }
        match fs::rename(&hidden, &place) {
            Ok(()) => {
                sync_folder(&self.folder);
                SendOutcome::Accepted(Receipt::with_id(id))
            }
            Err(error) => SendOutcome::MaybeSent(io_error("written", &place, error)),
        }
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
                fs::remove_file(&place).map_err(|error| io_error("removed", &place, error))?;
            }
            Ok(_) => {
                let message = format!(
                    "{} was changed after its delivery; it stays",
                    place.display()
                );
                return Err(ServiceError::new(ErrorKind::Invalid, message));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(io_error("read", &place, error)),
        }
        index.remove(id)
    }

    fn read(&self, id: &str) -> Result<Workout, ServiceError> {
        let gone = || ServiceError::new(ErrorKind::NotFound, "the file is no longer in the folder");
        let index = self.index(false)?.ok_or_else(gone)?;
        let entry = index.get(id).ok_or_else(gone)?;
        let place = self.folder.join(&entry.file);
        let bytes = fs::read(&place).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => gone(),
            _ => io_error("read", &place, error),
        })?;
        let unreadable = || format!("{} cannot be read as a workout", place.display());
        let read = workout_files::read(&bytes).map_err(|error| {
            ServiceError::new(ErrorKind::Invalid, unreadable()).with_source(error)
        })?;
        let first = read.workouts.into_iter().next();
        first.ok_or_else(|| ServiceError::new(ErrorKind::Invalid, unreadable()))
    }
}

fn no_index() -> ServiceError {
    ServiceError::new(
        ErrorKind::Temporary,
        "the delivery index is gone while it is used",
    )
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

/// The wall clock at the start of an exercise.
fn local_start(item: &Item, workout: &Workout) -> chrono::NaiveDateTime {
    let zone = item.start_utc.map(|utc| item.start - utc.naive_utc());
    let offset = workout
        .local_offset
        .map(|zone| TimeDelta::seconds(zone.local_minus_utc().into()));
    match (workout.start_time(), zone.or(offset)) {
        (Some(start), Some(zone)) => start.naive_utc() + zone,
        _ => item.start,
    }
}

fn entry(delivery: &Delivery<'_>, bytes: &[u8]) -> Entry {
    let Delivery { item, workout, .. } = delivery;
    let id = short(&sha256(delivery.key.as_bytes()));
    let start = local_start(item, workout);
    let sport = match &workout.sport {
        Sport::Other => item.sport.clone().unwrap_or_default(),
        known => known.clone(),
    };
    let plain: String = sport
        .as_str()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    let distinct: String = id.chars().take(8).collect();
    let totals = workout.totals();
    Entry {
        file: format!("{}-{plain}-{distinct}.tcx", start.format("%Y-%m-%d-%H%M%S")),
        id,
        key: delivery.key.to_owned(),
        sha256: sha256(bytes),
        start,
        start_utc: workout.start_time(),
        duration_ms: totals
            .moving_s
            .map(|seconds| (seconds * 1000.0).round() as u64),
        distance_m: totals.distance_m,
        sport: sport.as_str().to_owned(),
    }
}

fn activity(entry: &Entry) -> Activity {
    let mut activity = Activity::new(&entry.id);
    activity.day = Some(entry.start.date());
    activity.start = Some(entry.start);
    activity.start_utc = entry.start_utc;
    activity.duration_ms = entry.duration_ms;
    activity.distance_m = entry.distance_m;
    activity.sport = Some(Sport::from_token(&entry.sport));
    activity.key = Some(entry.key.clone());
    activity
}

fn activity_id(receipt: &Receipt) -> Result<String, ServiceError> {
    let missing = || ServiceError::new(ErrorKind::Invalid, "the receipt names no delivery");
    receipt.activity_id.clone().ok_or_else(missing)
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
    }

    async fn check(&self) -> Result<(), ServiceError> {
        let this = self.clone();
        blocking::unblock(move || this.index(false).map(drop)).await
    }

    async fn find(&self, window: Window) -> Result<Vec<Activity>, ServiceError> {
        let this = self.clone();
        blocking::unblock(move || {
            let index = this.index(false)?;
            let entries = index.iter().flat_map(Index::entries);
            let within = entries.filter(|entry| window.contains(entry.start.date()));
            Ok(within.map(activity).collect())
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
        if delivery.key.is_empty() {
            let message = "a delivery needs a key";
            return SendOutcome::NotSent(ServiceError::new(ErrorKind::Invalid, message));
        }
        let bytes = match tcx::write(std::slice::from_ref(delivery.workout)) {
            Ok(written) => written.bytes,
            Err(error) => {
                return SendOutcome::Rejected(format!("no TCX file can hold it: {error}"));
            }
        };
        let (this, entry) = (self.clone(), entry(&delivery, &bytes));
        blocking::unblock(move || this.deliver(entry, &bytes)).await
    }

    async fn remove(&self, receipt: &Receipt) -> Result<(), ServiceError> {
        let (this, id) = (self.clone(), activity_id(receipt)?);
        blocking::unblock(move || this.take_away(&id)).await
    }

    async fn read_back(&self, receipt: &Receipt) -> Result<Workout, ServiceError> {
        let (this, id) = (self.clone(), activity_id(receipt)?);
        blocking::unblock(move || this.read(&id)).await
    }
}

//! Finding and reading the files of a folder.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, FixedOffset, Local, Offset, TimeZone, Utc};
use sha2::{Digest, Sha256};
use sync_core::{Item, ServiceError, Workout};
use walkdir::{DirEntry, WalkDir};
use workout_files::Sketch;

use crate::Unreadable;
use crate::copies::Copy;

/// The size and time of a file: another one means other content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    size: u64,
    modified: SystemTime,
    is_file: bool,
}

/// A hundred hours of a second each, in the wordiest of the formats, have a quarter of it.
const LARGEST: u64 = 1 << 30;

impl Stamp {
    fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Err(error),
            // A link that leads in a circle, or through a file.
            _ => fs::symlink_metadata(path),
        })?;
        Ok(Self {
            size: metadata.len(),
            modified: metadata.modified()?,
            is_file: metadata.is_file(),
        })
    }

    /// Why it is not even opened: a pipe would never end.
    fn refusal(&self) -> Option<String> {
        match self.size {
            _ if !self.is_file => Some("it is no regular file".to_owned()),
            LARGEST.. => Some(format!("it is larger than {} MiB", LARGEST >> 20)),
            _ => None,
        }
    }

    /// Whether the file was changed within this time, or in the future by a wrong clock.
    fn is_fresh(&self, quiet: Duration) -> bool {
        SystemTime::now()
            .duration_since(self.modified)
            .is_ok_and(|age| age < quiet)
    }
}

/// A workout of a file, and the sketch by which copies of it are recognised.
pub(crate) type Found = (Item, Sketch);

/// The files of a folder that were read before: each with its workouts, or the reason why it has none.
pub(crate) type Known = BTreeMap<PathBuf, (Stamp, Result<Vec<Found>, String>)>;

/// The workouts of the files.
pub(crate) fn found(known: &Known) -> Vec<Copy<'_>> {
    let read = known.values();
    let read = read.filter_map(|(stamp, found)| Some((stamp.modified, found.as_ref().ok()?)));
    let copies = read.flat_map(|(modified, found)| {
        found.iter().map(move |(item, sketch)| Copy {
            item,
            sketch,
            modified,
        })
    });
    copies.collect()
}

/// The workout files of a folder, by path. Files and folders whose names begin with a point are left
/// out, and links to folders are not followed.
fn files(folder: &Path) -> Result<Vec<PathBuf>, ServiceError> {
    let is_visible = |entry: &DirEntry| {
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        entry.depth() == 0 || !is_hidden
    };
    let mut found = Vec::new();
    for entry in WalkDir::new(folder).into_iter().filter_entry(is_visible) {
        let entry = entry.map_err(|error| {
            let place = error.path().unwrap_or(folder).to_owned();
            ServiceError::from_io("listed", &place, error.into())
        })?;
        if !entry.file_type().is_dir() && is_workout(entry.path()) {
            found.push(entry.into_path());
        }
    }
    found.sort();
    Ok(found)
}

fn is_workout(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let extension = extension.to_ascii_lowercase();
    ["tcx", "gpx"].contains(&&*extension) || (cfg!(feature = "fit") && extension == "fit")
}

/// Brings what is known up to date, and names the new files that cannot be read. A file that was changed
/// within `quiet` may still be written, and is left for later.
pub(crate) fn refresh(
    folder: &Path,
    known: &mut Known,
    quiet: Duration,
    zone: Option<FixedOffset>,
) -> Result<Vec<Unreadable>, ServiceError> {
    let mut fresh = Known::new();
    let mut unreadable = Vec::new();
    for path in files(folder)? {
        let stamp = match Stamp::of(&path) {
            Ok(stamp) => stamp,
            // It went away meanwhile, or is a link to nowhere.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(ServiceError::from_io("read", &path, error)),
        };
        if let Some(read) = known.remove(&path).filter(|(read, _)| *read == stamp) {
            fresh.insert(path, read);
            continue;
        }
        if stamp.is_fresh(quiet) {
            continue;
        }
        let found = match stamp.refusal() {
            Some(problem) => Err(problem),
            None => match fs::read(&path) {
                Ok(bytes) => workouts(&bytes, zone),
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                    Err(error.to_string())
                }
                Err(error) => return Err(ServiceError::from_io("read", &path, error)),
            },
        };
        if Stamp::of(&path).ok() != Some(stamp) {
            continue;
        }
        if let Err(problem) = &found {
            unreadable.push(Unreadable {
                path: path.clone(),
                problem: problem.clone(),
            });
        }
        fresh.insert(path, (stamp, found));
    }
    *known = fresh;
    Ok(unreadable)
}

/// The sessions of a file, each with the offset from UTC as far as that can be known.
fn sessions(bytes: &[u8], zone: Option<FixedOffset>) -> Result<Vec<Vec<Workout>>, String> {
    let reading = workout_files::read(bytes).map_err(|error| error.to_string())?;
    let mut sessions = reading.into_sessions();
    for workout in sessions.iter_mut().flatten() {
        let here = |start: DateTime<Utc>| Local.offset_from_utc_datetime(&start.naive_utc()).fix();
        let offset = zone.or_else(|| workout.start_time().map(here));
        workout.local_offset = workout.local_offset.or(offset);
    }
    Ok(sessions)
}

/// The identifier of a content: 128 bits of its SHA-256.
fn content_id(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let half = digest.iter().take(16);
    half.map(|byte| format!("{byte:02x}")).collect()
}

/// The workouts of a file. Their ids are made of its content, and of their number where it has several.
fn workouts(bytes: &[u8], zone: Option<FixedOffset>) -> Result<Vec<Found>, String> {
    let sessions = sessions(bytes, zone)?;
    let id = content_id(bytes);
    let numbered = (1..).zip(&sessions).filter_map(|(number, session)| {
        let id = match sessions.len() {
            1 => id.clone(),
            _ => format!("{id}-{number}"),
        };
        Some((Item::from_workouts(id, session)?, Sketch::new(session)))
    });
    let found: Vec<Found> = numbered.collect();
    match found.is_empty() {
        true if sessions.is_empty() => Err("it holds no workout".into()),
        true => Err("its workouts have no time".into()),
        false => Ok(found),
    }
}

/// The workouts of an item again. `None`: the file has other content now, or is gone.
pub(crate) fn read_again(
    path: &Path,
    id: &str,
    zone: Option<FixedOffset>,
) -> Result<Option<Vec<Workout>>, ServiceError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ServiceError::from_io("read", path, error)),
    };
    let (content, number) = id.split_once('-').unwrap_or((id, "1"));
    let number: Option<usize> = number.parse().ok();
    let index = number.and_then(|number| number.checked_sub(1));
    let (Some(index), true) = (index, content == content_id(&bytes)) else {
        return Ok(None);
    };
    let session = sessions(&bytes, zone).ok();
    let mut session = session.and_then(|sessions| sessions.into_iter().nth(index));
    if let Some(session) = &mut session {
        session.sort_by_key(Workout::start_time);
    }
    Ok(session)
}

//! Finding and reading the files of a folder.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{FixedOffset, Local, Offset, TimeDelta, TimeZone};
use sync_core::{Item, ServiceError, Sport, Workout};
use workout_files::{Limits, Reading};

use crate::{io_error, sha256, short};

/// The size and time of a file: another one means other content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    size: u64,
    modified: SystemTime,
}

impl Stamp {
    fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self {
            size: metadata.len(),
            modified: metadata.modified()?,
        })
    }

    /// Whether the file was changed within this time, or in the future by a wrong clock.
    fn is_fresh(&self, quiet: Duration) -> bool {
        SystemTime::now()
            .duration_since(self.modified)
            .is_ok_and(|age| age < quiet)
    }
}

/// A workout of a file: its facts, and which of the file's activities it is made of.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) item: Item,
    pub(crate) part: Range<usize>,
}

/// The content of a file.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Workouts(Vec<Found>),
    /// The reason why it has none.
    Unreadable(String),
}

/// The files of a folder that were read before.
pub(crate) type Known = BTreeMap<PathBuf, (Stamp, Content)>;

/// The workout files of a folder, by path. Files and folders whose names begin with a point are left
/// out, and links to folders are not followed.
fn files(folder: &Path) -> Result<Vec<PathBuf>, ServiceError> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let fail = |error| io_error("listed", &folder, error);
        for entry in fs::read_dir(&folder).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let path = entry.path();
            let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
            let kind = entry.file_type().map_err(fail)?;
            if is_hidden {
                continue;
            }
            if kind.is_dir() {
                folders.push(path);
            } else if is_workout(&path) {
                found.push(path);
            }
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

/// Brings what is known up to date. A file that was changed within `quiet` may still be written, and
/// is left for later.
pub(crate) fn refresh(
    folder: &Path,
    known: &mut Known,
    quiet: Duration,
    zone: Option<FixedOffset>,
) -> Result<(), ServiceError> {
    let mut fresh = Known::new();
    for path in files(folder)? {
        let fail = |error| io_error("read", &path, error);
        let stamp = match Stamp::of(&path) {
            Ok(stamp) => stamp,
            // It went away meanwhile, or is a link to nowhere.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(fail(error)),
        };
        if let Some(read) = known.remove(&path).filter(|(read, _)| *read == stamp) {
            fresh.insert(path, read);
            continue;
        }
        if stamp.is_fresh(quiet) {
            continue;
        }
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                fresh.insert(path, (stamp, Content::Unreadable(error.to_string())));
                continue;
            }
            Err(error) => return Err(fail(error)),
        };
        if Stamp::of(&path).ok() == Some(stamp) {
            fresh.insert(path, (stamp, content(&bytes, zone)));
        }
    }
    *known = fresh;
    Ok(())
}

/// The workouts of a file: the legs of one multi-sport session are one of them.
fn content(bytes: &[u8], zone: Option<FixedOffset>) -> Content {
    let reading = match read(bytes) {
        Ok(reading) => reading,
        Err(why) => return Content::Unreadable(why),
    };
    let session = |workout: &Workout| workout.multi_sport.as_ref().map(|leg| leg.session_start);
    let same =
        |one: &Workout, other: &Workout| session(one).is_some() && session(one) == session(other);
    let id = short(&sha256(bytes));
    let mut found = Vec::new();
    let mut begin = 0;
    let groups: Vec<&[Workout]> = reading.workouts.chunk_by(same).collect();
    for (number, group) in groups.iter().enumerate() {
        let part = begin..begin + group.len();
        begin = part.end;
        let id = match groups.len() {
            1 => id.clone(),
            _ => format!("{id}-{}", number + 1),
        };
        if let Some(item) = item(id, group, zone) {
            found.push(Found { item, part });
        }
    }
    match found.is_empty() {
        true if reading.workouts.is_empty() => Content::Unreadable("it holds no workout".into()),
        true => Content::Unreadable("its workouts have no time".into()),
        false => Content::Workouts(found),
    }
}

fn read(bytes: &[u8]) -> Result<Reading, String> {
    workout_files::read_with(bytes, &Limits::default()).map_err(|error| error.to_string())
}

/// The difference between local time and UTC where a workout took place, as far as that can be known.
pub(crate) fn offset(workout: &Workout, zone: Option<FixedOffset>) -> Option<FixedOffset> {
    let start = workout.start_time()?;
    let here = || Local.offset_from_utc_datetime(&start.naive_utc()).fix();
    Some(workout.local_offset.or(zone).unwrap_or_else(here))
}

fn item(id: String, workouts: &[Workout], zone: Option<FixedOffset>) -> Option<Item> {
    let first = workouts.iter().min_by_key(|workout| workout.start_time())?;
    let start = first.start_time()?;
    let ahead = TimeDelta::seconds(offset(first, zone)?.local_minus_utc().into());
    let mut item = Item::new(id, start.naive_utc() + ahead);
    item.start_utc = Some(start);
    let totals: Vec<_> = workouts.iter().map(Workout::totals).collect();
    let seconds = totals
        .iter()
        .filter_map(|totals| totals.moving_s)
        .sum::<f64>();
    item.duration_ms = (seconds >= 0.5).then_some((seconds * 1000.0).round() as u64);
    let metres = totals
        .iter()
        .filter_map(|totals| totals.distance_m)
        .sum::<f64>();
    item.distance_m = (metres > 0.0).then_some(metres);
    item.calories = totals
        .iter()
        .filter_map(|totals| totals.calories)
        .reduce(u32::saturating_add);
    item.sport = Some(match workouts {
        [one] => one.sport.clone(),
        _ => Sport::Multisport,
    });
    Some(item)
}

/// The activities of a file again. `None`: the file has other content now, or is gone.
pub(crate) fn read_again(path: &Path, id: &str) -> Result<Option<Vec<Workout>>, ServiceError> {
    let bytes = match File::open(path).and_then(|mut file| {
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut file, &mut bytes).map(|_| bytes)
    }) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error("read", path, error)),
    };
    let is_same = id.split('-').next() == Some(&short(&sha256(&bytes)));
    Ok(is_same
        .then(|| read(&bytes).ok())
        .flatten()
        .map(|reading| reading.workouts))
}

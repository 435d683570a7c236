//! The rows of the table as workouts.

use std::collections::BTreeMap;

use chrono::{DateTime, Local, TimeDelta, Utc};
use runkeeper::archive::{Archive, ArchivedActivity, Diagnostic};
use sync_core::{ErrorKind, Item, ServiceError, Workout};
use workout_files::{Lap, infer_utc_offset, resolve_wall_clock};

use crate::ids;

pub(crate) struct Rows {
    archive: Archive,
    /// In the order of the table, as the activities.
    items: Vec<Item>,
    by_id: BTreeMap<String, usize>,
}

impl Rows {
    pub(crate) fn new(archive: Archive) -> Self {
        let rows = &archive.activities;
        let ids = ids::of(rows).into_iter().zip(ids::older(rows));
        let named = ids.zip(rows).map(|((id, older), row)| {
            let mut item = item(id, row);
            item.other_ids.extend(older);
            item
        });
        let items: Vec<Item> = named.collect();
        let mut by_id = BTreeMap::new();
        for (index, item) in items.iter().enumerate() {
            let all = std::iter::once(&item.id).chain(&item.other_ids);
            by_id.extend(all.map(|id| (id.clone(), index)));
        }
        Self {
            archive,
            items,
            by_id,
        }
    }

    pub(crate) fn other_columns(&self) -> &BTreeMap<String, Vec<String>> {
        &self.archive.other_columns
    }

    pub(crate) fn diagnostics(&self) -> &[Diagnostic] {
        &self.archive.diagnostics
    }

    pub(crate) fn items(&self) -> &[Item] {
        &self.items
    }

    /// The workout of a row. `None`: there is no such row.
    pub(crate) fn workout(&self, id: &str) -> Result<Option<Workout>, ServiceError> {
        let Some(index) = self.by_id.get(id).copied() else {
            return Ok(None);
        };
        let row = &self.archive.activities[index];
        let mut workout = self.track_of(index)?.unwrap_or_default();
        workout.sport = row.activity_type.to_sport();
        workout.notes = row.notes.clone();
        match workout.start_time() {
            Some(start) => workout.local_offset = infer_utc_offset(row.start, start),
            None => {
                let here = resolve_wall_clock(row.start, &Local);
                workout.start = here.map(|here| here.with_timezone(&Utc));
                workout.local_offset = here.map(|here| *here.offset());
            }
        }
        show_totals(&mut workout, row);
        Ok(Some(workout))
    }

    /// The track of a row, with the instants at which it was recorded. `None`: it has none, or it belongs to another row.
    ///
    /// A row whose track cannot be had is an error: it waits for an export that has it.
    fn track_of(&self, index: usize) -> Result<Option<Workout>, ServiceError> {
        let row = &self.archive.activities[index];
        let Some(name) = row.gpx_file.as_deref() else {
            return Ok(None);
        };
        let Some(bytes) = self.archive.tracks.get(name) else {
            return Err(self.missing(name));
        };
        if self.owner(name, bytes)? != Some(index) {
            return Ok(None);
        }
        let mut workout = read(name, bytes)?;
        let zone = self
            .archive
            .diagnostics
            .iter()
            .find_map(|found| match found {
                Diagnostic::ClockOff {
                    track,
                    is_wall_clock: true,
                    zone,
                    ..
                } if track == name => *zone,
                _ => None,
            });
        if let Some(zone) = zone {
            let ahead = TimeDelta::seconds(zone.local_minus_utc().into());
            move_by(&mut workout, -ahead);
        }
        Ok(Some(workout))
    }

    fn missing(&self, name: &str) -> ServiceError {
        let base = |path: &str| {
            let base = path.rsplit(['/', '\\']).next().unwrap_or_default();
            base.to_ascii_lowercase()
        };
        let damage = self
            .archive
            .diagnostics
            .iter()
            .find_map(|found| match found {
                Diagnostic::FileSkipped { file, problem } if base(file) == base(name) => {
                    Some(problem)
                }
                _ => None,
            });
        let name = ids::clean(name);
        let message = match damage {
            Some(problem) => format!("its track {name} cannot be unpacked: {problem}"),
            None => format!("the export names its track {name} and does not hold it"),
        };
        ServiceError::new(ErrorKind::Invalid, message)
    }

    /// The row that a track belongs to: of several that name it, the one that lasted as long.
    fn owner(&self, track: &str, bytes: &[u8]) -> Result<Option<usize>, ServiceError> {
        let rows = self.archive.activities.iter().enumerate();
        let rows = rows.filter(|(_, row)| row.gpx_file.as_deref() == Some(track));
        let candidates: Vec<_> = rows.collect();
        if let [(only, _)] = candidates[..] {
            return Ok(Some(only));
        }
        let recorded = read(track, bytes)?.totals().moving_s.unwrap_or_default();
        let apart = |row: &ArchivedActivity| {
            let listed = row
                .duration
                .map_or(f64::MAX, |time| time.num_milliseconds() as f64 / 1e3);
            (listed - recorded).abs()
        };
        let closest = |one: &&(usize, &ArchivedActivity), other: &&(usize, &ArchivedActivity)| {
            apart(one.1).total_cmp(&apart(other.1))
        };
        Ok(candidates.iter().min_by(closest).map(|(index, _)| *index))
    }
}

fn read(name: &str, bytes: &[u8]) -> Result<Workout, ServiceError> {
    let invalid = |problem: String| {
        ServiceError::new(
            ErrorKind::Invalid,
            format!("the track {name} cannot be read: {problem}"),
        )
    };
    let read = workout_files::read(bytes).map_err(|error| invalid(error.to_string()))?;
    Ok(joined(read.workouts))
}

/// The tracks of a file as one, in order of time. Those without points say nothing.
fn joined(workouts: Vec<Workout>) -> Workout {
    let with_points = workouts
        .into_iter()
        .filter(|one| one.trackpoint_count() > 0);
    let mut workouts: Vec<Workout> = with_points.collect();
    workouts.sort_by_key(Workout::start_time);
    let mut parts = workouts.into_iter();
    let mut whole = parts.next().unwrap_or_default();
    if let Some(lap) = whole.laps.last_mut() {
        lap.tracks
            .extend(parts.flat_map(|one| one.laps).flat_map(|lap| lap.tracks));
    }
    whole
}

fn item(id: String, row: &ArchivedActivity) -> Item {
    let mut item = Item::new(id, row.start);
    item.duration_ms = row
        .duration
        .and_then(|time| u64::try_from(time.num_milliseconds()).ok());
    let metres = row.distance.as_ref().and_then(runkeeper::Distance::metres);
    item.distance_m = metres.filter(|metres| *metres > 0.0);
    item.calories = row
        .calories
        .filter(|kcal| *kcal > 0.0)
        .map(|kcal| kcal.round() as u32);
    item.sport = Some(row.activity_type.to_sport());
    item
}

/// The totals of the table: one activity is one lap there.
fn show_totals(workout: &mut Workout, row: &ArchivedActivity) {
    if workout.laps.is_empty() {
        let mut lap = Lap::default();
        lap.start = workout.start;
        workout.laps.push(lap);
    }
    let [lap] = workout.laps.as_mut_slice() else {
        return;
    };
    let seconds = row
        .duration
        .map(|time| time.num_milliseconds() as f64 / 1e3);
    lap.total_time_s = seconds.or(lap.total_time_s);
    let metres = row.distance.as_ref().and_then(runkeeper::Distance::metres);
    lap.distance_m = metres.filter(|metres| *metres > 0.0).or(lap.distance_m);
    let kcal = row.calories.filter(|kcal| (1.0..=65535.0).contains(kcal));
    lap.calories = kcal.map(|kcal| kcal.round() as u16).or(lap.calories);
    let bpm = row
        .average_heart_rate
        .filter(|bpm| (1.0..=255.0).contains(bpm));
    lap.mean_hr = bpm.map(|bpm| bpm.round() as u8).or(lap.mean_hr);
}

fn move_by(workout: &mut Workout, by: TimeDelta) {
    let moved = |time: Option<DateTime<Utc>>| time.and_then(|time| time.checked_add_signed(by));
    workout.start = moved(workout.start);
    for lap in &mut workout.laps {
        lap.start = moved(lap.start);
        for track in &mut lap.tracks {
            for index in 0..track.len() {
                track.set_time(index, moved(track.time(index)));
            }
        }
    }
}

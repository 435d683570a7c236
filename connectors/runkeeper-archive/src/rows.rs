//! The rows of the table as workouts.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, Local, TimeDelta, TimeZone, Utc};
use runkeeper::archive::{Archive, ArchivedActivity, Diagnostic};
use sync_core::{ErrorKind, Item, ServiceError, Workout};
use workout_files::{Lap, infer_utc_offset};

/// How many tracks before and after one say in which zone it was recorded.
const NEIGHBOURS: usize = 3;

pub(crate) struct Rows {
    archive: Archive,
    /// In the order of the table, as the activities.
    items: Vec<Item>,
    by_id: BTreeMap<String, usize>,
}

impl Rows {
    pub(crate) fn new(archive: Archive) -> Self {
        let mut by_id = BTreeMap::new();
        let mut items = Vec::with_capacity(archive.activities.len());
        for (index, row) in archive.activities.iter().enumerate() {
            let plain = match &row.trip_uuid {
                Some(uuid) => uuid.to_string(),
                None => row.start.format("%Y-%m-%dT%H:%M:%S").to_string(),
            };
            let mut id = plain.clone();
            for number in 2.. {
                if !by_id.contains_key(&id) {
                    break;
                }
                id = format!("{plain}-{number}");
            }
            by_id.insert(id.clone(), index);
            items.push(item(id, row));
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
                let here = Local.from_local_datetime(&row.start).earliest();
                workout.start = here.map(|here| here.with_timezone(&Utc));
                workout.local_offset = here.map(|here| *here.offset());
            }
        }
        show_totals(&mut workout, row);
        Ok(Some(workout))
    }

    /// The track of a row, with the instants at which it was recorded.
    fn track_of(&self, index: usize) -> Result<Option<Workout>, ServiceError> {
        let row = &self.archive.activities[index];
        let Some((name, bytes)) = self.track_bytes(row) else {
            return Ok(None);
        };
        if self.owner(name, bytes) != Some(index) {
            return Ok(None);
        }
        let mut workout = read(name, bytes)?;
        let is_off = |diagnostic: &Diagnostic| matches!(diagnostic, Diagnostic::ClockOff { track, is_wall_clock: true, .. } if track == name);
        if self.archive.diagnostics.iter().any(is_off)
            && let Some(zone) = self.usual_zone(index)
        {
            move_by(
                &mut workout,
                -TimeDelta::seconds(zone.local_minus_utc().into()),
            );
        }
        Ok(Some(workout))
    }

    fn track_bytes<'a>(&'a self, row: &'a ArchivedActivity) -> Option<(&'a str, &'a [u8])> {
        let name = row.gpx_file.as_deref()?;
        Some((name, self.archive.tracks.get(name)?))
    }

    /// The row that a track belongs to: of several that name it, the one that lasted as long.
    fn owner(&self, track: &str, bytes: &[u8]) -> Option<usize> {
        let rows = self.archive.activities.iter().enumerate();
        let rows = rows.filter(|(_, row)| row.gpx_file.as_deref() == Some(track));
        let candidates: Vec<_> = rows.collect();
        if let [(only, _)] = candidates[..] {
            return Some(only);
        }
        let recorded = read(track, bytes)
            .ok()?
            .totals()
            .moving_s
            .unwrap_or_default();
        let apart = |row: &ArchivedActivity| {
            let listed = row
                .duration
                .map_or(f64::MAX, |time| time.num_milliseconds() as f64 / 1e3);
            (listed - recorded).abs()
        };
        let closest = |one: &&(usize, &ArchivedActivity), other: &&(usize, &ArchivedActivity)| {
            apart(one.1).total_cmp(&apart(other.1))
        };
        candidates.iter().min_by(closest).map(|(index, _)| *index)
    }

    /// The zone of most of the tracks around a row whose own clock is wrong.
    fn usual_zone(&self, index: usize) -> Option<FixedOffset> {
        let start = self.archive.activities[index].start;
        let off: Vec<&str> = self
            .archive
            .diagnostics
            .iter()
            .filter_map(|diagnostic| match diagnostic {
                Diagnostic::ClockOff { track, .. } | Diagnostic::TrackShared { track, .. } => {
                    Some(track.as_str())
                }
                _ => None,
            })
            .collect();
        let zone = |row: &ArchivedActivity| {
            let (name, bytes) = self.track_bytes(row)?;
            let recorded = read(name, bytes)
                .ok()
                .filter(|_| !off.contains(&name))?
                .start_time()?;
            infer_utc_offset(row.start, recorded)
        };
        let mut rows: Vec<&ArchivedActivity> = self.archive.activities.iter().collect();
        rows.sort_by_key(|row| row.start);
        let at = rows.partition_point(|row| row.start < start);
        let before = rows[..at]
            .iter()
            .rev()
            .filter_map(|row| zone(row))
            .take(NEIGHBOURS);
        let after = rows[at..]
            .iter()
            .filter_map(|row| zone(row))
            .take(NEIGHBOURS);
        let mut zones: Vec<i32> = before
            .chain(after)
            .map(|zone| zone.local_minus_utc())
            .collect();
        zones.sort_unstable();
        FixedOffset::east_opt(*zones.get(zones.len() / 2)?)
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
    let first = read.workouts.into_iter().next();
    first.ok_or_else(|| invalid("it holds no track".to_owned()))
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

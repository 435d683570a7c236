//! A source with the workouts that a test gives it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use workout_files::{Lap, Position, Sport, Track, Trackpoint, Workout};

use crate::{ErrorKind, Item, ServiceError, Window};

/// A source with scripted workouts and failures.
#[derive(Debug, Default)]
pub struct ScriptedSource {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    items: BTreeMap<String, (Item, Vec<Workout>)>,
    failures: BTreeMap<String, VecDeque<ErrorKind>>,
    poison: BTreeMap<String, ErrorKind>,
}

/// Local time is two hours ahead of UTC in the world.
pub(super) const ZONE: TimeDelta = TimeDelta::hours(2);

impl ScriptedSource {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a run that starts at this local time, `2026-03-01T10:00:00`.
    pub fn has(&self, id: &str, start: NaiveDateTime, minutes: u32, km: f64) {
        self.add(id, start, &[(minutes * 60, km * 1000.0)], true);
    }

    /// Adds an hour in the gym: no track, no distance.
    pub fn has_indoor(&self, id: &str, start: NaiveDateTime, minutes: u32) {
        self.add(id, start, &[(minutes * 60, 0.0)], false);
    }

    /// Adds a session of several exercises of ten minutes, each with 100 seconds of changing clothes after it.
    pub fn has_session(&self, id: &str, start: NaiveDateTime, exercises: u32) {
        let parts: Vec<_> = (1..=exercises)
            .map(|number| (600, 1000.0 * f64::from(number)))
            .collect();
        self.add(id, start, &parts, true);
    }

    /// The user edits a workout: it now lasts `minutes` longer.
    pub fn edit(&self, id: &str, minutes: u32) {
        let known = self.state().items.get(id).map(|(item, _)| item.clone());
        if let Some(item) = known.filter(|item| item.distance_m.is_some()) {
            let seconds = item.duration_ms.unwrap_or_default() / 1000;
            let seconds = u32::try_from(seconds).unwrap_or_default() + minutes * 60;
            let metres = item.distance_m.unwrap_or_default();
            self.add(id, item.start, &[(seconds, metres)], true);
        }
    }

    /// The user deletes a workout.
    pub fn delete(&self, id: &str) {
        self.state().items.remove(id);
    }

    /// The user deletes a workout, and another device brings it again under another identifier.
    pub fn recreate(&self, old: &str, new: &str) {
        let mut state = self.state();
        if let Some((mut item, workouts)) = state.items.remove(old) {
            item.id = new.to_owned();
            state.items.insert(new.to_owned(), (item, workouts));
        }
    }

    /// The user wrote something about a workout, and about each of its exercises.
    pub fn tells(&self, id: &str, notes: &str) {
        if let Some((_, workouts)) = self.state().items.get_mut(id) {
            for (number, workout) in workouts.iter_mut().enumerate() {
                workout.notes = Some(format!("{notes} {}", number + 1));
            }
        }
    }

    /// The user's notes on the exercise that starts at this instant.
    #[must_use]
    pub fn notes(&self, id: &str, start: DateTime<Utc>) -> Option<String> {
        let state = self.state();
        let (_, workouts) = state.items.get(id)?;
        let exercise = workouts.iter().find(|w| w.start_time() == Some(start))?;
        exercise.notes.clone()
    }

    fn add(&self, id: &str, start: NaiveDateTime, parts: &[(u32, f64)], gps: bool) {
        let mut item = Item::new(id, start);
        item.duration_ms = Some(
            parts
                .iter()
                .map(|(seconds, _)| u64::from(*seconds) * 1000)
                .sum(),
        );
        let metres: f64 = parts.iter().map(|(_, metres)| metres).sum();
        item.distance_m = (metres > 0.0).then_some(metres);
        item.sport = Some(Sport::Running);
        let mut begins = (start - ZONE).and_utc();
        let mut workouts = Vec::new();
        for (seconds, metres) in parts {
            workouts.push(workout(begins, *seconds, *metres, gps));
            begins += TimeDelta::seconds(i64::from(*seconds) + 100);
        }
        self.state().items.insert(id.to_owned(), (item, workouts));
    }

    /// The next downloads of a workout fail in these ways.
    pub fn fails(&self, id: &str, kinds: &[ErrorKind]) {
        self.state()
            .failures
            .insert(id.to_owned(), kinds.iter().copied().collect());
    }

    /// Every download of a workout fails.
    pub fn always_fails(&self, id: &str, kind: ErrorKind) {
        self.state().poison.insert(id.to_owned(), kind);
    }

    /// The identifiers of all workouts.
    #[must_use]
    pub fn ids(&self) -> BTreeSet<String> {
        self.state().items.keys().cloned().collect()
    }

    /// When the exercises of a workout start.
    #[must_use]
    pub fn exercises(&self, id: &str) -> Vec<DateTime<Utc>> {
        let state = self.state();
        let workouts = state.items.get(id).map(|(_, workouts)| workouts.as_slice());
        workouts
            .unwrap_or_default()
            .iter()
            .filter_map(Workout::start_time)
            .collect()
    }

    pub(super) fn list(&self, window: Window) -> Vec<Item> {
        let state = self.state();
        let items = state.items.values().map(|(item, _)| item);
        items
            .filter(|item| window.contains(item.day()))
            .cloned()
            .collect()
    }

    pub(super) fn fetch(&self, id: &str) -> Result<Vec<Workout>, ServiceError> {
        let mut state = self.state();
        let failure = state.failures.get_mut(id).and_then(VecDeque::pop_front);
        if let Some(kind) = failure.or(state.poison.get(id).copied()) {
            return Err(ServiceError::new(kind, "the source stumbled"));
        }
        match state.items.get(id) {
            Some((_, workouts)) => Ok(workouts.clone()),
            None => Err(ServiceError::new(ErrorKind::NotFound, "no such workout")),
        }
    }
}

fn workout(start: DateTime<Utc>, seconds: u32, metres: f64, gps: bool) -> Workout {
    const POINTS: u32 = 5;
    let mut track = Track::new();
    for number in 0..=POINTS {
        let part = f64::from(number) / f64::from(POINTS);
        let mut point = Trackpoint::default();
        point.time =
            Some(start + TimeDelta::milliseconds((f64::from(seconds) * part * 1e3) as i64));
        if gps {
            // Due north, on a sphere of the usual size.
            point.position = Position::new(metres * part / 111_195.0, 0.0);
        }
        track.push(point);
    }
    let mut lap = Lap::default();
    lap.start = Some(start);
    lap.total_time_s = Some(f64::from(seconds));
    lap.distance_m = Some(metres);
    lap.tracks.push(track);
    let mut workout = Workout::new(Sport::Running);
    workout.start = Some(start);
    workout.laps.push(lap);
    workout
}

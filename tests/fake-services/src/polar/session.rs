//! A training session as the fake Polar Flow keeps it.

use chrono::{NaiveDateTime, TimeDelta};

use super::sport::PolarSport;
use crate::track::{self, TrackFile};

/// One exercise of a session: an ordinary session has one, a multi-sport session several.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PolarExercise {
    /// Local wall clock at the start.
    pub start_local: NaiveDateTime,
    /// Time without pauses.
    pub duration: TimeDelta,
    /// Metres, when the exercise has a distance.
    pub distance_m: Option<f64>,
    /// Kilocalories.
    pub calories: Option<u32>,
    /// Mean speed in km/h, when it was typed in.
    pub speed_kmh: Option<f64>,
    /// The sport.
    pub sport: PolarSport,
    /// The TCX export, byte for byte.
    pub tcx: Vec<u8>,
}

impl PolarExercise {
    /// An exercise with its facts and no file yet.
    #[must_use]
    pub fn new(start_local: NaiveDateTime, duration: TimeDelta, sport: PolarSport) -> Self {
        Self {
            start_local,
            duration,
            distance_m: None,
            calories: None,
            speed_kmh: None,
            sport,
            tcx: Vec::new(),
        }
    }

    /// The distance in metres.
    #[must_use]
    pub fn distance(mut self, metres: f64) -> Self {
        self.distance_m = Some(metres);
        self
    }

    /// The energy in kilocalories.
    #[must_use]
    pub fn calories(mut self, kilocalories: u32) -> Self {
        self.calories = Some(kilocalories);
        self
    }

    /// The body of the TCX export.
    #[must_use]
    pub fn tcx(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.tcx = bytes.into();
        self
    }

    /// The GPX export made of the TCX; `None` without positions.
    pub(crate) fn gpx(&self) -> Option<Vec<u8>> {
        let file = track::read(&self.tcx)
            .ok()
            .filter(TrackFile::has_position)?;
        Some(track::write_gpx(&file, "", track::GpxStyle::Polar).into_bytes())
    }
}

/// A training session.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PolarSession {
    /// The session's id, the same in the calendar, the history and the exports.
    pub id: u64,
    /// Minutes by which the local clock is ahead of UTC; `None` for a session typed in by hand.
    pub offset_minutes: Option<i32>,
    /// The sport of the whole session.
    pub sport: PolarSport,
    /// Its exercises, at least one.
    pub exercises: Vec<PolarExercise>,
    /// The note; `" "` when blank, as the service has it.
    pub note: String,
    /// The name; empty unless the session was typed in.
    pub name: String,
    /// The feeling, from 0 (very good) to 1.
    pub feeling: Option<f64>,
    /// Average heart rate in beats per minute.
    pub average_heart_rate: Option<u32>,
    /// Highest heart rate in beats per minute, when it was typed in.
    pub max_heart_rate: Option<u32>,
    /// Belongs to another account: the details answer 403.
    pub foreign: bool,
}

impl PolarSession {
    /// A session of one exercise.
    #[must_use]
    pub fn new(id: u64, offset_minutes: i32, exercise: PolarExercise) -> Self {
        Self {
            id,
            offset_minutes: Some(offset_minutes),
            sport: exercise.sport,
            exercises: vec![exercise],
            note: " ".to_owned(),
            name: String::new(),
            feeling: None,
            average_heart_rate: None,
            max_heart_rate: None,
            foreign: false,
        }
    }

    /// A multi-sport session of several exercises, in the order they were done.
    #[must_use]
    pub fn multisport(id: u64, offset_minutes: i32, exercises: Vec<PolarExercise>) -> Self {
        Self {
            id,
            offset_minutes: Some(offset_minutes),
            sport: PolarSport::FREE_MULTISPORT,
            exercises,
            note: " ".to_owned(),
            name: String::new(),
            feeling: None,
            average_heart_rate: None,
            max_heart_rate: None,
            foreign: false,
        }
    }

    /// A session whose facts come out of a TCX file. `offset_minutes` says how far the local clock was ahead of UTC.
    ///
    /// Never fails: bytes that are no TCX give a session that is listed at `otherwise`, one second long, and exports
    /// those very bytes.
    #[must_use]
    pub fn from_tcx(
        id: u64,
        bytes: impl Into<Vec<u8>>,
        offset_minutes: i32,
        otherwise: NaiveDateTime,
    ) -> Self {
        let bytes = bytes.into();
        let file = track::read(&bytes).unwrap_or_default();
        let start = file
            .id
            .or_else(|| file.laps.iter().find_map(|lap| lap.start))
            .or_else(|| file.points().find_map(|point| point.time));
        let start_local = start.map_or(otherwise, |start| {
            start.naive_utc() + TimeDelta::minutes(i64::from(offset_minutes))
        });
        let duration = file.duration().max(TimeDelta::seconds(1));
        let mut exercise = PolarExercise::new(
            start_local,
            duration,
            PolarSport::from_tcx(file.sport.as_deref()),
        );
        exercise.distance_m = Some(file.lap_metres()).filter(|metres| *metres > 0.0);
        exercise.calories = Some(file.calories().round() as u32);
        exercise.tcx = bytes;
        let mut session = Self::new(id, offset_minutes, exercise);
        session.average_heart_rate = file.average_heart_rate().map(|rate| rate.round() as u32);
        session
    }

    /// The note of the session.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Local wall clock at the start.
    #[must_use]
    pub fn start_local(&self) -> NaiveDateTime {
        self.exercises
            .iter()
            .map(|exercise| exercise.start_local)
            .min()
            .unwrap_or_default()
    }

    /// Time without pauses, over all exercises.
    #[must_use]
    pub fn duration(&self) -> TimeDelta {
        self.exercises
            .iter()
            .map(|exercise| exercise.duration)
            .sum()
    }

    /// Metres over all exercises; `None` when none has a distance.
    #[must_use]
    pub fn distance_m(&self) -> Option<f64> {
        sum(self.exercises.iter().map(|exercise| exercise.distance_m))
    }

    /// Kilocalories over all exercises; `None` when none has any.
    #[must_use]
    pub fn calories(&self) -> Option<u32> {
        let calories = sum(self
            .exercises
            .iter()
            .map(|exercise| exercise.calories.map(f64::from)));
        calories.map(|sum| sum as u32)
    }
}

fn sum(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.fold(None, |sum, value| match (sum, value) {
        (None, None) => None,
        (sum, value) => Some(sum.unwrap_or_default() + value.unwrap_or_default()),
    })
}

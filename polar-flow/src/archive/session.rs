//! A training session of either format.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Utc};
use serde_json::Value;
use workout_files::{Lap, Sport, Workout};

use super::value::{clock_of, duration, list, member, number_of, text_of};
use super::{Problem, points};
use crate::model::sports::SportId;

/// A training session of an archive. `Debug` shows its file, id and start.
#[derive(Clone)]
#[non_exhaustive]
pub struct ArchivedSession {
    /// Its file in the archive.
    pub file: String,
    /// The id, which is that of Polar Flow: a [`SessionId`](crate::SessionId) as text.
    pub id: String,
    /// Wall clock.
    pub start: NaiveDateTime,
    /// The offset of the wall clock from UTC.
    pub utc_offset: Option<FixedOffset>,
    /// Time without pauses.
    pub duration_ms: Option<u64>,
    /// Metres. Never zero.
    pub distance_m: Option<f64>,
    /// Kilocalories. Never zero.
    pub calories_kcal: Option<u32>,
    /// The sport; [`Sport::Multisport`] for several exercises.
    pub sport: Option<Sport>,
    /// The user's note.
    pub notes: Option<String>,
    /// All of the file, which [`workouts`](Self::workouts) reads.
    content: Value,
}

impl fmt::Debug for ArchivedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArchivedSession")
            .field("file", &self.file)
            .field("id", &self.id)
            .field("start", &self.start)
            .finish_non_exhaustive()
    }
}

const OFFSET: [&str; 3] = ["timezoneOffsetMinutes", "timeZoneOffset", "timezoneOffset"];

/// Minutes ahead of UTC: of the session, or of its first exercise.
fn offset(session: &Value) -> Option<FixedOffset> {
    let exercise = list(session, &["exercises"]).first();
    let minutes = number_of(session, &OFFSET).or_else(|| number_of(exercise?, &OFFSET))?;
    let in_range = (-14.0 * 60.0..=14.0 * 60.0).contains(&minutes);
    in_range
        .then(|| FixedOffset::east_opt(minutes as i32 * 60))
        .flatten()
}

fn seconds_of(zone: FixedOffset) -> TimeDelta {
    TimeDelta::seconds(zone.local_minus_utc().into())
}

fn milliseconds(value: &Value) -> Option<f64> {
    let iso = || text_of(value, &["duration"]).and_then(duration);
    number_of(value, &["durationMillis"])
        .or_else(iso)
        .filter(|ms| *ms >= 0.0)
}

fn metres(value: &Value) -> Option<f64> {
    number_of(value, &["distanceMeters", "distance"]).filter(|metres| *metres > 0.0)
}

fn calories(value: &Value) -> Option<f64> {
    number_of(value, &["calories", "kiloCalories"]).filter(|kcal| *kcal > 0.0)
}

/// `"sport": {"id": "1"}` or `"sport": "RUNNING"`.
fn sport(value: &Value) -> Option<Sport> {
    let sport = member(value, &["sport"])?;
    if let Some(id) = number_of(sport, &["id"]) {
        return Some(SportId(id as u32).to_sport());
    }
    let name = sport.as_str()?;
    let known = SportId::all().find(|(_, known)| *known == name);
    Some(known.map_or_else(|| Sport::from_token(name), |(id, _)| id.to_sport()))
}

/// The id of an old file: `training-session-2017-01-23-1234567-UUID.json`.
fn id_in(name: &str) -> Option<&str> {
    let name = name.rsplit('/').next()?;
    let rest = name.strip_prefix("training-session-")?.get(11..)?;
    let id = rest.split('-').next()?;
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then_some(id)
}

impl ArchivedSession {
    /// The facts, as far as they are there; id and start are needed.
    pub(super) fn new(file: &str, content: Value) -> Result<Self, Problem> {
        let identifier = member(&content, &["identifier"]);
        let id = match identifier.and_then(|identifier| member(identifier, &["id"])) {
            Some(Value::String(id)) if !id.is_empty() => id.clone(),
            Some(Value::Number(id)) => id.to_string(),
            _ => id_in(file).ok_or(Problem::NoIdentifier)?.to_owned(),
        };
        let start = clock_of(&content, &["startTime"]).ok_or(Problem::NoStart)?;
        Ok(Self {
            file: file.to_owned(),
            id,
            start,
            utc_offset: offset(&content),
            duration_ms: milliseconds(&content).map(|ms| ms as u64),
            distance_m: metres(&content),
            calories_kcal: calories(&content).map(|kcal| kcal as u32),
            sport: match list(&content, &["exercises"]) {
                [] => sport(&content),
                [one] => sport(&content).or_else(|| sport(one)),
                _ => Some(Sport::Multisport),
            },
            notes: text_of(&content, &["note"]).map(str::to_owned),
            content,
        })
    }

    /// The start as an instant, if the offset from UTC is known.
    #[must_use]
    pub fn start_utc(&self) -> Option<DateTime<Utc>> {
        let ahead = seconds_of(self.utc_offset?);
        Some((self.start - ahead).and_utc())
    }

    /// One workout for each exercise, in order of their starts. Never empty.
    #[must_use]
    pub fn workouts(&self) -> Vec<Workout> {
        let of_session = sport(&self.content);
        let parts = match list(&self.content, &["exercises"]) {
            [] => std::slice::from_ref(&self.content),
            exercises => exercises,
        };
        let mut workouts: Vec<Workout> = parts
            .iter()
            .map(|part| {
                let start = clock_of(part, &["startTime"]).unwrap_or(self.start);
                let known = sport(part).filter(|known| *known != Sport::Other);
                let known = known.or_else(|| of_session.clone()).unwrap_or_default();
                exercise(part, known, start, self.utc_offset)
            })
            .collect();
        workouts.sort_by_key(Workout::start_time);
        if let Some(first) = workouts.first_mut() {
            first.notes.clone_from(&self.notes);
        }
        workouts
    }
}

fn exercise(
    value: &Value,
    sport: Sport,
    start: NaiveDateTime,
    zone: Option<FixedOffset>,
) -> Workout {
    let ahead = zone.map_or_else(TimeDelta::zero, seconds_of);
    let mut workout = Workout::new(sport);
    workout.start = Some((start - ahead).and_utc());
    workout.local_offset = zone;
    let mut lap = Lap::default();
    lap.start = workout.start;
    lap.total_time_s = milliseconds(value).map(|ms| ms / 1000.0);
    lap.distance_m = metres(value);
    lap.calories = calories(value).map(|kcal| kcal.min(f64::from(u16::MAX)) as u16);
    let rate = member(value, &["heartRate"]);
    let beats = |names: &[&str], inner: &str| {
        let bpm = number_of(value, names).or_else(|| number_of(rate?, &[inner]));
        bpm.filter(|bpm| (1.0..=255.0).contains(bpm))
            .map(|bpm| bpm.round() as u8)
    };
    lap.mean_hr = beats(&["hrAvg", "averageHeartRate"], "avg");
    lap.max_hr = beats(&["hrMax", "maximumHeartRate"], "max");
    lap.tracks = points::tracks(value, start, ahead);
    workout.laps.push(lap);
    workout
}

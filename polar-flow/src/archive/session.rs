//! A training session of either format.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Utc};
use serde_json::Value;
use workout_files::{Lap, Sport, Workout};

use super::value::{clock_of, duration, member, number_of, objects, text_of};
use super::{Diagnostic, Problem, points};
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

/// As long as two UUIDs.
const LONGEST_ID: usize = 72;

const OFFSET: [&str; 3] = ["timezoneOffsetMinutes", "timeZoneOffset", "timezoneOffset"];

/// Minutes ahead of UTC, if they can be those of a zone.
fn own_offset(value: &Value) -> Option<FixedOffset> {
    let minutes = OFFSET.iter().filter_map(|name| number_of(value, &[name]));
    let mut minutes = minutes.filter(|minutes| (-14.0 * 60.0..=14.0 * 60.0).contains(minutes));
    FixedOffset::east_opt(minutes.next()? as i32 * 60)
}

/// The offset of the session, or of the first exercise that has one.
fn offset(session: &Value) -> Option<FixedOffset> {
    let of_exercises = || {
        objects(session, "exercises")
            .into_iter()
            .find_map(own_offset)
    };
    own_offset(session).or_else(of_exercises)
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
    let name = name.rsplit(['/', '\\']).next()?;
    let rest = name.strip_prefix("training-session-")?.get(11..)?;
    let id = rest.split('-').next()?;
    (!id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())).then_some(id)
}

/// An id goes into ledgers, messages and names of files.
fn id_of(id: &Value) -> Option<String> {
    let text = match id {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    let id: String = text.chars().filter(is_plain).take(LONGEST_ID).collect();
    (!id.is_empty()).then_some(id)
}

impl ArchivedSession {
    /// The facts, as far as they are there; id and start are needed.
    pub(super) fn new(file: &str, content: Value) -> Result<Self, Problem> {
        let identifier = member(&content, &["identifier"]);
        let id = identifier.and_then(|identifier| id_of(member(identifier, &["id"])?));
        let id = id.or_else(|| id_in(file).map(str::to_owned));
        let id = id.ok_or(Problem::NoIdentifier)?;
        let exercises = objects(&content, "exercises");
        let start_of = |value: &Value| clock_of(value, &["startTime"]);
        let of_exercises = || exercises.iter().filter_map(|one| start_of(one)).min();
        let start = start_of(&content).or_else(of_exercises);
        let start = start.ok_or(Problem::NoStart)?;
        let sport = match exercises[..] {
            [] => sport(&content),
            [one] => sport(&content).or_else(|| sport(one)),
            _ => Some(Sport::Multisport),
        };
        Ok(Self {
            file: file.to_owned(),
            id,
            start,
            utc_offset: offset(&content),
            duration_ms: milliseconds(&content).map(|ms| ms as u64),
            distance_m: metres(&content),
            calories_kcal: calories(&content).map(|kcal| kcal as u32),
            sport,
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
    ///
    /// A session whose [`utc_offset`](Self::utc_offset) is unknown is read as if its wall clock showed UTC: set the offset before, if you
    /// know it from elsewhere.
    #[must_use]
    pub fn workouts(&self) -> Vec<Workout> {
        self.workouts_and_oddities().0
    }

    /// The same, with everything of the session's series that is left out of them, or placed there by a guess.
    #[must_use]
    pub fn workouts_and_oddities(&self) -> (Vec<Workout>, Vec<Diagnostic>) {
        let of_session = sport(&self.content);
        let mut parts = objects(&self.content, "exercises");
        if parts.is_empty() {
            parts.push(&self.content);
        }
        let mut odd = Vec::new();
        let workouts = parts.into_iter().map(|part| {
            let start = clock_of(part, &["startTime"]).unwrap_or(self.start);
            let known = sport(part).filter(|known| *known != Sport::Other);
            let known = known.or_else(|| of_session.clone()).unwrap_or_default();
            let zone = own_offset(part).or(self.utc_offset);
            exercise(part, known, start, zone, &mut odd)
        });
        let mut workouts: Vec<Workout> = workouts.collect();
        workouts.sort_by_key(Workout::start_time);
        if let Some(first) = workouts.first_mut() {
            first.notes.clone_from(&self.notes);
        }
        let named = odd.into_iter().map(|problem| Diagnostic {
            file: self.file.clone(),
            problem: Problem::Odd(problem),
        });
        (workouts, named.collect())
    }
}

fn exercise(
    value: &Value,
    sport: Sport,
    start: NaiveDateTime,
    zone: Option<FixedOffset>,
    odd: &mut Vec<String>,
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
    let whole = milliseconds(value).map(|ms| ms as i64);
    lap.tracks = points::tracks(value, start, ahead, whole, odd);
    workout.laps.push(lap);
    workout
}

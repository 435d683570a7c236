//! A training session of either format.

use chrono::{FixedOffset, NaiveDateTime, TimeDelta};
use polar_flow::sports::SportId;
use serde_json::Value;
use sync_core::{Item, Sport, Workout};
use workout_files::Lap;

use crate::points;
use crate::value::{clock_of, duration, list, member, number_of, text_of};

const OFFSET: [&str; 3] = ["timezoneOffsetMinutes", "timeZoneOffset", "timezoneOffset"];

/// Minutes ahead of UTC: of the session, or of its first exercise.
pub(crate) fn offset(session: &Value) -> Option<FixedOffset> {
    let exercise = list(session, &["exercises"]).first();
    let minutes = number_of(session, &OFFSET).or_else(|| number_of(exercise?, &OFFSET))?;
    let in_range = (-14.0 * 60.0..=14.0 * 60.0).contains(&minutes);
    in_range
        .then(|| FixedOffset::east_opt(minutes as i32 * 60))
        .flatten()
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

/// The facts for the listing, or the reason why there are none.
pub(crate) fn item(name: &str, session: &Value) -> Result<Item, String> {
    let identifier = member(session, &["identifier"]);
    let id = match identifier.and_then(|identifier| member(identifier, &["id"])) {
        Some(Value::String(id)) if !id.is_empty() => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => id_in(name).ok_or("it has no identifier")?.to_owned(),
    };
    let start = clock_of(session, &["startTime"]).ok_or("it has no readable startTime")?;
    let mut item = Item::new(id, start);
    let zone = offset(session).map(|zone| TimeDelta::seconds(zone.local_minus_utc().into()));
    item.start_utc = zone.map(|zone| (start - zone).and_utc());
    item.duration_ms = milliseconds(session).map(|ms| ms as u64);
    item.distance_m = metres(session);
    item.calories = calories(session).map(|kcal| kcal as u32);
    let exercises = list(session, &["exercises"]);
    item.sport = match exercises {
        [] => sport(session),
        [one] => sport(session).or_else(|| sport(one)),
        _ => Some(Sport::Multisport),
    };
    Ok(item)
}

/// One workout for each exercise, in order.
pub(crate) fn workouts(item: &Item, session: &Value) -> Vec<Workout> {
    let zone = offset(session);
    let of_session = sport(session);
    let exercises = list(session, &["exercises"]);
    let whole = [session.clone()];
    let parts = if exercises.is_empty() {
        &whole
    } else {
        exercises
    };
    let mut workouts: Vec<Workout> = parts
        .iter()
        .map(|part| {
            let start = clock_of(part, &["startTime"]).unwrap_or(item.start);
            let known = sport(part).filter(|known| *known != Sport::Other);
            let known = known.or_else(|| of_session.clone()).unwrap_or_default();
            exercise(part, known, start, zone)
        })
        .collect();
    workouts.sort_by_key(Workout::start_time);
    if let Some(first) = workouts.first_mut() {
        first.notes = text_of(session, &["note"]).map(str::to_owned);
    }
    workouts
}

fn exercise(
    value: &Value,
    sport: Sport,
    start: NaiveDateTime,
    zone: Option<FixedOffset>,
) -> Workout {
    let ahead = TimeDelta::seconds(zone.map_or(0, |zone| zone.local_minus_utc().into()));
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

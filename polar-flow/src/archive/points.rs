//! The recorded points of an exercise, put together from its series.

use std::collections::BTreeMap;

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::Value;
use workout_files::{Position, Track, Trackpoint};

use super::value::{clock_of, list, member, number, number_of, text_of};

/// Points by their second since the start, with the exact time where it is known.
type Points = BTreeMap<i64, (i64, Trackpoint)>;

/// A series that a clock or an edit spoilt must not make a track of a year.
const LONGEST_MS: i64 = 7 * 24 * 3600 * 1000;

fn at(points: &mut Points, elapsed_ms: i64) -> Option<&mut Trackpoint> {
    let in_range = (0..=LONGEST_MS).contains(&elapsed_ms);
    let second = (elapsed_ms + 500).div_euclid(1000);
    in_range.then(|| {
        &mut points
            .entry(second)
            .or_insert((elapsed_ms, Trackpoint::default()))
            .1
    })
}

/// The tracks of an exercise: a pause starts a new one.
pub(super) fn tracks(exercise: &Value, start: NaiveDateTime, ahead: TimeDelta) -> Vec<Track> {
    let stop = clock_of(exercise, &["stopTime"]);
    let mut points = Points::new();
    route_of_dates(exercise, start, stop, ahead, &mut points);
    samples_of_dates(exercise, start, &mut points);
    route_of_columns(exercise, start, &mut points);
    samples_of_columns(exercise, &mut points);
    let pauses = pauses(exercise, start);
    let paused: i64 = pauses.iter().map(|(from, until)| until - from).sum();
    let wall = stop.map(|stop| (stop - start).num_milliseconds());
    let last = points.values().next_back().map_or(0, |(ms, _)| *ms);
    // As many as the time without pauses needs: pauses were not counted.
    let counts_pauses = wall.is_none_or(|wall| last > wall - paused + 2000);
    let mut tracks = vec![Track::new()];
    let mut next = pauses.iter().peekable();
    let mut shift = 0;
    for (elapsed, mut point) in points.into_values() {
        let mut time = elapsed + shift;
        while let Some((from, until)) = next.peek().copied().filter(|(from, _)| time > *from) {
            if counts_pauses && time < *until {
                break;
            }
            if !counts_pauses {
                shift += until - from;
                time += until - from;
            }
            next.next();
            tracks.push(Track::new());
        }
        let is_paused = |(from, until): &&(i64, i64)| time > *from && time < *until;
        if counts_pauses && next.peek().copied().is_some_and(|pause| is_paused(&pause)) {
            continue;
        }
        point.time = Some((start + TimeDelta::milliseconds(time) - ahead).and_utc());
        if let Some(track) = tracks.last_mut() {
            track.push(point);
        }
    }
    tracks.retain(|track| !track.is_empty());
    tracks
}

fn pauses(exercise: &Value, start: NaiveDateTime) -> Vec<(i64, i64)> {
    let pauses = list(exercise, &["pauseTimes"]).iter().filter_map(|pause| {
        let from = clock_of(pause, &["startTime"])? - start;
        let until = clock_of(pause, &["endTime"])? - start;
        let (from, until) = (from.num_milliseconds(), until.num_milliseconds());
        (0 <= from && from < until && until <= LONGEST_MS).then_some((from, until))
    });
    let mut pauses: Vec<_> = pauses.collect();
    pauses.sort_unstable();
    pauses
}

/// Sets one value of a point, by the name of its series in either format.
fn set(point: &mut Trackpoint, series: &str, value: f64) {
    let byte = |least: f64| {
        (least..=254.0)
            .contains(&value)
            .then_some(value.round() as u8)
    };
    match series {
        "HEART_RATE" | "heartRate" => point.heart_rate = byte(1.0),
        "CADENCE" | "cadence" => point.cadence = byte(0.0),
        // Kilometres per hour.
        "SPEED" | "speed" => point.speed_mps = Some(value / 3.6),
        "ALTITUDE" | "altitude" => point.altitude_m = Some(value),
        "DISTANCE" | "distance" => point.distance_m = Some(value),
        "TEMPERATURE" | "temperature" => point.air_temperature_c = Some(value),
        "POWER" | "power" => {
            point.power_w = (0.0..=65535.0)
                .contains(&value)
                .then_some(value.round() as u16);
        }
        _ => {}
    }
}

fn place(point: &mut Trackpoint, value: &Value) {
    let latitude = number_of(value, &["latitude"]);
    let longitude = number_of(value, &["longitude"]);
    let position = latitude
        .zip(longitude)
        .and_then(|(lat, lon)| Position::new(lat, lon));
    point.position = point.position.or(position);
    point.altitude_m = point.altitude_m.or_else(|| number_of(value, &["altitude"]));
}

fn route_of_dates(
    exercise: &Value,
    start: NaiveDateTime,
    stop: Option<NaiveDateTime>,
    ahead: TimeDelta,
    points: &mut Points,
) {
    let route = list(exercise, &["samples", "recordedRoute"]);
    let Some(first) = route
        .iter()
        .find_map(|point| clock_of(point, &["dateTime"]))
    else {
        return;
    };
    let slack = TimeDelta::minutes(5);
    let fits =
        |time: NaiveDateTime| time >= start - slack && stop.is_none_or(|stop| time <= stop + slack);
    let shifts = [TimeDelta::zero(), -ahead, ahead];
    let shift = shifts.into_iter().find(|shift| fits(first + *shift));
    let shift = shift.unwrap_or_default();
    for value in route {
        let time = clock_of(value, &["dateTime"]);
        let elapsed = time.map(|time| (time + shift - start).num_milliseconds());
        if let Some(point) = elapsed.and_then(|elapsed| at(points, elapsed)) {
            place(point, value);
        }
    }
}

fn samples_of_dates(exercise: &Value, start: NaiveDateTime, points: &mut Points) {
    let Some(samples) = member(exercise, &["samples"]).and_then(Value::as_object) else {
        return;
    };
    for (name, _) in samples.iter().filter(|(name, _)| *name != "recordedRoute") {
        for sample in list(exercise, &["samples", name]) {
            let time = clock_of(sample, &["dateTime"]);
            let elapsed = time.map(|time| (time - start).num_milliseconds());
            if let (Some(elapsed), Some(value)) = (elapsed, number_of(sample, &["value"]))
                && let Some(point) = at(points, elapsed)
            {
                set(point, name, value);
            }
        }
    }
}

fn route_of_columns(exercise: &Value, start: NaiveDateTime, points: &mut Points) {
    let route = member(exercise, &["routes"]).and_then(|routes| member(routes, &["route"]));
    let Some(route) = route else { return };
    let later = clock_of(route, &["startTime"]).map_or(0, |at| (at - start).num_milliseconds());
    for value in list(route, &["wayPoints"]) {
        let elapsed = number_of(value, &["elapsedMillis"]);
        if let Some(point) = elapsed.and_then(|elapsed| at(points, later + elapsed as i64)) {
            place(point, value);
        }
    }
}

fn samples_of_columns(exercise: &Value, points: &mut Points) {
    for series in list(exercise, &["samples", "samples"]) {
        let interval = number_of(series, &["intervalMillis"]).filter(|ms| *ms >= 1.0);
        let (Some(name), Some(interval)) = (text_of(series, &["type"]), interval) else {
            continue;
        };
        for (number_of_sample, value) in list(series, &["values"]).iter().enumerate() {
            let elapsed = (number_of_sample as f64 * interval) as i64;
            if let Some(value) = number(value)
                && let Some(point) = at(points, elapsed)
            {
                set(point, name, value);
            }
        }
    }
}

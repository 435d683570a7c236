//! The recorded points of an exercise, put together from its series.

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::Value;
use workout_files::{Position, Track, Trackpoint};

use super::series::{LONGEST_MS, Recorder};
use super::value::{clock_of, list, number, number_of, objects, text_of};

/// How much later than its exercise a pause may end.
const SLACK_MS: i64 = 60_000;

/// The tracks of an exercise of about `length` milliseconds: a pause starts a new one. Values that are left out or guessed are added to `odd`.
pub(super) fn tracks(
    exercise: &Value,
    start: NaiveDateTime,
    ahead: TimeDelta,
    length: Option<i64>,
    odd: &mut Vec<String>,
) -> Vec<Track> {
    let is_possible = |ms: &i64| (1..=LONGEST_MS).contains(ms);
    let stop = clock_of(exercise, &["stopTime"]);
    let wall = stop.map(|stop| (stop - start).num_milliseconds());
    let wall = wall.filter(is_possible);
    let length = length.filter(is_possible);
    let mut recorder = Recorder::new(wall, length, ahead.num_milliseconds(), odd);
    for samples in objects(exercise, "samples") {
        route_of_dates(samples, start, &mut recorder);
        samples_of_dates(samples, start, &mut recorder);
        samples_of_columns(samples, &mut recorder);
    }
    for routes in objects(exercise, "routes") {
        for route in objects(routes, "route") {
            route_of_columns(route, start, &mut recorder);
        }
    }
    let points = recorder.into_points();
    let pauses = pauses(exercise, start, wall, odd);
    let paused: i64 = pauses.iter().map(|(from, until)| until - from).sum();
    let last = points.last().map_or(0, |(ms, _)| *ms);
    // As many as the time without pauses needs: pauses were not counted.
    let counts_pauses = wall.is_none_or(|wall| last > wall - paused + 2000);
    let mut tracks = vec![Track::new()];
    let mut next = pauses.iter().peekable();
    let mut shift = 0;
    let mut in_pauses = 0;
    for (elapsed, mut point) in points {
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
            in_pauses += 1;
            continue;
        }
        point.time = Some((start + TimeDelta::milliseconds(time) - ahead).and_utc());
        if let Some(track) = tracks.last_mut() {
            track.push(point);
        }
    }
    if in_pauses > 0 {
        odd.push(format!(
            "{in_pauses} points that were recorded in pauses are left out"
        ));
    }
    tracks.retain(|track| !track.is_empty());
    tracks
}

/// The pauses, in order and apart from each other.
fn pauses(
    exercise: &Value,
    start: NaiveDateTime,
    wall: Option<i64>,
    odd: &mut Vec<String>,
) -> Vec<(i64, i64)> {
    let pauses = list(exercise, &["pauseTimes"]).iter().filter_map(|pause| {
        let from = clock_of(pause, &["startTime"])? - start;
        let until = clock_of(pause, &["endTime"])? - start;
        let (from, until) = (from.num_milliseconds(), until.num_milliseconds());
        (0 <= from && from < until).then_some((from, until))
    });
    let mut pauses: Vec<_> = pauses.collect();
    let all = pauses.len();
    let latest = wall.unwrap_or(LONGEST_MS) + SLACK_MS;
    pauses.retain(|(_, until)| *until <= latest);
    if pauses.len() < all {
        odd.push("a pause that ends after the exercise is not taken for one".to_owned());
    }
    pauses.sort_unstable();
    pauses.dedup_by(|later, earlier| {
        let is_joined = later.0 <= earlier.1;
        if is_joined {
            earlier.1 = earlier.1.max(later.1);
        }
        is_joined
    });
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

/// The name of a series in messages. `None`: it is not read.
fn title(series: &str) -> Option<&'static str> {
    Some(match series {
        "HEART_RATE" | "heartRate" => "heart rates",
        "CADENCE" | "cadence" => "cadences",
        "SPEED" | "speed" => "speeds",
        "ALTITUDE" | "altitude" => "altitudes",
        "DISTANCE" | "distance" => "distances",
        "TEMPERATURE" | "temperature" => "temperatures",
        "POWER" | "power" => "powers",
        _ => return None,
    })
}

/// Whether a point has a value of this series.
fn has(point: &Trackpoint, series: &str) -> bool {
    match series {
        "HEART_RATE" | "heartRate" => point.heart_rate.is_some(),
        "CADENCE" | "cadence" => point.cadence.is_some(),
        "SPEED" | "speed" => point.speed_mps.is_some(),
        "ALTITUDE" | "altitude" => false,
        "DISTANCE" | "distance" => point.distance_m.is_some(),
        "TEMPERATURE" | "temperature" => point.air_temperature_c.is_some(),
        _ => point.power_w.is_some(),
    }
}

fn position(value: &Value) -> Option<Position> {
    let latitude = number_of(value, &["latitude"])?;
    Position::new(latitude, number_of(value, &["longitude"])?)
}

/// Adds a route of positions with their times.
fn add_route(route: &[(&Value, Position)], times: Vec<Option<f64>>, recorder: &mut Recorder<'_>) {
    let times = recorder.placed("positions", times);
    for (time, (value, position)) in times.into_iter().zip(route) {
        recorder.record(
            time,
            |point| point.position.is_none(),
            |point| {
                point.position = Some(*position);
                point.altitude_m = point.altitude_m.or_else(|| number_of(value, &["altitude"]));
            },
        );
    }
}

/// Adds a series of values with their times.
fn add_samples(name: &str, samples: &[f64], times: Vec<Option<f64>>, recorder: &mut Recorder<'_>) {
    let Some(title) = title(name) else { return };
    let times = recorder.placed(title, times);
    for (time, value) in times.into_iter().zip(samples) {
        recorder.record(
            time,
            |point| !has(point, name),
            |point| set(point, name, *value),
        );
    }
}

/// The milliseconds from the start to the date of each value.
fn elapsed<'v>(values: impl Iterator<Item = &'v Value>, start: NaiveDateTime) -> Vec<Option<f64>> {
    let times = values.map(|value| {
        let time = clock_of(value, &["dateTime"])?;
        Some((time - start).num_milliseconds() as f64)
    });
    times.collect()
}

fn route_of_dates(samples: &Value, start: NaiveDateTime, recorder: &mut Recorder<'_>) {
    let route = list(samples, &["recordedRoute"]).iter();
    let route: Vec<_> = route
        .filter_map(|value| Some((value, position(value)?)))
        .collect();
    let mut times = elapsed(route.iter().map(|(value, _)| *value), start);
    recorder.fit("positions", &mut times);
    add_route(&route, times, recorder);
}

fn samples_of_dates(samples: &Value, start: NaiveDateTime, recorder: &mut Recorder<'_>) {
    let Some(all) = samples.as_object() else {
        return;
    };
    for (name, title) in all.keys().filter_map(|name| Some((name, title(name)?))) {
        let values = list(samples, &[name]).iter();
        let values: Vec<_> = values
            .filter_map(|value| Some((value, number_of(value, &["value"])?)))
            .collect();
        let mut times = elapsed(values.iter().map(|(value, _)| *value), start);
        recorder.fit(title, &mut times);
        let values: Vec<f64> = values.into_iter().map(|(_, value)| value).collect();
        add_samples(name, &values, times, recorder);
    }
}

fn route_of_columns(route: &Value, start: NaiveDateTime, recorder: &mut Recorder<'_>) {
    let later = clock_of(route, &["startTime"]);
    let mut later = [later.map(|at| (at - start).num_milliseconds() as f64)];
    recorder.fit("positions", &mut later);
    let later = later[0].unwrap_or_default();
    let points = list(route, &["wayPoints"]).iter();
    let points: Vec<_> = points
        .filter_map(|value| Some((value, position(value)?)))
        .collect();
    let times = points
        .iter()
        .map(|(value, _)| number_of(value, &["elapsedMillis"]));
    let times = times
        .map(|elapsed| elapsed.map(|elapsed| later + elapsed))
        .collect();
    add_route(&points, times, recorder);
}

fn samples_of_columns(samples: &Value, recorder: &mut Recorder<'_>) {
    let all = match samples.get("values") {
        Some(_) => vec![samples],
        None => objects(samples, "samples"),
    };
    for series in all {
        let Some(name) = text_of(series, &["type"]) else {
            continue;
        };
        let interval = number_of(series, &["intervalMillis"]).filter(|ms| *ms >= 1.0);
        let values = list(series, &["values"]).iter().enumerate();
        let values = values.filter_map(|(at, value)| Some((at as f64, number(value)?)));
        let (at, values): (Vec<f64>, Vec<f64>) = values.unzip();
        let times = at
            .iter()
            .map(|at| interval.map(|interval| at * interval))
            .collect();
        add_samples(name, &values, times, recorder);
    }
}

//! What a downloaded workout can be recognised by at a destination.

use chrono::{DateTime, TimeDelta, Utc};
use workout_files::{Position, Workout};

use crate::item::Item;
use crate::model::Facts;

/// The facts of one exercise: as listed, as reported in the file, and as a destination would work them out from the track,
/// with and without pauses, with and without the trackpoints that have no position.
pub(crate) fn of_exercise(item: &Item, workout: &Workout, alone: bool) -> Facts {
    let start_utc = workout.start_time();
    let mut facts = if alone {
        Facts::of_item(item)
    } else {
        Facts::default()
    };
    if alone {
        facts.start_utc = item.start_utc.or(start_utc);
    } else {
        // An exercise of a session: the session's zone, its own start.
        let zone = item
            .start_utc
            .map(|utc| item.start.signed_duration_since(utc.naive_utc()));
        facts.start = match (start_utc, zone) {
            (Some(start), Some(zone)) => start.naive_utc() + zone,
            _ => item.start,
        };
        facts.start_utc = start_utc;
        facts.sport = Some(workout.sport.clone());
    }
    let reported = total(workout.laps.iter().map(|lap| lap.total_time_s));
    let seconds = reported.into_iter().chain(recorded_seconds(workout));
    facts.durations_ms.extend(
        seconds
            .filter(|s| *s >= 1.0)
            .map(|s| (s * 1000.0).round() as u64),
    );
    facts.durations_ms.dedup();
    let reported = total(workout.laps.iter().map(|lap| lap.distance_m));
    let metres = reported.into_iter().chain([route_metres(workout)]);
    facts.distances_m.extend(metres.filter(|m| *m > 0.0));
    facts
}

fn total(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let sum: f64 = values.flatten().filter(|value| value.is_finite()).sum();
    (sum > 0.0).then_some(sum)
}

/// From the first trackpoint to the last, and the same for trackpoints with a position; each also without the pauses.
fn recorded_seconds(workout: &Workout) -> Vec<f64> {
    let mut seconds = Vec::new();
    for positions_only in [false, true] {
        let mut whole: Option<(DateTime<Utc>, DateTime<Utc>)> = None;
        let mut moving = TimeDelta::zero();
        for track in workout.tracks() {
            let mut span: Option<(DateTime<Utc>, DateTime<Utc>)> = None;
            for index in 0..track.len() {
                if positions_only && track.position(index).is_none() {
                    continue;
                }
                let Some(time) = track.time(index) else {
                    continue;
                };
                span = Some(span.map_or((time, time), |(a, b)| (a.min(time), b.max(time))));
            }
            if let Some((from, to)) = span {
                moving += to - from;
                whole = Some(whole.map_or((from, to), |(a, b)| (a.min(from), b.max(to))));
            }
        }
        seconds.extend(whole.map(|(from, to)| (to - from).num_milliseconds() as f64 / 1000.0));
        seconds.push(moving.num_milliseconds() as f64 / 1000.0);
    }
    seconds
}

/// The length of the route, as everybody who sees only positions computes it.
fn route_metres(workout: &Workout) -> f64 {
    let mut metres = 0.0;
    for track in workout.tracks() {
        let mut last: Option<Position> = None;
        for position in (0..track.len()).filter_map(|index| track.position(index)) {
            metres += last.map_or(0.0, |last| haversine(last, position));
            last = Some(position);
        }
    }
    metres
}

/// Metres between two positions on a sphere. Recognising needs no better: the tolerance is wider than the ellipsoid's 0.5 %.
fn haversine(a: Position, b: Position) -> f64 {
    const EARTH_RADIUS_M: f64 = 6_371_008.8;
    let (lat_a, lat_b) = (a.latitude.to_radians(), b.latitude.to_radians());
    let half_lat = ((lat_b - lat_a) / 2.0).sin();
    let half_lon = ((b.longitude - a.longitude).to_radians() / 2.0).sin();
    let h = half_lat * half_lat + lat_a.cos() * lat_b.cos() * half_lon * half_lon;
    2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
}

//! The distance of a lap by three witnesses: its trackpoints' distances, their positions, and its own
//! total.

use super::computed::sum;
use super::geodesy::{metres, path_metres};
use super::laps::same;
use super::strays::TOO_FAST_MPS;
use super::stretch::inner_joins;
use crate::model::{Lap, Position};

/// Slower than this on the whole is no workout, when the other candidate is a thousand times faster.
const TOO_SLOW_MPS: f64 = 0.1;
/// A route that stays within this many metres is the noise of a receiver indoors: it says nothing
/// against a reported total.
const NOISE_M: f64 = 30.0;
/// Distances must be on this share of the trackpoints that have a position.
const COVERED: f64 = 0.9;
/// Two distances farther apart than this share of the longer one contradict each other.
const APART: f64 = 0.5;

/// The distance of a lap by its trackpoints, the step to the next lap included; and distances and
/// route, when they contradict each other and the lap agrees with neither.
///
/// Distances that never rise, jump faster than an athlete or end early are none when there is a route.
/// When the two witnesses differ, the one that the lap agrees with counts; where they differ by a
/// factor of a thousand, the route does.
pub(super) fn recorded(lap: &Lap, next: Option<&Lap>) -> (Option<f64>, Option<(f64, f64)>) {
    let distances = by_distances(lap, next);
    let route = by_positions(lap, next).filter(|_| lap.distance_m.is_none() || is_a_route(lap));
    let own = distances.filter(|&own| is_usable(lap, own));
    let (own, along) = match (own, route) {
        (Some(own), Some(along)) => (own, along),
        (own, None) => return (own, None),
        (None, along) => return (along, None),
    };
    let reported = lap.distance_m.filter(|total| total.is_finite());
    let agrees = |with: f64| reported.is_some_and(|total| same(total, with, 10.0));
    let is_factor = |factor: f64| (950.0..1050.0).contains(&factor);
    let is_thousand = is_factor(along / own) || is_factor(own / along);
    if same(own, along, 10.0) || agrees(own) && !is_thousand {
        return (Some(own), None);
    }
    if agrees(along) || is_thousand || covers_less(lap) {
        return (Some(along), None);
    }
    let apart = (own - along).abs() > own.max(along) * APART;
    (
        Some(own),
        (reported.is_some() && apart).then_some((own, along)),
    )
}

/// Whether the distances of a lap can be what an athlete covered.
fn is_usable(lap: &Lap, own: f64) -> bool {
    let mut before: Option<(Option<i64>, f64)> = None;
    let (mut values, mut rises, mut seconds) = (0, false, 0.0);
    for track in &lap.tracks {
        for index in 0..track.len() {
            let Some(distance) = track.distance_m(index) else {
                continue;
            };
            let time = track.time_micros(index);
            values += 1;
            if let Some((last_time, last)) = before {
                rises |= distance > last;
                if let Some((from, to)) = last_time.zip(time) {
                    let step = ((to - from) as f64 / 1e6).max(1.0);
                    seconds += step;
                    if distance - last > TOO_FAST_MPS * step {
                        return false;
                    }
                }
            }
            before = Some((time, distance));
        }
    }
    // A lap in kilometres or with a total in metres: one of the two is no speed.
    let reported = lap.distance_m.filter(|total| total.is_finite());
    let is_slow = own < TOO_SLOW_MPS * seconds
        && reported.is_some_and(|total| {
            same(total, own * 1000.0, 10.0)
                && (TOO_SLOW_MPS * seconds..TOO_FAST_MPS * seconds).contains(&total)
        });
    (values < 2 || rises) && !is_slow
}

/// Whether fewer trackpoints have a distance than a position.
fn covers_less(lap: &Lap) -> bool {
    let positions: usize = lap.tracks.iter().map(|track| track.positions()).sum();
    (distances(lap).count() as f64) < positions as f64 * COVERED
}

/// Whether the positions leave the place.
fn is_a_route(lap: &Lap) -> bool {
    let mut corners: Option<(Position, Position)> = None;
    for at in positions(lap) {
        let (low, high) = corners.get_or_insert((at, at));
        low.latitude = low.latitude.min(at.latitude);
        low.longitude = low.longitude.min(at.longitude);
        high.latitude = high.latitude.max(at.latitude);
        high.longitude = high.longitude.max(at.longitude);
    }
    corners.is_some_and(|(low, high)| metres(low, high) >= NOISE_M)
}

fn by_distances(lap: &Lap, next: Option<&Lap>) -> Option<f64> {
    let first = distances(lap).next()?;
    let last = distances(lap).last().unwrap_or(first);
    let end = next
        .and_then(|next| distances(next).next())
        .filter(|&begin| begin >= last);
    Some((end.unwrap_or(last) - first).max(0.0))
}

fn distances(lap: &Lap) -> impl Iterator<Item = f64> + '_ {
    lap.tracks
        .iter()
        .flat_map(|track| (0..track.len()).filter_map(|index| track.distance_m(index)))
}

/// To the centimetre.
fn by_positions(lap: &Lap, next: Option<&Lap>) -> Option<f64> {
    let tracks = lap
        .tracks
        .iter()
        .map(|track| path_metres((0..track.len()).filter_map(|index| track.position(index))));
    let last = positions(lap).last();
    let step = last
        .zip(next.and_then(|next| positions(next).next()))
        .map(|(a, b)| metres(a, b));
    let total = sum(tracks.chain([step, joined_metres(lap)]))?;
    Some((total * 100.0).round() / 100.0)
}

/// Along the steps between tracks that are no pauses.
fn joined_metres(lap: &Lap) -> Option<f64> {
    let mut end: Option<Position> = None;
    let steps = lap.tracks.iter().zip(inner_joins(lap));
    sum(steps.map(|(track, joins)| {
        let mut positions = (0..track.len()).filter_map(|index| track.position(index));
        let first = positions.next()?;
        let before = end.replace(positions.next_back().unwrap_or(first));
        before.filter(|_| joins).map(|before| metres(before, first))
    }))
}

fn positions(lap: &Lap) -> impl Iterator<Item = Position> + '_ {
    lap.tracks
        .iter()
        .flat_map(|track| (0..track.len()).filter_map(|index| track.position(index)))
}

//! How far two routes are apart.

use crate::model::{Position, Workout};
use crate::summary::metres;

/// How far two routes are apart.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RouteDeviation {
    /// Largest distance in metres between the two at one time.
    pub max_m: f64,
    /// Mean distance in metres.
    pub mean_m: f64,
    /// Positions of the first version that were compared.
    pub compared: usize,
    /// Positions of the first version before the beginning or after the end of the second.
    pub uncovered: usize,
}

/// Positions of the first version against the second at the same time, on a straight line between
/// the second's neighbours. Without times, position by position.
pub(super) fn deviation(before: &Workout, after: &Workout, shift: i64) -> Option<RouteDeviation> {
    if !before.has_route() || !after.has_route() {
        return None;
    }
    let (was, is) = (timed(before), timed(after));
    if was.is_empty() || is.is_empty() {
        let positions = |workout: &Workout| -> Vec<Position> {
            workout
                .trackpoints()
                .filter_map(|point| point.position)
                .collect()
        };
        let (was, is) = (positions(before), positions(after));
        let uncovered = was.len().saturating_sub(is.len());
        return Some(collect(
            was.iter().zip(&is).map(|(a, b)| metres(*a, *b)),
            uncovered,
        ));
    }
    let mut uncovered = 0;
    let mut next = 0;
    let distances: Vec<f64> = was
        .iter()
        .filter_map(|&(time, position)| {
            let time = time + shift;
            while next < is.len() && is[next].0 < time {
                next += 1;
            }
            let at = match (next.checked_sub(1).map(|index| is[index]), is.get(next)) {
                (_, Some(&(exact, at))) if exact == time => at,
                (Some((start, a)), Some(&(end, b))) => {
                    let share = (time - start) as f64 / (end - start) as f64;
                    between(a, b, share)
                }
                _ => {
                    uncovered += 1;
                    return None;
                }
            };
            Some(metres(position, at))
        })
        .collect();
    Some(collect(distances.into_iter(), uncovered))
}

fn collect(distances: impl Iterator<Item = f64>, uncovered: usize) -> RouteDeviation {
    let (mut max_m, mut sum, mut compared) = (0.0_f64, 0.0, 0);
    for distance in distances {
        max_m = max_m.max(distance);
        sum += distance;
        compared += 1;
    }
    let mean_m = if compared > 0 {
        sum / compared as f64
    } else {
        0.0
    };
    RouteDeviation {
        max_m,
        mean_m,
        compared,
        uncovered,
    }
}

/// Positions with their times, in the order of time.
fn timed(workout: &Workout) -> Vec<(i64, Position)> {
    let mut list = Vec::with_capacity(workout.position_count());
    for track in workout.tracks() {
        for index in 0..track.len() {
            list.extend(track.time_micros(index).zip(track.position(index)));
        }
    }
    list.sort_by_key(|(time, _)| *time);
    list
}

fn between(a: Position, b: Position, share: f64) -> Position {
    let mut east = b.longitude - a.longitude;
    if east > 180.0 {
        east -= 360.0;
    } else if east < -180.0 {
        east += 360.0;
    }
    Position {
        latitude: a.latitude + (b.latitude - a.latitude) * share,
        longitude: a.longitude + east * share,
    }
}

//! The trackpoints of a workout as one list, for fixes that look across tracks.

use crate::model::{Position, Workout};
use crate::summary::metres;

/// The place of a trackpoint.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) lap: usize,
    pub(super) track: usize,
    pub(super) index: usize,
}

/// A trackpoint, reduced to what fixes compare.
#[derive(Clone, Copy)]
pub(super) struct Point {
    pub(super) at: At,
    pub(super) time: Option<i64>,
    pub(super) distance: Option<f64>,
    pub(super) position: Option<Position>,
}

/// Every trackpoint in the order of the workout.
pub(super) fn all(workout: &Workout) -> Vec<Point> {
    let mut points = Vec::with_capacity(workout.trackpoint_count());
    for (lap, of) in workout.laps.iter().enumerate() {
        for (track, of) in of.tracks.iter().enumerate() {
            points.extend((0..of.len()).map(|index| Point {
                at: At { lap, track, index },
                time: of.time_micros(index),
                distance: of.distance_m(index),
                position: of.position(index),
            }));
        }
    }
    points
}

/// The middle one of some values.
pub(super) fn median<T: Copy + PartialOrd>(mut values: Vec<T>) -> Option<T> {
    if values.is_empty() {
        return None;
    }
    let middle = values.len() / 2;
    let (_, value, _) = values.select_nth_unstable_by(middle, |a, b| {
        a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal)
    });
    Some(*value)
}

/// The median distance between neighbouring positions.
pub(super) fn median_step_m(points: &[Point]) -> Option<f64> {
    let steps = points
        .windows(2)
        .filter_map(|pair| Some(metres(pair[0].position?, pair[1].position?)));
    median(steps.collect())
}

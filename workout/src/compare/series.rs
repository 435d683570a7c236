//! How far two series of values are apart.

use crate::model::{Track, Workout};

/// Values are compared when their times are at most this many microseconds apart.
const SAME_TIME: i64 = 500_000;

/// How far two series of values are apart.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SeriesDeviation {
    /// Values in the first version.
    pub before: usize,
    /// Values in the second version.
    pub after: usize,
    /// Values of the first version that have one of the same time (to half a second) in the second.
    pub compared: usize,
    /// Largest difference, without sign.
    pub max: Option<f64>,
    /// Mean difference, without sign.
    pub mean: Option<f64>,
}

pub(super) fn deviation(
    before: &Workout,
    after: &Workout,
    shift: i64,
    value: impl Fn(&Track, usize) -> Option<f64>,
) -> SeriesDeviation {
    let (was, before) = timed(before, &value);
    let (is, after) = timed(after, &value);
    let mut next = 0;
    let (mut max, mut sum, mut compared) = (0.0_f64, 0.0, 0);
    for (time, value) in was {
        let time = time + shift;
        // The nearest in time: the two candidates are the last before and the first after.
        while next + 1 < is.len() && (is[next + 1].0 - time).abs() <= (is[next].0 - time).abs() {
            next += 1;
        }
        if let Some(&(near, other)) = is.get(next)
            && (near - time).abs() <= SAME_TIME
        {
            let difference = (other - value).abs();
            max = max.max(difference);
            sum += difference;
            compared += 1;
        }
    }
    let any = compared > 0;
    SeriesDeviation {
        before,
        after,
        compared,
        max: any.then_some(max),
        mean: any.then(|| sum / compared as f64),
    }
}

/// Values with their times in the order of time, and the number of values.
fn timed(
    workout: &Workout,
    value: &impl Fn(&Track, usize) -> Option<f64>,
) -> (Vec<(i64, f64)>, usize) {
    let mut list = Vec::new();
    let mut count = 0;
    for track in workout.tracks() {
        for index in 0..track.len() {
            if let Some(value) = value(track, index) {
                count += 1;
                list.extend(track.time_micros(index).map(|time| (time, value)));
            }
        }
    }
    list.sort_by_key(|(time, _)| *time);
    (list, count)
}

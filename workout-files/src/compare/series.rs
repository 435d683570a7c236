//! How far two series of values are apart.

use super::Pair;
use super::align::{Aligner, Meets};
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

/// A value of the first version beside the second version's, with the time of the first in
/// microseconds.
pub(crate) type Step = (i64, Pair<f64>);

/// Steps, and how many values each version has.
pub(crate) struct Steps {
    pub(crate) steps: Vec<Step>,
    pub(crate) before: usize,
    pub(crate) after: usize,
}

pub(super) fn deviation(
    before: &Workout,
    after: &Workout,
    shift: i64,
    value: impl Fn(&Track, usize) -> Option<f64>,
) -> SeriesDeviation {
    let Steps {
        steps,
        before,
        after,
    } = steps(before, after, shift, value);
    let apart = || {
        steps
            .iter()
            .map(|(_, pair)| (pair.after - pair.before).abs())
    };
    let any = !steps.is_empty();
    SeriesDeviation {
        before,
        after,
        compared: steps.len(),
        max: any.then(|| apart().fold(0.0, f64::max)),
        mean: any.then(|| apart().sum::<f64>() / steps.len() as f64),
    }
}

/// Values of the first version beside those of the second that are nearest in time.
pub(crate) fn steps(
    before: &Workout,
    after: &Workout,
    shift: i64,
    value: impl Fn(&Track, usize) -> Option<f64>,
) -> Steps {
    let (was, before) = timed(before, &value);
    let (is, after) = timed(after, &value);
    let mut aligner = Aligner::new(&is);
    let steps = was.into_iter().filter_map(|(time, value)| {
        let wanted = time + shift;
        let near = |index: usize| {
            let &(found, value) = is.get(index)?;
            Some(((found - wanted).abs(), value)).filter(|(off, _)| *off <= SAME_TIME)
        };
        let nearest = |candidates: [Option<(i64, f64)>; 2]| {
            let found = candidates.into_iter().flatten();
            found.min_by_key(|(off, _)| *off)
        };
        let (_, other) = match aligner.find(wanted) {
            Meets::Exactly(index) => near(index),
            Meets::Before(index) => nearest([near(index - 1), near(index)]),
            Meets::Outside => nearest([near(0), near(is.len().wrapping_sub(1))]),
        }?;
        Some((time, Pair::new(value, other)))
    });
    Steps {
        steps: steps.collect(),
        before,
        after,
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

//! How far two routes are apart.

use super::Pair;
use super::align::{Aligner, Meets};
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

/// A position of the first version beside the second version's, with the time of the first in
/// microseconds where positions have times.
pub(crate) type Step = (Option<i64>, Pair<Position>);

impl Pair<Position> {
    pub(crate) fn apart_m(&self) -> f64 {
        metres(self.before, self.after)
    }
}

pub(super) fn deviation(before: &Workout, after: &Workout, shift: i64) -> Option<RouteDeviation> {
    let (steps, uncovered) = steps(before, after, shift)?;
    let compared = steps.len();
    let (mut max_m, mut sum) = (0.0_f64, 0.0);
    for apart_m in steps.iter().map(|(_, pair)| pair.apart_m()) {
        max_m = max_m.max(apart_m);
        sum += apart_m;
    }
    Some(RouteDeviation {
        max_m,
        mean_m: if compared > 0 {
            sum / compared as f64
        } else {
            0.0
        },
        compared,
        uncovered,
    })
}

/// Positions of the first version beside those of the second at the same time, on a straight line
/// between the second's neighbours, and how many have no such time. Without times, position by
/// position. `None` when one version has no route.
pub(crate) fn steps(before: &Workout, after: &Workout, shift: i64) -> Option<(Vec<Step>, usize)> {
    if before.position_count() < 2 || after.position_count() < 2 {
        return None;
    }
    let (was, is) = (timed(before), timed(after));
    if was.is_empty() || is.is_empty() {
        let positions = |workout: &Workout| -> Vec<Position> {
            let points = workout.trackpoints();
            points.filter_map(|point| point.position).collect()
        };
        let (was, is) = (positions(before), positions(after));
        let pairs = was.iter().zip(&is);
        let steps = pairs.map(|(&a, &b)| (None, Pair::new(a, b))).collect();
        return Some((steps, was.len().saturating_sub(is.len())));
    }
    let mut aligner = Aligner::new(&is);
    let steps: Vec<Step> = was
        .iter()
        .filter_map(|&(time, position)| {
            let at = match aligner.find(time + shift) {
                Meets::Exactly(index) => is[index].1,
                Meets::Before(index) => {
                    let ((start, a), (end, b)) = (is[index - 1], is[index]);
                    between(a, b, (time + shift - start) as f64 / (end - start) as f64)
                }
                Meets::Outside => return None,
            };
            Some((Some(time), Pair::new(position, at)))
        })
        .collect();
    let uncovered = was.len() - steps.len();
    Some((steps, uncovered))
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

//! The values that the trackpoints alone give.

use chrono::{DateTime, Utc};

use super::climb::climb;
use super::credible::credible;
use super::geodesy::metres;
use super::route::stretch_seconds;
use super::stretch::Counted;
use crate::model::{Position, Track, Workout};

/// Slower than this is standing, in metres per second (half a walking step).
const STANDING_MPS: f64 = 0.5;

/// The values that the trackpoints alone give, without the reported totals. `None` where the
/// trackpoints lack the values.
///
/// A pause ends a track. The border of two laps is no pause when the recording went on, so the step
/// from one lap to the next counts like any other.
///
/// - Distance: geodesics of WGS 84 between neighbouring positions, pauses left out. Positions that no
///   athlete can have reached do not count, and neither do a few in a long workout indoors.
/// - Moving time: the sum of the recorded tracks, from the first trackpoint to the last of each.
/// - Time in motion: an estimate by speed, see [`in_motion_s`](Self::in_motion_s).
/// - Ascent and descent: each rise and fall of at least 3 m. Marks for "no data" and jumps that no
///   athlete makes do not count.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Summary {
    /// Metres along the route, on the ellipsoid.
    pub distance_m: Option<f64>,
    /// Seconds of recording, pauses left out.
    pub moving_s: Option<f64>,
    /// Estimated seconds in motion: the steps between neighbouring trackpoints that were at least
    /// 0.5 m/s fast, by the trackpoints' own distances, else by their positions. Standing with the
    /// recording on does not count; neither does a receiver that repeats an old position.
    pub in_motion_s: Option<f64>,
    /// Seconds from the first to the last trackpoint, never less than `moving_s`.
    pub elapsed_s: Option<f64>,
    /// Metres climbed.
    pub ascent_m: Option<f64>,
    /// Metres descended.
    pub descent_m: Option<f64>,
}

impl Workout {
    /// The values that the trackpoints alone give. See [`Summary`].
    #[must_use]
    pub fn summary(&self) -> Summary {
        let (ascent_m, descent_m) = climb(self);
        let credible = credible(self);
        Summary {
            distance_m: credible.route_distance_m(),
            moving_s: self.moving_seconds(),
            in_motion_s: sum(credible.tracks().map(seconds_in_motion)),
            elapsed_s: self.elapsed_seconds(),
            ascent_m,
            descent_m,
        }
    }
}

/// The sum of the known values; `None` when none is known.
pub(super) fn sum(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.flatten().reduce(|a, b| a + b)
}

/// Seconds from one instant to another.
pub(crate) fn seconds_between(start: DateTime<Utc>, end: DateTime<Utc>) -> f64 {
    (end.timestamp_micros() - start.timestamp_micros()) as f64 / 1e6
}

fn seconds_in_motion(track: &Track) -> Option<f64> {
    let has_distance = track.has_distance();
    if !has_distance && track.positions() < 2 {
        return stretch_seconds(&[track], Counted::All);
    }
    let mut before: Option<(DateTime<Utc>, f64, Option<Position>)> = None;
    let mut moving = 0.0;
    for index in 0..track.len() {
        let Some(time) = track.time(index) else {
            continue;
        };
        let position = track.position(index);
        let distance = track.distance_m(index);
        if has_distance && distance.is_none() || !has_distance && position.is_none() {
            continue;
        }
        let distance = distance.unwrap_or(0.0);
        if let Some((last_time, last_distance, last_position)) = before {
            let seconds = seconds_between(last_time, time);
            let step = match (has_distance, last_position.zip(position)) {
                (true, _) => distance - last_distance,
                (false, Some((a, b))) => metres(a, b),
                (false, None) => 0.0,
            };
            if seconds > 0.0 && step / seconds >= STANDING_MPS {
                moving += seconds;
            }
        }
        before = Some((time, distance, position));
    }
    Some(moving)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Lap, Sport, Trackpoint};

    fn at(second: i64, longitude: f64) -> Trackpoint {
        let mut point =
            Trackpoint::at(DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap());
        point.position = Position::new(0.0, longitude);
        point
    }

    fn workout(laps: Vec<Vec<Track>>) -> Workout {
        let mut workout = Workout::new(Sport::Running);
        workout.laps = laps
            .into_iter()
            .map(|tracks| Lap {
                tracks,
                ..Lap::default()
            })
            .collect();
        workout
    }

    const STEP: f64 = 1e-4; // 11.13 m at the equator

    #[test]
    fn a_pause_is_neither_distance_nor_time() {
        let first = Track::from_iter([at(0, 0.0), at(4, STEP)]);
        let second = Track::from_iter([
            at(100, 5.0 * STEP),
            at(104, 6.0 * STEP),
            at(110, 6.0 * STEP),
        ]);
        let summary = workout(vec![vec![first, second]]).summary();
        assert!((summary.distance_m.unwrap() - 2.0 * 11.1319).abs() < 1e-3);
        assert_eq!(summary.moving_s, Some(14.0));
        assert_eq!(summary.in_motion_s, Some(8.0));
        assert_eq!(summary.elapsed_s, Some(110.0));
        assert_eq!(summary.ascent_m, None);
    }

    #[test]
    fn the_step_from_lap_to_lap_counts() {
        let first = Track::from_iter([at(0, 0.0), at(4, STEP)]);
        let second = Track::from_iter([at(8, 2.0 * STEP), at(12, 3.0 * STEP)]);
        let summary = workout(vec![vec![first], vec![second]]).summary();
        assert!((summary.distance_m.unwrap() - 3.0 * 11.1319).abs() < 1e-3);
        assert_eq!(summary.moving_s, Some(12.0));
    }

    #[test]
    fn without_trackpoints_nothing_is_known() {
        assert_eq!(workout(vec![Vec::new()]).summary(), Summary::default());
        assert_eq!(Workout::default().summary(), Summary::default());
    }
}

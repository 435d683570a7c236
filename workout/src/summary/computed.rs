//! What the trackpoints alone say.

use chrono::{DateTime, Utc};

use super::climb::Climb;
use super::geodesy::metres;
use crate::model::{Position, Track, Workout};

/// Slower than this is standing, in metres per second (half a walking step).
const STANDING_MPS: f64 = 0.5;

/// What the trackpoints alone say about a workout. `None` where they say nothing.
///
/// - Distance: geodesics of WGS 84 between neighbouring positions of one track, added up. What lies
///   between two tracks is a pause and does not count.
/// - Moving time: the steps between neighbouring trackpoints of one track that were at least 0.5
///   m/s fast, by the trackpoints' own distances where they have them, else by the positions. A
///   track without either is taken as moving throughout.
/// - Ascent and descent: with a hysteresis of 3 m.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Summary {
    /// Metres along the route, on the ellipsoid.
    pub distance_m: Option<f64>,
    /// Seconds in motion.
    pub moving_s: Option<f64>,
    /// Seconds of recording, pauses between tracks left out.
    pub recorded_s: Option<f64>,
    /// Seconds from the first to the last trackpoint.
    pub elapsed_s: Option<f64>,
    /// Metres climbed.
    pub ascent_m: Option<f64>,
    /// Metres descended.
    pub descent_m: Option<f64>,
}

impl Workout {
    /// What the trackpoints alone say. See [`Summary`].
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut climb = Climb::default();
        for track in self.tracks() {
            (0..track.len())
                .filter_map(|index| track.altitude_m(index))
                .for_each(|m| climb.add(m));
        }
        let first = self.laps.iter().find_map(|lap| lap.first_time());
        let last = self.laps.iter().rev().find_map(|lap| lap.last_time());
        let tracks = || self.tracks();
        Summary {
            distance_m: sum(tracks().map(track_metres)),
            moving_s: sum(tracks().map(moving_seconds)),
            recorded_s: sum(tracks().map(track_seconds)),
            elapsed_s: first
                .zip(last)
                .map(|(first, last)| seconds_between(first, last)),
            ascent_m: climb.any().then_some(climb.ascent_m),
            descent_m: climb.any().then_some(climb.descent_m),
        }
    }
}

/// The sum of what is known; `None` when nothing is.
pub(super) fn sum(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.flatten().reduce(|a, b| a + b)
}

/// Seconds from one instant to another.
pub(crate) fn seconds_between(start: DateTime<Utc>, end: DateTime<Utc>) -> f64 {
    (end.timestamp_micros() - start.timestamp_micros()) as f64 / 1e6
}

fn track_seconds(track: &Track) -> Option<f64> {
    let first = (0..track.len()).find_map(|index| track.time(index))?;
    let last = (0..track.len()).rev().find_map(|index| track.time(index))?;
    Some(seconds_between(first, last).max(0.0))
}

fn track_metres(track: &Track) -> Option<f64> {
    let mut before: Option<Position> = None;
    let mut total = None;
    for position in (0..track.len()).filter_map(|index| track.position(index)) {
        if let Some(before) = before {
            *total.get_or_insert(0.0) += metres(before, position);
        }
        before = Some(position);
    }
    total
}

fn moving_seconds(track: &Track) -> Option<f64> {
    let has_distance = track.has_distance();
    if !has_distance && track.positions() < 2 {
        return track_seconds(track);
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

/// Seconds from the first to the last time of each track, added up.
pub(crate) fn recorded_seconds(tracks: &[Track]) -> Option<f64> {
    sum(tracks.iter().map(track_seconds))
}

/// Metres from the first to the last distance of the tracks.
pub(crate) fn recorded_metres(tracks: &[Track]) -> Option<f64> {
    let mut distances = tracks
        .iter()
        .flat_map(|track| (0..track.len()).filter_map(move |index| track.distance_m(index)));
    let first = distances.next()?;
    let last = distances.last().unwrap_or(first);
    Some((last - first).max(0.0))
}

/// Metres along the positions of the tracks, on the ellipsoid, to the centimetre.
pub(crate) fn ellipsoid_metres(tracks: &[Track]) -> Option<f64> {
    sum(tracks.iter().map(track_metres)).map(|metres| (metres * 100.0).round() / 100.0)
}

/// Seconds in motion of the tracks.
pub(super) fn moving(tracks: &[Track]) -> Option<f64> {
    sum(tracks.iter().map(moving_seconds))
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

    fn workout(tracks: Vec<Track>) -> Workout {
        let mut workout = Workout::new(Sport::Running);
        workout.laps.push(Lap {
            tracks,
            ..Lap::default()
        });
        workout
    }

    #[test]
    fn a_pause_is_neither_distance_nor_time() {
        let step = 1e-4; // 11.13 m at the equator
        let first = Track::from_iter([at(0, 0.0), at(4, step)]);
        let second = Track::from_iter([
            at(100, 5.0 * step),
            at(104, 6.0 * step),
            at(110, 6.0 * step),
        ]);
        let summary = workout(vec![first, second]).summary();
        assert!((summary.distance_m.unwrap() - 2.0 * 11.1319).abs() < 1e-3);
        assert_eq!(summary.recorded_s, Some(14.0));
        assert_eq!(summary.moving_s, Some(8.0));
        assert_eq!(summary.elapsed_s, Some(110.0));
        assert_eq!(summary.ascent_m, None);
    }

    #[test]
    fn without_trackpoints_nothing_is_known() {
        assert_eq!(workout(Vec::new()).summary(), Summary::default());
        assert_eq!(Workout::default().summary(), Summary::default());
    }
}

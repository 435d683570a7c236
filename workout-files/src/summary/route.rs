//! Time and distance of the trackpoints, and of the route alone.

use super::computed::sum;
use super::geodesy::path_metres;
use super::stretch::{Counted, ends_of, stretches, times_of};
use crate::model::{Track, Workout};

impl Workout {
    /// Seconds of recording, pauses left out: the sum of the recorded tracks, each from its first
    /// trackpoint to its last. The step from one lap to the next counts when the recording went on.
    /// `None` without times.
    #[must_use]
    pub fn moving_seconds(&self) -> Option<f64> {
        moving_seconds(self, Counted::All)
    }

    /// Seconds from the first trackpoint to the last, pauses included; never less than
    /// [`moving_seconds`](Self::moving_seconds). `None` without times.
    #[must_use]
    pub fn elapsed_seconds(&self) -> Option<f64> {
        elapsed_seconds(self, Counted::All)
    }

    /// [`moving_seconds`](Self::moving_seconds) as a service computes them that drops trackpoints
    /// without a position. `None` when no trackpoint has both.
    ///
    /// ```
    /// use chrono::DateTime;
    /// use workout_files::{Lap, Position, Sport, Track, Trackpoint, Workout};
    ///
    /// // The receiver finds its position after 20 seconds.
    /// let points = [0, 20, 60].map(|second| {
    ///     let mut point = Trackpoint::at(DateTime::from_timestamp(second, 0).unwrap());
    ///     point.position = Position::new(60.0, 25.0).filter(|_| second >= 20);
    ///     point
    /// });
    /// let mut lap = Lap::default();
    /// lap.tracks.push(Track::from_iter(points));
    /// let mut run = Workout::new(Sport::Running);
    /// run.laps.push(lap);
    /// assert_eq!(run.moving_seconds(), Some(60.0));
    /// assert_eq!(run.route_moving_seconds(), Some(40.0));
    /// ```
    #[must_use]
    pub fn route_moving_seconds(&self) -> Option<f64> {
        moving_seconds(self, Counted::WithPosition)
    }

    /// [`elapsed_seconds`](Self::elapsed_seconds) as a service computes them that drops trackpoints
    /// without a position. `None` when no trackpoint has both.
    #[must_use]
    pub fn route_elapsed_seconds(&self) -> Option<f64> {
        elapsed_seconds(self, Counted::WithPosition)
    }

    /// Metres along the route as a service computes them that believes every position: geodesics of
    /// WGS 84 between neighbours, pauses left out. `None` for fewer than two positions.
    /// [`Summary::distance_m`](super::Summary::distance_m) leaves out those that say nothing.
    #[must_use]
    pub fn route_distance_m(&self) -> Option<f64> {
        sum(stretches(self).iter().map(|tracks| stretch_metres(tracks)))
    }
}

fn moving_seconds(workout: &Workout, counted: Counted) -> Option<f64> {
    let stretches = stretches(workout);
    sum(stretches
        .iter()
        .map(|tracks| stretch_seconds(tracks, counted)))
}

fn elapsed_seconds(workout: &Workout, counted: Counted) -> Option<f64> {
    let times = || workout.tracks().filter_map(|track| ends_of(track, counted));
    let first = times().map(|(first, last)| first.min(last)).min()?;
    let last = times().map(|(first, last)| first.max(last)).max()?;
    let elapsed = (last - first) as f64 / 1e6;
    Some(elapsed.max(moving_seconds(workout, counted).unwrap_or(0.0)))
}

/// Seconds from the first to the last time of a stretch. Where the last is earlier, the clock was set
/// back, and the steps forward count; or the newest trackpoint comes first, and the steps back do.
pub(super) fn stretch_seconds(tracks: &[&Track], counted: Counted) -> Option<f64> {
    let first = tracks.iter().find_map(|track| ends_of(track, counted))?.0;
    let mut backwards = tracks.iter().rev();
    let last = backwards.find_map(|track| ends_of(track, counted))?.1;
    let micros = if last < first {
        against_the_clock(tracks, counted)
    } else {
        last - first
    };
    Some(micros as f64 / 1e6)
}

fn against_the_clock(tracks: &[&Track], counted: Counted) -> i64 {
    let times = tracks.iter().flat_map(|track| times_of(track, counted));
    let (mut forward, mut back, mut more_back) = (0, 0, 0);
    let mut before = None;
    for time in times {
        let step = before.replace(time).map_or(0, |before: i64| time - before);
        forward += step.max(0);
        back -= step.min(0);
        more_back -= step.signum();
    }
    if more_back > 0 { back } else { forward }
}

/// Metres along the positions of a stretch.
fn stretch_metres(tracks: &[&Track]) -> Option<f64> {
    let positions = tracks
        .iter()
        .flat_map(|track| (0..track.len()).filter_map(|index| track.position(index)));
    path_metres(positions)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::model::{Lap, Position, Sport, Trackpoint};

    /// Steps of 11.13 m on the equator; `None` is a trackpoint without a position.
    fn track(points: &[(i64, Option<f64>)]) -> Track {
        let points = points.iter().map(|&(second, steps)| {
            let mut point = Trackpoint::at(DateTime::from_timestamp(second, 0).unwrap());
            point.position = steps.and_then(|steps| Position::new(0.0, steps * 1e-4));
            point
        });
        points.collect()
    }

    fn workout(laps: Vec<Vec<Track>>) -> Workout {
        let laps = laps.into_iter().map(|tracks| Lap {
            tracks,
            ..Lap::default()
        });
        let mut workout = Workout::new(Sport::Running);
        workout.laps = laps.collect();
        workout
    }

    #[test]
    fn route_times_begin_and_end_at_positions() {
        let first = track(&[(0, None), (5, Some(0.0)), (9, Some(1.0)), (12, None)]);
        let second = track(&[(100, None), (110, Some(3.0)), (130, Some(5.0))]);
        let run = workout(vec![vec![first, second]]);
        assert_eq!(run.moving_seconds(), Some(42.0));
        assert_eq!(run.elapsed_seconds(), Some(130.0));
        assert_eq!(run.route_moving_seconds(), Some(24.0));
        assert_eq!(run.route_elapsed_seconds(), Some(125.0));
        let metres = run.route_distance_m().unwrap();
        assert!((metres - 3.0 * 11.1319).abs() < 1e-3, "{metres}");
    }

    #[test]
    fn steps_between_laps_count_when_the_recording_went_on() {
        let lap = |second: i64, steps: f64| {
            vec![track(&[
                (second, Some(steps)),
                (second + 4, Some(steps + 1.0)),
            ])]
        };
        let run = workout(vec![lap(0, 0.0), lap(8, 2.0), lap(500, 9.0)]);
        assert_eq!(run.route_moving_seconds(), Some(16.0));
        assert_eq!(run.route_elapsed_seconds(), Some(504.0));
        let metres = run.route_distance_m().unwrap();
        assert!((metres - 4.0 * 11.1319).abs() < 1e-3, "{metres}");
    }

    #[test]
    fn a_clock_that_went_back_does_not_take_the_time_away() {
        let moving = |seconds: Vec<i64>| {
            let points: Vec<_> = seconds.into_iter().map(|second| (second, None)).collect();
            workout(vec![vec![track(&points)]]).moving_seconds()
        };
        let half_a_day_back = (43_200..43_500).chain(300..600);
        assert_eq!(moving(half_a_day_back.collect()), Some(598.0));
        // The newest first.
        assert_eq!(moving((0..600).rev().collect()), Some(599.0));
        assert_eq!(moving(vec![5, 0]), Some(5.0));
    }

    #[test]
    fn unknown_values_are_none() {
        let indoor = workout(vec![vec![track(&[(0, None), (60, None)])]]);
        assert_eq!(indoor.moving_seconds(), Some(60.0));
        assert_eq!(indoor.route_moving_seconds(), None);
        assert_eq!(indoor.route_elapsed_seconds(), None);
        assert_eq!(indoor.route_distance_m(), None);
        let one = workout(vec![vec![track(&[(0, Some(1.0))])]]);
        assert_eq!(
            (one.route_distance_m(), one.route_moving_seconds()),
            (None, Some(0.0))
        );
        assert_eq!(Workout::default().elapsed_seconds(), None);
    }
}

//! Comparing two versions of one workout: what survived, and by how much it moved.
//!
//! ```
//! use workout_files::{Sport, Workout, compare};
//!
//! let before = Workout::new(Sport::Hiking);
//! let after = Workout::new(Sport::Running);
//! let report = compare(&before, &after);
//! assert!(!report.sport.same());
//! println!("{report}");
//! ```

mod align;
mod copies;
mod fidelity;
pub(crate) mod route;
pub(crate) mod series;
mod sketch;
mod table;

pub use copies::group_copies;
pub use fidelity::{Aspect, Fate, Fidelity};
pub use route::RouteDeviation;
pub use series::SeriesDeviation;
pub use sketch::Sketch;

use crate::model::{Sport, Workout};
use crate::summary::{seconds_between, zone_between};

/// A value in the two versions.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Pair<T> {
    /// In the first version.
    pub before: T,
    /// In the second version.
    pub after: T,
}

impl<T: PartialEq> Pair<T> {
    fn new(before: T, after: T) -> Self {
        Self { before, after }
    }

    /// Whether both are the same.
    #[must_use]
    pub fn same(&self) -> bool {
        self.before == self.after
    }
}

impl Pair<Option<f64>> {
    /// By how much the value changed, when both versions have one.
    #[must_use]
    pub fn change(&self) -> Option<f64> {
        Some(self.after? - self.before?)
    }
}

/// The fate of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "lowercase")
)]
pub enum TextFate {
    /// Neither version has one.
    None,
    /// Both have the same.
    Kept,
    /// They differ.
    Changed,
    /// Only the first version has one.
    Lost,
    /// Only the second version has one.
    Added,
}

impl TextFate {
    fn of(before: Option<&str>, after: Option<&str>) -> Self {
        match (before, after) {
            (None, None) => Self::None,
            (Some(before), Some(after)) if before == after => Self::Kept,
            (Some(_), Some(_)) => Self::Changed,
            (Some(_), None) => Self::Lost,
            (None, Some(_)) => Self::Added,
        }
    }

    /// The fate as a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Kept => "kept",
            Self::Changed => "changed",
            Self::Lost => "lost",
            Self::Added => "added",
        }
    }
}

/// The differences between two versions of a workout, with every deviation as a number. `Display`
/// gives a table, [`Comparison::fidelity`] a few words.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Comparison {
    /// Sports.
    pub sport: Pair<Sport>,
    /// Seconds by which the start moved; `None` when one version has none.
    pub start_shift_s: Option<f64>,
    /// Seconds without pauses.
    pub moving_s: Pair<Option<f64>>,
    /// Seconds with pauses.
    pub elapsed_s: Pair<Option<f64>>,
    /// Metres.
    pub distance_m: Pair<Option<f64>>,
    /// Metres climbed.
    pub ascent_m: Pair<Option<f64>>,
    /// Kilocalories.
    pub calories: Pair<Option<u32>>,
    /// Number of laps.
    pub laps: Pair<usize>,
    /// Number of pauses: breaks between tracks of one lap.
    pub pauses: Pair<usize>,
    /// Number of trackpoints.
    pub trackpoints: Pair<usize>,
    /// Number of trackpoints with a position.
    pub positions: Pair<usize>,
    /// Whether there is a route, as [`Workout::has_route`] says.
    pub has_route: Pair<bool>,
    /// How far the positions are apart; `None` when one version has fewer than two.
    pub route: Option<RouteDeviation>,
    /// Altitude, metres.
    pub altitude: SeriesDeviation,
    /// Heart rate, beats per minute.
    pub heart_rate: SeriesDeviation,
    /// Cadence, revolutions or strides per minute.
    pub cadence: SeriesDeviation,
    /// Power, watts.
    pub power: SeriesDeviation,
    /// Fate of the title.
    pub title: TextFate,
    /// Fate of the notes.
    pub notes: TextFate,
}

/// Compares two versions of one workout.
///
/// Trackpoints are compared at equal times. When the two starts are a whole number of quarter hours
/// apart (a wrong zone), that shift is taken out first.
#[must_use]
pub fn compare(before: &Workout, after: &Workout) -> Comparison {
    let (was, is) = (before.totals(), after.totals());
    let starts = before.start_time().zip(after.start_time());
    let start_shift_s = starts.map(|(was, is)| seconds_between(was, is));
    let shift = zone_shift(start_shift_s);
    Comparison {
        sport: Pair::new(before.sport.clone(), after.sport.clone()),
        start_shift_s,
        moving_s: Pair::new(was.moving_s, is.moving_s),
        elapsed_s: Pair::new(was.elapsed_s, is.elapsed_s),
        distance_m: Pair::new(was.distance_m, is.distance_m),
        ascent_m: Pair::new(was.ascent_m, is.ascent_m),
        calories: Pair::new(was.calories, is.calories),
        laps: Pair::new(before.laps.len(), after.laps.len()),
        pauses: Pair::new(pauses(before), pauses(after)),
        trackpoints: Pair::new(before.trackpoint_count(), after.trackpoint_count()),
        positions: Pair::new(before.position_count(), after.position_count()),
        has_route: Pair::new(before.has_route(), after.has_route()),
        route: route::deviation(before, after, shift),
        altitude: series::deviation(before, after, shift, |track, i| track.altitude_m(i)),
        heart_rate: series::deviation(before, after, shift, |track, i| {
            track.heart_rate(i).map(f64::from)
        }),
        cadence: series::deviation(before, after, shift, |track, i| {
            track.cadence(i).map(f64::from)
        }),
        power: series::deviation(before, after, shift, |track, i| {
            track.power_w(i).map(f64::from)
        }),
        title: TextFate::of(before.name.as_deref(), after.name.as_deref()),
        notes: TextFate::of(before.notes.as_deref(), after.notes.as_deref()),
    }
}

/// Breaks between neighbouring tracks of a lap that hold something.
fn pauses(workout: &Workout) -> usize {
    let recorded = |lap: &crate::Lap| lap.tracks.iter().filter(|track| !track.is_empty()).count();
    workout
        .laps
        .iter()
        .map(|lap| recorded(lap).saturating_sub(1))
        .sum()
}

/// Microseconds to take out, because one version has a wrong zone.
pub(crate) fn zone_shift(shift: Option<f64>) -> i64 {
    shift.and_then(zone_between).unwrap_or(0) * 1_000_000
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;
    use crate::{Lap, Position, Track, Trackpoint};

    fn run(shift_s: i64, north: f64) -> Workout {
        let start: DateTime<Utc> = DateTime::from_timestamp(1_700_000_000 + shift_s, 0).unwrap();
        let points = (0..100).map(|second| {
            let mut point = Trackpoint::at(start + TimeDelta::seconds(second));
            point.position = Position::new(north, second as f64 * 2e-5);
            point.heart_rate = Some(100 + second as u8);
            point
        });
        let mut workout = Workout::new(Sport::Running);
        workout.start = Some(start);
        workout.laps.push(Lap {
            tracks: vec![Track::from_iter(points)],
            ..Lap::default()
        });
        workout
    }

    #[test]
    fn a_workout_is_like_itself() {
        let report = compare(&run(0, 0.0), &run(0, 0.0));
        assert!(report.sport.same() && report.trackpoints.same());
        assert_eq!(report.start_shift_s, Some(0.0));
        assert_eq!(report.distance_m.change(), Some(0.0));
        let route = report.route.unwrap();
        assert_eq!((route.max_m, route.mean_m, route.uncovered), (0.0, 0.0, 0));
        assert_eq!(report.heart_rate.compared, 100);
        assert_eq!(report.heart_rate.max, Some(0.0));
    }

    #[test]
    fn points_of_one_time_are_compared_with_themselves() {
        for (times, points) in [(1, 50), (2, 50), (10, 3)] {
            let mut workout = run(0, 0.0);
            let mut track = Track::new();
            for time in 0..times {
                for point in 0..points {
                    let mut copy = workout.laps[0].tracks[0].get(time * 7 + point).unwrap();
                    copy.time = workout.laps[0].tracks[0].time(time);
                    track.push(copy);
                }
            }
            workout.laps[0].tracks = vec![track];
            let report = compare(&workout, &workout);
            let route = report.route.unwrap();
            assert_eq!((route.max_m, route.compared), (0.0, times * points));
            assert_eq!(report.heart_rate.max, Some(0.0));
            assert_eq!(report.heart_rate.compared, times * points);
        }
    }

    #[test]
    fn a_wrong_zone_does_not_hide_that_the_route_is_the_same() {
        let report = compare(&run(0, 0.0), &run(7200, 0.0));
        assert_eq!(report.start_shift_s, Some(7200.0));
        let route = report.route.unwrap();
        assert!(route.max_m < 1e-6, "{}", route.max_m);
        assert_eq!(report.heart_rate.max, Some(0.0));
    }

    #[test]
    fn a_route_that_moved_shows_by_how_much() {
        // 1e-4 degrees of latitude are 11.06 m at the equator.
        let route = compare(&run(0, 0.0), &run(0, 1e-4)).route.unwrap();
        assert!((route.max_m - 11.057).abs() < 0.01, "{}", route.max_m);
        assert!((route.mean_m - 11.057).abs() < 0.01, "{}", route.mean_m);
    }

    #[test]
    fn thinning_out_moves_nothing_on_a_straight_line() {
        let before = run(0, 0.0);
        let mut after = before.clone();
        let mut index = 0;
        after.laps[0].tracks[0].retain(|_| {
            index += 1;
            index % 5 == 1 || index == 100
        });
        let report = compare(&before, &after);
        let route = report.route.clone().unwrap();
        assert!(route.max_m < 1e-3, "{}", route.max_m);
        assert_eq!(route.uncovered, 0);
        assert!(report.heart_rate.compared < 100);
        assert!(report.to_string().contains("trackpoints"));
    }

    #[test]
    fn what_is_lost_is_said() {
        let mut before = run(0, 0.0);
        before.notes = Some("windy".into());
        let mut after = run(0, 0.0);
        for index in 0..100 {
            after.laps[0].tracks[0].set_position(index, None);
        }
        let report = compare(&before, &after);
        assert_eq!(report.route, None);
        assert_eq!(report.notes, TextFate::Lost);
        assert_eq!(
            report.positions,
            Pair {
                before: 100,
                after: 0
            }
        );
    }
}

//! The outcome of a comparison in few words, to be kept and shown.

use std::fmt;

use super::{Comparison, Pair, SeriesDeviation, TextFate};

/// A [`Comparison`] aspect by aspect, short enough to be kept beside a workout. `Display` gives one
/// line per fate, such as `lost: cadence, calories`.
///
/// Feature `serde`: `{"aspects": [{"what": "distance", "fate": "changed", "detail": "..."}]}`.
/// Unknown fields are ignored and unknown fates become [`Fate::Unknown`], so that reports of later
/// versions can be read.
///
/// ```
/// use workout_files::{Fate, Lap, Sport, Workout, compare};
///
/// let mut lap = Lap::default();
/// lap.distance_m = Some(5000.0);
/// lap.calories = Some(320);
/// let mut before = Workout::new(Sport::TrailRunning);
/// before.laps.push(lap);
/// let mut after = before.clone();
/// after.sport = Sport::Running;
/// after.laps[0].calories = None;
///
/// let fidelity = compare(&before, &after).fidelity();
/// assert_eq!(
///     fidelity.to_string(),
///     "kept: distance, laps\nchanged: sport (trail running is running)\nlost: calories"
/// );
/// assert_eq!(fidelity.of(Fate::Lost).count(), 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Fidelity {
    /// Everything that at least one of the two versions has.
    pub aspects: Vec<Aspect>,
}

/// One compared thing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Aspect {
    /// Its name, such as `distance` or `heart rate`.
    pub what: String,
    /// Its fate.
    pub fate: Fate,
    /// The size of the change, or both values.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub detail: Option<String>,
}

/// The fate of an aspect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Fate {
    /// It is the same, apart from rounding.
    Kept,
    /// It is there, and differs.
    Changed,
    /// Only the first version has it.
    Lost,
    /// Only the second version has it.
    Added,
    /// A word of a later version of this crate.
    #[cfg_attr(feature = "serde", serde(other))]
    Unknown,
}

impl Fate {
    /// Every fate that this version knows, in the order of `Display`.
    pub const ALL: &'static [Self] = &[Self::Kept, Self::Changed, Self::Lost, Self::Added];

    /// The fate as a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Changed => "changed",
            Self::Lost => "lost",
            Self::Added => "added",
            Self::Unknown => "unknown",
        }
    }
}

impl Fidelity {
    /// The aspects of one fate.
    pub fn of(&self, fate: Fate) -> impl Iterator<Item = &Aspect> {
        let aspects = self.aspects.iter();
        aspects.filter(move |aspect| aspect.fate == fate)
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.detail {
            Some(detail) => write!(f, " ({detail})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Fidelity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut new_line = "";
        for &fate in Fate::ALL {
            let aspects: Vec<String> = self.of(fate).map(Aspect::to_string).collect();
            if !aspects.is_empty() {
                write!(f, "{new_line}{}: {}", fate.as_str(), aspects.join(", "))?;
                new_line = "\n";
            }
        }
        Ok(())
    }
}

/// Metres that no two programs agree on: a listing shows hundredths of a mile.
const LEAST_DISTANCE_M: f64 = 10.0;
const DISTANCE_SHARE: f64 = 0.001;
/// Positions are written with at least six decimals: a metre is no rounding any more.
const ROUTE_M: f64 = 1.0;
/// A service may count in whole seconds, and from the first trackpoint on.
const START_S: f64 = 2.0;
/// A mean difference of a series that rounding explains.
const SERIES_MEAN: f64 = 0.5;
/// Services thin out series: one missing value in this many is no change.
const THINNED: usize = 20;

impl Comparison {
    /// The comparison in few words.
    #[must_use]
    pub fn fidelity(&self) -> Fidelity {
        let mut aspects = Aspects(Vec::new());
        aspects.sport(self);
        aspects.start(self);
        aspects.number("duration", &self.moving_s, " s", 1.0);
        aspects.number("time with pauses", &self.elapsed_s, " s", 1.0);
        let metres = self.distance_m.before.unwrap_or_default();
        let tolerance = (metres * DISTANCE_SHARE).max(LEAST_DISTANCE_M);
        aspects.number("distance", &self.distance_m, " m", tolerance);
        aspects.route(self);
        aspects.number("climb", &self.ascent_m, " m", 1.0);
        aspects.series("altitude", &self.altitude, " m");
        aspects.series("heart rate", &self.heart_rate, " bpm");
        aspects.series("cadence", &self.cadence, "/min");
        aspects.series("power", &self.power, " W");
        aspects.number("calories", &self.calories_as_numbers(), " kcal", 0.5);
        aspects.count("laps", &self.laps);
        aspects.count("pauses", &self.pauses);
        aspects.text("title", self.title);
        aspects.text("notes", self.notes);
        Fidelity { aspects: aspects.0 }
    }
}

struct Aspects(Vec<Aspect>);

impl Aspects {
    fn add(&mut self, what: &str, fate: Fate, detail: Option<String>) {
        self.0.push(Aspect {
            what: what.to_owned(),
            fate,
            detail,
        });
    }

    fn sport(&mut self, comparison: &Comparison) {
        let Pair { before, after } = &comparison.sport;
        if comparison.sport.same() {
            self.add("sport", Fate::Kept, None);
        } else {
            let detail = format!("{before} is {after}").replace('_', " ");
            self.add("sport", Fate::Changed, Some(detail));
        }
    }

    fn start(&mut self, comparison: &Comparison) {
        match comparison.start_shift_s {
            Some(shift) if shift.abs() < START_S => self.add("start", Fate::Kept, None),
            Some(shift) => self.add("start", Fate::Changed, Some(format!("{shift:+.0} s"))),
            None => {}
        }
    }

    fn number(&mut self, what: &str, pair: &Pair<Option<f64>>, unit: &str, tolerance: f64) {
        match (pair.before, pair.after) {
            (None, None) => {}
            (Some(_), None) => self.add(what, Fate::Lost, None),
            (None, Some(_)) => self.add(what, Fate::Added, None),
            (Some(before), Some(after)) if (after - before).abs() <= tolerance => {
                self.add(what, Fate::Kept, None);
            }
            (Some(before), Some(after)) => {
                let detail = format!("{before:.0}{unit} is {after:.0}{unit}");
                self.add(what, Fate::Changed, Some(detail));
            }
        }
    }

    fn route(&mut self, comparison: &Comparison) {
        let (before, has_route) = (comparison.positions.before, &comparison.has_route);
        match &comparison.route {
            _ if !has_route.before && !has_route.after => {}
            Some(route) if route.max_m <= ROUTE_M && route.uncovered == 0 => {
                self.add("route", Fate::Kept, None);
            }
            Some(route) => {
                let mut detail = format!("moved by up to {:.1} m", route.max_m);
                if route.uncovered > 0 {
                    let missing = route.uncovered;
                    detail.push_str(&format!(", {missing} of {before} positions are missing"));
                }
                self.add("route", Fate::Changed, Some(detail));
            }
            None if has_route.before => self.add("route", Fate::Lost, None),
            None => self.add("route", Fate::Added, None),
        }
    }

    fn series(&mut self, what: &str, series: &SeriesDeviation, unit: &str) {
        match (series.before, series.after) {
            (0, 0) => {}
            (_, 0) => self.add(what, Fate::Lost, None),
            (0, _) => self.add(what, Fate::Added, None),
            (before, _) => {
                let missing = before.saturating_sub(series.compared);
                let mut details = Vec::new();
                if let Some(mean) = series.mean.filter(|mean| *mean > SERIES_MEAN) {
                    details.push(format!("differs by {mean:.1}{unit} on average"));
                }
                if missing * THINNED > before {
                    details.push(format!("{missing} of {before} values are missing"));
                }
                let detail = (!details.is_empty()).then(|| details.join(", "));
                let fate = detail.as_ref().map_or(Fate::Kept, |_| Fate::Changed);
                self.add(what, fate, detail);
            }
        }
    }

    fn count(&mut self, what: &str, pair: &Pair<usize>) {
        match (pair.before, pair.after) {
            (0, 0) => {}
            (before, after) if before == after => self.add(what, Fate::Kept, None),
            (_, 0) => self.add(what, Fate::Lost, None),
            (0, _) => self.add(what, Fate::Added, None),
            (before, after) => self.add(what, Fate::Changed, Some(format!("{before} are {after}"))),
        }
    }

    fn text(&mut self, what: &str, fate: TextFate) {
        match fate {
            TextFate::None => {}
            TextFate::Kept => self.add(what, Fate::Kept, None),
            TextFate::Changed => self.add(what, Fate::Changed, None),
            TextFate::Lost => self.add(what, Fate::Lost, None),
            TextFate::Added => self.add(what, Fate::Added, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::{Lap, Position, Sport, Track, Trackpoint, Workout, compare};

    fn ride() -> Workout {
        let lap = Lap {
            distance_m: Some(20_000.0),
            total_time_s: Some(3600.0),
            calories: Some(500),
            ..Lap::default()
        };
        let mut workout = Workout::new(Sport::MountainBiking);
        workout.start = Some(DateTime::from_timestamp(1_700_000_000, 643_000_000).unwrap());
        workout.notes = Some("windy".into());
        workout.laps = vec![lap.clone(), lap];
        workout
    }

    /// A straight line with a heart rate, a second and 11.1 m from point to point.
    fn run() -> Workout {
        let points = (0..100).map(|second| {
            let mut point = Trackpoint::at(DateTime::from_timestamp(second, 0).unwrap());
            point.position = Position::new(0.0, second as f64 * 1e-4);
            point.heart_rate = Some(120);
            point
        });
        let mut workout = Workout::new(Sport::Running);
        workout.laps.push(Lap {
            tracks: vec![Track::from_iter(points)],
            ..Lap::default()
        });
        workout
    }

    fn aspect(before: &Workout, after: &Workout, what: &str) -> Option<String> {
        let fidelity = compare(before, after).fidelity();
        let found = fidelity.aspects.iter().find(|aspect| aspect.what == what)?;
        Some(format!("{} {found}", found.fate.as_str()))
    }

    #[test]
    fn totals_and_texts_have_a_fate_each() {
        let mut back = ride();
        back.sport = Sport::Cycling;
        back.start = Some(DateTime::from_timestamp(1_700_000_000, 0).unwrap());
        back.laps.truncate(1);
        back.laps[0].distance_m = Some(39_990.0);
        back.laps[0].total_time_s = Some(7200.4);
        back.laps[0].calories = None;
        back.notes = None;
        back.name = Some("Cycling 11/14/23".into());
        assert_eq!(
            compare(&ride(), &back).fidelity().to_string(),
            "kept: start, duration, time with pauses, distance\n\
             changed: sport (mountain biking is cycling), laps (2 are 1)\n\
             lost: calories, notes\nadded: title"
        );
    }

    #[test]
    fn equal_workouts_keep_every_aspect() {
        for workout in [ride(), run(), Workout::default()] {
            let fidelity = compare(&workout, &workout).fidelity();
            assert_eq!(fidelity.of(Fate::Kept).count(), fidelity.aspects.len());
        }
    }

    #[test]
    fn routes_and_series_that_moved_or_are_gone_are_named() {
        let before = run();
        let mut after = before.clone();
        after.laps[0].tracks[0].set_position(50, Position::new(1e-4, 50e-4));
        let moved = aspect(&before, &after, "route");
        assert_eq!(
            moved.as_deref(),
            Some("changed route (moved by up to 11.1 m)")
        );
        let mut second = 0;
        after.laps[0].tracks[0].retain(|_| {
            second += 1;
            second <= 70
        });
        let short = aspect(&before, &after, "route").unwrap();
        assert!(
            short.ends_with("30 of 100 positions are missing)"),
            "{short}"
        );
        let values = aspect(&before, &after, "heart rate");
        let missing = "changed heart rate (30 of 100 values are missing)";
        assert_eq!(values.as_deref(), Some(missing));
        let mut bare = Workout::new(Sport::Running);
        bare.laps.push(Lap::default());
        assert_eq!(
            aspect(&before, &bare, "route").as_deref(),
            Some("lost route")
        );
        assert_eq!(
            aspect(&bare, &before, "heart rate").as_deref(),
            Some("added heart rate")
        );
        assert_eq!(aspect(&bare, &bare, "route"), None);
    }

    #[test]
    fn starts_may_differ_by_less_than_two_seconds() {
        let before = ride();
        for (shift, fate) in [
            (-1900, "kept start"),
            (7_200_000, "changed start (+7200 s)"),
        ] {
            let mut after = before.clone();
            let shift = chrono::TimeDelta::milliseconds(shift);
            after.start = after.start.map(|start| start + shift);
            assert_eq!(aspect(&before, &after, "start").as_deref(), Some(fate));
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn reports_of_later_versions_are_read() {
        let text = r#"{"at":1,"aspects":[{"what":"smell","fate":"improved","new":1}]}"#;
        let fidelity: Fidelity = serde_json::from_str(text).unwrap();
        assert_eq!(fidelity.aspects[0].fate, Fate::Unknown);
        assert_eq!(fidelity.to_string(), "");
        let changed = compare(&ride(), &run()).fidelity();
        let json = serde_json::to_string(&changed).unwrap();
        assert!(json.contains(r#"{"what":"notes","fate":"lost"}"#), "{json}");
        assert_eq!(serde_json::from_str::<Fidelity>(&json).unwrap(), changed);
    }
}

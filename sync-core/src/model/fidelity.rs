//! What became of a workout on its way to the destination, short enough to be kept.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use workout_files::{Comparison, Pair, SeriesDeviation, TextFate};

/// The fidelity report of a delivery: what was read back, compared with the source's workout.
///
/// Made from [`workout_files::compare`]; `Display` gives one line for each fate, such as `lost: cadence, calories`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Fidelity {
    /// When it was read back.
    pub at: DateTime<Utc>,
    /// What was compared: whatever one of the two versions has.
    pub aspects: Vec<Aspect>,
}

/// One thing that was compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Aspect {
    /// Such as `distance` or `heart rate`.
    pub what: String,
    /// What became of it.
    pub fate: Fate,
    /// By how much it moved, or what it was and is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What became of one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fate {
    /// It is the same, apart from rounding.
    Kept,
    /// It is there, and differs.
    Changed,
    /// The destination does not have it.
    Lost,
    /// Only the destination has it.
    Added,
    /// A word of a later version of this program.
    #[serde(other)]
    Unknown,
}

impl Fate {
    const SHOWN: [(Self, &str); 4] = [
        (Self::Kept, "kept"),
        (Self::Changed, "changed"),
        (Self::Lost, "lost"),
        (Self::Added, "added"),
    ];
}

impl Fidelity {
    pub(crate) fn new(comparison: &Comparison, at: DateTime<Utc>) -> Self {
        let mut aspects = Aspects(Vec::new());
        aspects.sport(comparison);
        aspects.start(comparison);
        aspects.number("duration", &comparison.moving_s, " s", 1.0);
        aspects.number("time with pauses", &comparison.elapsed_s, " s", 1.0);
        let metres = comparison.distance_m.before.unwrap_or_default();
        // Nobody computes a length to better than that, and a listing shows hundredths of a mile.
        let tolerance = (metres * 0.001).max(10.0);
        aspects.number("distance", &comparison.distance_m, " m", tolerance);
        aspects.route(comparison);
        aspects.number("climb", &comparison.ascent_m, " m", 1.0);
        aspects.series("altitude", &comparison.altitude, " m");
        aspects.series("heart rate", &comparison.heart_rate, " bpm");
        aspects.series("cadence", &comparison.cadence, "/min");
        aspects.series("power", &comparison.power, " W");
        let calories = Pair {
            before: comparison.calories.before.map(f64::from),
            after: comparison.calories.after.map(f64::from),
        };
        aspects.number("calories", &calories, " kcal", 0.5);
        aspects.count("laps", &comparison.laps);
        aspects.count("pauses", &comparison.pauses);
        aspects.text("title", comparison.title);
        aspects.text("notes", comparison.notes);
        Self {
            at,
            aspects: aspects.0,
        }
    }

    /// What was lost, as a line of history.
    pub(crate) fn line(&self) -> String {
        let lost: Vec<&str> = self.of(Fate::Lost).map(|aspect| &*aspect.what).collect();
        match lost.as_slice() {
            [] => "read back: nothing was lost".to_owned(),
            lost => format!("read back: lost {}", lost.join(", ")),
        }
    }

    /// What has this fate, with the details.
    pub fn of(&self, fate: Fate) -> impl Iterator<Item = &Aspect> {
        self.aspects
            .iter()
            .filter(move |aspect| aspect.fate == fate)
    }
}

impl std::fmt::Display for Aspect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)?;
        match &self.detail {
            Some(detail) => write!(f, " ({detail})"),
            None => Ok(()),
        }
    }
}

impl std::fmt::Display for Fidelity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut first = true;
        for (fate, word) in Fate::SHOWN {
            let aspects: Vec<String> = self.of(fate).map(Aspect::to_string).collect();
            if !aspects.is_empty() {
                let new_line = if first { "" } else { "\n" };
                write!(f, "{new_line}{word}: {}", aspects.join(", "))?;
                first = false;
            }
        }
        Ok(())
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

    /// The destination may count in whole seconds, and from the first trackpoint on.
    fn start(&mut self, comparison: &Comparison) {
        match comparison.start_shift_s {
            Some(shift) if shift.abs() < 2.0 => self.add("start", Fate::Kept, None),
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

    /// Positions are written with at least six decimals: a metre is no rounding any more.
    fn route(&mut self, comparison: &Comparison) {
        match (
            &comparison.route,
            comparison.positions.before,
            comparison.positions.after,
        ) {
            (Some(route), ..) if route.max_m <= 1.0 && route.uncovered == 0 => {
                self.add("route", Fate::Kept, None);
            }
            (Some(route), before, _) => {
                let mut detail = format!("moved by up to {:.1} m", route.max_m);
                if route.uncovered > 0 {
                    detail.push_str(&format!(
                        ", {} of {before} positions are missing",
                        route.uncovered
                    ));
                }
                self.add("route", Fate::Changed, Some(detail));
            }
            (None, 2.., _) => self.add("route", Fate::Lost, None),
            (None, _, 2..) => self.add("route", Fate::Added, None),
            (None, ..) => {}
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
                if let Some(mean) = series.mean.filter(|mean| *mean > 0.5) {
                    details.push(format!("differs by {mean:.1}{unit} on average"));
                }
                // A point in twenty may have been thinned out.
                if missing * 20 > before {
                    details.push(format!("{missing} of {before} values are missing"));
                }
                let fate = if details.is_empty() {
                    Fate::Kept
                } else {
                    Fate::Changed
                };
                let detail = (!details.is_empty()).then(|| details.join(", "));
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
    use super::*;
    use workout_files::{Lap, Sport, Workout, compare};

    fn ride() -> Workout {
        let mut lap = Lap::default();
        lap.distance_m = Some(20_000.0);
        lap.total_time_s = Some(3600.0);
        lap.calories = Some(500);
        let mut workout = Workout::new(Sport::MountainBiking);
        workout.start = Some(DateTime::from_timestamp(1_700_000_000, 643_000_000).unwrap());
        workout.notes = Some("windy".into());
        workout.laps = vec![lap.clone(), lap];
        workout
    }

    #[test]
    fn it_says_what_was_kept_and_what_was_not() {
        let mut back = ride();
        back.sport = Sport::Cycling;
        back.start = Some(DateTime::from_timestamp(1_700_000_000, 0).unwrap());
        back.laps.truncate(1);
        back.laps[0].distance_m = Some(39_990.0);
        back.laps[0].total_time_s = Some(7200.4);
        back.laps[0].calories = None;
        back.notes = None;
        back.name = Some("Cycling 11/14/23".into());
        let fidelity = Fidelity::new(&compare(&ride(), &back), DateTime::UNIX_EPOCH);
        let text = fidelity.to_string();
        assert!(text.starts_with("kept: start, duration"), "{text}");
        assert!(text.contains("distance"), "{text}");
        assert!(
            text.contains("changed: sport (mountain biking is cycling)"),
            "{text}"
        );
        assert!(text.contains("laps (2 are 1)"), "{text}");
        assert!(
            text.contains("\nlost: calories, notes\nadded: title"),
            "{text}"
        );
    }

    #[test]
    fn a_word_of_a_later_version_is_no_reason_to_refuse_the_ledger() {
        let text = r#"{"at":"2026-11-23T08:00:00Z","aspects":[{"what":"smell","fate":"improved","new":1}]}"#;
        let fidelity: Fidelity = serde_json::from_str(text).unwrap();
        assert_eq!(fidelity.aspects[0].fate, Fate::Unknown);
        let kept = Fidelity::new(&compare(&ride(), &ride()), DateTime::UNIX_EPOCH);
        let json = serde_json::to_string(&kept).unwrap();
        assert_eq!(serde_json::from_str::<Fidelity>(&json).unwrap(), kept);
    }
}

//! Is this activity at the destination that workout of ours?
//!
//! The verdict is typed and carries its evidence, because three things hang on it: [`Same`](Verdict::Same) links without sending,
//! [`Different`](Verdict::Different) allows sending, and [`Unsure`](Verdict::Unsure) must do neither.
//!
//! What can be told from what:
//!
//! | the destination shows | and it agrees | verdict |
//! |---|---|---|
//! | a time of day | start, and duration or distance | `Same` |
//! | only a day | duration and distance, one of them to the second or metre | `Same` |
//! | only a day | duration to the second, and neither has a distance | `Same` |
//! | only a day | duration, and only one of the two has a distance | `Unsure`, or `Same` when it appeared after we sent |
//! | only a day | distance to the metre, no duration shown | `Same` |
//! | only a day | both only roughly | `Unsure`, or `Same` when it appeared after we sent |
//! | only a day | nothing to compare | `Unsure` |
//! | a different day or time, or a clearly different duration | | `Different` |
//!
//! Allowances: a start that is up to five minutes off (points before the first fix are often dropped), a whole or half hour of
//! wrong zone, and a type that the importer changed (Runkeeper makes every import Running, seen 2026-04).

use chrono::{NaiveDate, TimeDelta};
use workout::Sport;

use crate::destination::Activity;
use crate::record::Facts;

/// Whether an activity is the workout we look for.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Verdict {
    /// It is.
    Same(Evidence),
    /// It is not.
    Different(Evidence),
    /// It can't be told. Never a reason to send.
    Unsure(Evidence),
}

impl Verdict {
    /// What speaks for the verdict.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        match self {
            Self::Same(evidence) | Self::Different(evidence) | Self::Unsure(evidence) => evidence,
        }
    }

    /// Whether it is [`Verdict::Same`].
    #[must_use]
    pub fn is_same(&self) -> bool {
        matches!(self, Self::Same(_))
    }

    /// Whether it is [`Verdict::Different`].
    #[must_use]
    pub fn is_different(&self) -> bool {
        matches!(self, Self::Different(_))
    }
}

/// What a verdict rests on, one short phrase per compared fact.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Evidence {
    /// For example `same day`, `duration 1 s apart`, `distance 12 m apart`.
    pub phrases: Vec<String>,
    /// How far apart the two are, as a number without unit: smaller is closer. Only to be compared with other evidence.
    pub deviation: f64,
}

impl std::fmt::Display for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.phrases.join(", "))
    }
}

/// What is known about where an activity came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Prior {
    /// It may have been there for years.
    Existing,
    /// It was not there before we sent, and is there now.
    AppearedAfterSend,
}

/// How close one compared fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Closeness {
    Tight,
    Close,
    Unknown,
    /// One has it, the other does not.
    OneSided,
    Far,
}

/// Compares a workout of ours with an activity at the destination.
#[must_use]
pub fn compare(ours: &Facts, theirs: &Activity, prior: Prior) -> Verdict {
    let mut evidence = Evidence::default();
    let time = compare_time(ours, theirs, &mut evidence);
    let duration = compare_duration(ours, theirs, &mut evidence);
    let distance = compare_distance(ours, theirs, &mut evidence);
    let sport_conflicts = compare_sport(ours, theirs, &mut evidence);

    use Closeness::{Close, Far, OneSided, Tight, Unknown};
    let appeared = prior == Prior::AppearedAfterSend;
    let same = match (time, duration, distance) {
        (Time::Elsewhere, _, _) | (_, Far, Far) => return Verdict::Different(evidence),
        // A clearly different duration is another workout; a distance alone may have been computed anew from the track.
        (_, Far, Close | Unknown | OneSided) | (_, Close | Unknown | OneSided, Far) => {
            return Verdict::Different(evidence);
        }
        (_, Far, Tight) | (_, Tight, Far) => false,
        (Time::Start, Unknown | OneSided, Unknown | OneSided) => appeared,
        (Time::Start, _, _) => true,
        (Time::Day, Tight, Tight | Close | Unknown) | (Time::Day, Close | Unknown, Tight) => true,
        (Time::Day, Close, Close) => appeared,
        (Time::Day, Close, Unknown) | (Time::Day, Unknown, Close) => appeared,
        // A run of an hour and an hour in the gym are two workouts, unless it was seen to come.
        (Time::Day, Tight | Close, OneSided) | (Time::Day, OneSided, _) => appeared,
        (Time::Day, Unknown, Unknown | OneSided) => false,
        // A neighbouring day is only believable with everything else exact.
        (Time::ZoneShifted, Tight, Tight) => true,
        (Time::ZoneShifted, _, _) => false,
        (Time::Unknown, Tight, Tight) => appeared,
        (Time::Unknown, _, _) => false,
    };
    match (same, sport_conflicts) {
        (true, false) => Verdict::Same(evidence),
        (true, true) if appeared => Verdict::Same(evidence),
        _ => Verdict::Unsure(evidence),
    }
}

/// Whether two workouts of ours might be taken for each other at a destination that shows a day, a duration and a distance.
#[must_use]
pub fn alike(ours: &Facts, theirs: &Facts) -> bool {
    fn each<T: Copy>(values: &[T]) -> Vec<Option<T>> {
        match values {
            [] => vec![None],
            values => values.iter().copied().map(Some).collect(),
        }
    }
    each(&theirs.durations_ms).into_iter().any(|duration_ms| {
        each(&theirs.distances_m).into_iter().any(|distance_m| {
            let mut shown = Activity::new("");
            shown.day = Some(theirs.day());
            shown.duration_ms = duration_ms;
            shown.distance_m = distance_m;
            !compare(ours, &shown, Prior::AppearedAfterSend).is_different()
        })
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Time {
    /// The times of day agree.
    Start,
    /// The days agree; there is no time of day.
    Day,
    /// It would agree if one of the two had the wrong zone.
    ZoneShifted,
    /// Nothing is known.
    Unknown,
    /// Another time.
    Elsewhere,
}

/// A start may be this late: trackpoints before the first position fix are dropped on the way (up to 245 s seen).
const START_TOLERANCE: TimeDelta = TimeDelta::minutes(5);
/// The widest offset between two clocks on earth.
const WIDEST_ZONE: TimeDelta = TimeDelta::hours(14);

fn compare_time(ours: &Facts, theirs: &Activity, evidence: &mut Evidence) -> Time {
    let difference = match (theirs.start_utc, ours.start_utc, theirs.start) {
        (Some(theirs), Some(ours), _) => Some(theirs - ours),
        (_, _, Some(theirs)) => Some(theirs - ours.start),
        _ => None,
    };
    if let Some(difference) = difference {
        let seconds = difference.num_seconds();
        if difference.abs() <= START_TOLERANCE {
            evidence.add(
                format!("start {} s apart", seconds.abs()),
                seconds.abs() as f64 / 300.0,
            );
            return Time::Start;
        }
        let half_hours = (seconds as f64 / 1800.0).round() as i64;
        let rest = TimeDelta::seconds(seconds - half_hours * 1800);
        if difference.abs() <= WIDEST_ZONE && rest.abs() <= START_TOLERANCE {
            let hours = half_hours as f64 / 2.0;
            evidence.add(
                format!("start {hours:+} h apart, as with a wrong zone"),
                2.0,
            );
            return Time::ZoneShifted;
        }
        evidence.add(format!("start {} min apart", seconds.abs() / 60), 100.0);
        return Time::Elsewhere;
    }
    let Some(day) = theirs.day else {
        evidence.add("day unknown", 1.0);
        return Time::Unknown;
    };
    if day == ours.day() || ours.start_utc.is_some_and(|utc| utc.date_naive() == day) {
        evidence.add("same day", 0.0);
        return Time::Day;
    }
    if zone_shifted_days(ours).contains(&day) {
        evidence.add(format!("on {day}, as with a wrong zone"), 2.0);
        return Time::ZoneShifted;
    }
    evidence.add(format!("on {day}, another day"), 100.0);
    Time::Elsewhere
}

/// The days on which the workout would appear if its zone were mistaken: taken twice, left out, or an hour of summer time off.
/// Without a known offset, any zone on earth is thinkable.
fn zone_shifted_days(ours: &Facts) -> Vec<NaiveDate> {
    let shifts = match ours.start_utc {
        Some(utc) => {
            let offset = ours.start - utc.naive_utc();
            let hour = TimeDelta::hours(1);
            vec![offset, -offset, offset * 2, hour, -hour]
        }
        None => vec![WIDEST_ZONE, -WIDEST_ZONE],
    };
    shifts
        .into_iter()
        .filter_map(|shift| ours.start.checked_add_signed(shift))
        .map(|start| start.date())
        .collect()
}

fn compare_duration(ours: &Facts, theirs: &Activity, evidence: &mut Evidence) -> Closeness {
    let theirs = theirs.duration_ms.filter(|ms| *ms > 0);
    let known: Vec<f64> = ours
        .durations_ms
        .iter()
        .filter(|ms| **ms > 0)
        .map(|ms| *ms as f64 / 1000.0)
        .collect();
    let (Some(theirs), false) = (theirs.map(|ms| ms as f64 / 1000.0), known.is_empty()) else {
        evidence.add("no duration to compare", 0.5);
        return Closeness::Unknown;
    };
    let apart = nearest(&known, theirs);
    evidence.add(
        format!("duration {apart:.0} s apart"),
        apart / theirs.max(60.0) * 10.0,
    );
    let shortest = known.iter().copied().fold(f64::INFINITY, f64::min);
    let longest = known.iter().copied().fold(0.0, f64::max);
    let slack = (longest * 0.10).max(90.0);
    if apart <= (theirs * 0.001).max(3.0) {
        Closeness::Tight
    } else if apart <= slack || (shortest..=longest).contains(&theirs) {
        Closeness::Close
    } else {
        Closeness::Far
    }
}

fn compare_distance(ours: &Facts, theirs: &Activity, evidence: &mut Evidence) -> Closeness {
    // Zero is how both services write "none".
    let theirs = theirs.distance_m.filter(|m| *m > 0.0);
    let known: Vec<f64> = ours
        .distances_m
        .iter()
        .copied()
        .filter(|m| *m > 0.0)
        .collect();
    let (Some(theirs), false) = (theirs, known.is_empty()) else {
        let both_without = theirs.is_none() && known.is_empty();
        let (phrase, weight) = if both_without {
            ("neither has a distance", 0.0)
        } else {
            ("only one has a distance", 0.5)
        };
        evidence.add(phrase, weight);
        return match both_without {
            true => Closeness::Unknown,
            false => Closeness::OneSided,
        };
    };
    let apart = nearest(&known, theirs);
    evidence.add(
        format!("distance {apart:.0} m apart"),
        apart / theirs.max(100.0) * 10.0,
    );
    // Listings show two decimals of a kilometre or mile: 5 to 8 m of rounding.
    if apart <= (theirs * 0.003).max(16.0) {
        Closeness::Tight
    } else if apart <= (theirs * 0.08).max(150.0) {
        Closeness::Close
    } else {
        Closeness::Far
    }
}

/// Whether the types speak against each other. Running speaks for nothing: it is what the importer makes of everything.
fn compare_sport(ours: &Facts, theirs: &Activity, evidence: &mut Evidence) -> bool {
    let (Some(ours), Some(theirs)) = (&ours.sport, &theirs.sport) else {
        return false;
    };
    let (ours_family, theirs_family) = (family(ours), family(theirs));
    let neutral = |family| matches!(family, Family::Any | Family::Foot);
    let conflicts = ours_family != theirs_family
        && !neutral(theirs_family)
        && !matches!(ours_family, Family::Any);
    if conflicts {
        evidence.add(format!("types differ: {ours} and {theirs}"), 1.0);
    }
    conflicts
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Foot,
    Wheels,
    Water,
    Snow,
    Any,
}

fn family(sport: &Sport) -> Family {
    let name = sport.as_str();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["ski", "snow"]) {
        Family::Snow
    } else if has(&["cycl", "bik", "spinning"]) {
        Family::Wheels
    } else if has(&["swim", "row", "kayak", "canoe", "surf"]) {
        Family::Water
    } else if has(&["run", "walk", "hik", "jog", "trail", "treadmill"]) {
        Family::Foot
    } else {
        Family::Any
    }
}

fn nearest(known: &[f64], value: f64) -> f64 {
    known
        .iter()
        .map(|k| (k - value).abs())
        .fold(f64::INFINITY, f64::min)
}

impl Evidence {
    fn add(&mut self, phrase: impl Into<String>, deviation: f64) {
        self.phrases.push(phrase.into());
        self.deviation += deviation;
    }
}

/// Pairs workouts with activities, one to one, when every one of both sides finds exactly its partner; `None` when the numbers
/// differ or a workout would be left over.
///
/// Twins (two workouts of the same day that look alike) are told apart by their order: both lists come in the order of creation.
#[must_use]
pub fn pair_up(same: &[Vec<bool>]) -> Option<Vec<usize>> {
    let count = same.len();
    if same.iter().any(|row| row.len() != count) {
        return None;
    }
    let mut taken = vec![false; count];
    let mut pairs = Vec::with_capacity(count);
    fn place(same: &[Vec<bool>], taken: &mut [bool], pairs: &mut Vec<usize>) -> bool {
        let Some(row) = same.get(pairs.len()) else {
            return true;
        };
        for column in 0..row.len() {
            if row[column] && !taken[column] {
                taken[column] = true;
                pairs.push(column);
                if place(same, taken, pairs) {
                    return true;
                }
                pairs.pop();
                taken[column] = false;
            }
        }
        false
    }
    place(same, &mut taken, &mut pairs).then_some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDateTime;

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    fn run_of_silvester() -> Facts {
        Facts {
            start: at("2025-12-31T23:10:00"),
            start_utc: Some("2026-01-01T04:10:00Z".parse().unwrap()),
            durations_ms: vec![1_800_000],
            distances_m: vec![5000.0],
            sport: Some(Sport::Running),
        }
    }

    fn listed(day: &str, seconds: u64, metres: f64) -> Activity {
        let mut activity = Activity::new("1");
        activity.day = Some(day.parse().unwrap());
        activity.duration_ms = (seconds > 0).then_some(seconds * 1000);
        activity.distance_m = Some(metres);
        activity
    }

    #[test]
    fn an_hour_in_the_gym_is_not_the_run_of_an_hour() {
        let mut gym = run_of_silvester();
        gym.distances_m.clear();
        let pairs = [
            (run_of_silvester(), listed("2025-12-31", 1800, 0.0)),
            (gym, listed("2025-12-31", 1800, 5000.0)),
        ];
        for (ours, theirs) in pairs {
            verdict(&ours, &theirs, Prior::Existing, "unsure");
            verdict(&ours, &theirs, Prior::AppearedAfterSend, "same");
        }
    }

    #[track_caller]
    fn verdict(ours: &Facts, theirs: &Activity, prior: Prior, name: &str) {
        let verdict = compare(ours, theirs, prior);
        let got = match verdict {
            Verdict::Same(_) => "same",
            Verdict::Different(_) => "different",
            Verdict::Unsure(_) => "unsure",
        };
        assert_eq!(got, name, "{}", verdict.evidence());
    }

    #[test]
    fn a_day_with_duration_and_distance_is_enough() {
        let ours = run_of_silvester();
        verdict(
            &ours,
            &listed("2025-12-31", 1800, 5000.0),
            Prior::Existing,
            "same",
        );
        verdict(
            &ours,
            &listed("2025-12-31", 1801, 5080.0),
            Prior::Existing,
            "same",
        );
        verdict(
            &ours,
            &listed("2026-01-01", 1800, 5000.0),
            Prior::Existing,
            "same",
        );
    }

    #[test]
    fn another_workout_of_the_same_day_is_different() {
        let ours = run_of_silvester();
        verdict(
            &ours,
            &listed("2025-12-31", 3600, 10_000.0),
            Prior::Existing,
            "different",
        );
        verdict(
            &ours,
            &listed("2025-12-31", 2700, 5200.0),
            Prior::Existing,
            "different",
        );
    }

    #[test]
    fn a_way_there_and_a_way_back_are_not_confused() {
        let mut there = run_of_silvester();
        there.distances_m = vec![10_000.0];
        verdict(
            &there,
            &listed("2025-12-31", 1860, 10_100.0),
            Prior::Existing,
            "unsure",
        );
        verdict(
            &there,
            &listed("2025-12-31", 1860, 10_100.0),
            Prior::AppearedAfterSend,
            "same",
        );
    }

    #[test]
    fn a_neighbouring_day_counts_only_for_a_wrong_zone_and_exact_facts() {
        let mut ours = run_of_silvester();
        ours.start = at("2025-12-31T12:00:00");
        ours.start_utc = Some("2025-12-31T17:00:00Z".parse().unwrap());
        verdict(
            &ours,
            &listed("2026-01-01", 1800, 5000.0),
            Prior::Existing,
            "different",
        );
        ours.start = at("2025-12-31T20:00:00");
        ours.start_utc = Some("2025-12-31T12:00:00Z".parse().unwrap());
        verdict(
            &ours,
            &listed("2026-01-01", 1800, 5000.0),
            Prior::Existing,
            "same",
        );
        verdict(
            &ours,
            &listed("2026-01-01", 1850, 5100.0),
            Prior::Existing,
            "unsure",
        );
    }

    #[test]
    fn without_anything_to_compare_it_stays_unsure() {
        let ours = run_of_silvester();
        let mut theirs = Activity::new("1");
        theirs.day = Some("2025-12-31".parse().unwrap());
        verdict(&ours, &theirs, Prior::Existing, "unsure");
        verdict(&ours, &theirs, Prior::AppearedAfterSend, "unsure");
    }

    #[test]
    fn a_listing_without_durations_goes_by_the_exact_distance() {
        let ours = run_of_silvester();
        verdict(
            &ours,
            &listed("2025-12-31", 0, 5000.0),
            Prior::Existing,
            "same",
        );
        verdict(
            &ours,
            &listed("2025-12-31", 0, 5100.0),
            Prior::Existing,
            "unsure",
        );
        verdict(
            &ours,
            &listed("2025-12-31", 0, 8000.0),
            Prior::Existing,
            "different",
        );
    }

    #[test]
    fn the_gym_goes_by_the_exact_duration() {
        let mut ours = run_of_silvester();
        ours.distances_m.clear();
        verdict(
            &ours,
            &listed("2025-12-31", 1800, 0.0),
            Prior::Existing,
            "same",
        );
        verdict(
            &ours,
            &listed("2025-12-31", 1860, 0.0),
            Prior::Existing,
            "unsure",
        );
        verdict(
            &ours,
            &listed("2025-12-31", 900, 0.0),
            Prior::Existing,
            "different",
        );
    }

    #[test]
    fn running_is_what_the_importer_makes_of_everything() {
        let mut ours = run_of_silvester();
        ours.sport = Some(Sport::Cycling);
        let mut theirs = listed("2025-12-31", 1800, 5000.0);
        theirs.sport = Some(Sport::Running);
        verdict(&ours, &theirs, Prior::Existing, "same");
        ours.sport = Some(Sport::Running);
        theirs.sport = Some(Sport::Cycling);
        verdict(&ours, &theirs, Prior::Existing, "unsure");
    }

    #[test]
    fn a_time_of_day_decides_and_a_wrong_zone_is_forgiven() {
        let ours = run_of_silvester();
        let mut theirs = listed("2025-12-31", 1700, 4900.0);
        theirs.start = Some(at("2025-12-31T23:13:00"));
        verdict(&ours, &theirs, Prior::Existing, "same");
        theirs.start = Some(at("2025-12-31T18:10:00"));
        verdict(&ours, &theirs, Prior::Existing, "unsure");
        theirs = listed("2025-12-31", 1800, 5000.0);
        theirs.start = Some(at("2025-12-31T18:10:00"));
        verdict(&ours, &theirs, Prior::Existing, "same");
        theirs.start = Some(at("2025-12-31T19:25:00"));
        verdict(&ours, &theirs, Prior::Existing, "different");
    }

    #[test]
    fn twins_are_paired_in_order_and_only_when_nobody_is_left_over() {
        assert_eq!(
            pair_up(&[vec![true, true], vec![true, true]]),
            Some(vec![0, 1])
        );
        assert_eq!(
            pair_up(&[vec![true, true], vec![true, false]]),
            Some(vec![1, 0])
        );
        assert_eq!(pair_up(&[vec![true, false], vec![true, false]]), None);
        assert_eq!(pair_up(&[vec![true, true]]), None);
        assert_eq!(pair_up(&[]), Some(vec![]));
    }
}

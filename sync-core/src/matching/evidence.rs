//! One fact after the other: how far apart are start, duration, distance and type?

use chrono::{NaiveDate, TimeDelta};
use workout_files::Sport;

use super::matcher::Evidence;
use crate::destination::Activity;
use crate::model::Facts;

/// How close one compared fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Closeness {
    Tight,
    Close,
    Unknown,
    /// One has it, the other does not.
    OneSided,
    Far,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Time {
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

pub(super) fn compare_time(ours: &Facts, theirs: &Activity, evidence: &mut Evidence) -> Time {
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
            evidence.is_shifted = true;
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
        evidence.is_shifted = true;
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

pub(super) fn compare_duration(
    ours: &Facts,
    theirs: &Activity,
    evidence: &mut Evidence,
) -> Closeness {
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

pub(super) fn compare_distance(
    ours: &Facts,
    theirs: &Activity,
    evidence: &mut Evidence,
) -> Closeness {
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

/// Whether the types contradict each other. Running proves nothing: the importer makes every
/// activity Running.
pub(super) fn compare_sport(ours: &Facts, theirs: &Activity, evidence: &mut Evidence) -> bool {
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

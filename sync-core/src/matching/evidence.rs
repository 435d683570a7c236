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

pub(super) fn time(ours: &Facts, theirs: &Activity, evidence: &mut Evidence) -> Time {
    let difference = match (theirs.start_utc, ours.start_utc, theirs.start) {
        (Some(theirs), Some(ours), _) => Some(theirs - ours),
        (_, _, Some(theirs)) => Some(theirs - ours.start),
        _ => None,
    };
    if let Some(difference) = difference {
        let seconds = difference.num_seconds();
        if difference.abs() <= START_TOLERANCE {
            let apart = seconds.abs();
            evidence.add(format!("start {apart} s apart"), apart as f64 / 300.0);
            return Time::Start;
        }
        let half_hours = (seconds as f64 / 1800.0).round() as i64;
        let rest = TimeDelta::seconds(seconds - half_hours * 1800);
        if difference.abs() <= WIDEST_ZONE && rest.abs() <= START_TOLERANCE {
            let hours = half_hours as f64 / 2.0;
            let phrase = format!("start {hours:+} h apart, as with a wrong zone");
            evidence.add(phrase, 2.0);
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
    let hour = TimeDelta::hours(1);
    let shifts = match ours.start_utc.map(|utc| ours.start - utc.naive_utc()) {
        Some(offset) => vec![offset, -offset, offset * 2, hour, -hour],
        None => vec![WIDEST_ZONE, -WIDEST_ZONE],
    };
    let day = |shift| Some(ours.start.checked_add_signed(shift)?.date());
    shifts.into_iter().filter_map(day).collect()
}

pub(super) fn duration(ours: &Facts, theirs: &Activity, evidence: &mut Evidence) -> Closeness {
    let seconds = |ms: &u64| *ms as f64 / 1000.0;
    let known = positive(ours.durations_ms.iter().map(seconds));
    let theirs = positive(theirs.duration_ms.iter().map(seconds));
    let Some((theirs, apart)) = nearest(&known, &theirs) else {
        evidence.add("no duration to compare", 0.5);
        return Closeness::Unknown;
    };
    let deviation = apart / theirs.max(60.0) * 10.0;
    evidence.add(format!("duration {apart:.0} s apart"), deviation);
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

pub(super) fn distance(ours: &Facts, theirs: &Activity, evidence: &mut Evidence) -> Closeness {
    let known = positive(ours.distances_m.iter().copied());
    let theirs = positive(theirs.distance_m.into_iter());
    let Some((theirs, apart)) = nearest(&known, &theirs) else {
        let (phrase, weight, closeness) = match known.is_empty() && theirs.is_empty() {
            true => ("neither has a distance", 0.0, Closeness::Unknown),
            false => ("only one has a distance", 0.5, Closeness::OneSided),
        };
        evidence.add(phrase, weight);
        return closeness;
    };
    let deviation = apart / theirs.max(100.0) * 10.0;
    evidence.add(format!("distance {apart:.0} m apart"), deviation);
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
pub(super) fn sport_conflicts(ours: &Facts, theirs: &Activity, evidence: &mut Evidence) -> bool {
    let (Some(ours), Some(theirs)) = (&ours.sport, &theirs.sport) else {
        return false;
    };
    let conflicts = match (family(ours), family(theirs)) {
        (None, _) | (_, None | Some(FOOT)) => false,
        (ours, theirs) => ours != theirs,
    };
    if conflicts {
        evidence.add(format!("types differ: {ours} and {theirs}"), 1.0);
    }
    conflicts
}

/// Words in the names of sports on foot.
const FOOT: &str = "run walk hik jog trail treadmill snowshoe";
/// Words in the names of sports, those of one family side by side. The first family that fits counts.
const FAMILIES: [&str; 4] = [
    "cycl bik spinning",
    "water swim row kayak canoe surf",
    FOOT,
    "ski snow",
];

fn family(sport: &Sport) -> Option<&'static str> {
    let is_of = |family: &&str| family.split(' ').any(|word| sport.as_str().contains(word));
    FAMILIES.into_iter().find(is_of)
}

/// Zero is how both services write "none".
fn positive(values: impl Iterator<Item = f64>) -> Vec<f64> {
    values.filter(|value| *value > 0.0).collect()
}

/// Their value, and how far the nearest of ours is from it.
fn nearest(ours: &[f64], theirs: &[f64]) -> Option<(f64, f64)> {
    let (_, theirs) = ours.first().zip(theirs.first())?;
    let apart = ours.iter().map(|ours| (ours - theirs).abs());
    Some((*theirs, apart.fold(f64::INFINITY, f64::min)))
}

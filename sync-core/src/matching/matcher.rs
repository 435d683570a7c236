//! Is this activity at the destination that workout of ours?
//!
//! The verdict is typed and carries its evidence, because three things hang on it: [`Same`](Match::Same) links without sending,
//! [`Different`](Match::Different) allows sending, and [`Unsure`](Match::Unsure) must do neither.
//!
//! Verdicts by the facts that the destination shows:
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
//! | a time of day | start, and there is neither duration nor distance to compare | `Unsure`, or `Same` when it appeared after we sent |
//! | a time of day | start, but neither duration nor distance | `Different`, or `Unsure` when it appeared after we sent |
//! | a clearly different duration or distance | the other one to the second or metre | `Unsure` |
//! | a different day or time, or a clearly different duration or distance | nothing to the second or metre | `Different` |
//!
//! Allowances: a start that is up to five minutes off (points before the first fix are often dropped), a whole or half hour of
//! wrong zone, and a type that the importer changed (Runkeeper makes every import Running, seen 2026-04).

use super::evidence::{self, Closeness, Time};
pub use super::pairing::pair_up;
use crate::destination::Activity;
use crate::model::Facts;

/// Whether an activity is the workout we look for.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Match {
    /// It is.
    Same(Evidence),
    /// It is not.
    Different(Evidence),
    /// The facts do not decide. Never a reason to send.
    Unsure(Evidence),
}

impl Match {
    /// What speaks for the verdict.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        match self {
            Self::Same(evidence) | Self::Different(evidence) | Self::Unsure(evidence) => evidence,
        }
    }

    /// Whether it is [`Match::Same`].
    #[must_use]
    pub fn is_same(&self) -> bool {
        matches!(self, Self::Same(_))
    }

    /// Whether it is [`Match::Different`].
    #[must_use]
    pub fn is_different(&self) -> bool {
        matches!(self, Self::Different(_))
    }
}

/// The evidence of a verdict, one short phrase per compared fact.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Evidence {
    /// For example `same day`, `duration 1 s apart`, `distance 12 m apart`.
    pub phrases: Vec<String>,
    /// How far apart the two are, as a number without unit: smaller is closer. Only to be compared with other evidence.
    pub deviation: f64,
    /// The two agree only if one of them has the wrong zone.
    pub is_shifted: bool,
}

impl std::fmt::Display for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.phrases.join(", "))
    }
}

/// The known origin of an activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Prior {
    /// It may have been there for years.
    Existing,
    /// It was not there before we sent, and is there now.
    AppearedAfterSend,
}

impl Prior {
    pub(super) const fn of(is_sent: bool) -> Self {
        match is_sent {
            true => Self::AppearedAfterSend,
            false => Self::Existing,
        }
    }
}

/// Compares a workout of ours with an activity at the destination.
#[must_use]
pub fn compare(ours: &Facts, theirs: &Activity, prior: Prior) -> Match {
    let mut evidence = Evidence::default();
    let time = evidence::time(ours, theirs, &mut evidence);
    let duration = evidence::duration(ours, theirs, &mut evidence);
    let distance = evidence::distance(ours, theirs, &mut evidence);
    let sport_conflicts = evidence::sport_conflicts(ours, theirs, &mut evidence);

    use Closeness::{Close, Far, OneSided, Tight, Unknown};
    let appeared = prior == Prior::AppearedAfterSend;
    let same = match (time, duration, distance) {
        (Time::Elsewhere, _, _) => return Match::Different(evidence),
        // What began with ours and came when we sent may be ours after all, changed on the way in.
        (Time::Start, Far, _) | (Time::Start, _, Far) if appeared => false,
        // A clearly different duration is another workout; a distance alone may have been computed anew from the track.
        (_, Far, Tight) | (_, Tight, Far) => false,
        (_, Far, _) | (_, _, Far) => return Match::Different(evidence),
        (Time::Start, Unknown | OneSided, Unknown | OneSided) => appeared,
        (Time::Start, _, _) => true,
        (Time::Day, Tight, Tight | Close | Unknown) | (Time::Day, Close | Unknown, Tight) => true,
        (Time::Day, Close, Close | Unknown) | (Time::Day, Unknown, Close) => appeared,
        // A run of an hour and an hour in the gym are two workouts, unless it was seen to come.
        (Time::Day, Tight | Close, OneSided) | (Time::Day, OneSided, _) => appeared,
        (Time::Day, Unknown, Unknown | OneSided) => false,
        // A neighbouring day is only believable with everything else exact.
        (Time::ZoneShifted, Tight, Tight) => true,
        (Time::ZoneShifted, _, _) => false,
        (Time::Unknown, Tight, Tight) => appeared,
        (Time::Unknown, _, _) => false,
    };
    match same && (appeared || !sport_conflicts) {
        true => Match::Same(evidence),
        false => Match::Unsure(evidence),
    }
}

/// Whether two workouts of ours might be taken for each other at a destination that shows a day, a duration and a distance, and with
/// `time_of_day` also when an activity started.
#[must_use]
pub fn alike(ours: &Facts, theirs: &Facts, time_of_day: bool) -> bool {
    let mut shown = Activity::new("");
    shown.day = Some(theirs.day());
    shown.start = time_of_day.then_some(theirs.start);
    // Of a fact that is not known the destination shows nothing.
    (0..theirs.durations_ms.len().max(1)).any(|duration| {
        (0..theirs.distances_m.len().max(1)).any(|distance| {
            shown.duration_ms = theirs.durations_ms.get(duration).copied();
            shown.distance_m = theirs.distances_m.get(distance).copied();
            !compare(ours, &shown, Prior::AppearedAfterSend).is_different()
        })
    })
}

impl Evidence {
    pub(super) fn add(&mut self, phrase: impl Into<String>, deviation: f64) {
        self.phrases.push(phrase.into());
        self.deviation += deviation;
    }
}

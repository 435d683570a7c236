//! A lap's reported time and distance beside those of its trackpoints.

use super::computed::sum;
use super::credible::credible;
use super::distance;
use super::route::stretch_seconds;
use super::strays::TOO_FAST_MPS;
use super::stretch::{Counted, continues, ends, inner_joins};
use crate::model::{Lap, Workout};

/// The time and distance that a lap's trackpoints give, the step to the next lap included when the
/// recording went on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Recorded {
    pub(crate) seconds: Option<f64>,
    pub(crate) metres: Option<f64>,
    /// Distance by the distances of the trackpoints and along the positions, where the two contradict
    /// each other and the lap agrees with neither: no total is mended by one witness against another.
    pub(crate) contradiction: Option<(f64, f64)>,
}

/// [`Recorded`] for each lap.
pub(crate) fn recorded(workout: &Workout) -> Vec<Recorded> {
    let workout = credible(workout);
    let laps = &workout.laps;
    (0..laps.len())
        .map(|index| recorded_lap(&laps[index], laps.get(index + 1)))
        .collect()
}

/// [`Recorded`] for one lap, given the one behind it.
pub(crate) fn recorded_lap(lap: &Lap, next: Option<&Lap>) -> Recorded {
    let next = next.filter(|next| next.trackpoints() > 0 && continues(lap, next));
    let own = sum(lap
        .tracks
        .iter()
        .map(|track| stretch_seconds(&[track], Counted::All)));
    let step = lap
        .last_time()
        .zip(next.and_then(Lap::first_time))
        .map(|(end, begin)| super::seconds_between(end, begin).max(0.0));
    let (metres, contradiction) = distance::recorded(lap, next);
    Recorded {
        seconds: own.map(|own| own + joined_seconds(lap) + step.unwrap_or(0.0)),
        metres,
        contradiction,
    }
}

/// The steps between the tracks of a lap that are no pauses.
fn joined_seconds(lap: &Lap) -> f64 {
    let joins = inner_joins(lap);
    let mut end = None;
    let mut seconds = 0.0;
    for (track, joins) in lap.tracks.iter().zip(joins) {
        if let Some((first, last)) = ends(track) {
            if let Some(end) = end.filter(|_| joins) {
                seconds += (first - end) as f64 / 1e6;
            }
            end = Some(last);
        }
    }
    seconds
}

/// Why a reported total is not the lap's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    /// Zero, although there are trackpoints.
    Zero,
    /// In thousandths (milliseconds, millimetres).
    Thousandths,
    /// In thousands (kilometres).
    Thousands,
    /// The sum of all laps so far.
    Running,
    /// Farther than any athlete gets in the time of the lap.
    TooFar,
}

impl Fault {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Zero => "zero",
            Self::Thousandths => "in thousandths",
            Self::Thousands => "in thousands",
            Self::Running => "a running total",
            Self::TooFar => "faster than any athlete",
        }
    }
}

/// A total after its fault was looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Judged {
    /// The total to use.
    pub(crate) value: Option<f64>,
    pub(crate) fault: Option<Fault>,
}

/// A total that is kept must be within this factor of the recorded one to be called the same.
const SAME: f64 = 0.05;

pub(super) fn same(a: f64, b: f64, floor: f64) -> bool {
    (a - b).abs() <= (b.abs() * SAME).max(floor)
}

/// The times of the laps, mended where the fault is known.
pub(crate) fn judged_seconds(workout: &Workout, recorded: &[Recorded]) -> Vec<Judged> {
    let pairs = workout
        .laps
        .iter()
        .zip(recorded)
        .map(|(lap, recorded)| (lap.total_time_s, recorded.seconds));
    judge(&pairs.collect::<Vec<_>>(), 1.0, 2.0)
}

/// The distances of the laps, mended where the fault is known.
pub(crate) fn judged_metres(workout: &Workout, recorded: &[Recorded]) -> Vec<Judged> {
    let pairs = workout.laps.iter().zip(recorded).map(|(lap, recorded)| {
        let own = recorded.metres;
        (
            lap.distance_m,
            own.filter(|_| recorded.contradiction.is_none()),
        )
    });
    let pairs: Vec<_> = pairs.collect();
    let mut judged = judge(&pairs, 10.0, 10.0);
    for (index, judged) in judged.iter_mut().enumerate() {
        // The device counted the way to a position that was none. The trackpoints may end early.
        let times = [recorded[index].seconds, workout.laps[index].total_time_s];
        let longest = times.into_iter().flatten().reduce(f64::max);
        let most = longest.map(|seconds| seconds.max(1.0) * TOO_FAST_MPS);
        let is_too_far = |total: f64| most.is_some_and(|most| total > most);
        let (reported, own) = pairs[index];
        if judged.fault.is_none()
            && reported.is_some_and(is_too_far)
            && own.is_some_and(|own| own > 0.0 && !is_too_far(own))
        {
            judged.value = own;
            judged.fault = Some(Fault::TooFar);
        }
    }
    judged
}

/// `least` is the smallest recorded amount that can contradict a zero, `floor` the difference that
/// rounding explains.
fn judge(pairs: &[(Option<f64>, Option<f64>)], least: f64, floor: f64) -> Vec<Judged> {
    if let Some(parts) = running(pairs, floor) {
        return parts;
    }
    pairs
        .iter()
        .map(|&(reported, recorded)| {
            let Some(total) = reported.filter(|total| total.is_finite()) else {
                return Judged {
                    value: recorded,
                    fault: None,
                };
            };
            let fault = recorded.filter(|&own| own >= least).and_then(|own| {
                if total <= 0.0 {
                    Some(Fault::Zero)
                } else if own >= 10.0 * least && same(total / 1000.0, own, floor) {
                    Some(Fault::Thousandths)
                } else if own >= 10.0 * least && same(total * 1000.0, own, floor) {
                    Some(Fault::Thousands)
                } else {
                    None
                }
            });
            let value = match fault {
                None => reported,
                Some(Fault::Thousandths) => Some(total / 1000.0),
                Some(Fault::Thousands) => Some(total * 1000.0),
                Some(Fault::Zero | Fault::Running | Fault::TooFar) => recorded,
            };
            Judged { value, fault }
        })
        .collect()
}

/// The parts of totals that run through: each is the sum of all laps so far.
fn running(pairs: &[(Option<f64>, Option<f64>)], floor: f64) -> Option<Vec<Judged>> {
    if pairs.len() < 3 {
        return None;
    }
    let mut so_far = 0.0;
    let mut before = 0.0;
    let mut parts = Vec::with_capacity(pairs.len());
    for &(reported, recorded) in pairs {
        let (reported, recorded) = (reported?, recorded?);
        so_far += recorded;
        if recorded <= floor || !same(reported, so_far, floor) || reported <= before {
            return None;
        }
        parts.push(Judged {
            value: Some(reported - before),
            fault: (before > 0.0).then_some(Fault::Running),
        });
        before = reported;
    }
    Some(parts)
}

/// Whether the trackpoints of a lap end long before its reported time or distance does.
pub(crate) fn lacks_points(reported: f64, recorded: f64, floor: f64) -> bool {
    reported > recorded * 1.5 + floor
}

/// Whether the trackpoints of a lap go far beyond its reported time or distance.
pub(crate) fn exceeds(reported: f64, recorded: f64, floor: f64) -> bool {
    recorded > reported * 2.0 + floor
}

/// The latest end of a lap: of its trackpoints, or of its reported time when it has none.
pub(super) fn end_micros(lap: &Lap) -> Option<i64> {
    let last = lap
        .tracks
        .iter()
        .filter_map(ends)
        .map(|(first, last)| first.max(last))
        .max();
    last.or_else(|| {
        let seconds = lap.total_time_s.filter(|seconds| seconds.abs() < 1e12)?;
        Some(crate::model::micros(lap.start?) + (seconds * 1e6) as i64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(f64, f64)]) -> Vec<(f64, Option<Fault>)> {
        let pairs: Vec<_> = pairs.iter().map(|&(a, b)| (Some(a), Some(b))).collect();
        judge(&pairs, 1.0, 2.0)
            .iter()
            .map(|judged| (judged.value.unwrap(), judged.fault))
            .collect()
    }

    #[test]
    fn zero_thousandths_and_thousands_are_known_faults() {
        assert_eq!(values(&[(0.0, 600.0)]), [(600.0, Some(Fault::Zero))]);
        assert_eq!(
            values(&[(1_800_000.0, 1799.0)]),
            [(1800.0, Some(Fault::Thousandths))]
        );
        assert_eq!(values(&[(2.5, 2512.0)]), [(2500.0, Some(Fault::Thousands))]);
    }

    #[test]
    fn a_total_that_no_athlete_reaches_is_replaced_where_the_trackpoints_can_be_right() {
        let judged = |reported: f64, own: Option<f64>, seconds: f64| {
            let mut workout = Workout::default();
            workout.laps.push(Lap {
                distance_m: Some(reported),
                ..Lap::default()
            });
            let recorded = Recorded {
                seconds: Some(seconds),
                metres: own,
                contradiction: None,
            };
            let judged = judged_metres(&workout, &[recorded])[0];
            (judged.value, judged.fault)
        };
        let too_far = (Some(1799.0), Some(Fault::TooFar));
        assert_eq!(judged(2_003_797.0, Some(1799.0), 599.0), too_far);
        for (reported, own, seconds) in [
            (30_000.0, Some(1799.0), 599.0),
            (2_003_797.0, None, 599.0),
            (2_003_797.0, Some(1_999_000.0), 599.0),
        ] {
            assert_eq!(judged(reported, own, seconds), (Some(reported), None));
        }
    }

    #[test]
    fn a_total_that_only_differs_is_kept() {
        for pair in [(660.0, 119.0), (30.0, 600.0), (0.0, 0.5), (61.0, 60.0)] {
            assert_eq!(values(&[pair]), [(pair.0, None)]);
        }
    }

    #[test]
    fn running_totals_become_parts() {
        let running = [(60.0, 60.0), (119.0, 60.0), (200.0, 80.0)];
        let parts: Vec<f64> = values(&running).iter().map(|part| part.0).collect();
        assert_eq!(parts, [60.0, 59.0, 81.0]);
        // Laps that really get longer are no running total.
        let longer = [(60.0, 60.0), (120.0, 120.0), (180.0, 180.0)];
        assert!(values(&longer).iter().all(|part| part.1.is_none()));
    }
}

//! Distances that fall.

#[cfg(test)]
mod tests;

use super::apply::Done;
use super::points::{Point, all, median};
use crate::Workout;
use crate::summary::{TOO_FAST_MPS, path_metres};

/// A fall of up to this many metres, or this share of the distance, is a wobble.
const WOBBLE_M: f64 = 5.0;
const WOBBLE: f64 = 0.005;
/// A distance that sinks slowly while standing may sink this far, or by this share.
const DRIFT_M: f64 = 50.0;
const DRIFT: f64 = 0.05;
/// A distance below this share of the one before can be a restart from zero.
const RESTART: f64 = 0.1;
/// At a lap border a restart needs less.
const RESTART_OF_LAP: f64 = 0.5;
/// The most trackpoints of a gap or a spike.
const SHORT: usize = 5;
/// Counters wrap at these distances.
const MODULI_M: [f64; 7] = [
    655.36,
    1_000.0,
    6_553.6,
    10_000.0,
    65_536.0,
    100_000.0,
    1_000_000.0,
];
/// Distances beyond this are no distances.
const LONGEST_M: f64 = 1e9;

/// Makes the distances of all trackpoints one series that does not fall, as far as each fall has an
/// explanation: a gap or a spike (taken out), a restart or a wrapped counter (continued), a wobble
/// (stands still). With a fall that has none everything stays, and so it does when the time falls with
/// the distance: then the order or the clock is wrong.
pub(super) fn continue_all(workout: &mut Workout) -> Done {
    let points: Vec<Point> = all(workout)
        .into_iter()
        .filter(|point| point.distance.is_some())
        .collect();
    let raw: Vec<f64> = points.iter().filter_map(|point| point.distance).collect();
    if raw.is_sorted() || raw.iter().any(|distance| distance.abs() > LONGEST_M) {
        return Done::default();
    }
    let mut series = Series::new(workout, &points, &raw);
    let is_explained = series.run() && series.evidence.unexplained == 0;
    if !is_explained || series.strays_from_the_route() {
        let falls = raw.windows(2).filter(|pair| pair[1] < pair[0]).count();
        return Done {
            left: falls,
            ..Done::default()
        };
    }
    let Series { out, evidence, .. } = series;
    let mut changed = 0;
    for ((point, was), is) in points.iter().zip(&raw).zip(out) {
        if is == Some(*was) {
            continue;
        }
        let track = &mut workout.laps[point.at.lap].tracks[point.at.track];
        if let Some(mut whole) = track.get(point.at.index) {
            whole.distance_m = is;
            track.set(point.at.index, whole);
            changed += 1;
        }
    }
    Done {
        count: changed,
        detail: format!("changed the distances of {changed} trackpoints: {evidence}"),
        ..Done::default()
    }
}

/// The evidence for the change.
#[derive(Default)]
struct Evidence {
    gaps: usize,
    spikes: usize,
    restarts: usize,
    wraps: usize,
    wobbles: usize,
    unexplained: usize,
}

impl std::fmt::Display for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let found = [
            (self.restarts, "restarts continued"),
            (self.wraps, "wraps of the counter continued"),
            (self.gaps, "gaps taken out"),
            (self.spikes, "spikes taken out"),
            (self.wobbles, "small steps back held"),
        ];
        let mut comma = "";
        for (count, what) in found.into_iter().filter(|(count, _)| *count > 0) {
            write!(f, "{comma}{count} {what}")?;
            comma = ", ";
        }
        Ok(())
    }
}

struct Series<'a> {
    points: &'a [Point],
    raw: &'a [f64],
    lap_metres: Vec<Option<f64>>,
    step_m: f64,
    /// The distance of each trackpoint afterwards.
    out: Vec<Option<f64>>,
    evidence: Evidence,
    offset: f64,
    /// The first lap since the last restart.
    first_lap: usize,
    /// The last trackpoint whose distance counts.
    last: usize,
}

impl<'a> Series<'a> {
    fn new(workout: &Workout, points: &'a [Point], raw: &'a [f64]) -> Self {
        let steps = raw.windows(2).map(|pair| pair[1] - pair[0]);
        Self {
            points,
            raw,
            lap_metres: workout.laps.iter().map(|lap| lap.distance_m).collect(),
            step_m: median(steps.filter(|step| *step > 0.0).collect()).unwrap_or(0.0),
            out: raw.iter().copied().map(Some).collect(),
            evidence: Evidence::default(),
            offset: 0.0,
            first_lap: points.first().map_or(0, |point| point.at.lap),
            last: 0,
        }
    }

    /// False when the time falls with the distance.
    fn run(&mut self) -> bool {
        let mut index = 1;
        while index < self.raw.len() {
            let (before, now) = (self.raw[self.last], self.raw[index]);
            if now >= before {
                self.accept(index);
                index += 1;
                continue;
            }
            let times = (self.points[self.last].time, self.points[index].time);
            if matches!(times, (Some(before), Some(now)) if now < before) {
                return false;
            }
            if let Some(end) = self.gap(index) {
                self.out[index..end].fill(None);
                self.evidence.gaps += 1;
                index = end;
                continue;
            }
            if let Some(begin) = self.spike(index) {
                self.out[begin..index].fill(None);
                self.last = begin - 1;
                self.evidence.spikes += 1;
            } else if let Some(modulus) = self.wrap(before, now) {
                self.offset += modulus;
                self.evidence.wraps += 1;
                self.accept(index);
            } else if let Some(offset) = self.restart(index) {
                self.offset = offset;
                self.first_lap = self.points[index].at.lap;
                self.evidence.restarts += 1;
                self.accept(index);
            } else if before - now <= WOBBLE_M.max(before * WOBBLE) || self.drifts(index) {
                // Stands still; what counts is the farther distance.
                self.out[index] = self.out[self.last];
                self.evidence.wobbles += 1;
            } else {
                self.evidence.unexplained += 1;
                self.accept(index);
            }
            index += 1;
        }
        true
    }

    fn accept(&mut self, index: usize) {
        self.out[index] = Some(self.raw[index] + self.offset);
        self.last = index;
    }

    /// Whether the distance sinks further from a value that was held, as slowly as that one.
    fn drifts(&self, index: usize) -> bool {
        let step = self.raw[index - 1] - self.raw[index];
        let sunk = self.raw[self.last] - self.raw[index];
        self.last + 1 < index
            && self.out[index - 1] == self.out[self.last]
            && step <= 1.0
            && sunk <= DRIFT_M.max(self.raw[self.last] * DRIFT)
    }

    /// The end of a gap: the distance is back where it was after a few trackpoints, or after any
    /// number of equal ones (a sensor that was lost).
    fn gap(&self, index: usize) -> Option<usize> {
        let (before, low) = (self.raw[self.last], self.raw[index]);
        if before - low <= WOBBLE_M {
            return None;
        }
        let equal = self.raw[index..]
            .iter()
            .take_while(|now| **now == low)
            .count();
        if index + equal == self.raw.len() && equal > 1 {
            return Some(self.raw.len());
        }
        let window = index + SHORT.max(equal) + 1;
        let tolerance = WOBBLE_M.max(before * WOBBLE);
        (index + 1..window.min(self.raw.len())).find(|&end| {
            let back = self.raw[end];
            // A lap that restarts climbs back step by step.
            let sudden = back - self.raw[end - 1] > 3.0 * self.step_m + WOBBLE_M;
            sudden && back >= before - tolerance && !self.is_too_fast(self.last, end)
        })
    }

    /// The begin of a spike: a few trackpoints before this one rose faster than any athlete moves.
    fn spike(&self, index: usize) -> Option<usize> {
        let earliest = index.saturating_sub(SHORT).max(1);
        (earliest..index).rev().find(|&begin| {
            let before = self.raw[begin - 1];
            self.out[begin - 1].is_some()
                && before <= self.raw[index]
                && self.raw[begin] > self.raw[index]
                && self.is_too_fast(begin - 1, begin)
                && !self.is_too_fast(begin - 1, index)
        })
    }

    fn is_too_fast(&self, from: usize, to: usize) -> bool {
        let metres = self.raw[to] - self.raw[from];
        match (self.points[from].time, self.points[to].time) {
            (Some(from), Some(to)) => {
                let seconds = ((to - from) as f64 / 1e6).max(1.0);
                metres > TOO_FAST_MPS * seconds
            }
            _ => metres > 20.0 * self.step_m * (to - from) as f64 + WOBBLE_M,
        }
    }

    fn wrap(&self, before: f64, now: f64) -> Option<f64> {
        MODULI_M.into_iter().find(|modulus| {
            let step = modulus - before + now;
            now >= 0.0
                && before <= *modulus
                && step <= 3.0 * self.step_m
                && step < modulus * RESTART
        })
    }

    /// The offset behind a restart: of a lap whose distance is known, or of the last trackpoint.
    fn restart(&self, index: usize) -> Option<f64> {
        let (before, now) = (self.raw[self.last], self.raw[index]);
        let lap = self.points[index].at.lap;
        let at_border = lap != self.points[self.last].at.lap;
        let share = if at_border { RESTART_OF_LAP } else { RESTART };
        if now < 0.0 || now > before * share || before - now <= WOBBLE_M {
            return None;
        }
        let reached = self.out[self.last]?;
        if at_border {
            let laps = &self.lap_metres[self.first_lap..lap];
            let total = laps
                .iter()
                .try_fold(0.0, |sum, metres| Some(sum + (*metres)?));
            let rest = total.map(|total| total - before);
            // The lap ends a step or two behind its last trackpoint.
            if let Some(rest) = rest
                && (-1.0..=3.0 * self.step_m + WOBBLE_M).contains(&rest)
            {
                return Some(reached + rest.max(0.0));
            }
        }
        Some(reached)
    }

    /// Whether the new length is farther from the length of the route than the old one.
    fn strays_from_the_route(&self) -> bool {
        let positions = self.points.iter().filter_map(|point| point.position);
        let placed = positions.clone().count();
        if placed * 5 < self.points.len() * 4 {
            return false;
        }
        let Some(route) = path_metres(positions).filter(|metres| *metres >= 50.0) else {
            return false;
        };
        let longest = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
        let was = longest(&mut self.raw.iter().copied());
        let is = longest(&mut self.out.iter().copied().flatten());
        (is - route).abs() > (was - route).abs() + (route * 0.03).max(10.0)
    }
}

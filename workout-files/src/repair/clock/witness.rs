//! The search for a witness that says which side of a step is wrong.

use std::ops::Range;

use super::{NO_PAUSE, SECOND};
use crate::Workout;
use crate::model::micros;
use crate::repair::points::{Point, median, median_step_m};
use crate::summary::metres;

/// Amounts that a clock fails to carry, or is set by: a minute, half an hour, an hour, half a day, a
/// day.
const QUANTA: [i64; 5] = [
    60 * SECOND,
    1800 * SECOND,
    3600 * SECOND,
    43_200 * SECOND,
    86_400 * SECOND,
];
/// A stretch off by less is jitter, not a clock that was set.
const LEAST_OFFSET: i64 = 20 * SECOND;
/// How many steps forward before a step back are looked at for the other end of its stretch.
const OTHER_ENDS: usize = 64;

/// Why some trackpoints moved.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Witness {
    OtherEnd,
    LapStart,
    Carry,
    Numbers,
    Begin,
}

impl Witness {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::OtherEnd => "both ends of the stretch agree",
            Self::LapStart => "the start of a lap agrees",
            Self::Carry => "not carried",
            Self::Numbers => "almost all other times agree",
            Self::Begin => "an amount that clocks are set by",
        }
    }
}

/// Trackpoints to move.
pub(super) struct Move {
    pub(super) range: Range<usize>,
    pub(super) shift: i64,
    pub(super) witness: Witness,
}

pub(super) struct Clock<'a> {
    points: &'a [Point],
    pub(super) times: Vec<i64>,
    /// The usual step in microseconds.
    step: i64,
    step_m: Option<f64>,
    /// The first trackpoint of each lap that has a start, and that start.
    starts: Vec<(usize, i64)>,
    /// Steps forward that are no usual ones.
    jumps: Vec<usize>,
    /// Behind the last step back that no witness explains.
    clean: usize,
    pub(super) moves: Vec<Move>,
    pub(super) left: usize,
}

impl<'a> Clock<'a> {
    /// `None` when all times are usual ones.
    pub(super) fn new(workout: &Workout, points: &'a [Point], times: &[i64]) -> Option<Self> {
        let steps = || times.windows(2).map(|pair| pair[1].saturating_sub(pair[0]));
        let step = median(steps().filter(|&step| step > 0).collect())?;
        let unusual = LEAST_OFFSET.max(step.saturating_mul(3));
        let jumps: Vec<usize> = (1..times.len())
            .filter(|&index| times[index].saturating_sub(times[index - 1]) > unusual)
            .collect();
        if jumps.is_empty() && steps().all(|step| step >= 0) {
            return None;
        }
        let mut starts = Vec::new();
        let mut last = None;
        for (index, point) in points.iter().enumerate() {
            if last.replace(point.at.lap) != Some(point.at.lap)
                && let Some(start) = workout.laps[point.at.lap].start
            {
                starts.push((index, micros(start)));
            }
        }
        Some(Self {
            points,
            times: times.to_vec(),
            step,
            step_m: median_step_m(points),
            starts,
            jumps,
            clean: 0,
            moves: Vec::new(),
            left: 0,
        })
    }

    pub(super) fn run(&mut self) {
        for index in 1..self.times.len() {
            let step = self.times[index].saturating_sub(self.times[index - 1]);
            let found = if step < 0 {
                self.step_back(index)
            } else if step > self.unusual() {
                self.step_forward(index)
            } else {
                continue;
            };
            match found {
                Some(found) => {
                    for time in &mut self.times[found.range.clone()] {
                        *time = time.saturating_add(found.shift);
                    }
                    self.moves.push(found);
                }
                None if !(0..NO_PAUSE).contains(&step) => {
                    self.left += 1;
                    self.clean = index;
                }
                None => {}
            }
        }
    }

    fn unusual(&self) -> i64 {
        LEAST_OFFSET.max(self.step.saturating_mul(3))
    }

    /// A difference that rounding and a step or two explain.
    fn tolerance(&self) -> i64 {
        2 * self.step + SECOND
    }

    fn step_back(&self, index: usize) -> Option<Move> {
        let drop = self.times[index - 1].saturating_sub(self.times[index]);
        if drop < self.unusual() {
            return None;
        }
        if self.continues(index) == Some(false) || self.is_copy(index) {
            return None;
        }
        self.other_end(index, drop)
            .or_else(|| self.one_end(index, drop))
    }

    /// The same constant at both ends: the stretch before was ahead, or this one is behind.
    fn other_end(&self, index: usize, drop: i64) -> Option<Move> {
        let shift = self.constant(index, drop);
        let may_move = |range: &Range<usize>| range.len() * 2 <= self.times.len();
        let found = |range: Range<usize>, shift| {
            may_move(&range).then_some(Move {
                range,
                shift,
                witness: Witness::OtherEnd,
            })
        };
        let earlier = self.jumps.partition_point(|&jump| jump < index);
        let ahead = self.jumps[earlier.saturating_sub(OTHER_ENDS)..earlier]
            .iter()
            .rev()
            .copied()
            .find(|&begin| self.is_other_end(begin, drop));
        if let Some(begin) = ahead
            && self.continues(begin) != Some(false)
            && self.times[begin] - shift >= self.times[begin - 1]
        {
            return found(begin..index, -shift);
        }
        let behind = (index + 1..self.times.len())
            .take_while(|&end| self.times[end] >= self.times[end - 1])
            .find(|&end| self.is_other_end(end, drop));
        if let Some(end) = behind
            && self.continues(end) != Some(false)
            && self.times[end - 1] + shift <= self.times[end]
        {
            return found(index..end, shift);
        }
        None
    }

    /// Whether the step forward to `at` undoes a step back by `drop`, each being a usual step too.
    fn is_other_end(&self, at: usize, drop: i64) -> bool {
        let step = self.times[at].saturating_sub(self.times[at - 1]);
        step > self.step.saturating_mul(3) && (step - drop - 2 * self.step).abs() <= 2 * self.step
    }

    fn one_end(&self, index: usize, drop: i64) -> Option<Move> {
        let shift = self.constant(index, drop);
        let all_before = 0..index;
        let all_behind = index..self.times.len();
        let (before, behind) = (all_before.len(), all_behind.len());
        let to = |range, shift, witness| {
            Some(Move {
                range,
                shift,
                witness,
            })
        };
        if self.clean == 0 && self.start_shows(-shift) {
            return to(all_before, -shift, Witness::LapStart);
        }
        if self.later_start_shows(index, shift) {
            return to(all_behind, shift, Witness::LapStart);
        }
        if self.is_swapped(index) {
            return None;
        }
        let few_before = before * 4 <= behind;
        let quantum = self.quantum(drop);
        let carry = quantum.filter(|&quantum| self.is_carry(index, quantum));
        if let Some(quantum) = carry {
            // Few trackpoints before it: then a clock that was set looks the same.
            return (!few_before)
                .then(|| to(all_behind, quantum, Witness::Carry))
                .flatten();
        }
        let may_be_order = !self.same_track(index) && self.is_disjoint(index);
        if !may_be_order {
            if few_before && self.clean == 0 {
                return to(all_before, -shift, Witness::Numbers);
            }
            if behind * 4 <= before {
                return to(all_behind, shift, Witness::Numbers);
            }
        }
        let quantum = quantum.filter(|_| !few_before && !may_be_order)?;
        to(all_behind, quantum, Witness::Begin)
    }

    /// A step forward that the start of the lap takes back, or one that is longer than any pause.
    fn step_forward(&self, index: usize) -> Option<Move> {
        let step = self.times[index].saturating_sub(self.times[index - 1]);
        let shift = step - self.step;
        if self.clean > 0 || self.continues(index) == Some(false) {
            return None;
        }
        let in_first_lap = self.points[index - 1].at.lap == self.points[0].at.lap;
        if in_first_lap && self.start_shows(shift) {
            return Some(Move {
                range: 0..index,
                shift,
                witness: Witness::LapStart,
            });
        }
        // A step back behind it shows the other end.
        let later = &self.times[index..];
        if step < NO_PAUSE || !later.is_sorted() {
            return None;
        }
        let (before, behind) = (index, later.len());
        let (range, shift) = if before * 4 <= behind {
            (0..index, shift)
        } else if behind * 4 <= before {
            (index..self.times.len(), -shift)
        } else {
            return None;
        };
        Some(Move {
            range,
            shift,
            witness: Witness::Numbers,
        })
    }

    /// Whether the first lap starts where its first trackpoint is after this shift, and not where it
    /// is now.
    fn start_shows(&self, shift: i64) -> bool {
        let Some(&(0, start)) = self.starts.first() else {
            return false;
        };
        let late = self.times[0].saturating_sub(start);
        late.abs() > self.tolerance().max(LEAST_OFFSET)
            && late.saturating_add(shift).abs() <= self.tolerance()
    }

    /// The same for a lap that begins behind a step.
    fn later_start_shows(&self, index: usize, shift: i64) -> bool {
        let from = self.starts.partition_point(|&(first, _)| first < index);
        self.starts[from..].iter().take(8).any(|&(first, start)| {
            let late = self.times[first].saturating_sub(start);
            late.abs() > self.tolerance().max(LEAST_OFFSET)
                && late.saturating_add(shift).abs() <= self.tolerance()
        })
    }

    /// An amount that makes a step back by `drop` a usual step.
    fn quantum(&self, drop: i64) -> Option<i64> {
        // An amount that was not carried is seen only where the steps are much shorter than it.
        let usual = self.step.saturating_mul(3) + SECOND;
        QUANTA
            .into_iter()
            .find(|quantum| usual < quantum / 4 * 3 && (0..=usual).contains(&(quantum - drop)))
    }

    /// Whether the step is from the end of a minute, hour or day to its begin.
    fn is_carry(&self, index: usize, quantum: i64) -> bool {
        let usual = self.step.saturating_mul(3) + SECOND;
        quantum != 1800 * SECOND
            && self.times[index].rem_euclid(quantum) <= usual
            && self.times[index - 1].rem_euclid(quantum) >= quantum - usual
    }

    /// The constant that makes a step back by `drop` a usual step, or none where a trackpoint ends a
    /// lap and begins the next: a whole quantum when one fits.
    fn constant(&self, index: usize, drop: i64) -> i64 {
        let (a, b) = (&self.points[index - 1], &self.points[index]);
        let is_twice = a.at.lap != b.at.lap && a.position.is_some() && a.position == b.position;
        let step = if is_twice { 0 } else { self.step };
        let shift = drop.saturating_add(step);
        QUANTA
            .into_iter()
            .find(|quantum| (quantum - shift).abs() <= self.step)
            .unwrap_or(shift)
    }

    fn same_track(&self, index: usize) -> bool {
        let (a, b) = (self.points[index - 1].at, self.points[index].at);
        (a.lap, a.track) == (b.lap, b.track)
    }

    /// The trackpoints of rising times before the step, and those behind it.
    fn runs(&self, index: usize) -> (Range<usize>, Range<usize>) {
        let rises = |&at: &usize| self.times[at] >= self.times[at - 1];
        let begin = index - 1 - (1..index).rev().take_while(rises).count();
        let end = index + 1 + (index + 1..self.times.len()).take_while(rises).count();
        (begin..index, index..end)
    }

    /// Whether what follows was all before what precedes.
    fn is_disjoint(&self, index: usize) -> bool {
        let (before, behind) = self.runs(index);
        self.times[behind.end - 1] <= self.times[before.start]
    }

    /// Whether what follows ends just where what precedes begins: then the two were swapped.
    fn is_swapped(&self, index: usize) -> bool {
        let (before, behind) = self.runs(index);
        let gap = self.times[before.start].saturating_sub(self.times[behind.end - 1]);
        (0..=self.step.saturating_mul(3) + SECOND).contains(&gap)
    }

    /// Whether the trackpoint stands at the same time and place before the step.
    fn is_copy(&self, index: usize) -> bool {
        let (before, _) = self.runs(index);
        let time = self.times[index];
        let at = before.start + self.times[before.clone()].partition_point(|&t| t < time);
        at < index
            && self.times[at] == time
            && self.points[index].position.is_some()
            && self.points[at].position == self.points[index].position
    }

    /// Whether the route and the distance go on from the trackpoint before; `None` when unknown.
    fn continues(&self, index: usize) -> Option<bool> {
        let (a, b) = (&self.points[index - 1], &self.points[index]);
        if a.at.lap == b.at.lap
            && let (Some(from), Some(to)) = (a.distance, b.distance)
            && to < from - (from * 0.005).max(5.0)
        {
            return Some(false);
        }
        if let (Some(from), Some(to), Some(step_m)) = (a.position, b.position, self.step_m) {
            return Some(metres(from, to) <= (5.0 * step_m).max(50.0));
        }
        Some(b.distance? >= a.distance?)
    }
}

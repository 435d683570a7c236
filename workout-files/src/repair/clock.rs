//! Clocks that were off for a stretch of trackpoints.

use chrono::TimeDelta;

use super::apply::Done;
use super::points::{Point, all, median, median_step_m};
use crate::Workout;
use crate::model::{Lap, instant};
use crate::summary::metres;

const SECOND: i64 = 1_000_000;
/// Amounts that a clock fails to carry: a minute, half an hour, an hour, half a day, a day.
const QUANTA: [i64; 5] = [
    60 * SECOND,
    1800 * SECOND,
    3600 * SECOND,
    43_200 * SECOND,
    86_400 * SECOND,
];
/// A stretch off by less is jitter, not a clock that was set.
const LEAST_OFFSET: i64 = 20 * SECOND;

/// Mends the clock where a stretch is off by a constant that its two ends agree on, or from some
/// trackpoint on by an amount that clocks fail to carry. The order stays. Steps back in time without
/// such an explanation are left.
pub(super) fn mend(workout: &mut Workout) -> Done {
    let points: Vec<Point> = all(workout)
        .into_iter()
        .filter(|point| point.time.is_some())
        .collect();
    let before: Vec<i64> = points.iter().filter_map(|point| point.time).collect();
    if before.is_sorted() {
        return Done::default();
    }
    let evidence = Evidence::new(&points, &before);
    let mut times = before.clone();
    let mut stretches = Vec::new();
    let mut left = 0;
    for index in 1..times.len() {
        if times[index] >= times[index - 1] {
            continue;
        }
        match evidence.explain(&times, index) {
            Some((range, shift)) => {
                for time in &mut times[range] {
                    *time += shift;
                }
                stretches.push(shift);
            }
            None => left += 1,
        }
    }
    let moved = write(workout, &points, &before, &times);
    let shifts: Vec<String> = stretches
        .iter()
        .map(|shift| format!("{:+} s", shift / SECOND))
        .collect();
    let detail = format!(
        "moved the times of {moved} trackpoints, whose clock was off, by {}",
        shifts.join(", ")
    );
    Done {
        count: moved,
        detail,
        left,
    }
}

/// The usual step between trackpoints, to recognise an unusual one.
struct Evidence<'a> {
    points: &'a [Point],
    /// Microseconds.
    step: i64,
    step_m: Option<f64>,
}

impl<'a> Evidence<'a> {
    fn new(points: &'a [Point], times: &[i64]) -> Self {
        let steps = times.windows(2).map(|pair| pair[1] - pair[0]);
        let forward: Vec<i64> = steps.filter(|&step| step > 0).collect();
        Self {
            points,
            step: median(forward).unwrap_or(SECOND),
            step_m: median_step_m(points),
        }
    }

    /// The trackpoints to move, and by how much, so that the time no longer steps back at `index`.
    fn explain(&self, times: &[i64], index: usize) -> Option<(std::ops::Range<usize>, i64)> {
        if self.continues(index) == Some(false) {
            return None;
        }
        let drop = times[index - 1] - times[index];
        // The same constant at both ends: the stretch before was ahead, or this one is behind.
        let ahead = (1..index)
            .rev()
            .find(|&begin| self.is_other_end(times[begin] - times[begin - 1], drop));
        if let Some(begin) = ahead.filter(|&begin| self.continues(begin) != Some(false)) {
            let shift = self.constant(drop);
            if times[begin] - shift >= times[begin - 1] {
                return Some((begin..index, -shift));
            }
        }
        let behind = (index + 1..times.len())
            .take_while(|&end| times[end] >= times[end - 1])
            .find(|&end| self.is_other_end(times[end] - times[end - 1], drop));
        if let Some(end) = behind.filter(|&end| self.continues(end) != Some(false)) {
            let shift = self.constant(drop);
            if times[end - 1] + shift <= times[end] {
                return Some((index..end, shift));
            }
        }
        let quantum = QUANTA.into_iter().find(|quantum| {
            let step = quantum - drop;
            // A carry that was missed is seen only where the steps are much shorter than it.
            let usual = self.step.saturating_mul(3) + SECOND;
            usual < quantum / 4 * 3 && (0..=usual).contains(&step)
        })?;
        // Two recordings in the wrong order can look like a missed carry: ask for a reason.
        let inside_a_track = self.same_track(index);
        (inside_a_track || self.continues(index) == Some(true))
            .then_some((index..times.len(), quantum))
    }

    /// Whether a step forward undoes a step back by `drop`, each being a usual step too.
    fn is_other_end(&self, step: i64, drop: i64) -> bool {
        drop >= LEAST_OFFSET.max(self.step.saturating_mul(3))
            && (step - drop - 2 * self.step).abs() <= 2 * self.step
            && step > 3 * self.step
    }

    /// The constant that makes a step back by `drop` a usual step: a whole quantum when one fits.
    fn constant(&self, drop: i64) -> i64 {
        let shift = drop + self.step;
        QUANTA
            .into_iter()
            .find(|quantum| (quantum - shift).abs() <= self.step)
            .unwrap_or(shift)
    }

    fn same_track(&self, index: usize) -> bool {
        let (a, b) = (self.points[index - 1].at, self.points[index].at);
        (a.lap, a.track) == (b.lap, b.track)
    }

    /// Whether the route or the distance goes on from the trackpoint before; `None` when unknown.
    fn continues(&self, index: usize) -> Option<bool> {
        let (a, b) = (&self.points[index - 1], &self.points[index]);
        if let (Some(from), Some(to), Some(step_m)) = (a.position, b.position, self.step_m) {
            return Some(metres(from, to) <= (5.0 * step_m).max(50.0));
        }
        Some(b.distance? >= a.distance?)
    }
}

/// Writes the times back, and moves the starts of the laps along with their first trackpoints.
fn write(workout: &mut Workout, points: &[Point], before: &[i64], after: &[i64]) -> usize {
    /// A lap that begins this close to its first trackpoint is dated by the same clock.
    const NEAR_SECONDS: i64 = 120;
    let mut moved = 0;
    let firsts: Vec<_> = workout.laps.iter().map(Lap::first_time).collect();
    for ((point, &was), &is) in points.iter().zip(before).zip(after) {
        if was != is {
            let track = &mut workout.laps[point.at.lap].tracks[point.at.track];
            track.set_time(point.at.index, instant(is));
            moved += 1;
        }
    }
    for (lap, first) in workout.laps.iter_mut().zip(firsts) {
        let (Some(start), Some(was), Some(is)) = (lap.start, first, lap.first_time()) else {
            continue;
        };
        if (was - start).abs() <= TimeDelta::seconds(NEAR_SECONDS) {
            lap.start = start.checked_add_signed(is - was).or(lap.start);
        }
    }
    if moved > 0 {
        workout.start = workout.earliest().or(workout.start);
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::super::tests::{second, workout_of};
    use crate::{Fix, Position, RepairReport, Repairs, Trackpoint, Workout};

    /// A straight line with a trackpoint every `step` seconds, 10 m apart, at the times given.
    fn line(times: impl Iterator<Item = i64>) -> Workout {
        workout_of(times.enumerate().map(|(index, time)| {
            let mut point = Trackpoint::at(second(time));
            point.position = Position::new(50.0, 10.0 + index as f64 * 1.4e-4);
            point
        }))
    }

    fn times(workout: &Workout) -> Vec<i64> {
        let zero = second(0);
        workout
            .trackpoints()
            .filter_map(|point| Some((point.time? - zero).num_seconds()))
            .collect()
    }

    fn mended(times_s: Vec<i64>) -> (Vec<i64>, RepairReport) {
        let mut workout = line(times_s.into_iter());
        let repairs = Repairs::none().with(Fix::MendClock).with(Fix::OrderTimes);
        let report = repairs.apply(&mut workout);
        assert!(repairs.apply(&mut workout).changes.is_empty());
        (times(&workout), report)
    }

    #[test]
    fn a_carry_that_was_missed_is_added() {
        for (quantum, step) in [(3600, 10), (60, 5), (86_400, 30), (1800, 1), (3600, 40)] {
            let right: Vec<i64> = (0..60).map(|index| index * step).collect();
            let wrong = right
                .iter()
                .map(|&t| if t >= 25 * step { t - quantum } else { t });
            assert_eq!(mended(wrong.collect()).0, right, "{quantum} {step}");
        }
    }

    #[test]
    fn a_stretch_that_is_off_by_any_constant_is_moved_back() {
        let right: Vec<i64> = (0..100).map(|index| index * 3).collect();
        for off in [-3600, 3600, -2221, 1234, -47] {
            let wrong = right.iter().enumerate().map(|(index, &t)| {
                if (30..70).contains(&index) {
                    t + off
                } else {
                    t
                }
            });
            assert_eq!(mended(wrong.collect()).0, right, "{off}");
        }
    }

    #[test]
    fn other_steps_back_are_left_in_the_order_of_the_file() {
        for wrong in [
            // A lone step back of some seconds, and one of an odd amount.
            vec![0, 10, 20, 13, 23, 33, 43],
            vec![0, 10, 20, 30, -507, -497, -487],
        ] {
            let (times, report) = mended(wrong.clone());
            assert_eq!(times, wrong);
            assert!(report.changes.is_empty());
            assert!(!report.declined.is_empty());
        }
    }

    #[test]
    fn pauses_are_not_mended() {
        let paused: Vec<i64> = (0..20).chain(3620..3640).collect();
        let (times, report) = mended(paused.clone());
        assert_eq!((times, report), (paused, RepairReport::default()));
    }
}

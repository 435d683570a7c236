//! Clocks that were off for a stretch of trackpoints.
//!
//! A step back in time says that a clock was wrong, not on which side of the step. A witness says
//! that, in this order:
//!
//! 1. The other end of the stretch: a step forward that undoes the step back. The stretch between
//!    moves, when it holds at most half of the trackpoints.
//! 2. The start of a lap, when it agrees with the times behind the step and not with those before it,
//!    or the other way around.
//! 3. An hour, minute or day that was not carried: the last time before the step is the end of one,
//!    the first behind it its begin. What follows moves.
//! 4. The numbers: at most a fifth of the trackpoints on one side is the wrong side.
//! 5. For an amount that clocks are set by, the begin of the workout, which is taken to be right.
//!
//! A step forward is a fault only where the start of the lap says so, or where it is longer than any
//! pause. Blocks whose times touch in the other order were swapped, copies were copied, and a track
//! with many steps back has another fault: there no clock is mended. Times that no witness explains
//! stay.

#[cfg(test)]
mod tests;
mod witness;

use chrono::TimeDelta;

use super::apply::Done;
use super::points::{Point, all};
use crate::Workout;
use crate::model::{Lap, instant};
use witness::{Clock, Move, Witness};

const SECOND: i64 = 1_000_000;
/// No workout pauses for a week.
pub(super) const NO_PAUSE: i64 = 7 * 86_400 * SECOND;

/// Mends the clock where a witness says which times are wrong. The order stays.
pub(super) fn mend(workout: &mut Workout) -> Done {
    let points: Vec<Point> = all(workout)
        .into_iter()
        .filter(|point| point.time.is_some())
        .collect();
    let before: Vec<i64> = points.iter().filter_map(|point| point.time).collect();
    let Some(mut clock) = Clock::new(workout, &points, &before) else {
        return Done::default();
    };
    let steps_back = before.windows(2).filter(|pair| pair[1] < pair[0]).count();
    // A clock is set now and then. More steps back than that are a track stored newest first, or mixed.
    let is_mixed = steps_back * 5 > before.len();
    if !is_mixed {
        clock.run();
    }
    if is_mixed || distinct(&points, &clock.times) < distinct(&points, &before) {
        return Done {
            left: steps_back,
            ..Done::default()
        };
    }
    let Clock {
        times, moves, left, ..
    } = clock;
    let count = write(workout, &points, &before, &times);
    Done {
        count,
        detail: format!(
            "moved the times of {count} trackpoints, whose clock was off: {}",
            describe(&moves)
        ),
        left,
        ..Done::default()
    }
}

/// How many times are different, and how many trackpoints are the one before once more: some recorders
/// write the last trackpoint of a lap as the first of the next, too.
fn distinct(points: &[Point], times: &[i64]) -> usize {
    let pairs = points.windows(2).zip(times.windows(2));
    let twice = pairs.filter(|(points, times)| {
        times[0] == times[1]
            && points[0]
                .position
                .is_some_and(|at| points[1].position == Some(at))
    });
    let twice = twice.count();
    let mut times = times.to_vec();
    times.sort_unstable();
    times.dedup();
    times.len() + twice
}

/// The moves in words, those of one kind together.
fn describe(moves: &[Move]) -> String {
    let mut kinds: Vec<(i64, Witness, usize)> = Vec::new();
    for Move {
        range,
        shift,
        witness,
    } in moves
    {
        let same = |kind: &&mut (i64, Witness, usize)| (kind.0, kind.1) == (*shift, *witness);
        match kinds.iter_mut().find(same) {
            Some(kind) => kind.2 += range.len(),
            None => kinds.push((*shift, *witness, range.len())),
        }
        if kinds.len() > 5 {
            break;
        }
    }
    let part = |(shift, witness, count): &(i64, Witness, usize)| {
        let seconds = *shift as f64 / SECOND as f64;
        format!("{count} by {seconds:+} s ({})", witness.as_str())
    };
    let mut text: Vec<String> = kinds.iter().take(5).map(part).collect();
    if kinds.len() > 5 {
        text.push("and more".to_owned());
    }
    text.join(", ")
}

fn earliest_point(lap: &Lap) -> Option<chrono::DateTime<chrono::Utc>> {
    let tracks = lap.tracks.iter();
    let times = tracks.flat_map(|track| (0..track.len()).filter_map(|index| track.time(index)));
    times.min()
}

/// Writes the times back. The start of a lap that was dated by the same clock moves along with its
/// first trackpoint; a start that the new time agrees with better stays. A start that is that of the
/// earliest trackpoint stays that.
fn write(workout: &mut Workout, points: &[Point], before: &[i64], after: &[i64]) -> usize {
    /// A lap that begins this close to its first trackpoint is dated by the same clock.
    const NEAR_SECONDS: i64 = 120;
    let mut moved = 0;
    let firsts: Vec<_> = workout.laps.iter().map(Lap::first_time).collect();
    let earliest: Vec<_> = workout.laps.iter().map(earliest_point).collect();
    for ((point, &was), &is) in points.iter().zip(before).zip(after) {
        if was != is {
            let track = &mut workout.laps[point.at.lap].tracks[point.at.track];
            track.set_time(point.at.index, instant(is));
            moved += 1;
        }
    }
    for (lap, (first, earliest)) in workout
        .laps
        .iter_mut()
        .zip(firsts.into_iter().zip(earliest))
    {
        let (Some(start), Some(was), Some(is)) = (lap.start, first, lap.first_time()) else {
            continue;
        };
        let now = earliest_point(lap);
        if lap.start == earliest && now != earliest {
            lap.start = now;
            continue;
        }
        let is_near = (was - start).abs() <= TimeDelta::seconds(NEAR_SECONDS);
        if is_near && (was - start).abs() < (is - start).abs() {
            lap.start = start.checked_add_signed(is - was).or(lap.start);
        }
    }
    if moved > 0 {
        workout.start = workout.earliest().or(workout.start);
    }
    moved
}

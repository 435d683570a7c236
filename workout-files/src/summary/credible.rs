//! Positions that say where a workout went, and those that do not.
//!
//! - *Zeros*: 0, 0 far from all others stands for "no fix".
//! - *Strays*: no athlete can have reached them.
//! - *Too few*: a workout indoors whose receiver saw the sky at the door.

use std::borrow::Cow;

use super::geodesy::metres;
use super::strays::{remove, strays};
use crate::model::{Position, Workout};

/// Metres around 0, 0 within which another position makes it a place like any other.
const NEAR_ZERO_M: f64 = 1000.0;

/// Of this many trackpoints at least one has a position in a workout with a route.
const RARE: usize = 10;
/// With fewer positions than this the rare ones are no route, however they are spread.
const FEW: usize = 10;

/// Whether positions, given as one flag per trackpoint, are too few for a route: rare, and either a
/// handful or all at one end.
pub(crate) fn are_too_few(has_position: impl Iterator<Item = bool>) -> bool {
    let (mut all, mut placed, mut run, mut longest) = (0_usize, 0_usize, 0_usize, 0_usize);
    for has_position in has_position {
        all += 1;
        placed += usize::from(has_position);
        run = if has_position { 0 } else { run + 1 };
        longest = longest.max(run);
    }
    placed * RARE < all && (placed < FEW || longest * 5 >= all * 4)
}

/// Whether the trackpoints of a workout have too few positions for a route.
pub(crate) fn has_too_few(workout: &Workout) -> bool {
    let ignores_zero = zero_is_none(workout);
    are_too_few(positions(workout).map(|at| at.is_some_and(|at| !(ignores_zero && is_zero(at)))))
}

/// How many positions are no zeros that stand for "no fix".
pub(crate) fn fix_count(workout: &Workout) -> usize {
    let ignores_zero = zero_is_none(workout);
    let fixes = positions(workout).flatten();
    fixes.filter(|at| !(ignores_zero && is_zero(*at))).count()
}

fn positions(workout: &Workout) -> impl Iterator<Item = Option<Position>> + '_ {
    let tracks = workout.tracks();
    tracks.flat_map(|track| (0..track.len()).map(|index| track.position(index)))
}

pub(crate) fn is_zero(at: Position) -> bool {
    at.latitude == 0.0 && at.longitude == 0.0
}

/// Whether positions of 0, 0 stand for "no fix": no other position is near.
pub(crate) fn zero_is_no_fix(workout: &Workout) -> bool {
    let zero = Position {
        latitude: 0.0,
        longitude: 0.0,
    };
    let mut others = positions(workout).flatten().filter(|at| !is_zero(*at));
    !others.any(|at| metres(at, zero) <= NEAR_ZERO_M)
}

/// Whether there are positions of 0, 0, and they stand for "no fix".
pub(super) fn zero_is_none(workout: &Workout) -> bool {
    positions(workout).flatten().any(is_zero) && zero_is_no_fix(workout)
}

/// The workout without the positions that do not say where it went.
pub(crate) fn credible(workout: &Workout) -> Cow<'_, Workout> {
    let is_placed = workout.position_count() > 0;
    let has_too_few = is_placed && has_too_few(workout);
    let drops_zero = is_placed && zero_is_none(workout);
    let strays = strays(workout);
    if !has_too_few && !drops_zero && strays.is_empty() {
        return Cow::Borrowed(workout);
    }
    let mut without = workout.clone();
    remove(&mut without, &strays);
    for track in without.tracks_mut() {
        for index in 0..track.len() {
            let goes = |at| has_too_few || drops_zero && is_zero(at);
            if track.position(index).is_some_and(goes) {
                track.set_position(index, None);
            }
        }
    }
    Cow::Owned(without)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_positions_are_no_route() {
        let flags = |placed: &[usize], all: usize| -> bool {
            are_too_few((0..all).map(|index| placed.contains(&index)))
        };
        assert!(flags(&[0, 1, 2], 3600) && flags(&[0, 1, 2], 63));
        assert!(flags(&[0, 1800, 3599], 3600));
        let at_the_door: Vec<usize> = (0..180).chain(3590..3600).collect();
        assert!(flags(&at_the_door, 3600));
        // Every two minutes of an hour, the last half, a few trackpoints in all.
        let every_two_minutes: Vec<usize> = (0..3600).step_by(120).collect();
        assert!(!flags(&every_two_minutes, 3600));
        assert!(!flags(&(1800..3600).collect::<Vec<_>>(), 3600));
        assert!(!flags(&[0, 1], 2) && !flags(&[0], 3));
    }
}

//! The check whether a destination can take a workout.

use std::borrow::Cow;

use super::{Fix, Repairs, positions};
use crate::Workout;
use crate::summary::are_too_few;

/// Why a destination can't take a workout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Undeliverable {
    /// It has neither trackpoints nor totals.
    #[error("the workout is empty: it has neither trackpoints nor totals")]
    Empty,
    /// It has trackpoints, and none of them has a time.
    #[error("no trackpoint has a time that can be read, and the destination needs times")]
    NoTimes,
    /// It has no positions.
    #[error("no trackpoint has a position, and the destination takes only routes")]
    NoPositions,
    /// Fewer than two different trackpoints have both a time and a position.
    #[error(
        "fewer than two different trackpoints have both a time and a position, and the destination \
         needs both"
    )]
    NoTimedPositions,
    /// Only a few trackpoints have a position: the rest of the workout would be lost.
    #[error(
        "only {positions} of {trackpoints} trackpoints have a position, and the destination takes only \
         routes"
    )]
    FewPositions {
        /// How many have one.
        positions: usize,
        /// How many there are.
        trackpoints: usize,
    },
}

impl Repairs {
    /// Whether a workout, repaired or not, has what the destination of this profile needs: a time on
    /// some trackpoint when the profile has [`Fix::DropWithoutTime`], a timed route when it has
    /// [`Fix::DropWithoutPosition`], and at least a trackpoint or a total in any case. A handful of
    /// positions in a long workout indoors is no route.
    ///
    /// # Errors
    /// The cause, when the workout should not be written for that destination.
    pub fn deliverable(&self, workout: &Workout) -> Result<(), Undeliverable> {
        let needs_time = self.fixes().contains(&Fix::DropWithoutTime);
        let needs_route = self.fixes().contains(&Fix::DropWithoutPosition);
        if workout.trackpoint_count() == 0 {
            let known = |value: Option<f64>| value.is_some_and(|value| value > 0.0);
            let has_totals = workout
                .laps
                .iter()
                .any(|lap| known(lap.total_time_s) || known(lap.distance_m));
            return match (has_totals, needs_route) {
                (false, _) => Err(Undeliverable::Empty),
                (true, true) => Err(Undeliverable::NoPositions),
                (true, false) => Ok(()),
            };
        }
        let workout = self.without_what_is_none(workout);
        let (mut is_timed, mut is_placed, mut has_two) = (false, false, false);
        let mut first = None;
        let mut delivered = Vec::with_capacity(workout.trackpoint_count());
        for track in workout.tracks() {
            for index in 0..track.len() {
                let (time, position) = (track.time_micros(index), track.position(index));
                is_timed |= time.is_some();
                is_placed |= position.is_some();
                if time.is_some() || !needs_time {
                    delivered.push(position.is_some());
                }
                // Equal ones are one to a destination, and to the fix that merges them.
                if let Some(both) = time.zip(position) {
                    has_two |= *first.get_or_insert(both) != both;
                }
            }
        }
        if needs_time && !is_timed {
            Err(Undeliverable::NoTimes)
        } else if needs_route && !is_placed {
            Err(Undeliverable::NoPositions)
        } else if needs_route && needs_time && !has_two {
            Err(Undeliverable::NoTimedPositions)
        } else if needs_route && are_too_few(delivered.iter().copied()) {
            Err(Undeliverable::FewPositions {
                positions: delivered.iter().filter(|placed| **placed).count(),
                trackpoints: delivered.len(),
            })
        } else {
            Ok(())
        }
    }

    /// The workout without the positions that the fixes take for none.
    fn without_what_is_none<'a>(&self, workout: &'a Workout) -> Cow<'a, Workout> {
        type Drops = fn(&mut Workout) -> super::apply::Done;
        const DROPS: [(Fix, Drops); 2] = [
            (Fix::DropZeroPosition, positions::drop_zero),
            (Fix::DropFarPosition, positions::drop_far),
        ];
        let mut without = Cow::Borrowed(workout);
        for (fix, drop) in DROPS {
            if self.fixes().contains(&fix) {
                drop(without.to_mut());
            }
        }
        without
    }
}

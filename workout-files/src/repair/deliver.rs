//! The check whether a destination can take a workout.

use super::{Fix, Repairs};
use crate::Workout;

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
}

impl Repairs {
    /// Whether a workout, repaired or not, has what the destination of this profile needs: a time on
    /// some trackpoint when the profile has [`Fix::DropWithoutTime`], a timed route when it has
    /// [`Fix::DropWithoutPosition`], and at least a trackpoint or a total in any case.
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
        let (mut is_timed, mut is_placed, mut has_two) = (false, false, false);
        let mut first = None;
        for track in workout.tracks() {
            for index in 0..track.len() {
                let (time, position) = (track.time_micros(index), track.position(index));
                is_timed |= time.is_some();
                is_placed |= position.is_some();
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
        } else {
            Ok(())
        }
    }
}

//! Trackpoints without a position.

use crate::Workout;

/// Drops them, and the tracks that this leaves empty. Laps stay, with their totals.
pub(super) fn drop_without(workout: &mut Workout) -> (usize, String) {
    let before = workout.trackpoint_count();
    let mut gone = 0;
    for lap in &mut workout.laps {
        for track in &mut lap.tracks {
            gone += track.retain(|point| point.position.is_some());
        }
        if gone > 0 {
            lap.tracks.retain(|track| !track.is_empty());
        }
    }
    (
        gone,
        format!("dropped {gone} of {before} trackpoints, which have no position"),
    )
}

//! Trackpoints without a time, times under a wrong label, tracks without trackpoints.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

use super::apply::Done;
use crate::Workout;

/// Drops trackpoints without a time.
pub(super) fn drop_without(workout: &mut Workout) -> Done {
    let gone = workout
        .tracks_mut()
        .map(|track| track.retain(|p| p.time.is_some()))
        .sum();
    Done::new(
        gone,
        format!("dropped {gone} trackpoints, which have no time"),
    )
}

/// Drops tracks without trackpoints.
pub(super) fn drop_empty_tracks(workout: &mut Workout) -> Done {
    let mut gone = 0;
    for lap in &mut workout.laps {
        let before = lap.tracks.len();
        lap.tracks.retain(|track| !track.is_empty());
        gone += before - lap.tracks.len();
    }
    Done::new(gone, format!("dropped {gone} tracks without trackpoints"))
}

/// Local times labelled `Z`: takes the offset away from every time, once.
pub(super) fn local_labelled_z(workout: &mut Workout, offset: Option<FixedOffset>) -> Done {
    let Some(offset) = offset.filter(|_| workout.local_offset.is_none()) else {
        return Done::default();
    };
    let delta = TimeDelta::seconds(i64::from(offset.local_minus_utc()));
    let mut moved = 0;
    let mut shift = |time: &mut Option<DateTime<Utc>>| {
        if let Some(instant) = time.and_then(|instant| instant.checked_sub_signed(delta)) {
            *time = Some(instant);
            moved += 1;
        }
    };
    shift(&mut workout.start);
    let transition = workout
        .multi_sport
        .as_mut()
        .and_then(|leg| leg.transition.as_deref_mut());
    for lap in workout.laps.iter_mut().chain(transition) {
        shift(&mut lap.start);
        for track in &mut lap.tracks {
            for index in 0..track.len() {
                let mut time = track.time(index);
                shift(&mut time);
                track.set_time(index, time);
            }
        }
    }
    workout.local_offset = Some(offset);
    Done::new(
        moved.max(1),
        format!("moved {moved} times by {offset}: they were local times"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::{second, workout_of};
    use crate::{Repairs, Trackpoint};
    use chrono::{FixedOffset, TimeDelta};

    #[test]
    fn local_times_become_instants_once() {
        let mut workout = workout_of([Trackpoint::at(second(0)), Trackpoint::at(second(1))]);
        workout.start = Some(second(0));
        let offset = FixedOffset::east_opt(7200).unwrap();
        let repairs = Repairs::none().local_time_is(offset);
        let report = repairs.apply(&mut workout);
        assert_eq!(report.changes[0].count, 3);
        assert_eq!(workout.start, Some(second(0) - TimeDelta::hours(2)));
        assert_eq!(
            workout.laps[0].tracks[0].time(1),
            Some(second(1) - TimeDelta::hours(2))
        );
        assert!(repairs.apply(&mut workout).changes.is_empty());
    }
}

//! The facts by which a downloaded workout is recognised at a destination.

use workout_files::Workout;

use crate::item::Item;
use crate::model::Facts;

/// The facts of one exercise: as listed, as reported in the file, and as a destination would work them out from the track,
/// with and without pauses, with and without the trackpoints that have no position.
pub(crate) fn of_exercise(item: &Item, workout: &Workout, alone: bool) -> Facts {
    let start_utc = workout.start_time();
    let mut facts = if alone {
        Facts::of_item(item)
    } else {
        Facts::default()
    };
    if alone {
        facts.start_utc = item.start_utc.or(start_utc);
    } else {
        facts.start = item.local_start(workout);
        facts.start_utc = start_utc;
        facts.sport = Some(workout.sport.clone());
    }
    let reported = total(workout.laps.iter().map(|lap| lap.total_time_s));
    let recorded = [
        workout.elapsed_seconds(),
        workout.moving_seconds(),
        workout.route_elapsed_seconds(),
        workout.route_moving_seconds(),
    ];
    let seconds = reported.into_iter().chain(recorded.into_iter().flatten());
    facts.durations_ms.extend(
        seconds
            .filter(|s| *s >= 1.0)
            .map(|s| (s * 1000.0).round() as u64),
    );
    facts.durations_ms.dedup();
    let reported = total(workout.laps.iter().map(|lap| lap.distance_m));
    let metres = reported.into_iter().chain(workout.route_distance_m());
    facts.distances_m.extend(metres.filter(|m| *m > 0.0));
    facts
}

fn total(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let sum: f64 = values.flatten().filter(|value| value.is_finite()).sum();
    (sum > 0.0).then_some(sum)
}

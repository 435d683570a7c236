//! Every repair of any input ends and keeps the invariants: the route, the positions that have a time,
//! some trackpoints; and a second repair changes nothing.
#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use workout_files::{Fix, Repairs, Workout};

/// Positions with their times, those of 0, 0 left out.
fn timed(workout: &Workout) -> HashSet<(i64, u64, u64)> {
    let points = workout.trackpoints().filter_map(|point| Some((point.time?, point.position?)));
    points
        .filter(|(_, at)| at.latitude != 0.0 || at.longitude != 0.0)
        .map(|(time, at)| (time.timestamp_micros(), at.latitude.to_bits(), at.longitude.to_bits()))
        .collect()
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, file)) = bytes.split_first() else { return };
    let workouts = match workout_files::read(file) {
        Ok(reading) => reading.workouts,
        Err(error) => error.into_partial().map(|partial| partial.workouts).unwrap_or_default(),
    };
    let repairs = match choice % 6 {
        0 => Repairs::for_runkeeper(),
        1 => Repairs::for_garmin(),
        2 => Repairs::for_strava(),
        3 => Repairs::safe(),
        4 => Fix::ALL.iter().fold(Repairs::none(), |set, &fix| set.with(fix)),
        _ => Repairs::none().with(Fix::ALL[usize::from(choice / 6) % Fix::ALL.len()]),
    };
    for mut workout in workouts {
        let before = workout.clone();
        let report = repairs.apply(&mut workout);
        assert_eq!(report.changes.is_empty(), workout == before, "{report:?}");
        let (was, is) = (timed(&before), timed(&workout));
        let redated = report.changes.iter().any(|change| change.fix == Fix::MendClock);
        assert!(redated || is.len() >= was.len(), "positions were lost: {report:?}");
        assert!(before.trackpoint_count() == 0 || workout.trackpoint_count() > 0);
        let metres = |workout: &Workout| {
            let along = workout.tracks().map(|track| {
                let mut alone = Workout::default();
                let mut lap = workout_files::Lap::default();
                lap.tracks.push(track.clone());
                alone.laps.push(lap);
                alone.summary().distance_m.unwrap_or(0.0)
            });
            along.sum::<f64>()
        };
        let zero = report.changes.iter().any(|change| change.fix == Fix::DropZeroPosition);
        assert!(zero || metres(&workout) <= metres(&before) * 1.03 + 0.1, "{report:?}");
        let once = workout.clone();
        let again = repairs.apply(&mut workout);
        assert!(again.changes.is_empty(), "{again:?}");
        assert!(workout == once);
    }
});

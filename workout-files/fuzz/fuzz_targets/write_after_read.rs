//! A workout from any file can be written, and the written file reads as the same workout.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let workouts = match workout_files::read(bytes) {
        Ok(reading) => reading.workouts,
        Err(error) => error.into_partial().map(|partial| partial.workouts).unwrap_or_default(),
    };
    let Ok(tcx) = workout_files::tcx::write(&workouts) else { return };
    let again = workout_files::tcx::read(&tcx.bytes).expect("our own TCX is read");
    if tcx.losses.is_empty() {
        assert!(again.workouts == workouts, "TCX differs without a loss");
    }
    let Ok(gpx) = workout_files::gpx::write(&workouts) else { return };
    let again = workout_files::gpx::read(&gpx.bytes).expect("our own GPX is read");
    if gpx.losses.is_empty() {
        assert_eq!(again.workouts.len(), workouts.len());
    }
});

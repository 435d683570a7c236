//! Whatever the bytes are, reading GPX ends with a workout or an error, and totals can be taken.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let workouts = match workout::gpx::read(bytes) {
        Ok(reading) => reading.workouts,
        Err(error) => error.into_partial().map(|partial| partial.workouts).unwrap_or_default(),
    };
    for workout in &workouts {
        let _ = workout.totals();
    }
});

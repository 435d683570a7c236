//! Reading GPX from any bytes ends with a workout or an error, and totals can be taken. The fast path
//! for plain trackpoints gives the same as the general reader.
#![no_main]

use libfuzzer_sys::fuzz_target;
use workout_files::Limits;

fuzz_target!(|bytes: &[u8]| {
    let default = workout_files::gpx::read(bytes);
    // The fast path keeps away when elements could be deeper than the limit.
    let mut limits = Limits::default();
    limits.depth = 7;
    if let (Ok(fast), Ok(general)) = (&default, &workout_files::gpx::read_with(bytes, &limits)) {
        assert!(fast == general, "the fast path reads something else");
    }
    let workouts = match default {
        Ok(reading) => reading.workouts,
        Err(error) => error.into_partial().map(|partial| partial.workouts).unwrap_or_default(),
    };
    for workout in &workouts {
        let _ = workout.totals();
    }
});

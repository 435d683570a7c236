//! Whatever the bytes are, reading FIT ends with a workout or an error, totals can be taken, and what
//! was read can be written. Inputs without a header are read as the messages of a file.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut file = Vec::new();
    let bytes = if bytes.get(8..12) == Some(b".FIT") {
        bytes
    } else {
        file.extend([12, 0x20, 0, 0]);
        file.extend((bytes.len() as u32).to_le_bytes());
        file.extend(b".FIT");
        file.extend(bytes);
        file.extend([0, 0]);
        &file
    };
    let workouts = match workout_files::fit::read(bytes) {
        Ok(reading) => reading.workouts,
        Err(error) => error.into_partial().map(|partial| partial.workouts).unwrap_or_default(),
    };
    for workout in &workouts {
        let _ = workout.totals();
    }
    let tcx = workout_files::tcx::write(&workouts).expect("what was read can be written");
    workout_files::tcx::read(&tcx.bytes).expect("our own TCX is read");
});

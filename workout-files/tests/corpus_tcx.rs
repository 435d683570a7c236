//! Real TCX files: all are read, and all values survive a round trip.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod support;

use support::{difference, samples};

#[test]
fn every_polar_file_is_read() {
    for sample in samples("polar-tcx") {
        let reading =
            workout_files::read(&sample.bytes).unwrap_or_else(|e| panic!("{}: {e}", sample.name));
        assert_eq!(reading.workouts.len(), 1, "{}", sample.name);
        assert!(
            reading.workouts[0].trackpoint_count() > 0,
            "{}",
            sample.name
        );
    }
}

#[test]
fn other_files_are_read_or_refused_for_a_reason() {
    let mut refused = Vec::new();
    for sample in samples("other-tcx") {
        if let Err(error) = workout_files::read(&sample.bytes) {
            println!("{}: {error}", sample.name);
            refused.push(sample.name);
        }
    }
    println!("refused: {refused:?}");
}

#[test]
fn read_write_read_gives_an_equal_workout() {
    for sample in samples("polar-tcx").into_iter().chain(samples("other-tcx")) {
        let Ok(first) = workout_files::read(&sample.bytes) else {
            continue;
        };
        let written = workout_files::tcx::write(&first.workouts).unwrap();
        let second = workout_files::read(&written.bytes)
            .unwrap_or_else(|e| panic!("{}: what we wrote: {e}", sample.name));
        assert_eq!(
            first.workouts.len(),
            second.workouts.len(),
            "{}",
            sample.name
        );
        for (a, b) in first.workouts.iter().zip(&second.workouts) {
            assert!(a == b, "{}: {}", sample.name, difference(a, b));
        }
        assert!(
            written.losses.is_empty(),
            "{}: {:?}",
            sample.name,
            written.losses
        );
    }
}

//! Real GPX files: all are read, and all values that GPX can hold survive a round trip.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod support;

use support::{difference, samples};

#[test]
fn every_file_is_read() {
    let mut refused = Vec::new();
    for sample in samples("gpx") {
        if let Err(error) = workout_files::read(&sample.bytes) {
            refused.push(format!("{}: {error}", sample.name));
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn a_missing_segment_tag_is_mended() {
    for sample in samples("gpx") {
        let Ok(reading) = workout_files::read(&sample.bytes) else {
            continue;
        };
        let text = String::from_utf8_lossy(&sample.bytes);
        let points: usize = reading
            .workouts
            .iter()
            .map(workout_files::Workout::trackpoint_count)
            .sum();
        assert_eq!(points, text.matches("<trkpt").count(), "{}", sample.name);
    }
}

#[test]
fn read_write_read_gives_an_equal_workout() {
    for sample in samples("gpx") {
        let Ok(first) = workout_files::read(&sample.bytes) else {
            continue;
        };
        let written = workout_files::gpx::write(&first.workouts).unwrap();
        let second = workout_files::read(&written.bytes)
            .unwrap_or_else(|e| panic!("{}: what we wrote: {e}", sample.name));
        let lossy = !written.losses.is_empty();
        assert_eq!(
            first.workouts.len(),
            second.workouts.len(),
            "{}",
            sample.name
        );
        for (a, b) in first.workouts.iter().zip(&second.workouts) {
            assert!(a == b || lossy, "{}: {}", sample.name, difference(a, b));
        }
        if lossy {
            println!("{}: {:?}", sample.name, written.losses);
        }
    }
}

#[test]
fn the_fast_path_reads_the_same_as_the_general_reader() {
    // Under this limit of levels the fast path keeps away.
    let mut limits = workout_files::Limits::default();
    limits.depth = 7;
    let mut compared = 0;
    for sample in samples("gpx") {
        if let (Ok(fast), Ok(general)) = (
            workout_files::read(&sample.bytes),
            workout_files::read_with(&sample.bytes, &limits),
        ) {
            assert!(fast == general, "{}", sample.name);
            compared += 1;
        }
    }
    println!("{compared} files compared");
}

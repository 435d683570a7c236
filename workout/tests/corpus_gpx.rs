//! Real GPX files: all are read, and nothing that GPX can hold is lost on the way.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod support;

use support::{difference, samples};

#[test]
fn every_file_is_read() {
    let mut refused = Vec::new();
    for sample in samples("gpx") {
        if let Err(error) = workout::read(&sample.bytes) {
            refused.push(format!("{}: {error}", sample.name));
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn a_missing_segment_tag_is_mended() {
    for sample in samples("gpx") {
        let Ok(reading) = workout::read(&sample.bytes) else {
            continue;
        };
        let text = String::from_utf8_lossy(&sample.bytes);
        let points: usize = reading
            .workouts
            .iter()
            .map(workout::Workout::trackpoint_count)
            .sum();
        assert_eq!(points, text.matches("<trkpt").count(), "{}", sample.name);
    }
}

#[test]
fn read_write_read_gives_an_equal_workout() {
    for sample in samples("gpx") {
        let Ok(first) = workout::read(&sample.bytes) else {
            continue;
        };
        let written = workout::gpx::write(&first.workouts).unwrap();
        let second = workout::read(&written.bytes)
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

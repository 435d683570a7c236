//! A workout compared with itself differs nowhere, whatever is wrong with it.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod support;

use support::{Sample, fixtures, samples};
use workout_files::{Pair, SeriesDeviation, Workout, compare};

fn assert_same(name: &str, workout: &Workout) {
    let report = compare(workout, workout);
    assert!(report.sport.same() && report.calories.same(), "{name}");
    assert!(report.laps.same() && report.pauses.same(), "{name}");
    assert!(
        report.trackpoints.same() && report.positions.same(),
        "{name}"
    );
    assert!(
        report.start_shift_s.is_none_or(|shift| shift == 0.0),
        "{name}"
    );
    let numbers: [&Pair<Option<f64>>; 4] = [
        &report.moving_s,
        &report.elapsed_s,
        &report.distance_m,
        &report.ascent_m,
    ];
    for pair in numbers {
        assert!(pair.same(), "{name}: {pair:?}");
    }
    if let Some(route) = &report.route {
        assert_eq!((route.max_m, route.mean_m), (0.0, 0.0), "{name}: {route:?}");
        assert_eq!(route.uncovered, 0, "{name}");
    }
    let series: [&SeriesDeviation; 4] = [
        &report.altitude,
        &report.heart_rate,
        &report.cadence,
        &report.power,
    ];
    for series in series {
        assert_eq!(series.before, series.after, "{name}");
        assert!(
            series.max.is_none_or(|max| max == 0.0),
            "{name}: {series:?}"
        );
    }
}

fn check(files: Vec<Sample>) -> usize {
    let mut compared = 0;
    for file in files {
        let workouts = match workout_files::read(&file.bytes) {
            Ok(reading) => reading.workouts,
            Err(error) => error.into_partial().map(|p| p.workouts).unwrap_or_default(),
        };
        for workout in &workouts {
            assert_same(&file.name, workout);
            compared += 1;
        }
    }
    compared
}

#[test]
fn fixtures_equal_themselves() {
    assert!(check(fixtures()) >= 8);
}

#[test]
fn real_files_equal_themselves() {
    for folder in ["polar-tcx", "other-tcx", "gpx", "../reports/workout"] {
        println!("{folder}: {} workouts", check(samples(folder)));
    }
}

//! FIT files made by the encoder in `support/fit.rs`: what is in them comes out.
#![cfg(feature = "fit")]
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod encoding;
mod laps;
#[path = "../support/mod.rs"]
mod support;
mod values;

use chrono::{DateTime, TimeDelta, Utc};
use support::fit::{FitFile, T0, V, message};
use support::samples;
use workout_files::{Format, Intensity, Reading, Sport, Track, TriggerMethod, Workout};

pub(crate) fn at(second: i64) -> DateTime<Utc> {
    // T0 of FIT, which counts from 1989-12-31.
    DateTime::from_timestamp(631_065_600 + i64::from(T0), 0).unwrap() + TimeDelta::seconds(second)
}

pub(crate) fn codes(reading: &Reading) -> Vec<&'static str> {
    let codes = reading.diagnostics.iter();
    codes.map(|diagnostic| diagnostic.code.as_str()).collect()
}

pub(crate) fn read(file: FitFile) -> Reading {
    workout_files::read(&file.finish()).unwrap()
}

pub(crate) fn only(reading: &Reading) -> &Workout {
    let [workout] = &reading.workouts[..] else {
        panic!("{} workouts", reading.workouts.len())
    };
    workout
}

/// Seconds after T0 of the trackpoints of a track.
pub(crate) fn seconds(track: &Track) -> Vec<i64> {
    let times = track.iter().map(|point| point.time.unwrap());
    times.map(|time| (time - at(0)).num_seconds()).collect()
}

pub(crate) fn shape(workout: &Workout) -> Vec<Vec<Vec<i64>>> {
    let laps = workout.laps.iter();
    laps.map(|lap| lap.tracks.iter().map(seconds).collect())
        .collect()
}

#[test]
fn plain_run_comes_out_whole() {
    let reading = read(FitFile::run(10));
    assert_eq!(reading.format, Format::Fit);
    assert_eq!(codes(&reading), [""; 0]);
    let run = only(&reading);
    assert_eq!((&run.sport, run.start), (&Sport::Running, Some(at(0))));
    assert_eq!(run.local_offset.unwrap().local_minus_utc(), 7200);
    let device = run.device.as_ref().unwrap();
    assert_eq!(device.name, "garmin fr945");
    assert_eq!((device.unit_id, device.product_id), (77, 3113));
    assert_eq!((device.version.major, device.version.minor), (13, 25));
    let [lap] = &run.laps[..] else { panic!() };
    assert_eq!(lap.start, Some(at(0)));
    assert_eq!((lap.total_time_s, lap.distance_m), (Some(9.5), Some(28.5)));
    assert_eq!(
        (lap.calories, lap.mean_hr, lap.max_hr),
        (Some(12), Some(141), Some(150))
    );
    assert_eq!((lap.mean_run_cadence, lap.cadence), (Some(84), None));
    assert_eq!(
        (lap.mean_speed_mps, lap.max_speed_mps),
        (Some(3.0), Some(3.5))
    );
    assert_eq!(lap.trigger, Some(TriggerMethod::Manual));
    assert_eq!(lap.intensity, Some(Intensity::Active));
    assert_eq!(shape(run), [[(0..10).collect::<Vec<_>>()]]);
    let point = lap.tracks[0].get(3).unwrap();
    assert_eq!(
        (point.heart_rate, point.cadence, point.power_w),
        (Some(143), Some(84), Some(253))
    );
    assert_eq!((point.distance_m, point.speed_mps), (Some(9.0), Some(3.0)));
    assert_eq!(
        (point.altitude_m, point.air_temperature_c),
        (Some(100.6), Some(-4.0))
    );
    let position = point.position.unwrap();
    assert!((position.latitude - 0.5).abs() < 1e-3 && (position.longitude + 1.0).abs() < 1e-3);
    let totals = run.totals();
    assert_eq!(
        (totals.moving_s, totals.distance_m),
        (Some(9.5), Some(28.5))
    );
}

#[test]
fn files_that_hold_no_workout_say_so() {
    for (kind, code) in [
        (5, "planned_ignored"),
        (6, "courses_ignored"),
        (2, "no_activity"),
    ] {
        let mut file = FitFile::new();
        file.put(0, message::FILE_ID, &[(0, V::Enum(kind))]);
        if kind == 6 {
            file.records(0..3);
        }
        let reading = read(file);
        assert!(reading.workouts.is_empty());
        assert!(codes(&reading).contains(&code), "{code}");
        assert!(codes(&reading).contains(&"no_activity"));
    }
}

#[test]
fn real_files_are_read() {
    let files: Vec<_> = ["fit", "polar-fit", "other-fit"]
        .into_iter()
        .flat_map(samples)
        .collect();
    if files.is_empty() {
        println!("skipped: the corpus has no FIT files (folders fit, polar-fit, other-fit)");
    }
    for file in files {
        match workout_files::read(&file.bytes) {
            Ok(reading) => assert_eq!(reading.format, Format::Fit, "{}", file.name),
            Err(error) => println!("{}: {error}", file.name),
        }
    }
}

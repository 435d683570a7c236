//! FIT files made by the encoder in `support/fit.rs`: what is in them comes out.
#![cfg(feature = "fit")]
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod support;

use chrono::{DateTime, TimeDelta, Utc};
use support::fit::{FitFile, T0, V, message};
use support::samples;
use workout_files::{
    Code, Format, Intensity, Reading, Sport, SwimStroke, Track, TriggerMethod, Workout,
};

fn at(second: i64) -> DateTime<Utc> {
    // T0 of FIT, which counts from 1989-12-31.
    DateTime::from_timestamp(631_065_600 + i64::from(T0), 0).unwrap() + TimeDelta::seconds(second)
}

fn codes(reading: &Reading) -> Vec<&'static str> {
    let codes = reading.diagnostics.iter();
    codes.map(|diagnostic| diagnostic.code.as_str()).collect()
}

fn read(file: FitFile) -> Reading {
    workout_files::read(&file.finish()).unwrap()
}

fn only(reading: &Reading) -> &Workout {
    let [workout] = &reading.workouts[..] else {
        panic!("{} workouts", reading.workouts.len())
    };
    workout
}

/// Seconds after T0 of the trackpoints of a track.
fn seconds(track: &Track) -> Vec<i64> {
    let times = track.iter().map(|point| point.time.unwrap());
    times.map(|time| (time - at(0)).num_seconds()).collect()
}

fn shape(workout: &Workout) -> Vec<Vec<Vec<i64>>> {
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
fn byte_order_makes_no_difference() {
    let big = read(FitFile::big_endian().with_run(10));
    assert_eq!(big, read(FitFile::run(10)));
}

#[test]
fn headers_without_checksum_are_read() {
    let expected = read(FitFile::run(3));
    assert_eq!(
        workout_files::read(&FitFile::run(3).finish_short()).unwrap(),
        expected
    );
    for counts_header in [true, false] {
        let bytes = FitFile::run(3).finish_without_header_checksum(counts_header);
        assert_eq!(
            workout_files::read(&bytes).unwrap(),
            expected,
            "{counts_header}"
        );
    }
}

#[test]
fn pause_starts_a_track() {
    // Second 65 is the first after the pause; Garmin stops with "stop all", others with "stop".
    for stop in [1, 4, 8, 9] {
        let mut file = FitFile::new();
        file.records(0..6);
        file.put(3, message::EVENT, &FitFile::timer(5, stop));
        file.put(3, message::EVENT, &FitFile::timer(65, 0));
        file.records(65..68);
        file.lap_and_session(0, 68, 1);
        let reading = read(file);
        let expected = [[vec![0, 1, 2, 3, 4, 5], vec![65, 66, 67]]];
        assert_eq!(shape(only(&reading)), expected, "stop {stop}");
    }
}

#[test]
fn pauses_are_found_wherever_the_events_stand() {
    for events_first in [true, false] {
        let mut file = FitFile::new();
        let events = [(0, 0), (3, 4), (10, 0), (12, 4), (20, 0), (22, 4)];
        let put_events = |file: &mut FitFile| {
            for (second, kind) in events {
                file.put(3, message::EVENT, &FitFile::timer(second, kind));
            }
        };
        if events_first {
            put_events(&mut file);
        }
        file.records([0, 1, 2, 3, 10, 11, 12, 20, 21, 22]);
        if !events_first {
            put_events(&mut file);
        }
        file.lap_and_session(0, 22, 1);
        let expected = [[vec![0, 1, 2, 3], vec![10, 11, 12], vec![20, 21, 22]]];
        assert_eq!(shape(only(&read(file))), expected, "{events_first}");
    }
}

#[test]
fn odd_timer_events_lose_no_trackpoint() {
    let mut file = FitFile::new();
    // Started twice, stopped twice, stopped and started in one second, and recorded in a pause.
    for (second, kind) in [
        (0, 0),
        (1, 0),
        (2, 1),
        (2, 4),
        (5, 0),
        (6, 4),
        (6, 0),
        (9, 1),
    ] {
        file.put(3, message::EVENT, &FitFile::timer(second, kind));
    }
    file.records(0..10);
    file.lap_and_session(0, 9, 1);
    let expected = [[vec![0, 1, 2], vec![3, 4], vec![5, 6], vec![7, 8, 9]]];
    assert_eq!(shape(only(&read(file))), expected);
}

#[test]
fn laps_hold_what_was_recorded_in_them() {
    let mut file = FitFile::new();
    file.records(0..9);
    // Written at the end and not in order, as some writers do.
    for (start, end) in [(6, 9), (0, 3), (3, 6)] {
        file.lap(start, end);
    }
    file.session(0, 9, 1, None);
    let reading = read(file);
    let run = only(&reading);
    assert_eq!(shape(run), [[[0, 1, 2]], [[3, 4, 5]], [[6, 7, 8]]]);
    assert_eq!(run.totals().moving_s, Some(9.0));
    assert_eq!(run.laps[1].start, Some(at(3)));
}

#[test]
fn wrong_clock_at_the_beginning_keeps_every_trackpoint() {
    let mut file = FitFile::new();
    file.records([500_000, 0, 1, 2, 3]);
    file.lap(0, 2);
    file.lap(2, 4);
    file.session(0, 4, 1, None);
    let reading = read(file);
    assert_eq!(
        shape(only(&reading)),
        [vec![vec![0, 1]], vec![vec![500_000], vec![2, 3]]]
    );
    assert!(codes(&reading).contains(&"time_decreasing"));
}

#[test]
fn session_without_laps_is_one_lap() {
    let mut file = FitFile::new();
    file.records(0..4);
    file.session(0, 4, 2, None);
    let reading = read(file);
    let ride = only(&reading);
    assert_eq!(ride.sport, Sport::Cycling);
    assert_eq!(ride.laps.len(), 1);
    assert_eq!(ride.laps[0].total_time_s, Some(4.0));
    assert_eq!(ride.laps[0].trackpoints(), 4);
}

#[test]
fn values_of_the_session_stand_in_for_those_of_the_laps() {
    let mut file = FitFile::new();
    file.put(
        0,
        message::LAP,
        &[
            (253, V::U32(T0 + 9)),
            (2, V::U32(T0)),
            (8, V::U32(u32::MAX)),
        ],
    );
    file.put(
        1,
        message::SESSION,
        &[
            (253, V::U32(T0 + 9)),
            (2, V::U32(T0)),
            (5, V::Enum(1)),
            (8, V::U32(8500)),
            (9, V::U32(3000)),
            (11, V::U16(99)),
        ],
    );
    let reading = read(file);
    let lap = &only(&reading).laps[0];
    assert_eq!(
        (lap.total_time_s, lap.distance_m, lap.calories),
        (Some(8.5), Some(30.0), Some(99))
    );
}

#[test]
fn pool_swim_has_its_lengths() {
    let mut file = FitFile::new();
    let length = |start: u32, seconds: u32, active: u8, stroke: u8| {
        [
            (253, V::U32(T0 + start + seconds)),
            (2, V::U32(T0 + start)),
            (4, V::U32(seconds * 1000)),
            (5, V::U16(if active == 1 { 18 } else { 0xFFFF })),
            (6, V::U16(if active == 1 { 833 } else { 0xFFFF })),
            (7, V::Enum(stroke)),
            (9, V::U8(36)),
            (12, V::Enum(active)),
        ]
    };
    for (start, seconds, active, stroke) in [(0, 30, 1, 0), (30, 31, 1, 2), (61, 20, 0, 0xFF)] {
        file.put(0, message::LENGTH, &length(start, seconds, active, stroke));
    }
    file.lap(0, 81);
    file.put(0, message::LENGTH, &length(81, 33, 1, 1));
    file.lap(81, 114);
    file.put(
        1,
        message::SESSION,
        &[
            (253, V::U32(T0 + 114)),
            (2, V::U32(T0)),
            (5, V::Enum(5)),
            (6, V::Enum(17)),
            (44, V::U16(2500)),
        ],
    );
    let reading = read(file);
    let swim = only(&reading);
    assert_eq!(
        (&swim.sport, swim.pool_length_m),
        (&Sport::PoolSwimming, Some(25.0))
    );
    let [first, second] = &swim.laps[..] else {
        panic!()
    };
    assert_eq!((first.lengths.len(), second.lengths.len()), (3, 1));
    assert_eq!(first.lengths[0].stroke, Some(SwimStroke::Freestyle));
    assert_eq!(first.lengths[1].stroke, Some(SwimStroke::Breaststroke));
    assert_eq!(first.lengths[1].start, Some(at(30)));
    assert_eq!(
        (first.lengths[1].strokes, first.lengths[1].total_time_s),
        (Some(18), Some(31.0))
    );
    assert!(first.lengths[2].rest && first.lengths[2].strokes.is_none());
    assert_eq!(second.lengths[0].mean_speed_mps, Some(0.833));
    let written = workout_files::tcx::write(&reading.workouts).unwrap();
    let lengths = written
        .losses
        .iter()
        .find(|loss| loss.code.as_str() == "lengths");
    assert_eq!(lengths.unwrap().count, 4);
}

#[test]
fn developer_field_fills_in_for_a_native_one() {
    let mut file = FitFile::new();
    // Before its description the value means nothing.
    let time = |second: u32| (253, V::U32(T0 + second));
    file.put_all(
        0,
        message::RECORD,
        &[time(0), (7, V::U16(0xFFFF))],
        &[(1, 0, V::U16(240))],
    );
    file.describe(0, 1, 0x84, "Power", Some(7));
    file.describe(0, 2, 0x88, "Form Power", None);
    file.describe(0, 3, 0x88, "Distance", Some(5));
    let own = |watts: u16| {
        [
            (1, 0, V::U16(watts)),
            (2, 0, V::F32(61.5)),
            (3, 0, V::F32(12.5)),
            (9, 4, V::U8(1)),
        ]
    };
    file.put_all(
        0,
        message::RECORD,
        &[time(1), (7, V::U16(0xFFFF))],
        &own(241),
    );
    file.put_all(0, message::RECORD, &[time(2), (7, V::U16(300))], &own(242));
    file.put_all(
        0,
        message::RECORD,
        &[time(3), (7, V::U16(0xFFFF))],
        &own(0xFFFF),
    );
    file.lap_and_session(0, 4, 1);
    let reading = read(file);
    let track = &only(&reading).laps[0].tracks[0];
    let power: Vec<_> = track.iter().map(|point| point.power_w).collect();
    assert_eq!(power, [None, Some(241), Some(300), None]);
    assert_eq!(track.distance_m(1), Some(12.5));
    let [_, left_out] = &reading.diagnostics[..] else {
        panic!("{:?}", reading.diagnostics)
    };
    assert_eq!(codes(&reading), ["only_time", "developer_field"]);
    assert_eq!((left_out.code, left_out.count), (Code::DeveloperField, 3));
    assert_eq!(
        (left_out.detail.as_str(), left_out.first.trackpoint),
        ("Form Power", 2)
    );
}

#[test]
fn developer_field_of_a_lap_is_no_value_of_a_trackpoint() {
    let mut file = FitFile::new();
    file.describe_of(0, 1, 0x84, "Power", Some(7), message::LAP);
    file.put_all(
        0,
        message::RECORD,
        &[(253, V::U32(T0))],
        &[(1, 0, V::U16(240))],
    );
    file.lap_and_session(0, 4, 1);
    assert_eq!(only(&read(file)).laps[0].tracks[0].power_w(0), None);
}

#[test]
fn compressed_timestamps_go_on_from_the_last_time() {
    // The five lowest bits of T0 are 0.
    let mut file = FitFile::new();
    file.put(
        0,
        message::RECORD,
        &[(253, V::U32(T0 + 1)), (3, V::U8(100))],
    );
    for (offset, bpm) in [(2, 101), (31, 102), (0, 103), (0, 104), (5, 105), (4, 106)] {
        file.put_compressed(1, message::RECORD, offset, &[(3, V::U8(bpm))]);
    }
    file.put(
        0,
        message::RECORD,
        &[(253, V::U32(T0 + 200)), (3, V::U8(107))],
    );
    file.put_compressed(1, message::RECORD, 9, &[(3, V::U8(108))]);
    file.lap_and_session(0, 300, 1);
    let reading = read(file);
    let track = &only(&reading).laps[0].tracks[0];
    assert_eq!(seconds(track), [1, 2, 31, 32, 32, 37, 68, 200, 201]);
    assert_eq!(track.heart_rate(6), Some(106));
}

#[test]
fn compressed_speed_and_distance_are_unpacked() {
    let mut file = FitFile::new();
    // 12 bits of speed in cm/s, 12 bits of distance in sixteenths of a metre.
    for (second, speed, sixteenths) in [(0, 350_u32, 16_u32), (1, 300, 4090), (2, 299, 10)] {
        let packed = (speed | (sixteenths << 12)).to_le_bytes();
        file.put(
            0,
            message::RECORD,
            &[
                (253, V::U32(T0 + second)),
                (8, V::Bytes(packed[..3].to_vec())),
            ],
        );
    }
    file.lap_and_session(0, 4, 1);
    let reading = read(file);
    let track = &only(&reading).laps[0].tracks[0];
    let points: Vec<_> = track.iter().map(|p| (p.speed_mps, p.distance_m)).collect();
    assert_eq!(
        points,
        [
            (Some(3.5), Some(1.0)),
            (Some(3.0), Some(255.625)),
            (Some(2.99), Some(256.625)),
        ]
    );
}

#[test]
fn chained_files_are_all_read() {
    let chain = [FitFile::run(5).finish(), FitFile::run_at(9000, 3).finish()].concat();
    let reading = workout_files::read(&chain).unwrap();
    let starts: Vec<_> = reading.workouts.iter().map(|w| w.start.unwrap()).collect();
    assert_eq!(starts, [at(0), at(9000)]);
    let points: Vec<_> = reading
        .workouts
        .iter()
        .map(Workout::trackpoint_count)
        .collect();
    assert_eq!(points, [5, 3]);
    assert!(codes(&reading).is_empty());
}

#[test]
fn bytes_after_the_file_are_noted() {
    for rest in [&[0_u8; 3][..], &[0; 100], b"<html>"] {
        let reading = workout_files::read(&[&FitFile::run(5).finish(), rest].concat()).unwrap();
        assert_eq!(codes(&reading), ["trailing_content"]);
        assert_eq!(only(&reading).trackpoint_count(), 5);
    }
}

#[test]
fn several_sports_are_legs_of_one_session() {
    let mut file = FitFile::new();
    let legs = [
        (0, 10, 5, 18),
        (10, 12, 3, 34),
        (12, 30, 2, 7),
        (30, 33, 3, 32),
        (33, 40, 1, 0),
    ];
    for (start, end, _, _) in legs {
        file.records(start..end);
        file.lap(start, end);
    }
    for (start, end, sport, sub_sport) in legs {
        file.session(start, end, sport, Some(sub_sport));
    }
    let reading = read(file);
    let sports: Vec<_> = reading.workouts.iter().map(|w| w.sport.clone()).collect();
    assert_eq!(
        sports,
        [Sport::OpenWaterSwimming, Sport::RoadCycling, Sport::Running]
    );
    let points: Vec<_> = reading
        .workouts
        .iter()
        .map(Workout::trackpoint_count)
        .collect();
    assert_eq!(points, [10, 18, 7]);
    for (index, workout) in reading.workouts.iter().enumerate() {
        let session = workout.multi_sport.as_ref().unwrap();
        assert_eq!((session.leg, session.session_start), (index, at(0)));
        let transition = session.transition.as_ref().map(|lap| lap.trackpoints());
        assert_eq!(transition, [None, Some(2), Some(3)][index]);
    }
    let tcx = workout_files::tcx::write(&reading.workouts).unwrap();
    let again = workout_files::read(&tcx.bytes).unwrap();
    assert_eq!(again.workouts.len(), 3);
    let run = again.workouts[2].multi_sport.as_ref().unwrap();
    assert_eq!((run.leg, run.session_start), (2, at(0)));
    assert_eq!(run.transition.as_ref().unwrap().trackpoints(), 3);
}

#[test]
fn invalid_values_are_absent() {
    let mut file = FitFile::new();
    file.put(
        0,
        message::RECORD,
        &[
            (253, V::U32(T0)),
            (0, V::I32(i32::MAX)),
            (1, V::I32(i32::MAX)),
            (2, V::U16(0xFFFF)),
            (78, V::U32(u32::MAX)),
            (3, V::U8(0xFF)),
            (4, V::U8(0xFF)),
            (5, V::U32(u32::MAX)),
            (6, V::U16(0xFFFF)),
            (73, V::U32(u32::MAX)),
            (7, V::U16(0xFFFF)),
            (8, V::Bytes(vec![0xFF; 3])),
            (13, V::I8(0x7F)),
            (92, V::U32(u32::MAX)),
        ],
    );
    file.put(
        1,
        message::LAP,
        &[
            (253, V::U32(T0 + 1)),
            (2, V::U32(T0)),
            (8, V::U32(u32::MAX)),
            (9, V::U32(u32::MAX)),
            (11, V::U16(0xFFFF)),
            (13, V::U16(0xFFFF)),
            (15, V::U8(0xFF)),
            (16, V::U8(0)),
            (17, V::U8(0xFF)),
            (23, V::Enum(0xFF)),
            (24, V::Enum(0xFF)),
        ],
    );
    file.put(
        2,
        message::SESSION,
        &[(253, V::U32(T0 + 1)), (2, V::U32(T0)), (5, V::Enum(0xFF))],
    );
    let reading = read(file);
    let workout = only(&reading);
    let mut lap = workout.laps[0].clone();
    let point = lap.tracks.remove(0).get(0).unwrap();
    assert_eq!(point, workout_files::Trackpoint::at(at(0)));
    let mut empty = workout_files::Lap::default();
    empty.start = Some(at(0));
    assert_eq!(lap, empty);
    assert_eq!(codes(&reading), ["sport_missing", "only_time"]);
}

#[test]
fn values_of_other_types_are_right_or_absent() {
    for big in [false, true] {
        let mut file = if big {
            FitFile::big_endian()
        } else {
            FitFile::new()
        };
        file.put(
            0,
            message::RECORD,
            &[
                (253, V::U32(T0)),
                (7, V::U8(200)),
                (6, V::U8(0xFF)),
                (5, V::U16(1234)),
                (0, V::I16(-5)),
                (1, V::I16(7)),
                (73, V::F32(3.5)),
                (3, V::U16(130)),
            ],
        );
        file.put(
            0,
            message::RECORD,
            &[(253, V::U32(T0 + 1)), (7, V::U16(210))],
        );
        file.lap_and_session(0, 4, 1);
        let reading = read(file);
        let track = &only(&reading).laps[0].tracks[0];
        let point = track.get(0).unwrap();
        assert_eq!(
            (point.power_w, point.distance_m),
            (Some(200), Some(12.34)),
            "{big}"
        );
        assert_eq!((point.speed_mps, point.heart_rate), (None, None), "{big}");
        let position = point.position.unwrap();
        assert!(
            position.latitude < 0.0 && position.latitude > -1e-6,
            "{big}"
        );
        assert_eq!(track.power_w(1), Some(210));
        let odd = &reading.diagnostics[0];
        assert_eq!((odd.code, odd.count), (Code::FieldType, 7), "{big}");
    }
}

#[test]
fn out_of_range_values_are_noted() {
    let mut file = FitFile::new();
    let record =
        |second: u32, fields: &[(u8, V)]| [&[(253, V::U32(T0 + second))][..], fields].concat();
    file.put(0, message::RECORD, &record(0, &[(3, V::U8(0))]));
    file.put(
        1,
        message::RECORD,
        &record(1, &[(0, V::I32(1 << 30)), (1, V::I32(5))]),
    );
    file.put(
        1,
        message::RECORD,
        &record(2, &[(0, V::I32((1 << 30) + 99)), (1, V::I32(5))]),
    );
    file.put(
        1,
        message::RECORD,
        &record(3, &[(0, V::I32(i32::MAX)), (1, V::I32(5))]),
    );
    file.put(0, message::RECORD, &[(253, V::U32(1234)), (3, V::U8(90))]);
    file.lap_and_session(0, 4, 1);
    let reading = read(file);
    let noted = codes(&reading);
    for code in [
        "heart_rate_zero",
        "position_range",
        "position_incomplete",
        "time_invalid",
    ] {
        assert!(noted.contains(&code), "{code} of {noted:?}");
    }
    let track = &only(&reading).laps[0].tracks[0];
    assert_eq!((track.len(), track.positions()), (5, 1));
    assert_eq!(track.position(1).unwrap().latitude, 90.0);
    assert_eq!((track.time(4), track.heart_rate(4)), (None, Some(90)));
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

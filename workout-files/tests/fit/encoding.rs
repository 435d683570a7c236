//! The ways in which FIT writes the same thing: byte orders, headers, compressed and developer fields, chained files.

use workout_files::{Code, Workout};

use crate::support::fit::{FitFile, T0, V, message};
use crate::{at, codes, only, read, seconds};

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

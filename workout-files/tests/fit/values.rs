//! Values that are absent, impossible or of another type.

use workout_files::Code;

use crate::support::fit::{FitFile, T0, V, message};
use crate::{at, codes, only, read};

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

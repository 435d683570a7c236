//! FIT files that are cut off or damaged: an error that keeps what was read.
#![cfg(feature = "fit")]
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod support;

use proptest::prelude::*;
use support::fit::{FitFile, T0, V, crc, message};
use workout_files::{Limits, NotAWorkout, ReadError, ReadErrorKind, Workout};

fn points(error: &ReadError) -> usize {
    let partial = error.partial().map_or(&[][..], |partial| &partial.workouts);
    partial.iter().map(Workout::trackpoint_count).sum()
}

fn rich() -> Vec<u8> {
    let mut file = FitFile::run(6);
    file.describe(0, 1, 0x84, "Power", Some(7));
    for second in 6..9 {
        let time = (253, V::U32(T0 + second));
        file.put_all(2, message::RECORD, &[time], &[(1, 0, V::U16(240))]);
    }
    file.put_compressed(3, message::RECORD, 12, &[(3, V::U8(99))]);
    [file.finish(), FitFile::run_at(500, 4).finish_short()].concat()
}

#[test]
fn every_prefix_is_an_error_that_keeps_what_was_read() {
    let whole = rich();
    let first = FitFile::run(6).finish().len();
    let mut most = 0;
    let mut complete = 0;
    for length in 0..whole.len() {
        let error = match workout_files::read(&whole[..length]) {
            Ok(reading) => {
                // The first file of the chain is complete.
                assert_eq!(reading.workouts.len(), 1, "cut at {length}");
                complete += 1;
                continue;
            }
            Err(error) => error,
        };
        if length < 12 {
            assert!(error.not_a_workout().is_some(), "cut at {length}");
            continue;
        }
        assert!(
            matches!(error.kind(), ReadErrorKind::Truncated),
            "cut at {length}: {error}"
        );
        assert!(points(&error) >= most, "cut at {length}");
        most = points(&error);
    }
    assert_eq!((most, complete), (14, 1));
    assert!(first < whole.len());
}

#[test]
fn cut_file_says_so_and_where() {
    let bytes = FitFile::run(20).finish();
    let error = workout_files::read(&bytes[..bytes.len() / 2]).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("the file ends too early (byte "), "{text}");
    assert!(
        text.ends_with("trackpoints were read before that"),
        "{text}"
    );
    assert!(error.byte().unwrap() as usize <= bytes.len() / 2);
    let partial = error.into_partial().unwrap();
    assert_eq!(partial.workouts.len(), 1);
    assert_eq!(
        partial.workouts[0].device.as_ref().unwrap().name,
        "garmin fr945"
    );
}

#[test]
fn cut_file_keeps_laps_and_opens_one_for_the_rest() {
    let mut file = FitFile::new();
    file.put(0, message::SPORT, &[(0, V::Enum(2)), (1, V::Enum(8))]);
    file.records(0..5);
    file.lap(0, 4);
    file.records(5..8);
    let bytes = file.finish();
    let error = workout_files::read(&bytes[..bytes.len() - 2]).unwrap_err();
    let ride = &error.partial().unwrap().workouts[0];
    assert_eq!(ride.sport, workout_files::Sport::MountainBiking);
    let laps: Vec<_> = ride
        .laps
        .iter()
        .map(workout_files::Lap::trackpoints)
        .collect();
    assert_eq!(laps, [5, 3]);
    assert_eq!(
        (ride.laps[0].total_time_s, ride.laps[1].total_time_s),
        (Some(4.0), None)
    );
}

#[test]
fn wrong_checksum_keeps_everything() {
    let good = FitFile::run(5).finish();
    let end = good.len();
    for (at, name) in [
        (end - 1, "end"),
        (end - 40, "content"),
        (12, "header"),
        (2, "version"),
    ] {
        let mut bytes = good.clone();
        bytes[at] ^= 0x40;
        let error = workout_files::read(&bytes).unwrap_err();
        let wrong = matches!(error.kind(), ReadErrorKind::Checksum { .. });
        assert!(wrong, "{name}: {error}");
        assert!(error.to_string().contains("checksum"), "{error}");
        assert_eq!(points(&error), 5, "{name}");
    }
}

#[test]
fn damage_of_one_file_of_a_chain_does_not_hide_the_others() {
    let mut first = FitFile::run(5).finish();
    let end = first.len() - 1;
    first[end] ^= 1;
    let mut second = FitFile::new();
    second.records(0..2);
    second.put_raw(&[0x0F, 1, 2, 3]);
    let third = FitFile::run_at(900, 3).finish();
    let error = workout_files::read(&[first, second.finish(), third].concat()).unwrap_err();
    assert!(
        matches!(error.kind(), ReadErrorKind::Checksum { .. }),
        "{error}"
    );
    assert_eq!(points(&error), 5 + 2 + 3);
}

#[test]
fn undefined_message_is_damage() {
    let mut file = FitFile::new();
    file.records(0..3);
    file.put_raw(&[0x0F, 1, 2, 3]);
    let error = workout_files::read(&file.finish()).unwrap_err();
    assert!(matches!(error.kind(), ReadErrorKind::Damaged(_)), "{error}");
    assert!(error.to_string().contains("local type 15"), "{error}");
    assert_eq!(points(&error), 3);
}

#[test]
fn message_that_goes_on_after_the_data_is_damage() {
    for missing in 1..8 {
        let mut bytes = FitFile::run(3).finish();
        let end = bytes.len();
        let data = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) - missing;
        bytes[4..8].copy_from_slice(&data.to_le_bytes());
        bytes.truncate(end - missing as usize);
        let error = workout_files::read(&bytes).unwrap_err();
        assert!(error.partial().is_some(), "{missing}: {error}");
        assert_eq!(points(&error), 3, "{missing}");
    }
}

#[test]
fn recorder_that_died_leaves_a_readable_file() {
    let mut bytes = FitFile::run(7).finish();
    bytes[4..8].fill(0);
    bytes[12..14].fill(0);
    for cut in [0, 2, 9] {
        let error = workout_files::read(&bytes[..bytes.len() - cut]).unwrap_err();
        assert_eq!(points(&error), 7, "{cut}: {error}");
    }
}

#[test]
fn definition_at_the_end_is_no_damage() {
    let mut file = FitFile::run(3);
    file.put_raw(&[0x4E, 0, 0, 20, 0, 1, 3, 1, 2]);
    let reading = workout_files::read(&file.finish()).unwrap();
    assert_eq!(reading.workouts[0].trackpoint_count(), 3);
    assert!(reading.diagnostics.is_empty());
}

#[test]
fn fields_that_make_no_sense_are_left_out() {
    let mut file = FitFile::new();
    // A distance of three bytes, a heart rate of none, a type that does not exist.
    file.put_raw(&[
        0x40, 0, 0, 20, 0, 4, 253, 4, 0x86, 5, 3, 0x86, 3, 0, 2, 7, 2, 0x1B,
    ]);
    file.put_raw(&[&[0x00][..], &T0.to_le_bytes(), &[9; 5]].concat());
    file.records(1..3);
    file.lap_and_session(0, 3, 1);
    let reading = workout_files::read(&file.finish()).unwrap();
    let track = &reading.workouts[0].laps[0].tracks[0];
    let mut bare = workout_files::Trackpoint::default();
    bare.time = track.time(0);
    assert_eq!((track.get(0), track.len()), (Some(bare), 3));
    let odd = reading
        .diagnostics
        .iter()
        .find(|d| d.code == workout_files::Code::FieldType);
    assert_eq!(odd.unwrap().count, 3);
}

#[test]
fn limits_hold() {
    let bytes = FitFile::run(30).finish();
    for limit in ["bytes", "activities", "laps and tracks", "trackpoints"] {
        let mut limits = Limits::default();
        match limit {
            "bytes" => limits.bytes = 100,
            "activities" => limits.activities = 0,
            "trackpoints" => limits.trackpoints = 20,
            _ => limits.laps_and_tracks = 1,
        }
        let error = workout_files::read_with(&bytes, &limits).unwrap_err();
        let ReadErrorKind::TooLarge(what, _) = error.kind() else {
            panic!("{error}")
        };
        assert_eq!(*what, limit);
        if limit == "trackpoints" {
            assert_eq!(points(&error), 20);
        }
    }
}

#[test]
fn flood_of_developer_fields_is_refused() {
    let mut file = FitFile::new();
    file.records(0..3);
    for number in 0..600_u32 {
        file.describe((number >> 8) as u8, number as u8, 0x02, "x", None);
    }
    let error = workout_files::read(&file.finish()).unwrap_err();
    let flood = matches!(error.kind(), ReadErrorKind::TooLarge("developer fields", _));
    assert!(flood, "{error}");
    assert_eq!(points(&error), 3);
}

#[test]
fn other_formats_are_named() {
    for (bytes, what) in [
        (&b"<gpx></gpx>"[..], NotAWorkout::OtherXml),
        (b"PK\x03\x04rest of it", NotAWorkout::Zip),
        (b"", NotAWorkout::Empty),
    ] {
        let error = workout_files::fit::read(bytes).unwrap_err();
        assert_eq!(error.not_a_workout(), Some(what));
    }
    let odd = b"\x0D\x10\x54\x08\x00\x00\x00\x00.FIT\x00\x00\x00";
    let error = workout_files::read(odd).unwrap_err();
    assert!(
        error.to_string().contains("a header of 13 bytes"),
        "{error}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn damaged_bytes_never_panic(
        patches in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        right_checksum in any::<bool>(),
    ) {
        let mut bytes = FitFile::run(12).finish();
        for (at, byte) in patches {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if right_checksum {
            let end = bytes.len() - 2;
            bytes[12..14].fill(0);
            let sum = crc(&bytes[..end]).to_le_bytes();
            bytes[end..].copy_from_slice(&sum);
        }
        let workouts = match workout_files::fit::read(&bytes) {
            Ok(reading) => reading.workouts,
            Err(error) => error.into_partial().map(|partial| partial.workouts).unwrap_or_default(),
        };
        for workout in &workouts {
            let _ = workout.totals();
        }
        let _ = workout_files::tcx::write(&workouts).unwrap();
    }

    #[test]
    fn any_messages_are_read_or_refused(records in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut file = FitFile::new();
        file.put_raw(&records);
        let _ = workout_files::fit::read(&file.finish());
    }
}

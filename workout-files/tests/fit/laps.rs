//! Where laps, tracks, lengths and legs begin and end.

use workout_files::{Sport, SwimStroke, Workout};

use crate::support::fit::{FitFile, T0, V, message};
use crate::{at, codes, only, read, shape};

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
fn wrong_clock_at_the_beginning_keeps_every_trackpoint_in_its_place() {
    let mut file = FitFile::new();
    file.records([500_000, 0, 1, 2, 3]);
    file.lap(0, 2);
    file.lap(2, 4);
    file.session(0, 4, 1, None);
    let reading = read(file);
    assert_eq!(
        shape(only(&reading)),
        [vec![vec![500_000, 0, 1]], vec![vec![2, 3]]]
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
fn a_wrong_clock_changes_neither_the_order_nor_the_laps() {
    // The lap messages stand behind their laps, or all at the end.
    for at_end in [false, true] {
        for off in [-2_i64, -3600, 220] {
            let mut file = FitFile::new();
            let laps = [(0, 100), (100, 200), (200, 300)];
            for (start, end) in laps {
                for second in start..end {
                    let is_off = second == 150 || off < 0 && second > 150;
                    let time = i64::from(T0 + second) + if is_off { off } else { 0 };
                    let step = second as i32;
                    let fields = [
                        (253, V::U32(u32::try_from(time).unwrap())),
                        (0, V::I32(5_965_232 + step * 90)),
                        (1, V::I32(-11_930_465 + step * 70)),
                    ];
                    file.put(2, message::RECORD, &fields);
                }
                if !at_end {
                    file.lap(start, end);
                }
            }
            if at_end {
                laps.into_iter()
                    .for_each(|(start, end)| file.lap(start, end));
            }
            file.session(0, 300, 1, None);
            let reading = read(file);
            let workout = only(&reading);
            let longitudes: Vec<f64> = workout
                .trackpoints()
                .filter_map(|point| Some(point.position?.longitude))
                .collect();
            assert!(longitudes.is_sorted(), "{off} {at_end}");
            assert_eq!(workout.trackpoint_count(), 300);
            if !at_end {
                let counts: Vec<usize> = workout
                    .laps
                    .iter()
                    .map(workout_files::Lap::trackpoints)
                    .collect();
                assert_eq!(counts, [100, 100, 100], "{off}");
            }
        }
    }
}

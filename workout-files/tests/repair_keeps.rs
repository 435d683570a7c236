//! No profile loses a route or its trackpoints: faults of real files, and variations of them.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod support;

use chrono::{DateTime, TimeDelta, Utc};
use support::invariants::{self, Target};
use support::{Sample, fault, faults, samples};
use workout_files::{
    Fix, Format, Lap, Position, Repairs, Sport, Track, Trackpoint, Undeliverable, Workout,
    WriteOptions,
};

fn profiles() -> [(&'static str, Repairs); 5] {
    let all = Fix::ALL
        .iter()
        .fold(Repairs::none(), |set, &fix| set.with(fix));
    [
        ("default", Repairs::safe()),
        ("runkeeper", Repairs::for_runkeeper()),
        ("garmin", Repairs::for_garmin()),
        ("strava", Repairs::for_strava()),
        ("all fixes", all),
    ]
}

fn workout(name: &str) -> Workout {
    workout_files::read(&fault(name))
        .unwrap()
        .workouts
        .remove(0)
}

/// Metres through all positions in the order of the workout.
fn route_m(workout: &Workout) -> f64 {
    let positions: Vec<Position> = workout.trackpoints().filter_map(|p| p.position).collect();
    let steps = positions.windows(2);
    steps.map(|pair| pair[0].distance_m(pair[1])).sum()
}

fn distances(workout: &Workout) -> Vec<f64> {
    workout.trackpoints().filter_map(|p| p.distance_m).collect()
}

fn second(seconds: f64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
        + TimeDelta::microseconds((seconds * 1e6) as i64)
}

/// A straight line with the times given, 7 m from point to point.
fn line(times: impl IntoIterator<Item = f64>) -> Workout {
    let points = times.into_iter().enumerate().map(|(index, time)| {
        let mut point = Trackpoint::at(second(time));
        point.position = Position::new(47.0 + index as f64 * 6.3e-5, 8.0);
        point
    });
    let mut lap = Lap::default();
    lap.tracks.push(Track::from_iter(points));
    let mut workout = Workout::new(Sport::Running);
    workout.laps.push(lap);
    workout
}

/// The files that repairs are for, and a repair in memory.
fn targets() -> [Option<Target>; 5] {
    let target = |format, options| Some((format, options));
    [
        None,
        target(Format::Tcx, WriteOptions::default()),
        target(Format::Tcx, WriteOptions::plain()),
        target(Format::Gpx, WriteOptions::default()),
        target(Format::Gpx, WriteOptions::plain()),
    ]
}

/// Repairs under the check of the invariants; returns the repaired workout.
fn repaired(name: &str, repairs: &Repairs, target: Option<&Target>, before: &Workout) -> Workout {
    match invariants::repaired(repairs, target, before) {
        Ok((after, _)) => after,
        Err(broken) => panic!("{name}, {repairs:?}, {target:?}: {broken}"),
    }
}

/// Repairs in memory; no position and no metre may be lost.
fn keeps(name: &str, profile: &str, repairs: &Repairs, before: &Workout) -> Workout {
    let after = repaired(name, repairs, None, before);
    let (was, is) = (before.position_count(), after.position_count());
    assert_eq!(was, is, "{name}, {profile}");
    after
}

/// The workouts of a file, of a damaged one as far as it can be read.
fn workouts(sample: &Sample) -> Vec<Workout> {
    match workout_files::read(&sample.bytes) {
        Ok(reading) => reading.workouts,
        Err(error) => error.into_partial().map(|p| p.workouts).unwrap_or_default(),
    }
}

#[test]
fn every_fault_keeps_its_route_and_positions_in_every_profile() {
    for sample in faults() {
        for before in &workouts(&sample) {
            for (profile, repairs) in profiles() {
                keeps(&sample.name, profile, &repairs, before);
            }
        }
    }
}

#[test]
fn a_wrong_clock_keeps_the_order_of_the_file_and_is_mended_where_it_is_known() {
    for (name, metres, is_mended) in [
        ("hour-not-rolled.tcx", 1363.0, true),
        ("dst-local-labelled-z.gpx", 1363.0, true),
        ("sub-second-skew.gpx", 280.0, false),
    ] {
        let before = workout(name);
        for (profile, repairs) in profiles() {
            let after = keeps(name, profile, &repairs, &before);
            assert!((route_m(&after) / metres - 1.0).abs() < 0.01, "{name}");
            let times: Vec<_> = after.trackpoints().filter_map(|p| p.time).collect();
            assert_eq!(times.is_sorted(), is_mended, "{name}, {profile}");
            assert_eq!(times.len(), before.trackpoint_count());
        }
    }
}

#[test]
fn variations_of_a_wrong_clock_keep_the_order_too() {
    let plain = |index: usize| index as f64 * 8.0;
    type Shift = fn(usize) -> f64;
    let shifts: [(&str, Shift); 6] = [
        ("an hour for a stretch", |i| {
            if (40..80).contains(&i) { -3600.0 } else { 0.0 }
        }),
        (
            "a day to the end",
            |i| if i >= 90 { -86_400.0 } else { 0.0 },
        ),
        ("set back by 17 minutes", |i| {
            if i >= 50 { -1020.0 } else { 0.0 }
        }),
        ("ahead for a stretch", |i| {
            if (10..30).contains(&i) { 754.0 } else { 0.0 }
        }),
        ("skew", |i| f64::from(u8::from(i % 3 == 1)) * 8.4),
        ("whole minutes", |i| -((i as f64 * 8.0) % 60.0)),
    ];
    for (name, shift) in shifts {
        let before = line((0..120).map(|index| plain(index) + shift(index)));
        for (profile, repairs) in profiles() {
            let after = keeps(name, profile, &repairs, &before);
            let latitudes = |workout: &Workout| -> Vec<f64> {
                workout
                    .trackpoints()
                    .map(|p| p.position.unwrap().latitude)
                    .collect()
            };
            assert_eq!(latitudes(&after), latitudes(&before), "{name}, {profile}");
        }
    }
}

#[test]
fn distances_end_where_the_workout_ended() {
    for (name, end) in [
        ("distance-drops-to-zero.tcx", 165.0),
        ("distance-restarts-per-lap.tcx", 1960.0),
    ] {
        let before = workout(name);
        for (profile, repairs) in profiles() {
            if profile == "default" {
                continue;
            }
            let after = keeps(name, profile, &repairs, &before);
            let distances = distances(&after);
            assert!(distances.is_sorted(), "{name}, {profile}: {distances:?}");
            assert!(
                (distances.last().unwrap() - end).abs() < 0.5,
                "{name}, {profile}: {distances:?}"
            );
        }
    }
}

#[test]
fn points_that_share_a_time_are_kept_and_the_useless_time_is_reported() {
    let reading = workout_files::read(&fault("all-same-time.gpx")).unwrap();
    assert!(
        reading
            .diagnostics
            .iter()
            .any(|d| d.code.as_str() == "times_equal")
    );
    for shared in [120, 7] {
        // Also seconds that are shared by several points each.
        let before = line((0..120).map(|index| f64::from(index / shared)));
        for (profile, repairs) in profiles() {
            let after = keeps("shared times", profile, &repairs, &before);
            assert_eq!(after.trackpoint_count(), 120);
        }
    }
}

#[test]
fn a_workout_without_times_is_refused_by_services_that_need_them() {
    let mut indoor = line((0..10).map(f64::from));
    for index in 0..10 {
        indoor.laps[0].tracks[0].set_position(index, None);
    }
    for (profile, repairs) in profiles() {
        let needs_time = repairs.fixes().contains(&Fix::DropWithoutTime);
        let needs_route = repairs.fixes().contains(&Fix::DropWithoutPosition);
        let mut untimed = workout("no-time.gpx");
        repairs.apply(&mut untimed);
        let expected = if needs_time {
            Err(Undeliverable::NoTimes)
        } else {
            Ok(())
        };
        assert_eq!(repairs.deliverable(&untimed), expected, "{profile}");
        let mut placeless = indoor.clone();
        repairs.apply(&mut placeless);
        let expected = if needs_route {
            Err(Undeliverable::NoPositions)
        } else {
            Ok(())
        };
        assert_eq!(repairs.deliverable(&placeless), expected, "{profile}");
        let empty = Workout::new(Sport::Running);
        assert_eq!(
            repairs.deliverable(&empty),
            Err(Undeliverable::Empty),
            "{profile}"
        );
    }
}

#[test]
fn equal_trackpoints_are_one_place_and_no_route() {
    let mut still = line([0.0; 3]);
    let first = still.laps[0].tracks[0].position(0);
    (1..3).for_each(|index| still.laps[0].tracks[0].set_position(index, first));
    let refused = Err(Undeliverable::NoTimedPositions);
    let repairs = Repairs::for_runkeeper();
    assert_eq!(repairs.deliverable(&still), refused);
    repairs.apply(&mut still);
    assert_eq!(repairs.deliverable(&still), refused);
    // Standing for a while is a route, though a short one.
    let mut standing = line([0.0, 1.0, 2.0]);
    (1..3).for_each(|index| standing.laps[0].tracks[0].set_position(index, first));
    assert_eq!(repairs.deliverable(&standing), Ok(()));
}

#[test]
fn totals_alone_can_be_delivered_to_a_service_that_takes_no_route() {
    let mut workout = Workout::new(Sport::Swimming);
    let mut lap = Lap::default();
    lap.total_time_s = Some(1200.0);
    workout.laps.push(lap);
    assert_eq!(Repairs::for_garmin().deliverable(&workout), Ok(()));
    let refused = Repairs::for_runkeeper().deliverable(&workout);
    assert_eq!(refused, Err(Undeliverable::NoPositions));
}

#[test]
fn the_report_for_a_file_lists_the_differences_in_it() {
    for sample in faults() {
        for before in &workouts(&sample) {
            for target in &targets()[1..] {
                for (_, repairs) in profiles() {
                    repaired(&sample.name, &repairs, target.as_ref(), before);
                }
            }
        }
    }
    let mut later = workout("metadata-time-later.gpx");
    let report = Repairs::safe().apply_for(&mut later, Format::Gpx, &WriteOptions::default());
    assert!(report.changes.is_empty(), "{:?}", report.changes);
}

/// The invariants for every file of a folder of the corpus.
fn corpus_keeps_the_invariants(folder: &str) {
    let mut checked = 0;
    for sample in samples(folder) {
        for before in &workouts(&sample) {
            for (_, repairs) in profiles() {
                repaired(&sample.name, &repairs, None, before);
                checked += 1;
            }
            // The file that the program writes for a destination.
            for target in &targets()[1..] {
                repaired(
                    &sample.name,
                    &Repairs::for_runkeeper(),
                    target.as_ref(),
                    before,
                );
                checked += 1;
            }
        }
    }
    println!("{folder}: {checked} repairs checked");
}

#[test]
fn the_invariants_hold_for_every_polar_file() {
    corpus_keeps_the_invariants("polar-tcx");
}

#[test]
fn the_invariants_hold_for_every_tcx_file_of_other_writers() {
    corpus_keeps_the_invariants("other-tcx");
}

#[test]
fn the_invariants_hold_for_every_gpx_file() {
    corpus_keeps_the_invariants("gpx");
}

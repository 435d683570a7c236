//! Positions that no athlete reached, and a handful of them in a workout indoors.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::f64::consts::PI;
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use support::invariants;
use workout_files::{
    Code, Diagnostic, Fate, Fix, Format, Lap, Position, Reading, Repairs, Sport, Track, Trackpoint,
    Undeliverable, Workout, WriteOptions, compare, read, write_with,
};

/// A round of an hour, a trackpoint every two seconds.
fn round(change: impl Fn(usize, &mut Trackpoint)) -> Workout {
    let start = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let points = (0..1800_usize).map(|index| {
        let mut point = Trackpoint::at(start + TimeDelta::seconds(index as i64 * 2));
        let angle = index as f64 / 1800.0 * 2.0 * PI;
        point.position = Position::new(47.0 + 0.012 * angle.sin(), 8.0 + 0.016 * angle.cos());
        point.heart_rate = Some((130.0 + 20.0 * (5.0 * angle).sin()) as u8);
        change(index, &mut point);
        point
    });
    let mut lap = Lap::default();
    lap.start = Some(start);
    lap.tracks.push(points.collect::<Track>());
    let mut workout = Workout::new(Sport::Running);
    workout.start = Some(start);
    workout.laps.push(lap);
    workout
}

fn through(workout: &Workout, format: Format) -> Reading {
    let written = write_with(
        std::slice::from_ref(workout),
        format,
        &WriteOptions::default(),
    );
    read(&written.unwrap().bytes).unwrap()
}

fn found(reading: &Reading, code: Code) -> Option<&Diagnostic> {
    reading.diagnostics.iter().find(|found| found.code == code)
}

fn profiles() -> [Repairs; 4] {
    [
        Repairs::safe(),
        Repairs::for_runkeeper(),
        Repairs::for_garmin(),
        Repairs::for_strava(),
    ]
}

/// Where receivers put a position that they do not have.
const PLACES: [(f64, f64); 4] = [(56.0, 8.0), (0.0, 0.1), (47.0, 8.2), (-90.0, 0.0)];

fn with_strays(strays: &'static [usize], place: (f64, f64)) -> Workout {
    round(move |index, point| {
        if strays.contains(&index) {
            point.position = Position::new(place.0, place.1);
        }
    })
}

#[test]
fn a_far_position_is_named_and_is_no_distance() {
    let clean = round(|_, _| {}).totals().distance_m.unwrap();
    assert!((7_500.0..8_500.0).contains(&clean), "{clean}");
    for place in PLACES {
        for strays in [&[900][..], &[0], &[1799], &[0, 1, 2, 1000]] {
            let workout = with_strays(strays, place);
            let metres = workout.totals().distance_m.unwrap();
            assert!(
                (metres - clean).abs() < 40.0,
                "{place:?}, {strays:?}: {metres}"
            );
            for format in [Format::Gpx, Format::Tcx] {
                let reading = through(&workout, format);
                let far = found(&reading, Code::PositionFar).unwrap();
                assert_eq!(far.count, strays.len() as u64, "{place:?}");
                assert_eq!(far.first.trackpoint, strays[0] as u32 + 1);
                assert!(far.detail.ends_with("km away"), "{}", far.detail);
            }
        }
    }
    let reading = through(&with_strays(&[900], PLACES[0]), Format::Tcx);
    assert_eq!(
        found(&reading, Code::PositionFar).unwrap().detail,
        "1001.3 km away"
    );
    // A lap without a total gets the distance of the others.
    let mut filled = reading.workouts[0].clone();
    filled.laps[0].distance_m = None;
    Repairs::safe().apply(&mut filled);
    assert!((filled.laps[0].distance_m.unwrap() - clean).abs() < 40.0);
    let splits = with_strays(&[900], PLACES[0]).splits(1000.0);
    assert_eq!(splits.len(), (clean / 1000.0).ceil() as usize);
}

#[test]
fn a_far_position_stays_until_its_fix_is_asked_for() {
    for place in PLACES {
        let workout = with_strays(&[900], place);
        for repairs in profiles() {
            let (after, _) = invariants::repaired(&repairs, None, &workout).unwrap();
            assert_eq!(after.position_count(), 1800, "{place:?}");
            let asked = repairs.with(Fix::DropFarPosition);
            for target in [None, Some(&(Format::Tcx, WriteOptions::plain()))] {
                let (after, report) = invariants::repaired(&asked, target, &workout).unwrap();
                assert_eq!(after.position_count(), 1799, "{place:?}");
                let far = |change: &&workout_files::Change| change.fix == Fix::DropFarPosition;
                let counts: Vec<_> = report.changes.iter().filter(far).map(|c| c.count).collect();
                assert_eq!(counts, [1], "{place:?}");
            }
        }
    }
}

#[test]
fn zeros_are_no_distance_and_have_their_own_name() {
    let clean = round(|_, _| {}).totals().distance_m.unwrap();
    let workout = with_strays(&[0, 1, 2, 900], (0.0, 0.0));
    let metres = workout.totals().distance_m.unwrap();
    assert!((metres - clean).abs() < 40.0, "{metres}");
    let reading = through(&workout, Format::Gpx);
    assert_eq!(found(&reading, Code::PositionZero).unwrap().count, 4);
    assert_eq!(found(&reading, Code::PositionFar), None);
}

#[test]
fn two_stages_with_a_flight_between_them_are_a_route() {
    let stages = round(|index, point| {
        if index >= 1500 {
            point.time = point.time.map(|time| time + TimeDelta::hours(5));
            point.position = Position::new(-33.0, 151.0 + index as f64 * 1e-5);
        }
    });
    let reading = through(&stages, Format::Tcx);
    assert_eq!(found(&reading, Code::PositionFar), None);
    let with = Repairs::none().with(Fix::DropFarPosition);
    assert!(with.apply(&mut stages.clone()).changes.is_empty());
    assert_eq!(stages.split_at_pauses(Duration::from_secs(3600)).len(), 2);
}

/// An hour on a treadmill; the watch saw the sky where `fixes` says.
fn indoors(fixes: impl Fn(usize) -> bool, distances: bool) -> Workout {
    round(|index, point| {
        let along = index as f64 * 1e-5;
        point.position = Position::new(47.0 + along % 2e-4, 8.0).filter(|_| fixes(index));
        point.distance_m = distances.then_some(index as f64 * 5.0);
    })
}

#[test]
fn a_handful_of_positions_is_no_route() {
    type Fixes = fn(usize) -> bool;
    let fixes: [Fixes; 4] = [
        |index| index < 3,
        |index| !(2..=1798).contains(&index),
        |index| index % 600 == 0,
        |index| index < 90,
    ];
    for fixes in fixes {
        let workout = indoors(fixes, false);
        let positions = workout.position_count();
        assert!(!workout.has_route());
        let totals = workout.totals();
        assert_eq!((totals.distance_m, totals.moving_s), (None, Some(3598.0)));
        assert_eq!(workout.summary().distance_m, None);
        assert!(workout.splits(1000.0).is_empty());
        let reading = through(&workout, Format::Tcx);
        let few = found(&reading, Code::PositionsFew).unwrap();
        assert_eq!(few.detail, format!("{positions} of 1800"));
        let with_distances = indoors(fixes, true);
        assert_eq!(with_distances.totals().distance_m, Some(8995.0));
        for workout in [&workout, &with_distances] {
            for repairs in profiles() {
                let needs_route = repairs.fixes().contains(&Fix::DropWithoutPosition);
                let (after, _) = invariants::repaired(&repairs, None, workout).unwrap();
                assert_eq!(after.trackpoint_count(), 1800);
                let expected = if needs_route {
                    Err(Undeliverable::FewPositions {
                        positions,
                        trackpoints: 1800,
                    })
                } else {
                    Ok(())
                };
                assert_eq!(repairs.deliverable(&after), expected);
                assert_eq!(repairs.deliverable(workout), expected);
            }
            let between = Repairs::none().with(Fix::InterpolatePositions);
            assert!(between.apply(&mut workout.clone()).changes.is_empty());
            let mut typed_in = workout.clone();
            typed_in.laps[0].tracks.clear();
            let lost = compare(workout, &typed_in).fidelity();
            assert!(lost.aspects.iter().all(|aspect| aspect.what != "route"));
            let fidelity = compare(workout, workout).fidelity();
            assert!(
                fidelity
                    .of(Fate::Lost)
                    .chain(fidelity.of(Fate::Changed))
                    .next()
                    .is_none()
            );
        }
    }
}

#[test]
fn rare_positions_all_along_are_a_route() {
    // A position every two minutes, to save the battery; the second half of a workout.
    for fixes in [(|index| index % 60 == 0) as fn(usize) -> bool, |index| {
        index > 900
    }] {
        let workout = round(|index, point| {
            point.position = point.position.filter(|_| fixes(index));
        });
        assert!(workout.has_route());
        let reading = through(&workout, Format::Tcx);
        assert_eq!(found(&reading, Code::PositionsFew), None);
        let repairs = Repairs::for_runkeeper();
        let (after, _) = invariants::repaired(&repairs, None, &workout).unwrap();
        assert_eq!(after.trackpoint_count(), workout.position_count());
        assert_eq!(repairs.deliverable(&after), Ok(()));
    }
}

#[test]
fn zeros_of_a_treadmill_are_no_route_either() {
    // Three fixes, then 0, 0 to the end.
    let workout = round(|index, point| {
        if index >= 3 {
            point.position = Position::new(0.0, 0.0);
        }
    });
    let repairs = Repairs::for_runkeeper();
    let refused = Err(Undeliverable::FewPositions {
        positions: 3,
        trackpoints: 1800,
    });
    assert_eq!(repairs.deliverable(&workout), refused);
    let (after, _) = invariants::repaired(&repairs, None, &workout).unwrap();
    assert_eq!(repairs.deliverable(&after), refused);
    assert_eq!(after.trackpoint_count(), 1800);
}

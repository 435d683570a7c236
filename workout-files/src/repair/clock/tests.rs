use super::super::tests::{second, workout_of};
use crate::{Fix, Position, RepairReport, Repairs, Trackpoint, Workout};

/// A straight line with a trackpoint every `step` seconds, 10 m apart, at the times given.
fn line(times: impl Iterator<Item = i64>) -> Workout {
    workout_of(times.enumerate().map(|(index, time)| {
        let mut point = Trackpoint::at(second(time));
        point.position = Position::new(50.0, 10.0 + index as f64 * 1.4e-4);
        point
    }))
}

fn times(workout: &Workout) -> Vec<i64> {
    let zero = second(0);
    workout
        .trackpoints()
        .filter_map(|point| Some((point.time? - zero).num_seconds()))
        .collect()
}

fn mended(times_s: Vec<i64>) -> (Vec<i64>, RepairReport) {
    let mut workout = line(times_s.into_iter());
    let repairs = Repairs::none().with(Fix::MendClock).with(Fix::OrderTimes);
    let report = repairs.apply(&mut workout);
    assert!(repairs.apply(&mut workout).changes.is_empty());
    (times(&workout), report)
}

#[test]
fn a_carry_that_was_missed_is_added() {
    for (quantum, step) in [(3600, 10), (60, 5), (86_400, 30), (1800, 1), (3600, 40)] {
        let right: Vec<i64> = (0..60).map(|index| index * step).collect();
        let wrong = right
            .iter()
            .map(|&t| if t >= 25 * step { t - quantum } else { t });
        assert_eq!(mended(wrong.collect()).0, right, "{quantum} {step}");
    }
}

#[test]
fn a_stretch_that_is_off_by_any_constant_is_moved_back() {
    let right: Vec<i64> = (0..100).map(|index| index * 3).collect();
    for off in [-3600, 3600, -2221, 1234, -47] {
        let wrong = right.iter().enumerate().map(|(index, &t)| {
            if (30..70).contains(&index) {
                t + off
            } else {
                t
            }
        });
        assert_eq!(mended(wrong.collect()).0, right, "{off}");
    }
}

#[test]
fn other_steps_back_are_left_in_the_order_of_the_file() {
    for wrong in [
        // A lone step back of some seconds, and one of an odd amount.
        vec![0, 10, 20, 13, 23, 33, 43],
        vec![0, 10, 20, 30, -507, -497, -487],
    ] {
        let (times, report) = mended(wrong.clone());
        assert_eq!(times, wrong);
        assert!(report.changes.is_empty());
        assert!(!report.declined.is_empty());
    }
}

#[test]
fn pauses_are_not_mended() {
    let paused: Vec<i64> = (0..20).chain(3620..3640).collect();
    let (times, report) = mended(paused.clone());
    assert_eq!((times, report), (paused, RepairReport::default()));
}

/// The times after the repair of a workout whose first lap starts at `start`.
fn mended_with_start(times_s: &[i64], start: i64) -> (Vec<i64>, Workout) {
    let mut workout = line(times_s.iter().copied());
    workout.laps[0].start = Some(second(start));
    workout.start = Some(second(start));
    Repairs::safe().apply(&mut workout);
    let after = workout.clone();
    assert!(Repairs::safe().apply(&mut workout).changes.is_empty());
    (times(&after), after)
}

#[test]
fn the_first_times_are_wrong_when_they_are_few() {
    let right: Vec<i64> = (7..607).collect();
    for off in [3600, 86_400, 57, -619_315_200, 2221, -1_715_002_200] {
        for few in [1, 3] {
            let wrong: Vec<i64> = right
                .iter()
                .enumerate()
                .map(|(index, &t)| if index < few { t + off } else { t })
                .collect();
            assert_eq!(mended(wrong.clone()).0, right, "{off} {few}");
            let (times, workout) = mended_with_start(&wrong, 7);
            assert_eq!(times, right, "{off} {few}");
            assert_eq!(workout.start, Some(second(7)));
            assert_eq!(workout.laps[0].start, Some(second(7)));
        }
    }
}

#[test]
fn the_last_times_are_wrong_when_they_are_few() {
    let right: Vec<i64> = (0..600).collect();
    for off in [-3600, 370_976_297, -1_715_000_000] {
        let wrong: Vec<i64> = right
            .iter()
            .map(|&t| if t >= 598 { t + off } else { t })
            .collect();
        assert_eq!(mended(wrong).0, right, "{off}");
    }
}

#[test]
fn a_track_that_is_stored_newest_first_is_left_at_any_step() {
    for step in [1, 30, 57, 60, 1800, 3600] {
        let wrong: Vec<i64> = (0..120).rev().map(|index| index * step).collect();
        let (times, report) = mended(wrong.clone());
        assert_eq!(times, wrong, "{step}");
        assert!(report.changes.is_empty() && !report.declined.is_empty());
    }
}

#[test]
fn swapped_halves_of_a_round_course_and_copies_are_no_clock() {
    for half in [900, 1800, 1000] {
        let round = |t: i64| {
            let angle = t as f64 / (2 * half) as f64 * std::f64::consts::TAU;
            Position::new(50.0 + angle.sin() * 5e-3, 10.0 + angle.cos() * 5e-3)
        };
        let of = |times: Vec<i64>| {
            workout_of(times.into_iter().map(|time| {
                let mut point = Trackpoint::at(second(time));
                point.position = round(time);
                point
            }))
        };
        let swapped: Vec<i64> = (half..2 * half).chain(0..half).collect();
        let doubled: Vec<i64> = (0..2 * half).chain(0..2 * half).collect();
        for wrong in [swapped, doubled] {
            let mut workout = of(wrong.clone());
            Repairs::none().with(Fix::MendClock).apply(&mut workout);
            assert_eq!(times(&workout), wrong, "{half}");
        }
    }
}

#[test]
fn the_start_of_the_lap_says_that_half_of_the_times_are_wrong() {
    let wrong: Vec<i64> = (0..300)
        .map(|t| t - 1_715_000_000)
        .chain(300..600)
        .collect();
    let (times, workout) = mended_with_start(&wrong, 2);
    assert_eq!(times, (0..600).collect::<Vec<i64>>());
    assert_eq!(workout.laps[0].start, Some(second(0)));
}

#[test]
fn a_start_that_is_the_earliest_trackpoint_moves_with_the_clock() {
    // Half a day lost at one o'clock: the file says nothing of the start but the wrong times.
    let noon = 43_200;
    let wrong = (0..600).map(|t| if t < 300 { t + noon } else { t });
    let mut workout = line(wrong);
    workout.start = Some(second(300));
    workout.laps[0].start = Some(second(300));
    let repairs = Repairs::safe();
    repairs.apply(&mut workout);
    assert_eq!(times(&workout), (noon..noon + 600).collect::<Vec<i64>>());
    assert_eq!(workout.start, Some(second(noon)));
    assert_eq!(workout.laps[0].start, Some(second(noon)));
    assert_eq!(workout.laps[0].total_time_s, Some(599.0));
    assert!(repairs.apply(&mut workout).changes.is_empty());
}

#[test]
fn a_trackpoint_that_ends_a_lap_and_begins_the_next_does_not_keep_a_clock_wrong() {
    // Four laps of 100 s; the clock of the third is an hour ahead, or behind, or off by 17 minutes.
    for off in [3600, -3600, 1020] {
        let mut workout = Workout::default();
        for lap in 0..4 {
            let mut points = Vec::new();
            for t in lap * 100..=lap * 100 + 100 {
                let mut point = Trackpoint::at(second(t + if lap == 2 { off } else { 0 }));
                point.position = Position::new(50.0, 10.0 + t as f64 * 4e-5);
                points.push(point);
            }
            let mut lap_of = workout_of(points).laps.remove(0);
            lap_of.start = Some(second(lap * 100));
            lap_of.total_time_s = Some(100.0);
            workout.laps.push(lap_of);
        }
        let repairs = Repairs::none().with(Fix::MendClock);
        repairs.apply(&mut workout);
        let right = (0..4).flat_map(|lap| lap * 100..=lap * 100 + 100);
        assert_eq!(times(&workout), right.collect::<Vec<i64>>(), "{off}");
        assert_eq!(workout.laps[2].start, Some(second(200)), "{off}");
        assert!(repairs.apply(&mut workout).changes.is_empty());
    }
}

#[test]
fn dropped_trackpoints_do_not_move_the_start() {
    for fix_at in [600, 900, 1000, 3600] {
        let mut workout = line(0..fix_at + 900);
        for index in 0..fix_at as usize {
            workout.laps[0].tracks[0].set_position(index, None);
        }
        workout.start = Some(second(0));
        workout.laps[0].start = Some(second(0));
        workout.laps[0].total_time_s = Some((fix_at + 899) as f64);
        Repairs::for_runkeeper().apply(&mut workout);
        assert_eq!(workout.trackpoint_count(), 900);
        assert_eq!(workout.start, Some(second(0)), "{fix_at}");
        assert_eq!(workout.laps[0].start, Some(second(0)), "{fix_at}");
    }
}

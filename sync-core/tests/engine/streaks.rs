//! The same trouble with one workout after the other.

use sync_core::{ErrorKind, RunError, StateName};

use crate::world::{Answer, World};

fn with_workouts(count: u32) -> World {
    let world = World::new();
    for number in 1..=count {
        let start = format!("2026-10-{number:02}T10:00:00");
        world.has(&format!("{number:02}"), &start, 30, f64::from(number));
    }
    world
}

#[test]
fn export_outage_stops_the_run_and_parks_no_workout() {
    let world = with_workouts(20);
    for round in 0..8 {
        for number in 1..=20 {
            let failures = [ErrorKind::Temporary; 20];
            world.source.fail(&format!("{number:02}"), &failures);
        }
        let run = world.run();
        assert!(
            matches!(run.stopped, Some(RunError::CircuitBreaker(_))),
            "{run:?}"
        );
        assert_eq!(run.report.counts.get(&StateName::Parked), None, "{round}");
        world.later(24 * 3600);
    }
    world.source.fetch_errors.lock().unwrap().clear();
    world.run();
    assert_eq!(world.destination.stored().len(), 20);
}

#[test]
fn one_workout_that_fails_is_its_own_trouble() {
    let world = with_workouts(6);
    world.source.fail("03", &[ErrorKind::Temporary; 40]);
    for _ in 0..5 {
        assert!(world.run().stopped.is_none());
        world.later(24 * 3600);
    }
    assert_eq!(world.state("03"), StateName::Parked);
    assert_eq!(world.destination.stored().len(), 5);
}

#[test]
fn a_destination_that_refuses_everything_is_not_fed_the_whole_history() {
    let world = with_workouts(20);
    world.destination.answers(&[Answer::Reject; 20]);
    let run = world.run();
    let Some(RunError::CircuitBreaker(why)) = &run.stopped else {
        panic!("{run:?}");
    };
    assert!(why.contains("refused 5 consecutive workouts"), "{why}");
    assert_eq!(*world.destination.sends.lock().unwrap(), 5);
}

/// Found by a random world: unrelated failures stopped every run, and each run gave the attempts back.
#[test]
fn workouts_that_the_source_lost_do_not_stop_every_run() {
    let world = with_workouts(9);
    for number in 1..=6 {
        let failures = [ErrorKind::NotFound; 9];
        world.source.fail(&format!("{number:02}"), &failures);
    }
    for _ in 0..6 {
        assert!(world.run().stopped.is_none());
        world.later(24 * 3600);
    }
    assert_eq!(world.state("01"), StateName::Parked);
    assert_eq!(world.state("06"), StateName::Parked);
    assert_eq!(world.destination.stored(), ["07", "08", "09"]);
}

/// No request was made for them: they say nothing of the destination.
#[test]
fn workouts_that_no_form_can_hold_do_not_stop_a_run() {
    let world = with_workouts(1);
    for number in 10..=15 {
        let start = format!("2026-09-{number}T10:00:00");
        world.source.add(&number.to_string(), &start, 0, 0.0, false);
    }
    let run = world.run();
    assert!(run.stopped.is_none(), "{:?}", run.stopped);
    assert_eq!(run.report.counts.get(&StateName::Rejected), Some(&6));
    assert_eq!(world.destination.stored(), ["01"]);
}

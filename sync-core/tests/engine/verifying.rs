//! What arrived is read back and compared.

use futures_executor::block_on;
use sync_core::model::{Fate, Fidelity, Step, VerifyStep};
use sync_core::{Cancel, ErrorKind, NextStep, Sport};

use crate::world::World;

fn ride() -> World {
    let mut world = World::new();
    world.policy = world.policy.clone().with_verify(true);
    world.has("1", "2026-03-01T10:00:00", 30, 15.0);
    world.source.tell("1", Sport::Cycling, "windy");
    world
}

fn verified(world: &World) -> VerifyStep {
    world.record("1").parts[0].verify.clone().unwrap()
}

fn lost(fidelity: &Fidelity) -> Vec<&str> {
    fidelity.of(Fate::Lost).map(|a| a.what.as_str()).collect()
}

#[test]
fn the_report_is_kept() {
    let world = ride();
    assert_eq!(world.run().report.next_step(), NextStep::Nothing);
    let fidelity = verified(&world).fidelity.unwrap();
    assert!(lost(&fidelity).is_empty(), "{fidelity}");
    assert!(
        fidelity
            .to_string()
            .starts_with("kept: sport, start, duration"),
        "{fidelity}"
    );
    assert!(fidelity.to_string().contains("notes"), "{fidelity}");
    // The engine does not download again a workout that it still holds.
    assert_eq!(world.source.fetches.lock().unwrap().len(), 1);
    world.run();
    assert_eq!(*world.destination.after.read.lock().unwrap(), 1);
}

#[test]
fn what_was_lost_is_no_error() {
    let mut world = ride();
    world.policy = world.policy.clone().with_finish(false);
    let run = world.run();
    assert_eq!(run.report.next_step(), NextStep::Nothing);
    assert_eq!(run.report.items[0].reason(), None);
    let record = world.record("1");
    let fidelity = verified(&world).fidelity.unwrap();
    assert_eq!(lost(&fidelity), ["notes"]);
    assert!(
        fidelity.to_string().contains("sport (cycling is running)"),
        "{fidelity}"
    );
    assert!(
        record
            .history
            .iter()
            .any(|event| event.what == "read back: lost notes")
    );
}

#[test]
fn it_waits_for_the_finishing() {
    let world = ride();
    world
        .destination
        .after
        .answers(&[Some(ErrorKind::Temporary)]);
    assert_eq!(world.run().report.next_step(), NextStep::RunAgain);
    assert_eq!(*world.destination.after.read.lock().unwrap(), 0);
    world.later(60);
    assert_eq!(world.run().report.next_step(), NextStep::Nothing);
    assert!(lost(&verified(&world).fidelity.unwrap()).is_empty());
    // This time it was not in hand any more.
    assert_eq!(world.source.fetches.lock().unwrap().len(), 2);
}

#[test]
fn a_finishing_that_was_given_up_does_not_keep_it_from_being_verified() {
    let world = ride();
    world.destination.after.answers(&[Some(ErrorKind::Invalid)]);
    assert_eq!(world.run().report.next_step(), NextStep::Nothing);
    assert_eq!(lost(&verified(&world).fidelity.unwrap()), ["notes"]);
    assert!(world.record("1").has_given_up_step());
}

#[test]
fn reading_that_fails_is_tried_again_and_given_up_in_the_end() {
    let mut world = ride();
    world.policy = world.policy.clone().with_max_attempts(2);
    let failures = [ErrorKind::Temporary, ErrorKind::Other];
    world
        .destination
        .after
        .reading
        .lock()
        .unwrap()
        .extend(failures);
    let run = world.run();
    assert_eq!(
        run.report.items[0].reason(),
        Some("it is not verified yet: reading stumbled")
    );
    world.later(60);
    assert_eq!(world.run().report.next_step(), NextStep::Nothing);
    assert!(matches!(verified(&world).step, Step::GivenUp { .. }));
    block_on(world.engine().retry("1", false, &Cancel::new())).unwrap();
    assert!(verified(&world).fidelity.is_some());
    assert_eq!(*world.destination.sends.lock().unwrap(), 1);
}

#[test]
fn a_workout_that_the_source_lost_can_not_be_verified() {
    let world = ride();
    world
        .destination
        .after
        .answers(&[Some(ErrorKind::Temporary)]);
    world.run();
    world.source.items.lock().unwrap().clear();
    world.later(60);
    let request = sync_core::RunRequest::new().with_accept_listing(true);
    let run = world.try_run(&request).unwrap();
    assert_eq!(run.report.next_step(), NextStep::Nothing);
    let reason = world.record("1").reason().unwrap();
    assert_eq!(reason, "it could not be verified: no such workout");
}

#[test]
fn each_exercise_of_a_session_is_compared_with_its_own() {
    let mut world = World::new();
    world.policy = world.policy.clone().with_verify(true);
    world.source.add_multisport("1", "2026-03-01T10:00:00", 3);
    world.run();
    for part in world.record("1").parts {
        let fidelity = part.verify.unwrap().fidelity.unwrap();
        assert_eq!(fidelity.of(Fate::Changed).count(), 0, "{fidelity}");
    }
}

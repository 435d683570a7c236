//! Type and notes are set after the delivery, and only on what we created.

use futures_executor::block_on;
use sync_core::model::Step;
use sync_core::{Cancel, Capabilities, ErrorKind, NextStep, RunError, Sport, StateName};

use crate::world::{ALL_OF_IT, Answer, World};

/// One ride with notes; its activity is 9000.
fn ride() -> World {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 15.0);
    world.source.tell("1", Sport::Cycling, "windy");
    world
}

fn finished(world: &World) -> Vec<String> {
    world.destination.after.finished.lock().unwrap().clone()
}

fn step(world: &World) -> Step {
    world.record("1").parts[0].finish.clone().unwrap().step
}

fn is_as_wanted(world: &World) -> bool {
    world.destination.after.shows("9000") == (Sport::Cycling, Some("windy".to_owned()))
}

#[test]
fn type_and_notes_are_set_in_the_same_run_and_never_again() {
    let world = ride();
    let run = world.run();
    assert_eq!(run.report.next_step(), NextStep::Nothing);
    assert_eq!(run.report.items[0].reason(), None);
    assert!(is_as_wanted(&world));
    let record = world.record("1");
    assert!(record.is_settled() && record.lease.is_none());
    assert!(
        record
            .history
            .iter()
            .any(|event| event.what == "type and notes set")
    );
    assert!(world.run().report.items.is_empty());
    assert_eq!(finished(&world), ["9000"]);
}

#[test]
fn a_run_without_notes_and_a_manual_entry_have_no_step() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world
        .source
        .add("2", "2026-03-02T10:00:00", 3600, 0.0, false);
    world.source.tell("2", Sport::Yoga, "calm");
    assert_eq!(world.run().report.next_step(), NextStep::Nothing);
    assert!(finished(&world).is_empty());
    assert_eq!(world.record("1").parts[0].finish, None);
}

#[test]
fn what_was_found_there_belongs_to_the_person() {
    let world = ride();
    world.destination.has("77", "2026-03-01", 1800, 15_000.0);
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
    assert!(finished(&world).is_empty());
}

#[test]
fn what_was_sent_and_found_later_is_finished_too() {
    let world = ride();
    world.destination.answers(&[Answer::StoreThenReset]);
    assert_eq!(world.run().report.next_step(), NextStep::RunAgain);
    world.later(1);
    let run = world.run();
    assert_eq!(world.state("1"), StateName::Linked);
    assert_eq!(run.report.next_step(), NextStep::Nothing);
    assert!(is_as_wanted(&world));
}

#[test]
fn a_failure_waits_and_the_workout_stays_delivered() {
    let world = ride();
    world
        .destination
        .after
        .answers(&[Some(ErrorKind::Temporary)]);
    let run = world.run();
    assert!(run.stopped.is_none());
    assert_eq!(run.report.next_step(), NextStep::RunAgain);
    let line = &run.report.items[0];
    assert_eq!(line.state, StateName::Delivered);
    assert_eq!(
        line.reason(),
        Some("type and notes are not set yet: the form stumbled")
    );
    assert!(line.not_before().is_some() && !line.is_settled());
    assert_eq!(world.status().items.len(), 1);
    assert_eq!(world.status().next_step(), NextStep::RunAgain);
    assert!(
        world
            .record("1")
            .next_action()
            .contains("set type and notes")
    );

    world.run();
    assert_eq!(finished(&world).len(), 1, "it did not wait");
    world.later(60);
    assert_eq!(world.run().report.next_step(), NextStep::Nothing);
    assert!(is_as_wanted(&world));
    assert_eq!(*world.destination.sends.lock().unwrap(), 1);
}

#[test]
fn what_fails_too_often_is_given_up_and_the_workout_is_settled() {
    let mut world = ride();
    world.policy = world.policy.clone().with_max_attempts(3);
    world
        .destination
        .after
        .answers(&[Some(ErrorKind::Temporary); 3]);
    for _ in 0..3 {
        assert!(world.run().stopped.is_none());
        world.later(3600);
    }
    let record = world.record("1");
    assert!(record.is_settled() && record.has_given_up_step());
    let reason = record.reason().unwrap();
    assert!(
        reason.starts_with("type and notes were not set: tried 3 times"),
        "{reason}"
    );
    assert!(record.history.iter().any(|event| event.what == reason));
    assert!(record.next_action().contains("`retry`"));
    assert!(world.run().report.items.is_empty());
    assert_eq!(world.status().next_step(), NextStep::Nothing);

    // The user can retry it, which sends nothing.
    let run = block_on(world.engine().retry("1", false, &Cancel::new())).unwrap();
    assert_eq!(run.report.next_step(), NextStep::Nothing);
    assert!(is_as_wanted(&world));
    assert_eq!(*world.destination.sends.lock().unwrap(), 1);
    assert!(block_on(world.engine().retry("1", false, &Cancel::new())).is_err());
}

#[test]
fn a_retry_does_not_wait_for_the_next_try() {
    let world = ride();
    world
        .destination
        .after
        .answers(&[Some(ErrorKind::Temporary)]);
    world.run();
    block_on(world.engine().retry("1", true, &Cancel::new())).unwrap();
    assert!(is_as_wanted(&world));
    assert!(world.record("1").not_ours.is_empty());
}

#[test]
fn an_activity_that_the_person_deleted_is_let_go_and_not_sent_again() {
    let world = ride();
    world
        .destination
        .after
        .answers(&[Some(ErrorKind::Temporary)]);
    world.run();
    world.destination.after.delete("9000");
    world.destination.activities.lock().unwrap().clear();
    world.later(60);
    assert_eq!(world.run().report.next_step(), NextStep::Nothing);
    assert!(
        matches!(step(&world), Step::GivenUp { reason, .. } if reason.to_string().contains("any more"))
    );
    world.later(100_000);
    world.run();
    assert_eq!(*world.destination.sends.lock().unwrap(), 1);
}

#[test]
fn a_lost_session_ends_the_run_and_no_attempt_is_counted() {
    let world = ride();
    world.has("2", "2026-03-05T10:00:00", 40, 8.0);
    world
        .destination
        .after
        .answers(&[Some(ErrorKind::SignInNeeded)]);
    let run = world.run();
    assert!(
        matches!(run.stopped, Some(RunError::Destination(_))),
        "{run:?}"
    );
    assert_eq!(run.report.next_step(), NextStep::RunAgain);
    assert!(matches!(step(&world), Step::Open { attempts: 0, .. }));
    assert_eq!(world.destination.stored(), ["1"]);
    assert!(world.run().stopped.is_none());
    assert!(is_as_wanted(&world));
    assert_eq!(world.destination.stored(), ["1", "2"]);
}

#[test]
fn a_destination_that_is_down_costs_no_attempt() {
    let world = ride();
    world
        .destination
        .after
        .answers(&[Some(ErrorKind::Temporary)]);
    *world.destination.down.lock().unwrap() = Some(ErrorKind::Temporary);
    let run = world.run();
    assert!(run.stopped.unwrap().to_string().contains("down"));
    assert!(matches!(step(&world), Step::Open { attempts: 0, .. }));
}

#[test]
fn a_form_that_changed_does_not_stop_the_sending() {
    let world = ride();
    world.has("2", "2026-03-05T10:00:00", 40, 8.0);
    world.destination.after.answers(&[Some(ErrorKind::Drift)]);
    let run = world.run();
    assert!(run.stopped.is_none());
    assert!(matches!(step(&world), Step::Open { attempts: 1, .. }));
    assert_eq!(world.destination.stored(), ["1", "2"]);
}

#[test]
fn the_id_is_learnt_from_the_listing_first() {
    let world = ride();
    world.destination.answers(&[Answer::AcceptWithoutId]);
    *world.destination.hidden.lock().unwrap() = 1;
    let run = world.run();
    assert_eq!(run.report.next_step(), NextStep::RunAgain);
    assert!(finished(&world).is_empty());
    *world.destination.hidden.lock().unwrap() = 0;
    world.later(121);
    assert_eq!(world.run().report.next_step(), NextStep::Nothing);
    assert!(is_as_wanted(&world));
    let part = &world.record("1").parts[0];
    assert_eq!(part.receipt.activity_id.as_deref(), Some("9000"));
    assert!(part.pre_image.is_empty());
}

#[test]
fn an_id_that_is_never_shown_is_given_up() {
    let mut world = ride();
    world.policy = world.policy.clone().with_max_attempts(2);
    world.destination.answers(&[Answer::AcceptWithoutId]);
    *world.destination.hidden.lock().unwrap() = 1;
    for _ in 0..3 {
        world.run();
        world.later(121);
    }
    let record = world.record("1");
    assert!(record.is_settled(), "{record:#?}");
    assert!(
        record
            .reason()
            .unwrap()
            .to_string()
            .contains("does not show which activity it became")
    );
    assert!(finished(&world).is_empty());
}

#[test]
fn twins_without_ids_are_not_guessed() {
    let mut world = ride();
    world.policy = world.policy.clone().with_max_attempts(2);
    world.has("2", "2026-03-01T18:00:00", 30, 15.0);
    world.source.tell("2", Sport::Cycling, "rain");
    world
        .destination
        .answers(&[Answer::AcceptWithoutId, Answer::AcceptWithoutId]);
    *world.destination.hidden.lock().unwrap() = 9;
    world.run();
    *world.destination.hidden.lock().unwrap() = 0;
    for _ in 0..3 {
        world.later(121);
        world.run();
    }
    assert!(finished(&world).is_empty(), "{:#?}", world.record("1"));
    assert!(
        world
            .record("1")
            .reason()
            .unwrap()
            .to_string()
            .contains("looks the same")
    );
    assert_eq!(world.destination.stored(), ["1", "2"]);
}

#[test]
fn a_session_has_a_step_for_each_exercise() {
    let world = World::new();
    world.source.add_multisport("1", "2026-03-01T10:00:00", 3);
    world.source.tell("1", Sport::Rowing, "");
    assert_eq!(world.run().report.next_step(), NextStep::Nothing);
    assert_eq!(finished(&world), ["9000", "9001", "9002"]);
}

#[test]
fn finishing_can_be_switched_off() {
    let mut world = ride();
    world
        .destination
        .after
        .answers(&[Some(ErrorKind::Temporary)]);
    world.run();
    world.policy = world.policy.clone().with_finish(false);
    world.has("2", "2026-03-05T10:00:00", 40, 8.0);
    world.source.tell("2", Sport::Hiking, "");
    world.later(60);
    assert_eq!(world.run().report.next_step(), NextStep::Nothing);
    assert_eq!(finished(&world).len(), 1);
    assert!(
        world
            .record("1")
            .reason()
            .unwrap()
            .to_string()
            .contains("switched off")
    );
    assert_eq!(world.record("2").parts[0].finish, None);
}

#[test]
fn a_destination_that_can_not_finish_is_not_asked() {
    let world = ride();
    *world.destination.capabilities.lock().unwrap() = Capabilities::none().with_find(true);
    assert_eq!(world.run().report.next_step(), NextStep::Nothing);
    *world.destination.capabilities.lock().unwrap() = ALL_OF_IT;
    world.run();
    assert!(finished(&world).is_empty());
}

#[test]
fn an_open_step_does_not_widen_the_listing() {
    let world = ride();
    world
        .destination
        .after
        .answers(&[Some(ErrorKind::Temporary)]);
    for day in 1..=9 {
        world.has(
            &format!("{}", day + 10),
            &format!("2026-11-0{day}T10:00:00"),
            30,
            5.0,
        );
    }
    world.run();
    world.run();
    let window = *world.source.windows.lock().unwrap().last().unwrap();
    assert!(window.from > "2026-03-01".parse().unwrap(), "{window}");
}

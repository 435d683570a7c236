//! Deliveries with a known outcome, and workouts that cannot be delivered.

use std::time::Duration;

use sync_core::{Cancel, DeliveryForm, ErrorKind, NextStep, RunError, RunRequest, StateName};

use crate::world::{Answer, World};

#[test]
fn every_workout_arrives_once_and_a_second_run_sends_nothing() {
    let world = World::new();
    world.has("1", "2025-12-31T23:30:00", 30, 5.0);
    world.has("2", "2026-01-01T00:30:00", 40, 8.0);
    world
        .source
        .add("3", "2026-02-01T10:00:00", 3600, 0.0, false);
    let run = world.run();
    assert!(run.stopped.is_none());
    assert_eq!(run.report.next_step(), NextStep::Nothing);
    assert_eq!(world.destination.stored(), ["1", "2", "3"]);
    assert_eq!(world.record("3").form(), Some(DeliveryForm::ManualEntry));
    assert_eq!(
        world.record("1").item.start_utc.unwrap().to_rfc3339(),
        "2025-12-31T21:30:00+00:00"
    );

    let (fetches, finds) = (
        world.source.fetches.lock().unwrap().len(),
        *world.destination.finds.lock().unwrap(),
    );
    let run = world.run();
    assert!(run.report.items.is_empty());
    assert_eq!(world.destination.stored(), ["1", "2", "3"]);
    assert_eq!(
        world.source.fetches.lock().unwrap().len(),
        fetches,
        "a known workout was fetched"
    );
    assert_eq!(
        *world.destination.finds.lock().unwrap(),
        finds,
        "the destination was asked in vain"
    );
}

#[test]
fn a_refused_workout_is_rejected_and_never_sent_again() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::Reject]);
    let run = world.run();
    assert_eq!(run.report.next_step(), NextStep::AskUser);
    assert_eq!(run.report.items[0].reason(), Some("the file is broken"));
    world.later(1_000_000);
    let run = world.run();
    assert_eq!(
        run.report.items[0].state,
        StateName::Rejected,
        "it stays visible"
    );
    assert_eq!(*world.destination.sends.lock().unwrap(), 1);
}

#[test]
fn what_the_destination_can_not_hold_is_rejected_without_a_request() {
    let world = World::new();
    world.source.add("1", "2026-03-01T10:00:00", 0, 0.0, false);
    world.run();
    assert_eq!(world.state("1"), StateName::Rejected);
    assert_eq!(*world.destination.sends.lock().unwrap(), 0);
}

#[test]
fn manual_entries_can_be_switched_off() {
    let mut world = World::new();
    world.policy = world.policy.clone().with_manual_entries(false);
    world
        .source
        .add("1", "2026-03-01T10:00:00", 3600, 0.0, false);
    world.run();
    assert_eq!(world.state("1"), StateName::Skipped);
    assert!(
        world
            .record("1")
            .state
            .reason()
            .unwrap()
            .to_string()
            .contains("no track")
    );
    assert!(world.destination.stored().is_empty());
    assert!(world.run().report.items.is_empty());

    // Without the setting it is moved, though it was settled.
    world.policy = world.policy.clone().with_manual_entries(true);
    let plan = futures_executor::block_on(world.engine().plan(&RunRequest::new())).unwrap();
    assert_eq!(plan.report(&world.policy).items[0].state, StateName::New);
    world.run();
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn a_poison_workout_is_parked_after_its_attempts_and_the_others_arrive() {
    let mut world = World::new();
    world.policy = world.policy.clone().with_max_attempts(3);
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.has("2", "2026-03-02T10:00:00", 30, 5.0);
    world.source.fail("1", &[ErrorKind::Temporary; 9]);
    for round in 1..=2 {
        world.run();
        assert_eq!(world.state("1"), StateName::Waiting);
        assert_eq!(world.record("1").attempts, round);
        world.later(3600);
    }
    world.run();
    assert_eq!(world.state("1"), StateName::Parked);
    assert!(
        world
            .record("1")
            .state
            .reason()
            .unwrap()
            .to_string()
            .contains("failed 3 times")
    );
    assert_eq!(world.destination.stored(), ["2"]);
}

#[test]
fn before_its_time_a_waiting_workout_is_left_alone() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.source.fail("1", &[ErrorKind::Temporary]);
    world.run();
    world.run();
    assert_eq!(world.source.fetches.lock().unwrap().len(), 1);
    world.later(2);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.record("1").attempts, 0);
}

#[test]
fn a_source_that_is_down_costs_no_attempt() {
    let kinds = [
        ErrorKind::Temporary,
        ErrorKind::NotFound,
        ErrorKind::Drift,
        ErrorKind::Invalid,
        ErrorKind::Other,
    ];
    for kind in kinds {
        let world = World::new();
        world.has("1", "2026-03-01T10:00:00", 30, 5.0);
        world.has("2", "2026-03-02T10:00:00", 30, 5.0);
        world.source.fail("1", &[ErrorKind::Temporary; 9]);
        *world.source.down.lock().unwrap() = Some(kind);
        let run = world.run();
        assert!(matches!(run.stopped, Some(RunError::Source(_))), "{kind:?}");
        let record = world.record("1");
        // What may be for good counts, but nothing is parked or given up for it.
        let attempts = u32::from(kind != ErrorKind::Temporary);
        assert_eq!(record.attempts, attempts, "{kind:?}");
        assert_eq!(record.state.name(), StateName::Waiting, "{kind:?}");
        assert_eq!(
            run.report.items[1].state,
            StateName::New,
            "the rest was not touched"
        );
    }
}

#[test]
fn a_file_that_is_no_workout_is_parked_at_once_but_only_after_a_second_look() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.has("2", "2026-03-02T10:00:00", 30, 5.0);
    world.source.fail("1", &[ErrorKind::Invalid]);
    world.source.fail("2", &[ErrorKind::Invalid; 2]);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.state("2"), StateName::Parked);
}

#[test]
fn expired_sign_in_stops_the_run_without_counting_an_attempt() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.has("2", "2026-03-02T10:00:00", 30, 5.0);
    world
        .destination
        .answers(&[Answer::Accept, Answer::NotSent(ErrorKind::SignInNeeded)]);
    let run = world.run();
    let Some(RunError::Destination(error)) = run.stopped else {
        panic!("it went on")
    };
    assert_eq!(error.kind(), ErrorKind::SignInNeeded);
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(
        (world.state("2"), world.record("2").attempts),
        (StateName::Waiting, 0)
    );
    world.run();
    assert_eq!(world.destination.stored(), ["1", "2"]);
}

#[test]
fn without_a_listing_of_the_destination_nothing_is_sent() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    *world.destination.find_error.lock().unwrap() = Some(ErrorKind::Temporary);
    let run = world.run();
    assert!(run.stopped.is_some());
    assert_eq!(*world.destination.sends.lock().unwrap(), 0);
}

#[test]
fn a_cancelled_run_leaves_everything_resumable() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    let cancel = Cancel::new();
    cancel.cancel();
    let engine = world.engine();
    let run = futures_executor::block_on(engine.run(&RunRequest::new(), &cancel));
    assert!(matches!(run.stopped, Some(RunError::Cancelled)));
    assert_eq!(run.report.next_step(), NextStep::RunAgain);
    world.run();
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn a_session_of_several_sports_arrives_as_one_activity_each() {
    let world = World::new();
    world.source.add_multisport("1", "2026-03-01T10:00:00", 3);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.record("1").parts.len(), 3);
    assert_eq!(world.destination.stored(), ["1", "1", "1"]);
    world.run();
    assert_eq!(world.destination.stored().len(), 3);
}

#[test]
fn refused_exercise_rolls_back_the_whole_session() {
    let world = World::new();
    world.source.add_multisport("1", "2026-03-01T10:00:00", 3);
    world
        .destination
        .answers(&[Answer::Accept, Answer::Accept, Answer::Reject]);
    world.run();
    assert_eq!(world.state("1"), StateName::Parked);
    assert!(
        world
            .record("1")
            .state
            .reason()
            .unwrap()
            .to_string()
            .contains("exercise 3 of 3 was refused")
    );
    assert_eq!(world.destination.removed.lock().unwrap().len(), 2);
    assert!(world.destination.activities.lock().unwrap().is_empty());
}

#[test]
fn a_session_interrupted_between_exercises_goes_on_with_the_next() {
    let world = World::new();
    world.source.add_multisport("1", "2026-03-01T10:00:00", 3);
    world
        .destination
        .answers(&[Answer::Accept, Answer::StoreThenReset]);
    world.run();
    assert_eq!(world.state("1"), StateName::Unsure);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.destination.stored().len(), 3);
}

#[test]
fn excessive_retry_after_is_capped() {
    let world = World::new();
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    let years = Duration::from_secs(100_000_000);
    *world.source.retry_after.lock().unwrap() = Some(years);
    world.source.fail("1", &[ErrorKind::Temporary]);
    world.run();
    assert_eq!(world.state("1"), StateName::Waiting);
    world.later(24 * 3600 + 1);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
}

/// The listing has no zone; the last exercise takes place after midnight.
#[test]
fn an_exercise_of_the_next_day_is_found_by_the_zone_of_the_recording() {
    let world = World::new();
    world.source.add_multisport("1", "2026-11-01T22:40:00", 8);
    {
        let mut items = world.source.items.lock().unwrap();
        for workout in &mut items.get_mut("1").unwrap().1 {
            workout.local_offset = chrono::FixedOffset::east_opt(7200);
        }
    }
    world.destination.answers(&[Answer::Accept; 7]);
    world.destination.answers(&[Answer::StoreThenReset]);
    for _ in 0..4 {
        world.run();
        world.later(4000);
    }
    assert_eq!(world.destination.stored(), ["1"; 8]);
    assert_eq!(world.state("1"), StateName::Linked);
}

/// The user replaced a damaged export by a better one.
#[test]
fn workout_parked_for_its_file_is_sent_once_the_file_can_be_read() {
    for all_at_once in [true, false] {
        let world = World::new();
        *world.source.lists_all_at_once.lock().unwrap() = all_at_once;
        world.has("1", "2026-03-01T10:00:00", 30, 5.0);
        world.source.fail("1", &[ErrorKind::Invalid; 4]);
        world.run();
        assert_eq!(world.state("1"), StateName::Parked);
        let before = world.record("1");
        world.run();
        // A run that cannot read it either changes nothing.
        assert_eq!(world.record("1").history, before.history);
        world.source.fail("1", &[]);
        world.run();
        match all_at_once {
            true => assert_eq!(world.destination.stored(), ["1"]),
            false => assert_eq!(world.state("1"), StateName::Parked),
        }
    }
}

#[test]
fn workout_parked_for_another_reason_stays_parked() {
    let world = World::new();
    *world.source.lists_all_at_once.lock().unwrap() = true;
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.has("77", "2026-03-01", 1860, 5100.0);
    world.run();
    assert_eq!(world.state("1"), StateName::Parked);
    let fetches = world.source.fetches.lock().unwrap().len();
    world.run();
    assert_eq!(world.state("1"), StateName::Parked);
    assert_eq!(world.source.fetches.lock().unwrap().len(), fetches);
}

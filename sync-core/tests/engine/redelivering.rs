//! Replacing a delivery by the source's present version.

use futures_executor::block_on;
use sync_core::model::State;
use sync_core::{Cancel, CommandError, ErrorKind, Obstacle, Sport, StateName};

use crate::world::{Answer, World};

fn delivered() -> World {
    let world = World::new();
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.run();
    world
}

fn activity(world: &World) -> String {
    let record = world.record("1");
    record.receipt().unwrap().activity_id.clone().unwrap()
}

#[test]
fn the_present_version_replaces_what_was_sent() {
    let world = delivered();
    assert_eq!(activity(&world), "9000");
    // Edited at the source: longer, and another sport.
    world.has("1", "2026-11-01T10:00:00", 45, 7.0);
    world.source.tell("1", Sport::TrailRunning, "");
    let run = block_on(world.engine().redeliver("1")).unwrap();
    assert_eq!(run.report.items[0].state, StateName::Delivered);
    assert_eq!(*world.destination.removed.lock().unwrap(), ["9000"]);
    assert_eq!(world.destination.stored(), ["1", "1"]);
    assert_ne!(activity(&world), "9000");
    assert_eq!(world.record("1").item.duration_ms, Some(45 * 60_000));
    assert!(world.run().report.items.is_empty());
    assert_eq!(world.destination.stored().len(), 2);
}

#[test]
fn an_exercise_that_appears_after_an_undo_is_removed_before_all_are_sent_anew() {
    let world = World::new();
    world.source.add_multisport("1", "2026-11-01T10:00:00", 2);
    let answers = [Answer::Accept, Answer::StoreThenReset];
    world.destination.answers(&answers);
    world.run();
    assert_eq!(world.state("1"), StateName::Unsure);
    block_on(world.engine().undo("1")).unwrap();
    assert_eq!(*world.destination.removed.lock().unwrap(), ["9000"]);
    block_on(world.engine().retry("1", false, &Cancel::new())).unwrap();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(*world.destination.removed.lock().unwrap(), ["9000", "9001"]);
    assert_eq!(world.record("1").parts.len(), 2);
    assert_eq!(world.destination.activities.lock().unwrap().len(), 2);
}

/// The listing lags: it still shows what was removed.
#[test]
fn a_removed_activity_that_is_still_listed_is_not_linked() {
    let world = delivered();
    *world.destination.lists_removed.lock().unwrap() = true;
    block_on(world.engine().redeliver("1")).unwrap();
    assert_eq!(world.destination.stored(), ["1", "1"]);
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_ne!(activity(&world), "9000");
}

#[test]
fn an_interrupted_order_is_finished_by_the_next_run() {
    let world = delivered();
    world
        .destination
        .answers(&[Answer::NotSent(ErrorKind::SignInNeeded)]);
    block_on(world.engine().redeliver("1")).unwrap_err();
    assert_eq!(world.state("1"), StateName::Waiting);
    assert!(world.destination.activities.lock().unwrap().is_empty());
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.destination.stored(), ["1", "1"]);
}

#[test]
fn an_answer_that_never_comes_is_looked_up_before_anything_is_sent_again() {
    let world = delivered();
    world.destination.answers(&[Answer::StoreThenReset]);
    block_on(world.engine().redeliver("1")).unwrap();
    assert_eq!(world.state("1"), StateName::Unsure);
    world.later(300);
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
    assert_eq!(world.destination.stored(), ["1", "1"]);
}

#[test]
fn nothing_is_removed_that_cannot_be_delivered_again() {
    let world = delivered();
    world.source.fail("1", &[ErrorKind::NotFound]);
    let error = block_on(world.engine().redeliver("1")).unwrap_err();
    assert!(
        matches!(error, CommandError::NotDeliverable { .. }),
        "{error}"
    );
    world.source.add("1", "2026-11-01T10:00:00", 0, 0.0, false);
    let error = block_on(world.engine().redeliver("1")).unwrap_err();
    assert!(error.to_string().contains("no duration"), "{error}");
    assert!(world.destination.removed.lock().unwrap().is_empty());
    assert_eq!(world.state("1"), StateName::Delivered);
}

#[test]
fn what_was_found_there_is_not_replaced() {
    let world = World::new();
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.destination.has("77", "2026-11-01", 1800, 5000.0);
    world.run();
    let error = block_on(world.engine().redeliver("1")).unwrap_err();
    let not_ours = |why: &Obstacle| *why == Obstacle::NotOurs;
    assert!(
        matches!(&error, CommandError::WrongState { why, .. } if not_ours(why)),
        "{error}"
    );
    assert!(world.destination.removed.lock().unwrap().is_empty());
}

#[test]
fn a_removal_that_fails_goes_on_in_the_next_runs_and_ends() {
    let world = delivered();
    *world.destination.down.lock().unwrap() = None;
    world.destination.remove_fails(3);
    let error = block_on(world.engine().undo("1")).unwrap_err();
    assert!(matches!(error, CommandError::Unfinished { .. }), "{error}");
    let record = world.record("1");
    assert!(matches!(record.state, State::Removing { .. }));
    let next = record.next_action();
    assert!(
        next.starts_with("a run after") && next.contains("goes on removing"),
        "{next}"
    );
    for _ in 0..4 {
        world.later(100);
        world.run();
    }
    assert_eq!(world.state("1"), StateName::Tombstoned);
    assert_eq!(world.destination.stored(), ["1"]);

    let world = delivered();
    world.destination.remove_fails(99);
    block_on(world.engine().undo("1")).unwrap_err();
    for _ in 0..6 {
        world.later(100_000);
        world.run();
    }
    assert_eq!(world.state("1"), StateName::Parked);
    let reason = world.record("1").reason().unwrap();
    assert!(reason.contains("removing its activities"), "{reason}");
}

#[test]
fn nothing_is_removed_that_the_settings_would_not_send_again() {
    let mut world = delivered();
    world.policy = world.policy.clone().with_sports("yoga".parse().unwrap());
    let error = block_on(world.engine().redeliver("1")).unwrap_err();
    assert!(
        matches!(error, CommandError::NotDeliverable { .. }),
        "{error}"
    );
    let mut world = delivered();
    world
        .source
        .add("1", "2026-11-01T10:00:00", 1800, 5000.0, false);
    world.policy = world.policy.clone().with_manual_entries(false);
    let error = block_on(world.engine().redeliver("1")).unwrap_err();
    assert!(error.to_string().contains("nothing was removed"), "{error}");
    assert!(world.destination.removed.lock().unwrap().is_empty());
    assert_eq!(world.state("1"), StateName::Delivered);
}

/// Another program made a copy of the workout: the engine could not distinguish the new upload from it.
#[test]
fn nothing_is_removed_while_another_activity_looks_the_same() {
    let world = delivered();
    world.destination.has("777", "2026-11-01", 1800, 5000.0);
    let error = block_on(world.engine().redeliver("1")).unwrap_err();
    assert!(
        error.to_string().contains("activity 777 at there"),
        "{error}"
    );
    assert!(world.destination.removed.lock().unwrap().is_empty());
    assert_eq!(world.state("1"), StateName::Delivered);
    let is_ours = |id: &str| id != "777";
    let mut activities = world.destination.activities.lock().unwrap();
    activities.retain(|activity| is_ours(&activity.id));
    drop(activities);
    block_on(world.engine().redeliver("1")).unwrap();
    assert_eq!(world.destination.stored(), ["1", "1"]);
}

#[test]
fn a_workout_that_was_given_another_day_is_sent_with_that_day() {
    for day in ["2026-11-20", "2024-05-05"] {
        let world = delivered();
        world.has("1", &format!("{day}T10:00:00"), 30, 5.0);
        world.destination.answers(&[Answer::StoreThenReset]);
        let _ = block_on(world.engine().redeliver("1"));
        for _ in 0..3 {
            world.later(4000);
            world.run();
        }
        assert_eq!(world.record("1").item.day().to_string(), day);
        assert_eq!(world.destination.stored(), ["1", "1"], "{day}");
        assert_eq!(world.state("1"), StateName::Linked);
    }
}

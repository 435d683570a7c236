//! Workouts that the user edits at the source before anything of them was sent.

use std::time::Duration;

use futures_executor::block_on;
use sync_core::{Cancel, ErrorKind, Policy, Sport, SportFilter, StateName};

use crate::world::{Answer, World};

/// The user gives a workout another day.
fn moves(world: &World, id: &str, start: &str) {
    let minutes = {
        let items = world.source.items.lock().unwrap();
        items[id].0.duration_ms.unwrap() / 60_000
    };
    world.has(id, start, minutes, 5.0);
}

#[test]
fn an_edit_while_a_workout_rests_is_moved() {
    let mut world = World::new();
    world.policy = world.policy.clone().with_delay(Duration::from_secs(86_400));
    world.has("1", "2026-11-23T07:00:00", 30, 5.0);
    world.run();
    assert_eq!(world.state("1"), StateName::Waiting);
    world.source.tell("1", Sport::Cycling, "");
    world.later(2 * 86_400);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.record("1").item.sport, Some(Sport::Cycling));
}

#[test]
fn a_workout_that_got_a_wanted_sport_is_moved() {
    let mut world = World::new();
    let filter: SportFilter = "running".parse().unwrap();
    world.policy = world.policy.clone().with_sports(filter);
    world.has("1", "2026-11-20T07:00:00", 30, 5.0);
    world.source.tell("1", Sport::Yoga, "");
    world.run();
    assert_eq!(world.state("1"), StateName::Skipped);
    // The same listing asks for nothing.
    assert!(world.run().report.items.is_empty());
    world.source.tell("1", Sport::Running, "");
    world.run();
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn an_edited_sport_that_is_not_wanted_either_is_judged_once() {
    let mut world = World::new();
    let filter: SportFilter = "running".parse().unwrap();
    world.policy = world.policy.clone().with_sports(filter);
    world.has("1", "2026-11-20T07:00:00", 30, 5.0);
    world.source.tell("1", Sport::Yoga, "");
    world.run();
    world.source.tell("1", Sport::Pilates, "");
    world.run();
    let reason = world.record("1").reason().unwrap();
    assert!(reason.contains("pilates"), "{reason}");
    assert!(world.run().report.items.is_empty());
    assert!(world.destination.stored().is_empty());
}

#[test]
fn a_workout_of_another_day_is_looked_for_on_that_day() {
    let world = World::new();
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.source.fail("1", &[ErrorKind::Temporary]);
    world.run();
    moves(&world, "1", "2026-11-20T10:00:00");
    world.destination.has("77", "2026-11-20", 1800, 5000.0);
    world.later(100);
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
    assert!(world.destination.stored().is_empty());
}

#[test]
fn a_lost_answer_after_an_edit_of_the_day_is_found() {
    let world = World::new();
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.source.fail("1", &[ErrorKind::Temporary]);
    world.run();
    moves(&world, "1", "2026-11-20T10:00:00");
    world.destination.answers(&[Answer::StoreThenReset]);
    for _ in 0..4 {
        world.later(4000);
        world.run();
    }
    assert_eq!(world.destination.stored(), ["1"]);
    assert_eq!(world.state("1"), StateName::Linked);
}

#[test]
fn an_edit_of_what_was_sent_changes_nothing() {
    let world = World::new();
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::StoreThenReset]);
    *world.destination.hidden.lock().unwrap() = 1;
    world.run();
    assert_eq!(world.state("1"), StateName::Unsure);
    moves(&world, "1", "2026-11-20T10:00:00");
    *world.destination.hidden.lock().unwrap() = 0;
    world.later(4000);
    world.run();
    assert_eq!(world.destination.stored(), ["1"]);
    assert_eq!(world.state("1"), StateName::Linked);
}

#[test]
fn a_retry_takes_the_edited_workout() {
    let mut world = World::new();
    world.policy = Policy::default();
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::Reject]);
    world.run();
    assert_eq!(world.state("1"), StateName::Rejected);
    moves(&world, "1", "2026-11-20T10:00:00");
    block_on(world.engine().retry("1", false, &Cancel::new())).unwrap();
    assert_eq!(world.state("1"), StateName::Delivered);
    let day = world.record("1").item.day().to_string();
    assert_eq!(day, "2026-11-20");
}

//! Workouts that look alike, and activities that were there before.

use sync_core::ledger::{MemoryLedger, SharedLedger};
use sync_core::{Outcome, StateName};

use crate::world::{Answer, World};

#[test]
fn a_lost_ledger_is_rebuilt_from_the_listings_and_nothing_is_sent_twice() {
    let mut world = World::new();
    world.has("1", "2025-12-31T23:30:00", 30, 5.0);
    world.has("2", "2026-01-01T10:30:00", 40, 8.0);
    // The same loop in the morning and in the evening, in the same time.
    world.has("3", "2026-01-05T07:00:00", 30, 5.0);
    world.has("4", "2026-01-05T18:00:00", 30, 5.0);
    world
        .source
        .add("5", "2026-01-06T18:00:00", 3600, 0.0, false);
    world.run();
    assert_eq!(world.destination.stored().len(), 5);
    world.ledger = SharedLedger::new(MemoryLedger::new());
    let run = world.run();
    assert_eq!(run.report.outcome(), Outcome::Settled);
    assert_eq!(world.status().counts.get(&StateName::Linked), Some(&5));
    assert_eq!(world.destination.stored().len(), 5);
    let mut ids: Vec<_> = ["1", "2", "3", "4", "5"]
        .map(|id| {
            world
                .record(id)
                .receipt()
                .unwrap()
                .activity_id
                .clone()
                .unwrap()
        })
        .to_vec();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5, "two workouts were linked to one activity");
}

#[test]
fn twins_both_arrive() {
    for answer in [Answer::Accept, Answer::AcceptWithoutId, Answer::StoreOpaque] {
        let world = World::new();
        world.has("1", "2026-01-05T07:00:00", 30, 5.0);
        world.has("2", "2026-01-05T18:00:00", 30, 5.0);
        world.destination.answers(&[answer, answer]);
        world.run();
        assert_eq!(world.destination.stored(), ["1", "2"], "{answer:?}");
    }
}

#[test]
fn twins_both_arrive_although_the_listing_is_late() {
    let world = World::new();
    world.has("1", "2026-01-05T07:00:00", 30, 5.0);
    world.has("2", "2026-01-05T18:00:00", 30, 5.0);
    world
        .destination
        .answers(&[Answer::AcceptWithoutId, Answer::AcceptWithoutId]);
    *world.destination.hidden.lock().unwrap() = 1;
    world.run();
    assert_eq!(world.destination.stored(), ["1", "2"]);
}

#[test]
fn a_twin_is_not_sent_while_the_fate_of_the_other_is_open() {
    let world = World::new();
    world.has("1", "2026-01-05T07:00:00", 30, 5.0);
    world.has("2", "2026-01-05T18:00:00", 30, 5.0);
    world
        .destination
        .answers(&[Answer::StoreThenReset, Answer::StoreThenReset]);
    *world.destination.hidden.lock().unwrap() = 1;
    world.run();
    assert_eq!(world.destination.stored(), ["1"]);
    assert_eq!(
        (world.state("1"), world.state("2")),
        (StateName::Unsure, StateName::Waiting)
    );
    let record = world.record("2");
    assert!(
        record
            .state
            .reason()
            .unwrap()
            .contains("workout 1 looks the same")
    );
    assert_eq!(record.attempts, 0, "waiting is nobody's fault");
    *world.destination.hidden.lock().unwrap() = 0;
    world.later(121);
    world.run();
    world.run();
    assert_eq!(world.destination.stored(), ["1", "2"]);
    assert_eq!(
        (world.state("1"), world.state("2")),
        (StateName::Linked, StateName::Linked)
    );
    assert_ne!(world.record("1").receipt(), world.record("2").receipt());
}

#[test]
fn what_a_person_put_there_before_is_linked() {
    let world = World::new();
    world.has("1", "2026-01-05T07:00:00", 30, 5.0);
    world.destination.has("77", "2026-01-05", 1800, 5000.0);
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
    assert!(world.destination.stored().is_empty());
}

#[test]
fn what_only_looks_similar_is_left_to_a_person() {
    let world = World::new();
    world.has("1", "2026-01-05T07:00:00", 30, 5.0);
    world.destination.has("77", "2026-01-05", 1860, 5100.0);
    world.run();
    assert_eq!(world.state("1"), StateName::Parked);
    assert!(
        world.destination.stored().is_empty(),
        "unsure never uploads"
    );
}

#[test]
fn another_workout_of_the_day_is_no_obstacle() {
    let world = World::new();
    world.has("1", "2026-01-05T07:00:00", 30, 5.0);
    world.destination.has("77", "2026-01-05", 5400, 30_000.0);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
}

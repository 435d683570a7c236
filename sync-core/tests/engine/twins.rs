//! Workouts that look alike, and activities that were there before.

use futures_executor::block_on;
use sync_core::ledger::{MemoryLedger, SharedLedger};
use sync_core::{Cancel, NextStep, RunRequest, StateName};

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
    assert_eq!(run.report.next_step(), NextStep::Nothing);
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
            .to_string()
            .contains("workout 1 looks the same")
    );
    assert_eq!(record.attempts, 0, "a wait counts no attempt");
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
fn existing_matching_activity_is_linked() {
    let world = World::new();
    world.has("1", "2026-01-05T07:00:00", 30, 5.0);
    world.destination.has("77", "2026-01-05", 1800, 5000.0);
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
    assert!(world.destination.stored().is_empty());
}

#[test]
fn similar_activity_parks_the_workout() {
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

/// The answer to the first one named no activity, and the listing did not show it at once.
fn with_a_nameless_delivery() -> World {
    let world = World::new();
    world.has("1", "2026-01-05T07:00:00", 30, 5.0);
    world.destination.answers(&[Answer::AcceptWithoutId]);
    *world.destination.hidden.lock().unwrap() = 1;
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.record("1").receipt().unwrap().activity_id, None);
    *world.destination.hidden.lock().unwrap() = 0;
    world
}

/// The twin is stored once, however often runs come by.
fn its_twin_arrives_without_an_answer(world: &World) {
    world.has("2", "2026-01-05T18:00:00", 30, 5.0);
    world.destination.answers(&[Answer::StoreThenReset]);
    for _ in 0..4 {
        world.run();
        world.later(500);
    }
    assert_eq!(world.destination.stored(), ["1", "2"]);
}

#[test]
fn what_a_delivery_without_a_number_became_is_not_taken_for_its_twin() {
    let world = with_a_nameless_delivery();
    its_twin_arrives_without_an_answer(&world);
    // Found as what was sent, not as what was there before.
    let part = &world.record("2").parts[0];
    assert!(part.origin.is_sent(), "{part:?}");
}

#[test]
fn a_delivery_without_a_number_that_was_deleted_does_not_have_its_twin_sent_twice() {
    let world = with_a_nameless_delivery();
    world.destination.activities.lock().unwrap().clear();
    its_twin_arrives_without_an_answer(&world);
    // The user must decide whether the new activity is the first or the second workout.
    assert_eq!(world.state("2"), StateName::Parked);
    let explained = format!("{:?}", world.record("2").state);
    assert!(explained.contains("its answer named none"), "{explained}");
}

/// Twice the same lap: the answer to the first names no activity, and the listing shows it only when the second is about to be sent.
#[test]
fn an_exercise_without_a_number_is_not_taken_for_the_next_one() {
    let world = World::new();
    world.source.add_multisport("1", "2026-01-05T07:00:00", 2);
    {
        let mut items = world.source.items.lock().unwrap();
        let (_, exercises) = items.get_mut("1").unwrap();
        let first = exercises[0].laps[0].clone();
        let second = &mut exercises[1].laps[0];
        second.distance_m = first.distance_m;
        second.total_time_s = first.total_time_s;
    }
    world.destination.answers(&[Answer::AcceptWithoutId]);
    *world.destination.blank.lock().unwrap() = 3;
    for _ in 0..3 {
        world.run();
        world.later(500);
    }
    assert_eq!(world.destination.stored(), ["1", "1"]);
    assert_eq!(world.state("1"), StateName::Delivered);
}

/// Another program made an activity of the workout that was not sent yet.
#[test]
fn reconcile_knows_the_other_workouts_too() {
    let world = World::new();
    world.has("1", "2026-11-01T07:00:00", 30, 5.0);
    world
        .source
        .add("2", "2026-11-01T18:00:00", 1860, 5100.0, true);
    world.destination.answers(&[Answer::Reset]);
    world.run();
    assert_eq!(world.state("1"), StateName::Unsure);
    assert_eq!(world.state("2"), StateName::Waiting);
    world.destination.has("77", "2026-11-01", 1860, 5100.0);
    world.later(4000);
    block_on(world.engine().reconcile(&Cancel::new()));
    assert_ne!(world.state("1"), StateName::Linked);
}

/// The source has a workout twice; the user skips one of the two and deletes it.
#[test]
fn the_other_of_two_that_look_the_same_is_moved_when_one_was_skipped() {
    let world = World::new();
    world.has("1", "2026-11-01T07:00:00", 30, 5.0);
    world.has("2", "2026-11-01T07:00:00", 30, 5.0);
    block_on(world.engine().skip("2", &RunRequest::new())).unwrap();
    world.source.items.lock().unwrap().remove("2");
    world.run();
    assert_eq!(world.destination.stored(), ["1"]);
}

/// Three workouts look the same, on three days; three activities are on the first two days. Only the third workout has to look elsewhere.
#[test]
fn lookalikes_are_linked_within_their_days_first() {
    let world = World::new();
    for (id, day) in [("1", "02"), ("2", "03"), ("3", "04")] {
        world.has(id, &format!("2026-11-{day}T10:00:00"), 30, 5.0);
    }
    for (id, day) in [("100", "03"), ("101", "03"), ("9001", "02")] {
        let day = format!("2026-11-{day}");
        world.destination.has(id, &day, 1800, 5000.0);
    }
    world.run();
    let linked = |id: &str| {
        let record = world.record(id);
        assert_eq!(record.state.name(), StateName::Linked, "{id}");
        record.receipt().unwrap().activity_id.clone().unwrap()
    };
    assert_eq!(["1", "2", "3"].map(linked), ["9001", "100", "101"]);
    assert!(world.destination.stored().is_empty());
}

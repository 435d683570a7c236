//! Destinations that know a delivery by its key.

use sync_core::{ErrorKind, StateName};

use crate::world::{ALL_OF_IT, Answer, World};

fn keeps_keys(world: &World, idempotent: bool) {
    *world.destination.keeps_keys.lock().unwrap() = true;
    *world.destination.capabilities.lock().unwrap() = ALL_OF_IT.with_idempotent(idempotent);
}

#[test]
fn a_key_names_source_workout_and_exercise_and_stays_the_same() {
    let world = World::new();
    world.source.add_multisport("1", "2026-11-01T10:00:00", 2);
    world.has("2", "2026-11-05T10:00:00", 30, 5.0);
    world.destination.answers(&[
        Answer::Accept,
        Answer::Accept,
        Answer::NotSent(ErrorKind::Other),
    ]);
    world.run();
    world.later(100);
    world.run();
    let keys = world.destination.keys.lock().unwrap().clone();
    assert_eq!(keys, ["here:1:1", "here:1:2", "here:2:1", "here:2:1"]);
}

#[test]
fn an_activity_with_the_key_is_the_workout_whatever_else_differs() {
    let mut world = World::new();
    keeps_keys(&world, false);
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.run();
    // The user changed the activity beyond recognition; then the ledger is lost.
    {
        let mut activities = world.destination.activities.lock().unwrap();
        activities[0].duration_ms = Some(60_000);
        activities[0].distance_m = Some(100.0);
    }
    world.ledger = sync_core::ledger::SharedLedger::new(sync_core::ledger::MemoryLedger::new());
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn an_activity_with_another_key_of_this_source_is_another_workout() {
    let world = World::new();
    keeps_keys(&world, false);
    world.destination.has("77", "2026-11-01", 1800, 5000.0);
    world.destination.activities.lock().unwrap()[0].key = Some("here:9:1".into());
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.destination.stored(), ["1"]);
}

/// The same workout came by another route: from an archive first, then from the service.
#[test]
fn an_activity_with_a_key_of_another_source_is_linked_when_it_is_the_same() {
    let world = World::new();
    keeps_keys(&world, true);
    world.destination.has("77", "2026-11-01", 1800, 5000.0);
    world.destination.has("78", "2026-11-05", 1800, 5000.0);
    for activity in world.destination.activities.lock().unwrap().iter_mut() {
        activity.key = Some(format!("elsewhere:{}:1", activity.id));
    }
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.has("2", "2026-11-05T10:00:00", 45, 9.0);
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
    assert_eq!(world.state("2"), StateName::Delivered);
    assert_eq!(world.destination.stored(), ["2"]);
    // It is looked for before each first send, not only in the first run.
    world.destination.has("79", "2026-11-08", 1800, 5000.0);
    world.destination.activities.lock().unwrap()[3].key = Some("elsewhere:79:1".into());
    world.has("3", "2026-11-08T10:00:00", 30, 5.0);
    world.run();
    assert_eq!(world.state("3"), StateName::Linked);
}

#[test]
fn what_the_destination_says_is_there_is_linked_and_never_taken_for_ours() {
    let world = World::new();
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::AlreadyThere]);
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
    let record = world.record("1");
    assert_eq!(record.receipt().unwrap().activity_id.as_deref(), Some("77"));
    assert!(!record.can_be_undone());
    assert!(futures_executor::block_on(world.engine().undo("1")).is_err());
}

#[test]
fn an_activity_of_another_workout_is_not_linked_twice() {
    let world = World::new();
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.has("2", "2026-11-02T10:00:00", 40, 8.0);
    world
        .destination
        .answers(&[Answer::AlreadyThere, Answer::AlreadyThere]);
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
    assert_eq!(world.state("2"), StateName::Waiting);
}

/// An unknown fate costs no wait, and a listing is not needed.
#[test]
fn an_idempotent_destination_is_simply_sent_to_again() {
    for can_find in [true, false] {
        let world = World::new();
        keeps_keys(&world, true);
        let capabilities = ALL_OF_IT.with_idempotent(true).with_find(can_find);
        *world.destination.capabilities.lock().unwrap() = capabilities;
        world.has("1", "2026-11-01T10:00:00", 30, 5.0);
        world.has("2", "2026-11-05T10:00:00", 40, 8.0);
        world
            .destination
            .answers(&[Answer::StoreThenReset, Answer::Reset]);
        *world.destination.hidden.lock().unwrap() = 9;
        for _ in 0..3 {
            world.run();
            world.later(1);
        }
        assert_eq!(world.destination.stored(), ["1", "2"], "{can_find}");
        for id in ["1", "2"] {
            let name = world.state(id);
            assert!(
                matches!(name, StateName::Delivered | StateName::Linked),
                "{id} is {name}"
            );
        }
    }
}

#[test]
fn time_of_day_in_the_listing_distinguishes_lookalikes() {
    let world = World::new();
    let capabilities = ALL_OF_IT.with_time_of_day(true);
    *world.destination.capabilities.lock().unwrap() = capabilities;
    world.has("1", "2026-11-01T07:00:00", 30, 5.0);
    world.has("2", "2026-11-01T18:17:00", 30, 5.0);
    world.destination.answers(&[Answer::StoreThenReset]);
    *world.destination.hidden.lock().unwrap() = 1;
    world.run();
    // The evening run does not have to wait for the fate of the morning run.
    assert_eq!(world.state("1"), StateName::Unsure);
    assert_eq!(world.destination.stored(), ["1", "2"]);
}

/// The key of the first exercise is at the destination, the others are not.
#[test]
fn a_session_of_which_one_exercise_is_there_is_completed_after_a_lost_ledger() {
    let mut world = World::new();
    keeps_keys(&world, false);
    world.source.add_multisport("1", "2026-11-01T10:00:00", 3);
    world
        .destination
        .answers(&[Answer::Accept, Answer::NotSent(ErrorKind::SignInNeeded)]);
    world.run();
    assert_eq!(world.destination.stored(), ["1"]);
    world.ledger = sync_core::ledger::SharedLedger::new(sync_core::ledger::MemoryLedger::new());
    for _ in 0..3 {
        world.run();
        world.later(300);
    }
    assert_eq!(world.destination.stored(), ["1", "1", "1"]);
    assert!(matches!(
        world.state("1"),
        StateName::Delivered | StateName::Linked
    ));
}

#[test]
fn an_activity_that_another_workout_became_is_not_linked() {
    let world = World::new();
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.has("2", "2026-11-02T10:00:00", 40, 8.0);
    // The destination confuses the second with the first.
    world
        .destination
        .answers(&[Answer::Accept, Answer::AlreadyThereAs("9000")]);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.state("2"), StateName::Waiting);
}

//! Workouts that the source has under several identifiers: as copies of a file, say.

use futures_executor::block_on;
use sync_core::{Cancel, ErrorKind, RunRequest, StateName};

use crate::world::World;

/// From now on the source lists `better`, another copy of `old`, which has a slightly different distance.
fn better_copy(world: &World, old: &str, better: &str) {
    let mut items = world.source.items.lock().unwrap();
    let (mut item, workouts) = items[old].clone();
    item.id = better.to_owned();
    item.other_ids = vec![old.to_owned()];
    item.distance_m = item.distance_m.map(|metres| metres + 17.0);
    items.insert(better.to_owned(), (item, workouts));
}

#[test]
fn a_better_copy_of_what_was_sent_is_not_sent() {
    let world = World::new();
    world.has("gpx", "2026-11-01T10:00:00", 30, 5.0);
    world.run();
    better_copy(&world, "gpx", "tcx");
    world.run();
    assert_eq!(world.destination.stored(), ["gpx"]);
    assert_eq!(world.state("tcx"), StateName::Linked);
    assert!(world.record("tcx").reason().unwrap().contains("gpx"));
    assert!(world.run().report.items.is_empty());
}

#[test]
fn the_copy_that_stays_is_not_sent_when_the_better_one_is_gone() {
    let world = World::new();
    world.has("gpx", "2026-11-01T10:00:00", 30, 5.0);
    better_copy(&world, "gpx", "tcx");
    world.run();
    world.source.items.lock().unwrap().remove("tcx");
    world.run();
    assert_eq!(world.destination.stored(), ["tcx"]);
    assert_eq!(world.state("gpx"), StateName::Linked);
}

#[test]
fn a_copy_that_was_not_sent_yet_leaves_it_to_the_better_one() {
    let world = World::new();
    world.has("gpx", "2026-11-01T10:00:00", 30, 5.0);
    world.source.fail("gpx", &[ErrorKind::Temporary; 3]);
    world.run();
    assert_eq!(world.state("gpx"), StateName::Waiting);
    better_copy(&world, "gpx", "tcx");
    for _ in 0..4 {
        world.run();
        world.later(4000);
    }
    assert_eq!(world.destination.stored(), ["tcx"]);
    assert_eq!(world.state("gpx"), StateName::Linked);
}

#[test]
fn better_copies_of_everything_are_no_mass_change() {
    let world = World::new();
    for day in 1..=9 {
        world.has(
            &format!("gpx{day}"),
            &format!("2026-11-0{day}T10:00:00"),
            30,
            5.0,
        );
    }
    world.run();
    for day in 1..=9 {
        better_copy(&world, &format!("gpx{day}"), &format!("tcx{day}"));
    }
    world.run();
    assert_eq!(world.destination.stored().len(), 9);
}

#[test]
fn a_third_copy_is_not_sent_when_the_first_is_gone() {
    let world = World::new();
    world.has("gpx", "2026-11-01T10:00:00", 30, 5.0);
    world.run();
    better_copy(&world, "gpx", "tcx");
    world.run();
    world.source.items.lock().unwrap().remove("gpx");
    better_copy(&world, "tcx", "fit");
    world.run();
    assert_eq!(world.destination.stored(), ["gpx"]);
    assert_eq!(world.state("fit"), StateName::Linked);
}

#[test]
fn a_copy_of_what_the_user_skipped_is_not_sent() {
    let world = World::new();
    world.has("gpx", "2026-11-01T10:00:00", 30, 5.0);
    block_on(world.engine().skip("gpx", &RunRequest::new())).unwrap();
    better_copy(&world, "gpx", "tcx");
    world.run();
    assert!(world.destination.stored().is_empty());
    assert_eq!(world.state("tcx"), StateName::Tombstoned);
    // Until the user wants it.
    block_on(world.engine().retry("tcx", false, &Cancel::new())).unwrap();
    assert_eq!(world.destination.stored(), ["tcx"]);
}

#[test]
fn an_imported_list_may_name_another_copy() {
    let world = World::new();
    world.has("gpx", "2026-11-01T10:00:00", 30, 5.0);
    better_copy(&world, "gpx", "tcx");
    let ids = ["gpx".to_owned()].into();
    let imported = block_on(world.engine().import_list(&ids, &RunRequest::new())).unwrap();
    assert_eq!(imported.imported, ["tcx"]);
    assert!(imported.unlisted.is_empty());
    world.run();
    assert!(world.destination.stored().is_empty());
}

#[test]
fn after_a_lost_ledger_the_key_of_any_copy_counts() {
    let mut world = World::new();
    *world.destination.keeps_keys.lock().unwrap() = true;
    world.has("gpx", "2026-11-01T10:00:00", 30, 5.0);
    world.run();
    better_copy(&world, "gpx", "tcx");
    // The user changed the activity beyond recognition.
    world.destination.activities.lock().unwrap()[0].duration_ms = Some(60_000);
    world.ledger = sync_core::ledger::SharedLedger::new(sync_core::ledger::MemoryLedger::new());
    world.run();
    assert_eq!(world.destination.stored(), ["gpx"]);
    assert_eq!(world.state("tcx"), StateName::Linked);
}

#[test]
fn a_copy_that_the_user_calls_another_workout_is_sent() {
    let world = World::new();
    world.has("gpx", "2026-11-01T10:00:00", 30, 5.0);
    world.run();
    better_copy(&world, "gpx", "tcx");
    world.run();
    assert_eq!(world.state("tcx"), StateName::Linked);
    block_on(world.engine().retry("tcx", true, &Cancel::new())).unwrap();
    assert_eq!(world.destination.stored(), ["gpx", "tcx"]);
}

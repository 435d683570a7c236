//! Taking over from another program.

use std::collections::BTreeSet;

use futures_executor::block_on;
use sync_core::{Cancel, RunRequest, StateName};

use crate::world::World;

fn ids(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

#[test]
fn what_another_program_synced_is_never_sent_by_itself() {
    let world = World::new();
    world.has("1", "2025-03-01T10:00:00", 30, 5.0);
    world.has("2", "2026-03-02T10:00:00", 40, 8.0);
    world.has("3", "2026-03-03T10:00:00", 50, 9.0);
    let list = ids(&["1", "2", "gone"]);
    let adopted = block_on(world.engine().import_list(&list, &RunRequest::new())).unwrap();
    assert_eq!(adopted.imported, ["1", "2"]);
    assert_eq!(adopted.unlisted, ["gone"]);
    assert!(world.destination.stored().is_empty());
    world.run();
    assert_eq!(world.destination.stored(), ["3"]);
    assert_eq!(world.state("1"), StateName::Tombstoned);
    assert!(
        world
            .record("1")
            .state
            .reason()
            .unwrap()
            .to_string()
            .contains("another program")
    );

    // Again, after a part of it went on: nothing changes.
    let adopted = block_on(
        world
            .engine()
            .import_list(&ids(&["2", "3"]), &RunRequest::new()),
    )
    .unwrap();
    assert_eq!(adopted.known, ["2", "3"]);
    assert_eq!(world.state("3"), StateName::Delivered);

    // The user misses workout 1 at the destination and retries it: the engine sends it.
    block_on(world.engine().retry("1", false, &Cancel::new())).unwrap();
    assert_eq!(world.state("1"), StateName::Delivered);
}

#[test]
fn adopting_does_not_hide_older_workouts_from_the_first_run() {
    let world = World::new();
    world.has("old", "2012-03-01T10:00:00", 30, 5.0);
    world.has("new", "2026-11-01T10:00:00", 40, 8.0);
    block_on(
        world
            .engine()
            .import_list(&ids(&["new"]), &RunRequest::new()),
    )
    .unwrap();
    world.run();
    assert_eq!(world.destination.stored(), ["old"]);
}

#[test]
fn a_twin_is_not_linked_to_what_an_adopted_workout_may_have_become() {
    let world = World::new();
    world.has("1", "2026-01-05T07:00:00", 30, 5.0);
    world.destination.has("77", "2026-01-05", 1800, 5000.0);
    block_on(world.engine().import_list(&ids(&["1"]), &RunRequest::new())).unwrap();
    // The same way home.
    world.has("2", "2026-01-05T18:00:00", 30, 5.0);
    world.run();
    assert_eq!(world.state("2"), StateName::Parked);
    assert!(world.destination.stored().is_empty());
    let not_there = block_on(world.engine().retry("2", true, &Cancel::new())).unwrap();
    assert!(not_there.stopped.is_none());
    assert_eq!(world.destination.stored(), ["2"]);
}

#[test]
fn an_old_workout_of_a_folder_is_found_in_the_list() {
    let world = World::new();
    *world.source.lists_all_at_once.lock().unwrap() = true;
    // A watch without a date.
    world.has("1", "1980-01-01T10:00:00", 30, 5.0);
    let list = ids(&["1"]);
    let adopted = block_on(world.engine().import_list(&list, &RunRequest::new())).unwrap();
    assert_eq!(adopted.imported, ["1"]);
    world.run();
    assert!(world.destination.stored().is_empty());
}

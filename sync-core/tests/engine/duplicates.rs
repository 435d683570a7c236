//! Activities that another program created, and workouts that the source created anew.

use sync_core::ledger::{MemoryLedger, SharedLedger};
use sync_core::{NextStep, RunRequest, StateName};

use crate::world::{Answer, World};

/// Workout 1 was delivered; the phone's import creates the same activity a second time.
fn with_a_copy() -> World {
    let world = World::new();
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.run();
    world.destination.has("777", "2026-11-01", 1800, 5000.0);
    world
}

#[test]
fn an_activity_that_appears_later_and_equals_a_delivery_is_reported_once() {
    let world = with_a_copy();
    // The listing of that day is read because another workout of the day is sent.
    world.has("2", "2026-11-01T18:00:00", 90, 20.0);
    let run = world.run();
    let entry = run
        .report
        .items
        .iter()
        .find(|entry| entry.item.id == "1")
        .unwrap();
    assert_eq!(entry.possible_duplicates(), ["777"]);
    let reason = entry.reason().unwrap();
    assert!(
        reason.contains("possible duplicate") && reason.contains("777"),
        "{reason}"
    );
    assert_eq!(run.report.next_step(), NextStep::Nothing);

    // Reports mention the duplicate once; the status and the record keep it.
    world.has("3", "2026-11-01T20:00:00", 50, 12.0);
    let run = world.run();
    assert!(run.report.items.iter().all(|entry| entry.item.id != "1"));
    let status = world.status();
    assert_eq!(status.items.len(), 1);
    assert_eq!(status.items[0].possible_duplicates(), ["777"]);
    assert_eq!(world.record("1").duplicates[0].activity, "777");
    let json = serde_json::to_value(&status).unwrap();
    assert_eq!(json["items"][0]["possible_duplicates"][0], "777");

    // Never touched.
    assert!(world.destination.removed.lock().unwrap().is_empty());
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.destination.stored(), ["1", "2", "3"]);
}

#[test]
fn an_activity_that_a_lookalike_can_claim_is_no_duplicate() {
    let world = with_a_copy();
    // The engine links the activity to the lookalike of the same day.
    world.has("2", "2026-11-01T18:00:00", 30, 5.0);
    let run = world.run();
    assert!(
        run.report
            .items
            .iter()
            .all(|entry| entry.possible_duplicates().is_empty())
    );
    assert_eq!(world.state("2"), StateName::Linked);
    assert!(world.record("1").duplicates.is_empty());
}

#[test]
fn what_differs_is_no_duplicate() {
    let world = World::new();
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.run();
    world.destination.has("777", "2026-11-01", 3600, 5000.0);
    world.destination.has("778", "2026-11-02", 1800, 5000.0);
    world.has("2", "2026-11-01T18:00:00", 90, 20.0);
    world.run();
    assert!(world.record("1").duplicates.is_empty());
}

/// Deleted and created anew at the source: the same workout under another identifier.
fn recreate(world: &World, old: &str, new: &str) {
    let mut items = world.source.items.lock().unwrap();
    let (mut item, workouts) = items.remove(old).unwrap();
    item.id = new.to_owned();
    items.insert(new.to_owned(), (item, workouts));
}

#[test]
fn a_workout_that_the_source_created_anew_is_not_sent_again() {
    let world = World::new();
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.has("other", "2026-11-05T10:00:00", 50, 9.0);
    world.run();
    recreate(&world, "1", "11");
    let run = world.run();
    assert_eq!(world.destination.stored(), ["1", "other"]);
    assert_eq!(world.state("11"), StateName::Linked);
    let record = world.record("11");
    assert_eq!(record.same_as.as_deref(), Some("1"));
    assert!(record.reason().unwrap().contains("workout 1"));
    assert_eq!(run.report.next_step(), NextStep::Nothing);
    assert!(world.run().report.items.is_empty());
}

/// A GPX file that is replaced by the TCX file of the same recording has slightly other totals.
#[test]
fn a_workout_that_comes_back_in_another_format_is_not_sent_again() {
    for (minutes, metres, is_same) in [(0, 40.0, true), (1, 0.0, true), (0, 2500.0, false)] {
        let world = World::new();
        world.has("gpx", "2026-11-01T10:00:00", 30, 5.0);
        world.has("other", "2026-11-05T10:00:00", 50, 9.0);
        world.run();
        recreate(&world, "gpx", "tcx");
        {
            let mut items = world.source.items.lock().unwrap();
            let (item, _) = items.get_mut("tcx").unwrap();
            item.duration_ms = item.duration_ms.map(|ms| ms + minutes * 60_000);
            item.distance_m = item.distance_m.map(|listed| listed + metres);
        }
        world.run();
        let same_as = world.record("tcx").same_as;
        assert_eq!(same_as.is_some(), is_same, "{minutes} min, {metres} m");
        let sent = world.destination.stored().len();
        assert_eq!(sent == 2, is_same, "{minutes} min, {metres} m");
    }
}

#[test]
fn a_retry_finds_out_that_a_workout_was_created_anew() {
    let world = World::new();
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.run();
    recreate(&world, "1", "11");
    futures_executor::block_on(world.engine().skip("11", &RunRequest::new())).unwrap();
    let cancel = sync_core::Cancel::new();
    futures_executor::block_on(world.engine().retry("11", false, &cancel)).unwrap();
    assert_eq!(world.state("11"), StateName::Linked);
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn two_equal_workouts_that_are_both_listed_are_two() {
    let world = World::new();
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.run();
    world.has("2", "2026-11-01T10:00:00", 30, 5.0);
    world.run();
    assert_eq!(world.destination.stored(), ["1", "2"]);
}

#[test]
fn a_workout_that_was_created_anew_while_its_upload_is_unknown_waits_for_it() {
    let world = World::new();
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::StoreThenReset]);
    *world.destination.hidden.lock().unwrap() = 1;
    world.run();
    recreate(&world, "1", "11");
    world.run();
    assert_eq!(world.destination.stored(), ["1"]);
    *world.destination.hidden.lock().unwrap() = 0;
    for _ in 0..4 {
        world.later(200);
        world.run();
    }
    assert_eq!(world.state("1"), StateName::Linked);
    assert_eq!(world.state("11"), StateName::Linked);
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn a_ledger_restored_from_an_old_backup_sends_nothing_twice() {
    let mut world = World::new();
    for number in 1..=9 {
        let start = format!("2026-10-{number:02}T10:00:00");
        world.has(&number.to_string(), &start, 30 + number, 5.0);
    }
    world.destination.answers(&[
        Answer::Accept,
        Answer::StoreThenReset,
        Answer::NotSent(sync_core::ErrorKind::Temporary),
    ]);
    world.run();
    let mut backup = Vec::new();
    futures_executor::block_on(sync_core::transfer::export(
        &world.ledger,
        "here -> there",
        &mut backup,
    ))
    .unwrap();
    for number in 10..=20 {
        let start = format!("2026-11-{number:02}T10:00:00");
        world.has(&number.to_string(), &start, 30 + number, 7.0);
    }
    for _ in 0..4 {
        world.later(300);
        world.run();
    }
    let before = world.destination.stored();
    assert_eq!(before.len(), 20);
    for restored in [backup, Vec::new()] {
        world.ledger = SharedLedger::new(MemoryLedger::new());
        let mut lines = restored.as_slice();
        let import = sync_core::transfer::import(&world.ledger, &mut lines);
        futures_executor::block_on(import).unwrap();
        for _ in 0..6 {
            world.later(300);
            world.run();
        }
        assert_eq!(world.destination.stored(), before);
        let counts = world.status().counts;
        let there = [StateName::Delivered, StateName::Linked];
        let there: usize = there.iter().filter_map(|name| counts.get(name)).sum();
        assert_eq!(there, 20, "{counts:?}");
    }
}

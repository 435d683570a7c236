//! A service that asks to wait is left alone.

use std::time::Duration;

use futures_executor::block_on;
use sync_core::{Cancel, ErrorKind, RunError, RunRequest, StateName};

use crate::world::{Answer, World};

fn three_workouts() -> World {
    let world = World::new();
    for day in 1..=3 {
        let start = format!("2026-03-0{day}T10:00:00");
        world.has(&day.to_string(), &start, 20 + 10 * day, 5.0 * day as f64);
    }
    world
}

fn asks_to_wait(world: &World, seconds: u64) {
    *world.destination.retry_after.lock().unwrap() = Some(Duration::from_secs(seconds));
}

/// The seconds from the first send to the request after it.
fn gap_after_first_send(world: &World) -> i64 {
    let requests = world.destination.requests.lock().unwrap();
    let sent = requests.iter().position(|(what, _)| *what == "send");
    let sent = sent.expect("nothing was sent");
    let next = requests.get(sent + 1).expect("nothing was asked later");
    (next.1 - requests[sent].1).num_seconds()
}

#[test]
fn the_next_request_waits_as_long_as_a_refused_upload_was_asked_to() {
    for answer in [Answer::NotSent(ErrorKind::Temporary), Answer::Reset] {
        let world = three_workouts();
        world.destination.answers(&[answer]);
        asks_to_wait(&world, 20);
        let run = world.run();
        assert!(run.stopped.is_none(), "{:?}", run.stopped);
        assert!(gap_after_first_send(&world) >= 20, "{answer:?}");
        assert_eq!(world.state("2"), StateName::Delivered);
        assert_eq!(world.state("3"), StateName::Delivered);
    }
}

#[test]
fn a_pause_costs_no_attempt() {
    let world = three_workouts();
    world
        .destination
        .answers(&[Answer::NotSent(ErrorKind::Temporary)]);
    asks_to_wait(&world, 20);
    world.run();
    assert_eq!(world.record("1").attempts, 0);
    assert_eq!(world.state("1"), StateName::Waiting);
    world.later(1);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
}

#[test]
fn a_long_pause_ends_the_run_and_binds_the_next_ones() {
    let world = three_workouts();
    world
        .destination
        .answers(&[Answer::NotSent(ErrorKind::Temporary)]);
    asks_to_wait(&world, 900);
    let run = world.run();
    assert!(
        matches!(&run.stopped, Some(RunError::Destination(error)) if error.retry_after().is_some()),
        "{:?}",
        run.stopped
    );
    let requests = world.destination.requests.lock().unwrap().len();
    // Another process, some minutes later.
    for _ in 0..4 {
        world.later(200);
        world.run();
        assert_eq!(world.destination.requests.lock().unwrap().len(), requests);
        block_on(world.engine().reconcile(&Cancel::new()));
        assert_eq!(world.destination.requests.lock().unwrap().len(), requests);
    }
    world.later(101);
    world.run();
    for id in ["1", "2", "3"] {
        assert_eq!(world.state(id), StateName::Delivered);
    }
}

#[test]
fn retry_after_on_a_listing_pauses_the_destination() {
    let world = three_workouts();
    asks_to_wait(&world, 600);
    *world.destination.find_error.lock().unwrap() = Some(ErrorKind::Temporary);
    world.try_run(&RunRequest::new()).unwrap();
    let requests = world.destination.requests.lock().unwrap().len();
    *world.destination.find_error.lock().unwrap() = None;
    world.later(500);
    world.run();
    assert_eq!(world.destination.requests.lock().unwrap().len(), requests);
    world.later(101);
    world.run();
    assert_eq!(world.destination.stored(), ["1", "2", "3"]);
}

#[test]
fn retry_after_on_a_download_pauses_the_source_across_runs() {
    let world = three_workouts();
    *world.source.retry_after.lock().unwrap() = Some(Duration::from_secs(600));
    world.source.fail("1", &[ErrorKind::Temporary]);
    world.run();
    let (fetches, listings) = (
        world.source.fetches.lock().unwrap().len(),
        world.source.windows.lock().unwrap().len(),
    );
    world.later(300);
    let stopped = world.try_run(&RunRequest::new()).unwrap_err();
    assert!(stopped.to_string().contains("pause until"), "{stopped}");
    assert_eq!(world.source.fetches.lock().unwrap().len(), fetches);
    assert_eq!(world.source.windows.lock().unwrap().len(), listings);
    world.later(301);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
}

#[test]
fn a_pause_that_a_wrong_clock_wrote_is_void() {
    let world = three_workouts();
    world.clock.set("2027-06-01T08:00:00Z");
    world
        .destination
        .answers(&[Answer::NotSent(ErrorKind::Temporary)]);
    asks_to_wait(&world, 900);
    world.run();
    world.clock.set("2026-11-23T08:00:00Z");
    world.run();
    for id in ["1", "2", "3"] {
        assert_eq!(world.state(id), StateName::Delivered);
    }
}

#[test]
fn a_wrong_clock_hides_no_later_pause() {
    let world = three_workouts();
    world.clock.set("2027-06-01T08:00:00Z");
    world
        .destination
        .answers(&[Answer::NotSent(ErrorKind::Temporary)]);
    asks_to_wait(&world, 900);
    world.run();
    world.clock.set("2026-11-23T08:00:00Z");
    world
        .destination
        .answers(&[Answer::NotSent(ErrorKind::Temporary)]);
    world.run();
    let pauses = block_on(world.engine().pauses()).unwrap();
    assert_eq!(pauses.len(), 1, "{pauses:?}");
}

#[test]
fn a_command_that_fails_keeps_the_pause_that_it_was_asked_for() {
    let world = three_workouts();
    world.run();
    asks_to_wait(&world, 900);
    world.destination.remove_fails(1);
    block_on(world.engine().undo("1")).unwrap_err();
    assert_eq!(block_on(world.engine().pauses()).unwrap().len(), 1);
    world.later(1000);
    assert!(block_on(world.engine().pauses()).unwrap().is_empty());
    world.destination.remove_fails(1);
    block_on(world.engine().redeliver("2")).unwrap_err();
    assert_eq!(block_on(world.engine().pauses()).unwrap().len(), 1);
}

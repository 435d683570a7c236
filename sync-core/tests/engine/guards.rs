//! Listings that look wrong.

use std::sync::Arc;

use futures_executor::block_on;
use sync_core::{Guard, RunError, RunRequest, StateName};

use crate::world::{ALL_OF_IT, World};

fn synced(count: usize) -> World {
    let world = World::new();
    for number in 1..=count {
        let (month, day) = (10 + number / 28, 1 + number % 28);
        world.has(
            &number.to_string(),
            &format!("2026-{month:02}-{day:02}T10:00:00"),
            30,
            5.0,
        );
    }
    world.run();
    assert_eq!(
        world.status().counts.get(&StateName::Delivered),
        Some(&count)
    );
    world
}

#[test]
fn a_suddenly_empty_listing_stops_the_run() {
    let world = synced(8);
    world.source.items.lock().unwrap().clear();
    let stop = world.try_run(&RunRequest::new()).unwrap_err();
    assert!(
        matches!(stop, RunError::Guard(Guard::EmptyListing { known: 8, .. })),
        "{stop}"
    );
    let text = stop.to_string();
    assert!(
        text.contains("nothing was changed") && !text.contains("--"),
        "{text}"
    );
    world
        .try_run(&RunRequest::new().with_accept_listing(true))
        .unwrap();
}

#[test]
fn a_long_break_is_no_empty_listing() {
    let world = synced(9);
    world.clock.set("2028-01-01T00:00:00Z");
    world.run();
    world.clock.set("2029-01-01T00:00:00Z");
    world.run();
}

#[test]
fn when_more_than_half_of_the_known_workouts_are_gone_the_run_stops() {
    let world = synced(10);
    let remove = |ids: std::ops::RangeInclusive<u32>| {
        let mut items = world.source.items.lock().unwrap();
        ids.for_each(|id| drop(items.remove(&id.to_string())));
    };
    remove(1..=5);
    world.has("99", "2026-11-10T10:00:00", 30, 5.0);
    world.run();
    assert_eq!(
        world.state("99"),
        StateName::Delivered,
        "exactly half is no reason to stop"
    );
    remove(6..=7);
    world.has("100", "2026-11-11T10:00:00", 30, 5.0);
    let stop = world.try_run(&RunRequest::new()).unwrap_err();
    assert!(
        matches!(
            stop,
            RunError::Guard(Guard::MassChange {
                known: 11,
                listed: 4,
                ..
            })
        ),
        "{stop}"
    );
    assert!(!world.destination.stored().contains(&"100".to_owned()));
}

#[test]
fn many_new_workouts_are_no_reason_to_stop() {
    let world = synced(8);
    for number in 100..160 {
        world.has(
            &number.to_string(),
            &format!("2026-05-{:02}T{:02}:00:00", number % 28 + 1, number % 24),
            30 + number / 10,
            5.0 + number as f64 / 10.0,
        );
    }
    let run = world.run();
    assert!(run.stopped.is_none());
}

#[test]
fn an_accepted_listing_is_accepted_for_good_and_a_further_drop_is_not() {
    let world = synced(12);
    let remove = |ids: std::ops::RangeInclusive<u32>| {
        let mut items = world.source.items.lock().unwrap();
        ids.for_each(|id| drop(items.remove(&id.to_string())));
    };
    remove(1..=7);
    assert!(world.try_run(&RunRequest::new()).is_err());
    world
        .try_run(&RunRequest::new().with_accept_listing(true))
        .unwrap();
    world.run();
    remove(8..=11);
    let stop = world.try_run(&RunRequest::new()).unwrap_err();
    assert!(
        matches!(
            stop,
            RunError::Guard(Guard::MassChange {
                known: 5,
                listed: 1,
                ..
            })
        ),
        "{stop}"
    );
}

/// Another worker accepts the listing while a workout that is gone from it is being sent.
#[test]
fn accepting_a_listing_leaves_what_a_worker_has_in_hand_alone() {
    let world = Arc::new(World::new());
    world.has("0", "2026-10-01T10:00:00", 30, 5.0);
    world.run();
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    let other = world.clone();
    *world.destination.meanwhile_sending.lock().unwrap() = Some(Box::new(move || {
        other.source.items.lock().unwrap().remove("1");
        other
            .try_run(&RunRequest::new().with_accept_listing(true))
            .unwrap();
    }));
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.destination.stored(), ["0", "1"]);
}

/// A folder in which a drive is not mounted lists none of what was delivered there.
#[test]
fn destination_that_lists_nothing_of_what_was_delivered_stops_a_run_before_it_writes() {
    let world = synced(3);
    *world.destination.capabilities.lock().unwrap() = ALL_OF_IT.with_lists_all_at_once(true);
    let drive = std::mem::take(&mut *world.destination.activities.lock().unwrap());
    let sends = || *world.destination.sends.lock().unwrap();
    let sent = sends();
    assert!(world.run().stopped.is_none(), "there is nothing to write");
    world.has("99", "2026-11-10T10:00:00", 30, 5.0);
    // Also where something else is in the folder.
    world.destination.has("7", "2026-11-10", 99, 9.0);
    for _ in 0..2 {
        let stop = world.run().stopped.unwrap();
        assert!(
            matches!(
                stop,
                RunError::Guard(Guard::DeliveriesMissing { delivered: 3, .. })
            ),
            "{stop}"
        );
    }
    let stop = block_on(world.engine().redeliver("1")).unwrap_err();
    assert!(stop.to_string().contains("none of the 3"), "{stop}");
    assert!(block_on(world.engine().undo("1")).is_err());
    assert_eq!(sends(), sent);
    assert_eq!(world.state("1"), StateName::Delivered);
    assert!(block_on(world.engine().explain("99")).unwrap().is_none());
    // The drive is back.
    world.destination.activities.lock().unwrap().extend(drive);
    assert!(world.run().stopped.is_none());
    assert_eq!(
        (sends(), world.state("99")),
        (sent + 1, StateName::Delivered)
    );
}

#[test]
fn destination_emptied_on_purpose_is_accepted_once() {
    let world = synced(3);
    *world.destination.capabilities.lock().unwrap() = ALL_OF_IT.with_lists_all_at_once(true);
    world.destination.activities.lock().unwrap().clear();
    world.has("99", "2026-11-10T10:00:00", 30, 5.0);
    assert!(world.run().stopped.is_some());
    let accepted = RunRequest::new().with_accept_listing(true);
    assert!(world.try_run(&accepted).unwrap().stopped.is_none());
    world.has("100", "2026-11-11T10:00:00", 30, 5.0);
    assert!(world.run().stopped.is_none());
    let there = world.destination.activities.lock().unwrap().len();
    assert_eq!(there, 2, "only what is new is delivered");
}

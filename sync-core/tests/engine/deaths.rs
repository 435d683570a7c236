//! Workers that end in the middle of a workout, and clocks that were wrong meanwhile.

use sync_core::StateName;

use crate::reconciling::{die_while_sending, edit};
use crate::world::{Answer, World};

/// Puts a workout back to where it stood when its worker was killed before it sent anything.
fn die_while_claimed(world: &World, id: &str) {
    let now = world.clock_now();
    edit(world, id, |body| {
        body["state"] = "claimed".into();
        body["lease"] = serde_json::json!({
            "holder": "the dead one", "since": now, "until": now + chrono::TimeDelta::seconds(300)
        });
    });
}

#[test]
fn a_workout_at_which_every_worker_dies_is_parked() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.source.fail("1", &[sync_core::ErrorKind::Temporary]);
    world.run();
    for death in 1..=4 {
        assert_ne!(world.state("1"), StateName::Parked, "{death}");
        world
            .source
            .fail("1", &[sync_core::ErrorKind::SignInNeeded]);
        die_while_claimed(&world, "1");
        world.later(500);
        world.run();
    }
    assert_eq!(world.state("1"), StateName::Parked);
    let record = world.record("1");
    let reason = record.state.reason().unwrap().to_string();
    assert!(reason.contains("the program ended"), "{reason}");
    assert!(record.next_action().contains("`retry`"));
}

#[test]
fn a_download_after_a_death_is_made_alone() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.has("2", "2026-03-02T10:00:00", 40, 8.0);
    world
        .source
        .fail("1", &[sync_core::ErrorKind::SignInNeeded]);
    world.run();
    die_while_claimed(&world, "1");
    world.later(500);
    world.source.fetches.lock().unwrap().clear();
    world
        .source
        .fail("1", &[sync_core::ErrorKind::SignInNeeded]);
    world.run();
    assert_eq!(*world.source.fetches.lock().unwrap(), ["1"]);
}

#[test]
fn a_workout_at_which_workers_died_twice_comes_last() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.has("2", "2026-03-02T10:00:00", 40, 8.0);
    world
        .source
        .fail("1", &[sync_core::ErrorKind::SignInNeeded]);
    world.run();
    edit(&world, "1", |body| body["attempts"] = 1.into());
    die_while_claimed(&world, "1");
    world.later(500);
    world.run();
    assert_eq!(
        world.destination.stored.lock().unwrap().as_slice(),
        ["2", "1"]
    );
}

#[test]
fn a_lease_that_a_wrong_clock_wrote_is_void() {
    for stored in [true, false] {
        let world = World::new();
        world.clock.set("2026-12-23T08:00:00Z");
        world.has("1", "2026-03-01T10:00:00", 30, 5.0);
        let answer = if stored {
            Answer::StoreThenReset
        } else {
            Answer::Reset
        };
        world.destination.answers(&[answer]);
        world.run();
        die_while_sending(&world, "1");
        world.clock.set("2026-11-23T08:00:00Z");
        let next = world.record("1").next_action();
        assert!(next.contains("wrong clock"), "{next}");
        world.run();
        if !stored {
            // A send may still be under way for its whole time limit, and settles after that.
            assert_eq!(world.state("1"), StateName::Unsure);
            assert_eq!(*world.destination.sends.lock().unwrap(), 1);
            world.later(120 + 120 + 1);
            world.run();
        }
        let state = world.state("1");
        let expected = if stored {
            StateName::Linked
        } else {
            StateName::Delivered
        };
        assert_eq!(state, expected);
        assert_eq!(world.destination.stored(), ["1"]);
    }
}

#[test]
fn commands_accept_a_workout_whose_lease_is_void() {
    let world = World::new();
    world.clock.set("2026-12-23T08:00:00Z");
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world
        .source
        .fail("1", &[sync_core::ErrorKind::SignInNeeded]);
    world.run();
    die_while_claimed(&world, "1");
    world.clock.set("2026-11-23T08:00:00Z");
    let skipped =
        futures_executor::block_on(world.engine().skip("1", &sync_core::RunRequest::new()))
            .unwrap();
    assert_eq!(skipped.state.name(), StateName::Tombstoned);
}

#[test]
fn a_wait_that_a_wrong_clock_wrote_ends_in_time() {
    let world = World::new();
    world.clock.set("2026-12-23T08:00:00Z");
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.source.fail("1", &[sync_core::ErrorKind::Temporary]);
    world.run();
    assert_eq!(world.state("1"), StateName::Waiting);
    world.clock.set("2026-11-23T08:00:00Z");
    world.later(10);
    world.run();
    world.later(10);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
}

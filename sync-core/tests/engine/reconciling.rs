//! Workouts whose last send has an unknown outcome.

use sync_core::ledger::{Content, Expected, Key};
use sync_core::model::State;
use sync_core::{Capabilities, NextStep, RunError, StateName};

use crate::world::{Answer, World};

#[test]
fn an_upload_that_broke_after_it_was_stored_is_linked_and_not_sent_again() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::StoreThenReset]);
    let run = world.run();
    assert_eq!(run.report.next_step(), NextStep::RunAgain);
    assert_eq!(world.state("1"), StateName::Unsure);
    let run = world.run();
    assert_eq!(run.report.items[0].state, StateName::Linked);
    assert_eq!(
        world.record("1").receipt().unwrap().activity_id.as_deref(),
        Some("9000")
    );
    assert_eq!(*world.destination.sends.lock().unwrap(), 1);
}

#[test]
fn an_upload_that_never_arrived_is_sent_again_only_after_the_settle_window() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::Reset]);
    world.run();
    world.later(60);
    world.run();
    assert_eq!(world.state("1"), StateName::Unsure);
    assert_eq!(
        *world.destination.sends.lock().unwrap(),
        1,
        "the settle window was cut short"
    );
    world.later(61);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn a_destination_that_lists_late_is_waited_for() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::StoreThenReset]);
    *world.destination.hidden.lock().unwrap() = 1;
    world.run();
    world.later(60);
    world.run();
    assert_eq!(world.state("1"), StateName::Unsure);
    *world.destination.hidden.lock().unwrap() = 0;
    world.later(61);
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn time_that_passes_after_the_listing_was_asked_for_proves_nothing() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::StoreThenReset]);
    *world.destination.hidden.lock().unwrap() = 1;
    world.run();
    let clock = world.clock.clone();
    *world.destination.meanwhile.lock().unwrap() = Some(Box::new(move || {
        clock.advance(chrono::TimeDelta::seconds(130));
    }));
    world.run();
    assert_eq!(world.state("1"), StateName::Unsure);
    *world.destination.hidden.lock().unwrap() = 0;
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn an_answer_that_proves_nothing_is_settled_by_the_listing() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.has("2", "2026-03-05T10:00:00", 30, 6.0);
    world
        .destination
        .answers(&[Answer::StoreOpaque, Answer::Opaque]);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.state("2"), StateName::Unsure);
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn an_accepted_upload_learns_its_id_from_the_listing() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::AcceptWithoutId]);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(
        world.record("1").receipt().unwrap().activity_id.as_deref(),
        Some("9000")
    );
}

#[test]
fn an_upload_that_never_ends_is_cut_off_before_the_lease_ends() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::StoreAndHang]);
    world.run();
    assert_eq!(world.state("1"), StateName::Unsure);
    let record = world.record("1");
    let State::Unsure { intent, .. } = &record.state else {
        panic!()
    };
    assert!(intent.ends_by <= intent.started_at + chrono::TimeDelta::seconds(300));
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
}

#[test]
fn after_three_unclear_answers_in_a_row_the_run_stops() {
    let world = World::new();
    for day in 1..=6 {
        world.has(
            &day.to_string(),
            &format!("2026-03-0{day}T10:00:00"),
            30,
            5.0,
        );
    }
    world.destination.answers(&[Answer::StoreThenReset; 6]);
    let run = world.run();
    assert!(matches!(run.stopped, Some(RunError::CircuitBreaker(_))));
    assert_eq!(*world.destination.sends.lock().unwrap(), 3);
    world.destination.script.lock().unwrap().clear();
    world.run();
    assert_eq!(world.destination.stored(), ["1", "2", "3", "4", "5", "6"]);
}

#[test]
fn a_destination_that_can_not_list_parks_what_is_unsure() {
    let world = World::new();
    *world.destination.capabilities.lock().unwrap() = Capabilities::none();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.has("2", "2026-03-05T10:00:00", 30, 5.0);
    world
        .destination
        .answers(&[Answer::Accept, Answer::StoreThenReset]);
    world.run();
    world.later(10_000);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.state("2"), StateName::Parked);
    assert_eq!(*world.destination.sends.lock().unwrap(), 2);
}

#[test]
fn an_activity_of_before_the_send_does_not_park_what_was_lost() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.has("77", "2026-03-01", 5400, 20_000.0);
    let start = "2026-03-01T10:00:00".parse().unwrap();
    world.destination.activities.lock().unwrap()[0].start = Some(start);
    world.destination.answers(&[Answer::Reset]);
    world.run();
    assert_eq!(world.state("1"), StateName::Unsure);
    world.later(121);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn an_activity_of_before_the_send_is_not_linked_when_its_workout_gives_it_up() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.has("77", "2026-03-01", 1800, 5000.0);
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
    world.has("2", "2026-03-01T18:00:00", 30, 5.0);
    world.destination.answers(&[Answer::Reset]);
    world.run();
    assert_eq!(world.state("2"), StateName::Unsure);
    // The user knows that activity 77 is another one.
    let engine = world.engine();
    futures_executor::block_on(engine.retry("1", true, &sync_core::Cancel::new())).unwrap();
    for _ in 0..3 {
        world.later(121);
        world.run();
    }
    assert_eq!(world.state("1"), StateName::Delivered);
    // Activity 77 may be it, but not by its send: the user decides.
    assert_eq!(world.state("2"), StateName::Parked);
    assert_eq!(world.destination.stored(), ["1"]);
}

/// Puts the record of a workout back to where it stood when its worker died: `Sending`, with the worker's lease.
pub fn die_while_sending(world: &World, id: &str) {
    let record = world.record(id);
    let Some(intent) = record.state.intent() else {
        panic!("nothing was sent")
    };
    let since = intent.started_at;
    let until = since + chrono::TimeDelta::seconds(300);
    edit(world, id, |body| {
        body["state"] = "sending".into();
        body["lease"] =
            serde_json::json!({ "holder": "the dead one", "since": since, "until": until });
    });
}

/// Removes fields that an earlier version did not write.
pub fn strip(world: &World, id: &str, fields: &[&str]) {
    edit(world, id, |body| {
        for field in fields {
            body.as_object_mut().unwrap().remove(*field);
        }
    });
}

/// Changes a document behind the engine's back.
pub fn edit(world: &World, id: &str, change: impl FnOnce(&mut serde_json::Value)) {
    futures_executor::block_on(async {
        let key = Key::new("here -> there", format!("item/{id}"));
        let document = world.ledger.get(&key).await.unwrap().unwrap();
        let mut body = serde_json::from_str(&document.body).unwrap();
        change(&mut body);
        let expected = Expected::Version(document.version);
        let body = body.to_string();
        let content = Content::new(&body)
            .with_open(document.open)
            .with_day(document.day);
        let _ = world.ledger.compare_and_swap(&key, expected, content).await;
    });
}

#[test]
fn a_worker_that_died_while_sending_is_waited_for_and_then_reconciled() {
    for stored in [true, false] {
        let world = World::new();
        world.has("1", "2026-03-01T10:00:00", 30, 5.0);
        let answer = if stored {
            Answer::StoreThenReset
        } else {
            Answer::Reset
        };
        world.destination.answers(&[answer]);
        world.run();
        die_while_sending(&world, "1");
        world.later(300 + 119);
        world.run();
        assert_eq!(
            world.state("1"),
            StateName::Sending,
            "a lease was taken over too early"
        );
        world.later(2);
        world.run();
        let expected = if stored {
            StateName::Linked
        } else {
            StateName::Delivered
        };
        assert_eq!(world.state("1"), expected);
        assert_eq!(world.destination.stored(), ["1"]);
    }
}

#[test]
fn activities_that_were_deleted_by_hand_do_not_strand_the_others() {
    let world = World::new();
    for (id, start) in [
        ("1", "2026-03-06T10:00:00"),
        ("2", "2026-03-07T10:00:00"),
        ("3", "2026-03-08T10:00:00"),
    ] {
        world.has(id, start, 30 + id.parse::<u64>().unwrap() * 10, 5.0);
    }
    world.run();
    world.destination.activities.lock().unwrap().clear();
    world.has("4", "2026-03-07T18:00:00", 90, 15.0);
    world.run();
    assert_eq!(world.state("4"), StateName::Waiting, "nothing is listed");
    // Something else of these days is: the listing works.
    world.destination.has("77", "2026-03-07", 600, 1000.0);
    world.later(10);
    world.run();
    assert_eq!(world.state("4"), StateName::Delivered);

    // The listing is empty: the engine asks the user.
    world.destination.activities.lock().unwrap().clear();
    world.has("5", "2026-03-08T18:00:00", 120, 20.0);
    world.run();
    let record = world.record("5");
    let reason = record.state.reason().unwrap();
    assert!(
        matches!(
            reason,
            sync_core::Reason::ListingIncomplete { delivered: 3, .. }
        ),
        "{reason}"
    );
    let engine = world.engine();
    futures_executor::block_on(engine.retry("5", true, &sync_core::Cancel::new())).unwrap();
    assert_eq!(world.state("5"), StateName::Delivered);
}

//! An upload of unknown fate is sent once more at most, whatever happens.

use std::time::Duration;

use futures_executor::block_on;
use sync_core::{Cancel, CommandError, ErrorKind, StateName};

use crate::world::{Answer, World};

const HOUR: i64 = 3600;

/// Every upload is stored, no answer proves that, and the listing never shows it.
fn blind_world(answer: Answer) -> World {
    let mut world = World::new();
    world.policy = sync_core::Policy::default();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.answers(&[answer; 200]);
    *world.destination.hidden.lock().unwrap() = usize::MAX;
    world
}

const UNKNOWN: [Answer; 5] = [
    Answer::StoreOpaque,
    Answer::StoreThenReset,
    Answer::StoreAndHang,
    Answer::Opaque,
    Answer::Reset,
];

#[test]
fn a_hundred_runs_send_an_unlisted_upload_twice_at_most_and_park_it() {
    for answer in UNKNOWN {
        let world = blind_world(answer);
        for run in 0..100 {
            world.run();
            world.later(if run % 3 == 0 { 60 } else { HOUR });
        }
        assert_eq!(*world.destination.sends.lock().unwrap(), 2, "{answer:?}");
        assert_eq!(world.state("1"), StateName::Parked, "{answer:?}");
        let record = world.record("1");
        let evidence = format!("{:?}", record.state);
        assert_eq!(evidence.matches("sent at 2026-").count(), 2, "{evidence}");
        assert!(evidence.contains("0 activities"), "{evidence}");
        let next = record.next_action();
        assert!(next.contains("never sent a third time"), "{next}");
        assert!(next.contains("`skip`"), "{next}");
    }
}

#[test]
fn an_upload_whose_neighbours_are_not_listed_either_is_parked() {
    let world = blind_world(Answer::StoreOpaque);
    world.destination.script.lock().unwrap().clear();
    for hour in 11..15 {
        let start = format!("2026-03-01T{hour}:00:00");
        let minutes = 10 * (hour - 8);
        world.has(&hour.to_string(), &start, minutes, minutes as f64 / 6.0);
    }
    world.destination.answers(&[Answer::StoreOpaque]);
    for _ in 0..20 {
        world.run();
        world.later(HOUR);
    }
    let stored = world.destination.stored();
    assert_eq!(stored.iter().filter(|id| *id == "1").count(), 1);
    assert_eq!(world.state("1"), StateName::Parked);
}

#[test]
fn the_second_send_waits_for_an_hour_when_nothing_proves_absence() {
    let world = blind_world(Answer::StoreOpaque);
    world.run();
    for minutes in [1, 5, 30, 59] {
        world.clock.set("2026-11-23T08:00:00Z");
        world.later(minutes * 60);
        world.run();
        assert_eq!(*world.destination.sends.lock().unwrap(), 1, "{minutes}");
        assert_eq!(world.state("1"), StateName::Unsure);
    }
    world.later(2 * 60);
    world.run();
    assert_eq!(*world.destination.sends.lock().unwrap(), 2);
}

#[test]
fn commands_never_cause_a_third_send() {
    for answer in UNKNOWN {
        let world = blind_world(answer);
        for round in 0..30 {
            match round % 5 {
                0 => drop(block_on(world.engine().retry("1", false, &Cancel::new()))),
                1 => drop(block_on(world.engine().reconcile(&Cancel::new()))),
                2 => drop(block_on(world.engine().retry("1", true, &Cancel::new()))),
                3 => drop(block_on(
                    world.engine().skip("1", &sync_core::RunRequest::new()),
                )),
                _ => drop(world.run()),
            }
            world.later(HOUR);
        }
        let sends = *world.destination.sends.lock().unwrap();
        assert!(sends <= 2, "{answer:?}: {sends} sends");
    }
}

#[test]
fn a_retry_that_denies_two_unknown_sends_is_refused_with_advice() {
    let world = blind_world(Answer::StoreOpaque);
    for _ in 0..5 {
        world.run();
        world.later(HOUR);
    }
    assert_eq!(world.state("1"), StateName::Parked);
    let refused = block_on(world.engine().retry("1", true, &Cancel::new())).unwrap_err();
    assert!(
        matches!(refused, CommandError::WrongState { .. }),
        "{refused}"
    );
    assert!(refused.to_string().contains("by hand"), "{refused}");
    assert_eq!(world.state("1"), StateName::Parked);
}

#[test]
fn a_parked_upload_that_appears_later_is_linked_by_reconcile() {
    let world = blind_world(Answer::StoreOpaque);
    world.destination.script.lock().unwrap().clear();
    world
        .destination
        .answers(&[Answer::StoreOpaque, Answer::Opaque]);
    for _ in 0..5 {
        world.run();
        world.later(HOUR);
    }
    assert_eq!(world.state("1"), StateName::Parked);
    *world.destination.hidden.lock().unwrap() = 0;
    block_on(world.engine().reconcile(&Cancel::new()));
    assert_eq!(world.state("1"), StateName::Linked);
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn a_later_delivery_in_the_listing_proves_absence() {
    let world = blind_world(Answer::Reset);
    world.destination.script.lock().unwrap().clear();
    *world.destination.hidden.lock().unwrap() = 0;
    world.destination.answers(&[Answer::Reset]);
    world.run();
    world.later(10 * 60);
    // Something that was not there before proves nothing: it may be older than the send.
    world.destination.has("9500", "2026-03-01", 900, 2000.0);
    world.run();
    assert_eq!(world.state("1"), StateName::Unsure);
    world.has("2", "2026-03-01T18:00:00", 60, 12.0);
    world.run();
    assert_eq!(world.state("2"), StateName::Delivered);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.destination.stored(), ["1", "2"]);
}

#[test]
fn the_second_send_never_comes_sooner_than_the_longest_delay_seen() {
    let world = blind_world(Answer::StoreOpaque);
    world.run();
    world.later(50 * 60);
    world.run();
    // Listed after five hours; the machine was off for most of them.
    world.later(4 * HOUR + 10 * 60);
    *world.destination.hidden.lock().unwrap() = 0;
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
    world.has("2", "2026-03-10T10:00:00", 40, 8.0);
    *world.destination.hidden.lock().unwrap() = usize::MAX;
    world.run();
    for _ in 0..8 {
        world.later(35 * 60);
        world.run();
        assert_eq!(*world.destination.sends.lock().unwrap(), 2);
    }
    world.later(HOUR);
    world.run();
    assert_eq!(*world.destination.sends.lock().unwrap(), 3);
}

#[test]
fn a_second_send_that_is_proved_not_sent_does_not_count() {
    let world = blind_world(Answer::Reset);
    world.destination.script.lock().unwrap().clear();
    world.destination.answers(&[
        Answer::Reset,
        Answer::NotSent(ErrorKind::Temporary),
        Answer::NotSent(ErrorKind::SignInNeeded),
        Answer::Accept,
    ]);
    for _ in 0..6 {
        world.run();
        world.later(HOUR);
    }
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn a_session_is_bounded_for_each_exercise() {
    let mut world = World::new();
    world.policy = world.policy.clone().with_resend(Duration::from_secs(3600));
    world.source.add_multisport("1", "2026-03-01T10:00:00", 3);
    world.destination.answers(&[Answer::Accept]);
    world.destination.answers(&[Answer::Reset; 50]);
    for _ in 0..50 {
        world.run();
        world.later(HOUR);
    }
    assert_eq!(*world.destination.sends.lock().unwrap(), 3);
    assert_eq!(world.state("1"), StateName::Parked);
}

#[test]
fn a_ledger_of_an_earlier_version_bounds_re_sends_as_well() {
    let world = blind_world(Answer::StoreOpaque);
    world.run();
    crate::reconciling::strip(&world, "1", &["lost_sends"]);
    for _ in 0..20 {
        world.run();
        world.later(HOUR);
    }
    assert_eq!(*world.destination.sends.lock().unwrap(), 2);
    assert_eq!(world.state("1"), StateName::Parked);
}

/// The user's word is about what was listed before: the next send of unknown fate waits as any other.
#[test]
fn a_listing_that_the_user_vouched_for_proves_nothing_of_a_later_send() {
    let mut world = World::new();
    world.policy = sync_core::Policy::default();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.has("77", "2026-03-01", 1860, 5100.0);
    world.run();
    assert_eq!(world.state("1"), StateName::Parked);
    world.destination.answers(&[Answer::StoreOpaque]);
    let destination = world.destination.clone();
    *world.destination.meanwhile_sending.lock().unwrap() =
        Some(Box::new(move || *destination.hidden.lock().unwrap() = 1));
    block_on(world.engine().retry("1", true, &Cancel::new())).unwrap();
    world.later(600);
    world.run();
    assert_eq!(*world.destination.sends.lock().unwrap(), 1);
    *world.destination.hidden.lock().unwrap() = 0;
    world.later(600);
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
}

/// A month without a run says nothing of the destination's listing.
#[test]
fn time_without_a_look_is_no_delay_of_the_listing() {
    let mut world = World::new();
    world.policy = sync_core::Policy::default();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::StoreThenReset]);
    *world.destination.hidden.lock().unwrap() = 1;
    world.run();
    world.later(300);
    world.run();
    *world.destination.hidden.lock().unwrap() = 0;
    world.later(40 * 24 * HOUR);
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
    world.has("2", "2026-03-09T10:00:00", 40, 8.0);
    world.destination.answers(&[Answer::Reset]);
    world.run();
    for _ in 0..3 {
        world.later(24 * HOUR);
        world.run();
    }
    assert_eq!(world.destination.stored(), ["1", "2"]);
    assert_eq!(world.state("2"), StateName::Delivered);
}

/// A send that was given up appears when a workout that looks the same waits for its own.
#[test]
fn what_appears_late_is_not_taken_for_another_workout() {
    let mut world = World::new();
    world.policy = sync_core::Policy::default();
    world.has("1", "2026-03-01T15:00:00", 30, 5.0);
    world.has("2", "2026-03-01T17:00:00", 30, 5.0);
    world
        .destination
        .answers(&[Answer::StoreThenReset, Answer::Accept, Answer::Reset]);
    *world.destination.hidden.lock().unwrap() = 9;
    world.run();
    assert_eq!(world.state("1"), StateName::Unsure);
    for _ in 0..3 {
        world.later(HOUR / 2);
        world.run();
    }
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.state("2"), StateName::Unsure);
    *world.destination.hidden.lock().unwrap() = 0;
    world.later(HOUR / 2);
    world.run();
    assert_eq!(world.state("2"), StateName::Parked);
    assert_eq!(world.destination.stored(), ["1", "1"]);
}

/// The same before the other one was sent.
#[test]
fn what_appears_late_is_not_taken_for_an_unsent_workout() {
    let mut world = World::new();
    world.policy = sync_core::Policy::default();
    world.has("1", "2026-03-01T15:00:00", 30, 5.0);
    world
        .destination
        .answers(&[Answer::StoreThenReset, Answer::Accept]);
    *world.destination.hidden.lock().unwrap() = 9;
    for _ in 0..4 {
        world.run();
        world.later(HOUR / 2);
    }
    assert_eq!(world.state("1"), StateName::Delivered);
    *world.destination.hidden.lock().unwrap() = 0;
    world.has("2", "2026-03-01T17:00:00", 30, 5.0);
    world.run();
    assert_eq!(world.state("2"), StateName::Parked);
}

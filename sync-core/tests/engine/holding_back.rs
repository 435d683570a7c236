//! Workouts that a setting leaves out, or lets rest.

use std::time::Duration;

use futures_executor::block_on;
use sync_core::{ErrorKind, NextStep, RunRequest, Sport, SportFilter, StateName};

use crate::world::{Answer, World};

fn with(filter: &str) -> World {
    let mut world = World::new();
    let filter: SportFilter = filter.parse().unwrap();
    world.policy = world.policy.clone().with_sports(filter);
    world
}

#[test]
fn other_sports_are_skipped_without_a_download() {
    let mut world = with("running");
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.has("2", "2026-03-02T10:00:00", 40, 2.0);
    world.source.tell("2", Sport::PoolSwimming, "");
    let plan = block_on(world.engine().plan(&RunRequest::new())).unwrap();
    let reason = "its sport is pool swimming, which is left out by the setting `running`";
    assert_eq!(plan.report(&world.policy).items[0].reason(), None);
    assert_eq!(plan.report(&world.policy).items[1].reason(), Some(reason));
    let run = world.run();
    assert_eq!(run.report.next_step(), NextStep::Nothing);
    assert_eq!(world.state("2"), StateName::Skipped);
    assert_eq!(world.record("2").reason().as_deref(), Some(reason));
    assert_eq!(world.destination.stored(), ["1"]);
    assert_eq!(*world.source.fetches.lock().unwrap(), ["1"]);

    // The setting was changed: what it left out is moved.
    world.policy = world.policy.clone().with_sports(SportFilter::default());
    world.run();
    assert_eq!(world.destination.stored(), ["1", "2"]);
}

#[test]
fn filter_applies_to_a_sport_that_only_the_recording_has() {
    let world = with("!swimming");
    world.has("1", "2026-03-01T10:00:00", 30, 2.0);
    world.source.tell("1", Sport::OpenWaterSwimming, "");
    world
        .source
        .items
        .lock()
        .unwrap()
        .get_mut("1")
        .unwrap()
        .0
        .sport = None;
    world.run();
    assert_eq!(world.state("1"), StateName::Skipped);
    assert!(world.destination.stored().is_empty());
}

#[test]
fn session_with_a_filtered_exercise_is_skipped_whole() {
    let world = with("!swimming");
    world.source.add_multisport("1", "2026-03-01T10:00:00", 3);
    {
        let mut items = world.source.items.lock().unwrap();
        let (item, exercises) = items.get_mut("1").unwrap();
        item.sport = Some(Sport::Triathlon);
        exercises[0].sport = Sport::Swimming;
    }
    world.run();
    let record = world.record("1");
    assert_eq!(record.state.name(), StateName::Skipped);
    assert!(
        record
            .state
            .reason()
            .unwrap()
            .to_string()
            .starts_with("one of its exercises is swimming")
    );
    assert!(world.destination.stored().is_empty());
}

#[test]
fn a_workout_rests_after_its_end() {
    let mut world = World::new();
    world.policy = world.policy.clone().with_delay(Duration::from_secs(3600));
    // Half an hour that ended at 07:40 UTC, 20 minutes ago.
    world.has("1", "2026-11-23T09:10:00", 30, 5.0);
    let run = world.run();
    assert_eq!(run.report.next_step(), NextStep::RunAgain);
    let line = &run.report.items[0];
    assert_eq!(line.state, StateName::Waiting);
    assert_eq!(
        line.not_before().unwrap().to_rfc3339(),
        "2026-11-23T08:40:00+00:00"
    );
    assert_eq!(world.record("1").attempts, 0);
    world.later(60);
    world.run();
    assert_eq!(
        world.source.fetches.lock().unwrap().len(),
        1,
        "it was asked for in vain"
    );
    world.later(2400);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.record("1").attempts, 0);
}

#[test]
fn what_was_left_out_and_missing_for_a_while_comes_back_without_the_setting() {
    let mut world = with("running");
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.has("2", "2026-11-02T10:00:00", 40, 2.0);
    world.source.tell("2", Sport::PoolSwimming, "");
    world.run();
    assert_eq!(world.state("2"), StateName::Skipped);
    let missing = world.source.items.lock().unwrap().remove("2").unwrap();
    world
        .try_run(&RunRequest::new().with_accept_listing(true))
        .unwrap();
    let mut items = world.source.items.lock().unwrap();
    items.insert("2".to_owned(), missing);
    drop(items);
    world.policy = world.policy.clone().with_sports(SportFilter::default());
    world.run();
    assert_eq!(world.destination.stored(), ["1", "2"]);
}

#[test]
fn what_the_recording_said_is_not_asked_in_every_run() {
    let mut world = with("!swimming");
    world.source.add_multisport("1", "2026-11-01T10:00:00", 3);
    {
        let mut items = world.source.items.lock().unwrap();
        let (item, exercises) = items.get_mut("1").unwrap();
        item.sport = Some(Sport::Triathlon);
        exercises[0].sport = Sport::Swimming;
    }
    for _ in 0..3 {
        world.run();
        world.later(3600);
    }
    assert_eq!(world.state("1"), StateName::Skipped);
    assert_eq!(world.source.fetches.lock().unwrap().len(), 1);
    // Without the setting it comes.
    world.policy = world.policy.clone().with_sports(SportFilter::default());
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
}

/// Far in the east a wall clock is hours ahead of what a recording without any time can tell.
#[test]
fn without_a_delay_nothing_rests() {
    let world = World::new();
    let source = &world.source;
    source.add("1", "2026-11-23T17:00:00", 1800, 0.0, false);
    {
        let mut items = source.items.lock().unwrap();
        let (_, workouts) = items.get_mut("1").unwrap();
        let lap = &mut workouts[0].laps[0];
        lap.start = None;
        lap.tracks.clear();
    }
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
}

#[test]
fn a_delay_without_end_has_no_end() {
    let mut world = World::new();
    world.policy = world.policy.clone().with_delay(Duration::MAX);
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.run();
    assert_eq!(world.state("1"), StateName::Waiting);
}

#[test]
fn a_session_that_began_is_finished_whatever_the_settings_say_now() {
    let mut world = World::new();
    world.source.add_multisport("1", "2026-11-01T10:00:00", 2);
    {
        let mut items = world.source.items.lock().unwrap();
        let (_, exercises) = items.get_mut("1").unwrap();
        exercises[1].laps[0].tracks.clear();
    }
    let script = [Answer::Accept, Answer::NotSent(ErrorKind::Temporary)];
    world.destination.answers(&script);
    world.run();
    assert_eq!(world.record("1").parts.len(), 1);
    world.policy = world.policy.clone().with_manual_entries(false);
    world.later(1000);
    world.run();
    assert_eq!(world.state("1"), StateName::Delivered);
    assert_eq!(world.record("1").parts.len(), 2);
}

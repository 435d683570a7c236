//! Runs that do not do everything that is due.

use std::time::Duration;

use chrono::TimeDelta;
use futures_executor::block_on;
use sync_core::{Cancel, ErrorKind, NextStep, RunRequest, StateName};

use crate::world::{Answer, World};

fn with_workouts(count: u32) -> World {
    let world = World::new();
    for number in 1..=count {
        let start = format!("2026-10-{number:02}T10:00:00");
        world.has(&format!("{number:02}"), &start, 30, f64::from(number));
    }
    world
}

#[test]
fn max_items_limits_a_run_and_the_report_names_the_backlog() {
    let world = with_workouts(10);
    for round in 1..=3 {
        let request = RunRequest::new().with_max_items(Some(3));
        let run = world.try_run(&request).unwrap();
        assert!(run.stopped.is_none());
        assert_eq!(run.report.backlog, 10 - 3 * round);
        assert_eq!(run.report.next_step(), NextStep::RunAgain);
        assert_eq!(world.destination.stored().len(), 3 * round);
    }
    let run = world.run();
    assert_eq!(
        (run.report.backlog, run.report.next_step()),
        (0, NextStep::Nothing)
    );
    assert_eq!(world.destination.stored().len(), 10);
}

#[test]
fn a_workout_that_waits_is_no_backlog() {
    let world = with_workouts(3);
    world.source.fail("01", &[ErrorKind::Temporary]);
    world.run();
    let run = world
        .try_run(&RunRequest::new().with_max_items(Some(0)))
        .unwrap();
    assert_eq!(run.report.backlog, 0);
    assert_eq!(world.state("01"), StateName::Waiting);
}

#[test]
fn a_run_claims_nothing_that_it_cannot_finish_by_its_deadline() {
    let mut world = with_workouts(5);
    world.policy = world
        .policy
        .clone()
        .with_send_limit(Duration::from_secs(60));
    let now = world.clock_now();
    let request =
        |seconds| RunRequest::new().with_deadline(Some(now + TimeDelta::seconds(seconds)));
    let run = world.try_run(&request(59)).unwrap();
    assert_eq!((run.report.backlog, run.stopped.is_none()), (5, true));
    assert!(world.status().items.is_empty(), "nothing was claimed");
    let run = world.try_run(&request(61)).unwrap();
    assert_eq!(run.report.backlog, 0);
    assert_eq!(world.destination.stored().len(), 5);
}

#[test]
fn a_deadline_that_passes_during_the_work_leaves_the_workout_for_the_next_run() {
    let mut world = with_workouts(2);
    world.policy = world
        .policy
        .clone()
        .with_send_limit(Duration::from_secs(60));
    // The first answer never comes: its time limit passes.
    world.destination.answers(&[Answer::StoreAndHang]);
    let deadline = world.clock_now() + TimeDelta::seconds(90);
    let request = RunRequest::new().with_deadline(Some(deadline));
    let run = world.try_run(&request).unwrap();
    assert_eq!(run.report.backlog, 1);
    assert!(world.clock_now() <= deadline);
    assert_eq!(world.state("01"), StateName::Unsure);
    for _ in 0..3 {
        world.later(300);
        world.run();
    }
    assert_eq!(world.destination.stored(), ["01", "02"]);
}

#[test]
fn what_is_open_at_the_destination_is_backlog_too() {
    let world = with_workouts(3);
    world.destination.answers(&[Answer::StoreOpaque]);
    *world.destination.hidden.lock().unwrap() = 1;
    world.run();
    assert_eq!(world.state("01"), StateName::Unsure);
    let none = RunRequest::new().with_max_items(Some(0));
    assert_eq!(world.try_run(&none).unwrap().report.backlog, 1);
}

#[test]
fn a_run_without_budget_does_not_try_damaged_files_again() {
    let world = with_workouts(2);
    *world.source.lists_all_at_once.lock().unwrap() = true;
    world.source.fail("01", &[ErrorKind::Invalid; 2]);
    world.run();
    assert_eq!(world.state("01"), StateName::Parked);
    let fetches = world.source.fetches.lock().unwrap().len();
    let none = RunRequest::new().with_max_items(Some(0));
    world.try_run(&none).unwrap();
    assert_eq!(world.source.fetches.lock().unwrap().len(), fetches);
    world.run();
    assert_eq!(world.state("01"), StateName::Delivered);
}

#[test]
fn a_first_search_of_the_destination_goes_on_where_the_deadline_ended_it() {
    let world = World::new();
    for (id, month) in [("1", "03"), ("2", "05"), ("3", "07")] {
        let start = format!("2026-{month}-10T10:00:00");
        world.has(id, &start, 30, 5.0);
    }
    world.destination.has("77", "2026-05-10", 1800, 5000.0);
    world.destination.has("78", "2026-07-10", 1800, 5000.0);
    let clock = world.clock.clone();
    let slow = move || clock.advance(TimeDelta::seconds(100));
    *world.destination.meanwhile.lock().unwrap() = Some(Box::new(slow));
    let deadline = world.clock_now() + TimeDelta::seconds(150);
    let request = RunRequest::new().with_deadline(Some(deadline));
    let run = world.try_run(&request).unwrap();
    assert!(run.stopped.is_none());
    assert_eq!(run.report.backlog, 3);
    assert_eq!(*world.destination.finds.lock().unwrap(), 1);
    world.destination.windows.lock().unwrap().clear();
    world.run();
    let windows = world.destination.windows.lock().unwrap().clone();
    assert_eq!(windows[0].from.to_string(), "2026-05-09");
    let states = ["1", "2", "3"].map(|id| world.state(id));
    let linked = StateName::Linked;
    assert_eq!(states, [StateName::Delivered, linked, linked]);
    assert_eq!(*world.source.fetches.lock().unwrap(), ["1"]);
}

#[test]
fn a_first_search_that_was_ended_is_finished_whatever_runs_in_between() {
    let world = World::new();
    for (id, month) in [("0", "01"), ("1", "03"), ("2", "05"), ("3", "07")] {
        world.has(id, &format!("2026-{month}-10T10:00:00"), 30, 5.0);
        let day = format!("2026-{month}-10");
        world.destination.has(&format!("7{id}"), &day, 1800, 5000.0);
    }
    world.destination.activities.lock().unwrap().remove(1);
    // Only the days from March on, and only the first of them.
    let clock = world.clock.clone();
    let slow = move || clock.advance(TimeDelta::seconds(100));
    *world.destination.meanwhile.lock().unwrap() = Some(Box::new(slow));
    let deadline = world.clock_now() + TimeDelta::seconds(150);
    let since =
        sync_core::Window::new("2026-03-01".parse().unwrap(), "2026-11-24".parse().unwrap());
    let request = RunRequest::new().with_deadline(Some(deadline));
    let run = world.try_run(&request.with_window(since)).unwrap();
    assert_eq!(run.report.backlog, 3);
    // The user's orders, and a run that fails before it searches.
    block_on(world.engine().skip("1", &RunRequest::new())).unwrap();
    block_on(world.engine().retry("1", false, &Cancel::new())).unwrap();
    assert_eq!(world.state("1"), StateName::Delivered);
    let fetches = world.source.fetches.lock().unwrap().len();
    *world.destination.find_error.lock().unwrap() = Some(ErrorKind::Temporary);
    assert!(world.run().stopped.is_some());
    *world.destination.find_error.lock().unwrap() = None;
    world.run();
    for id in ["0", "2", "3"] {
        assert_eq!(world.state(id), StateName::Linked, "{id}");
    }
    let fetched = world.source.fetches.lock().unwrap().len();
    assert_eq!(fetched, fetches, "no download was needed");
    assert_eq!(world.destination.stored(), ["1"]);
}

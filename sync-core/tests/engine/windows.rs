//! Which days are listed, over several runs.

use sync_core::{RunRequest, StateName, Window};

use crate::world::World;

/// The days that were listed since this was last asked: from the first to the last.
fn listed(world: &World) -> Window {
    let windows = std::mem::take(&mut *world.source.windows.lock().unwrap());
    let from = windows.iter().map(|window| window.from).min().unwrap();
    let until = windows.iter().map(|window| window.until).max().unwrap();
    Window::new(from, until).unwrap()
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

#[test]
fn the_first_run_covers_everything_and_later_ones_overlap() {
    let world = World::new();
    world.has("1", "2012-05-01T10:00:00", 30, 5.0);
    world.has("2", "2026-11-20T10:00:00", 30, 5.0);
    world.run();
    assert_eq!(
        listed(&world),
        Window::new(day("2000-01-01"), day("2026-11-24")).unwrap()
    );
    // The oldest of the few known ones keeps an empty listing suspicious.
    world.run();
    assert_eq!(listed(&world).from, day("2012-05-01"));
}

#[test]
fn a_workout_that_appears_late_is_found() {
    let world = World::new();
    for number in 1..=20 {
        world.has(
            &number.to_string(),
            &format!("2026-11-{number:02}T10:00:00"),
            30,
            5.0,
        );
    }
    world.run();
    world.has("late", "2026-09-15T10:00:00", 30, 5.0);
    world.run();
    assert_eq!(world.state("late"), StateName::Delivered);
}

#[test]
fn an_interrupted_first_run_does_not_forget_the_rest() {
    let world = World::new();
    world.has("old", "2015-05-01T10:00:00", 30, 5.0);
    world.has("1", "2026-11-20T10:00:00", 30, 5.0);
    let only_new = Window::new(day("2026-11-01"), day("2026-11-30"));
    let cancel = sync_core::Cancel::new();
    cancel.cancel();
    futures_executor::block_on(world.engine().run(&RunRequest::new(), &cancel));
    world.run();
    assert_eq!(world.destination.stored(), ["1", "old"]);
    assert!(only_new.is_some());
}

#[test]
fn an_open_workout_far_back_pulls_the_window_with_it() {
    let world = World::new();
    for number in 1..=20 {
        world.has(
            &number.to_string(),
            &format!("2026-11-{number:02}T10:00:00"),
            30,
            5.0,
        );
    }
    world.has("open", "2019-03-01T10:00:00", 30, 5.0);
    world
        .source
        .fail("open", &[sync_core::ErrorKind::Temporary]);
    world.run();
    world.later(10);
    listed(&world);
    world.run();
    assert_eq!(listed(&world).from, day("2019-03-01"));
    assert_eq!(world.state("open"), StateName::Delivered);
    world.run();
    assert!(listed(&world).from > day("2026-01-01"));
}

#[test]
fn asked_days_limit_what_is_worked_on() {
    let world = World::new();
    world.has("1", "2025-12-31T23:59:59", 30, 5.0);
    world.has("2", "2026-01-01T00:00:00", 30, 5.0);
    let window = Window::new(day("2025-12-31"), day("2025-12-31"));
    let run = world
        .try_run(&RunRequest::new().with_window(window))
        .unwrap();
    assert_eq!(run.report.items.len(), 1);
    assert_eq!(world.destination.stored(), ["1"]);
    world.run();
    assert_eq!(world.destination.stored(), ["1", "2"]);
}

#[test]
fn asked_days_are_no_first_run_however_many_they_are() {
    let world = World::new();
    world.has("old", "2012-10-30T10:00:00", 30, 5.0);
    world.has("new", "2026-11-20T10:00:00", 40, 8.0);
    let window = Window::new(day("2026-11-15"), day("2026-11-24"));
    world
        .try_run(&RunRequest::new().with_window(window))
        .unwrap();
    assert_eq!(world.destination.stored(), ["new"]);
    listed(&world);
    // The first run without asked days covers the whole history, and those after it do not.
    world.run();
    assert_eq!(listed(&world).from, day("2000-01-01"));
    assert_eq!(world.destination.stored(), ["new", "old"]);
    world.run();
    assert_eq!(listed(&world).from, day("2012-10-30"));
}

#[test]
fn days_in_the_future_are_no_first_run() {
    let world = World::new();
    world.has("1", "2015-05-01T10:00:00", 30, 5.0);
    let window = Window::new(day("2026-12-01"), day("2026-12-31"));
    world
        .try_run(&RunRequest::new().with_window(window))
        .unwrap();
    world.run();
    assert_eq!(world.destination.stored(), ["1"]);
}

/// A hiccup, or an account that is filled later.
#[test]
fn an_empty_first_listing_hides_nothing() {
    let world = World::new();
    world.run();
    world.later(3600);
    for year in 2015..=2025 {
        let start = format!("{year}-05-01T10:00:00");
        world.has(&year.to_string(), &start, 30, 5.0);
    }
    world.has("new", "2026-11-20T10:00:00", 30, 5.0);
    world.run();
    assert_eq!(world.destination.stored().len(), 12);
}

#[test]
fn an_empty_listing_behind_asked_days_hides_nothing() {
    let world = World::new();
    world.has("new", "2026-11-20T10:00:00", 30, 5.0);
    let asked = Window::new(day("2026-11-01"), day("2026-11-23"));
    world
        .try_run(&RunRequest::new().with_window(asked))
        .unwrap();
    let items = std::mem::take(&mut *world.source.items.lock().unwrap());
    world.run();
    *world.source.items.lock().unwrap() = items;
    world.has("old", "2015-05-01T10:00:00", 30, 5.0);
    world.run();
    assert_eq!(world.destination.stored(), ["new", "old"]);
}

#[test]
fn the_whole_history_is_listed_once_after_asked_days() {
    let world = World::new();
    world.has("old", "2012-10-30T10:00:00", 30, 5.0);
    for number in 1..=9 {
        let start = format!("2026-11-0{number}T10:00:00");
        world.has(&format!("new{number}"), &start, 30 + number, 8.0);
    }
    let window = Window::new(day("2026-11-01"), day("2026-11-24"));
    world
        .try_run(&RunRequest::new().with_window(window))
        .unwrap();
    listed(&world);
    world.run();
    let windows = world.source.windows.lock().unwrap().clone();
    // Each day once, and all of them.
    let days: i64 = windows
        .iter()
        .map(|w| (w.until - w.from).num_days() + 1)
        .sum();
    let whole = listed(&world);
    assert_eq!(whole.from, day("2000-01-01"));
    assert_eq!(days, (whole.until - whole.from).num_days() + 1);
    world.run();
    assert!(listed(&world).from >= day("2026-08-01"));
}

#[test]
fn an_empty_account_is_not_listed_from_its_beginning_in_every_run() {
    let world = World::new();
    world.run();
    assert_eq!(listed(&world).from, day("2000-01-01"));
    for _ in 0..10 {
        world.later(3600);
        world.run();
        assert!(listed(&world).from > day("2026-08-01"));
    }
    world.later(8 * 24 * 3600);
    world.run();
    assert_eq!(listed(&world).from, day("2000-01-01"));
}

#[test]
fn a_run_that_ends_early_takes_in_what_it_reached() {
    let world = World::new();
    for year in 2011..=2020 {
        let start = format!("{year}-05-01T10:00:00");
        world.has(&year.to_string(), &start, 30, f64::from(year - 2000));
    }
    let budget = RunRequest::new().with_max_items(Some(4));
    let run = world.try_run(&budget).unwrap();
    assert_eq!(run.report.backlog, 6);
    assert_eq!(world.destination.stored().len(), 4);
    listed(&world);
    let run = world.try_run(&budget).unwrap();
    assert_eq!(run.report.backlog, 2);
    // Not from the year 2000, but from what is known.
    assert_eq!(listed(&world).from, day("2011-05-01"));
    world.run();
    assert_eq!(world.destination.stored().len(), 10);
}

/// Recent workouts whose deletion the user accepted cannot reveal an empty listing: the window
/// reaches further back.
#[test]
fn what_is_gone_does_not_make_a_listing_suspicious() {
    let world = World::new();
    for month in 1..=9 {
        let start = format!("2025-0{month}-01T10:00:00");
        world.has(&format!("old{month}"), &start, 30 + month, 5.0);
    }
    for number in 10..=18 {
        let start = format!("2026-11-{number}T10:00:00");
        world.has(&format!("new{number}"), &start, 30 + number, 8.0);
    }
    world.run();
    let mut items = world.source.items.lock().unwrap();
    items.retain(|id, _| id.starts_with("old"));
    drop(items);
    world
        .try_run(&RunRequest::new().with_accept_listing(true))
        .unwrap();
    world.later(3600);
    world.source.items.lock().unwrap().clear();
    let stop = world.try_run(&RunRequest::new()).unwrap_err();
    assert!(matches!(stop, sync_core::RunError::Guard(_)), "{stop}");
}

/// A folder, an archive: an old workout may be added or mended at any time.
#[test]
fn a_source_that_lists_all_at_once_is_listed_from_its_beginning_in_every_run() {
    let world = World::new();
    *world.source.lists_all_at_once.lock().unwrap() = true;
    for number in 1..=9 {
        let start = format!("2026-11-0{number}T10:00:00");
        world.has(&format!("new{number}"), &start, 30 + number, 8.0);
    }
    world.has("old1", "2012-10-30T10:00:00", 30, 5.0);
    world.has("old2", "2012-10-31T10:00:00", 31, 5.0);
    world.run();
    for (id, start) in [
        ("1999", "1999-08-22T10:00:00"),
        ("late", "2013-05-01T10:00:00"),
    ] {
        world.has(id, start, 33, 6.0);
        world.later(3600);
        world.run();
        assert_eq!(world.state(id), StateName::Delivered);
    }
    // Files that were taken away long after they were moved are not missed.
    let fetched = world.source.fetches.lock().unwrap().len();
    world
        .source
        .items
        .lock()
        .unwrap()
        .retain(|id, _| id.starts_with("new"));
    let run = world.run();
    assert!(run.report.items.is_empty(), "{:?}", run.report);
    assert_eq!(world.source.fetches.lock().unwrap().len(), fetched);
    // But what is missing of the newest days is.
    world
        .source
        .items
        .lock()
        .unwrap()
        .retain(|id, _| id == "new9");
    assert!(world.try_run(&RunRequest::new()).is_err());
}

/// The days of a run with a wrong clock are not over.
#[test]
fn a_late_workout_is_found_after_a_run_with_a_clock_that_was_ahead() {
    let world = World::new();
    for number in 11..=19 {
        let start = format!("2026-11-{number}T10:00:00");
        world.has(&number.to_string(), &start, 30, 5.0);
    }
    world.run();
    world.clock.set("2027-11-23T08:00:00Z");
    world.run();
    world.clock.set("2026-11-23T09:00:00Z");
    world.has("late", "2026-10-20T10:00:00", 30, 5.0);
    world.run();
    assert_eq!(world.state("late"), StateName::Delivered);
}

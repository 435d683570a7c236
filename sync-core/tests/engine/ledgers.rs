//! The entries besides the records that a run reads from a ledger and leaves in it.

use futures_executor::block_on;
use sync_core::ledger::{Content, Expected, Key, MemoryLedger, Select, SharedLedger};
use sync_core::{Cancel, ErrorKind, RunRequest, StateName, Window};

use crate::world::World;

const ROUTE: &str = "here -> there";

fn names(world: &World) -> Vec<String> {
    let all = block_on(world.ledger.scan(ROUTE, Select::All, None, usize::MAX)).unwrap();
    all.into_iter().map(|document| document.name).collect()
}

fn document(world: &World, name: &str) -> serde_json::Value {
    let there = block_on(world.ledger.get(&Key::new(ROUTE, name))).unwrap();
    serde_json::from_str(&there.unwrap().body).unwrap()
}

#[test]
fn looking_writes_nothing() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    block_on(world.engine().plan(&RunRequest::new())).unwrap();
    world.status();
    assert!(names(&world).is_empty(), "{:?}", names(&world));
}

#[test]
fn a_ledger_of_format_1_is_refused_and_left_alone() {
    let world = World::new();
    world.has("1", "2019-03-01T10:00:00", 30, 5.0);
    let old = r#"{"from":"2000-01-01","until":"2026-11-01","indexed":true}"#;
    let key = Key::new(ROUTE, "cursor");
    let _ = block_on(
        world
            .ledger
            .compare_and_swap(&key, Expected::Absent, Content::new(old)),
    );
    let error = world.try_run(&RunRequest::new()).unwrap_err();
    assert!(error.to_string().contains("format of version 1"), "{error}");
    assert!(error.to_string().contains("import"), "{error}");
    assert_eq!(names(&world), ["cursor"]);
    assert!(world.destination.stored().is_empty());
}

#[test]
fn an_export_of_format_1_is_imported() {
    let world = World::new();
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.has("2", "2026-11-02T10:00:00", 40, 8.0);
    world.has("3", "2026-11-03T10:00:00", 50, 9.0);
    world.has("4", "2026-11-04T10:00:00", 60, 9.5);
    let record = |id: &str, rest: &str| {
        let body = format!(
            r#"{{"item":{{"id":"{id}","start":"2026-11-0{id}T10:00:00"}},{rest},"updated_at":"2026-11-20T10:00:00Z"}}"#
        );
        serde_json::json!({"route": ROUTE, "name": format!("item/{id}"), "body": body}).to_string()
    };
    let lines = [
        record("1", r#""state":"delivered","parts":[{"form":"track_file","receipt":{"activity_id":"9"},"facts":{"start":"2026-11-01T10:00:00"}}]"#),
        record("2", r#""state":"waiting","not_before":"2026-11-20T10:00:00Z","reason":"HTTP 503","attempts":1"#),
        record("3", r#""state":"skipped","reason":"its sport is yoga","setting":"sports","sport":"yoga""#),
        record("4", r#""state":"tombstoned","reason":"undone by order","taking_back":"undone by order","parts":[{"form":"track_file","receipt":{"activity_id":"11"},"facts":{"start":"2026-11-04T10:00:00"}}]"#),
        r#"{"route":"here -> there","name":"seen/2026-11-01/1","body":"{\"settled\":\"delivered\"}"}"#.to_owned(),
        r#"{"route":"here -> there","name":"cursor","body":"{\"from\":\"2000-01-01\",\"until\":\"2026-11-20\",\"indexed\":true}"}"#.to_owned(),
    ];
    let text = lines.join("\n");
    let written = block_on(sync_core::transfer::import(
        &world.ledger,
        &mut text.as_bytes(),
    ));
    assert_eq!(written.unwrap(), 5);
    assert_eq!(
        world.record("2").state.reason().unwrap().to_string(),
        "HTTP 503"
    );
    let imported_again = block_on(sync_core::transfer::import(
        &world.ledger,
        &mut text.as_bytes(),
    ));
    assert_eq!(imported_again.unwrap(), 0);
    world.run();
    // The setting that left it out is gone, and the interrupted removal goes on.
    assert_eq!(world.destination.stored(), ["2", "3"]);
    assert_eq!(*world.destination.removed.lock().unwrap(), ["11"]);
    assert_eq!(world.state("4"), StateName::Tombstoned);
    assert_eq!(world.state("1"), StateName::Delivered);
}

#[test]
fn what_is_unsettled_is_found_however_old_it_is() {
    let world = World::new();
    for year in 2001..=2025 {
        world.has(
            &year.to_string(),
            &format!("{year}-05-01T10:00:00"),
            30,
            f64::from(year - 1990),
        );
    }
    world.source.fail("2003", &[ErrorKind::Temporary]);
    world.source.fail("2007", &[ErrorKind::Invalid; 2]);
    world.run();
    world.later(10);
    let run = world.run();
    let states: Vec<_> = run
        .report
        .items
        .iter()
        .map(|line| (line.item.id.as_str(), line.state))
        .collect();
    assert_eq!(
        states,
        [("2003", StateName::Delivered), ("2007", StateName::Parked)]
    );
    // The user retries an old workout and the attempt fails: the next run finds it.
    world.source.fail("2007", &[ErrorKind::Temporary]);
    block_on(world.engine().retry("2007", false, &Cancel::new())).unwrap();
    assert_eq!(world.state("2007"), StateName::Waiting);
    world.later(10);
    world.run();
    assert_eq!(world.state("2007"), StateName::Delivered);
}

#[test]
fn retried_settled_workout_is_found_by_later_runs() {
    let world = World::new();
    world.has("1", "2005-05-01T10:00:00", 30, 5.0);
    world.has("2", "2026-11-01T10:00:00", 40, 8.0);
    block_on(world.engine().skip("1", &RunRequest::new())).unwrap();
    world.run();
    world.later(40 * 24 * 3600);
    world.run();
    world.source.fail("1", &[ErrorKind::Temporary]);
    block_on(world.engine().retry("1", false, &Cancel::new())).unwrap();
    assert_eq!(world.state("1"), StateName::Waiting);
    world.later(10);
    let run = world.run();
    assert_eq!(run.report.items.len(), 1);
    assert_eq!(world.destination.stored(), ["1", "2"]);
}

#[test]
fn a_workout_whose_day_was_edited_at_the_source_is_still_the_same() {
    let world = World::new();
    world.has("1", "2026-01-01T10:00:00", 30, 5.0);
    world.has("2", "2026-11-01T10:00:00", 40, 8.0);
    world.run();
    world.has("1", "2026-11-20T10:00:00", 30, 5.0);
    let plan = block_on(world.engine().plan(&RunRequest::new())).unwrap();
    assert!(
        plan.report(&world.policy).items.is_empty(),
        "{:?}",
        plan.report(&world.policy)
    );
    world.run();
    assert_eq!(world.destination.stored(), ["1", "2"]);
}

#[test]
fn changes_of_delivered_workouts_are_only_reported_on_request() {
    let mut world = World::new();
    for number in 1..=4 {
        let start = format!("2026-11-{number:02}T10:00:00");
        world.has(&number.to_string(), &start, 30 + number, 5.0);
    }
    world.run();
    world.has("2", "2026-11-02T10:00:00", 45, 5.2);
    world.source.items.lock().unwrap().remove("3");
    // The user deleted this one at the destination.
    world.destination.activities.lock().unwrap().remove(0);
    assert!(world.run().report.items.is_empty());

    world.policy = world.policy.clone().with_tell_changes(true);
    let run = world.run();
    let told: Vec<_> = run
        .report
        .items
        .iter()
        .map(|line| (line.item.id.as_str(), line.state, line.reason().unwrap()))
        .collect();
    let edited = "edited at here since: duration 1920 s is now 2700 s, distance 5000 m is now 5200 m; what was delivered stays";
    let gone = "here does not list it any more; what was delivered stays";
    let delivered = StateName::Delivered;
    assert_eq!(told, [("2", delivered, edited), ("3", delivered, gone)]);
    assert_eq!(run.report.next_step(), sync_core::NextStep::Nothing);
    assert_eq!(world.destination.stored(), ["1", "2", "3", "4"]);
}

/// The records of a ledger, as an export has them.
fn exported(world: &World) -> Vec<u8> {
    let mut lines = Vec::new();
    block_on(sync_core::transfer::export(
        &world.ledger,
        ROUTE,
        &mut lines,
    ))
    .unwrap();
    lines
}

#[test]
fn an_export_holds_what_was_learnt_and_an_import_finds_out_the_rest() {
    let mut world = World::new();
    for number in 1..=9 {
        let start = format!("2026-11-0{number}T10:00:00");
        world.has(&number.to_string(), &start, 30 + number, 8.0);
    }
    world.run();
    let lines = exported(&world);
    world.ledger = SharedLedger::new(MemoryLedger::new());
    block_on(sync_core::transfer::import(
        &world.ledger,
        &mut lines.as_slice(),
    ))
    .unwrap();
    assert_eq!(exported(&world), lines);
    assert!(world.run().report.items.is_empty());
    assert_eq!(world.destination.stored().len(), 9);
    assert_eq!(document(&world, "route")["format"], 2);
}

#[test]
fn an_old_workout_that_is_imported_is_not_hidden() {
    let other = World::new();
    other.has("old", "2010-05-01T10:00:00", 30, 5.0);
    other.source.fail("old", &[ErrorKind::Temporary]);
    other.run();
    assert_eq!(other.state("old"), StateName::Waiting);
    let lines: String = String::from_utf8(exported(&other))
        .unwrap()
        .lines()
        .filter(|line| line.contains("item/"))
        .map(|line| format!("{line}\n"))
        .collect();
    for cut_off in [false, true] {
        let world = World::new();
        for number in 1..=9 {
            let start = format!("2026-11-0{number}T10:00:00");
            world.has(&number.to_string(), &start, 40 + number, 8.0);
        }
        world.run();
        let mut lines = lines.clone();
        if cut_off {
            lines.push_str("cut off");
        }
        let imported = block_on(sync_core::transfer::import(
            &world.ledger,
            &mut lines.as_bytes(),
        ));
        assert_eq!(imported.is_err(), cut_off);
        world.has("old", "2010-05-01T10:00:00", 30, 5.0);
        // A run that looks only at its own days, then a plain one.
        let days = Window::new("2026-11-01".parse().unwrap(), "2026-11-02".parse().unwrap());
        world.try_run(&RunRequest::new().with_window(days)).unwrap();
        world.later(1000);
        world.run();
        assert_eq!(world.state("old"), StateName::Delivered, "{cut_off}");
    }
}

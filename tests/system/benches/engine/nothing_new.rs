//! A run that finds nothing to do, over a small ledger and one a hundred times as large: what it costs must not follow the ledger. Opening
//! the ledger is part of the run.

use std::sync::Arc;

use chrono::{Days, NaiveDate, NaiveTime};
use futures_util::{StreamExt, stream};
use sync_core::conformance::world::{Gate, World};
use sync_core::ledger::{Content, Expected, Key, Ledger, SharedLedger};
use sync_ledger_sqlite::SqliteLedger;

use crate::{median, ratio};

/// In the days that each run lists.
const LISTED: u32 = 60;
const SMALL: u32 = 10_000;
const LARGE: u32 = 1_000_000;
const ROUNDS: usize = 15;

pub(crate) async fn measure() {
    // In memory, where there is a file system for that: filling the ledger is not what is measured.
    let folder = match std::path::Path::new("/dev/shm").is_dir() {
        true => tempfile::tempdir_in("/dev/shm").unwrap(),
        false => tempfile::tempdir().unwrap(),
    };
    let open = async |name: &str| SqliteLedger::open(folder.path().join(name)).unwrap();
    compare("SQLite", open).await;
    let Ok(url) = std::env::var("TEST_POSTGRES_URL") else {
        println!("nothing-new: PostgreSQL skipped (TEST_POSTGRES_URL)");
        return;
    };
    let schema = format!("bench_{}", std::process::id());
    let connect = async |part: &str| {
        sync_ledger_postgres::PostgresOptions::new(&url)
            .with_schema(format!("{schema}_{part}"))
            .connect()
            .await
            .unwrap()
    };
    compare("PostgreSQL", connect).await;
    crate::ledgers::drop_schemas(
        &url,
        &[format!("{schema}_small"), format!("{schema}_large")],
    )
    .await;
}

async fn compare<L: Ledger + 'static>(name: &str, open: impl AsyncFn(&str) -> L) {
    let small = time(async || SharedLedger::new(open("small").await), SMALL).await;
    let large = time(async || SharedLedger::new(open("large").await), LARGE).await;
    println!(
        "nothing-new: {name}: {LISTED} workouts listed; {:.2} ms with {SMALL} settled ones in the ledger, {:.2} ms with {LARGE}: ratio {:.2} \
         (100 if it followed the ledger)",
        small.as_secs_f64() * 1e3,
        large.as_secs_f64() * 1e3,
        ratio(large, small),
    );
}

async fn time(open: impl AsyncFn() -> SharedLedger, settled: u32) -> std::time::Duration {
    let ledger = open().await;
    let world = World::new("bench");
    let today = world.clock.now().date_naive();
    let start = |days: u64| (today - Days::new(days)).and_time(NaiveTime::MIN);
    for number in 0..LISTED {
        let id = format!("new-{number}");
        world.source.has(
            &id,
            start(1 + u64::from(number)),
            30,
            1.0 + f64::from(number),
        );
    }
    run(&world, &ledger).await;
    run(&world, &ledger).await;
    fill(&ledger, &world.route(), settled - LISTED, today).await;
    drop(ledger);
    median(ROUNDS, || async {
        let report = run(&world, &open().await).await;
        assert!(report.items.is_empty(), "{report:?}");
    })
    .await
}

async fn run(world: &World, ledger: &SharedLedger) -> sync_core::RouteReport {
    let run = world.run(ledger, &Arc::new(Gate::new()), "worker").await;
    let run = run.unwrap();
    assert!(run.stopped.is_none());
    run.report
}

/// Many workouts of earlier years, as the engine leaves them: copies of one that it settled.
async fn fill(ledger: &SharedLedger, route: &str, count: u32, today: NaiveDate) {
    let read = async |name: String| {
        ledger
            .get(&Key::new(route, name))
            .await
            .unwrap()
            .unwrap()
            .body
    };
    let day = today - Days::new(1);
    let record = read("item/new-0".to_owned()).await;
    let documents = (0..count).map(|number| {
        let then = today - Days::new(200 + u64::from(number / 20));
        let id = format!("old-{number}");
        let record = record
            .replace("new-0", &id)
            .replace(&day.to_string(), &then.to_string());
        (format!("item/{id}"), record, then)
    });
    stream::iter(documents)
        .map(|(name, body, then)| async move {
            let key = Key::new(route, name);
            let _ = ledger
                .compare_and_swap(
                    &key,
                    Expected::Absent,
                    Content::new(&body).with_day(Some(then)),
                )
                .await
                .unwrap();
        })
        .buffer_unordered(64)
        .collect::<()>()
        .await;
}

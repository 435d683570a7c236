//! A run that finds nothing to do, over a small ledger and one a hundred times as large: what it costs must not follow the ledger. Opening
//! the ledger is part of the run.

use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate, NaiveTime};
use sync_core::conformance::world::{Gate, World};
use sync_core::ledger::{Ledger, SharedLedger};
use sync_ledger_postgres::PostgresOptions;
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
    let path = |part: &str| folder.path().join(part);
    let open = async |part: &str| SqliteLedger::open(path(part)).unwrap();
    let fill_sqlite = async |part: &str, count: u32, today: NaiveDate| {
        let numbers = format!(
            "(WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers LIMIT {count}) SELECT n FROM numbers)"
        );
        let connection = rusqlite::Connection::open(path(part)).unwrap();
        connection
            .execute_batch(&fill("documents", count, &numbers, today))
            .unwrap();
    };
    compare("SQLite", open, fill_sqlite).await;
    let Ok(url) = std::env::var("TEST_POSTGRES_URL") else {
        println!("nothing-new: PostgreSQL skipped (TEST_POSTGRES_URL)");
        return;
    };
    let schema = |part: &str| format!("bench_{}_{part}", std::process::id());
    let connect = async |part: &str| {
        PostgresOptions::new(&url)
            .with_schema(schema(part))
            .connect()
            .await
            .unwrap()
    };
    let fill_postgres = async |part: &str, count: u32, today: NaiveDate| {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
            .await
            .unwrap();
        let driver = tokio::spawn(connection);
        let table = format!("{}.documents", schema(part));
        let numbers = format!("generate_series(0, {count} - 1) AS n");
        client
            .batch_execute(&fill(&table, count, &numbers, today))
            .await
            .unwrap();
        client
            .batch_execute(&format!("VACUUM ANALYZE {table}"))
            .await
            .unwrap();
        drop(client);
        driver.await.unwrap().unwrap();
    };
    compare("PostgreSQL", connect, fill_postgres).await;
    crate::ledgers::drop_schemas(&url, &[schema("small"), schema("large")]).await;
}

async fn compare<L: Ledger + 'static>(
    name: &str,
    open: impl AsyncFn(&str) -> L,
    fill: impl AsyncFn(&str, u32, NaiveDate),
) {
    let mut times = Vec::new();
    for (part, settled) in [("small", SMALL), ("large", LARGE)] {
        let open = async || SharedLedger::new(open(part).await);
        let fill = async |count, today| fill(part, count, today).await;
        times.push(time(open, fill, settled).await);
    }
    println!(
        "nothing-new: {name}: {LISTED} workouts listed; {:.2} ms with {SMALL} settled ones in the ledger, {:.2} ms with {LARGE}: ratio {:.2} \
         (100 if it followed the ledger)",
        times[0].as_secs_f64() * 1e3,
        times[1].as_secs_f64() * 1e3,
        ratio(times[1], times[0]),
    );
}

async fn time(
    open: impl AsyncFn() -> SharedLedger,
    fill: impl AsyncFn(u32, NaiveDate),
    settled: u32,
) -> std::time::Duration {
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
    drop(ledger);
    fill(settled - LISTED, today).await;
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

/// Many settled workouts of earlier years, as columns: copies of one that the engine settled, of which the body keeps its own day.
fn fill(table: &str, count: u32, numbers: &str, today: NaiveDate) -> String {
    let last = today.num_days_from_ce() - 200;
    format!(
        "INSERT INTO {table} (route, name, version, body, open, day) \
         SELECT route, 'item/old-' || n, version, replace(body, 'new-0', 'old-' || n), open, {last} - n / 20 \
         FROM {table}, (SELECT n FROM {numbers}) AS numbers WHERE name = 'item/new-0' AND n < {count}"
    )
}

//! Scans of open documents and of the last 90 days, in a ledger with 1,000,000 documents beside one with 10,000.

use std::time::Instant;

use chrono::{Datelike, Days, NaiveDate};
use sync_core::Window;
use sync_core::ledger::{Ledger, Select};
use sync_ledger_postgres::PostgresOptions;
use sync_ledger_sqlite::SqliteLedger;

const SMALL: u32 = 10_000;
const LARGE: u32 = 1_000_000;
const ROUNDS: usize = 301;
/// Two documents a day; each sixth of the newest is open.
const OPEN: usize = 30;
const BODY: usize = 500;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 28).unwrap()
}

/// Fills a ledger's table: names in no order of the days, two documents a day back from today.
fn fill(table: &str, count: u32, numbers: &str, body: &str) -> String {
    let today = today().num_days_from_ce();
    format!(
        "INSERT INTO {table} (route, name, version, body, open, day) \
         SELECT 'a -> b', 'item/' || (CAST(n AS bigint) * 7919 % {count}), 3, {body}, n < 180 AND n % 6 = 0, {today} - n / 2 \
         FROM {numbers}"
    )
}

pub(crate) async fn measure() {
    let folder = match std::path::Path::new("/dev/shm").is_dir() {
        true => tempfile::tempdir_in("/dev/shm").unwrap(),
        false => tempfile::tempdir().unwrap(),
    };
    let [small, large] = [SMALL, LARGE].map(|count| {
        let path = folder.path().join(count.to_string());
        let ledger = SqliteLedger::open(&path).unwrap();
        let numbers = format!(
            "(WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers LIMIT {count}) SELECT n FROM numbers)"
        );
        let body = format!("printf('%.{BODY}c', 'x')");
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection
            .execute_batch(&fill("documents", count, &numbers, &body))
            .unwrap();
        ledger
    });
    compare("SQLite", &small, &large).await;
    let Ok(url) = std::env::var("TEST_POSTGRES_URL") else {
        println!("scans: PostgreSQL skipped (TEST_POSTGRES_URL)");
        return;
    };
    let schemas = [SMALL, LARGE].map(|count| format!("bench_{}_{count}", std::process::id()));
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
        .await
        .unwrap();
    let driver = tokio::spawn(connection);
    let mut ledgers = Vec::new();
    for (schema, count) in schemas.iter().zip([SMALL, LARGE]) {
        let options = PostgresOptions::new(&url).with_schema(schema);
        ledgers.push(options.connect().await.unwrap());
        let table = format!("{schema}.documents");
        let numbers = format!("generate_series(0, {count} - 1) AS n");
        let body = format!("repeat('x', {BODY})");
        client
            .batch_execute(&fill(&table, count, &numbers, &body))
            .await
            .unwrap();
        client
            .batch_execute(&format!("VACUUM ANALYZE {table}"))
            .await
            .unwrap();
    }
    drop(client);
    driver.await.unwrap().unwrap();
    compare("PostgreSQL", &ledgers[0], &ledgers[1]).await;
    crate::ledgers::drop_schemas(&url, &schemas).await;
}

async fn compare<L: Ledger>(name: &str, small: &L, large: &L) {
    let days = Window {
        from: today() - Days::new(89),
        until: today(),
    };
    for (what, select, expected) in [
        ("open", Select::Open, OPEN),
        ("90 days", Select::Days(days), 180),
    ] {
        // The rounds take turns, so that another load on the machine slows both.
        let (mut of_small, mut of_large) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            of_small.push(time(small, select, expected).await);
            of_large.push(time(large, select, expected).await);
        }
        let (of_small, of_large) = (median(of_small), median(of_large));
        println!(
            "scans: {name}: {what} ({expected} documents): {of_small:.3} ms in {SMALL}, {of_large:.3} ms in {LARGE}: ratio {:.2} \
             (100 if it followed the ledger)",
            of_large / of_small
        );
    }
}

/// In milliseconds.
async fn time<L: Ledger>(ledger: &L, select: Select, expected: usize) -> f64 {
    let start = Instant::now();
    let found = ledger.scan("a -> b", select, None, 500).await.unwrap();
    assert_eq!(found.len(), expected);
    start.elapsed().as_secs_f64() * 1e3
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

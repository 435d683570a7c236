//! Durable writes of a ledger beside a bare insert of the same bytes into the same database.

use std::time::Instant;

use chrono::NaiveDate;
use sync_core::ledger::{Content, Expected, Key, Ledger};
use sync_ledger_postgres::PostgresOptions;
use sync_ledger_sqlite::SqliteLedger;

/// A disk can change its pace every few seconds, so the rounds are short and take turns.
const ROUNDS: u32 = 300;
const WRITES: u32 = 20;
const BYTES: usize = 1_500;

pub(crate) async fn measure() {
    sqlite().await;
    match std::env::var("TEST_POSTGRES_URL") {
        Ok(url) => postgres(&url).await,
        Err(_) => println!("ledgers: PostgreSQL skipped (TEST_POSTGRES_URL)"),
    }
}

/// In the target folder: on a disk, where a temporary folder may be in memory.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// The ratio is the median of those of neighbouring rounds.
fn report(name: &str, ledger: Vec<f64>, bare: Vec<f64>) {
    let ratios = ledger.iter().zip(&bare).map(|(ledger, bare)| ledger / bare);
    let ratio = median(ratios.collect());
    let (ledger, bare) = (median(ledger), median(bare));
    println!(
        "ledgers: {name}: {ledger:.0} durable writes a second, {bare:.0} bare inserts of the same {BYTES} bytes: ratio {ratio:.2}"
    );
}

async fn swaps<L: Ledger>(ledger: &L, from: u32) -> f64 {
    let body = format!("\"{}\"", "x".repeat(BYTES - 2));
    // Both columns set: the most that a write can cost.
    let content = Content::new(&body)
        .with_open(true)
        .with_day(NaiveDate::from_ymd_opt(2026, 11, 28));
    let start = Instant::now();
    for number in from..from + WRITES {
        let key = Key::new("a -> b", format!("item/{number}"));
        let _ = ledger
            .compare_and_swap(&key, Expected::Absent, content)
            .await
            .unwrap();
    }
    f64::from(WRITES) / start.elapsed().as_secs_f64()
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

async fn sqlite() {
    let folder = folder();
    let ledger = SqliteLedger::open(folder.path().join("ledger.sqlite")).unwrap();
    let bare = rusqlite::Connection::open(folder.path().join("bare.sqlite")).unwrap();
    bare.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
        .unwrap();
    bare.execute_batch("PRAGMA synchronous = FULL; CREATE TABLE bare (id TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID")
        .unwrap();
    let body = "x".repeat(BYTES);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        ours.push(swaps(&ledger, round * WRITES).await);
        let start = Instant::now();
        for number in round * WRITES..(round + 1) * WRITES {
            bare.prepare_cached("INSERT INTO bare VALUES (?1, ?2)")
                .unwrap()
                .execute(rusqlite::params![format!("item/{number}"), body])
                .unwrap();
        }
        theirs.push(f64::from(WRITES) / start.elapsed().as_secs_f64());
    }
    report("SQLite", ours, theirs);
}

async fn postgres(url: &str) {
    let schema = format!("bench_{}", std::process::id());
    let ledger = PostgresOptions::new(url)
        .with_schema(&schema)
        .connect()
        .await
        .unwrap();
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .unwrap();
    let driver = tokio::spawn(connection);
    client
        .batch_execute(&format!(
            "CREATE TABLE {schema}.bare (id TEXT PRIMARY KEY, body TEXT)"
        ))
        .await
        .unwrap();
    let insert = client
        .prepare(&format!("INSERT INTO {schema}.bare VALUES ($1, $2)"))
        .await
        .unwrap();
    let body = "x".repeat(BYTES);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        ours.push(swaps(&ledger, round * WRITES).await);
        let start = Instant::now();
        for number in round * WRITES..(round + 1) * WRITES {
            client
                .execute(&insert, &[&format!("item/{number}"), &body])
                .await
                .unwrap();
        }
        theirs.push(f64::from(WRITES) / start.elapsed().as_secs_f64());
    }
    report("PostgreSQL", ours, theirs);
    drop(client);
    driver.await.unwrap().unwrap();
    drop_schemas(url, &[schema]).await;
}

pub(crate) async fn drop_schemas(url: &str, schemas: &[String]) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls)
        .await
        .unwrap();
    let driver = tokio::spawn(connection);
    for schema in schemas {
        client
            .batch_execute(&format!("DROP SCHEMA {schema} CASCADE"))
            .await
            .unwrap();
    }
    drop(client);
    driver.await.unwrap().unwrap();
}

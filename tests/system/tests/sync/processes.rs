//! Several of the real program at once.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{PolarSession, PolarSport, UploadMode};
use system_tests::{World, ran};

const WORKOUTS: usize = 40;

/// This number of workouts, a quarter of them without a track, two of them alike.
pub(crate) async fn world(workouts: usize) -> World {
    let mut world = World::signed_in().await;
    world.set("SYNC_LEASE_SECS", "2");
    world.set("SYNC_SETTLE_SECS", "1");
    let first: DateTime<Utc> = "2025-09-03T09:00:00Z".parse().unwrap();
    for number in 0..workouts {
        // Numbers 20 and 21 are twins: the same day, the same time, the same distance.
        let (day, hour, seconds) = match number {
            21 => (20, 8, 320),
            _ => (number as i64, 0, 300 + number as u32),
        };
        let start = first + TimeDelta::days(day) + TimeDelta::hours(hour);
        let mut tcx = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(seconds);
        if number % 4 == 3 {
            tcx = tcx.indoors(None);
        }
        world
            .polar
            .add_session(PolarSession::new(1 + number as u64, 60, tcx.exercise(60)));
    }
    world
}

/// This number of runs, a day apart, each a minute longer than the one before.
pub(crate) async fn with_runs(count: u32) -> World {
    let world = World::signed_in().await;
    for number in 1..=count {
        let start: DateTime<Utc> = format!("2025-09-0{number}T09:00:00Z").parse().unwrap();
        let tcx = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(300 + number * 60);
        let id = u64::from(number);
        world
            .polar
            .add_session(PolarSession::new(id, 60, tcx.exercise(60)));
    }
    world
}

/// Every workout is there, once, and the ledger says so.
pub(crate) async fn each_exactly_once(world: &World, workouts: usize) {
    each_once_but(world, workouts, 0).await;
}

/// Every workout is there, once, but for those that are parked and did not arrive; and the ledger says so.
pub(crate) async fn each_once_but(world: &World, workouts: usize, parked: usize) {
    let workouts = workouts - parked;
    let starts: BTreeSet<_> = world
        .runkeeper
        .activities()
        .iter()
        .map(|activity| activity.start_local)
        .collect();
    assert_eq!(world.runkeeper.activities().len(), workouts);
    assert_eq!(starts.len(), workouts, "{:?}", world.runkeeper.duplicates());
    let code = if parked > 0 { 2 } else { 0 };
    let status = world.sync(&["status", "--json"]).await.expect(code);
    assert_eq!(
        status.count("delivered") + status.count("linked"),
        workouts as u64
    );
}

async fn until_settled(world: &World) {
    assert_eq!(until_at_rest(world).await, 0);
}

/// Runs the program, with the pauses that leases and settle windows need, until everything is settled or was sent twice in vain;
/// gives the number of the latter.
pub(crate) async fn until_at_rest(world: &World) -> usize {
    let mut last = None;
    for _ in 0..30 {
        let ran = world.sync(&["--json"]).await;
        if ran.code == 0 || ran.code == 2 {
            let status = world.sync(&["status", "--json"]).await;
            let open = status.items();
            let lost = |item: &serde_json::Value| {
                let reason = item["reason"].as_str().unwrap_or_default();
                item["state"] == "parked" && reason.starts_with("sent twice")
            };
            if open.iter().all(lost) {
                return open.len();
            }
        }
        last = Some(ran);
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    panic!("it never settles: {last:?}");
}

/// Three processes move this number of workouts.
pub(crate) async fn three_at_once(world: &World, workouts: usize) {
    let children: Vec<_> = (0..3).map(|_| world.spawn(&["--json"])).collect();
    for child in children {
        let ran = ran(child.wait_with_output().await.unwrap());
        // A process leaves a workout that another one claimed.
        assert!([0, 1].contains(&ran.code), "{ran:?}");
    }
    until_settled(world).await;
    each_exactly_once(world, workouts).await;
}

/// It met a workout that another one held; by its end that one is delivered.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_process_reports_the_final_states() {
    let world = with_runs(2).await;
    let slow = UploadMode::SlowAnswer(Duration::from_secs(3));
    world.runkeeper.next_uploads(2, slow);
    let uploads = || {
        let log = world.runkeeper.requests();
        log.count("POST /trackMultipleFileUpload")
    };
    let first = world.spawn(&["--json"]);
    while uploads() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let second = world.spawn(&["--json"]);
    let (first, second) = tokio::join!(first.wait_with_output(), second.wait_with_output());
    let first = ran(first.unwrap()).expect(1);
    assert_eq!(first.count("delivered"), 1, "{first:?}");
    let second = ran(second.unwrap()).expect(0);
    assert_eq!(second.count("delivered"), 2, "{second:?}");
    assert_eq!(uploads(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_processes_share_an_sqlite_ledger() {
    let world = world(WORKOUTS).await;
    three_at_once(&world, WORKOUTS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_processes_share_a_postgresql_ledger() {
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        #[allow(clippy::print_stdout)]
        {
            println!("skipped: TEST_POSTGRES_URL names no server");
        }
        return;
    };
    let mut world = world(WORKOUTS).await;
    let database = Database::make(&server).await;
    world.set("SYNC_LEDGER", &database.url);
    three_at_once(&world, WORKOUTS).await;
    // And from there into a file: nothing is lost on the way.
    world
        .sync(&["export", "from-postgres.jsonl"])
        .await
        .expect(0);
    world.set("SYNC_LEDGER", "sqlite:moved.sqlite");
    world
        .sync(&["import", "from-postgres.jsonl"])
        .await
        .expect(0);
    world.sync(&["export", "from-sqlite.jsonl"]).await.expect(0);
    let file = |name: &str| std::fs::read_to_string(world.home.path().join(name)).unwrap();
    assert_eq!(file("from-postgres.jsonl"), file("from-sqlite.jsonl"));
    each_exactly_once(&world, WORKOUTS).await;
    database.drop().await;
}

/// A temporary database on a server.
pub(crate) struct Database {
    server: tokio_postgres::Client,
    name: String,
    pub(crate) url: String,
}

impl Database {
    pub(crate) async fn make(server: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("sync_system_test_{}_{number}", std::process::id());
        client
            .batch_execute(&format!("DROP DATABASE IF EXISTS {name}"))
            .await
            .unwrap();
        client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")).await.unwrap();
        let (server, _) = server.rsplit_once('/').unwrap();
        Self {
            url: format!("{server}/{name}"),
            server: client,
            name,
        }
    }

    pub(crate) async fn drop(self) {
        self.server
            .batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name))
            .await
            .unwrap();
    }
}

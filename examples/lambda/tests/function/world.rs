//! Worlds whose ledger and sessions are in a database.

use std::collections::BTreeSet;
use std::io::{Write, stderr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{FakeRunkeeper, PolarSession, PolarSport};
use serde_json::{Value, json};
use system_tests::World;
use tokio_postgres::{Client, NoTls};

use crate::support::{Ended, Function};

pub const KEY: &str = "a2V5LWNhbmFyeS1rZXktY2FuYXJ5LWtleS1jYW5hcnk=";

/// The function's program: the one of this build, or the one that `TEST_BOOTSTRAP` names.
pub fn program() -> String {
    let built = env!("CARGO_BIN_EXE_bootstrap").to_owned();
    std::env::var("TEST_BOOTSTRAP").unwrap_or(built)
}

/// A world, and the database of its ledger.
pub struct Hosted {
    pub world: World,
    server: Client,
    database: String,
}

impl Hosted {
    /// `None`: `TEST_POSTGRES_URL` names no server.
    pub async fn start(workouts: usize) -> Option<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let Ok(url) = std::env::var("TEST_POSTGRES_URL") else {
            // Past the test runner, which keeps what passing tests print to itself.
            let _ = writeln!(stderr(), "SKIPPED: TEST_POSTGRES_URL is not set");
            return None;
        };
        let (server, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
        tokio::spawn(connection);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let database = format!("test_lambda_{}_{number}", std::process::id());
        let made = format!("CREATE DATABASE {database}");
        server.batch_execute(&made).await.unwrap();
        let mut world = World::signed_in().await;
        let (address, _) = url.rsplit_once('/').unwrap();
        world.set("SYNC_LEDGER", &format!("{address}/{database}"));
        world.set("SESSION_KEY", KEY);
        world.set("SYNC_MAX_ATTEMPTS", "60");
        world.set("SYNC_LEASE_SECS", "1");
        for name in ["POLAR_SESSION", "RUNKEEPER_SESSION"] {
            world.set(name, "ledger:");
        }
        world
            .sync(&["import-session", "runkeeper", "cookies.txt"])
            .await
            .expect(0);
        add_runs(&world, workouts);
        Some(Self {
            world,
            server,
            database,
        })
    }

    pub async fn function(&self) -> Function {
        Function::start(self.world.program(program()))
            .await
            .unwrap()
    }

    /// Invokes new instances of the function until everything is settled.
    pub async fn until_settled(&self) -> usize {
        for number in 1..=60 {
            let mut function = self.function().await;
            let answer = answered(function.invoke(json!({}), Duration::from_secs(8)).await);
            if answer["exit"] == "settled" {
                return number;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        panic!("it never settles");
    }

    pub async fn each_exactly_once(&self, workouts: usize) {
        let activities = self.world.runkeeper.activities();
        let starts: BTreeSet<_> = activities.iter().map(|it| it.start_local).collect();
        assert_eq!(
            activities.len(),
            workouts,
            "{:?}",
            self.world.runkeeper.duplicates()
        );
        assert_eq!(starts.len(), workouts);
        let status = self.world.sync(&["status", "--json"]).await.expect(0);
        assert_eq!(
            status.count("delivered") + status.count("linked"),
            workouts as u64
        );
    }

    pub async fn end(self) {
        drop(self.world);
        let dropped = format!("DROP DATABASE {} WITH (FORCE)", self.database);
        self.server.batch_execute(&dropped).await.unwrap();
    }
}

/// A first sync with the ledger that the world names, which also keeps the sessions.
pub async fn first_sync_over_instances(mut world: World) {
    const WORKOUTS: usize = 10;
    world.set("SESSION_KEY", KEY);
    world.set("RUNKEEPER_EMAIL", FakeRunkeeper::EMAIL);
    world.set("RUNKEEPER_PASSWORD", FakeRunkeeper::PASSWORD);
    world.set("SYNC_LEASE_SECS", "1");
    add_runs(&world, WORKOUTS);
    let mut settled = false;
    for _ in 0..40 {
        // A new instance each time: nothing but the ledger goes from one to the next.
        let mut function = Function::start(world.program(program())).await.unwrap();
        let answer = answered(function.invoke(json!({}), Duration::from_secs(30)).await);
        settled = answer["exit"] == "settled";
        if settled {
            break;
        }
    }
    assert!(settled);
    assert_eq!(
        world.runkeeper.activities().len(),
        WORKOUTS,
        "{:?}",
        world.runkeeper.duplicates()
    );
    assert_eq!(world.polar.sessions_minted(), 1);
}

/// Runs a day apart, each a second longer than the one before.
pub fn add_runs(world: &World, count: usize) {
    let first: DateTime<Utc> = "2025-03-03T09:00:00Z".parse().unwrap();
    for number in 0..count {
        let start = first + TimeDelta::days(number as i64);
        let tcx = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(300 + number as u32);
        let session = PolarSession::new(1 + number as u64, 60, tcx.exercise(60));
        world.polar.add_session(session);
    }
}

#[track_caller]
pub fn answered(ended: Ended) -> Value {
    match ended {
        Ended::Answer(answer) => answer,
        other => panic!("no answer: {other:?}"),
    }
}

/// The type and the message of an error.
#[track_caller]
pub fn failed(ended: Ended) -> (String, String) {
    match ended {
        Ended::Error(error) => {
            let text = |field: &str| error[field].as_str().unwrap_or_default().to_owned();
            (text("errorType"), text("errorMessage"))
        }
        other => panic!("no error: {other:?}"),
    }
}

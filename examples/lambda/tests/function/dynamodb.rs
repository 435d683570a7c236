//! Ledger and sessions in one table of DynamoDB.

use std::io::{Write, stderr};
use std::time::Duration;

use fake_services::FakeRunkeeper;
use serde_json::json;
use system_tests::World;

use crate::support::Function;
use crate::world::{KEY, add_runs, answered, program};

#[tokio::test(flavor = "multi_thread")]
async fn workouts_move_with_ledger_and_sessions_in_one_table() {
    const WORKOUTS: usize = 10;
    let Ok(url) = std::env::var("TEST_DYNAMODB_URL") else {
        // Past the test runner, which keeps what passing tests print to itself.
        let _ = writeln!(stderr(), "SKIPPED: TEST_DYNAMODB_URL is not set");
        return;
    };
    let mut world = World::start().await;
    let table = format!("sync-ledger-test-lambda-{}", std::process::id());
    world.set("SYNC_LEDGER", &format!("dynamodb:{table}"));
    world.set("SESSION_KEY", KEY);
    world.set("RUNKEEPER_EMAIL", FakeRunkeeper::EMAIL);
    world.set("RUNKEEPER_PASSWORD", FakeRunkeeper::PASSWORD);
    world.set("SYNC_LEASE_SECS", "1");
    if url != "aws" {
        world.set("AWS_ENDPOINT_URL_DYNAMODB", &url);
        world.set("AWS_REGION", "eu-central-1");
        world.set("AWS_ACCESS_KEY_ID", "test");
        world.set("AWS_SECRET_ACCESS_KEY", "test");
    }
    add_runs(&world, WORKOUTS);
    let mut settled = false;
    for _ in 0..40 {
        // A new instance each time: nothing but the table goes from one to the next.
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

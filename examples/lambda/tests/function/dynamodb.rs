//! Ledger and sessions in one table of DynamoDB.

use std::io::{Write, stderr};

use system_tests::World;

use crate::world::first_sync_over_instances;

#[tokio::test(flavor = "multi_thread")]
async fn workouts_move_with_ledger_and_sessions_in_one_table() {
    let Ok(url) = std::env::var("TEST_DYNAMODB_URL") else {
        // Past the test runner, which keeps what passing tests print to itself.
        let _ = writeln!(stderr(), "SKIPPED: TEST_DYNAMODB_URL is not set");
        return;
    };
    let mut world = World::start().await;
    let table = format!("sync-ledger-test-lambda-{}", std::process::id());
    world.set("SYNC_LEDGER", &format!("dynamodb:{table}"));
    if url != "aws" {
        world.set("AWS_ENDPOINT_URL_DYNAMODB", &url);
        world.set("AWS_REGION", "eu-central-1");
        world.set("AWS_ACCESS_KEY_ID", "test");
        world.set("AWS_SECRET_ACCESS_KEY", "test");
    }
    first_sync_over_instances(world).await;
}

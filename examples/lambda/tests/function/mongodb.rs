//! Ledger and sessions in one database of MongoDB.

use std::time::Duration;

use fake_services::FakeRunkeeper;
use serde_json::json;
use system_tests::{MongoDatabase, World};

use crate::support::Function;
use crate::world::{KEY, add_runs, answered, program};

#[tokio::test(flavor = "multi_thread")]
async fn workouts_move_with_ledger_and_sessions_in_one_database() {
    const WORKOUTS: usize = 10;
    let Some(database) = MongoDatabase::named().await else {
        return;
    };
    let mut world = World::start().await;
    world.set("SYNC_LEDGER", &database.url);
    world.set("SESSION_KEY", KEY);
    world.set("RUNKEEPER_EMAIL", FakeRunkeeper::EMAIL);
    world.set("RUNKEEPER_PASSWORD", FakeRunkeeper::PASSWORD);
    world.set("SYNC_LEASE_SECS", "1");
    add_runs(&world, WORKOUTS);
    let mut settled = false;
    for _ in 0..40 {
        // A new instance each time: nothing but the database goes from one to the next.
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
    database.drop().await;
}

//! Ledger and sessions in one database of MongoDB.

use system_tests::{MongoDatabase, World};

use crate::world::first_sync_over_instances;

#[tokio::test(flavor = "multi_thread")]
async fn workouts_move_with_ledger_and_sessions_in_one_database() {
    let Some(database) = MongoDatabase::named().await else {
        return;
    };
    let mut world = World::start().await;
    world.set("SYNC_LEDGER", &database.url);
    first_sync_over_instances(world).await;
    database.drop().await;
}

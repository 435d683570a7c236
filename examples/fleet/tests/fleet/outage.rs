//! A database that stays away.

use std::time::{Duration, Instant};

use crate::server::{OwnServer, TestDatabase};
use crate::workers::Workers;
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn worker_ends_with_an_error_for_its_supervisor_when_the_database_stays_away() {
    let Some(server) = OwnServer::start() else {
        return;
    };
    let world = World::on(TestDatabase::on(&server.url()).await);
    let mut workers = Workers::start(&world, 1, &["--patience-secs", "2"]);
    let began = Instant::now();
    while world.workers().await == 0 {
        assert!(began.elapsed() < Duration::from_secs(20), "no worker");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    server.stop();
    let began = Instant::now();
    while workers.own_exits.is_empty() {
        assert!(began.elapsed() < Duration::from_secs(40), "it goes on");
        tokio::time::sleep(Duration::from_millis(50)).await;
        workers.supervise();
    }
    assert_eq!(workers.own_exits[0], Some(70));
}

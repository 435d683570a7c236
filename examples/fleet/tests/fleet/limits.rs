//! The limit per service host, over all workers.

use std::time::Duration;

use crate::people::{POLAR_HOST, People, RUNKEEPER_HOST};
use crate::workers::Workers;
use crate::world::{World, until};

#[tokio::test(flavor = "multi_thread")]
async fn limit_per_host_is_reached_and_never_exceeded_also_when_workers_are_killed() {
    let Some(world) = World::start().await else {
        return;
    };
    let people = People::new(10, 2, Duration::from_millis(40)).await;
    world.fleet(&["limit", POLAR_HOST, "2"]).await.expect(0);
    world.fleet(&["limit", RUNKEEPER_HOST, "3"]).await.expect(0);
    let lines = people.lines("1h", &[]);
    world
        .fleet_with(&["add", "--file", "-"], &lines, &[])
        .await
        .expect(0);
    let options = ["--concurrency", "6", "--slot-secs", "3", "--dead-secs", "3"];
    let mut workers = Workers::start(&world, 3, &options);
    for number in 1..=3 {
        until("some delivered", Duration::from_secs(60), || {
            people.delivered() >= number * 4
        })
        .await;
        workers.kill(number).await;
    }
    until("all delivered", Duration::from_secs(90), || {
        people.delivered() >= people.expected()
    })
    .await;
    assert_eq!(people.polar_in_flight.most(), 2);
    assert!(people.runkeeper_in_flight.most() <= 3);
    let status = world.fleet(&["status", "--json"]).await.json();
    assert_eq!(status["hosts"][0]["limit"], 2, "{status}");
    workers.stop().await;
    people.each_exactly_once();
    world.end().await;
}

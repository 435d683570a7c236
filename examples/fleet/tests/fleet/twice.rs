//! A job that runs twice: the lease in the ledger is the only truth.

use std::time::Duration;

use crate::people::People;
use crate::workers::Workers;
use crate::world::{World, until};

#[tokio::test(flavor = "multi_thread")]
async fn jobs_that_run_at_the_same_time_for_one_account_deliver_each_workout_once() {
    let Some(world) = World::start().await else {
        return;
    };
    let people = People::new(2, 6, Duration::from_millis(15)).await;
    let lines = people.lines("1h", &[]);
    world
        .fleet_with(&["add", "--file", "-"], &lines, &[])
        .await
        .expect(0);
    let client = world.database.client().await;
    for person in &people.all {
        // Without a key: the queue takes them for different jobs.
        client
            .execute(
                "SELECT graphile_worker.add_job('sync_account', json_build_object('account', $1::text)) FROM generate_series(1, 4)",
                &[&person.name],
            )
            .await
            .unwrap();
    }
    let workers = Workers::start(&world, 2, &["--concurrency", "5"]);
    until("all delivered", Duration::from_secs(60), || {
        people.delivered() >= people.expected()
    })
    .await;
    let jobs = "SELECT count(*) FROM graphile_worker._private_jobs WHERE run_at < clock_timestamp() + interval '60 seconds'";
    for _ in 0..400 {
        if client.query_one(jobs, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let runs = world.account("person-0000").await["runs"].as_i64();
    assert!(runs >= Some(2), "the jobs did not overlap: {runs:?}");
    assert_eq!(workers.stop().await, [Some(0), Some(0)]);
    people.each_exactly_once();
    world.end().await;
}

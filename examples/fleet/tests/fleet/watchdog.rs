//! The watchdog: a loop that stands still, a server that does not answer, a job that is lost.

use std::time::{Duration, Instant};

use tokio_postgres::Client;

use crate::people::People;
use crate::server::{OwnServer, TestDatabase};
use crate::workers::Workers;
use crate::world::{World, until};

const JOBS: &str = "graphile_worker._private_jobs";

/// Makes the job of the only account due, and keeps the queue from taking it: `SELECT ... FOR UPDATE` waits for the lock, which the caller's
/// transaction holds, while the watchdog's `SELECT` does not.
async fn hold_a_job_back(client: &Client) {
    let soon = "clock_timestamp() + interval '5 seconds'";
    let due = format!(
        "BEGIN; UPDATE workout_fleet.accounts SET due = {soon}; UPDATE {JOBS} SET run_at = {soon}; COMMIT;
         BEGIN; LOCK TABLE {JOBS} IN EXCLUSIVE MODE"
    );
    client.batch_execute(&due).await.unwrap();
    let waiting = format!("SELECT count(*) FROM {JOBS} WHERE locked_at IS NULL");
    let waiting = client.query_one(&waiting, &[]).await.unwrap();
    assert_eq!(waiting.get::<_, i64>(0), 1, "a worker was faster");
}

/// An account that is due in an hour, and a worker that has nothing to do for longer than it would let a loop stand still.
async fn idle_worker(world: &World, people: &People, options: &[&str]) -> Workers {
    let lines = people.lines("1h", &[]);
    let added = world.fleet_with(&["add", "--file", "-"], &lines, &[]).await;
    added.expect(0);
    let later = format!(
        "UPDATE workout_fleet.accounts SET due = due + interval '1 hour'; UPDATE {JOBS} SET run_at = run_at + interval '1 hour'"
    );
    let client = world.database.client().await;
    client.batch_execute(&later).await.unwrap();
    let workers = Workers::start(world, 1, options);
    until("the worker is there", Duration::from_secs(30), || {
        workers.said().contains("takes jobs")
    })
    .await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(!workers.said().contains("stood still"));
    workers
}

#[tokio::test(flavor = "multi_thread")]
async fn loop_that_stands_still_is_begun_again() {
    let Some(world) = World::start().await else {
        return;
    };
    let people = People::new(1, 1, Duration::ZERO).await;
    let workers = idle_worker(&world, &people, &["--stall-secs", "1"]).await;
    let client = world.database.client().await;
    hold_a_job_back(&client).await;
    until("it is noticed", Duration::from_secs(60), || {
        workers.said().contains("begun again: it stood still")
    })
    .await;
    client.batch_execute("ROLLBACK").await.unwrap();
    until("delivered", Duration::from_secs(60), || {
        people.delivered() == 1
    })
    .await;
    assert_eq!(workers.stop().await, [Some(0)]);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_ends_when_another_loop_stands_still_as_well() {
    let Some(world) = World::start().await else {
        return;
    };
    let people = People::new(1, 1, Duration::ZERO).await;
    let mut workers = idle_worker(&world, &people, &["--stall-secs", "1"]).await;
    let client = world.database.client().await;
    hold_a_job_back(&client).await;
    let code = first_own_exit(&mut workers).await;
    assert_eq!(code, Some(70), "{}", workers.said());
    assert!(workers.said().contains("stands still although jobs wait"));
    client.batch_execute("ROLLBACK").await.unwrap();
    // Its supervisor has started another one.
    until("delivered", Duration::from_secs(60), || {
        people.delivered() == 1
    })
    .await;
    workers.stop().await;
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_at_work_are_no_stall_however_long_others_wait() {
    let Some(world) = World::start().await else {
        return;
    };
    let people = People::new(2, 2, Duration::from_millis(150)).await;
    let lines = people.lines("1h", &[]);
    let added = world.fleet_with(&["add", "--file", "-"], &lines, &[]).await;
    added.expect(0);
    let workers = Workers::start(&world, 1, &["--stall-secs", "1", "--concurrency", "1"]);
    let took = until("all delivered", Duration::from_secs(90), || {
        people.delivered() == people.expected()
    })
    .await;
    assert!(took > Duration::from_secs(3), "no account waited: {took:?}");
    assert!(
        !workers.said().contains("stood still"),
        "{}",
        workers.said()
    );
    assert_eq!(workers.stop().await, [Some(0)]);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn account_whose_job_is_lost_is_given_another_one() {
    let Some(world) = World::start().await else {
        return;
    };
    let people = People::new(1, 1, Duration::ZERO).await;
    let workers = idle_worker(&world, &people, &["--stall-secs", "1"]).await;
    let client = world.database.client().await;
    let lost = format!(
        "BEGIN; DELETE FROM {JOBS}; UPDATE workout_fleet.accounts SET due = clock_timestamp() - interval '1 minute'; COMMIT"
    );
    client.batch_execute(&lost).await.unwrap();
    until("delivered", Duration::from_secs(60), || {
        people.delivered() == 1
    })
    .await;
    assert!(
        workers
            .said()
            .contains("1 accounts were due and had no job")
    );
    assert_eq!(workers.stop().await, [Some(0)]);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn worker_ends_when_the_server_takes_connections_and_does_not_answer() {
    let Some(server) = OwnServer::start() else {
        return;
    };
    let world = World::on(TestDatabase::on(&server.url()).await);
    let people = People::new(1, 1, Duration::ZERO).await;
    let options = ["--stall-secs", "1", "--patience-secs", "5"];
    let mut workers = idle_worker(&world, &people, &options).await;
    let frozen = server.freeze();
    let code = first_own_exit(&mut workers).await;
    drop(frozen);
    assert_eq!(code, Some(70), "{}", workers.said());
    assert!(workers.said().contains("could not be used for 5 s"));
}

/// How the first worker ended that was not killed.
async fn first_own_exit(workers: &mut Workers) -> Option<i32> {
    let began = Instant::now();
    while workers.own_exits.is_empty() {
        assert!(began.elapsed() < Duration::from_secs(90), "it goes on");
        tokio::time::sleep(Duration::from_millis(50)).await;
        workers.supervise();
    }
    workers.own_exits[0]
}

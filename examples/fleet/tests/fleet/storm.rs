//! The whole fleet under kills of its workers and restarts of its server.
//!
//! The size comes from the environment: `FLEET_ACCOUNTS`, `FLEET_WORKOUTS`, `FLEET_WORKERS` (one number, or several such as `1,2,4`, which
//! are compared), `FLEET_CONCURRENCY`, `FLEET_LIMIT` (per host), `FLEET_LATENCY_MS`, `FLEET_KILLS`, `FLEET_EVERY`,
//! `FLEET_TIMEOUT_SECS`, `FLEET_LEASE_SECS` (seconds). `TEST_FLEET` names another build of the program.

use std::io::{Write, stderr};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::people::{POLAR_HOST, People, RUNKEEPER_HOST};
use crate::server::{OwnServer, TestDatabase};
use crate::workers::Workers;
use crate::world::World;

fn number(name: &str, usual: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(usual, |text| text.parse().unwrap())
}

/// The figures of one run.
struct Figures {
    workers: usize,
    /// Workouts a second, between the first and the last tenth.
    rate: f64,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_workout_arrives_once_whatever_is_killed_or_restarted() {
    let Some(server) = OwnServer::start() else {
        return;
    };
    let workers = std::env::var("FLEET_WORKERS").unwrap_or_else(|_| "2".to_owned());
    let mut all = Vec::new();
    for count in workers.split(',') {
        let figures = storm(&server, count.trim().parse().unwrap()).await;
        all.push(figures);
    }
    let rate = |count: usize| all.iter().find(|it| it.workers == count).map(|it| it.rate);
    if let (Some(one), Some(four)) = (rate(1), rate(4)) {
        let _ = writeln!(stderr(), "4 workers: {:.2} times one", four / one);
        assert!(four >= 3.0 * one, "{four} of {one}");
    }
}

async fn storm(server: &OwnServer, count: usize) -> Figures {
    let accounts = usize::try_from(number("FLEET_ACCOUNTS", 20)).unwrap();
    let workouts = usize::try_from(number("FLEET_WORKOUTS", 5)).unwrap();
    let latency = Duration::from_millis(number("FLEET_LATENCY_MS", 15));
    let kills = number("FLEET_KILLS", 4);
    let (limit, every) = (number("FLEET_LIMIT", 6), number("FLEET_EVERY", 60));
    let concurrency = number("FLEET_CONCURRENCY", 6).to_string();

    let world = World::on(TestDatabase::on(&server.url()).await);
    let people = People::new(accounts, workouts, latency).await;
    for host in [POLAR_HOST, RUNKEEPER_HOST] {
        let limit = limit.to_string();
        world.fleet(&["limit", host, &limit]).await.expect(0);
    }
    let (timeout, lease) = (
        number("FLEET_TIMEOUT_SECS", 2),
        number("FLEET_LEASE_SECS", 4),
    );
    let (timeout, lease) = (timeout.to_string(), lease.to_string());
    let times = [
        ("SYNC_HTTP_TIMEOUT_SECS", &*timeout),
        ("SYNC_LEASE_SECS", &*lease),
    ];
    let lines = people.lines(&format!("{every}s"), &times);
    world
        .fleet_with(&["add", "--file", "-"], &lines, &[])
        .await
        .expect(0);
    let options = [
        "--concurrency",
        &concurrency,
        "--slot-secs",
        "5",
        "--dead-secs",
        "5",
    ];
    let mut workers = Workers::start(&world, count, &options);

    // Kills and restarts are spread over the whole run, by what has been delivered.
    let (expected, began) = (people.expected(), Instant::now());
    let mut events: Vec<(usize, bool)> = (1..=kills)
        .map(|kill| (kill as usize * expected / (kills as usize + 1), false))
        .collect();
    events.extend([(expected / 3, true), (expected * 2 / 3, true)]);
    events.sort_unstable();
    let mut events = events.into_iter().peekable();
    let mut random = began.elapsed().subsec_nanos() as usize + std::process::id() as usize;
    let (mut tenth, mut nine_tenths) = (None, None);
    let patience = Duration::from_secs(60 + number("FLEET_PATIENCE_SECS", 60));
    let mut last = (0, Instant::now());
    loop {
        let delivered = people.delivered();
        if delivered > last.0 {
            last = (delivered, Instant::now());
        }
        assert!(
            last.1.elapsed() < patience,
            "{delivered} of {expected}, and nothing new for {patience:?}"
        );
        if tenth.is_none() && delivered >= expected / 10 {
            tenth = Some((delivered, Instant::now()));
        }
        if nine_tenths.is_none() && delivered >= expected * 9 / 10 {
            nine_tenths = Some((delivered, Instant::now()));
        }
        if delivered >= expected && events.peek().is_none() {
            break;
        }
        while let Some((_, is_restart)) = events.next_if(|(at, _)| *at <= delivered) {
            match is_restart {
                true => server.restart(),
                false => {
                    random = random
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    workers.kill(random >> 33).await;
                }
            }
        }
        workers.supervise();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let took = began.elapsed();
    // Until all accounts are settled a lost workout could still be sent again.
    let status = until_settled(&world).await;
    people.each_exactly_once();
    let (first, last) = (tenth.unwrap(), nine_tenths.unwrap());
    let rate = (last.0 - first.0) as f64 / (last.1 - first.1).as_secs_f64().max(0.001);
    let most = (
        people.polar_in_flight.most(),
        people.runkeeper_in_flight.most(),
    );
    let requests = people.polar_in_flight.all() + people.runkeeper_in_flight.all();
    let _ = writeln!(
        stderr(),
        "{count} workers, {accounts} accounts, {expected} workouts exactly once in {:.1} s ({rate:.1} a second), {requests} requests, \
         {kills} kills and 2 restarts, own exits {:?}; most at once {most:?} of {limit}; the latest run began {} s late; {} runs",
        took.as_secs_f64(),
        workers.own_exits,
        status["latest_secs"],
        status["runs"],
    );
    assert!(
        most.0 <= limit as usize && most.1 <= limit as usize,
        "{most:?}"
    );
    let latest = status["latest_secs"].as_f64().unwrap();
    assert!(latest < 2.0 * every as f64, "{latest} s late");
    workers.stop().await;
    world.end().await;
    Figures {
        workers: count,
        rate,
    }
}

/// The status when no account has a workout that waits.
async fn until_settled(world: &World) -> Value {
    let client = world.database.client().await;
    let open = "SELECT count(*) FROM workout_fleet.accounts WHERE exit IS DISTINCT FROM 'settled'";
    for _ in 0..600 {
        let row = client.query_one(open, &[]).await.unwrap();
        if row.get::<_, i64>(0) == 0 {
            return world.fleet(&["status", "--json"]).await.expect(0).json();
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("{}", world.fleet(&["status"]).await.stdout);
}

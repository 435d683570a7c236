//! How the service lives, is stopped and is killed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{TimeDelta, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{Fault, PolarSession, PolarSport, UploadMode};
use system_tests::{Served, World, http};
use tokio::time::{Instant, sleep};

use crate::main_job::thousand_known;
use crate::processes::{each_once_but, until_at_rest, with_runs, world};

const KILLS: usize = 50;

fn uploads(world: &World) -> usize {
    let log = world.runkeeper.requests();
    log.count("POST /trackMultipleFileUpload") + log.count("POST /new/activity")
}

async fn until_uploads(world: &World, count: usize) {
    let end = Instant::now() + Duration::from_secs(60);
    while uploads(world) < count {
        assert!(Instant::now() < end, "only {} uploads", uploads(world));
        sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_runs_again_and_again() {
    let world = with_runs(1).await;
    let service = world.serve(&["--every", "1s"]).await;
    service
        .until("run", |it| it["counts"]["delivered"] == 1)
        .await;
    let yesterday = Utc::now() - TimeDelta::days(1);
    let tcx = SyntheticTcx::new(yesterday, PolarSport::RUNNING).seconds(600);
    world
        .polar
        .add_session(PolarSession::new(77, 60, tcx.exercise(60)));
    service
        .until("later run", |it| {
            it["counts"]["delivered"].as_u64() > Some(1)
        })
        .await;
    service.signal("-TERM");
    assert_eq!(service.end().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_termination_finishes_the_workout_in_work_and_the_next_start_goes_on() {
    let world = with_runs(3).await;
    world
        .runkeeper
        .next_uploads(3, UploadMode::SlowAnswer(Duration::from_secs(2)));
    let service = world.serve(&["--every", "1h"]).await;
    until_uploads(&world, 1).await;
    service.signal("-TERM");
    assert_eq!(service.end().await, 0);
    assert_eq!(uploads(&world), 1);
    let status = world.sync(&["status", "--json"]).await;
    assert_eq!(status.count("delivered"), 1, "{status:?}");
    let service = world.serve(&["--every", "1h"]).await;
    service
        .until("rest", |it| it["counts"]["delivered"] == 3)
        .await;
    assert_eq!(uploads(&world), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_at_once() {
    let world = with_runs(1).await;
    world
        .runkeeper
        .next_uploads(1, UploadMode::SlowAnswer(Duration::from_secs(30)));
    let service = world.serve(&["--every", "1h"]).await;
    until_uploads(&world, 1).await;
    let before = Instant::now();
    service.signal("-TERM");
    sleep(Duration::from_millis(300)).await;
    service.signal("-TERM");
    assert_eq!(service.end().await, 1);
    assert!(before.elapsed() < Duration::from_secs(10));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_services_on_one_ledger_never_work_at_once() {
    let world = world(12).await;
    let slow = Fault::Slow(Duration::from_millis(50));
    world
        .runkeeper
        .faults()
        .always("POST /trackMultipleFileUpload", slow);
    let (first, second) = (
        world.serve(&["--every", "1s"]).await,
        world.serve(&["--every", "1s"]).await,
    );
    let end = Instant::now() + Duration::from_secs(40);
    let (mut both, mut looks) = (0, 0);
    loop {
        let (a, b) = tokio::join!(first.status(), second.status());
        let is_running = |it: &serde_json::Value| !it["running"].is_null();
        both += usize::from(is_running(&a) && is_running(&b));
        looks += 1;
        if a["counts"]["delivered"] == 12 || b["counts"]["delivered"] == 12 {
            break;
        }
        assert!(Instant::now() < end, "{a}\n{b}");
        sleep(Duration::from_millis(20)).await;
    }
    assert!(looks > 3, "{looks}");
    assert_eq!(both, 0, "of {looks} looks");
    assert_eq!(world.runkeeper.activities().len(), 12);
}

/// With a password at hand and a session that ends all the time, the password is used once.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_not_used_again_within_six_hours() {
    let world = with_runs(1).await;
    let service = world.serve(&["--every", "1h"]).await;
    service.until("healthy", |it| it["healthy"] == true).await;
    assert_eq!(world.polar.requests().count("POST /login"), 1);
    for _ in 0..4 {
        world.polar.expire_sessions();
        world.polar.sign_everybody_out();
        assert_eq!(service.post("/run", "").await.status, 303);
        service.until_idle().await;
    }
    assert_eq!(world.polar.requests().count("POST /login"), 1);
    let status = service.status().await;
    assert_eq!(status["authorization"]["polar"]["state"], "sign_in_needed");
    let message = status["last_run"]["message"].as_str().unwrap();
    assert!(message.contains("within the last six hours"), "{message}");
    // Nor after a restart.
    service.kill().await;
    let service = world.serve(&["--every", "1s", "--lease-secs", "1"]).await;
    sleep(Duration::from_secs(4)).await;
    assert_eq!(
        world.polar.requests().count("POST /login"),
        1,
        "{}",
        service.log()
    );
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_service_manager_hears_ready_watchdog_and_stopping_but_nothing_of_a_run_that_hangs() {
    let mut world = with_runs(1).await;
    let path = world.home.path().join("notify");
    let manager = tokio::net::UnixDatagram::bind(&path).unwrap();
    world.set("NOTIFY_SOCKET", path.to_str().unwrap());
    world.set("WATCHDOG_USEC", "600000");
    world.set("SYNC_STALL_SECS", "2");
    world.set("SYNC_HTTP_TIMEOUT_SECS", "600");
    let hear = async |time: Duration| {
        let (mut heard, end) = (Vec::new(), Instant::now() + time);
        let mut buffer = [0; 512];
        while let Ok(Ok(length)) = tokio::time::timeout_at(end, manager.recv(&mut buffer)).await {
            heard.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
        }
        heard
    };
    let service = world.serve(&["--every", "1h"]).await;
    service
        .until("run", |it| it["counts"]["delivered"] == 1)
        .await;
    let heard = hear(Duration::from_secs(1)).await;
    assert_eq!(heard[0], "READY=1");
    assert!(
        heard.iter().filter(|it| *it == "WATCHDOG=1").count() >= 2,
        "{heard:?}"
    );
    let hang = Fault::Slow(Duration::from_secs(300));
    world
        .polar
        .faults()
        .always("/training/getCalendarEvents", hang);
    assert_eq!(service.post("/run", "").await.status, 303);
    service.until("hanging", |it| it["healthy"] == false).await;
    hear(Duration::from_millis(300)).await;
    let heard = hear(Duration::from_secs(2)).await;
    assert!(heard.is_empty(), "{heard:?}");
    assert_eq!(service.get("/healthz").await.status, 503);
    // While listing nothing is in work: a signal ends it at once.
    service.signal("-TERM");
    assert_eq!(service.end().await, 0);
    assert!(
        hear(Duration::from_millis(200))
            .await
            .contains(&"STOPPING=1".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_interval_over_a_thousand_known_workouts_makes_at_most_five_requests() {
    let world = World::signed_in().await;
    thousand_known(&world).await;
    let service = world.serve(&["--every", "1h"]).await;
    service
        .until("run", |it| it["last_run"]["result"] == "settled")
        .await;
    for _ in 0..5 {
        world.polar.requests().clear();
        world.runkeeper.requests().clear();
        assert_eq!(service.post("/run", "").await.status, 303);
        service.until_idle().await;
        let mut requests = world.polar.requests().all();
        requests.extend(world.runkeeper.requests().all());
        assert!(requests.len() <= 5, "{requests:?}");
        assert!(!requests.is_empty());
    }
}

fn memory_kib(service: &Served, which: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", service.pid())).unwrap();
    let mut lines = status.lines();
    let value = lines.find_map(|line| line.strip_prefix(which)).unwrap();
    value.trim().trim_end_matches(" kB").trim().parse().unwrap()
}

/// Everything, and the part that is no page of the program's file.
fn resident_kib(service: &Served) -> (u64, u64) {
    let of = |which| memory_kib(service, which);
    (of("VmRSS:"), of("RssAnon:"))
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn memory_stays_below_forty_megabytes_over_five_hundred_runs() {
    let world = World::signed_in().await;
    thousand_known(&world).await;
    let service = world.serve(&["--every", "1h"]).await;
    service
        .until("run", |it| it["last_run"]["result"] == "settled")
        .await;
    let token = service.get("/").await.form_token();
    let form = format!("token={token}");
    let (mut most, mut most_own, mut early, mut last_end) = (0, 0, 0, String::new());
    for number in 0..500 {
        let reply = http(&service.address, "POST", "/run", &[], &form).await;
        assert_eq!(reply.status, 303);
        loop {
            let status = service.status().await;
            let end = status["last_run"]["ended_at"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            if status["running"].is_null() && end != last_end {
                assert_eq!(status["last_run"]["result"], "settled", "{status}");
                last_end = end;
                break;
            }
            sleep(Duration::from_millis(2)).await;
        }
        let (all, own) = resident_kib(&service);
        (most, most_own) = (most.max(all), most_own.max(own));
        if number == 100 {
            early = own;
        }
    }
    let (_, late) = resident_kib(&service);
    #[allow(clippy::print_stdout)]
    {
        println!(
            "own memory after 100 runs {early} KiB, after 500 {late} KiB, at most {most_own} KiB; resident at most {most} KiB"
        );
    }
    // The touched pages of the program's file count as well: a few megabytes of a release build, and most of a debug build's memory.
    assert!(most_own < 16 * 1024, "{most_own} KiB");
    assert!(cfg!(debug_assertions) || most < 40 * 1024, "{most} KiB");
    assert!(late < early + 4 * 1024, "it grows: {early} KiB, {late} KiB");
}

/// Killed at any moment of its runs, it still delivers each workout exactly once.
#[tokio::test(flavor = "multi_thread")]
async fn killed_fifty_times_during_runs_each_workout_arrives_once() {
    const WORKOUTS: usize = 200;
    let mut world = world(WORKOUTS).await;
    // These deaths are not the workouts' fault.
    world.set("SYNC_MAX_ATTEMPTS", "60");
    world.set("SYNC_LEASE_SECS", "1");
    let seed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .subsec_nanos() as usize;
    let mut kills = 0;
    for number in 0..4 * KILLS {
        if kills == KILLS {
            break;
        }
        let random = (seed / (number + 1)).wrapping_mul(2_654_435_761) >> 7;
        world.runkeeper.faults().clear();
        let slow = match number % 3 {
            0 => Fault::Slow(Duration::from_millis(60)),
            1 => Fault::SlowAnswer(Duration::from_millis(60)),
            _ => Fault::Slow(Duration::from_millis(5)),
        };
        for endpoint in ["POST /trackMultipleFileUpload", "POST /new/activity"] {
            world.runkeeper.faults().always(endpoint, slow.clone());
        }
        let before = uploads(&world);
        let service = world.serve(&["--every", "1s"]).await;
        let aim = before + 1 + random % 3;
        let end = Instant::now() + Duration::from_secs(15);
        // A workout whose holder died waits for its lease: there may be nothing to send.
        while uploads(&world) < aim && Instant::now() < end {
            sleep(Duration::from_millis(2)).await;
        }
        sleep(Duration::from_millis((random % 90) as u64)).await;
        kills += usize::from(!service.status_is_idle().await);
        service.kill().await;
    }
    assert_eq!(kills, KILLS, "most runs ended before they were killed");
    // What Runkeeper had received in full it stores, killed or not.
    sleep(Duration::from_millis(300)).await;
    world.runkeeper.faults().clear();
    let service = world.serve(&["--every", "1s"]).await;
    service
        .until("rest", |it| {
            it["backlog"] == 0 && it["last_run"]["result"] != "interrupted"
        })
        .await;
    service.kill().await;
    let parked = until_at_rest(&world).await;
    assert!(parked <= 6, "{parked} workouts were hit in both sends");
    each_once_but(&world, WORKOUTS, parked).await;
}

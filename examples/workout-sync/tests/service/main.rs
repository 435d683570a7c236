//! The scheduled service on a clock of the test: hours pass in milliseconds.
// The job's futures are nested more deeply than the compiler's usual limit.
#![recursion_limit = "256"]
#![allow(clippy::unwrap_used)]

mod world;

use std::sync::atomic::Ordering;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::{Instant, sleep};
use workout_sync::serve::Order;
use workout_sync::serve::systemd::Systemd;
use workout_sync::settings::ServiceName;

use world::{HOUR, MINUTE, Run, World};

#[tokio::test(start_paused = true)]
async fn runs_keep_the_interval_within_its_jitter() {
    let world = World::new(&[Run::Succeeds]);
    let service = world.serve("30m").await;
    sleep(20 * HOUR).await;
    service.end().await;
    let pauses = world.pauses();
    assert!(pauses.len() >= 36, "{pauses:?}");
    assert!(
        pauses.iter().all(|minutes| (27..=33).contains(minutes)),
        "{pauses:?}"
    );
    let distinct: std::collections::BTreeSet<_> = pauses.iter().collect();
    assert!(distinct.len() > 2, "no jitter: {pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn a_missed_run_happens_once() {
    let world = World::new(&[Run::Succeeds]);
    let service = world.serve("30m").await;
    sleep(MINUTE).await;
    service.end().await;
    assert_eq!(world.runs().len(), 1);
    // The machine was off for ten intervals.
    sleep(5 * HOUR).await;
    let service = world.serve("30m").await;
    sleep(20 * MINUTE).await;
    service.end().await;
    assert_eq!(world.runs().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_restart_does_not_bring_the_next_run_forward() {
    let world = World::new(&[Run::Succeeds]);
    for _ in 0..10 {
        let service = world.serve("30m").await;
        sleep(MINUTE).await;
        service.end().await;
    }
    assert_eq!(world.runs().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_slept_runs_soon_after_it_woke() {
    let world = World::new(&[Run::Succeeds]);
    let service = world.serve("30m").await;
    sleep(MINUTE).await;
    // The wall clock goes on while the process does not.
    *world.clock.ahead.lock().unwrap() = TimeDelta::hours(9);
    sleep(MINUTE).await;
    assert_eq!(world.runs().len(), 2);
    sleep(10 * MINUTE).await;
    assert_eq!(world.runs().len(), 2);
    service.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_far_ahead_does_not_stop_the_service() {
    let world = World::new(&[Run::Succeeds]);
    *world.clock.ahead.lock().unwrap() = TimeDelta::days(3000);
    let service = world.serve("30m").await;
    sleep(MINUTE).await;
    *world.clock.ahead.lock().unwrap() = TimeDelta::zero();
    sleep(MINUTE).await;
    assert_eq!(world.runs().len(), 2);
    sleep(40 * MINUTE).await;
    assert_eq!(world.runs().len(), 3);
    service.end().await;
}

#[tokio::test(start_paused = true)]
async fn backoff_grows_and_ends() {
    let failures = [Run::Fails; 6];
    let world = World::new(&[&failures[..], &[Run::Succeeds]].concat());
    let service = world.serve("30m").await;
    sleep(MINUTE).await;
    assert!(
        service.problems().is_empty(),
        "one failure is not many: {:?}",
        service.problems()
    );
    sleep(6 * HOUR).await;
    assert!(
        service
            .problems()
            .iter()
            .any(|it| it.contains("failed in a row")),
        "{:?}",
        service.problems()
    );
    sleep(40 * HOUR).await;
    assert!(service.problems().is_empty(), "{:?}", service.problems());
    service.end().await;
    let pauses = world.pauses();
    let expected = [60, 120, 240, 360, 360, 360, 30, 30];
    for (pause, expected) in pauses.iter().zip(expected) {
        let tenth = expected / 10 + 1;
        assert!(
            (expected - tenth..=expected + tenth).contains(pause),
            "{pauses:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn two_processes_never_work_at_once() {
    let world = World::new(&[Run::Takes(7 * MINUTE)]);
    let services = [
        world.serve("5m").await,
        world.serve("5m").await,
        world.serve("5m").await,
    ];
    sleep(10 * HOUR).await;
    for service in services {
        service.end().await;
    }
    assert_eq!(world.job.most_at_once.load(Ordering::SeqCst), 1);
    assert!(world.runs().len() > 30, "{}", world.runs().len());
}

#[tokio::test(start_paused = true)]
async fn a_dead_process_is_replaced_after_its_lease() {
    let world = World::new(&[Run::Hangs, Run::Succeeds]);
    let dead = world.serve("30m").await;
    sleep(5 * MINUTE).await;
    dead.task.abort();
    let service = world.serve("30m").await;
    sleep(Duration::from_secs(150)).await;
    assert_eq!(world.runs().len(), 2);
    service.end().await;
    let history = world.store.load().await.unwrap().history;
    let results: Vec<&str> = history.iter().map(|past| past.result.as_str()).collect();
    assert_eq!(results, ["interrupted", "settled"]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_run_at_its_next_safe_place_and_the_next_start_goes_on() {
    let world = World::new(&[Run::Takes(HOUR), Run::Succeeds]);
    let service = world.serve("30m").await;
    sleep(5 * MINUTE).await;
    let before = Instant::now();
    service.end().await;
    assert!(before.elapsed() < MINUTE);
    assert_eq!(world.job.stopped.load(Ordering::SeqCst), 1);
    let service = world.serve("30m").await;
    sleep(MINUTE).await;
    assert_eq!(world.runs().len(), 2);
    service.end().await;
}

#[cfg(target_os = "linux")]
#[tokio::test(start_paused = true)]
async fn the_watchdog_is_fed_until_a_run_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let manager = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    manager.set_nonblocking(true).unwrap();
    let heard = || {
        let mut buffer = [0; 256];
        let mut messages = Vec::new();
        while let Ok(length) = manager.recv(&mut buffer) {
            messages.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
        }
        messages
    };
    let world = World::new(&[Run::Takes(HOUR), Run::Hangs]);
    let service = world
        .serve_under("30m", Systemd::at(&path, Some(6 * MINUTE)))
        .await;
    // A long run with progress, and an idle service.
    for _ in 0..8 {
        sleep(10 * MINUTE).await;
        let messages = heard();
        assert!(messages.contains(&"WATCHDOG=1".to_owned()), "{messages:?}");
        assert!(
            !service
                .problems()
                .iter()
                .any(|it| it.contains("no progress"))
        );
    }
    assert_eq!(world.runs().len(), 1);
    sleep(45 * MINUTE).await;
    assert_eq!(world.runs().len(), 2);
    heard();
    sleep(30 * MINUTE).await;
    assert!(heard().is_empty(), "a run that hangs was reported as alive");
    assert!(
        service
            .problems()
            .iter()
            .any(|it| it.contains("no progress")),
        "{:?}",
        service.problems()
    );
    service.task.abort();
}

#[tokio::test(start_paused = true)]
async fn sign_in_needed_ends_with_a_session() {
    let world = World::new(&[Run::NeedsSignIn, Run::NeedsSignIn, Run::Succeeds]);
    let service = world.serve("30m").await;
    assert_eq!(
        service.problems().len(),
        2,
        "nothing is known before the first run"
    );
    sleep(2 * HOUR).await;
    assert_eq!(world.runs().len(), 2, "{:?}", world.pauses());
    assert!(
        service.problems()[0].contains("sign-in needed"),
        "{:?}",
        service.problems()
    );
    assert!(
        service
            .handle
            .import_session(ServiceName::Polar, "bad")
            .await
            .is_err()
    );
    assert!(service.handle.view().needs_sign_in());
    service
        .handle
        .import_session(ServiceName::Polar, "good")
        .await
        .unwrap();
    sleep(Duration::from_secs(5)).await;
    assert_eq!(world.runs().len(), 3, "a run begins at once");
    assert!(service.problems().is_empty(), "{:?}", service.problems());
    service.end().await;
}

#[tokio::test(start_paused = true)]
async fn orders_are_carried_out_one_after_the_other_and_once() {
    let world = World::new(&[Run::Takes(MINUTE)]);
    let service = world.serve("30m").await;
    sleep(Duration::from_secs(10)).await;
    for _ in 0..3 {
        assert!(service.handle.order(Order::Retry("7".to_owned())));
        assert!(service.handle.order(Order::Skip("8".to_owned())));
    }
    assert_eq!(service.handle.view().queued.len(), 2);
    sleep(10 * MINUTE).await;
    service.end().await;
    let begun = world.job.begun.lock().unwrap();
    let orders: Vec<String> = begun.iter().map(|(order, _)| order.to_string()).collect();
    assert_eq!(orders, ["run", "retry 7", "skip 8"]);
    assert_eq!(world.job.most_at_once.load(Ordering::SeqCst), 1);
}

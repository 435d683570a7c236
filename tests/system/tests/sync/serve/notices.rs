//! What the user and a monitor are told.

use std::time::Duration;

use fake_services::{Answer, DeadCookie, Fault, RunkeeperEra};
use system_tests::{Received, Recorder, Served, World};
use tokio::time::sleep;

use super::{encoded, pasted, two_refused};
use crate::processes::with_runs;

/// Waits until so many requests arrived whose text has these words.
async fn until(recorder: &Recorder, words: &str, count: usize) -> Vec<Received> {
    for _ in 0..600 {
        let all = recorder.received();
        let found: Vec<Received> = all
            .into_iter()
            .filter(|it| it.body.contains(words) || it.line.contains(words))
            .collect();
        if found.len() >= count {
            return found;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!(
        "`{words}` never came {count} times: {:?}",
        recorder.received()
    );
}

fn count(recorder: &Recorder, words: &str) -> usize {
    recorder
        .received()
        .iter()
        .filter(|it| it.body.contains(words))
        .count()
}

fn expire(world: &World) {
    world.runkeeper.set(|switches| {
        switches.dead_cookie = DeadCookie::LoginPage;
        switches.era = RunkeeperEra::Asics2026;
    });
    world.runkeeper.expire_sessions();
}

async fn three_more_runs(service: &Served) {
    for _ in 0..3 {
        assert_eq!(service.post("/run", "").await.status, 303);
        service.until_idle().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_in_needed_is_reported_once_per_cause() {
    let recorder = Recorder::start().await;
    let mut world = with_runs(1).await;
    world.set("NOTIFY_URL", &format!("{}/hook", recorder.url));
    expire(&world);
    let service = world.serve(&["--every", "1h"]).await;
    let notice = until(&recorder, "sign_in_needed", 1).await.remove(0);
    assert_eq!(notice.line, "POST /hook");
    let json: serde_json::Value = serde_json::from_str(&notice.body).unwrap();
    assert_eq!(json["kind"], "sign_in_needed");
    assert!(
        json["title"].as_str().unwrap().contains("Runkeeper"),
        "{json}"
    );
    assert!(
        json["message"]
            .as_str()
            .unwrap()
            .contains("import-session runkeeper"),
        "{json}"
    );
    three_more_runs(&service).await;
    // Not after a restart either.
    service.signal("-TERM");
    service.end().await;
    let service = world.serve(&["--every", "1h"]).await;
    three_more_runs(&service).await;
    assert_eq!(count(&recorder, "sign_in_needed"), 1);
    let form = format!("service=runkeeper&session={}", encoded(&pasted(&world)));
    assert_eq!(service.post("/session", &form).await.status, 303);
    service.until("healthy", |it| it["healthy"] == true).await;
    service.until_idle().await;
    // The same cause, once more.
    expire(&world);
    assert_eq!(service.post("/run", "").await.status, 303);
    until(&recorder, "sign_in_needed", 2).await;
    three_more_runs(&service).await;
    assert_eq!(count(&recorder, "sign_in_needed"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn workouts_that_need_the_user_are_reported_together_to_ntfy() {
    let recorder = Recorder::start().await;
    let mut world = two_refused().await;
    world.set("NOTIFY_URL", &format!("{}/my-topic?ntfy", recorder.url));
    let service = world.serve(&["--every", "1h"]).await;
    let notice = until(&recorder, "not today", 1).await.remove(0);
    assert!(notice.line.starts_with("POST /my-topic"), "{}", notice.line);
    assert!(
        notice.head.contains("2 workouts need you"),
        "{}",
        notice.head
    );
    assert_eq!(notice.body.lines().count(), 2, "{}", notice.body);
    three_more_runs(&service).await;
    assert_eq!(recorder.received().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_is_reported() {
    let recorder = Recorder::start().await;
    let mut world = World::signed_in().await;
    world
        .polar
        .add_sessions(fake_services::synthetic::history());
    world.set("NOTIFY_URL", &recorder.url);
    let service = world.serve(&["--every", "1h"]).await;
    service
        .until("run", |it| it["last_run"]["result"] == "settled")
        .await;
    world.polar.set(|switches| switches.empty_listing = true);
    three_more_runs(&service).await;
    until(&recorder, "\"guard\"", 1).await;
    assert_eq!(count(&recorder, "\"guard\""), 1);
    let health = service.get("/healthz").await;
    assert!(health.body.contains("failed in a row"), "{}", health.body);
    // Healthy again after the first run that succeeds.
    world.polar.set(|switches| switches.empty_listing = false);
    assert_eq!(service.post("/run", "").await.status, 303);
    service.until("healthy", |it| it["healthy"] == true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_monitor_hears_of_start_success_and_failure() {
    let recorder = Recorder::start().await;
    let mut world = with_runs(1).await;
    world.set(
        "HEALTHCHECK_URL",
        &format!("{}/ping/some-uuid", recorder.url),
    );
    let service = world.serve(&["--every", "1h"]).await;
    service.until_idle().await;
    let broken = Fault::Answer(Answer::status(500));
    world
        .polar
        .faults()
        .always("/training/getCalendarEvents", broken);
    world.set("SYNC_BACKOFF_MS", "1");
    assert_eq!(service.post("/run", "").await.status, 303);
    until(&recorder, "/fail", 1).await;
    let lines: Vec<String> = recorder.received().into_iter().map(|it| it.line).collect();
    assert_eq!(
        lines,
        [
            "POST /ping/some-uuid/start",
            "POST /ping/some-uuid",
            "POST /ping/some-uuid/start",
            "POST /ping/some-uuid/fail"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_endpoint_changes_nothing_but_the_log() {
    let recorder = Recorder::start().await;
    recorder.answer(500);
    let mut world = two_refused().await;
    world.set("HEALTHCHECK_URL", "http://127.0.0.1:9/canary");
    world.set("NOTIFY_URL", &format!("{}/canary", recorder.url));
    let service = world.serve(&["--every", "1h"]).await;
    let status = service
        .until("run", |it| it["counts"]["delivered"] == 1)
        .await;
    assert_eq!(status["failures"], 0);
    assert_eq!(status["last_run"]["result"], "needs_person");
    until(&recorder, "not today", 1).await;
    sleep(Duration::from_millis(300)).await;
    let log = service.log();
    assert!(
        log.contains("warning: a notice (needs_person) was not sent: 127.0.0.1 answered 500"),
        "{log}"
    );
    assert!(
        log.contains("warning: a ping of HEALTHCHECK_URL was not sent"),
        "{log}"
    );
    assert!(!log.contains("canary"), "{log}");
    assert_eq!(service.get("/healthz").await.status, 200);
    // Once it works, the notice comes with the next run.
    recorder.answer(200);
    three_more_runs(&service).await;
    until(&recorder, "not today", 2).await;
    assert_eq!(count(&recorder, "not today"), 2);
}

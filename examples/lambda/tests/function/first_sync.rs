//! The main job: a history over several invocations.

use std::time::Duration;

use fake_services::Fault;
use serde_json::json;

use crate::world::{Hosted, answered, failed};

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_workouts_move_over_as_many_invocations_as_the_deadline_demands() {
    const WORKOUTS: usize = 200;
    let Some(hosted) = Hosted::start(WORKOUTS).await else {
        return;
    };
    let slow = Fault::SlowAnswer(Duration::from_millis(60));
    let uploads = "POST /trackMultipleFileUpload";
    hosted.world.runkeeper.faults().always(uploads, slow);
    let mut function = hosted.function().await;
    let (mut invocations, mut delivered) = (0, 0);
    loop {
        invocations += 1;
        assert!(invocations < 100, "it never settles");
        // It answers before it is cut off: `answered` fails otherwise.
        let time = Duration::from_secs(9);
        let answer = answered(function.invoke(json!({}), time).await);
        delivered += answer["counts"]["delivered"].as_u64().unwrap_or(0);
        // The function claims no workout that it cannot finish.
        let status = hosted.world.sync(&["status", "--json"]).await;
        assert_eq!(
            status.count("claimed") + status.count("sending"),
            0,
            "{status:?}"
        );
        if answer["exit"] == "settled" {
            assert_eq!(answer["backlog"], 0);
            break;
        }
        assert_eq!(answer["exit"], "unfinished", "{answer}");
        assert!(answer["backlog"].as_u64() > Some(0), "{answer}");
    }
    assert!(invocations > 2, "{invocations}");
    assert!(delivered <= WORKOUTS as u64);
    #[allow(clippy::print_stdout)]
    {
        let process = function.id().unwrap_or_default();
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let peak = status.lines().find(|line| line.starts_with("VmHWM"));
        println!("{WORKOUTS} workouts in {invocations} invocations of 9 s; {peak:?}");
    }
    hosted.each_exactly_once(WORKOUTS).await;
    // One sign-in with the password; later invocations used its session.
    assert_eq!(hosted.world.polar.sessions_minted(), 1);
    hosted.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dry_run_lists_and_moves_nothing() {
    let Some(hosted) = Hosted::start(3).await else {
        return;
    };
    let mut function = hosted.function().await;
    let event = json!({ "dry_run": true, "items": true, "since": "2025-03-04" });
    let answer = answered(function.invoke(event, Duration::from_secs(20)).await);
    assert_eq!(answer["counts"], json!({ "new": 2 }));
    assert_eq!(answer["items"].as_array().unwrap().len(), 2);
    assert!(hosted.world.runkeeper.activities().is_empty());
    let answer = answered(function.invoke(json!({}), Duration::from_secs(30)).await);
    assert_eq!(answer["counts"], json!({ "delivered": 3 }));
    assert!(answer.get("items").is_none());
    assert_eq!(answer["needs_user"], json!([]));
    hosted.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_does_not_answer_ends_in_an_error_before_the_deadline() {
    let Some(hosted) = Hosted::start(1).await else {
        return;
    };
    let slow = Fault::Slow(Duration::from_secs(120));
    hosted.world.polar.faults().always("GET /", slow.clone());
    hosted
        .world
        .polar
        .faults()
        .always("/api/training/history", slow.clone());
    hosted.world.polar.auth_faults().always("POST /login", slow);
    let mut function = hosted.function().await;
    let ended = function.invoke(json!({}), Duration::from_secs(8)).await;
    let (kind, message) = failed(ended);
    assert_eq!(kind, "failed", "{message}");
    // The same instance goes on when the service does.
    hosted.world.polar.faults().clear();
    hosted.world.polar.auth_faults().clear();
    let answer = answered(function.invoke(json!({}), Duration::from_secs(30)).await);
    assert_eq!(answer["exit"], "settled", "{answer}");
    hosted.each_exactly_once(1).await;
    hosted.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_deliver_each_workout_once() {
    const WORKOUTS: usize = 40;
    let Some(hosted) = Hosted::start(WORKOUTS).await else {
        return;
    };
    for _ in 0..4 {
        let (mut one, mut other) = (hosted.function().await, hosted.function().await);
        let time = Duration::from_secs(9);
        let (one, other) = tokio::join!(one.invoke(json!({}), time), other.invoke(json!({}), time));
        answered(one);
        answered(other);
    }
    hosted.until_settled().await;
    hosted.each_exactly_once(WORKOUTS).await;
    hosted.end().await;
}

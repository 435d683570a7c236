//! Commands for single workouts.

use chrono::{DateTime, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{Answer, Fault, PolarSession, PolarSport, UploadMode};
use system_tests::World;

async fn with_runs(count: u64) -> World {
    let world = World::signed_in().await;
    for number in 1..=count {
        let start: DateTime<Utc> = format!("2026-03-0{number}T10:00:00Z").parse().unwrap();
        let tcx = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(600 + number as u32 * 60);
        world
            .polar
            .add_session(PolarSession::new(number, 60, tcx.exercise(60)));
    }
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_sends_what_was_refused() {
    let world = with_runs(1).await;
    world
        .runkeeper
        .next_uploads(1, UploadMode::ErrorJson("not today".into()));
    world.sync(&[]).await.expect(2);
    let ran = world.sync(&["retry", "1", "--json"]).await.expect(0);
    assert_eq!(ran.items()[0]["state"], "delivered");
    world.sync(&["retry", "1"]).await.expect(64);
    world.sync(&["retry", "99"]).await.expect(64);
    assert_eq!(world.runkeeper.activities().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_takes_several() {
    let world = with_runs(5).await;
    world
        .runkeeper
        .next_uploads(4, UploadMode::ErrorJson("not today".into()));
    world.sync(&[]).await.expect(2);
    let ran = world.sync(&["retry", "1", "3", "--json"]).await.expect(0);
    let ids: Vec<_> = ran.items().iter().map(|item| item["id"].clone()).collect();
    assert_eq!(ids, ["1", "3"]);
    assert_eq!(ran.count("delivered"), 2);
    // One that cannot be tried does not keep the others from it.
    let ran = world
        .sync(&["retry", "1", "2", "99", "--json"])
        .await
        .expect(64);
    assert_eq!(ran.count("delivered"), 1);
    assert!(
        ran.stderr.contains("workout 1 ") && ran.stderr.contains("workout 99 "),
        "{}",
        ran.stderr
    );
    assert_eq!(world.runkeeper.activities().len(), 4);

    world.sync(&["retry"]).await.expect(64);
    world.sync(&["retry", "4", "--rejected"]).await.expect(64);
    for option in ["--parked", "--rejected"] {
        world
            .sync(&["retry", "--not-there", option])
            .await
            .expect(64);
    }
    let requests = world.runkeeper.requests().all().len();
    let ran = world.sync(&["retry", "--parked", "--json"]).await.expect(0);
    assert!(ran.items().is_empty());
    assert_eq!(world.runkeeper.requests().all().len(), requests);
    let ran = world
        .sync(&["retry", "--parked", "--rejected", "--json"])
        .await
        .expect(0);
    assert_eq!((ran.count("delivered"), ran.items().len()), (1, 1));
    assert_eq!(world.runkeeper.activities().len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_tries_all_that_are_parked() {
    let mut world = with_runs(3).await;
    world.set("SYNC_MAX_ATTEMPTS", "1");
    let broken = Fault::Answer(Answer::status(500));
    world.polar.faults().next(1, "/api/export", broken);
    assert_eq!(world.sync(&["--json"]).await.expect(2).count("parked"), 1);
    let ran = world.sync(&["retry", "--parked", "--json"]).await.expect(0);
    assert_eq!((ran.count("delivered"), ran.items().len()), (1, 1));
    assert_eq!(world.runkeeper.activities().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn skip_leaves_out_for_ever() {
    let world = with_runs(2).await;
    world.sync(&["skip", "1"]).await.expect(0);
    world.sync(&[]).await.expect(0);
    assert_eq!(world.runkeeper.activities().len(), 1);
    let status = world.sync(&["status", "--json"]).await.expect(0);
    assert_eq!(status.count("tombstoned"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn reconcile_links_and_sends_nothing() {
    let world = with_runs(1).await;
    world
        .runkeeper
        .next_uploads(1, UploadMode::ResetAfterStoring);
    world.sync(&[]).await.expect(1);
    let ran = world.sync(&["reconcile", "--json"]).await.expect(0);
    assert_eq!(ran.count("linked"), 1);
    assert_eq!(
        world
            .runkeeper
            .requests()
            .count("POST /trackMultipleFileUpload"),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_ledger_is_rebuilt_without_an_upload() {
    let mut world = with_runs(4).await;
    world.sync(&[]).await.expect(0);
    let uploads = world
        .runkeeper
        .requests()
        .count("POST /trackMultipleFileUpload");
    world.set("SYNC_LEDGER", "sqlite:new.sqlite");
    let ran = world.sync(&["rebuild", "--json"]).await.expect(0);
    assert_eq!(ran.count("linked"), 4);
    world.sync(&[]).await.expect(0);
    assert_eq!(
        world
            .runkeeper
            .requests()
            .count("POST /trackMultipleFileUpload"),
        uploads
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_removes_what_was_ours_and_asks_first() {
    let world = with_runs(1).await;
    world.sync(&[]).await.expect(0);
    let ran = world.sync(&["undo", "1"]).await.expect(64);
    assert!(ran.stderr.contains("--yes"), "{}", ran.stderr);
    assert_eq!(world.runkeeper.activities().len(), 1);
    world
        .sync(&["undo", "1", "--yes", "--dry-run"])
        .await
        .expect(64);
    assert_eq!(world.runkeeper.activities().len(), 1);
    world.sync(&["undo", "1", "--yes"]).await.expect(0);
    assert!(world.runkeeper.activities().is_empty());
    world.sync(&[]).await.expect(0);
    assert!(world.runkeeper.activities().is_empty(), "it was sent again");
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_refuses_before_it_asks() {
    let world = with_runs(2).await;
    world.sync(&[]).await.expect(0);
    world.sync(&["undo", "1", "--yes"]).await.expect(0);
    let asked = world.runkeeper.requests().all().len();
    // Neither of them needs a `--yes` to be refused.
    let ran = world.sync(&["undo", "77"]).await.expect(64);
    assert!(ran.stderr.contains("77"), "{}", ran.stderr);
    let ran = world.sync(&["undo", "1"]).await.expect(64);
    assert!(ran.stderr.contains("nothing of it"), "{}", ran.stderr);
    assert_eq!(world.runkeeper.requests().all().len(), asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_for_one_workout_have_a_json_document() {
    let world = with_runs(2).await;
    world.sync(&[]).await.expect(0);
    let ran = world
        .sync(&["undo", "1", "--yes", "--json"])
        .await
        .expect(0);
    assert_eq!(ran.json()["item"]["id"], "1");
    let explained = world.sync(&["explain", "1", "--json"]).await.expect(0);
    assert_eq!(ran.json(), explained.json());
    let ran = world.sync(&["skip", "1", "--json"]).await.expect(0);
    assert_eq!(ran.json()["state"], "tombstoned");
}

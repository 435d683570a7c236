//! Uploads whose fate is unclear.

use std::time::Duration;

use chrono::{DateTime, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{ListingLag, PolarSession, PolarSport, UploadMode};
use system_tests::World;

pub(crate) async fn with_one_run() -> World {
    let world = World::signed_in().await;
    let start: DateTime<Utc> = "2026-03-01T10:00:00Z".parse().unwrap();
    let tcx = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(900);
    world
        .polar
        .add_session(PolarSession::new(1, 60, tcx.exercise(60)));
    world
}

pub(crate) fn sends(world: &World) -> usize {
    world
        .runkeeper
        .requests()
        .count("POST /trackMultipleFileUpload")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_after_the_body_is_linked_by_the_next_run() {
    let world = with_one_run().await;
    world
        .runkeeper
        .next_uploads(1, UploadMode::ResetAfterStoring);
    let ran = world.sync(&["--json"]).await.expect(1);
    assert_eq!(ran.count("unsure"), 1);
    let ran = world.sync(&["--json"]).await.expect(0);
    assert_eq!(ran.count("linked"), 1);
    assert_eq!(
        ran.items()[0]["receipt"]["activity_id"],
        world.runkeeper.activities()[0].id.to_string()
    );
    assert_eq!((sends(&world), world.runkeeper.activities().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_arrive_is_sent_again_after_the_settle_window_and_once_only() {
    for mode in [
        UploadMode::ResetAfterBody,
        UploadMode::StatusBeforeStoring(502),
    ] {
        let world = with_one_run().await;
        world.runkeeper.next_uploads(1, mode);
        world.sync(&[]).await.expect(1);
        tokio::time::sleep(Duration::from_millis(1200)).await;
        world.sync(&["--json"]).await.expect(0);
        assert_eq!((sends(&world), world.runkeeper.activities().len()), (2, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_proves_nothing_is_checked_against_the_listing() {
    for mode in [UploadMode::Html, UploadMode::Empty, UploadMode::OpaqueJson] {
        let world = with_one_run().await;
        world.runkeeper.next_uploads(1, mode.clone());
        let ran = world.sync(&["--json"]).await.expect(0);
        assert_eq!(ran.count("delivered"), 1, "{mode:?}");
        assert_eq!(
            (sends(&world), world.runkeeper.activities().len()),
            (1, 1),
            "{mode:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_error_after_the_activity_was_stored_does_not_double_it() {
    let world = with_one_run().await;
    world
        .runkeeper
        .next_uploads(1, UploadMode::StatusAfterStoring(500));
    world.sync(&[]).await.expect(1);
    world.sync(&["--json"]).await.expect(0);
    assert_eq!((sends(&world), world.runkeeper.activities().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_is_late_is_waited_for() {
    let mut world = with_one_run().await;
    world.set("SYNC_SETTLE_SECS", "4");
    world
        .runkeeper
        .set(|switches| switches.listing_lag = ListingLag::Delay(Duration::from_secs(2)));
    world
        .runkeeper
        .next_uploads(1, UploadMode::ResetAfterStoring);
    world.sync(&[]).await.expect(1);
    let ran = world.sync(&["--json"]).await.expect(1);
    assert_eq!(ran.count("unsure"), 1);
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let ran = world.sync(&["--json"]).await.expect(0);
    assert_eq!(ran.count("linked"), 1);
    assert_eq!((sends(&world), world.runkeeper.activities().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_file_needs_the_user_and_names_the_reason() {
    let world = with_one_run().await;
    world.runkeeper.next_uploads(
        1,
        UploadMode::ErrorJson("the moon is in the wrong house".into()),
    );
    let ran = world.sync(&["--json"]).await.expect(2);
    assert_eq!(ran.items()[0]["state"], "rejected");
    assert!(
        ran.items()[0]["reason"]
            .as_str()
            .unwrap()
            .contains("the moon is in the wrong house")
    );
    world.sync(&[]).await.expect(2);
    assert_eq!(sends(&world), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_ledger_sends_nothing_twice() {
    let mut world = World::signed_in().await;
    world
        .polar
        .add_sessions(fake_services::synthetic::history());
    world.sync(&[]).await.expect(0);
    let activities = world.runkeeper.activities().len();
    world.set("SYNC_LEDGER", "sqlite:another.sqlite");
    let ran = world.sync(&["--json"]).await;
    assert_eq!(world.runkeeper.activities().len(), activities, "{ran:?}");
    assert!([0, 2].contains(&ran.code), "{ran:?}");
    assert_eq!(ran.count("delivered"), 0, "{ran:?}");
}

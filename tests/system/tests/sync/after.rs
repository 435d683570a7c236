//! What happens to an activity after its upload: type and notes, and the look at what arrived.

use fake_services::synthetic::SyntheticTcx;
use fake_services::{Answer, Fault, PolarSession, PolarSport, UploadMode};
use system_tests::World;

const EDIT: &str = "POST /edit/activity";

/// One ride with notes.
async fn with_a_ride() -> World {
    let world = World::signed_in().await;
    let start = "2026-03-01T10:00:00Z".parse().unwrap();
    let tcx = SyntheticTcx::new(start, PolarSport::CYCLING)
        .seconds(900)
        .notes("windy");
    world
        .polar
        .add_session(PolarSession::new(1, 60, tcx.exercise(60)));
    world
}

fn type_and_notes(world: &World) -> (String, String) {
    let activity = world.runkeeper.activities().remove(0);
    (activity.activity_type, activity.notes)
}

fn as_it_should_be() -> (String, String) {
    ("BIKE".to_owned(), "windy".to_owned())
}

fn sends(world: &World) -> usize {
    world
        .runkeeper
        .requests()
        .count("POST /trackMultipleFileUpload")
}

#[tokio::test(flavor = "multi_thread")]
async fn type_and_notes_are_set_after_the_upload() {
    let world = with_a_ride().await;
    let ran = world.sync(&["--json"]).await.expect(0);
    assert_eq!(ran.items()[0]["state"], "delivered");
    assert!(ran.items()[0]["reason"].is_null());
    assert_eq!(type_and_notes(&world), as_it_should_be());
    let explained = world.sync(&["explain", "1"]).await.expect(0).stdout;
    assert!(explained.contains("type and notes set"), "{explained}");
    assert!(
        explained.contains("nothing: it is at the destination"),
        "{explained}"
    );
    world.sync(&[]).await.expect(0);
    assert_eq!(
        (world.runkeeper.requests().count(EDIT), sends(&world)),
        (1, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_without_an_answer_is_finished_when_it_is_found() {
    let world = with_a_ride().await;
    world
        .runkeeper
        .next_uploads(1, UploadMode::ResetAfterStoring);
    world.sync(&[]).await.expect(1);
    let ran = world.sync(&["reconcile", "--json"]).await.expect(0);
    assert_eq!(ran.count("linked"), 1);
    assert_eq!(type_and_notes(&world), as_it_should_be());
    assert_eq!(sends(&world), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_left_as_the_importer_made_it() {
    let world = with_a_ride().await;
    world.sync(&["--finish=off"]).await.expect(0);
    assert_eq!(type_and_notes(&world), ("RUN".to_owned(), String::new()));
    assert_eq!(world.runkeeper.requests().count(EDIT), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_form_is_retried_then_given_up_until_the_retry_command() {
    let mut world = with_a_ride().await;
    world.set("SYNC_MAX_ATTEMPTS", "2");
    let broken = || Fault::Answer(Answer::html(500, "<html><title>Error</title></html>"));
    world.runkeeper.faults().next(2, EDIT, broken());
    let ran = world.sync(&["--json"]).await.expect(1);
    assert_eq!(ran.items()[0]["state"], "delivered");
    let reason = ran.items()[0]["reason"].as_str().unwrap().to_owned();
    assert!(
        reason.starts_with("type and notes are not set yet: "),
        "{reason}"
    );
    assert!(ran.items()[0]["not_before"].is_string());
    let status = world.sync(&["status"]).await.expect(1).stdout;
    assert!(
        status.contains("type and notes are not set yet"),
        "{status}"
    );
    let explained = world.sync(&["explain", "1"]).await.expect(0).stdout;
    assert!(
        explained.contains("goes on to set type and notes"),
        "{explained}"
    );

    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let ran = world.sync(&["--json"]).await.expect(0);
    let reason = ran.items()[0]["reason"].as_str().unwrap().to_owned();
    assert!(
        reason.starts_with("type and notes were not set: tried 2 times"),
        "{reason}"
    );
    let ran = world.sync(&["--json"]).await.expect(0);
    assert!(ran.items().is_empty());
    let explained = world.sync(&["explain", "1"]).await.expect(0).stdout;
    assert!(
        explained.contains("were not set") && explained.contains("`retry`"),
        "{explained}"
    );

    world.sync(&["retry", "1"]).await.expect(0);
    assert_eq!(type_and_notes(&world), as_it_should_be());
    assert_eq!(sends(&world), 1);
    world.sync(&["retry", "1"]).await.expect(64);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_activity_that_was_deleted_is_let_go() {
    let world = with_a_ride().await;
    let broken = Fault::Answer(Answer::html(500, "<html><title>Error</title></html>"));
    world.runkeeper.faults().next(1, EDIT, broken);
    world.sync(&[]).await.expect(1);
    world
        .runkeeper
        .remove_activity(world.runkeeper.activities()[0].id);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    world.sync(&[]).await.expect(0);
    world.sync(&[]).await.expect(0);
    assert!(world.runkeeper.activities().is_empty(), "it was sent again");
    let explained = world.sync(&["explain", "1"]).await.expect(0).stdout;
    assert!(
        explained.contains("is not at runkeeper any more"),
        "{explained}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrived_is_compared_and_explained() {
    let world = with_a_ride().await;
    world.sync(&["--verify"]).await.expect(0);
    let explained = world.sync(&["explain", "1"]).await.expect(0).stdout;
    assert!(
        explained.contains("compared   kept: sport, start, duration"),
        "{explained}"
    );
    assert!(explained.contains("lost: calories"), "{explained}");
    let json = world
        .sync(&["explain", "1", "--json"])
        .await
        .expect(0)
        .json();
    let aspects = &json["parts"][0]["verify"]["fidelity"]["aspects"];
    assert!(aspects.as_array().unwrap().len() > 5, "{json}");
}

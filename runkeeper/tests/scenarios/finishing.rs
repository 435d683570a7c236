//! Type and notes, which the importer loses, are set afterwards, and the activity is read back.

use std::time::Duration;

use chrono::{DateTime, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{Answer, FakeActivity, FakeRunkeeper, Fault, PolarSport};
use runkeeper::{ActivityEdit, ActivityId, ActivityType, Runkeeper};
use sync_core::{
    Delivery, DeliveryForm, Destination, ErrorKind, Finishing, Item, Receipt, Sport, Workout,
};

use crate::common::signed_in;

const EDIT: &str = "POST /edit/activity";

fn ride() -> (Item, Workout) {
    let start: DateTime<Utc> = "2026-04-01T08:00:00Z".parse().unwrap();
    let recipe = SyntheticTcx::new(start, PolarSport::RUNNING)
        .seconds(900)
        .calories(210)
        .notes("windy\nand cold");
    let mut workout = workout_files::read(&recipe.build())
        .unwrap()
        .workouts
        .remove(0);
    workout.sport = Sport::MountainBiking;
    let mut item = Item::new("7", "2026-04-01T09:00:00".parse().unwrap());
    item.duration_ms = Some(900_000);
    (item, workout)
}

fn wanted() -> Finishing {
    let (item, workout) = ride();
    // No request: any client can say it.
    let client = Runkeeper::builder().build().unwrap();
    let wanted = client.finishing(&item, &workout, DeliveryForm::TrackFile);
    wanted.unwrap()
}

/// The ride is there, as the importer left it.
async fn delivered(fake: &FakeRunkeeper, client: &Runkeeper) -> Receipt {
    let (item, workout) = ride();
    let form = client.form(&item, &workout).unwrap();
    let limit = Duration::from_secs(10);
    let _ = client
        .send(Delivery::new(&item, &workout, form, limit))
        .await;
    let stored = fake.activities().remove(0);
    assert_eq!(
        (stored.activity_type.as_str(), stored.notes.as_str()),
        ("RUN", "")
    );
    Receipt::with_id(stored.id.to_string())
}

fn shown(fake: &FakeRunkeeper) -> (String, String) {
    let activity = fake.activities().remove(0);
    let notes = activity.notes.replace("\r\n", "\n");
    (activity.activity_type, notes)
}

fn edits(fake: &FakeRunkeeper) -> usize {
    fake.requests().count(EDIT)
}

#[tokio::test]
async fn type_and_notes_are_set_once() {
    let fake = FakeRunkeeper::start().await.unwrap();
    fake.set(|switches| switches.strict_forms = true);
    let client = signed_in(&fake);
    let receipt = delivered(&fake, &client).await;
    let before = fake.activities().remove(0);
    client.finish(&receipt, &wanted()).await.unwrap();
    assert_eq!(
        shown(&fake),
        ("MOUNTAINBIKE".into(), "windy\nand cold".into())
    );
    let after = fake.activities().remove(0);
    assert_eq!(after.start_local, before.start_local);
    assert_eq!(after.duration, before.duration);
    assert!((after.distance_m - before.distance_m).abs() < 0.1);
    // Finishing a second time after an interruption changes nothing.
    client.finish(&receipt, &wanted()).await.unwrap();
    assert_eq!(edits(&fake), 1);
}

#[tokio::test]
async fn changes_by_the_user_in_the_meantime_stay() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let receipt = delivered(&fake, &client).await;
    let id: ActivityId = receipt.activity_id.as_deref().unwrap().parse().unwrap();
    let mine = ActivityEdit::new()
        .activity_type(ActivityType::Hike)
        .notes("mine");
    client.edit_activity(id, &mine).await.unwrap();
    client.finish(&receipt, &wanted()).await.unwrap();
    assert_eq!(shown(&fake), ("HIKE".into(), "mine".into()));
    assert_eq!(edits(&fake), 1);
}

#[tokio::test]
async fn what_was_not_saved_is_no_success() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let receipt = delivered(&fake, &client).await;
    let elsewhere = Fault::Answer(Answer::redirect("/home"));
    fake.faults().next(1, EDIT, elsewhere);
    let error = client.finish(&receipt, &wanted()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Drift);
    // The answer is lost, and it is set.
    fake.faults().next(1, EDIT, Fault::ResetAfterEffect);
    let error = client.finish(&receipt, &wanted()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Temporary);
    client.finish(&receipt, &wanted()).await.unwrap();
    assert_eq!(edits(&fake), 2);
    assert_eq!(shown(&fake).0, "MOUNTAINBIKE");
}

#[tokio::test]
async fn an_activity_that_was_deleted_is_not_found() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let receipt = delivered(&fake, &client).await;
    client.remove(&receipt).await.unwrap();
    let error = client.finish(&receipt, &wanted()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let error = client.read_back(&receipt).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn only_what_the_importer_loses_is_wanted() {
    let client = Runkeeper::builder().build().unwrap();
    let (mut item, mut workout) = ride();
    assert_eq!(
        wanted(),
        Finishing::new()
            .with_sport(Sport::MountainBiking)
            .with_notes("windy\nand cold")
    );
    let manual = client.finishing(&item, &workout, DeliveryForm::ManualEntry);
    assert_eq!(manual, None);
    workout.sport = Sport::TrailRunning;
    workout.notes = Some(" \n".into());
    let trail = client.finishing(&item, &workout, DeliveryForm::TrackFile);
    assert!(trail.unwrap().is_empty());
    workout.sport = Sport::Other;
    item.sport = Some(Sport::Hiking);
    let listed = client.finishing(&item, &workout, DeliveryForm::TrackFile);
    assert_eq!(listed, Some(Finishing::new().with_sport(Sport::Hiking)));
}

#[tokio::test]
async fn a_track_is_read_back_with_what_the_site_shows() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let receipt = delivered(&fake, &client).await;
    client.finish(&receipt, &wanted()).await.unwrap();
    let (_, sent) = ride();
    let back = client.read_back(&receipt).await.unwrap();
    assert_eq!(
        back.notes.as_deref().map(|n| n.replace("\r\n", "\n")),
        sent.notes
    );
    let report = workout_files::compare(&sent, &back);
    assert!(report.sport.same(), "{report}");
    assert!(report.route.unwrap().max_m < 1.0);
    assert!(report.distance_m.change().is_some_and(|m| m.abs() < 10.0));
}

#[tokio::test]
async fn a_manual_entry_is_read_back_without_a_track() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let start = "2026-04-01T09:00:00".parse().unwrap();
    let entry =
        FakeActivity::new(start, chrono::TimeDelta::seconds(1800), 0.0).activity_type("YOGA");
    let id = fake.add_activity(entry);
    let back = client
        .read_back(&Receipt::with_id(id.to_string()))
        .await
        .unwrap();
    assert_eq!(back.sport, Sport::Yoga);
    assert_eq!(back.totals().moving_s, Some(1800.0));
    assert!(!back.has_route() && back.notes.is_none());
}

//! The suite of `sync-core` over the fake service, and what the suite cannot ask for.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::time::Duration;

use fake_services::{Answer, FakeIntervals, Fault};
use serde_json::json;
use sync_connector_intervals_icu::{IntervalsIcu, has_type};
use sync_core::conformance::{
    DestinationHarness, SendFault, Verdict, check_destination, test_workout,
};
use sync_core::{
    Activity, Delivery, DeliveryForm, Destination, ErrorKind, Item, Receipt, SendOutcome,
    ServiceError, Sport, Window, Workout,
};

const UPLOAD: &str = "POST /api/v1/athlete/0/activities";

fn client(fake: &FakeIntervals) -> IntervalsIcu {
    with_key(fake, FakeIntervals::API_KEY)
}

fn with_key(fake: &FakeIntervals, key: &str) -> IntervalsIcu {
    IntervalsIcu::builder(key)
        .base_url(fake.url().parse().unwrap())
        .pace(Duration::ZERO)
        .session_settings(|session| {
            session
                .first_backoff(Duration::from_millis(1))
                .longest_wait(Duration::from_secs(2))
        })
        .build()
        .unwrap()
}

struct Harness {
    fake: FakeIntervals,
    entries: bool,
}

impl DestinationHarness for Harness {
    type Destination = IntervalsIcu;

    async fn open(&self) -> IntervalsIcu {
        client(&self.fake)
    }

    async fn activities(&self) -> usize {
        self.fake.activities().len()
    }

    async fn create_requests(&self) -> Option<usize> {
        Some(self.fake.requests().count(UPLOAD))
    }

    async fn fail_next_send(&self, fault: SendFault) -> bool {
        let fault = match fault {
            SendFault::LostAnswer => Fault::ResetAfterEffect,
            SendFault::LostRequest => Fault::ResetAfterBody,
            SendFault::ErrorAfterStoring => Fault::AnswerAfter(Answer::html(500, "<html></html>")),
            SendFault::UnreadableAnswer => Fault::AnswerAfter(Answer::html(200, "<html></html>")),
            SendFault::Busy => Fault::Answer(Answer::too_many_requests(Some(1))),
            SendFault::Refused => {
                let body = serde_json::json!({"status": 422, "error": "Unable to read file"});
                Fault::Answer(Answer::json(422, &body))
            }
            _ => return false,
        };
        self.fake.faults().next(1, UPLOAD, fault);
        true
    }

    async fn break_listings(&self) -> bool {
        let cut = Fault::Truncate(20);
        self.fake
            .faults()
            .always("GET /api/v1/athlete/0/activities", cut);
        true
    }

    async fn mend(&self) {
        self.fake.faults().clear();
    }

    fn workout(&self, number: usize) -> (Item, Workout) {
        let (item, mut workout) = test_workout(number);
        if self.entries {
            workout.laps[0].tracks.clear();
        }
        (item, workout)
    }
}

#[tokio::test]
async fn files_and_manual_activities_pass_the_suite() {
    for entries in [false, true] {
        let fake = FakeIntervals::start().await.unwrap();
        fake.show_strava_stubs(2);
        let report = check_destination(&Harness { fake, entries }).await;
        report.assert_conformant();
        let left_out: Vec<_> = report
            .outcomes
            .iter()
            .filter(|outcome| outcome.verdict != Verdict::Passed)
            .map(|outcome| outcome.name)
            .collect();
        assert_eq!(left_out, ["read-back"], "entries: {entries}");
    }
}

async fn send(client: &IntervalsIcu, item: &Item, workout: &Workout, key: &str) -> SendOutcome {
    let form = client.form(item, workout).unwrap();
    let limit = Duration::from_secs(30);
    client
        .send(Delivery::new(item, workout, form, limit).with_key(key))
        .await
}

#[tokio::test]
async fn keys_hold_also_where_the_service_compares_contents_only() {
    let fake = FakeIntervals::start().await.unwrap();
    fake.compare_content_only();
    let client = client(&fake);
    let (item, mut workout) = test_workout(0);
    assert!(matches!(
        send(&client, &item, &workout, "k").await,
        SendOutcome::Accepted(_)
    ));
    // Edited at the source between two tries: another file.
    workout.notes = Some("edited".into());
    assert!(matches!(
        send(&client, &item, &workout, "k").await,
        SendOutcome::AlreadyThere(_)
    ));
    assert_eq!(fake.activities().len(), 1);
}

#[tokio::test]
async fn what_another_program_sent_is_linked() {
    let fake = FakeIntervals::start().await.unwrap();
    let client = client(&fake);
    let (item, workout) = test_workout(0);
    assert!(matches!(
        send(&client, &item, &workout, "theirs").await,
        SendOutcome::Accepted(_)
    ));
    let there = fake.activities()[0].id.clone();
    let outcome = send(&client, &item, &workout, "ours").await;
    assert!(
        matches!(&outcome, SendOutcome::AlreadyThere(id) if *id == there),
        "{outcome:?}"
    );
    assert_eq!(fake.activities()[0].external_id.as_deref(), Some("theirs"));
    // With 409 no id is named; the listing of the day has no activity with this key.
    fake.answer_copies_with_conflict();
    let outcome = send(&client, &item, &workout, "ours").await;
    assert!(matches!(outcome, SendOutcome::Opaque(_)), "{outcome:?}");
    assert_eq!(fake.activities().len(), 1);
}

#[tokio::test]
async fn type_is_set_unless_the_user_set_another() {
    let fake = FakeIntervals::start().await.unwrap();
    let client = client(&fake);
    let (item, mut workout) = test_workout(0);
    workout.sport = Sport::CrossCountrySkiing;
    let wanted = client
        .finishing(&item, &workout, DeliveryForm::TrackFile)
        .unwrap();
    assert_eq!(
        client.finishing(&item, &test_workout(0).1, DeliveryForm::TrackFile),
        None
    );
    send(&client, &item, &workout, "k").await;
    let receipt = Receipt::with_id(&fake.activities()[0].id);
    client.finish(&receipt, &wanted).await.unwrap();
    assert_eq!(fake.activities()[0].kind, "NordicSki");
    fake.change_type(receipt.activity_id.as_deref().unwrap(), "Hike");
    client.finish(&receipt, &wanted).await.unwrap();
    assert_eq!(fake.activities()[0].kind, "Hike");
    let notes = fake.activities()[0].description.clone();
    assert_eq!(notes.as_deref(), Some("run number 0"));
}

#[tokio::test]
async fn wrong_key_needs_a_sign_in_and_is_never_shown() {
    let fake = FakeIntervals::start().await.unwrap();
    let log = fake_services::test_log::TestLog::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer({
            let writer = log.clone();
            move || writer.clone()
        })
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let client = with_key(&fake, "canary-key");
    let (item, mut workout) = test_workout(0);
    workout.notes = Some("canary-notes".into());
    let day = Window::around(item.day(), 0);
    let mut shown = format!("{client:?}");
    for error in [
        client.check().await.unwrap_err(),
        client.find(day).await.unwrap_err(),
        match send(&client, &item, &workout, "k").await {
            SendOutcome::NotSent(error) => error,
            other => panic!("{other:?}"),
        },
    ] {
        assert_eq!(error.kind(), ErrorKind::SignInNeeded);
        shown += &fake_services::test_log::error_text(&error);
    }
    shown += &log.text().unwrap();
    assert!(!shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn answers_of_another_form_are_drift_and_never_empty() {
    let fake = FakeIntervals::start().await.unwrap();
    let client = client(&fake);
    let day = Window::around("2026-03-01".parse().unwrap(), 1);
    for body in ["<html></html>", "", "{}", "[{}]", "[{\"id\": null}]"] {
        let answer = Answer::new(200, "application/json", body);
        fake.faults()
            .next(1, "GET /api/v1/athlete/0/activities", Fault::Answer(answer));
        let error = client.find(day).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Drift, "{body}");
    }
    fake.show_strava_stubs(3);
    assert_eq!(client.find(day).await.unwrap().len(), 3);
}

const LIST: &str = "GET /api/v1/athlete/0/activities";

/// The listing of an account with these activities.
async fn listed(activities: serde_json::Value) -> Result<Vec<Activity>, ServiceError> {
    let fake = FakeIntervals::start().await.unwrap();
    let answer = Fault::Answer(Answer::json(200, &activities));
    fake.faults().next(1, LIST, answer);
    let day = Window::around("2026-03-01".parse().unwrap(), 1);
    client(&fake).find(day).await
}

#[tokio::test]
async fn odd_field_costs_itself_alone() {
    let plain = json!({
        "id": "i1", "start_date_local": "2026-03-01T10:00:00", "start_date": "2026-03-01T08:00:00Z",
        "type": "Run", "moving_time": 1800, "distance": 5000.5, "external_id": "polar-flow:1:1"
    });
    let other = json!({"id": 2, "type": "Ride"});
    for (field, odd) in [
        ("start_date_local", json!("2026-03-01T10:00:00+02:00")),
        ("start_date", json!(1_772_352_000)),
        ("type", json!(["Run"])),
        ("moving_time", json!("1800")),
        ("distance", json!({"metres": 5000.5})),
        ("external_id", json!(7)),
    ] {
        let (mut with_odd, mut without) = (plain.clone(), plain.clone());
        with_odd[field] = odd;
        without.as_object_mut().unwrap().remove(field);
        let found = listed(json!([with_odd, other])).await;
        let found = found.unwrap_or_else(|error| panic!("{field}: {error}"));
        assert_eq!(
            found,
            listed(json!([without, other])).await.unwrap(),
            "{field}"
        );
        assert_ne!(
            found,
            listed(json!([plain, other])).await.unwrap(),
            "{field}"
        );
        assert_eq!(found[0].id, "i1");
        assert_eq!(found[1].id, "2");
    }
}

#[tokio::test]
async fn activity_without_a_readable_id_is_never_left_out() {
    let other = json!({"id": "i2", "type": "Ride"});
    for odd in [
        json!({"type": "Run"}),
        json!({"id": null}),
        json!({"id": ""}),
        json!({"id": true}),
        json!({"id": ["i1"]}),
        json!("i1"),
        json!(null),
    ] {
        let error = listed(json!([odd, other])).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Drift, "{odd}");
    }
}

#[tokio::test]
async fn block_page_of_a_firewall_says_nothing_about_the_key() {
    let fake = FakeIntervals::start().await.unwrap();
    let client = client(&fake);
    let (item, workout) = test_workout(0);
    let page = "<html><head><title>Access Denied</title></head><body></body></html>";
    let blocked = || Fault::Answer(Answer::html(403, page));
    fake.faults().next(1, LIST, blocked());
    let day = Window::around(item.day(), 0);
    let error = client.find(day).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Blocked, "{error}");
    assert!(!error.to_string().contains("key"), "{error}");
    fake.faults().next(1, UPLOAD, blocked());
    match send(&client, &item, &workout, "k").await {
        SendOutcome::NotSent(error) => assert_eq!(error.kind(), ErrorKind::Blocked),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn types_lead_back_to_sports_of_the_same_type() {
    let fake = FakeIntervals::start().await.unwrap();
    let client = client(&fake);
    let mut types = BTreeMap::new();
    for (number, sport) in Sport::ALL.iter().enumerate() {
        let (mut item, mut workout) = test_workout(number);
        workout.laps[0].tracks.clear();
        workout.sport = sport.clone();
        item.sport = Some(sport.clone());
        let outcome = send(&client, &item, &workout, sport.as_str()).await;
        assert!(matches!(outcome, SendOutcome::Accepted(_)), "{outcome:?}");
        let sent = fake.activities().pop().unwrap();
        assert_eq!(
            has_type(sport),
            sent.kind != "Workout" || *sport == Sport::Other
        );
        types.insert(sport.as_str(), sent.kind);
    }
    let days = Window::new("2026-01-01".parse().unwrap(), "2027-12-31".parse().unwrap()).unwrap();
    for activity in client.find(days).await.unwrap() {
        let (sent, shown) = (activity.key.unwrap(), activity.sport.unwrap());
        assert_eq!(types[&*sent], types[shown.as_str()], "{sent}");
    }
    let velomobile = listed(json!([{"id": "i1", "type": "Velomobile"}])).await;
    let sport = velomobile.unwrap()[0].sport.clone();
    assert_eq!(sport, Some(Sport::from_token("Velomobile")));
}

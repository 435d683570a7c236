//! One request for one upload, and the right word for every way it can end.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{
    ActivityOrigin, Answer as Canned, BrowserCookie, DistanceUnit as Unit, FakeActivity,
    FakeRunkeeper, Fault, PolarSport, UploadMode,
};
use runkeeper::{ActivityType, Answer, DistanceUnit, Error, ManualEntry, Runkeeper, TrackUpload};

use crate::common::{builder, file, signed_in, with_password};

const UPLOAD: &str = "POST /trackMultipleFileUpload";

/// How an upload ended, in a word.
fn word(result: &Result<Answer, Error>) -> &'static str {
    match result {
        Ok(Answer::Accepted(None)) => "accepted",
        Ok(Answer::Accepted(Some(_))) => "accepted with id",
        Ok(Answer::Opaque(_)) => "opaque",
        Ok(Answer::Rejected(_)) => "rejected",
        Ok(_) => "new",
        Err(Error::MaybeSent(_)) => "maybe sent",
        Err(_) => "not sent",
    }
}

/// No source shows that the site checks the hidden values. Should it, they are there.
async fn strict() -> FakeRunkeeper {
    let fake = FakeRunkeeper::start().await.unwrap();
    fake.set(|switches| switches.strict_forms = true);
    fake
}

/// Scenario: part without file name: the client always sends one
#[tokio::test]
async fn an_accepted_file_is_there_once() {
    let fake = strict().await;
    let client = signed_in(&fake);
    let answer = client.upload(&file()).await.unwrap();
    assert_eq!(answer, Answer::Accepted(None));
    let uploads = fake.uploads();
    assert_eq!(uploads.len(), 1);
    assert_eq!(uploads[0].file_name.as_deref(), Some("polar-81.tcx"));
    assert_eq!(
        uploads[0].content_type.as_deref(),
        Some("application/octet-stream")
    );
    fake.set(|switches| switches.upload_answers_id = true);
    let answer = client.upload(&file()).await.unwrap();
    let newest = fake.activities().last().unwrap().id;
    assert_eq!(
        answer,
        Answer::Accepted(Some(runkeeper::ActivityId(newest)))
    );
}

/// Scenario: upload: opaque JSON, HTML, empty: `Opaque`: the listing has to tell
/// Scenario: upload: error JSON: `Rejected` with the message
/// Scenario: upload: slow: waited for
/// Scenario: upload: timeout or reset, stored or not: `MaybeSent`, one request
/// Scenario: upload: 500, 502, 503, 408: `MaybeSent`, one request
/// Scenario: upload: 429: `NotSent` with `Retry-After`, one request
/// Scenario: upload: not stored although 200: what the answer says; the listing contradicts
/// Scenario: upload, form, edit, delete: refused, reset, 500 to 504, 408, 429, time-out: one request, the
///   right word
#[tokio::test]
async fn every_failure_leaves_exactly_one_request_and_is_classified() {
    let cases = [
        (UploadMode::OpaqueJson, "opaque"),
        (UploadMode::Html, "opaque"),
        (UploadMode::Empty, "opaque"),
        (
            UploadMode::ErrorJson("not a valid file".to_owned()),
            "rejected",
        ),
        (UploadMode::AcceptedButNotStored, "accepted"),
        (UploadMode::StatusBeforeStoring(500), "maybe sent"),
        (UploadMode::StatusBeforeStoring(502), "maybe sent"),
        (UploadMode::StatusAfterStoring(503), "maybe sent"),
        (UploadMode::StatusBeforeStoring(408), "maybe sent"),
        (UploadMode::StatusBeforeStoring(400), "not sent"),
        (UploadMode::StatusBeforeStoring(404), "not sent"),
        (UploadMode::LoginRedirect, "not sent"),
        (UploadMode::TooManyRequests(Some(7)), "not sent"),
        (UploadMode::ResetBeforeBody, "maybe sent"),
        (UploadMode::ResetAfterBody, "maybe sent"),
        (UploadMode::ResetAfterStoring, "maybe sent"),
        (UploadMode::SlowAnswer(Duration::from_secs(3)), "maybe sent"),
        (UploadMode::Slow(Duration::from_millis(50)), "accepted"),
    ];
    for (mode, expected) in cases {
        let fake = FakeRunkeeper::start().await.unwrap();
        let client = builder(&fake)
            .timeout(Duration::from_millis(700))
            .build()
            .unwrap();
        client
            .import_cookies(&BrowserCookie::header(&fake.browser_cookies()))
            .unwrap();
        fake.next_uploads(1, mode.clone());
        let result = client.upload(&file()).await;
        assert_eq!(word(&result), expected, "{mode:?}: {result:?}");
        assert_eq!(fake.requests().count(UPLOAD), 1, "{mode:?}");
        if let (UploadMode::TooManyRequests(_), Err(error)) = (&mode, &result) {
            assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
        }
        if let (UploadMode::LoginRedirect, Err(error)) = (&mode, &result) {
            assert!(error.needs_sign_in());
        }
    }
}

/// Scenario: other answers (block page, login page, foreign redirect, torn JSON): classified
#[tokio::test]
async fn answers_of_other_kinds_prove_nothing_or_say_who_is_in_the_way() {
    let cases = [
        (Canned::login_page(), "opaque"),
        (Canned::redirect("/new/activity"), "opaque"),
        (
            Canned::redirect("https://id.asics.com/login?x=1"),
            "not sent",
        ),
        (
            Canned::redirect("/user/1029384756/activity/77"),
            "accepted with id",
        ),
        (Canned::cloudfront_block(), "not sent"),
        (
            Canned::json(200, &serde_json::json!({"error": null})),
            "accepted",
        ),
        (
            Canned::json(200, &serde_json::json!({"error": false})),
            "opaque",
        ),
        (Canned::json(200, &serde_json::json!([])), "opaque"),
        (
            Canned::json(201, &serde_json::json!({"error": ""})),
            "accepted",
        ),
        (
            Canned::new(200, "application/json", "{\"error\": \"\""),
            "opaque",
        ),
        (
            Canned::new(200, "text/html", "{\"error\": \"\", \"activityId\": 5}"),
            "accepted with id",
        ),
    ];
    for (canned, expected) in cases {
        let fake = FakeRunkeeper::start().await.unwrap();
        let client = signed_in(&fake);
        fake.faults().next(1, UPLOAD, Fault::Answer(canned.clone()));
        let result = client.upload(&file()).await;
        assert_eq!(word(&result), expected, "{canned:?}: {result:?}");
        assert_eq!(fake.requests().count(UPLOAD), 1, "{canned:?}");
    }
}

/// Scenario: upload: connection refused: `NotSent`
#[tokio::test]
async fn nothing_is_sent_when_the_site_cannot_be_reached() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    drop(fake);
    let result = client.upload(&file()).await;
    assert_eq!(word(&result), "not sent");
    assert!(result.unwrap_err().is_temporary());
}

/// Scenario: session dead before the upload: nothing sent
#[tokio::test]
async fn a_dead_session_is_noticed_before_anything_is_sent() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    fake.expire_sessions();
    let result = client.upload(&file()).await;
    assert!(matches!(result, Err(Error::SignInNeeded(_))));
    assert_eq!(fake.requests().count(UPLOAD), 0);
}

/// Scenario: upload: 302 to login: not sent; renewed and stored once
#[tokio::test]
async fn a_session_lost_on_the_way_is_renewed_and_the_file_is_stored_once() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = with_password(&fake).build().unwrap();
    client.sign_in().await.unwrap();
    fake.next_uploads(1, UploadMode::LoginRedirect);
    assert_eq!(
        client.upload(&file()).await.unwrap(),
        Answer::Accepted(None)
    );
    assert_eq!(fake.activities().len(), 1);
    assert_eq!(fake.requests().count(UPLOAD), 2);
}

/// Scenario: hidden inputs change: replayed from a fresh page
/// Scenario: hidden inputs replayed, none written from memory
#[tokio::test]
async fn hidden_values_are_read_anew_for_every_upload() {
    let fake = strict().await;
    let client = signed_in(&fake);
    client.upload(&file()).await.unwrap();
    fake.expire_forms();
    client.upload(&file()).await.unwrap();
    assert_eq!(fake.activities().len(), 2);
}

/// Scenario: file without positions: `NoGps`, not sent; refused in the site's words when some are missing;
///   the destination types it in instead
#[tokio::test]
async fn a_file_without_positions_is_not_sent() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let start: DateTime<Utc> = "2025-01-05T08:00:00Z".parse().unwrap();
    let tcx = SyntheticTcx::new(start, PolarSport::STRENGTH_TRAINING)
        .indoors(None)
        .build();
    for file in [
        TrackUpload::tcx("gym", tcx),
        TrackUpload::gpx("gym", "<gpx><trk><name>Position</name></trk></gpx>"),
        TrackUpload::tcx("empty", ""),
    ] {
        let result = client.upload(&file).await;
        assert!(matches!(result, Err(Error::NoGps)), "{result:?}");
    }
    assert!(fake.requests().all().is_empty());
}

/// Scenario: file without positions: `NoGps`, not sent; refused in the site's words when some are missing;
///   the destination types it in instead
#[tokio::test]
async fn a_file_in_which_some_positions_are_missing_is_refused_in_the_sites_words() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let tcx = "<TrainingCenterDatabase><Activities><Activity><Lap><Track><Trackpoint><Time>2025-01-05T08:00:00Z</Time>\
        </Trackpoint><Trackpoint><Time>2025-01-05T08:00:01Z</Time><Position><LatitudeDegrees>0</LatitudeDegrees>\
        <LongitudeDegrees>0</LongitudeDegrees></Position></Trackpoint></Track></Lap></Activity></Activities>\
        </TrainingCenterDatabase>";
    let answer = client.upload(&TrackUpload::tcx("part", tcx)).await.unwrap();
    assert!(
        matches!(&answer, Answer::Rejected(message) if message.contains("no GPS")),
        "{answer:?}"
    );
}

fn swim() -> ManualEntry {
    let start = NaiveDate::from_ymd_opt(2025, 1, 5)
        .unwrap()
        .and_hms_opt(18, 5, 0)
        .unwrap();
    ManualEntry::new(ActivityType::Swimming, start, TimeDelta::seconds(2130))
        .distance_m(1250.0)
        .calories(390)
        .notes("Drills & <easy>")
}

/// Scenario: manual entry, km and mi, 12-hour clock: stored as typed
#[tokio::test]
async fn a_manual_entry_is_stored_as_it_was_typed_in_either_unit() {
    for (theirs, ours) in [
        (Unit::Kilometres, DistanceUnit::Kilometres),
        (Unit::Miles, DistanceUnit::Miles),
    ] {
        let fake = strict().await;
        fake.set(|switches| switches.unit = theirs);
        let client = signed_in(&fake);
        let answer = client.add_manual_entry(&swim()).await.unwrap();
        let stored = &fake.activities()[0];
        assert_eq!(
            answer,
            Answer::Accepted(Some(runkeeper::ActivityId(stored.id)))
        );
        assert_eq!(stored.origin, ActivityOrigin::ManualEntry);
        assert_eq!(stored.activity_type, "SWIMMING");
        assert_eq!(stored.start_local.to_string(), "2025-01-05 18:05:00");
        assert_eq!(stored.duration, TimeDelta::seconds(2130));
        assert!(
            (stored.distance_m - 1250.0).abs() < 0.2,
            "{}",
            stored.distance_m
        );
        assert_eq!(
            (stored.calories, stored.notes.as_str()),
            (Some(390), "Drills & <easy>")
        );
        assert_eq!(client.distance_unit().await.unwrap(), ours);
    }
}

#[tokio::test]
async fn the_unit_is_learned_from_the_listing_when_there_is_one() {
    let fake = FakeRunkeeper::start().await.unwrap();
    fake.set(|switches| switches.unit = Unit::Miles);
    let start = NaiveDate::from_ymd_opt(2020, 3, 9)
        .unwrap()
        .and_hms_opt(8, 0, 0)
        .unwrap();
    fake.add_activity(FakeActivity::new(start, TimeDelta::minutes(30), 5000.0));
    let client = signed_in(&fake);
    assert_eq!(client.distance_unit().await.unwrap(), DistanceUnit::Miles);
    assert_eq!(
        fake.requests().count("POST /user"),
        0,
        "no report was needed"
    );
}

/// Scenario: unit of the account unknown: nothing sent
#[tokio::test]
async fn an_unknown_unit_stops_the_entry_before_it_is_sent() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let none = Canned::json(200, &serde_json::json!({"totalBoxes": {}, "charts": {}}));
    fake.faults().always("POST /user", Fault::Answer(none));
    let result = client.add_manual_entry(&swim()).await;
    assert!(matches!(result, Err(Error::UnitUnknown)), "{result:?}");
    assert_eq!(fake.requests().count("POST /new/activity"), 0);
}

#[tokio::test]
async fn failures_of_a_manual_entry_are_classified_like_those_of_an_upload() {
    let cases = [
        (Fault::ResetAfterEffect, "maybe sent"),
        (Fault::ResetBeforeBody, "maybe sent"),
        (Fault::Answer(Canned::unavailable(None)), "maybe sent"),
        (Fault::Answer(Canned::too_many_requests(None)), "not sent"),
        (Fault::Answer(Canned::redirect("/login")), "not sent"),
        (
            Fault::Answer(Canned::html(200, "<html><body>Hm</body></html>")),
            "opaque",
        ),
        (
            Fault::Answer(Canned::html(
                200,
                "<html><body>Please fix the following errors: <li>No</li></body></html>",
            )),
            "rejected",
        ),
    ];
    for (fault, expected) in cases {
        let fake = FakeRunkeeper::start().await.unwrap();
        let client = signed_in(&fake);
        client.distance_unit().await.unwrap();
        fake.faults().next(1, "POST /new/activity", fault.clone());
        let result = client.add_manual_entry(&swim()).await;
        assert_eq!(word(&result), expected, "{fault:?}: {result:?}");
        assert_eq!(fake.requests().count("POST /new/activity"), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_client_is_shared_between_tasks() {
    fn shared<T: Clone + Send + Sync + 'static>(_: &T) {}
    let fake = FakeRunkeeper::start().await.unwrap();
    let client: Runkeeper = signed_in(&fake);
    shared(&client);
    let task = tokio::spawn({
        let client = client.clone();
        async move { client.upload(&file()).await.is_ok() }
    });
    assert!(task.await.unwrap());
}

/// Answers to uploads were seen to come after tens of seconds, long after a read would be given up.
///
/// Scenario: generous time-out for uploads
#[tokio::test]
async fn what_is_sent_has_more_time_than_what_is_read() {
    let limit = Duration::from_secs(1);
    let late = Fault::SlowAnswer(Duration::from_millis(1500));
    let fake = FakeRunkeeper::start().await.unwrap();
    let set_up = |builder: runkeeper::RunkeeperBuilder| {
        let client = builder.read_attempts(1).build().unwrap();
        let cookies = fake_services::BrowserCookie::header(&fake.browser_cookies());
        client.import_cookies(&cookies).unwrap();
        client
    };
    let usual = set_up(builder(&fake).timeout(limit));
    fake.faults().next(1, "GET /home", late.clone());
    assert!(usual.check().await.unwrap_err().is_temporary());
    fake.faults().next(1, UPLOAD, late.clone());
    let answer = usual.upload(&file()).await;
    assert!(matches!(answer, Ok(Answer::Accepted(_))), "{answer:?}");

    let told = set_up(builder(&fake).timeout(limit).upload_timeout(limit));
    fake.faults().next(1, UPLOAD, late);
    let error = told.upload(&file()).await.unwrap_err();
    assert!(error.may_have_been_sent(), "{error:?}");
    assert_eq!(fake.requests().count(UPLOAD), 2);
}

//! What an unusual redirect after a write means.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use common::{builder, credentials, signed_in};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{Answer as Canned, FakeRunkeeper, Fault, PolarSport};
use runkeeper::{
    ActivityId, ActivityType, Answer, DistanceUnit, Error, ManualEntry, Runkeeper, SendError,
    TrackUpload,
};

const UPLOAD: &str = "POST /trackMultipleFileUpload";
const SAVE: &str = "POST /new/activity";

fn file() -> TrackUpload {
    let start: DateTime<Utc> = "2024-12-31T22:30:00Z".parse().unwrap();
    let recipe = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(120);
    TrackUpload::tcx("run", recipe.build())
}

fn entry() -> ManualEntry {
    let day = NaiveDate::from_ymd_opt(2025, 1, 5).unwrap();
    let start = day.and_hms_opt(18, 5, 0).unwrap();
    ManualEntry::new(ActivityType::Swimming, start, TimeDelta::seconds(2130))
}

/// A client that could sign in again at once.
async fn with_password(fake: &FakeRunkeeper) -> Runkeeper {
    let client = builder(fake)
        .credentials(credentials())
        .distance_unit(DistanceUnit::Kilometres)
        .build()
        .unwrap();
    client.sign_in().await.unwrap();
    client
}

#[tokio::test]
async fn a_redirect_that_is_not_to_the_login_page_is_no_reason_to_send_again() {
    let targets = [
        "https://www.runkeeper.example/user/x/activity/77",
        "https://www.runkeeper.example/home",
        "https://elsewhere.example/login",
        "https://elsewhere.example/login?next=/home",
        "/help/how-to-login",
        "/help/login",
    ];
    for target in targets {
        for endpoint in [UPLOAD, SAVE] {
            let fake = FakeRunkeeper::start().await.unwrap();
            let client = with_password(&fake).await;
            let answer = Canned::redirect(target);
            fake.faults().next(1, endpoint, Fault::AnswerAfter(answer));
            let result = match endpoint {
                UPLOAD => client.upload(&file()).await,
                _ => client.add_manual_entry(&entry()).await,
            };
            assert!(
                matches!(result, Ok(Answer::Opaque(_))),
                "{target}: {result:?}"
            );
            assert_eq!(fake.requests().count(endpoint), 1, "{target}");
            assert_eq!(fake.activities().len(), 1, "{target}");
        }
    }
}

#[tokio::test]
async fn a_redirect_to_the_login_page_says_that_nothing_was_taken() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let at_asics = format!("{}/login?state=x", fake.asics_url());
    for target in [
        "/login",
        "/login/?redirectUrl=/new/activity",
        "https://id.asics.com/login?x=1",
        "https://id.asics.com/",
        &at_asics,
    ] {
        fake.faults()
            .next(1, UPLOAD, Fault::Answer(Canned::redirect(target)));
        let result = client.upload(&file()).await;
        assert!(
            matches!(
                result,
                Err(SendError::NotSent(Error::SessionExpired { .. }))
            ),
            "{target}: {result:?}"
        );
    }
}

#[tokio::test]
async fn a_redirect_without_a_readable_target_may_follow_a_stored_activity() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = with_password(&fake).await;
    for (status, location, id) in [
        (302, Some("/user/jörg/activity/7"), Some(7)),
        (302, None, None),
        (303, Some("http://"), None),
        (304, None, None),
    ] {
        let mut answer = Canned::status(status);
        if let Some(location) = location {
            answer = answer.header("location", location);
        }
        fake.faults().next(1, SAVE, Fault::Answer(answer));
        match (id, client.add_manual_entry(&entry()).await) {
            (Some(id), Ok(Answer::Accepted(found))) => assert_eq!(found, Some(ActivityId(id))),
            (None, Ok(Answer::Opaque(_))) => {}
            (_, other) => panic!("{status} {location:?}: {other:?}"),
        }
    }
}

//! Every request that creates or changes something leaves exactly once, whatever happens, and its outcome is the right
//! one.

use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use fake_services::script::{Act, ScriptedServer};
use fake_services::{Answer as Canned, FakeActivity, FakeRunkeeper, Fault};
use runkeeper::{
    ActivityEdit, ActivityId, ActivityType, Answer, DistanceUnit, Error, ImportPreview,
    ManualEntry, Runkeeper, UserName,
};

use crate::common::{file, with_password};

/// A write of the client.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Op {
    Upload,
    SavePreview,
    ManualEntry,
    Edit,
    Delete,
}

const OPS: [Op; 5] = [
    Op::Upload,
    Op::SavePreview,
    Op::ManualEntry,
    Op::Edit,
    Op::Delete,
];

fn entry() -> ManualEntry {
    let day = NaiveDate::from_ymd_opt(2025, 1, 5).unwrap();
    let start = day.and_hms_opt(18, 5, 0).unwrap();
    ManualEntry::new(ActivityType::Swimming, start, TimeDelta::seconds(2130)).distance_m(1250.0)
}

fn preview() -> ImportPreview {
    serde_json::from_value(serde_json::json!({
        "startTime": 1_735_684_200_000_i64, "duration": 60_000.0,
        "trackPoints": [
            {"type": "StartPoint", "latitude": 0.01, "longitude": 0.02, "deltaTime": 0, "deltaDistance": 0.0},
            {"type": "EndPoint", "latitude": 0.012, "longitude": 0.02, "deltaTime": 60_000, "deltaDistance": 222.4}]
    }))
    .unwrap()
}

impl Op {
    fn endpoint(self) -> &'static str {
        match self {
            Self::Upload => "POST /trackMultipleFileUpload",
            Self::SavePreview | Self::ManualEntry => "POST /new/activity",
            Self::Edit => "POST /edit/activity",
            Self::Delete => "GET /delete/activity",
        }
    }

    async fn run(self, client: &Runkeeper, id: ActivityId) -> Result<(), Error> {
        match self {
            Self::Upload => client.upload(&file()).await.map(answered),
            Self::SavePreview => client
                .save_preview(&preview(), &file(), &entry())
                .await
                .map(answered),
            Self::ManualEntry => client.add_manual_entry(&entry()).await.map(answered),
            Self::Edit => client
                .edit_activity(id, &ActivityEdit::new().notes("x"))
                .await
                .map(answered),
            Self::Delete => client.delete_activity(id).await,
        }
    }
}

fn answered(answer: Answer) {
    assert!(!matches!(answer, Answer::Rejected(_)), "{answer:?}");
}

fn word(result: &Result<(), Error>) -> &'static str {
    match result {
        Ok(()) => "answered",
        Err(Error::MaybeSent(_)) => "maybe sent",
        Err(_) => "not sent",
    }
}

#[tokio::test]
async fn every_failure_leaves_exactly_one_request_and_is_classified() {
    let status = |status| Fault::Answer(Canned::status(status));
    let json = Canned::json(200, &serde_json::json!({}));
    let cases = [
        (Fault::ResetBeforeBody, "maybe sent"),
        (Fault::ResetAfterBody, "maybe sent"),
        (Fault::ResetAfterEffect, "maybe sent"),
        (Fault::Slow(Duration::from_secs(60)), "maybe sent"),
        (Fault::SlowAnswer(Duration::from_secs(60)), "maybe sent"),
        (
            Fault::Endless(json, Duration::from_millis(50)),
            "maybe sent",
        ),
        (status(408), "maybe sent"),
        (status(500), "maybe sent"),
        (Fault::AnswerAfter(Canned::status(502)), "maybe sent"),
        (Fault::Answer(Canned::unavailable(Some(0))), "maybe sent"),
        (status(504), "maybe sent"),
        (
            Fault::Answer(Canned::too_many_requests(Some(0))),
            "not sent",
        ),
        (status(400), "not sent"),
        (Fault::Answer(Canned::cloudfront_block()), "not sent"),
    ];
    for op in OPS {
        for (fault, expected) in cases.clone() {
            let fake = FakeRunkeeper::start().await.unwrap();
            let day = NaiveDate::from_ymd_opt(2025, 3, 9).unwrap();
            let start = day.and_hms_opt(8, 0, 0).unwrap();
            let activity = FakeActivity::new(start, TimeDelta::minutes(30), 5000.0);
            let id = ActivityId(fake.add_activity(activity));
            // The password is at hand, so a renewal could tempt the client into sending again.
            let client = with_password(&fake)
                .distance_unit(DistanceUnit::Kilometres)
                .timeout(Duration::from_millis(500))
                .build()
                .unwrap();
            client.sign_in().await.unwrap();
            fake.faults().next(1, op.endpoint(), fault.clone());
            let result = op.run(&client, id).await;
            assert_eq!(word(&result), expected, "{op:?}, {fault:?}: {result:?}");
            assert_eq!(fake.requests().count(op.endpoint()), 1, "{op:?}, {fault:?}");
            assert_eq!(fake.faults().pending(), 0, "{op:?}, {fault:?}");
        }
    }
}

/// Scenario: upload, form, edit, delete: refused, reset, 500 to 504, 408, 429, time-out: one request, the
///   right word
#[tokio::test]
async fn a_refused_connection_is_proof_that_nothing_left() {
    let form = "<html><body><form action='' method='post'><input type='hidden' name='_sourcePage' value='x'>\
                <input name='activityType' value='RUN'><textarea name='notes'></textarea></form></body></html>";
    for op in OPS {
        let pages = match op {
            Op::Delete => Vec::new(),
            _ => vec![Act::ok("text/html", form)],
        };
        let server = ScriptedServer::closing(pages).await.unwrap();
        let client = Runkeeper::builder()
            .base_url(server.url().parse().unwrap())
            .auth_url(server.url().parse().unwrap())
            .user(UserName::new("1029384756").unwrap())
            .distance_unit(DistanceUnit::Kilometres)
            .pace(Duration::ZERO)
            .build()
            .unwrap();
        let result = op.run(&client, ActivityId(7)).await;
        assert_eq!(word(&result), "not sent", "{op:?}: {result:?}");
        let error = result.unwrap_err();
        assert!(
            matches!(&error, Error::Transport(web_session::Error::Connect { .. })),
            "{op:?}: {error:?}"
        );
        let name = match op {
            Op::Upload => "upload",
            Op::SavePreview => "saving of a preview",
            Op::ManualEntry => "manual entry",
            Op::Edit => "form to change an activity",
            Op::Delete => "delete activity",
        };
        assert!(
            error.to_string().contains(name),
            "the write itself, not the page before it: {error}"
        );
    }
}

//! Writes: each leaves once, with the header against forgery, and its outcome is the right one.

use std::time::Duration;

use fake_services::script::{Act, ScriptedServer};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{Answer, ExpiredShape, Fault, PolarSession, PolarSport};
use polar_flow::edit::SessionEdit;
use polar_flow::{Error, PolarFlow, SessionId};

use crate::common::*;

#[tokio::test]
async fn writes_carry_the_header_against_forgery() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    polar.delete_session(SessionId(ID)).await.unwrap();
    assert!(matches!(
        polar.summary(SessionId(ID)).await,
        Err(Error::NotFound { .. })
    ));
    polar.delete_session(SessionId(ID)).await.unwrap();
    let bare = plain(&fake)
        .password(EMAIL, PASSWORD)
        .header(
            polar_flow::web_session::header::HeaderName::from_static("x-requested-with"),
            "no",
        )
        .build()
        .unwrap();
    bare.sign_in().await.unwrap();
    assert!(matches!(
        bare.delete_session(SessionId(ID)).await,
        Err(Error::CsrfRejected { .. })
    ));
}

#[tokio::test]
async fn a_write_on_an_expired_session_is_done_once() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    fake.expire_sessions();
    polar.delete_session(SessionId(ID)).await.unwrap();
    assert_eq!(
        fake.requests()
            .count("DELETE /api/training/deleteTrainingSession"),
        2,
        "refused, then done"
    );
    assert!(fake.sessions().is_empty());
}

/// A write of the client.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Op {
    EditNotes,
    EditSession,
    Delete,
    Raw,
}

const OPS: [Op; 4] = [Op::EditNotes, Op::EditSession, Op::Delete, Op::Raw];

/// A session that was made by hand, which alone can be edited as a whole.
const MANUAL: u64 = 8_500_000_042;

impl Op {
    fn endpoint(self) -> &'static str {
        match self {
            Self::EditNotes => "PUT /api/training/analysis/updateTrainingData",
            Self::EditSession => "PUT /api/training/editTraining",
            Self::Delete => "DELETE /api/training/deleteTrainingSession",
            Self::Raw => "POST /api/training/create",
        }
    }

    async fn run(self, polar: &PolarFlow) -> Result<(), Error> {
        let id = SessionId(MANUAL);
        match self {
            Self::EditNotes => polar.edit_notes(id, Some("felt fine"), None).await,
            Self::EditSession => {
                let edit = SessionEdit {
                    note: Some("felt fine".to_owned()),
                    ..SessionEdit::default()
                };
                polar.edit_session(id, &edit).await
            }
            Self::Delete => polar.delete_session(id).await,
            Self::Raw => {
                let body = serde_json::json!({"startDate": "2025-05-01T08:00:00", "duration": 60});
                create_raw(polar, &body).await.map(|_| ())
            }
        }
    }
}

fn manual() -> PolarSession {
    let tcx =
        SyntheticTcx::new("2025-05-01T08:00:00Z".parse().unwrap(), PolarSport::RUNNING).seconds(60);
    let mut session = PolarSession::new(MANUAL, 0, tcx.exercise(0));
    session.offset_minutes = None;
    session
}

async fn create_raw(
    polar: &PolarFlow,
    body: &serde_json::Value,
) -> Result<polar_flow::web_session::Response, Error> {
    let url = polar.url("/api/training/create");
    let request = polar.session().post(url).endpoint("create").json(body);
    polar.call(request).write().await
}

/// How a write ended, in a word.
fn word(result: &Result<(), Error>) -> &'static str {
    match result {
        Ok(()) => "done",
        Err(error) if error.may_have_been_sent() => "maybe sent",
        Err(Error::Transport(_)) => "not sent",
        Err(_) => "refused",
    }
}

#[tokio::test]
async fn every_failure_of_a_write_leaves_exactly_one_request_and_is_told_rightly() {
    let status = |status| Fault::Answer(Answer::status(status));
    let cases = [
        (Fault::ResetBeforeBody, "maybe sent"),
        (Fault::ResetAfterBody, "maybe sent"),
        (Fault::ResetAfterEffect, "maybe sent"),
        (Fault::Slow(Duration::from_secs(60)), "maybe sent"),
        (Fault::SlowAnswer(Duration::from_secs(60)), "maybe sent"),
        (
            Fault::Endless(
                Answer::json(200, &serde_json::json!({})),
                Duration::from_millis(50),
            ),
            "maybe sent",
        ),
        (status(408), "maybe sent"),
        (status(500), "maybe sent"),
        (Fault::AnswerAfter(Answer::status(502)), "maybe sent"),
        (Fault::Answer(Answer::unavailable(Some(0))), "maybe sent"),
        (status(504), "maybe sent"),
        (Fault::Answer(Answer::too_many_requests(Some(0))), "refused"),
        (status(400), "refused"),
        (status(404), "refused"),
        (Fault::Answer(Answer::cloudfront_block()), "refused"),
    ];
    for op in OPS {
        for (fault, expected) in cases.clone() {
            let fake = fake().await;
            fake.add_session(manual());
            let polar = plain(&fake)
                .password(EMAIL, PASSWORD)
                .timeout(Duration::from_millis(400))
                .build()
                .unwrap();
            polar.sign_in().await.unwrap();
            fake.faults().next(1, op.endpoint(), fault.clone());
            let result = op.run(&polar).await;
            assert_eq!(word(&result), expected, "{op:?}, {fault:?}: {result:?}");
            assert_eq!(fake.requests().count(op.endpoint()), 1, "{op:?}, {fault:?}");
            assert_eq!(fake.faults().pending(), 0, "{op:?}, {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_refused_connection_is_proof_that_no_write_left() {
    let summary = serde_json::json!({
        "id": MANUAL, "deviceName": "", "duration": "PT1M",
        "exercises": {"1": {"id": 1, "sport": {"id": 1}, "duration": "PT1M"}}
    });
    for op in OPS {
        let reads = match op {
            Op::EditSession => vec![Act::ok("application/json", &summary.to_string())],
            _ => Vec::new(),
        };
        let server = ScriptedServer::closing(reads).await.unwrap();
        let polar = PolarFlow::builder()
            .base_url(server.url().parse().unwrap())
            .auth_url(server.url().parse().unwrap())
            .pace(Duration::ZERO)
            .build()
            .unwrap();
        let result = op.run(&polar).await;
        assert_eq!(word(&result), "not sent", "{op:?}: {result:?}");
        assert!(result.unwrap_err().is_temporary(), "{op:?}");
    }
}

#[tokio::test]
async fn a_session_made_by_hand_goes_through_its_whole_life() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    // Seconds here; the names of the fields beyond these are not known, so this endpoint has no type.
    let body = serde_json::json!({"startDate": "2025-05-01T08:00:00", "duration": 1800, "distance": 5000.0});
    let answer = create_raw(&polar, &body).await.unwrap();
    let made: serde_json::Value = serde_json::from_slice(answer.body()).unwrap();
    let id = SessionId(made["id"].as_u64().unwrap());
    let summary = polar.summary(id).await.unwrap();
    assert_eq!(summary.duration_ms, Some(1_800_000));
    assert_eq!(summary.timezone_offset_minutes, None);
    let edit = SessionEdit {
        distance_m: Some(5200.0),
        note: Some("round the lake".to_owned()),
        ..SessionEdit::default()
    };
    polar.edit_session(id, &edit).await.unwrap();
    let summary = polar.summary(id).await.unwrap();
    assert_eq!(summary.note.as_deref(), Some("round the lake"));
    let exercise = summary.exercises.values().next().unwrap();
    assert_eq!(exercise.distance_m, Some(5200.0));
    assert_eq!(
        summary.duration_ms,
        Some(1_800_000),
        "what is not named stays"
    );
    polar.delete_session(id).await.unwrap();
    assert!(matches!(
        polar.summary(id).await,
        Err(Error::NotFound { .. })
    ));
    polar.delete_session(id).await.unwrap();
}

/// It says nothing of what was written: a session that has expired shows itself by the status.
#[tokio::test]
async fn an_answer_with_200_is_no_reason_to_write_again() {
    let form = "<html><head><title>Account</title></head><body><form><input type=\"password\"></form></body></html>";
    let not_authenticated = serde_json::json!({"error": "NotAuthenticated", "redirect": "/"});
    for answer in [
        Answer::login_page(),
        Answer::html(200, form),
        Answer::html(200, "<html><head><title>Back soon</title></head></html>"),
        Answer::html(200, "<html><head><title>Sign in</title></head></html>"),
        Answer::json(200, &not_authenticated),
    ] {
        for op in OPS {
            let fake = fake().await;
            fake.add_session(manual());
            let polar = signed_in(&fake).await;
            let minted = fake.sessions_minted();
            fake.faults()
                .always(op.endpoint(), Fault::AnswerAfter(answer.clone()));
            let result = op.run(&polar).await;
            match op {
                Op::Raw => assert_eq!(word(&result), "done", "{answer:?}: {result:?}"),
                _ => assert_eq!(
                    word(&result),
                    "maybe sent",
                    "{op:?}, {answer:?}: {result:?}"
                ),
            }
            assert_eq!(
                fake.requests().count(op.endpoint()),
                1,
                "{op:?}, {answer:?}"
            );
            assert_eq!(fake.sessions_minted(), minted, "{op:?}, {answer:?}");
        }
    }
}

/// The two answers by which the service says that it took nothing.
#[tokio::test]
async fn a_write_is_repeated_after_a_401_or_a_redirect_to_the_login() {
    for shape in [ExpiredShape::NotAuthenticated, ExpiredShape::Redirect] {
        for op in OPS {
            let fake = fake().await;
            fake.add_session(manual());
            let polar = signed_in(&fake).await;
            fake.set(|s| s.expired_shape = shape);
            if op == Op::EditSession {
                // Its form is filled from the summary, which would be the one to renew the session.
                let refused = match shape {
                    ExpiredShape::Redirect => Answer::redirect("/login"),
                    _ => Answer::not_authenticated(),
                };
                fake.faults().next(1, op.endpoint(), Fault::Answer(refused));
            } else {
                fake.expire_sessions();
            }
            op.run(&polar).await.unwrap();
            assert_eq!(fake.requests().count(op.endpoint()), 2, "{op:?}, {shape:?}");
            assert_eq!(fake.sessions_minted(), 2, "{op:?}, {shape:?}");
        }
    }
}

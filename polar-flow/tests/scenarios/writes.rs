//! Writes: each leaves once, with the header against forgery, and its outcome is the right one.

use std::time::Duration;

use fake_services::script::{Act, ScriptedServer};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{Answer, ExpiredShape, Fault, PolarSession, PolarSport};
use polar_flow::create::NewSession;
use polar_flow::edit::{Feeling, SessionEdit};
use polar_flow::sports::SportId;
use polar_flow::web_session::Method;
use polar_flow::{Error, PolarFlow, SessionId};

use crate::common::*;

/// Scenario: no `X-Requested-With`
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

/// Scenario: parallel renewals are one; the failed request is repeated once
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
                let body = serde_json::json!({"date": "2025-05-01T08:00+0200", "sport": 1, "duration": 60});
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

/// Scenario: every way in which a write can fail: one request, the right word
#[tokio::test]
async fn every_failure_of_a_write_leaves_exactly_one_request_and_is_classified() {
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

/// Scenario: every way in which a write can fail: one request, the right word
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

/// Scenario: a session made by hand: create, read back, edit, delete, delete again
#[tokio::test]
async fn a_session_made_by_hand_goes_through_its_whole_life() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    let start = "2025-05-01T08:00:00+02:00".parse().unwrap();
    let mut session = NewSession::new(start, SportId::RUNNING, 1800);
    session.distance_m = Some(5000.0);
    session.heart_rate_max_bpm = Some(171);
    polar.create_session(&session).await.unwrap();
    // The answer has no id: the history has it.
    let user = polar.account().await.unwrap().user.id;
    let day = days("2025-05-01", "2025-05-01");
    let [made] = &polar.history(user, day).await.unwrap()[..] else {
        panic!("one session");
    };
    let id = made.id;
    let summary = polar.summary(id).await.unwrap();
    assert_eq!(summary.duration_ms, Some(1_800_000));
    assert_eq!(summary.timezone_offset_minutes, None);

    let edit = SessionEdit {
        sport: Some(SportId(2)),
        duration_s: Some(1900),
        distance_m: Some(5200.0),
        heart_rate_mean_bpm: Some(140),
        calories_kcal: Some(321),
        speed_mean_kmh: Some(9.9),
        name: Some("easy".to_owned()),
        note: Some("round the lake".to_owned()),
        feeling: Some(Feeling::Good),
        ..SessionEdit::default()
    };
    polar.edit_session(id, &edit).await.unwrap();
    let summary = polar.summary(id).await.unwrap();
    let exercise = summary.exercises.values().next().unwrap();
    let text = |text: &Option<String>| text.clone().unwrap();
    assert_eq!(text(&summary.note), "round the lake");
    assert_eq!(text(&summary.training_session_name), "easy");
    assert_eq!(summary.duration_ms, Some(1_900_000));
    assert_eq!(summary.heart_rate_mean_bpm, Some(140));
    assert_eq!(
        summary.heart_rate_max_bpm,
        Some(171),
        "a field that is not named stays"
    );
    assert_eq!(summary.feeling, Some(0.39));
    assert_eq!(exercise.distance_m, Some(5200.0));
    assert_eq!(exercise.calories_kcal, Some(321));
    assert_eq!(exercise.sport.map(|sport| sport.id), Some(SportId(2)));
    assert_eq!(exercise.training_statistic["SPEED"].unwrap().avg, Some(9.9));

    polar
        .edit_notes(id, None, Some(Feeling::Bad))
        .await
        .unwrap();
    let summary = polar.summary(id).await.unwrap();
    assert_eq!(
        (text(&summary.note).as_str(), summary.feeling),
        ("round the lake", Some(0.79))
    );
    polar.delete_session(id).await.unwrap();
    let gone = polar.summary(id).await;
    assert!(matches!(gone, Err(Error::NotFound { .. })), "{gone:?}");
    polar.delete_session(id).await.unwrap();
}

/// Ranges that only the service knows, and sessions of another account.
#[tokio::test]
async fn refused_edits_answer_as_the_service_does() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    let mut foreign = manual();
    (foreign.id, foreign.foreign) = (99, true);
    fake.add_session(foreign);
    fake.add_session(manual());
    let id = SessionId(99);
    let notes = polar.edit_notes(id, Some("x"), None).await;
    assert!(
        matches!(&notes, Err(Error::Refused { fingerprint, .. }) if fingerprint.status == 400),
        "{notes:?}"
    );
    let deleted = polar.delete_session(id).await;
    assert!(
        matches!(deleted, Err(Error::NotFound { .. })),
        "{deleted:?}"
    );
    let put = |id: u64, body: serde_json::Value| {
        let url = polar.url(&format!("/api/training/editTraining/{id}"));
        let request = polar
            .session()
            .request(Method::PUT, url)
            .endpoint("edit")
            .json(&body);
        polar.call(request).write()
    };
    let edit = put(99, serde_json::json!({"note": "x"})).await;
    assert!(matches!(edit, Err(Error::Forbidden { .. })), "{edit:?}");
    let edit = put(MANUAL, serde_json::json!({"hrMax": 241}))
        .await
        .unwrap_err();
    assert!(
        edit.may_have_been_sent() && edit.is_temporary(),
        "an empty 500: {edit:?}"
    );
    let future = NewSession::new(
        "2999-01-01T08:00:00+00:00".parse().unwrap(),
        SportId::RUNNING,
        60,
    );
    let made = polar.create_session(&future).await;
    assert!(
        matches!(&made, Err(Error::Refused { fingerprint, .. }) if fingerprint.status == 400),
        "{made:?}"
    );
}

/// Two public clients disagree; this one copes with both.
#[tokio::test]
async fn renewal_copes_with_services_that_accept_the_old_session_and_with_those_that_do_not() {
    for accepts in [false, true] {
        let fake = fake().await;
        fake.set(|s| s.renews_with_old_session = accepts);
        let polar = signed_in(&fake).await;
        fake.expire_sessions();
        assert_eq!(list(&polar).await.unwrap().len(), 1, "{accepts}");
        assert_eq!(fake.sessions_minted(), 2, "{accepts}");
    }
}

/// It says nothing of what was written: a session that has expired shows itself by the status.
///
/// Scenario: a page with 200 after a write, also one that asks to sign in
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
///
/// Scenario: a page with 200 after a write, also one that asks to sign in
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

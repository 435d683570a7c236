use serde_json::json;

use super::*;
use crate::testing::answering;

const SUMMARY: &str = include_str!("../../../fixtures/analysis/2026-09-summary-manual.json");

fn summary() -> Summary {
    serde_json::from_str(SUMMARY).unwrap()
}

#[tokio::test]
async fn notes_are_sent_as_the_website_does() {
    let path = "/api/training/analysis/updateTrainingData/8400000777";
    let (polar, server) = answering(path, wiremock::ResponseTemplate::new(200)).await;
    polar
        .edit_notes(
            SessionId(8_400_000_777),
            Some("felt fine"),
            Some(Feeling::VeryGood),
        )
        .await
        .unwrap();
    let request = &server.received_requests().await.unwrap()[0];
    assert_eq!(request.method.as_str(), "PUT");
    assert_eq!(
        request.body_json::<serde_json::Value>().unwrap(),
        json!({"note": "felt fine", "feeling": "0.19"})
    );
}

#[tokio::test]
async fn the_refusals_of_both_endpoints_differ() {
    use wiremock::ResponseTemplate;

    let id = SessionId(8_400_000_777);
    let notes = "/api/training/analysis/updateTrainingData/8400000777";
    let (polar, _server) = answering(notes, ResponseTemplate::new(400)).await;
    let error = polar.edit_notes(id, Some("x"), None).await.unwrap_err();
    assert!(matches!(error, Error::Refused { .. }), "{error}");
    assert!(!error.may_have_been_sent());
    for (status, may_be_done) in [(403, false), (500, true)] {
        let server = wiremock::MockServer::start().await;
        let summary = ResponseTemplate::new(200).set_body_string(SUMMARY);
        wiremock::Mock::given(wiremock::matchers::method("GET"))
            .respond_with(summary)
            .mount(&server)
            .await;
        wiremock::Mock::given(wiremock::matchers::method("PUT"))
            .respond_with(ResponseTemplate::new(status))
            .mount(&server)
            .await;
        let polar = crate::testing::client(&server);
        let error = polar
            .edit_session(id, &SessionEdit::default())
            .await
            .unwrap_err();
        assert_eq!(
            matches!(error, Error::Forbidden { .. }),
            status == 403,
            "{error}"
        );
        assert_eq!(error.may_have_been_sent(), may_be_done, "{error}");
    }
}

#[test]
fn every_feeling_is_a_text_that_the_service_knows() {
    for (feeling, text) in [
        (Feeling::VeryGood, "0.19"),
        (Feeling::Good, "0.39"),
        (Feeling::Okay, "0.59"),
        (Feeling::Bad, "0.79"),
        (Feeling::VeryBad, "0.99"),
    ] {
        assert_eq!(feeling.wire(), text);
        assert_eq!(Feeling::of(text.parse().unwrap()), Some(feeling));
    }
}

/// Scenario: editing: only what a form by hand may change
#[test]
fn the_form_starts_from_what_is_there() {
    let edit = SessionEdit {
        name: Some("renamed".into()),
        ..SessionEdit::default()
    };
    let form = form(&summary(), &edit).unwrap();
    assert_eq!(
        serde_json::to_value(form).unwrap(),
        json!({"sport": 1, "duration": 2700, "distance": 7200.0, "hrAverage": 131, "hrMax": 0, "kiloCalories": 412,
               "note": "treadmill", "trainingSessionName": "renamed", "editedExerciseId": null})
    );
}

#[test]
fn how_it_felt_stays() {
    let mut felt = summary();
    felt.feeling = Some(0.79);
    let form = form(&felt, &SessionEdit::default()).unwrap();
    assert_eq!(form.feeling, Some("0.79"));
}

/// Scenario: editing: only what a form by hand may change
#[test]
fn recorded_sessions_and_several_exercises_are_refused() {
    let mut recorded = summary();
    recorded.device_name = Some("Polar Something".into());
    assert!(form(&recorded, &SessionEdit::default()).is_err());
    recorded.device_name = None;
    assert!(
        form(&recorded, &SessionEdit::default()).is_err(),
        "a mark that is gone proves nothing"
    );
    let mut several = summary();
    let mut second = several.exercises.values().next().unwrap().clone();
    second.id = ExerciseId(1);
    several.exercises.insert(ExerciseId(1), second);
    assert!(form(&several, &SessionEdit::default()).is_err());
}

#[test]
fn values_out_of_range_are_refused_before_anything_is_sent() {
    let edit = SessionEdit::default;
    for bad in [
        SessionEdit {
            duration_s: Some(0),
            ..edit()
        },
        SessionEdit {
            duration_s: Some(360_000),
            ..edit()
        },
        SessionEdit {
            distance_m: Some(-1.0),
            ..edit()
        },
        SessionEdit {
            distance_m: Some(f64::NAN),
            ..edit()
        },
        SessionEdit {
            heart_rate_max_bpm: Some(241),
            ..edit()
        },
        SessionEdit {
            calories_kcal: Some(65_536),
            ..edit()
        },
        SessionEdit {
            speed_mean_kmh: Some(400.0),
            ..edit()
        },
        SessionEdit {
            name: Some(String::new()),
            ..edit()
        },
        SessionEdit {
            note: Some("z".repeat(10_001)),
            ..edit()
        },
    ] {
        assert!(
            matches!(check(&bad), Err(Error::InvalidArgument(_))),
            "{bad:?}"
        );
    }
}

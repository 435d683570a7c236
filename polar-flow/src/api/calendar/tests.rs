use chrono::NaiveDate;
use futures_util::TryStreamExt;
use serde_json::{Value, json};
use wiremock::matchers::query_param;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::ids::{SessionId, TargetId};
use crate::sports::SportId;
use crate::testing::{client, replay};

const ALL_KINDS: &str = include_str!("../../../fixtures/calendar/2025-05-all-kinds.json");
const NO_DISTANCE: &str = include_str!("../../../fixtures/calendar/2017-04-no-distance.json");
const PATH: &str = "/training/getCalendarEvents";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn exercise(events: &[CalendarEvent], index: usize) -> &ExerciseEvent {
    match &events[index] {
        CalendarEvent::Exercise(exercise) => exercise,
        other => panic!("{other:?}"),
    }
}

/// The first element of the fixture with one field changed; `None` removes it.
fn with(field: &str, value: Option<Value>) -> Result<Vec<CalendarEvent>, web_session::Misfit> {
    let mut events: Value = serde_json::from_str(ALL_KINDS).unwrap();
    let first = events[0].as_object_mut().unwrap();
    match value {
        Some(value) => first.insert(field.to_owned(), value),
        None => first.remove(field),
    };
    decode(events.to_string().as_bytes(), None)
}

#[test]
fn all_kinds_are_read() {
    let events = decode(ALL_KINDS.as_bytes(), None).unwrap();
    let ride = exercise(&events, 0);
    assert_eq!(ride.id, SessionId(8_104_000_021));
    assert_eq!(ride.start, "2025-05-07T10:05:15.250".parse().unwrap());
    assert_eq!(ride.duration_ms, Some(7_869_400));
    assert_eq!(ride.distance_m, Some(31_204.101_562_5));
    assert_eq!(ride.calories_kcal, Some(1102));
    assert_eq!(ride.icon.unwrap().sport_id(), Some(SportId(2)));
    assert_eq!(
        (ride.load_index, ride.load_text.as_deref()),
        (Some(5), Some("Very high"))
    );
    assert_eq!(
        (ride.is_test, ride.has_training_target),
        (Some(false), Some(false))
    );

    let CalendarEvent::FitnessTest(test) = &events[1] else {
        panic!()
    };
    assert_eq!((test.id, test.index), (Some(8_104_000_300), Some(51)));
    let CalendarEvent::OrthostaticTest(test) = &events[2] else {
        panic!()
    };
    assert_eq!(
        (test.id, test.result.as_deref()),
        (Some(8_104_000_302), Some("58 (1)"))
    );
    let CalendarEvent::RrRecording(recording) = &events[3] else {
        panic!()
    };
    assert_eq!(recording.id, Some(8_104_000_303));
    let CalendarEvent::TrainingTarget(target) = &events[4] else {
        panic!()
    };
    assert_eq!(
        (target.id, target.distance_m),
        (Some(TargetId(8_104_000_400)), Some(5000.0))
    );
    let CalendarEvent::Other(other) = &events[5] else {
        panic!()
    };
    assert_eq!(
        (other.kind.as_str(), &other.raw["moonId"]),
        ("MOONWALK", &json!(7))
    );
    assert_eq!(events[5].day(), Some(day("2025-05-11")));
    assert!(events.iter().all(|event| event.start().is_some()));
}

#[test]
fn no_field_of_a_known_kind_is_unknown() {
    let unknown = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = std::sync::Arc::clone(&unknown);
    let observer: web_session::Observer =
        std::sync::Arc::new(move |field| sink.lock().unwrap().push(field.path.clone()));
    decode(ALL_KINDS.as_bytes(), Some(&observer)).unwrap();
    decode(NO_DISTANCE.as_bytes(), Some(&observer)).unwrap();
    assert_eq!(*unknown.lock().unwrap(), ["[5].moonId"]);
}

#[test]
fn a_missing_distance_is_not_a_distance_of_zero() {
    let events = decode(NO_DISTANCE.as_bytes(), None).unwrap();
    assert_eq!(exercise(&events, 0).distance_m, None);
    assert_eq!(exercise(&events, 1).distance_m, Some(0.0));
    assert_eq!(exercise(&events, 1).calories_kcal, None);
    assert_eq!(exercise(&events, 1).load_index, None);
    assert_eq!(exercise(&events, 1).icon.unwrap().sport_id(), None);
}

#[test]
fn an_exercise_without_id_or_start_is_drift_that_names_the_place() {
    for field in ["listItemId", "datetime"] {
        for value in [None, Some(Value::Null)] {
            let misfit = with(field, value).unwrap_err();
            assert_eq!(misfit.path, "[0]");
            assert!(misfit.problem.contains(field), "{misfit}");
        }
    }
    let misfit = with("listItemId", Some(json!("8104000021"))).unwrap_err();
    assert_eq!(misfit.path, "[0].listItemId");
    assert!(!misfit.to_string().contains("8104000021"), "{misfit}");
    assert_eq!(
        with("datetime", Some(json!("today"))).unwrap_err().path,
        "[0].datetime"
    );
    assert!(with("type", None).is_err(), "it could have been a workout");
}

#[test]
fn everything_else_may_be_missing_or_null() {
    let first: Value = serde_json::from_str::<Value>(ALL_KINDS).unwrap()[0].clone();
    for field in first.as_object().unwrap().keys() {
        if ["type", "listItemId", "datetime"].contains(&field.as_str()) {
            continue;
        }
        for value in [None, Some(Value::Null)] {
            let events = with(field, value).unwrap_or_else(|e| panic!("{field}: {e}"));
            assert_eq!(exercise(&events, 0).id, SessionId(8_104_000_021), "{field}");
        }
    }
}

#[test]
fn fields_that_change_their_type_are_read_both_ways() {
    let value = |field, value| exercise(&with(field, Some(value)).unwrap(), 0).clone();
    assert_eq!(
        value("duration", json!(7_869_400.0)).duration_ms,
        Some(7_869_400)
    );
    assert_eq!(value("distance", json!(31_204)).distance_m, Some(31_204.0));
    assert_eq!(value("calories", json!(1102.4)).calories_kcal, Some(1102));
    assert_eq!(
        value("start", json!("2025-05-07T10:05:15.250Z")).id,
        SessionId(8_104_000_021)
    );
    assert_eq!(value("allDay", json!("false")).id, SessionId(8_104_000_021));
    assert_eq!(value("isTest", json!("true")).is_test, Some(true));
    assert_eq!(
        value("datetime", json!("2025-05-07T10:05:15.250"))
            .start
            .to_string(),
        "2025-05-07 10:05:15.250"
    );
}

#[test]
fn other_kinds_never_break_the_list() {
    let mut events: Value = serde_json::from_str(ALL_KINDS).unwrap();
    events[1]["index"] = json!({"now": "an object"});
    events[2]["datetime"] = json!(["strange"]);
    let events = decode(events.to_string().as_bytes(), None).unwrap();
    assert_eq!(events.len(), 6);
    assert!(matches!(&events[1], CalendarEvent::Other(other) if other.kind == "FITNESSDATA"));
    assert!(matches!(&events[2], CalendarEvent::Other(other) if other.kind == "ORTHOSTATICTEST"));
    exercise(&events, 0);
}

#[test]
fn what_is_no_list_is_an_error() {
    for text in ["{}", "null", "[", "[1]", "[{}]", "\"x\"", ""] {
        assert!(decode(text.as_bytes(), None).is_err(), "{text}");
    }
    assert!(decode(b"[]", None).unwrap().is_empty());
}

#[tokio::test]
async fn the_request_has_days_as_the_service_writes_them() {
    let (polar, server) = replay(PATH, ALL_KINDS).await;
    let events: Vec<_> = polar
        .calendar(day("2025-05-01"), day("2025-05-09"))
        .try_collect()
        .await
        .unwrap();
    assert_eq!(events.len(), 4, "two are after the last day");
    let url = server.received_requests().await.unwrap()[0].url.clone();
    assert_eq!(url.query(), Some("start=1.5.2025&end=10.5.2025"));
}

#[tokio::test]
async fn what_two_windows_share_is_given_once() {
    let (polar, server) = replay(PATH, ALL_KINDS).await;
    let events: Vec<_> = polar
        .calendar(day("2025-01-01"), day("2025-12-31"))
        .try_collect()
        .await
        .unwrap();
    assert_eq!(events.len(), 6);
    assert_eq!(server.received_requests().await.unwrap().len(), 5);
}

#[tokio::test]
async fn a_stream_that_is_dropped_asks_no_further() {
    let (polar, server) = replay(PATH, ALL_KINDS).await;
    let mut events = polar.calendar(day("2025-05-01"), day("2035-01-01"));
    events.try_next().await.unwrap().unwrap();
    drop(events);
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

/// The next window is asked for when the last one is used up: one window is all that is ever held.
#[tokio::test]
async fn one_window_is_held_at_a_time() {
    let server = MockServer::start().await;
    for (window, start) in ["1.1.2025", "1.4.2025", "30.6.2025"].iter().enumerate() {
        let events: Vec<_> = (0..3)
            .map(|n| {
                let at = format!("2025-{:02}-0{}T08:00:00.000Z", 3 * window + 2, n + 1);
                json!({"type": "EXERCISE", "listItemId": 10 * window + n, "datetime": at})
            })
            .collect();
        Mock::given(query_param("start", *start))
            .respond_with(ResponseTemplate::new(200).set_body_json(events))
            .mount(&server)
            .await;
    }
    let polar = client(&server);
    let asked = async || server.received_requests().await.unwrap().len();
    let mut events = polar.calendar(day("2025-01-01"), day("2025-09-20"));
    assert_eq!(asked().await, 0, "nothing before the first poll");
    for requests in [1, 1, 1, 2, 2, 2, 3, 3, 3] {
        events.try_next().await.unwrap().unwrap();
        assert_eq!(asked().await, requests);
    }
    assert!(events.try_next().await.unwrap().is_none());
    assert_eq!(asked().await, 3);
}

#[tokio::test]
async fn an_error_in_a_later_window_ends_the_stream() {
    let server = MockServer::start().await;
    Mock::given(query_param("start", "1.1.2025"))
        .respond_with(ResponseTemplate::new(200).set_body_string("[]"))
        .mount(&server)
        .await;
    Mock::given(query_param("start", "1.4.2025"))
        .respond_with(ResponseTemplate::new(200).set_body_string(r#"[{"type":"EXERCISE"}]"#))
        .mount(&server)
        .await;
    let polar = client(&server);
    let error = polar
        .exercises(day("2025-01-01"), day("2025-12-31"))
        .try_collect::<Vec<_>>()
        .await
        .unwrap_err();
    assert!(error.is_drift(), "{error}");
    assert!(error.to_string().contains("calendar"), "{error}");
}

use chrono::NaiveDate;
use futures_util::TryStreamExt;
use serde_json::{Value, json};
use wiremock::matchers::query_param;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::model::ids::{SessionId, TargetId};
use crate::model::sports::SportId;
use crate::testing::{client, replay};

const ALL_KINDS: &str = include_str!("../../../fixtures/calendar/2025-05-all-kinds.json");
const NO_DISTANCE: &str = include_str!("../../../fixtures/calendar/2017-04-no-distance.json");
const PATH: &str = "/training/getCalendarEvents";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn exercise(events: &[CalendarEvent], index: usize) -> &SessionEvent {
    match &events[index] {
        CalendarEvent::Session(exercise) => exercise,
        other => panic!("{other:?}"),
    }
}

/// The first element of the fixture with one field changed; `None` removes it.
fn with(field: &str, value: Option<Value>) -> Result<Vec<CalendarEvent>, web_session::DecodeIssue> {
    let mut events: Value = serde_json::from_str(ALL_KINDS).unwrap();
    let first = events[0].as_object_mut().unwrap();
    match value {
        Some(value) => first.insert(field.to_owned(), value),
        None => first.remove(field),
    };
    decode(events.to_string().as_bytes(), None)
}

/// Scenario: five kinds and an unknown one
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
    let (_, seen) = observed(&serde_json::from_str(ALL_KINDS).unwrap());
    assert_eq!(seen, ["[5].moonId"]);
    let (_, seen) = observed(&serde_json::from_str(NO_DISTANCE).unwrap());
    assert_eq!(seen, Vec::<String>::new());
}

/// Scenario: distance null and 0.0
#[test]
fn a_missing_distance_is_not_a_distance_of_zero() {
    let events = decode(NO_DISTANCE.as_bytes(), None).unwrap();
    assert_eq!(exercise(&events, 0).distance_m, None);
    assert_eq!(exercise(&events, 1).distance_m, Some(0.0));
    assert_eq!(exercise(&events, 1).calories_kcal, None);
    assert_eq!(exercise(&events, 1).load_index, None);
    assert_eq!(exercise(&events, 1).icon.unwrap().sport_id(), None);
}

/// Scenario: `Drift`
#[test]
fn an_exercise_without_id_or_start_is_drift_that_names_the_place() {
    for (field, found) in [
        (None, "nothing"),
        (Some(Value::Null), "null"),
        (Some(json!("S3CRET")), "text"),
        (Some(json!(-8_104_000_021_i64)), "a number"),
        (Some(json!([8_104_000_021_u64])), "a list"),
    ] {
        for name in ["listItemId", "datetime"] {
            let issue = with(name, field.clone()).unwrap_err();
            assert_eq!(issue.path, format!("[0].{name}"));
            let problem = format!("it is essential to a training session, found {found}");
            assert_eq!(issue.problem, problem);
        }
    }
    for kind in [None, Some(Value::Null), Some(json!(7))] {
        let issue = with("type", kind).unwrap_err();
        assert_eq!(issue.path, "[0].type", "it could be a training session");
    }
}

/// A text that was cut by its length ends in half a character; other services would not send it, and it must not stop a sync.
#[test]
fn a_badly_spelled_value_costs_only_itself() {
    let first: Value = serde_json::from_str::<Value>(ALL_KINDS).unwrap()[0].clone();
    let title = first["title"].as_str().unwrap();
    let text = first.to_string();
    for odd in [r"x\ud83d", "a\tb"] {
        let answer = format!("\u{feff}[{}]", text.replace(title, odd));
        let events = decode(answer.as_bytes(), None).unwrap();
        assert_eq!(exercise(&events, 0).id, SessionId(8_104_000_021));
        assert!(exercise(&events, 0).title.is_some());
    }
    let mut latin = format!("[{text}]").into_bytes();
    let at = format!("[{text}]").find(title).unwrap();
    latin[at] = 0xE9;
    assert_eq!(decode(&latin, None).unwrap().len(), 1);
}

#[test]
fn a_session_under_another_word_is_a_session() {
    let with_kind = |kind: &str, event_type: Value| {
        let mut events: Value = serde_json::from_str(ALL_KINDS).unwrap();
        events[0]["type"] = json!(kind);
        events[0]["eventType"] = event_type;
        decode(events.to_string().as_bytes(), None)
            .unwrap()
            .remove(0)
    };
    for (kind, event_type) in [
        ("exercise", Value::Null),
        ("TRAINING", json!("exercise")),
        ("", json!("EXERCISE")),
    ] {
        let event = with_kind(kind, event_type);
        assert!(matches!(event, CalendarEvent::Session(_)), "{kind}");
    }
    for (kind, event_type) in [("MOON", json!("moon")), ("FITNESSDATA", json!("exercise"))] {
        let event = with_kind(kind, event_type);
        assert!(!matches!(event, CalendarEvent::Session(_)), "{kind}");
    }
}

#[test]
fn an_id_may_be_written_as_text() {
    let events = with("listItemId", Some(json!("8104000021"))).unwrap();
    assert_eq!(exercise(&events, 0).id, SessionId(8_104_000_021));
}

/// Scenario: everything optional but id and type; ids, units, local times, durations in five units
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

/// Scenario: `start` text or number, `allDay` as text, `ListItemId`
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

/// Scenario: one odd entry does not cost the list
#[test]
fn other_kinds_never_break_the_list() {
    let mut events: Value = serde_json::from_str(ALL_KINDS).unwrap();
    events[1]["index"] = json!({"now": "an object"});
    events[1]["listItemId"] = json!("text");
    events[2]["datetime"] = json!(["strange"]);
    let events = decode(events.to_string().as_bytes(), None).unwrap();
    assert_eq!(events.len(), 6);
    let CalendarEvent::FitnessTest(test) = &events[1] else {
        panic!("{:?}", events[1])
    };
    assert_eq!((test.id, test.index), (None, None));
    assert!(test.start.is_some() && test.title.is_some());
    let CalendarEvent::OrthostaticTest(test) = &events[2] else {
        panic!("{:?}", events[2])
    };
    assert_eq!((test.id, test.start), (Some(8_104_000_302), None));
    exercise(&events, 0);
}

/// One odd field of one event must not cost the listing anything else.
#[test]
fn a_field_of_another_type_costs_itself_and_is_observed() {
    type Field = fn(&mut SessionEvent);
    let cases: [(&str, Value, Field); 12] = [
        ("trainingLoadProIndex", json!("5"), |e| e.load_index = None),
        ("trainingLoadProIndex", json!(500), |e| e.load_index = None),
        ("trainingLoadProInterpretation", json!(5), |e| {
            e.load_text = None
        }),
        ("calories", json!("2057"), |e| e.calories_kcal = None),
        ("calories", json!(-1), |e| e.calories_kcal = None),
        ("title", json!({"text": "x"}), |e| e.title = None),
        ("isTest", json!(0), |e| e.is_test = None),
        ("hasTrainingTarget", json!("no"), |e| {
            e.has_training_target = None
        }),
        ("duration", json!([7_869_400]), |e| e.duration_ms = None),
        ("distance", json!("31204.1"), |e| e.distance_m = None),
        ("distance", json!(-1.0), |e| e.distance_m = None),
        ("iconUrl", json!(false), |e| e.icon = None),
    ];
    let whole = decode(ALL_KINDS.as_bytes(), None).unwrap();
    for (field, value, lost) in cases {
        let mut events: Value = serde_json::from_str(ALL_KINDS).unwrap();
        events[0][field] = value.clone();
        let (read, seen) = observed(&events);
        let mut expected = whole.clone();
        let CalendarEvent::Session(first) = &mut expected[0] else {
            panic!()
        };
        lost(first);
        assert_eq!(read, expected, "{field}: {value}");
        assert_eq!(
            seen,
            [format!("[0].{field}"), "[5].moonId".to_owned()],
            "{value}"
        );
    }
}

#[test]
fn a_null_entry_is_observed_and_any_other_is_never_lost() {
    let mut events: Value = serde_json::from_str(ALL_KINDS).unwrap();
    events[1] = Value::Null;
    let (read, seen) = observed(&events);
    assert_eq!(read.len(), 5);
    assert_eq!(seen, ["[1]", "[5].moonId"]);
    let CalendarEvent::Other(other) = &read[4] else {
        panic!("{:?}", read[4])
    };
    assert_eq!(
        other.raw["moonId"], 7,
        "the entry as it came is found behind the null"
    );
    for odd in [json!(7), json!("EXERCISE"), json!([]), json!(true)] {
        events[1] = odd;
        let issue = decode(events.to_string().as_bytes(), None).unwrap_err();
        assert_eq!(issue.path, "[1]");
    }
}

/// The events, and the paths of what was observed.
fn observed(events: &Value) -> (Vec<CalendarEvent>, Vec<String>) {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = std::sync::Arc::clone(&seen);
    let observer: web_session::Observer = std::sync::Arc::new(move |observation| {
        sink.lock().unwrap().push(observation.path.clone());
    });
    let events = decode(events.to_string().as_bytes(), Some(&observer)).unwrap();
    let seen = seen.lock().unwrap().clone();
    (events, seen)
}

/// Two sessions whose `datetime` became UTC, while `timestamp` still has the wall clock.
#[test]
fn start_is_the_field_that_the_caller_names() {
    let session = |id: u64| json!({"type": "EXERCISE", "listItemId": id, "datetime": "2025-05-01T08:00:00.000Z", "timestamp": 1_746_093_600_000_i64});
    let body = json!([session(1), session(2)]).to_string();
    let issue = decode(body.as_bytes(), None).unwrap_err();
    assert!(issue.path.ends_with("datetime"), "{issue:?}");
    for (field, hour) in [
        (StartField::Datetime, "2025-05-01T08:00:00"),
        (StartField::Timestamp, "2025-05-01T10:00:00"),
    ] {
        let events = decode_with(body.as_bytes(), None, field).unwrap();
        for index in 0..2 {
            assert_eq!(exercise(&events, index).start, hour.parse().unwrap());
        }
    }
    // Without the other field there is one to take.
    let body =
        json!([{"type": "EXERCISE", "listItemId": 1, "datetime": "2025-05-01T08:00:00.000Z"}]);
    let events = decode_with(body.to_string().as_bytes(), None, StartField::Timestamp).unwrap();
    assert_eq!(
        exercise(&events, 0).start,
        "2025-05-01T08:00:00".parse().unwrap()
    );
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
        .calendar(day("2025-05-01")..=day("2025-05-09"))
        .try_collect()
        .await
        .unwrap();
    assert_eq!(events.len(), 4, "two are after the last day");
    let url = server.received_requests().await.unwrap()[0].url.clone();
    assert_eq!(url.query(), Some("start=1.5.2025&end=10.5.2025"));
}

/// Scenario: windows of 90 days, each event once, one window in memory, stops early
#[tokio::test]
async fn what_two_windows_share_is_given_once() {
    let (polar, server) = replay(PATH, ALL_KINDS).await;
    let events: Vec<_> = polar
        .calendar(day("2025-01-01")..=day("2025-12-31"))
        .try_collect()
        .await
        .unwrap();
    assert_eq!(events.len(), 6);
    assert_eq!(server.received_requests().await.unwrap().len(), 5);
}

/// Scenario: windows of 90 days, each event once, one window in memory, stops early
#[tokio::test]
async fn a_stream_that_is_dropped_asks_no_further() {
    let (polar, server) = replay(PATH, ALL_KINDS).await;
    let mut events = polar.calendar(day("2025-05-01")..=day("2035-01-01"));
    events.try_next().await.unwrap().unwrap();
    drop(events);
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

/// The next window is asked for when the last one is used up: one window is all that is ever held.
///
/// Scenario: windows of 90 days, each event once, one window in memory, stops early
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
    let mut events = polar.calendar(day("2025-01-01")..=day("2025-09-20"));
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
        .sessions(day("2025-01-01")..=day("2025-12-31"))
        .try_collect::<Vec<_>>()
        .await
        .unwrap_err();
    assert!(error.is_drift(), "{error}");
    assert!(error.to_string().contains("calendar"), "{error}");
}

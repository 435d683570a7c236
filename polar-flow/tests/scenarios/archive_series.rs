//! Series of a data export whose times, shapes or numbers are not as they should be: no position and no value is lost without a word.

use std::io::Cursor;

use fake_services::synthetic::polar_export::{new_session, old_session, packed};
use polar_flow::archive::{self, ArchivedSession, Problem};
use serde_json::{Value, json};

const DAY: &str = "2026-01-02";

fn read(file: (String, String)) -> ArchivedSession {
    let packed = packed(&[file]).unwrap();
    let mut archive = archive::read(Cursor::new(packed)).unwrap();
    archive.sessions().next().unwrap().unwrap()
}

/// A session of 100 positions and 98 heart rates without a pause, with one thing changed.
fn changed(change: impl Fn(&mut Value)) -> ArchivedSession {
    let (name, content) = new_session(700, DAY, 1);
    let quoted = content
        .replace("NaN,", "\"NaN\",")
        .replace("\"\"NaN\"\"", "\"NaN\"");
    let mut session: Value = serde_json::from_str(&quoted).unwrap();
    session["exercises"][0]["pauseTimes"] = json!([]);
    change(&mut session);
    read((name, session.to_string()))
}

/// Positions, heart rates, and what is said.
fn facts(session: &ArchivedSession) -> (usize, usize, Vec<String>) {
    let (workouts, oddities) = session.workouts_and_oddities();
    let positions = workouts.iter().map(|one| one.position_count()).sum();
    let points = workouts.iter().flat_map(|one| one.trackpoints());
    let rates = points.filter(|point| point.heart_rate.is_some()).count();
    let said = oddities.into_iter().map(|odd| {
        assert!(matches!(odd.problem, Problem::Odd(_)), "{odd:?}");
        odd.problem.to_string()
    });
    (positions, rates, said.collect())
}

fn way_points(session: &mut Value) -> &mut Vec<Value> {
    let route = &mut session["exercises"][0]["routes"]["route"];
    route["wayPoints"].as_array_mut().unwrap()
}

fn without_times(session: &mut Value) {
    for point in way_points(session) {
        point.as_object_mut().unwrap().remove("elapsedMillis");
    }
}

#[test]
fn a_sound_session_says_nothing() {
    assert_eq!(facts(&changed(|_| {})), (100, 98, vec![]));
}

/// Scenario: data export: a route without times, with a clock of another zone, or before its exercise keeps its positions
#[test]
fn positions_without_sound_times_are_kept_and_named() {
    let route = |session: &mut Value, start: &str| {
        session["exercises"][0]["routes"]["route"]["startTime"] = json!(start);
    };
    for (name, session, is_said) in [
        ("no times", changed(without_times), true),
        (
            "one without",
            changed(|session| way_points(session)[50]["elapsedMillis"] = Value::Null),
            true,
        ),
        (
            "an absurd one",
            changed(|session| way_points(session)[50]["elapsedMillis"] = json!(1e300)),
            true,
        ),
        (
            "UTC",
            changed(|session| route(session, "2026-01-02T08:30:00Z")),
            false,
        ),
        (
            "another day",
            changed(|session| route(session, "2025-01-02T08:30:00")),
            true,
        ),
        (
            "exercise begins later",
            changed(|session| {
                session["exercises"][0]["startTime"] = json!("2026-01-02T10:30:40");
                route(session, "2026-01-02T10:30:00");
            }),
            false,
        ),
    ] {
        let (positions, rates, said) = facts(&session);
        assert_eq!((positions, rates), (100, 98), "{name}");
        assert_eq!(!said.is_empty(), is_said, "{name}: {said:?}");
        let workouts = session.workouts();
        let mut times = workouts[0].trackpoints().filter_map(|point| point.time);
        let first = times.next().unwrap();
        assert!(
            first.to_string().starts_with("2026-01-02 08:30:"),
            "{name}: {first}"
        );
        let last = times.last().unwrap();
        assert!(
            last.to_string().starts_with("2026-01-02 08:3"),
            "{name}: {last}"
        );
    }
}

/// Scenario: data export: a route without times, with a clock of another zone, or before its exercise keeps its positions
#[test]
fn old_routes_without_times_and_of_the_night_of_winter_time_are_kept() {
    let old = |change: &dyn Fn(&mut Value)| {
        let (name, content) = old_session(500, "2017-01-23");
        let mut session: Value = serde_json::from_str(&content).unwrap();
        change(&mut session["exercises"][0]);
        read((name, session.to_string()))
    };
    let (positions, _, said) = facts(&old(&|exercise| {
        for point in exercise["samples"]["recordedRoute"].as_array_mut().unwrap() {
            point.as_object_mut().unwrap().remove("dateTime");
        }
    }));
    assert_eq!((positions, said.len()), (60, 1), "{said:?}");
    let session = old(&|exercise| {
        // From 02:30 to 02:59, and again from 02:00 on.
        let clock = |minute: u32| format!("2017-01-23T02:{:02}:00", (minute + 30) % 60);
        exercise["startTime"] = json!("2017-01-23T02:30:00");
        exercise["stopTime"] = json!("2017-01-23T02:59:00");
        let points = (0..60).map(|minute| {
            json!({"dateTime": clock(minute), "latitude": 0.05 + f64::from(minute) / 1e3, "longitude": 0.05})
        });
        exercise["samples"]["recordedRoute"] = points.collect();
        exercise["samples"]["heartRate"] = json!([]);
    });
    let (positions, _, said) = facts(&session);
    assert_eq!((positions, said.len()), (60, 1), "{said:?}");
    let workouts = session.workouts();
    let times: Vec<_> = workouts[0]
        .trackpoints()
        .filter_map(|point| point.time)
        .collect();
    assert_eq!((times[59] - times[0]).num_minutes(), 59);
}

/// Scenario: data export: points in a pause of no length are kept, and those in a real one are named
#[test]
fn pauses_cost_only_what_they_are_said_to_cost() {
    let paused = |until: &str| {
        changed(|session| {
            session["exercises"][0]["pauseTimes"] =
                json!([{"startTime": "2026-01-02T10:30:10", "endTime": until}]);
        })
    };
    let (positions, rates, said) = facts(&paused("2026-01-03T10:31:40"));
    assert_eq!((positions, rates, said.len()), (100, 98, 1), "{said:?}");
    let (positions, _, said) = facts(&paused("2026-01-02T10:30:20"));
    assert_eq!((positions, said.len()), (91, 1), "{said:?}");
    assert!(said[0].contains('9'), "{said:?}");
}

/// Scenario: data export: numbers without measure end no program, and cost no value
#[test]
fn intervals_that_are_missing_or_absurd_cost_no_value() {
    for interval in [
        json!(null),
        json!(0),
        json!(-5),
        json!("NaN"),
        json!(1e18),
        json!(1e300),
    ] {
        let session = changed(|session| {
            session["exercises"][0]["samples"]["samples"][0]["intervalMillis"] = interval.clone();
        });
        let (positions, rates, said) = facts(&session);
        assert_eq!(
            (positions, rates, said.len()),
            (100, 98, 1),
            "{interval}: {said:?}"
        );
    }
    // Twice a second: none hides another.
    let session = changed(|session| {
        session["exercises"][0]["samples"]["samples"][0]["intervalMillis"] = json!(500);
    });
    assert_eq!(facts(&session), (100, 98, vec![]));
}

/// Scenario: data export: objects in place of lists, and lists in place of objects, are read
#[test]
fn other_shapes_hold_the_same_points() {
    let listed = |session: &mut Value, path: &str| {
        let value = session.pointer_mut(path).unwrap();
        *value = json!([value.take()]);
    };
    for (name, session) in [
        (
            "exercises as an object",
            changed(|session| session["exercises"] = session["exercises"][0].take()),
        ),
        (
            "routes as a list",
            changed(|session| listed(session, "/exercises/0/routes")),
        ),
        (
            "route as a list",
            changed(|session| listed(session, "/exercises/0/routes/route")),
        ),
        (
            "samples as a list",
            changed(|session| listed(session, "/exercises/0/samples")),
        ),
        (
            "series right in samples",
            changed(|session| {
                let samples = &mut session["exercises"][0]["samples"];
                *samples = samples["samples"].take();
            }),
        ),
        (
            "null beside the exercise",
            changed(|session| {
                let all = session["exercises"].as_array_mut().unwrap();
                all.insert(0, Value::Null);
            }),
        ),
    ] {
        assert_eq!(facts(&session), (100, 98, vec![]), "{name}");
        assert_eq!(session.workouts().len(), 1, "{name}");
        assert_eq!(session.sport, Some(workout_files::Sport::Running), "{name}");
    }
}

/// Scenario: data export: an offset that can be none hides no other, and an exercise has its own
#[test]
fn offsets_are_those_of_the_exercise_where_it_has_one() {
    for odd in [json!(1000), json!(7_200_000), json!("NaN")] {
        let session = changed(|session| session["timezoneOffsetMinutes"] = odd.clone());
        assert_eq!(
            session.start_utc().unwrap().to_string(),
            "2026-01-02 08:30:00 UTC"
        );
    }
    let (name, content) = new_session(700, DAY, 2);
    let second = content.rfind("\"timezoneOffsetMinutes\": 120").unwrap();
    let (before, after) = content.split_at(second);
    let moved = format!("{before}{}", after.replacen("120", "60", 1));
    let session = read((name, moved));
    let starts = session
        .workouts()
        .into_iter()
        .filter_map(|one| one.start_time());
    let starts: Vec<String> = starts.map(|start| start.to_string()).collect();
    assert_eq!(
        starts,
        ["2026-01-02 08:30:00 UTC", "2026-01-02 09:33:00 UTC"]
    );
}

/// Scenario: data export: text that is no text, ids that would steer a terminal
#[test]
fn odd_texts_cost_themselves_and_ids_are_plain() {
    let (name, content) = new_session(700, DAY, 1);
    for note in ["x\\ud83d", "\\ude00"] {
        let session = read((name.clone(), content.replace("windy", note)));
        assert_eq!(session.workouts()[0].position_count(), 81);
        assert!(session.notes.unwrap().contains('\u{fffd}'));
    }
    let id = "\"identifier\": {\"id\": \"700\"}";
    let hostile = "\"identifier\": {\"id\": \"7\\u001b[31m\\u0007\\u202e\\n0\"}";
    assert_eq!(
        read((name.clone(), content.replacen(id, hostile, 1))).id,
        "731m0"
    );
    let start = "\"startTime\": \"2026-01-02T10:30:00\"";
    for other in [
        "null",
        "\"2026-01-02 10:30\"",
        "\"2026-01-02T10:30:00+02:00\"",
    ] {
        let other = format!("\"startTime\": {other}");
        let session = read((name.clone(), content.replacen(start, &other, 1)));
        assert_eq!(session.start.to_string(), "2026-01-02 10:30:00");
    }
}

/// Scenario: data export: a small ZIP takes no large memory
#[test]
fn sessions_larger_than_any_are_refused() {
    let many = |what: &str| format!("{{\"identifier\": {{\"id\": \"1\"}}, \"x\": [{}0]}}", what);
    for content in [
        many(&"0,".repeat(8_000_001)),
        many(&"{},".repeat(1_000_001)),
    ] {
        let packed = packed(&[("training-session_1.json".to_owned(), content)]).unwrap();
        assert!(packed.len() < 100_000);
        let mut archive = archive::read(Cursor::new(packed)).unwrap();
        let refused = archive.sessions().next().unwrap().unwrap_err();
        assert_eq!(refused.problem, Problem::TooLarge);
    }
}

/// Scenario: data export: separators of another system in the names of files
#[test]
fn files_in_folders_of_windows_are_found() {
    let (name, content) = new_session(700, DAY, 1);
    assert_eq!(read((format!("x\\{name}"), content)).id, "700");
    let (name, content) = old_session(500, "2017-01-23");
    assert_eq!(read((format!("x\\{name}"), content)).id, "500");
}

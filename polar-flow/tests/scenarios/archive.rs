//! The data export of an account, in both formats, and its faults.

use std::io::Cursor;

use fake_services::synthetic::polar_export::{new_session, old_session, other_files, packed};
use polar_flow::archive::{self, Archive, ArchiveError, ArchivedSession, Diagnostic, Problem};
use workout_files::{Sport, Track};

const OLD_DAY: &str = "2017-01-23";
const NEW_DAY: &str = "2026-01-02";

fn open(files: &[(String, String)]) -> Archive<Cursor<Vec<u8>>> {
    archive::read(Cursor::new(packed(files).unwrap())).unwrap()
}

fn read(files: &[(String, String)]) -> (Vec<ArchivedSession>, Vec<Diagnostic>) {
    let mut read = (Vec::new(), Vec::new());
    for session in open(files).sessions() {
        match session {
            Ok(session) => read.0.push(session),
            Err(diagnostic) => read.1.push(diagnostic),
        }
    }
    read
}

fn only(file: (String, String)) -> ArchivedSession {
    let (mut sessions, diagnostics) = read(&[file]);
    assert_eq!(diagnostics, []);
    sessions.remove(0)
}

/// Scenario: data export, `exportVersion` 1.3 and newer: both formats are read whole
#[test]
fn old_format_is_read_whole() {
    let session = only(old_session(500, OLD_DAY));
    assert_eq!(session.id, "500");
    assert_eq!(session.start.to_string(), "2017-01-23 18:20:00");
    let start_utc = session.start_utc().unwrap();
    assert_eq!(start_utc.to_string(), "2017-01-23 17:20:00 UTC");
    assert_eq!(session.duration_ms, Some(59_500));
    assert_eq!(session.distance_m, Some(6595.0));
    assert_eq!(session.calories_kcal, Some(498));
    assert_eq!(session.sport, Some(Sport::Running));
    let workouts = session.workouts();
    let [workout] = &workouts[..] else {
        panic!("{workouts:?}")
    };
    let points: Vec<_> = workout.trackpoints().collect();
    let rates = points.iter().filter(|point| point.heart_rate.is_some());
    assert_eq!(rates.count(), 60);
    assert_eq!(workout.position_count(), 60);
    // The route's clock was ahead by the zone, and lies where the session was.
    let last = points.last().unwrap().time.unwrap();
    assert!(last.to_string().starts_with("2017-01-23 17:2"), "{last}");
    assert_eq!(workout.laps[0].mean_hr, Some(138));
}

/// Scenario: data export, `exportVersion` 1.3 and newer: both formats are read whole
#[test]
fn new_format_is_read_with_its_pauses_and_without_its_missing_values() {
    let session = only(new_session(700, NEW_DAY, 2));
    assert_eq!(session.sport, Some(Sport::Multisport));
    assert_eq!(session.notes.as_deref(), Some("windy"));
    let workouts = session.workouts();
    assert_eq!(workouts.len(), 2);
    assert_eq!(workouts[0].notes.as_deref(), Some("windy"));
    let tracks: Vec<usize> = workouts[0].tracks().map(Track::len).collect();
    assert_eq!(tracks, [41, 40], "nothing is recorded from second 41 to 59");
    let rates = workouts[0]
        .trackpoints()
        .filter(|point| point.heart_rate.is_some());
    assert_eq!(rates.count(), 81);
    let starts: Vec<String> = workouts
        .iter()
        .map(|workout| workout.start_time().unwrap().to_string())
        .collect();
    assert_eq!(
        starts,
        ["2026-01-02 08:30:00 UTC", "2026-01-02 08:33:00 UTC"]
    );
    assert_eq!(workouts[0].totals().moving_s, Some(80.0));
}

/// Samples that pass over the pauses: there are as many as the time without them needs.
#[test]
fn samples_that_pass_over_pauses_are_moved_behind_them() {
    let (name, content) = new_session(700, NEW_DAY, 1);
    let quoted = content.replace("NaN,", "\"NaN\",");
    let quoted = quoted.replace("\"\"NaN\"\"", "\"NaN\"");
    let mut session: serde_json::Value = serde_json::from_str(&quoted).unwrap();
    let exercise = &mut session["exercises"][0];
    for path in ["/routes/route/wayPoints", "/samples/samples/0/values"] {
        let list = exercise.pointer_mut(path).unwrap().as_array_mut().unwrap();
        list.truncate(80);
    }
    let workout = &only((name, session.to_string())).workouts()[0];
    assert_eq!(workout.trackpoint_count(), 80);
    let last = workout.trackpoints().last().unwrap().time.unwrap();
    assert_eq!(last.to_string(), "2026-01-02 08:31:39 UTC");
    assert_eq!(workout.tracks().count(), 2);
}

/// Scenario: data export: values of other types, cut-off and foreign files
#[test]
fn values_of_other_types_cost_only_themselves() {
    let (name, content) = new_session(700, NEW_DAY, 1);
    for (from, to) in [
        ("\"calories\": 20", "\"calories\": \"2057\""),
        ("\"hrAvg\": 140", "\"hrAvg\": {}"),
        ("\"note\": \"windy\"", "\"note\": {\"a\": 1}"),
        ("\"sport\": {\"id\": \"1\"}", "\"sport\": []"),
        ("\"distanceMeters\": 250.5", "\"distanceMeters\": \"NaN\""),
        ("\"durationMillis\": \"80000\"", "\"durationMillis\": -5"),
        (
            "\"pauseTimes\": [{",
            "\"pauseTimes\": [null, {\"startTime\": 5}, {",
        ),
        (
            "\"wayPoints\": [{",
            "\"wayPoints\": [{\"latitude\": \"x\"}, null, {\"elapsedMillis\": -1e300}, {",
        ),
        (
            "\"intervalMillis\": 1000, \"values\": [100",
            "\"intervalMillis\": 1000, \"values\": [\"a\"",
        ),
        (
            "\"timezoneOffsetMinutes\": 120",
            "\"timezoneOffsetMinutes\": 1e9",
        ),
        ("\"rrSamples\": [800]", "\"rrSamples\": \"none\""),
    ] {
        assert!(content.contains(from), "{from}");
        let (sessions, diagnostics) = read(&[
            (name.clone(), content.replace(from, to)),
            old_session(500, OLD_DAY),
        ]);
        assert_eq!(sessions.len(), 2, "{to}");
        assert_eq!(diagnostics, [], "{to}");
        let session = sessions.iter().find(|one| one.id == "700").unwrap();
        assert!(session.workouts()[0].trackpoint_count() >= 79, "{to}");
    }
}

/// Scenario: data export: values of other types, cut-off and foreign files
#[test]
fn sessions_that_cannot_be_read_are_named_and_hide_no_other() {
    let (name, content) = new_session(700, NEW_DAY, 1);
    let cut = content[..content.len() / 2].to_owned();
    let start = "\"startTime\": \"2026-01-02T10:30:00\"";
    let no_start = content.replace(start, "\"startTime\": \"canary\"");
    let far_off = content.replace(start, "\"startTime\": \"+262142-12-31T23:59:59\"");
    let id = "\"identifier\": {\"id\": \"700\"}";
    let no_id = content.replacen(id, "\"identifier\": {}", 1);
    for (content, problem) in [
        (cut, Problem::NotJson),
        (no_start, Problem::NoStart),
        (far_off, Problem::NoStart),
        (no_id, Problem::NoIdentifier),
        (String::new(), Problem::NotJson),
    ] {
        let (sessions, diagnostics) = read(&[(name.clone(), content), old_session(500, OLD_DAY)]);
        assert_eq!(sessions.len(), 1, "{problem}");
        let [diagnostic] = &diagnostics[..] else {
            panic!("{diagnostics:?}")
        };
        assert_eq!((&diagnostic.file, &diagnostic.problem), (&name, &problem));
        assert!(!format!("{diagnostic:?} {diagnostic}").contains("canary"));
    }
}

#[test]
fn one_session_is_read_by_its_file() {
    let files = [old_session(500, OLD_DAY), new_session(700, NEW_DAY, 1)];
    let mut archive = open(&files);
    assert_eq!(archive.files().len(), 2);
    let session = archive.session(&files[1].0).unwrap();
    assert_eq!((session.id.as_str(), &session.file), ("700", &files[1].0));
    let missing = archive.session("training-session-x.json").unwrap_err();
    assert!(matches!(missing.problem, Problem::Damaged(_)), "{missing}");
}

#[test]
fn debug_shows_no_content() {
    let session = only(new_session(700, NEW_DAY, 1));
    let shown = format!("{session:?}");
    assert!(shown.contains("700"), "{shown}");
    assert!(
        !shown.contains("windy") && !shown.contains("0.05"),
        "{shown}"
    );
}

/// Scenario: data export: values of other types, cut-off and foreign files
#[test]
fn other_files_are_refused() {
    let error = archive::read(Cursor::new(b"<html></html>")).unwrap_err();
    assert!(matches!(error, ArchiveError::Zip(_)), "{error}");
    let other = packed(&other_files()).unwrap();
    let error = archive::read(Cursor::new(other)).unwrap_err();
    assert!(matches!(error, ArchiveError::NotAnExport), "{error}");
    let error = archive::open("no such file").unwrap_err();
    assert!(matches!(error, ArchiveError::Io(_)), "{error}");
}

//! Synthetic exports in both formats, and their faults.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use futures_executor::block_on;
use futures_util::TryStreamExt;
use sync_connector_polar_archive::{ArchiveError, PolarArchive, Unreadable};
use sync_core::conformance::{HeldWorkout, SourceHarness, Verdict, check_source};
use sync_core::{Item, Source, Sport, Window};

fn zip(path: &Path, files: &[(String, String)]) {
    let mut zip = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for (name, content) in files {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
}

/// A session of `exportVersion` 1.3 with a route that is an hour ahead, as the wall clock is of UTC.
fn old(id: u64, day: &str) -> (String, String) {
    let name = format!("training-session-{day}-{id}-00000000-0000-4000-8000-{id:012}.json");
    let samples: Vec<String> = (0..60)
        .map(|second| {
            format!(
                r#"{{"dateTime": "{day}T18:20:{second:02}.000", "value": {}}}"#,
                100 + second
            )
        })
        .collect();
    let route: Vec<String> = (0..60)
        .map(|second| {
            format!(
                r#"{{"dateTime": "{day}T19:20:{second:02}.801", "longitude": 0.05, "latitude": {:.6}, "altitude": 12.5}}"#,
                0.05 + f64::from(second) / 1e5
            )
        })
        .collect();
    let content = format!(
        r#"{{"exportVersion": "1.3", "name": "Laufen", "startTime": "{day}T18:20:00.000", "stopTime": "{day}T18:21:00.000",
        "timeZoneOffset": 60, "distance": 6595.0, "duration": "PT59.5S", "maximumHeartRate": 164, "averageHeartRate": 138,
        "kiloCalories": 498, "exercises": [{{"startTime": "{day}T18:20:00.000", "stopTime": "{day}T18:21:00.000",
        "timezoneOffset": 60, "duration": "PT59.5S", "distance": 6595.0, "sport": "RUNNING", "kiloCalories": 498,
        "heartRate": {{"min": 95, "avg": 138, "max": 164}},
        "samples": {{"heartRate": [{}], "recordedRoute": [{}]}}}}]}}"#,
        samples.join(","),
        route.join(",")
    );
    (name, content)
}

/// A session of the newer format with `exercises` exercises of 100 seconds, a pause of 20 seconds in each.
fn new(id: u64, day: &str, exercises: u32) -> (String, String) {
    let name =
        format!("training-session_{day}T10-30-00_{id}-00000000-0000-4000-8000-{id:012}.json");
    let exercise = |number: u32| {
        let minute = 30 + number * 3;
        let points: Vec<String> = (0..100)
            .map(|second| {
                format!(
                    r#"{{"latitude": {:.6}, "longitude": -0.05, "altitude": 650.0, "elapsedMillis": {}}}"#,
                    0.05 + f64::from(second) / 1e5,
                    second * 1000
                )
            })
            .collect();
        let rates: Vec<String> = (0..100)
            .map(|second| match second {
                50 => "\"NaN\"".to_owned(),
                51 => "NaN".to_owned(),
                _ => (100 + second).to_string(),
            })
            .collect();
        format!(
            r#"{{"identifier": {{"id": "{id}{number}"}}, "startTime": "{day}T10:{minute}:00", "stopTime": "{day}T10:{}:40",
            "timezoneOffsetMinutes": 120, "durationMillis": 80000, "distanceMeters": 250.5, "calories": 20,
            "sport": {{"id": "1"}}, "pauseTimes": [{{"startTime": "{day}T10:{minute}:40", "endTime": "{day}T10:{}:00"}}],
            "routes": {{"route": {{"startTime": "{day}T10:{minute}:00", "wayPoints": [{}]}}}},
            "samples": {{"samples": [{{"type": "HEART_RATE", "intervalMillis": 1000, "values": [{}]}},
            {{"type": "PEDALING_MECHANICS", "intervalMillis": 1000, "values": [{{"x": 1}}]}}], "rrSamples": [800]}}}}"#,
            minute + 1,
            minute + 1,
            points.join(","),
            rates.join(",")
        )
    };
    let parts: Vec<String> = (0..exercises).map(exercise).collect();
    let content = format!(
        r#"{{"identifier": {{"id": "{id}"}}, "created": "{day}T12:00:00.000", "startTime": "{day}T10:30:00",
        "stopTime": "{day}T10:31:40", "timezoneOffsetMinutes": 120, "durationMillis": "80000", "distanceMeters": 250.5,
        "calories": 20, "hrAvg": 140, "sport": {{"id": "1"}}, "recoveryTimeMillis": "29940000", "note": "windy",
        "exercises": [{}]}}"#,
        parts.join(",")
    );
    (name, content)
}

fn others() -> Vec<(String, String)> {
    [
        "account-data-1.json",
        "training-target-2026-01-01-1.json",
        "__MACOSX/._training-session-x.json",
    ]
    .map(|name| (name.to_owned(), "{}".to_owned()))
    .into()
}

struct Export {
    path: PathBuf,
    away: PathBuf,
    held: Vec<HeldWorkout>,
}

impl SourceHarness for Export {
    type Source = PolarArchive;

    async fn open(&self) -> PolarArchive {
        PolarArchive::open(&self.path).unwrap()
    }

    fn held(&self) -> Vec<HeldWorkout> {
        self.held.clone()
    }

    fn unknown_id(&self) -> String {
        "1".into()
    }

    async fn break_listings(&self) -> bool {
        let whole = fs::read(&self.path).unwrap();
        fs::rename(&self.path, &self.away).unwrap();
        // A download that stopped.
        fs::write(&self.path, &whole[..whole.len() / 2]).unwrap();
        true
    }

    async fn mend(&self) {
        fs::rename(&self.away, &self.path).unwrap();
    }

    async fn fingerprint(&self) -> Option<String> {
        Some(format!("{:?}", fs::read(&self.path).unwrap()))
    }
}

#[test]
fn both_formats_pass_the_suite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.zip");
    let days = ["2017-01-23", "2017-01-23", "2017-02-05", "2017-03-01"];
    let with_id =
        |day: &str, id: u64| HeldWorkout::on(day.parse().unwrap()).with_id(id.to_string());
    let mut olds = others();
    let mut news = others();
    let mut held = [Vec::new(), Vec::new()];
    for (number, day) in (0..).zip(days) {
        olds.push(old(500 + number, day));
        held[0].push(with_id(day, 500 + number));
        let exercises = if number == 3 { 3 } else { 1 };
        news.push(new(700 + number, day, exercises));
        held[1].push(with_id(day, 700 + number).with_exercises(exercises as usize));
    }
    for (files, held) in [olds, news].into_iter().zip(held) {
        zip(&path, &files);
        let away = folder.path().join("away.zip");
        let export = Export {
            path: path.clone(),
            away,
            held,
        };
        let report = block_on(check_source(&export));
        report.assert_conformant();
        assert!(
            report
                .outcomes
                .iter()
                .all(|outcome| outcome.verdict == Verdict::Passed),
            "{report}"
        );
    }
}

fn read(files: &[(String, String)]) -> (PolarArchive, Vec<Item>, Vec<Unreadable>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.keep().join("export.zip");
    zip(&path, files);
    let reported = Arc::new(Mutex::new(Vec::new()));
    let report = Arc::clone(&reported);
    let source = PolarArchive::open(path).unwrap();
    let source = source.on_unreadable(move |file| report.lock().unwrap().push(file.clone()));
    let all = Window::new("2000-01-01".parse().unwrap(), "2099-12-31".parse().unwrap()).unwrap();
    let listed = block_on(source.list(all).try_collect()).unwrap();
    let reported = reported.lock().unwrap().clone();
    (source, listed, reported)
}

#[test]
fn old_format_is_read_whole() {
    let (source, listed, _) = read(&[old(500, "2017-01-23")]);
    let item = &listed[0];
    assert_eq!(item.start.to_string(), "2017-01-23 18:20:00");
    assert_eq!(
        item.start_utc.unwrap().to_string(),
        "2017-01-23 17:20:00 UTC"
    );
    assert_eq!(
        (item.duration_ms, item.distance_m),
        (Some(59_500), Some(6595.0))
    );
    assert_eq!(
        (item.calories, item.sport.clone()),
        (Some(498), Some(Sport::Running))
    );
    let workouts = block_on(source.fetch(item)).unwrap();
    let [workout] = &workouts[..] else {
        panic!("{workouts:?}")
    };
    let points: Vec<_> = workout.trackpoints().collect();
    assert!(
        points
            .iter()
            .filter(|point| point.heart_rate.is_some())
            .count()
            == 60
    );
    assert_eq!(workout.position_count(), 60);
    // The route's clock was ahead by the zone, and lies where the session was.
    let last = points.last().unwrap().time.unwrap();
    assert!(last.to_string().starts_with("2017-01-23 17:2"), "{last}");
    assert_eq!(workout.laps[0].mean_hr, Some(138));
}

#[test]
fn new_format_is_read_with_its_pauses_and_without_its_missing_values() {
    let (source, listed, _) = read(&[new(700, "2026-01-02", 2)]);
    assert_eq!(listed[0].sport, Some(Sport::Multisport));
    let workouts = block_on(source.fetch(&listed[0])).unwrap();
    assert_eq!(workouts.len(), 2);
    assert_eq!(workouts[0].notes.as_deref(), Some("windy"));
    let tracks: Vec<usize> = workouts[0]
        .tracks()
        .map(workout_files::Track::len)
        .collect();
    assert_eq!(tracks, [41, 40], "nothing is recorded from second 41 to 59");
    let rates = workouts[0]
        .trackpoints()
        .filter(|point| point.heart_rate.is_some());
    assert_eq!(rates.count(), 81);
    assert_eq!(
        workouts[0].start_time().unwrap().to_string(),
        "2026-01-02 08:30:00 UTC"
    );
    assert_eq!(
        workouts[1].start_time().unwrap().to_string(),
        "2026-01-02 08:33:00 UTC"
    );
    assert_eq!(workouts[0].totals().moving_s, Some(80.0));
}

/// Samples that pass over the pauses: there are as many as the time without them needs.
#[test]
fn samples_that_pass_over_pauses_are_moved_behind_them() {
    let (name, content) = new(700, "2026-01-02", 1);
    let mut session: serde_json::Value = serde_json::from_str(
        &content
            .replace("NaN,", "\"NaN\",")
            .replace("\"\"NaN\"\"", "\"NaN\""),
    )
    .unwrap();
    let exercise = &mut session["exercises"][0];
    for path in ["/routes/route/wayPoints", "/samples/samples/0/values"] {
        let list = exercise.pointer_mut(path).unwrap().as_array_mut().unwrap();
        list.truncate(80);
    }
    let (source, listed, _) = read(&[(name, session.to_string())]);
    let workout = &block_on(source.fetch(&listed[0])).unwrap()[0];
    assert_eq!(workout.trackpoint_count(), 80);
    let last = workout.trackpoints().last().unwrap().time.unwrap();
    assert_eq!(last.to_string(), "2026-01-02 08:31:39 UTC");
    assert_eq!(workout.tracks().count(), 2);
}

#[test]
fn values_of_other_types_cost_only_themselves() {
    let (name, content) = new(700, "2026-01-02", 1);
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
        let (source, listed, reported) = read(&[
            (name.clone(), content.replace(from, to)),
            old(500, "2017-01-23"),
        ]);
        assert_eq!(listed.len(), 2, "{to}");
        assert_eq!(reported, [], "{to}");
        let item = listed.iter().find(|item| item.id == "700").unwrap();
        let workouts = block_on(source.fetch(item)).unwrap();
        assert!(workouts[0].trackpoint_count() >= 79, "{to}");
    }
}

#[test]
fn sessions_that_cannot_be_read_are_reported_and_hide_no_other() {
    let (name, content) = new(700, "2026-01-02", 1);
    let cut = content[..content.len() / 2].to_owned();
    let no_start = content.replacen(
        "\"startTime\": \"2026-01-02T10:30:00\"",
        "\"startTime\": \"canary\"",
        1,
    );
    let no_id = content.replacen("\"identifier\": {\"id\": \"700\"}", "\"identifier\": {}", 1);
    for (content, problem) in [
        (cut, "no JSON"),
        (no_start, "startTime"),
        (no_id, "identifier"),
        (String::new(), "no JSON"),
    ] {
        let (_, listed, reported) = read(&[(name.clone(), content), old(500, "2017-01-23")]);
        assert_eq!(listed.len(), 1, "{problem}");
        assert_eq!(reported.len(), 1);
        assert!(reported[0].problem.contains(problem), "{reported:?}");
        assert!(!format!("{reported:?}").contains("canary"));
    }
}

#[test]
fn other_files_are_refused_with_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.zip");
    let error = PolarArchive::open(&path).unwrap_err();
    assert!(matches!(error, ArchiveError::Io { .. }), "{error}");
    fs::write(&path, "<html></html>").unwrap();
    let error = PolarArchive::open(&path).unwrap_err();
    assert!(matches!(error, ArchiveError::Zip { .. }), "{error}");
    zip(&path, &others());
    let error = PolarArchive::open(&path).unwrap_err();
    assert!(matches!(error, ArchiveError::NotAnExport { .. }), "{error}");
    assert!(error.to_string().contains("other.zip"), "{error}");
}

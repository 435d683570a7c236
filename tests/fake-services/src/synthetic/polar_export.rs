//! The data export of a Polar account (`polar-user-data-export_....zip`) in both of its formats.

use std::io::{Cursor, Write as _};

/// Packs files, each with its name, as the ZIP of an export.
///
/// # Errors
/// When two files have one name.
pub fn packed(files: &[(String, String)]) -> zip::result::ZipResult<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default())?;
        zip.write_all(content.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

/// A session of `exportVersion` 1.3 with a route that is an hour ahead, as the wall clock is of UTC.
#[must_use]
pub fn old_session(id: u64, day: &str) -> (String, String) {
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
#[must_use]
pub fn new_session(id: u64, day: &str, exercises: u32) -> (String, String) {
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

/// Files of an export that are no sessions.
#[must_use]
pub fn other_files() -> Vec<(String, String)> {
    [
        "account-data-1.json",
        "training-target-2026-01-01-1.json",
        "__MACOSX/._training-session-x.json",
    ]
    .map(|name| (name.to_owned(), "{}".to_owned()))
    .into()
}

//! Changes of Polar Flow.

use serde_json::{Value, json};

use super::edits::*;
use super::*;

/// Every change of Polar Flow's answers.
pub fn polar() -> Vec<Change> {
    let calendar = |place, weight| ("calendar", place, weight);
    let mut all = vec![
        change(
            "calendar: id gone",
            CALENDAR,
            calendar("[EXERCISE].listItemId", BREAKING),
            sessions(remove("listItemId")),
        ),
        change(
            "calendar: id renamed",
            CALENDAR,
            calendar("[EXERCISE].listItemId", BREAKING),
            sessions(rename("listItemId", "itemId")),
        ),
        change(
            "calendar: id became text in words",
            CALENDAR,
            calendar("[EXERCISE].listItemId", BREAKING),
            sessions(set("listItemId", json!("abc"))),
        ),
        change(
            "calendar: id null",
            CALENDAR,
            calendar("[EXERCISE].listItemId", BREAKING),
            sessions(set("listItemId", Value::Null)),
        ),
        change(
            "calendar: start gone",
            CALENDAR,
            calendar("[EXERCISE].datetime", BREAKING),
            sessions(remove("datetime")),
        ),
        change(
            "calendar: start renamed",
            CALENDAR,
            calendar("[EXERCISE].datetime", BREAKING),
            sessions(rename("datetime", "startTime")),
        ),
        change(
            "calendar: start is a number",
            CALENDAR,
            calendar("[EXERCISE].datetime", BREAKING),
            sessions(set("datetime", json!(1_772_442_000))),
        ),
        change(
            "calendar: start null",
            CALENDAR,
            calendar("[EXERCISE].datetime", BREAKING),
            sessions(set("datetime", Value::Null)),
        ),
        change(
            "calendar: start in another zone",
            CALENDAR,
            calendar("[EXERCISE].datetime", BREAKING),
            sessions(clock_in("datetime")),
        ),
        change(
            "calendar: kind gone",
            CALENDAR,
            calendar("[].type", BREAKING),
            sessions(remove("type")),
        ),
        change(
            "calendar: kind renamed",
            CALENDAR,
            calendar("[].type", BREAKING),
            sessions(rename("type", "kind")),
        ),
        change(
            "calendar: kind is a number",
            CALENDAR,
            calendar("[].type", BREAKING),
            sessions(set("type", json!(7))),
        ),
        change(
            "calendar: another word for the kind",
            CALENDAR,
            // `eventType` says that it is one, so that all of them are moved.
            calendar("[WORKOUT]", ADDITIVE),
            sessions(set("type", json!("WORKOUT"))),
        ),
        change(
            "calendar: duration in seconds",
            CALENDAR,
            calendar("[EXERCISE].duration", BREAKING),
            sessions(times("duration", 0.001)),
        ),
        change(
            "calendar: duration is text",
            CALENDAR,
            calendar("[EXERCISE].duration", ADDITIVE),
            sessions(set("duration", json!("half an hour"))),
        ),
        change(
            "calendar: duration gone",
            CALENDAR,
            calendar("[EXERCISE].duration", ADDITIVE),
            sessions(remove("duration")),
        ),
        change(
            "calendar: distance in kilometres",
            CALENDAR,
            ("TCX export", "the distance", BREAKING),
            sessions(times("distance", 0.001)),
        ),
        change(
            "calendar: distance is an object",
            CALENDAR,
            calendar("[EXERCISE].distance", ADDITIVE),
            sessions(set("distance", json!({"km": 5}))),
        ),
        change(
            "calendar: distance renamed",
            CALENDAR,
            calendar("[EXERCISE].distance", ADDITIVE),
            sessions(rename("distance", "length")),
        ),
        change(
            "calendar: icon gone",
            CALENDAR,
            calendar("[EXERCISE].iconUrl", ADDITIVE),
            sessions(remove("iconUrl")),
        ),
        change(
            "calendar: title null",
            CALENDAR,
            calendar("[EXERCISE].title", ADDITIVE),
            sessions(set("title", Value::Null)),
        ),
        change(
            "calendar: a new field",
            CALENDAR,
            calendar("[EXERCISE].mood", ADDITIVE),
            sessions(set("mood", json!({"of": "Anna"}))),
        ),
        change(
            "calendar: calories as text",
            CALENDAR,
            calendar("[EXERCISE].calories", ADDITIVE),
            sessions(as_text("calories")),
        ),
        change(
            "calendar: wrapped in an object",
            CALENDAR,
            calendar(".", BREAKING),
            |answer| answer.json(|it| *it = json!({"events": it})),
        ),
        change(
            "calendar: an empty body",
            CALENDAR,
            calendar("", BREAKING),
            empty(),
        ),
        change(
            "calendar: status 204",
            CALENDAR,
            calendar("", BREAKING),
            |answer| {
                answer.status = 204;
                answer.body.clear();
            },
        ),
        change(
            "calendar: status 500",
            CALENDAR,
            calendar("", BREAKING),
            status(500),
        ),
        change(
            "calendar: status 404",
            CALENDAR,
            calendar("", BREAKING),
            status(404),
        ),
        change(
            "calendar: the window is too long",
            CALENDAR,
            calendar("", BREAKING),
            |answer| {
                answer.status = 400;
                answer.body = b"The window is too long".to_vec();
            },
        ),
        change(
            "calendar: another content type",
            CALENDAR,
            calendar("", ADDITIVE),
            content_type("application/vnd.polar+json"),
        ),
        change(
            "calendar: a page",
            CALENDAR,
            calendar("", BREAKING),
            |answer| {
                answer.body = b"<!DOCTYPE html><html><head><title>Diary</title></head><body>Diary</body></html>".to_vec()
            },
        ),
        change(
            "account: id gone",
            ACCOUNT,
            ("account", "user.id", BREAKING),
            root(|it| {
                it["user"].as_object_mut().unwrap().remove("id");
            }),
        ),
        change(
            "account: user renamed",
            ACCOUNT,
            ("account", "user", BREAKING),
            root(rename("user", "person")),
        ),
        change(
            "account: status 403",
            ACCOUNT,
            ("account", "", BREAKING),
            status(403),
        ),
        change(
            "summary: id gone",
            SUMMARY,
            ("summary", "id", BREAKING),
            summary(remove("id")),
        ),
        change(
            "summary: start in another zone",
            SUMMARY,
            ("summary", "startDate", BREAKING),
            summary(clock_in("startDate")),
        ),
        change(
            "summary: duration in another unit",
            SUMMARY,
            ("summary", "duration", BREAKING),
            summary(set("duration", json!("PT99H"))),
        ),
        change(
            "summary: duration is a number",
            SUMMARY,
            ("summary", "duration", ADDITIVE),
            summary(set("duration", json!(1500))),
        ),
        change(
            "summary: device name gone",
            SUMMARY,
            ("summary", "deviceName", ADDITIVE),
            summary(remove("deviceName")),
        ),
        change(
            "summary: exercises are a list",
            SUMMARY,
            ("summary", "exercises", BREAKING),
            summary(|it| {
                let list = it["exercises"]
                    .as_object()
                    .unwrap()
                    .values()
                    .cloned()
                    .collect();
                it.insert("exercises".into(), Value::Array(list));
            }),
        ),
        change(
            "export: an empty body",
            TCX,
            ("TCX export", "", BREAKING),
            empty(),
        ),
        change(
            "export: JSON instead of a file",
            TCX,
            ("TCX export", "", BREAKING),
            |answer| answer.body = b"{\"url\": \"/download/1\"}".to_vec(),
        ),
        change(
            "export: status 404",
            TCX,
            ("TCX export", "", BREAKING),
            status(404),
        ),
        change(
            "export: another root element",
            TCX,
            ("TCX export", "", BREAKING),
            text("TrainingCenterDatabase", "Trainings"),
        ),
        change(
            "export: distances in kilometres",
            TCX,
            ("TCX export", "the distance", BREAKING),
            |answer| answer.body = scaled_distances(&answer.body),
        ),
        change(
            "history: id renamed",
            HISTORY,
            ("history", "[].id", ADDITIVE),
            sessions(rename("id", "sessionId")),
        ),
        change(
            "history: duration in seconds",
            HISTORY,
            ("history", "[].duration", ADDITIVE),
            sessions(times("duration", 0.001)),
        ),
        change(
            "history: distance in kilometres",
            HISTORY,
            ("history", "[].distance", ADDITIVE),
            sessions(times("distance", 0.001)),
        ),
        change(
            "history: start in another zone",
            HISTORY,
            ("history", "[].startDate", ADDITIVE),
            sessions(clock_in("startDate")),
        ),
        change(
            "history: a new word for the pool",
            HISTORY,
            ("history", "[].swimmingPoolUnits", ADDITIVE),
            sessions(set("swimmingPoolUnits", json!("FATHOMS"))),
        ),
        change(
            "history: status 400",
            HISTORY,
            ("history", "", ADDITIVE),
            status(400),
        ),
        change(
            "sports: a list",
            (Host::Flow, "GET /api/sports/sports"),
            ("sports", ".", ADDITIVE),
            |answer| answer.body = b"[1]".to_vec(),
        ),
        change(
            "details: id is text",
            (Host::Flow, "GET /api/training/analysis"),
            ("details", "id", ADDITIVE),
            |answer| {
                answer.json(|it| {
                    if it.get("samples").is_some() {
                        it["id"] = json!("x")
                    }
                })
            },
        ),
    ];
    all.extend(super::readings::readings());
    all.extend(super::sign_in::sign_in());
    all
}

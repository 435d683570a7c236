//! Changes of Polar Flow that the types do not show, and variations that the client reads.

use serde_json::{Value, json};

use super::edits::*;
use super::*;

pub(super) fn readings() -> Vec<Change> {
    let calendar = |place, weight| ("calendar", place, weight);
    vec![
        change(
            "calendar: start with the day first",
            CALENDAR,
            calendar("[EXERCISE].datetime", BREAKING),
            sessions(set("datetime", json!("04.05.2026 09:00"))),
        ),
        change(
            "calendar: null",
            CALENDAR,
            calendar(".", BREAKING),
            |answer| answer.json(|it| *it = Value::Null),
        ),
        change(
            "calendar: a null entry",
            CALENDAR,
            calendar("[]", ADDITIVE),
            |answer| {
                answer.json(|it| {
                    if let Some(list) = it.as_array_mut() {
                        list.push(Value::Null);
                    }
                });
            },
        ),
        change(
            "calendar: a type that the service mixes",
            CALENDAR,
            calendar("", SILENT),
            sessions(set("allDay", json!("false"))),
        ),
        change(
            "account: another unit",
            ACCOUNT,
            ("account", "", SILENT),
            root(|it| it["localizationInfo"]["measurementUnit"] = json!("IMPERIAL")),
        ),
        change(
            "summary: no exercise",
            SUMMARY,
            ("summary", "exercises", BREAKING),
            summary(set("exercises", json!({}))),
        ),
        change(
            "summary: start with the day first",
            SUMMARY,
            ("summary", "startDate", ADDITIVE),
            summary(set("startDate", json!("04.05.2026 09:00"))),
        ),
    ]
}

//! Calendar entries that are no training session.

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::{Value, json};

/// An entry of the calendar beside the sessions. The keys differ from kind to kind, as on the service.
#[derive(Debug, Clone, PartialEq)]
pub struct CalendarEvent {
    pub(crate) day: NaiveDate,
    pub(crate) json: Value,
}

impl CalendarEvent {
    /// A planned training: its id is spelled `ListItemId`, with a capital L.
    #[must_use]
    pub fn training_target(id: u64, at: NaiveDateTime, title: &str) -> Self {
        Self::raw(
            at.date(),
            json!({
                "type": "TRAININGTARGET", "ListItemId": id, "title": title, "description": "",
                "start": with_z(at), "allDay": "false", "url": format!("/target/{id}"),
                "className": "training-target-icon", "eventType": "trainingTarget", "eventId": null,
                "sourceProgramType": "UNKNOWN", "isUserEditable": true,
                "iconUrl": super::sport::PolarSport::RUNNING.icon_url(),
                "datetime": plain(at), "calories": null, "distance": 5000, "duration": 600_000
            }),
        )
    }

    /// A fitness test: `allDay` is the string `"false"`, `start` is text.
    #[must_use]
    pub fn fitness_test(id: u64, at: NaiveDateTime) -> Self {
        Self::raw(
            at.date(),
            json!({
                "type": "FITNESSDATA", "listItemId": id, "title": "Fitness Test", "start": with_z(at),
                "allDay": "false", "url": format!("/progress/tests?type=fitness_test&id={}", id + 1),
                "backgroundColor": "#E0F2F7", "borderColor": "#A9D0F5", "textColor": "#000",
                "className": "calendar-item-fitnessData", "eventType": "fitnessData", "index": 46,
                "timestamp": at.and_utc().timestamp_millis(), "datetime": with_z(at)
            }),
        )
    }

    /// An orthostatic test: no id but in its address.
    #[must_use]
    pub fn orthostatic_test(id: u64, at: NaiveDateTime) -> Self {
        Self::raw(
            at.date(),
            json!({
                "type": "ORTHOSTATICTEST", "eventType": "orthostaticTest", "title": "Orthostatic test",
                "datetime": plain(at), "result": "60 (0)",
                "url": format!("/progress/tests?type=orthostatic_test&id={id}")
            }),
        )
    }

    /// A recording of RR intervals: no id but in its address.
    #[must_use]
    pub fn rr_recording(id: u64, at: NaiveDateTime) -> Self {
        Self::raw(
            at.date(),
            json!({
                "title": "RR recording result", "url": format!("/training/test/rr/{id}"),
                "eventType": "rrTest", "datetime": plain(at), "type": "RRRECORDING", "result": ""
            }),
        )
    }

    /// A kind that was never seen.
    #[must_use]
    pub fn unknown_kind(at: NaiveDateTime) -> Self {
        Self::raw(
            at.date(),
            json!({"type": "MOONWALK", "eventType": "moonWalk", "datetime": plain(at), "crater": {"depth": [1, null]}}),
        )
    }

    /// Any JSON, listed on that day.
    #[must_use]
    pub fn raw(day: NaiveDate, json: Value) -> Self {
        Self { day, json }
    }
}

fn plain(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.3f").to_string()
}

fn with_z(at: NaiveDateTime) -> String {
    format!("{}Z", plain(at))
}

//! Changes of Runkeeper.

use serde_json::{Value, json};

use super::edits::*;
use super::*;

/// Every change of Runkeeper's answers.
pub fn runkeeper() -> Vec<Change> {
    let month = |place, weight| ("month", place, weight);
    let new = |place, weight| ("new activity", place, weight);
    vec![
        change(
            "month: id gone",
            MONTH,
            month("activities.*.*[].activity_id", BREAKING),
            activities(remove("activity_id")),
        ),
        change(
            "month: id renamed",
            MONTH,
            month("activities.*.*[].activity_id", BREAKING),
            activities(rename("activity_id", "id")),
        ),
        change(
            "month: id is a word",
            MONTH,
            month("activities.*.*[].activity_id", BREAKING),
            activities(set("activity_id", json!("abc"))),
        ),
        change(
            "month: id null",
            MONTH,
            month("activities.*.*[].activity_id", BREAKING),
            activities(set("activity_id", Value::Null)),
        ),
        change(
            "month: distance gone",
            MONTH,
            month("activities.*.*[].distance", ADDITIVE),
            activities(remove("distance")),
        ),
        change(
            "month: distance in metres",
            MONTH,
            month("activities.*.*[].distance", BREAKING),
            activities(|it| {
                let km: f64 = it["distance"].as_str().unwrap().parse().unwrap();
                it.insert("distance".into(), json!(format!("{:.0}", km * 1000.0)));
            }),
        ),
        change(
            "month: day gone",
            MONTH,
            month("activities.*.*[].dayOfMonth", BREAKING),
            activities(remove("dayOfMonth")),
        ),
        change(
            "month: day as an ordinal",
            MONTH,
            month("activities.*.*[].dayOfMonth", BREAKING),
            activities(set("dayOfMonth", json!("4th"))),
        ),
        change(
            "month: distance with its unit",
            MONTH,
            month("activities.*.*[].distance", ADDITIVE),
            activities(set("distance", json!("5.00 km"))),
        ),
        change(
            "month: duration in words",
            MONTH,
            month("activities.*.*[].elapsedTime", ADDITIVE),
            activities(set("elapsedTime", json!(1560))),
        ),
        change(
            "month: a new kind of activity",
            MONTH,
            month("activities.*.*[].type", ADDITIVE),
            activities(set("type", json!("STRENGTH"))),
        ),
        change(
            "month: a time of day",
            MONTH,
            month("activities.*.*[].startTime", ADDITIVE),
            activities(set("startTime", json!("2026-03-01T10:00:00"))),
        ),
        change(
            "month: the list renamed",
            MONTH,
            month("activities", BREAKING),
            root(rename("activities", "workouts")),
        ),
        change(
            "month: the list is an array",
            MONTH,
            month("activities", BREAKING),
            root(set("activities", json!([1]))),
        ),
        change("month: an empty body", MONTH, month("", BREAKING), empty()),
        change("month: status 404", MONTH, month("", BREAKING), status(404)),
        change(
            "month: another content type",
            MONTH,
            month("", ADDITIVE),
            content_type("application/vnd.runkeeper+json"),
        ),
        change(
            "home: the name is nowhere",
            HOME,
            ("home", "your name", BREAKING),
            text("/profile", "/me"),
        ),
        change(
            "home: status 404",
            HOME,
            ("home", "", BREAKING),
            status(404),
        ),
        change(
            "new activity: a field renamed",
            NEW,
            new("entry form: activityType", BREAKING),
            text("name=\"activityType\"", "name=\"sport\""),
        ),
        change(
            "new activity: a field gone",
            NEW,
            new("entry form: distance", BREAKING),
            text("name=\"distance\"", "data-name=\"distance\""),
        ),
        change(
            "new activity: the page's proof gone",
            NEW,
            new("entry form: _sourcePage", ADDITIVE),
            text("name=\"_sourcePage\"", "data-name=\"_sourcePage\""),
        ),
        change(
            "new activity: a new field",
            NEW,
            new("entry form: device", ADDITIVE),
            text(
                "name=\"distance\">",
                "name=\"distance\"><input name=\"device\">",
            ),
        ),
        change(
            "new activity: the form sent elsewhere",
            NEW,
            new("entry form", BREAKING),
            text("action=\"/new/activity\"", "action=\"/activities\""),
        ),
        change(
            "new activity: the form sent to another host",
            NEW,
            new("entry form", BREAKING),
            text(
                "action=\"/new/activity\"",
                "action=\"https://forms.example/new/activity\"",
            ),
        ),
        change(
            "new activity: the form sent by GET",
            NEW,
            new("entry form", BREAKING),
            text("method=\"post\"", "method=\"get\""),
        ),
        change(
            "new activity: a field switched off",
            NEW,
            new("entry form: distance", BREAKING),
            text("name=\"distance\"", "name=\"distance\" disabled"),
        ),
        change(
            "new activity: the form switched off",
            NEW,
            new("entry form: activityType", BREAKING),
            |answer| {
                answer.text(
                    "<input type=\"hidden\" name=\"_eventName\"",
                    "<fieldset disabled><input type=\"hidden\" name=\"_eventName\"",
                );
                answer.text("</textarea>", "</textarea></fieldset>");
            },
        ),
        change(
            "new activity: files sent to another host",
            NEW,
            new("upload form", BREAKING),
            text(
                "<form id=\"searchForm\"",
                "<form action=\"https://upload.example/trackMultipleFileUpload\" method=\"post\">\
                 <input type=\"file\" name=\"trackFiles\"></form><form id=\"searchForm\"",
            ),
        ),
        change(
            "new activity: the button gone",
            NEW,
            new("the button to upload files", ADDITIVE),
            text("multiFilesUpload", "start"),
        ),
        change(
            "new activity: no form",
            NEW,
            new("entry form", BREAKING),
            |answer| {
                answer.text("<form", "<div");
                answer.text("name=\"activityType\"", "");
                answer.text("name=\"distance\"", "");
            },
        ),
        change(
            "activity: no duration",
            ACTIVITY,
            ("activity", "duration", BREAKING),
            text("totalDuration", "time"),
        ),
        change(
            "activity: no start",
            ACTIVITY,
            ("activity", "start", BREAKING),
            text("activitySubTitle", "subtitle"),
        ),
        change(
            "activity: no points",
            ACTIVITY,
            ("activity", "the id of the points", ADDITIVE),
            text("twitter:app:url:iphone", "other"),
        ),
        change(
            "edit form: notes gone",
            EDIT,
            ("edit form", "edit form: notes", BREAKING),
            text("name=\"notes\"", "data-name=\"notes\""),
        ),
        change(
            "edit form: sent to another host",
            EDIT,
            ("edit form", "edit form", BREAKING),
            text(
                "action=\"/edit/activity\"",
                "action=\"https://forms.example/edit/activity\"",
            ),
        ),
        change(
            "edit form: notes switched off",
            EDIT,
            ("edit form", "edit form: notes", BREAKING),
            text("name=\"notes\"", "name=\"notes\" disabled"),
        ),
        change(
            "edit form: type renamed",
            EDIT,
            ("edit form", "edit form: activityType", BREAKING),
            text("name=\"activityType\"", "name=\"sport\""),
        ),
        change(
            "sign-in: Runkeeper's leads elsewhere",
            (Host::Site, "GET /login"),
            ("sign-in", "GET web:/login", ADDITIVE),
            |answer| answer.header("location", |to| to.replace("/login?", "/u/signin?")),
        ),
    ]
}

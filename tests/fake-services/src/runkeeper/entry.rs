//! `/new/activity` and `/edit/activity`: the form for an activity.

use axum::Router;
use axum::extract::{Query, Request, State as Extract};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use chrono::{NaiveDateTime, TimeDelta, Timelike};
use serde::Deserialize;

use super::activity::{ActivityOrigin, FakeActivity, TYPES};
use super::forms::{self, FormData};
use super::state::{Handle, State, oh_noes};
use crate::http::{escape, found, page};

pub(crate) fn routes() -> Router<Handle> {
    Router::new()
        .route("/new/activity", get(new_page).post(save))
        .route("/edit/activity", get(edit_page).post(save_edit))
}

fn type_items() -> String {
    TYPES
        .iter()
        .map(|(value, name)| {
            format!("<li class=\"activityTypeItem\" data-value=\"{value}\">{name}</li>")
        })
        .collect()
}

fn with_meta(title: &str, meta: &str, body: &str) -> Html<String> {
    let Html(text) = page(title, body);
    Html(text.replacen("</head>", &format!("{meta}</head>"), 1))
}

async fn new_page(Extract(shared): Extract<Handle>, headers: HeaderMap) -> Response {
    let mut state = shared.lock();
    if !state.signed_in(&headers) {
        return shared.signed_out(&mut state);
    }
    let hidden = forms::hidden(&mut state);
    let body = format!(
        "<button id=\"multiFilesUpload\">Get started</button><ul>{}</ul>\
         <form id=\"searchForm\" action=\"/search\"><input type=\"hidden\" name=\"searchToken\" value=\"not-for-you\"></form>\
         <form id=\"newActivityForm\" action=\"/new/activity\" method=\"post\" enctype=\"multipart/form-data\">\
         <input type=\"hidden\" name=\"_eventName\" value=\"save\"><input type=\"hidden\" name=\"importFormat\" value=\"\">\
         <input type=\"hidden\" name=\"hasMap\" value=\"false\"><input type=\"hidden\" name=\"mapEdited\" value=\"false\">\
         <input type=\"hidden\" name=\"points\" value=\"\"><input type=\"hidden\" name=\"route\" value=\"\">\
         <input type=\"hidden\" name=\"activityType\" value=\"RUN\"><input type=\"hidden\" name=\"caloriesEdited\" value=\"false\">\
         <input type=\"text\" name=\"distance\"><input type=\"text\" name=\"calories\"><textarea name=\"notes\"></textarea>{}</form>",
        type_items(),
        hidden.inputs
    );
    with_meta("New Activity", &hidden.meta, &body).into_response()
}

/// The typed entry, or its faults.
fn read_entry(state: &State, form: &FormData) -> Result<FakeActivity, &'static str> {
    let number = |name: &str| {
        form.get(name)
            .and_then(|text| text.trim().parse::<f64>().ok())
    };
    let start = form
        .get("startTimeString")
        .and_then(|text| NaiveDateTime::parse_from_str(text, "%Y/%m/%d %H:%M:%S%.f").ok())
        .ok_or("The start time is missing")?;
    if state.switches.strict_forms {
        check_clock(form, start)?;
    }
    let seconds = number("durationHours").unwrap_or_default() * 3600.0
        + number("durationMinutes").unwrap_or_default() * 60.0
        + number("durationSeconds").unwrap_or_default();
    if seconds <= 0.0 {
        return Err("The duration is missing");
    }
    let distance = match form.get("distance").map(str::trim) {
        None | Some("") => 0.0,
        Some(text) => text
            .parse::<f64>()
            .map_err(|_| "The distance is not a number")?,
    };
    let activity_type = form
        .get("activityType")
        .ok_or("The activity type is missing")?;
    let is_known = TYPES.iter().any(|(value, _)| *value == activity_type);
    if state.switches.strict_forms && !is_known {
        return Err("The activity type is unknown");
    }
    let mut activity = FakeActivity::new(
        start,
        TimeDelta::milliseconds((seconds * 1000.0).round() as i64),
        distance * state.switches.unit.metres(),
    );
    activity_type.clone_into(&mut activity.activity_type);
    if form.get("caloriesEdited") == Some("true") {
        activity.calories = number("calories").map(|kcal| kcal.round() as u32);
    }
    form.get("notes")
        .unwrap_or_default()
        .clone_into(&mut activity.notes);
    activity.origin = if form.get("hasMap") == Some("true") {
        ActivityOrigin::TwoStepUpload
    } else {
        ActivityOrigin::ManualEntry
    };
    Ok(activity)
}

/// The form has the time of day twice: in full, and as a 12-hour clock.
fn check_clock(form: &FormData, start: NaiveDateTime) -> Result<(), &'static str> {
    let (Some(hour), Some(minute), Some(am)) = (
        form.get("startHour"),
        form.get("startMinute"),
        form.get("am"),
    ) else {
        return Err("The start time is missing");
    };
    let (is_pm, twelve) = start.hour12();
    let agrees = hour.parse() == Ok(twelve)
        && minute.parse() == Ok(start.minute())
        && am.parse() == Ok(!is_pm);
    if agrees {
        Ok(())
    } else {
        Err("The start time is invalid")
    }
}

fn form_errors(message: &str) -> Response {
    page(
        "New Activity",
        &format!("<div>Please fix the following errors:<ol><li>{message}</li></ol></div>"),
    )
    .into_response()
}

async fn save(Extract(shared): Extract<Handle>, request: Request) -> Response {
    let (mut state, form) = match forms::of_user(&shared, request).await {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    if form.get("_eventName") != Some("save") {
        return form_errors("Unknown event");
    }
    match read_entry(&state, &form) {
        Ok(activity) => {
            let id = state.store(activity);
            found(&format!("/user/{}/activity/{id}", state.account.user))
        }
        Err(message) => form_errors(message),
    }
}

#[derive(Deserialize)]
struct EditQuery {
    #[serde(rename = "activityId")]
    activity_id: Option<u64>,
}

async fn edit_page(
    Extract(shared): Extract<Handle>,
    Query(query): Query<EditQuery>,
    headers: HeaderMap,
) -> Response {
    let mut state = shared.lock();
    if !state.signed_in(&headers) {
        return shared.signed_out(&mut state);
    }
    let id = query.activity_id.unwrap_or_default();
    let Some(activity) = state
        .activities
        .get(&id)
        .map(|stored| stored.activity.clone())
    else {
        return oh_noes();
    };
    let hidden = forms::hidden(&mut state);
    let seconds = activity.duration.num_seconds();
    let (is_pm, hour) = activity.start_local.hour12();
    let body = format!(
        "<ul>{}</ul><form id=\"editActivityForm\" action=\"/edit/activity\" method=\"post\">\
         <input type=\"hidden\" name=\"_eventName\" value=\"save\"><input type=\"hidden\" name=\"activityId\" value=\"{id}\">\
         <input type=\"hidden\" name=\"activityType\" value=\"{}\">\
         <input type=\"hidden\" name=\"startTimeString\" value=\"{}\">\
         <input type=\"text\" name=\"startHour\" value=\"{hour:02}\"><input type=\"text\" name=\"startMinute\" value=\"{}\">\
         <input type=\"hidden\" name=\"am\" value=\"{}\">\
         <input type=\"text\" name=\"durationHours\" value=\"{:02}\"><input type=\"text\" name=\"durationMinutes\" value=\"{:02}\"><input type=\"text\" name=\"durationSeconds\" value=\"{:02}\">\
         <input type=\"hidden\" name=\"caloriesEdited\" value=\"{}\"><input type=\"text\" name=\"calories\" value=\"{}\">\
         <input type=\"text\" id=\"distance\" name=\"distance\" value=\"{:.4}\"><textarea name=\"notes\">{}</textarea>{}\
         <button class=\"editSaveButton\">Save</button></form>",
        type_items(),
        activity.activity_type,
        activity.start_local.format("%Y/%-m/%-d %H:%M:%S%.3f"),
        activity.start_local.format("%M"),
        !is_pm,
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        activity.calories.is_some(),
        activity
            .calories
            .map(|kcal| kcal.to_string())
            .unwrap_or_default(),
        activity.distance_m / state.switches.unit.metres(),
        escape(&activity.notes),
        hidden.inputs
    );
    with_meta("Edit Activity", &hidden.meta, &body).into_response()
}

async fn save_edit(Extract(shared): Extract<Handle>, request: Request) -> Response {
    let (mut state, form) = match forms::of_user(&shared, request).await {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    let id = form
        .get("activityId")
        .and_then(|text| text.parse().ok())
        .unwrap_or_default();
    let entry = match read_entry(&state, &form) {
        Ok(entry) => entry,
        Err(message) => return form_errors(message),
    };
    let Some(stored) = state.activities.get_mut(&id) else {
        return oh_noes();
    };
    let activity = &mut stored.activity;
    activity.activity_type = entry.activity_type;
    activity.start_local = entry.start_local;
    activity.distance_m = entry.distance_m;
    activity.calories = entry.calories;
    activity.notes = entry.notes;
    // The form knows whole seconds; a track's own duration is finer and stays unless it was changed.
    if entry.duration.num_seconds() != activity.duration.num_seconds() {
        activity.duration = entry.duration;
    }
    found(&format!("/user/{}/activity/{id}", state.account.user))
}

//! `POST /trackMultipleFileUpload` and `POST /trackFileUpload`.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State as Extract};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::activity::{ActivityOrigin, FakeActivity, Upload};
use super::forms::{self, FilePart, FormData};
use super::state::{Handle, State};
use crate::http::{Answer, Fault, page};
use crate::track::{self, TrackFile, haversine};

pub(crate) fn routes() -> Router<Handle> {
    Router::new()
        .route("/trackMultipleFileUpload", post(bulk))
        .route("/trackFileUpload", post(preview))
}

/// The fate of a bulk upload. The real answer was never recorded, so a client must cope with every one of these.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum UploadMode {
    /// 200 with JSON of unknown shape; stored.
    OpaqueJson,
    /// 200 with an HTML page; stored.
    Html,
    /// 200 with nothing; stored.
    Empty,
    /// 200 with JSON whose `error` is this text; not stored.
    ErrorJson(String),
    /// 200 with the answer of success, but nothing is stored.
    AcceptedButNotStored,
    /// This status, before anything was stored.
    StatusBeforeStoring(u16),
    /// This status, after the activity was stored.
    StatusAfterStoring(u16),
    /// A redirect to the login page; not stored.
    LoginRedirect,
    /// 429 with `Retry-After` in seconds when given; not stored.
    TooManyRequests(Option<u64>),
    /// A reset as soon as the head arrived; not stored.
    ResetBeforeBody,
    /// A reset after the whole body arrived; not stored.
    ResetAfterBody,
    /// A reset after the activity was stored.
    ResetAfterStoring,
    /// Waits, then stores and answers.
    Slow(Duration),
    /// Stores, then waits before the answer.
    SlowAnswer(Duration),
}

impl UploadMode {
    pub(crate) fn fault(self) -> Fault {
        match self {
            Self::OpaqueJson => {
                Fault::AnswerAfter(Answer::json(200, &json!({"files": [{"status": "queued"}]})))
            }
            Self::Html => Fault::AnswerAfter(Answer::html(
                200,
                "<html><head><title>Upload</title></head><body>Thank you</body></html>",
            )),
            Self::Empty => Fault::AnswerAfter(Answer::empty()),
            Self::ErrorJson(text) => Fault::Answer(Answer::json(200, &json!({"error": text}))),
            Self::AcceptedButNotStored => Fault::Answer(Answer::json(200, &json!({"error": ""}))),
            Self::StatusBeforeStoring(status) => Fault::Answer(error_page(status)),
            Self::StatusAfterStoring(status) => Fault::AnswerAfter(error_page(status)),
            Self::LoginRedirect => Fault::Answer(Answer::redirect("/login")),
            Self::TooManyRequests(seconds) => Fault::Answer(Answer::too_many_requests(seconds)),
            Self::ResetBeforeBody => Fault::ResetBeforeBody,
            Self::ResetAfterBody => Fault::ResetAfterBody,
            Self::ResetAfterStoring => Fault::ResetAfterEffect,
            Self::Slow(wait) => Fault::Slow(wait),
            Self::SlowAnswer(wait) => Fault::SlowAnswer(wait),
        }
    }
}

fn error_page(status: u16) -> Answer {
    Answer::html(
        status,
        "<html><head><title>Error</title></head><body>Something went wrong</body></html>",
    )
}

async fn bulk(Extract(shared): Extract<Handle>, request: Request) -> Response {
    let (mut state, form) = match forms::of_user(&shared, request).await {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    if form.get("handleUpload") != Some("handleUpload") {
        return page("Upload", "Nothing was uploaded.").into_response();
    }
    let mut answer = json!({"error": "No file was uploaded."});
    for part in form.files.iter().filter(|part| part.field == "trackFiles") {
        let outcome = import(&state, part);
        let activity_id = match outcome {
            Ok(activity) => {
                let id = state.store(activity);
                answer = json!({"error": ""});
                if state.switches.upload_answers_id {
                    answer["activityId"] = json!(id);
                }
                Some(id)
            }
            Err(message) => {
                answer = json!({"error": message});
                None
            }
        };
        record(&mut state, part, activity_id);
    }
    axum::Json(answer).into_response()
}

fn record(state: &mut State, part: &FilePart, activity_id: Option<u64>) {
    state.uploads.push(Upload {
        file_name: part.file_name.clone(),
        content_type: part.content_type.clone(),
        bytes: part.bytes.clone(),
        activity_id,
    });
}

/// Turns an uploaded file into an activity, the way the site does: type Running, distance from the positions.
fn import(state: &State, part: &FilePart) -> Result<FakeActivity, String> {
    let (file, start) = accept(state, part)?;
    let offset = TimeDelta::minutes(i64::from(state.switches.utc_offset_minutes));
    let mut activity = FakeActivity::new(
        start.naive_utc() + offset,
        file.time_in_segments(),
        file.route_metres(),
    );
    activity.origin = ActivityOrigin::BulkUpload;
    activity.file = Some(part.bytes.clone());
    Ok(activity)
}

fn accept(state: &State, part: &FilePart) -> Result<(TrackFile, DateTime<Utc>), String> {
    let name = part.file_name.as_deref().unwrap_or_default().to_lowercase();
    if !(name.ends_with(".tcx") || name.ends_with(".gpx")) {
        return Err("The file must be a .gpx or .tcx file.".to_owned());
    }
    let file = track::read(&part.bytes).map_err(|_| format!("{name} is not a valid file."))?;
    let located = file
        .points()
        .filter(|point| point.position().is_some())
        .count();
    let all = file.points().count();
    if located < 2 || (located < all && !state.switches.accept_partial_positions) {
        return Err(format!("{name} is not a valid file: it has no GPS data."));
    }
    let start = file
        .points()
        .filter(|point| point.position().is_some())
        .find_map(|point| point.time)
        .ok_or_else(|| format!("{name} is not a valid file: it has no times."))?;
    Ok((file, start))
}

async fn preview(Extract(shared): Extract<Handle>, request: Request) -> Response {
    let headers = request.headers().clone();
    let form = match FormData::read(request).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let mut state = shared.lock();
    if !state.signed_in(&headers) {
        return shared.signed_out(&mut state);
    }
    let Some(part) = form.files.iter().find(|part| part.field == "trackFile") else {
        return axum::Json(json!({"error": "No file was uploaded."})).into_response();
    };
    let answer = match accept(&state, part) {
        Ok((file, start)) => {
            json!({"error": "", "trackImportData": import_data(&state, &file, start)})
        }
        Err(message) => json!({"error": message}),
    };
    record(&mut state, part, None);
    axum::Json(answer).into_response()
}

fn import_data(state: &State, file: &TrackFile, start: DateTime<Utc>) -> Value {
    let offset = TimeDelta::minutes(i64::from(state.switches.utc_offset_minutes));
    let mut points = Vec::new();
    let mut before: Option<(DateTime<Utc>, (f64, f64))> = None;
    for point in file.points() {
        let (Some(time), Some(position)) = (point.time, point.position()) else {
            continue;
        };
        let (delta_time, delta_distance) = before.map_or((0, 0.0), |(earlier, place)| {
            (
                (time - earlier).num_milliseconds(),
                haversine(place, position),
            )
        });
        points.push(json!({
            "type": if before.is_none() { "StartPoint" } else { "ManualPoint" },
            "latitude": position.0, "longitude": position.1, "deltaTime": delta_time,
            "deltaDistance": delta_distance, "timestamp": (time - start).num_milliseconds()
        }));
        before = Some((time, position));
    }
    if let Some(last) = points.last_mut() {
        last["type"] = json!("EndPoint");
    }
    json!({
        "startTime": (start + offset).timestamp_millis(),
        "duration": file.time_in_segments().num_milliseconds() as f64,
        "trackPoints": points
    })
}

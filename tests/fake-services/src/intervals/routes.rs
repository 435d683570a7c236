//! The requests of the API.

use axum::extract::{Multipart, Path, Query, Request, State as Extract};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{FakeIntervals, IntervalsActivity, Shared, State, lock};
use crate::track;

/// The athlete's local time is ahead of UTC.
const ZONE: TimeDelta = TimeDelta::hours(2);

pub(super) fn routes(shared: Shared) -> Router {
    Router::new()
        .route("/api/v1/athlete/{athlete}", get(athlete))
        .route(
            "/api/v1/athlete/{athlete}/activities",
            get(list).post(upload),
        )
        .route("/api/v1/athlete/{athlete}/activities/manual", post(enter))
        .route(
            "/api/v1/activity/{id}",
            get(show).put(change).delete(delete),
        )
        .layer(middleware::from_fn(authorize))
        .with_state(shared)
}

fn refusal(status: StatusCode, error: &str) -> Response {
    let body = json!({"status": status.as_u16(), "error": error});
    (status, Json(body)).into_response()
}

async fn authorize(request: Request, next: Next) -> Response {
    let expected = BASE64_STANDARD.encode(format!("API_KEY:{}", FakeIntervals::API_KEY));
    let given = request.headers().get(header::AUTHORIZATION);
    let given = given.and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
    if given != Some(&expected) {
        return refusal(StatusCode::UNAUTHORIZED, "Unauthorized");
    }
    let is_own = |path: &str| {
        let athlete = path.strip_prefix("/api/v1/athlete/");
        athlete.is_none_or(|rest| ["0", "i7"].contains(&rest.split('/').next().unwrap_or_default()))
    };
    match is_own(request.uri().path()) {
        true => next.run(request).await,
        false => refusal(StatusCode::FORBIDDEN, "Access denied"),
    }
}

async fn athlete() -> Json<Value> {
    Json(json!({"id": "i7", "name": "Runner"}))
}

fn shown(activity: &IntervalsActivity) -> Value {
    json!({
        "id": activity.id,
        "icu_athlete_id": "i7",
        "start_date_local": activity.start_local.format("%Y-%m-%dT%H:%M:%S").to_string(),
        "start_date": activity.start.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "type": activity.kind,
        "moving_time": activity.moving_s.round() as i64,
        "elapsed_time": activity.moving_s.round() as i64,
        "distance": activity.distance_m,
        "external_id": activity.external_id,
        "source": "UPLOAD",
    })
}

#[derive(Deserialize)]
struct Days {
    oldest: NaiveDate,
    newest: NaiveDate,
}

async fn list(Extract(shared): Extract<Shared>, Query(days): Query<Days>) -> Json<Vec<Value>> {
    let state = lock(&shared);
    let (from, until) = (
        NaiveDateTime::from(days.oldest),
        NaiveDateTime::from(days.newest),
    );
    let within = |activity: &&IntervalsActivity| (from..=until).contains(&activity.start_local);
    let mut listed: Vec<Value> = state.activities.iter().filter(within).map(shown).collect();
    listed.extend((0..state.strava_stubs).map(|number| {
        json!({
            "id": 9_000_000 + number, "icu_athlete_id": "i7", "source": "STRAVA",
            "start_date_local": days.oldest.format("%Y-%m-%dT06:00:00").to_string(),
            "_note": "STRAVA activities are not available via the API",
        })
    }));
    Json(listed)
}

#[derive(Default)]
struct Form {
    external_id: Option<String>,
    description: Option<String>,
    file: Option<Vec<u8>>,
}

async fn read(mut multipart: Multipart) -> Option<Form> {
    let mut form = Form::default();
    while let Some(field) = multipart.next_field().await.ok()? {
        match field.name().unwrap_or_default() {
            "external_id" => form.external_id = Some(field.text().await.ok()?),
            "description" => form.description = Some(field.text().await.ok()?),
            "file" => form.file = Some(field.bytes().await.ok()?.to_vec()),
            _ => {}
        }
    }
    Some(form)
}

fn answer(status: StatusCode, id: &str) -> Response {
    let one = json!({"icu_athlete_id": "i7", "id": id});
    let body = json!({"icu_athlete_id": "i7", "id": id, "activities": [one]});
    (status, Json(body)).into_response()
}

async fn upload(Extract(shared): Extract<Shared>, multipart: Multipart) -> Response {
    let unreadable = || refusal(StatusCode::UNPROCESSABLE_ENTITY, "Unable to read file");
    let Some(Form {
        external_id,
        description,
        file: Some(bytes),
    }) = read(multipart).await
    else {
        return unreadable();
    };
    let Ok(file) = track::read(&bytes) else {
        return unreadable();
    };
    let Some(start) = file.points().find_map(|point| point.time).or(file.id) else {
        return unreadable();
    };
    let mut state = lock(&shared);
    if let Some(id) = known(&state, Some(&bytes), external_id.as_deref()) {
        return match state.conflicts {
            true => refusal(StatusCode::CONFLICT, "Activity already exists"),
            false => answer(StatusCode::OK, &id),
        };
    }
    let kind = match file.sport.as_deref() {
        Some("Running") => "Run",
        Some("Biking") => "Ride",
        _ => "Workout",
    };
    let start_local = start.naive_utc() + ZONE;
    let id = store(
        &mut state,
        IntervalsActivity {
            id: String::new(),
            start_local,
            start,
            kind: kind.to_owned(),
            moving_s: file.duration().num_milliseconds() as f64 / 1000.0,
            distance_m: Some(file.lap_metres()).filter(|metres| *metres > 0.0),
            external_id,
            description,
            file: Some(bytes),
        },
    );
    answer(StatusCode::CREATED, &id)
}

fn known(state: &State, bytes: Option<&[u8]>, key: Option<&str>) -> Option<String> {
    let same = |there: &&IntervalsActivity| {
        let content = bytes.is_some() && there.file.as_deref() == bytes;
        let named = key.is_some() && there.external_id.as_deref() == key;
        content || (named && !state.content_only)
    };
    state
        .activities
        .iter()
        .find(same)
        .map(|there| there.id.clone())
}

fn store(state: &mut State, mut activity: IntervalsActivity) -> String {
    state.next_id += 1;
    let id = format!("i{}", 1000 + state.next_id);
    activity.id.clone_from(&id);
    state.activities.push(activity);
    id
}

async fn enter(Extract(shared): Extract<Shared>, Json(entry): Json<Value>) -> Response {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
    let number = |name: &str| entry.get(name).and_then(Value::as_f64);
    let start = text("start_date_local").and_then(|text| text.parse::<NaiveDateTime>().ok());
    let (Some(start_local), Some(moving_s), Some(kind)) =
        (start, number("moving_time"), text("type"))
    else {
        return refusal(
            StatusCode::UNPROCESSABLE_ENTITY,
            "start_date_local, moving_time and type are required",
        );
    };
    let mut state = lock(&shared);
    let key = text("external_id");
    if let Some(id) = known(&state, None, key.as_deref()) {
        return answer(StatusCode::OK, &id);
    }
    let id = store(
        &mut state,
        IntervalsActivity {
            id: String::new(),
            start_local,
            start: (start_local - ZONE).and_utc(),
            kind,
            moving_s,
            distance_m: number("distance"),
            external_id: key,
            description: text("description"),
            file: None,
        },
    );
    answer(StatusCode::OK, &id)
}

async fn show(Extract(shared): Extract<Shared>, Path(id): Path<String>) -> Response {
    let state = lock(&shared);
    match state.activities.iter().find(|there| there.id == id) {
        Some(activity) => Json(shown(activity)).into_response(),
        None => refusal(StatusCode::NOT_FOUND, "Not found"),
    }
}

async fn change(
    Extract(shared): Extract<Shared>,
    Path(id): Path<String>,
    Json(change): Json<Value>,
) -> Response {
    let mut state = lock(&shared);
    let Some(activity) = state.activities.iter_mut().find(|there| there.id == id) else {
        return refusal(StatusCode::NOT_FOUND, "Not found");
    };
    if let Some(kind) = change.get("type").and_then(Value::as_str) {
        kind.clone_into(&mut activity.kind);
    }
    Json(shown(activity)).into_response()
}

async fn delete(Extract(shared): Extract<Shared>, Path(id): Path<String>) -> Response {
    let mut state = lock(&shared);
    let before = state.activities.len();
    state.activities.retain(|there| there.id != id);
    match state.activities.len() < before {
        true => Json(json!({"id": id})).into_response(),
        false => refusal(StatusCode::NOT_FOUND, "Not found"),
    }
}

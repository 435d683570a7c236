//! Sessions typed in by hand: create, edit, delete. Every one of them needs `X-Requested-With`.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, post, put};
use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Value, json};

use super::reply;
use super::session::{PolarExercise, PolarSession};
use super::sport::PolarSport;
use super::state::{Handle, State};

pub(crate) fn routes() -> Router<Handle> {
    Router::new()
        .route("/api/training/create", post(create))
        .route("/api/training/editTraining/{id}", put(edit))
        .route("/api/training/analysis/updateTrainingData/{id}", put(edit))
        .route("/api/training/deleteTrainingSession/{id}/", delete(remove))
}

fn allowed(state: &State, headers: &HeaderMap) -> Result<(), Response> {
    state.require_ajax(headers)?;
    state.require_session(headers)
}

fn sport(body: &Value) -> PolarSport {
    let id = body["sportId"].as_u64();
    PolarSport::ALL
        .iter()
        .copied()
        .find(|sport| Some(u64::from(sport.id)) == id)
        .unwrap_or(PolarSport::OTHER_OUTDOOR)
}

fn start(body: &Value) -> Option<NaiveDateTime> {
    ["startDate", "datetime", "startTime"]
        .iter()
        .find_map(|key| body[*key].as_str())
        .and_then(|text| text.parse().ok())
}

async fn create(Extract(shared): Extract<Handle>, headers: HeaderMap, body: Bytes) -> Response {
    let mut state = shared.lock();
    if let Err(refused) = allowed(&state, &headers) {
        return refused;
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let Some(start) = start(&body) else {
        return (
            StatusCode::BAD_REQUEST,
            axum::Json(json!({"error": "startDate is missing"})),
        )
            .into_response();
    };
    // Seconds here, milliseconds elsewhere.
    let duration = TimeDelta::seconds(body["duration"].as_i64().unwrap_or_default());
    let mut exercise = PolarExercise::new(start, duration, sport(&body));
    exercise.distance_m = body["distance"].as_f64();
    exercise.calories = body["calories"].as_u64().map(|kcal| kcal as u32);
    let id = state.next_manual_id;
    state.next_manual_id += 1;
    let mut session = PolarSession::new(id, 0, exercise);
    session.offset_minutes = None;
    if let Some(note) = body["note"].as_str() {
        note.clone_into(&mut session.note);
    }
    state.sessions.insert(id, session);
    reply::json(&state, &headers, &json!({"id": id}))
}

async fn edit(
    Extract(shared): Extract<Handle>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut state = shared.lock();
    if let Err(refused) = allowed(&state, &headers) {
        return refused;
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let Some(session) = state.sessions.get_mut(&id) else {
        return reply::no_such_session();
    };
    if let Some(note) = body["note"].as_str() {
        note.clone_into(&mut session.note);
    }
    if body["sportId"].is_u64() {
        session.sport = sport(&body);
    }
    if let Some(exercise) = session.exercises.first_mut() {
        if let Some(metres) = body["distance"].as_f64() {
            exercise.distance_m = Some(metres);
        }
        if let Some(kcal) = body["calories"].as_u64() {
            exercise.calories = Some(kcal as u32);
        }
    }
    reply::json(&state, &headers, &json!({"id": id}))
}

async fn remove(
    Extract(shared): Extract<Handle>,
    Path(id): Path<u64>,
    headers: HeaderMap,
) -> Response {
    let mut state = shared.lock();
    if let Err(refused) = allowed(&state, &headers) {
        return refused;
    }
    // The service answers 200 for an unknown id, too.
    state.sessions.remove(&id);
    state.deleted.insert(id);
    StatusCode::OK.into_response()
}

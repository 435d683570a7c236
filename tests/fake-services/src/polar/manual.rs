//! Sessions typed in by hand: create, edit, delete, as recorded in 2026. Every one of them needs `X-Requested-With`.
//!
//! | request | answers |
//! |---|---|
//! | create | 200 with an empty body and no id; 400, empty, for a date in the future or none |
//! | edit | 200; an empty 500 for a value out of range; 403 for another account's session |
//! | notes | 200, reads note and feeling only; 400 for a value out of range and for another account's session |
//! | delete | 200, also for an unknown id; 404 for another account's session |

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, post, put};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::reply;
use super::session::{PolarExercise, PolarSession};
use super::sport::PolarSport;
use super::state::{Handle, State};

/// The five feelings of the website, on the wire.
const FEELINGS: [&str; 5] = ["0.19", "0.39", "0.59", "0.79", "0.99"];

pub(crate) fn routes() -> Router<Handle> {
    Router::new()
        .route("/api/training/create", post(create))
        .route("/api/training/editTraining/{id}", put(edit))
        .route(
            "/api/training/analysis/updateTrainingData/{id}",
            put(edit_notes),
        )
        .route("/api/training/deleteTrainingSession/{id}/", delete(remove))
}

fn allowed(state: &State, headers: &HeaderMap) -> Result<(), Response> {
    state.require_ajax(headers)?;
    state.require_session(headers)
}

/// The session to edit, and the form; or the answer to one who may not, or for an unknown session.
fn session_and_form<'a>(
    state: &'a mut State,
    id: u64,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<(&'a mut PolarSession, Value), Response> {
    allowed(state, headers)?;
    let form = serde_json::from_slice(body).unwrap_or_default();
    match state.sessions.get_mut(&id) {
        Some(session) => Ok((session, form)),
        None => Err(reply::no_such_session()),
    }
}

/// The sport of a form, when it names a known one.
fn sport(body: &Value) -> Option<PolarSport> {
    let id = body["sport"].as_u64()?;
    let known = |sport: &PolarSport| u64::from(sport.id) == id;
    PolarSport::ALL.iter().copied().find(known)
}

/// Whether every value of a form is within the website's range. Fields that are not there are.
fn in_range(body: &Value) -> bool {
    let number = |name: &str, range: std::ops::RangeInclusive<f64>| match &body[name] {
        Value::Number(number) => number.as_f64().is_some_and(|n| range.contains(&n)),
        // An unknown heart rate is empty text.
        Value::String(text) => text.is_empty(),
        Value::Null => true,
        _ => false,
    };
    let text = |name: &str, longest: usize| {
        body[name]
            .as_str()
            .is_none_or(|text| text.chars().count() <= longest)
    };
    number("duration", 1.0..=359_999.0)
        && number("distance", 0.0..=9_999_000.0)
        && number("hrAverage", 0.0..=240.0)
        && number("hrMax", 0.0..=240.0)
        && number("kiloCalories", 0.0..=65_535.0)
        && number("speedAverage", 0.0..=399.0)
        && text("trainingSessionName", 100)
        && text("note", 10_000)
        && is_feeling(&body["feeling"])
}

fn is_feeling(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| FEELINGS.contains(&text))
}

/// Stores what the form holds, field by field; a field that is not there stays.
fn fill(session: &mut PolarSession, body: &Value) {
    let whole = |name: &str| body[name].as_u64().and_then(|n| u32::try_from(n).ok());
    if let Some(sport) = sport(body) {
        session.sport = sport;
    }
    session.average_heart_rate = whole("hrAverage").or(session.average_heart_rate);
    session.max_heart_rate = whole("hrMax").or(session.max_heart_rate);
    if let Some(feeling) = body["feeling"].as_str() {
        session.feeling = feeling.parse().ok();
    }
    let sport = session.sport;
    let Some(exercise) = session.exercises.first_mut() else {
        return;
    };
    exercise.sport = sport;
    if let Some(seconds) = body["duration"].as_i64() {
        exercise.duration = TimeDelta::seconds(seconds);
    }
    exercise.distance_m = body["distance"].as_f64().or(exercise.distance_m);
    exercise.calories = whole("kiloCalories").or(exercise.calories);
    exercise.speed_kmh = body["speedAverage"].as_f64().or(exercise.speed_kmh);
}

async fn create(Extract(shared): Extract<Handle>, headers: HeaderMap, body: Bytes) -> Response {
    let mut state = shared.lock();
    if let Err(refused) = allowed(&state, &headers) {
        return refused;
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let date = body["date"].as_str().unwrap_or_default();
    // To the minute: `2026-05-25T08:48+0200`.
    let start = DateTime::parse_from_str(date, "%Y-%m-%dT%H:%M%z");
    let Ok(start) = start.map_err(drop).and_then(|start| {
        let is_past = start <= Utc::now();
        is_past.then_some(start).ok_or(())
    }) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if !in_range(&body) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let sport = sport(&body).unwrap_or(PolarSport::OTHER_OUTDOOR);
    let id = state.next_manual_id;
    state.next_manual_id += 1;
    let exercise = PolarExercise::new(start.naive_local(), TimeDelta::zero(), sport);
    let mut session = PolarSession::new(id, 0, exercise);
    session.offset_minutes = None;
    fill(&mut session, &body);
    body["note"]
        .as_str()
        .unwrap_or_default()
        .clone_into(&mut session.note);
    session.name = named(&body, sport);
    state.sessions.insert(id, session);
    StatusCode::OK.into_response()
}

/// The name of the form; a missing one becomes the sport's.
fn named(body: &Value, sport: PolarSport) -> String {
    match body["trainingSessionName"].as_str() {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => sport.name.to_owned(),
    }
}

async fn edit(
    Extract(shared): Extract<Handle>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut state = shared.lock();
    let (session, body) = match session_and_form(&mut state, id, &headers, &body) {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    if session.foreign {
        return StatusCode::FORBIDDEN.into_response();
    }
    if !in_range(&body) {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    fill(session, &body);
    session.name = named(&body, session.sport);
    // A null note becomes this word.
    body["note"]
        .as_str()
        .unwrap_or("null")
        .clone_into(&mut session.note);
    StatusCode::OK.into_response()
}

async fn edit_notes(
    Extract(shared): Extract<Handle>,
    Path(id): Path<u64>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut state = shared.lock();
    let (session, body) = match session_and_form(&mut state, id, &headers, &body) {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    let note = body["note"].as_str();
    let is_short = note.is_none_or(|note| note.chars().count() <= 10_000);
    if session.foreign || !is_short || !is_feeling(&body["feeling"]) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    if let Some(note) = note {
        note.clone_into(&mut session.note);
    }
    if let Some(feeling) = body["feeling"].as_str() {
        session.feeling = feeling.parse().ok();
    }
    StatusCode::OK.into_response()
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
    if state
        .sessions
        .get(&id)
        .is_some_and(|session| session.foreign)
    {
        return reply::no_such_session();
    }
    // The service answers 200 for an unknown id, too.
    state.sessions.remove(&id);
    state.deleted.insert(id);
    StatusCode::OK.into_response()
}

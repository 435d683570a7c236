//! `GET /api/sleep/report`: the nights. The live service has a separate host for it; here the listener of the web
//! application answers, because both take the same cookie.
//!
//! It answers windows of 30 to 365 days and refuses others with an empty 400. Its 401 says "expired" in its own words.

use axum::Router;
use axum::extract::{Query, State as Extract};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};

use super::reply;
use super::state::Handle;

pub(crate) fn routes() -> Router<Handle> {
    Router::new().route("/api/sleep/report", get(report))
}

#[derive(Deserialize)]
struct Window {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

async fn report(
    Extract(shared): Extract<Handle>,
    Query(window): Query<Window>,
    headers: HeaderMap,
) -> Response {
    let state = shared.lock();
    if state.require_session(&headers).is_err() {
        let own_words = axum::Json(json!({"message": "Unauthorized"}));
        return (StatusCode::UNAUTHORIZED, own_words).into_response();
    }
    if let Err(refused) = state.require_ajax(&headers) {
        return refused;
    }
    if !headers.contains_key(header::ORIGIN) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let (Some(from), Some(to)) = (window.from, window.to) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    // Whether the last day counts is not known. These windows are valid either way.
    if !(30..=364).contains(&(to - from).num_days()) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let nights = state
        .nights
        .range(from..=to)
        .map(|(_, night)| night.clone());
    reply::json(&state, &headers, &Value::Array(nights.collect()))
}

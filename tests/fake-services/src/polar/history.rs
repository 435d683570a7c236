//! `POST /api/training/history`: the training list, with the sport's number.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State as Extract;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Value, json};

use super::reply;
use super::session::PolarSession;
use super::state::Handle;

pub(crate) fn routes() -> Router<Handle> {
    Router::new().route("/api/training/history", post(history))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HistoryRequest {
    user_id: u64,
    from_date: NaiveDate,
    to_date: NaiveDate,
}

async fn history(Extract(shared): Extract<Handle>, headers: HeaderMap, body: Bytes) -> Response {
    let state = shared.lock();
    if let Err(refused) = state
        .require_ajax(&headers)
        .and_then(|()| state.require_session(&headers))
    {
        return refused;
    }
    let Ok(request) = serde_json::from_slice::<HistoryRequest>(&body) else {
        return (
            StatusCode::BAD_REQUEST,
            "userId, fromDate and toDate are needed",
        )
            .into_response();
    };
    if request.user_id != state.account.user_id {
        return StatusCode::FORBIDDEN.into_response();
    }
    let days = request.from_date..=request.to_date;
    let mut rows: Vec<_> = state
        .sessions
        .values()
        .filter(|_| !state.switches.empty_listing)
        .filter(|session| !state.switches.unlisted.contains(&session.id))
        .filter(|session| days.contains(&session.start_local().date()))
        .collect();
    rows.sort_by_key(|session| session.start_local());
    reply::json(
        &state,
        &headers,
        &Value::Array(rows.into_iter().map(row).collect()),
    )
}

fn row(session: &PolarSession) -> Value {
    let sport = session.sport;
    json!({
        "id": session.id,
        "duration": session.duration().num_milliseconds(),
        "distance": session.distance_m(),
        "hrAvg": session.average_heart_rate.unwrap_or_default(),
        "calories": session.calories(),
        "note": session.note,
        "sportName": sport.name,
        "sportId": sport.id,
        "startDate": session.start_local().format("%Y-%m-%d %H:%M:%S%.3f").to_string(),
        "recoveryTime": 29_940_000,
        "iconUrl": sport.icon_url(),
        "trainingLoadHtml": "",
        "hasTrainingTarget": false,
        "swimmingSport": matches!(sport.id, 23 | 103 | 105),
        "swimmingPoolUnits": "METERS",
        "trainingLoadProHtml": "11100",
        "periodDataUuid": null,
        "isTest": false,
    })
}

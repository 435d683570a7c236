//! `GET /api/activity-timeline/load` and `GET /api/sleep/report`: the data of days and nights.

use axum::Router;
use axum::extract::{Query, State as Extract};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{NaiveDate, TimeDelta};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::reply;
use super::state::Handle;

pub(crate) fn routes() -> Router<Handle> {
    Router::new()
        .route("/api/activity-timeline/load", get(activity))
        .route("/api/sleep/report", get(sleep))
}

#[derive(Deserialize)]
struct Day {
    day: NaiveDate,
}

/// One day. Behind the last synchronisation its panel is null.
async fn activity(
    Extract(shared): Extract<Handle>,
    Query(Day { day }): Query<Day>,
    headers: HeaderMap,
) -> Response {
    let state = shared.lock();
    if let Err(refused) = state.require_session(&headers) {
        return refused;
    }
    let synchronised = state.synchronised.map(|at| at.date());
    let steps = state.activity.get(&day);
    let body = match steps.filter(|_| synchronised.is_none_or(|last| day <= last)) {
        Some(steps) => {
            let end = (day + TimeDelta::days(2)).and_time(chrono::NaiveTime::MIN);
            let synchronised = state.synchronised.unwrap_or(end).and_utc();
            json!({
                "dataPanelData": {"stepCount": steps, "dailyActivityGoal": 100, "kiloCalories": 2300},
                "activityGraphData": {"lastSync": synchronised.timestamp_millis(), "activityTimelineSamples": []}
            })
        }
        None => json!({"dataPanelData": null}),
    };
    let mut days = Map::new();
    days.insert(day.to_string(), body);
    reply::json(&state, &headers, &Value::Object(days))
}

#[derive(Deserialize)]
struct Nights {
    from: NaiveDate,
    to: NaiveDate,
}

/// Windows of 30 to 365 days; anything else is refused with an empty body.
async fn sleep(
    Extract(shared): Extract<Handle>,
    Query(Nights { from, to }): Query<Nights>,
    headers: HeaderMap,
) -> Response {
    let state = shared.lock();
    if let Err(refused) = state.require_session(&headers) {
        return refused;
    }
    if !(30..=365).contains(&(to - from).num_days()) {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let nights = state.nights.range(from..=to).map(|day| {
        json!({
            "date": day.to_string(),
            "sleepStartTime": format!("{}T23:10:00", *day - TimeDelta::days(1)),
            "sleepEndTime": format!("{day}T07:00:00"), "sleepScore": 71.5, "sleepCycles": 4,
            "sleepWakeStates": [{"sleepWakeState": 2, "offsetFromStart": 0}]
        })
    });
    reply::json(&state, &headers, &Value::Array(nights.collect()))
}

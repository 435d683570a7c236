//! `GET /api/activity-timeline/load`: the activity of a day.

use axum::Router;
use axum::extract::{Query, State as Extract};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use chrono::{NaiveDate, TimeDelta};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::reply;
use super::state::Handle;

pub(crate) fn routes() -> Router<Handle> {
    Router::new().route("/api/activity-timeline/load", get(activity))
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

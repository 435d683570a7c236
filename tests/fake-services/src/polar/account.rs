//! The account, the sports table and the feature probe.

use axum::Router;
use axum::extract::State as Extract;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Map, Value, json};

use super::reply;
use super::sport::PolarSport;
use super::state::Handle;

pub(crate) fn routes() -> Router<Handle> {
    Router::new()
        .route("/api/account/users/current/user", get(current_user))
        .route("/api/features/balance/available", get(available))
        .route("/api/sports/sports", get(sports))
}

async fn current_user(Extract(shared): Extract<Handle>, headers: HeaderMap) -> Response {
    let state = shared.lock();
    if let Err(refused) = state.require_session(&headers) {
        return refused;
    }
    let body = json!({
        "user": {
            "userName": state.account.email, "firstName": "Synthetic", "lastName": "Runner",
            "nickName": null, "id": state.account.user_id, "pictureUrl": null, "country": "FI"
        },
        "localizationInfo": {
            "firstDayOfWeek": "MONDAY", "measurementUnit": "METRIC", "dateFormat": "DAY_MONTH_YEAR",
            "dateSeparator": "DOT", "timeFormat": "TIMEFORMAT_24", "timeFormatSeparator": "COLON",
            "timeZone": "+01:00", "flowLanguage": "en", "userAgentLanguage": "en"
        },
        "physicalInfo": {
            "birthday": [1990, 1, 1], "sex": "FEMALE", "trainingBackground": "REGULAR",
            "weight": 61.5, "height": 168, "functionalThresholdPower": 210, "maximumAerobicPower": null
        },
        "sportProfiles": [], "applicationRoles": [], "capabilities": [], "productCapabilities": []
    });
    reply::json(&state, &headers, &body)
}

async fn available(Extract(shared): Extract<Handle>, headers: HeaderMap) -> Response {
    let state = shared.lock();
    match state.require_session(&headers) {
        Ok(()) => reply::json(&state, &headers, &json!({"available": true})),
        Err(refused) => refused,
    }
}

async fn sports(Extract(shared): Extract<Handle>, headers: HeaderMap) -> Response {
    let table: Map<String, Value> = PolarSport::ALL
        .iter()
        .map(|sport| (sport.id.to_string(), Value::from(sport.name)))
        .collect();
    reply::json(&shared.lock(), &headers, &Value::Object(table))
}

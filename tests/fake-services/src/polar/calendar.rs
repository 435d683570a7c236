//! `GET /training/getCalendarEvents`: local days, at most 100 of them, mixed kinds.

use axum::Router;
use axum::extract::{Query, State as Extract};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::{Datelike, NaiveDate, TimeDelta};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::reply;
use super::session::PolarSession;
use super::state::{Handle, State};

pub(crate) fn routes() -> Router<Handle> {
    Router::new()
        .route("/training/getCalendarEvents", get(events))
        .route("/training/getCalendarWeekSummary", post(week_summary))
}

#[derive(Deserialize)]
struct Window {
    start: Option<String>,
    end: Option<String>,
}

/// `D.M.YYYY`; leading zeros are accepted.
fn day(text: Option<&str>) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text?, "%d.%m.%Y").ok()
}

async fn events(
    Extract(shared): Extract<Handle>,
    Query(window): Query<Window>,
    headers: HeaderMap,
) -> Response {
    let state = shared.lock();
    if let Err(refused) = state.require_session(&headers) {
        return refused;
    }
    let (Some(start), Some(end)) = (day(window.start.as_deref()), day(window.end.as_deref()))
    else {
        return (StatusCode::BAD_REQUEST, "start and end must be D.M.YYYY").into_response();
    };
    if (end - start).num_days() > state.switches.max_window_days || end < start {
        return (StatusCode::BAD_REQUEST, "The window is too long").into_response();
    }
    reply::json(&state, &headers, &Value::Array(listed(&state, start, end)))
}

fn listed(state: &State, start: NaiveDate, end: NaiveDate) -> Vec<Value> {
    if state.switches.empty_listing {
        return Vec::new();
    }
    let sessions = state
        .sessions
        .values()
        .filter(|session| !state.switches.unlisted.contains(&session.id))
        .map(|session| (session.start_local(), exercise(state, session)));
    let others = state.events.iter().map(|event| {
        (
            event.day.and_hms_opt(12, 0, 0).unwrap_or_default(),
            event.json.clone(),
        )
    });
    let mut all: Vec<_> = sessions
        .chain(others)
        .filter(|(at, _)| (start..=end).contains(&at.date()))
        .collect();
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, json)| json).collect()
}

/// The element of a training session. Its times are the local wall clock with a false `Z`.
fn exercise(state: &State, session: &PolarSession) -> Value {
    let start = session.start_local();
    let duration = session.duration();
    let stamp = start.and_utc();
    let seconds = duration.num_seconds();
    let mut event = json!({
        "trainingLoadProInterpretation": "Medium",
        "trainingLoadProIndex": 3,
        "isTest": false,
        "title": format!(
            "{:02}:{:02}:{:02};{} km",
            seconds / 3600, seconds / 60 % 60, seconds % 60,
            session.distance_m().unwrap_or_default() / 1000.0
        ),
        "type": "EXERCISE",
        "listItemId": session.id,
        "hasTrainingTarget": false,
        "timestamp": stamp.timestamp_millis(),
        "start": stamp.timestamp(),
        "end": (stamp + duration).timestamp(),
        "allDay": false,
        "iconUrl": session.sport.icon_url(),
        "url": format!("/training/analysis2/{}", session.id),
        "borderColor": "#A9D0F5",
        "textColor": "#000",
        "datetime": format!("{}Z", start.format("%Y-%m-%dT%H:%M:%S%.3f")),
        "eventType": "exercise",
        "duration": duration.num_milliseconds(),
        "distance": session.distance_m(),
        "calories": session.calories(),
    });
    if let Value::Object(fields) = &mut event {
        change(fields, state);
    }
    event
}

fn change(fields: &mut Map<String, Value>, state: &State) {
    for name in &state.switches.calendar_without {
        fields.remove(*name);
    }
    fields.extend(state.switches.calendar_with.clone());
}

#[derive(Deserialize)]
struct WeekSummaryRequest {
    from: Option<String>,
    to: Option<String>,
}

async fn week_summary(
    Extract(shared): Extract<Handle>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Response {
    let state = shared.lock();
    if let Err(refused) = state
        .require_ajax(&headers)
        .and_then(|()| state.require_session(&headers))
    {
        return refused;
    }
    let request = serde_json::from_slice::<WeekSummaryRequest>(&body).ok();
    let range = request
        .and_then(|request| Some((day(request.from.as_deref())?, day(request.to.as_deref())?)));
    let Some((from, to)) = range.filter(|(from, to)| (0..=45).contains(&(*to - *from).num_days()))
    else {
        return (StatusCode::BAD_REQUEST, "Too many days").into_response();
    };
    let mut weeks = Vec::new();
    let mut monday = from;
    while monday <= to {
        let sunday = monday + TimeDelta::days(6);
        let inside: Vec<_> = state
            .sessions
            .values()
            .filter(|session| (monday..=sunday).contains(&session.start_local().date()))
            .collect();
        let metres: f64 = inside
            .iter()
            .filter_map(|session| session.distance_m())
            .sum();
        let duration: TimeDelta = inside.iter().map(|session| session.duration()).sum();
        weeks.push(json!({
            "traininigSessionsCount": inside.len(),
            "durationMillis": duration.num_milliseconds(),
            "distance": metres,
            "calories": inside.iter().filter_map(|session| session.calories()).sum::<u32>(),
            "week": monday.iso_week().week(),
            "stepCount": 0,
        }));
        monday = sunday + TimeDelta::days(1);
    }
    reply::json(&state, &headers, &Value::Array(weeks))
}

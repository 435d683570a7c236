//! Listings: one month as JSON labelled HTML, the page of months, the fitness reports.

use std::collections::BTreeMap;
use std::time::Instant;

use axum::Router;
use axum::extract::{Path, Query, State as Extract};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::activity::FakeActivity;
use super::state::{Handle, State, Visible, oh_noes};
use crate::http::page;

pub(crate) fn routes() -> Router<Handle> {
    Router::new()
        .route("/activitiesByDateRange", get(month))
        .route("/user/{user}/activitylist", get(activity_list))
        .route("/user/{user}/fitnessReportsData", post(fitness_reports))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MonthQuery {
    user_name: Option<String>,
    start_date: Option<String>,
}

async fn month(
    Extract(shared): Extract<Handle>,
    Query(query): Query<MonthQuery>,
    headers: HeaderMap,
) -> Response {
    let mut state = shared.lock();
    let signed_in = state.signed_in(&headers);
    if !signed_in && !state.switches.anonymous_listing {
        return shared.signed_out(&mut state);
    }
    let day = query.start_date.and_then(|text| {
        ["%b-%d-%Y", "%B-%d-%Y"]
            .iter()
            .find_map(|format| NaiveDate::parse_from_str(&text, format).ok())
    });
    let (Some(day), Some(user)) = (day, query.user_name) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let rows = if signed_in && user == state.account.user {
        rows(&mut state, day)
    } else {
        Vec::new()
    };
    let body = if rows.is_empty() {
        json!({"activities": {}})
    } else {
        json!({"activities": {
            day.format("%Y").to_string(): {day.format("%b").to_string(): rows}
        }})
    };
    // JSON, but not labelled so.
    (
        [(header::CONTENT_TYPE, "text/html;charset=UTF-8")],
        body.to_string(),
    )
        .into_response()
}

/// The activities of the month of `day`, newest first. Looking counts: hidden ones come closer to being shown.
fn rows(state: &mut State, day: NaiveDate) -> Vec<Value> {
    let mut shown = visible(state, |activity| {
        (activity.start_local.year(), activity.start_local.month()) == (day.year(), day.month())
    });
    shown.sort_by_key(|activity| std::cmp::Reverse((activity.start_local, activity.id)));
    shown.iter().map(|activity| row(state, activity)).collect()
}

/// The activities that are listed by now and asked for.
fn visible(state: &mut State, is_asked: impl Fn(&FakeActivity) -> bool) -> Vec<FakeActivity> {
    let now = Instant::now();
    let mut shown = Vec::new();
    for stored in state.activities.values_mut() {
        let is_visible = match &mut stored.visible {
            Visible::Now | Visible::AfterListings(0) => true,
            Visible::AfterListings(left) => {
                *left -= 1;
                false
            }
            Visible::At(at) => *at <= now,
        };
        if is_visible {
            stored.visible = Visible::Now;
            if is_asked(&stored.activity) {
                shown.push(stored.activity.clone());
            }
        }
    }
    shown
}

fn row(state: &State, activity: &FakeActivity) -> Value {
    let unit = state.switches.unit;
    let start = activity.start_local;
    let mut row = json!({
        "distance": format!("{:.2}", activity.distance_m / unit.metres()),
        "distanceUnits": unit.label(),
        "username": state.account.user,
        "activity_id": activity.id,
        "dayOfMonth": start.format("%-d").to_string(),
        "month": start.format("%b").to_string(),
        "year": start.format("%Y").to_string(),
        "type": "CARDIO",
        "mainText": activity.type_name(),
        "live": false,
    });
    if !state.switches.old_listing {
        row["monthNum"] = json!(start.format("%m").to_string());
        row["elapsedTime"] = json!(clock(activity.duration.num_seconds()));
    }
    row
}

/// `MM:SS`, or `H:MM:SS` from one hour on.
pub(crate) fn clock(seconds: i64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}

async fn activity_list(
    Extract(shared): Extract<Handle>,
    Path(user): Path<String>,
    headers: HeaderMap,
) -> Response {
    let mut state = shared.lock();
    if !state.signed_in(&headers) {
        return shared.signed_out(&mut state);
    }
    if user != state.account.user {
        return oh_noes();
    }
    let mut months: BTreeMap<(i32, u32), Vec<FakeActivity>> = BTreeMap::new();
    for activity in visible(&mut state, |_| true) {
        let start = activity.start_local;
        months
            .entry((start.year(), start.month()))
            .or_default()
            .push(activity);
    }
    let mut body = String::from("<div id=\"activityHistoryMenu\">");
    for activities in months.values().rev() {
        let newest = activities
            .iter()
            .map(|activity| activity.start_local)
            .max()
            .unwrap_or_default();
        body.push_str(&format!(
            "<div class=\"accordion\" data-date=\"{}\"><span class=\"activityCount\">{}</span><ul>",
            newest.format("%b-%d-%Y"),
            activities.len()
        ));
        for activity in activities {
            body.push_str(&format!(
                "<li><a href=\"/user/{user}/activity/{}\"><span>{}</span><span>{}</span></a></li>",
                activity.id,
                activity.start_local.format("%-d"),
                activity.type_name()
            ));
        }
        body.push_str("</ul></div>");
    }
    body.push_str("</div>");
    page("Activities", &body).into_response()
}

async fn fitness_reports(
    Extract(shared): Extract<Handle>,
    Path(user): Path<String>,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Response {
    let mut state = shared.lock();
    if !state.signed_in(&headers) {
        return shared.signed_out(&mut state);
    }
    if user != state.account.user {
        return oh_noes();
    }
    let form: BTreeMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let day = |name: &str| {
        form.get(name)
            .and_then(|text| NaiveDate::parse_from_str(text, "%d-%b-%Y").ok())
    };
    let from = day("startDate").unwrap_or(NaiveDate::MIN);
    let to = day("endDate").unwrap_or(NaiveDate::MAX);
    let config: Value = form
        .get("reportConfigJson")
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let mut months: BTreeMap<i64, (f64, u64)> = BTreeMap::new();
    for stored in state.activities.values() {
        let day = stored.activity.start_local.date();
        if (from..=to).contains(&day) {
            let first = day
                .with_day(1)
                .unwrap_or(day)
                .and_time(chrono::NaiveTime::MIN);
            let bucket = months
                .entry(first.and_utc().timestamp_millis())
                .or_default();
            bucket.0 += stored.activity.distance_m / state.switches.unit.metres();
            bucket.1 += 1;
        }
    }
    let points: Vec<Value> = months
        .iter()
        .map(|(x, (y, count))| json!({"x": x, "y": y, "numSamples": count}))
        .collect();
    let total: f64 = months.values().map(|(distance, _)| distance).sum();
    let highest = months
        .values()
        .map(|(distance, _)| *distance)
        .fold(0.0, f64::max);
    let boxes: serde_json::Map<String, Value> = config["totalBoxes"]
        .as_object()
        .into_iter()
        .flat_map(|wanted| wanted.keys())
        .map(|name| {
            (
                name.clone(),
                json!({"value": format!("{total:.2}"), "units": state.switches.unit.label()}),
            )
        })
        .collect();
    let charts: serde_json::Map<String, Value> = config["charts"]
        .as_object()
        .into_iter()
        .flat_map(|wanted| wanted.keys())
        .map(|name| {
            (
                name.clone(),
                json!({"series": [{"maxYValue": highest, "dataPointsList": points.clone()}]}),
            )
        })
        .collect();
    axum::Json(json!({"totalBoxes": boxes, "charts": charts})).into_response()
}

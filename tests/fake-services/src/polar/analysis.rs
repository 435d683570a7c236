//! `GET /api/training/analysis/{id}/summary` and `.../details`.

use axum::Router;
use axum::extract::{Path, State as Extract};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{NaiveDateTime, TimeDelta};
use serde_json::{Map, Value, json};

use super::reply;
use super::session::{PolarExercise, PolarSession};
use super::state::{Handle, State};
use crate::track::{self, Point};

pub(crate) fn routes() -> Router<Handle> {
    Router::new()
        .route("/api/training/analysis/{id}/summary", get(summary))
        .route("/api/training/analysis/{id}/details", get(details))
}

/// The session, or the answer for one that is foreign, unknown or not signed in for.
pub(crate) fn visible<'a>(
    state: &'a State,
    headers: &HeaderMap,
    id: &str,
) -> Result<&'a PolarSession, Response> {
    state.require_session(headers)?;
    let session = id.parse().ok().and_then(|id: u64| state.sessions.get(&id));
    match session {
        None => Err(reply::no_such_session()),
        Some(session) if session.foreign => Err((
            StatusCode::FORBIDDEN,
            axum::Json(json!({"error": "Forbidden"})),
        )
            .into_response()),
        Some(session) => Ok(session),
    }
}

async fn summary(
    Extract(shared): Extract<Handle>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let state = shared.lock();
    let session = match visible(&state, &headers, &id) {
        Ok(session) => session,
        Err(refused) => return refused,
    };
    let start = session.start_local();
    let body = json!({
        "id": session.id, "nextTrainingId": -1, "previousTrainingId": -1,
        "userId": state.account.user_id, "feeling": session.feeling, "note": session.note,
        "latitude": null, "longitude": null,
        "startDate": local(start), "stopTime": local(start + session.duration()),
        "duration": iso(session.duration()), "distance": session.distance_m(),
        "kiloCalories": session.calories(), "trainingLoad": null, "trainingBenefit": null,
        "carboPercentage": null, "fatPercentage": null, "proteinPercentage": null,
        "hrMax": session.max_heart_rate.unwrap_or_default(), "hrAverage": session.average_heart_rate.unwrap_or_default(),
        "timezoneOffset": session.offset_minutes, "trainingLoadPro": null,
        "exercises": by_exercise(session, exercise_json),
        "periodDataUuid": null, "deviceName": if session.offset_minutes.is_some() { "Polar Synthetic" } else { "" },
        "trainingSessionName": session.name
    });
    reply::json(&state, &headers, &body)
}

async fn details(
    Extract(shared): Extract<Handle>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let state = shared.lock();
    let session = match visible(&state, &headers, &id) {
        Ok(session) => session,
        Err(refused) => return refused,
    };
    let offset = session.offset_minutes;
    let body = json!({
        "id": session.id, "periodDataUuid": format!("{:08x}-0000-4000-8000-000000000000", session.id % 0xffff_ffff),
        "exercises": by_exercise(session, |id, exercise| {
            let mut json = exercise_json(id, exercise);
            json["timezoneOffset"] = json!(offset);
            json["latitude"] = Value::Null;
            json["longitude"] = Value::Null;
            json
        }),
        "samples": by_exercise(session, |_, exercise| samples(exercise)),
        "zones": by_exercise(session, |_, _| json!({"HEART_RATE": [], "SPEED": [], "POWER": []})),
        "laps": by_exercise(session, |_, _| json!({"automaticLaps": [], "manualLaps": []})),
        "swimDatas": lengths(session),
        "pauseTimeData": by_exercise(session, |_, _| json!([])),
        "defaultHrZones": {}, "errors": {}, "exerciseResultTargetData": {}
    });
    reply::json(&state, &headers, &body)
}

/// The lengths of a swim in a pool of 25 m.
fn lengths(session: &PolarSession) -> Map<String, Value> {
    let swims = (session.id + 100..).zip(&session.exercises);
    let swims = swims.filter(|(_, exercise)| exercise.sport.id == 103);
    let of = |exercise: &PolarExercise| {
        let count = (exercise.distance_m.unwrap_or_default() / 25.0) as i64;
        let each = exercise.duration / i32::try_from(count.max(1)).unwrap_or(1);
        let pool: Vec<Value> = (0..count)
            .map(|number| {
                let start = iso(each * i32::try_from(number).unwrap_or(0));
                json!({"startOffset": start, "duration": iso(each), "style": "FREESTYLE", "strokes": 18 + number % 3})
            })
            .collect();
        json!({
            "swimmingSamples": {"startTime": local(exercise.start_local), "swimmingPool": pool},
            "swimmingStatistics": {
                "distance": exercise.distance_m, "poolSwim": count, "totalStrokeCount": count * 19,
                "poolInfo": {"poolType": "METERS", "poolLength": 25.0}
            }
        })
    };
    swims
        .map(|(id, exercise)| (id.to_string(), of(exercise)))
        .collect()
}

fn by_exercise(
    session: &PolarSession,
    make: impl Fn(u64, &PolarExercise) -> Value,
) -> Map<String, Value> {
    (session.id + 100..)
        .zip(&session.exercises)
        .map(|(id, exercise)| (id.to_string(), make(id, exercise)))
        .collect()
}

fn exercise_json(id: u64, exercise: &PolarExercise) -> Value {
    json!({
        "id": id, "sport": {"id": exercise.sport.id},
        "startTime": local(exercise.start_local),
        "stopTime": local(exercise.start_local + exercise.duration),
        "duration": iso(exercise.duration), "distance": exercise.distance_m,
        "calories": exercise.calories, "sportParent": exercise.sport.name,
        "trainingStatistic": exercise.speed_kmh.map_or_else(|| json!({}), |speed| json!({"SPEED": {"avg": speed}})),
        "defaultSpeedViewSettings": "PACE"
    })
}

fn samples(exercise: &PolarExercise) -> Value {
    let file = track::read(&exercise.tcx).unwrap_or_default();
    let points: Vec<&Point> = file.points().collect();
    let first = points.iter().find_map(|point| point.time);
    let route: Vec<Value> = points
        .iter()
        .filter_map(|point| {
            let (latitude, longitude) = point.position()?;
            let since = point.time? - first?;
            Some(json!({"latitude": latitude, "longitude": longitude, "altitude": point.altitude, "time": iso(since)}))
        })
        .collect();
    let whole = |rate: f64| rate.round() as i64;
    let rates: Vec<Option<i64>> = points
        .iter()
        .map(|point| point.heart_rate.map(whole))
        .collect();
    json!({
        "HEART_RATE": rates.iter().any(Option::is_some).then(|| json!({"samples": {"values": rates, "interval": "PT1S"}})),
        "COORDINATE": (!route.is_empty()).then(|| json!({"samples": route})),
        "SPEED": null, "DISTANCE": null, "ALTITUDE": null, "CADENCE": null, "POWER": null, "TEMPERATURE": null
    })
}

fn local(time: NaiveDateTime) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.f").to_string()
}

/// ISO 8601 as the service writes it, such as `PT1H2M3.4S`.
fn iso(duration: TimeDelta) -> String {
    let millis = duration.num_milliseconds();
    let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
    let seconds = (millis % 60_000) as f64 / 1000.0;
    let mut text = String::from("PT");
    if hours > 0 {
        text.push_str(&format!("{hours}H"));
    }
    if minutes > 0 {
        text.push_str(&format!("{minutes}M"));
    }
    if seconds > 0.0 || (hours == 0 && minutes == 0) {
        text.push_str(&format!("{seconds}S"));
    }
    text
}

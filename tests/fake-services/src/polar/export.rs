//! `GET /api/export/training/...`: TCX, GPX, CSV, FIT and RR intervals, and the ZIP of multi-sport sessions.

use std::io::{Cursor, Write as _};

use axum::Router;
use axum::extract::{Path, Query, State as Extract};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::analysis::visible;
use super::reply;
use super::session::{PolarExercise, PolarSession};
use super::state::{EmptyExport, Handle, State};
use crate::http::Answer;

pub(crate) fn routes() -> Router<Handle> {
    Router::new()
        .route("/api/export/training/{format}/{id}", get(export))
        .route("/api/export/training/rr/csv/{id}", get(rr_intervals))
}

#[derive(Deserialize)]
struct ExportQuery {
    compress: Option<String>,
}

async fn export(
    Extract(shared): Extract<Handle>,
    Path((format, id)): Path<(String, String)>,
    Query(query): Query<ExportQuery>,
    headers: HeaderMap,
) -> Response {
    let state = shared.lock();
    if let Err(refused) = require_browser(&state, &headers) {
        return refused;
    }
    let session = match visible(&state, &headers, &id) {
        Ok(session) => session,
        Err(refused) => return refused,
    };
    let compress = query.compress.as_deref();
    if format != "fit" && compress.is_none() && state.switches.require_compress {
        return reply::no_such_session();
    }
    if compress == Some("true") {
        return zipped(&state, &headers, session, &format);
    }
    let Some(exercise) = session.exercises.first() else {
        return reply::no_such_session();
    };
    let Some((content_type, body)) = file(exercise, &format) else {
        return match state.switches.empty_gpx {
            EmptyExport::EmptyBody => ().into_response(),
            EmptyExport::NoContent => StatusCode::NO_CONTENT.into_response(),
            EmptyExport::NotFound => StatusCode::NOT_FOUND.into_response(),
        };
    };
    let content_type = state.switches.export_content_type.unwrap_or(content_type);
    let mut response = reply::bytes(&state, &headers, content_type, body);
    // Without the ZIP a multi-sport session has no file name, and holds no more than its first exercise.
    if session.exercises.len() == 1 {
        attach(&mut response, &file_name(session, &format.to_uppercase()));
    }
    response
}

async fn rr_intervals(
    Extract(shared): Extract<Handle>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let state = shared.lock();
    if let Err(refused) = require_browser(&state, &headers) {
        return refused;
    }
    match visible(&state, &headers, &id) {
        Ok(session) if session.average_heart_rate.is_some() => reply::bytes(
            &state,
            &headers,
            "text/csv",
            b"duration,offline\n412,0\n408,0\n415,0\n".to_vec(),
        ),
        Ok(_) => ().into_response(),
        Err(refused) => refused,
    }
}

fn require_browser(state: &State, headers: &HeaderMap) -> Result<(), Response> {
    let browser = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("Mozilla/"));
    if (browser && headers.contains_key(header::REFERER)) || !state.switches.require_browser_headers
    {
        return Ok(());
    }
    Err(Answer::html(
        403,
        "<html><head><title>Forbidden</title></head><body>Forbidden</body></html>",
    )
    .response())
}

/// The bytes of one exercise; `None` when there is nothing to export in this format.
fn file(exercise: &PolarExercise, format: &str) -> Option<(&'static str, Vec<u8>)> {
    match format {
        "tcx" if !exercise.tcx.is_empty() => {
            Some(("application/vnd.garmin.tcx+xml", exercise.tcx.clone()))
        }
        "gpx" => Some(("application/gpx+xml", exercise.gpx()?)),
        "csv" => Some(("text/csv", csv(exercise))),
        "fit" => Some(("application/octet-stream", EMPTY_FIT.to_vec())),
        _ => None,
    }
}

/// A FIT file with a header, no records and its checksum.
const EMPTY_FIT: [u8; 16] = [
    14, 0x10, 0x5c, 0x08, 0, 0, 0, 0, b'.', b'F', b'I', b'T', 0, 0, 0, 0,
];

fn csv(exercise: &PolarExercise) -> Vec<u8> {
    let seconds = exercise.duration.num_seconds();
    let kilometres = exercise
        .distance_m
        .map(|metres| format!("{:.3}", metres / 1000.0))
        .unwrap_or_default();
    format!(
        "Name,Sport,Date,Start time,Duration,Total distance (km),Average heart rate (bpm),Average speed (km/h),Max speed (km/h),Average pace (min/km),Max pace (min/km),Calories,Notes,\n\
         Synthetic Runner,{},{},{},{:02}:{:02}:{:02},{kilometres},,,,,,{},,\n\
         Sample rate,Time,HR (bpm),Speed (km/h),Pace (min/km),Cadence,Altitude (m),Stride length (m),Distances (m),Temperatures (C),Power (W),\n\
         1,00:00:00,,,,,,,,,,\n",
        exercise.sport.name,
        exercise.start_local.format("%d.%m.%Y"),
        exercise.start_local.format("%H:%M:%S"),
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        exercise.calories.map(|kcal| kcal.to_string()).unwrap_or_default(),
    )
    .into_bytes()
}

fn zipped(state: &State, headers: &HeaderMap, session: &PolarSession, format: &str) -> Response {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (number, exercise) in (1..).zip(&session.exercises) {
        let Some((_, body)) = file(exercise, format) else {
            continue;
        };
        let name = format!(
            "Synthetic_Runner_{}_{number}.{format}",
            exercise.start_local.format("%Y-%m-%d_%H-%M-%S")
        );
        let written = archive
            .start_file(name, SimpleFileOptions::default())
            .map_err(std::io::Error::from)
            .and_then(|()| archive.write_all(&body));
        if written.is_err() {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    }
    match archive.finish() {
        Ok(bytes) => {
            let mut response = reply::bytes(state, headers, "application/zip", bytes.into_inner());
            attach(&mut response, &file_name(session, "zip"));
            response
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn file_name(session: &PolarSession, extension: &str) -> String {
    format!(
        "Synthetic_Runner_{}.{extension}",
        session.start_local().format("%Y-%m-%d_%H-%M-%S")
    )
}

fn attach(response: &mut Response, name: &str) {
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, value);
    }
}

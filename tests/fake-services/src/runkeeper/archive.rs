//! `/exportData`: ask for the account's archive, wait, download.

use std::io::{Cursor, Write as _};

use axum::Router;
use axum::extract::State as Extract;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::forms;
use super::listing::clock;
use super::state::{DistanceUnit, Handle, State, oh_noes};
use crate::http::page;
use crate::track::{GpxStyle, write_gpx};

pub(crate) fn routes() -> Router<Handle> {
    Router::new()
        .route("/exportData", get(form).post(request))
        .route("/exportData/download", get(download))
}

async fn form(Extract(shared): Extract<Handle>, headers: HeaderMap) -> Response {
    let mut state = shared.lock();
    if !state.signed_in(&headers) {
        return shared.signed_out(&mut state);
    }
    let status = match &mut state.export_reloads_left {
        None => "",
        Some(0) => "<a href=\"/exportData/download\">Download Now!</a>",
        Some(left) => {
            *left -= 1;
            "<p>Your export is being prepared.</p>"
        }
    };
    let hidden = forms::hidden(&mut state);
    let body = format!(
        "{status}<form id=\"dataExportForm\" action=\"/exportData\" method=\"post\">\
         <input type=\"hidden\" name=\"_eventName\" value=\"export\">{}\
         <input type=\"text\" id=\"startDate\" name=\"startDate\"><input type=\"text\" id=\"endDate\" name=\"endDate\"></form>",
        hidden.inputs
    );
    let axum::response::Html(text) = page("Export Data", &body);
    axum::response::Html(text.replacen("</head>", &format!("{}</head>", hidden.meta), 1))
        .into_response()
}

async fn request(Extract(shared): Extract<Handle>, request: axum::extract::Request) -> Response {
    let (mut state, _) = match forms::of_user(&shared, request).await {
        Ok(found) => found,
        Err(refused) => return refused,
    };
    state.export_reloads_left = Some(state.switches.export_reloads);
    page("Export Data", "<p>Your export is being prepared.</p>").into_response()
}

async fn download(Extract(shared): Extract<Handle>, headers: HeaderMap) -> Response {
    let mut state = shared.lock();
    if !state.signed_in(&headers) {
        return shared.signed_out(&mut state);
    }
    if state.export_reloads_left != Some(0) {
        return oh_noes();
    }
    match zip(&state) {
        Ok(bytes) => ([(header::CONTENT_TYPE, "application/zip")], bytes).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn zip(state: &State) -> std::io::Result<Vec<u8>> {
    let unit = state.switches.unit;
    let (speed, climb) = match unit {
        DistanceUnit::Kilometres => ("km/h", "m"),
        DistanceUnit::Miles => ("mph", "ft"),
    };
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let mut table = format!(
        "Activity Id,Date,Type,Route Name,Distance ({unit}),Duration,Average Pace,Average Speed ({speed}),Calories Burned,Climb ({climb}),Average Heart Rate (bpm),Friend's Tagged,Notes,GPX File\r\n",
        unit = unit.label()
    );
    let mut activities: Vec<_> = state
        .activities
        .values()
        .map(|stored| &stored.activity)
        .collect();
    activities.sort_by_key(|activity| std::cmp::Reverse(activity.start_local));
    for activity in activities {
        let track = activity.track();
        let gpx = track
            .as_ref()
            .map(|_| format!("{}.gpx", activity.start_local.format("%Y-%m-%d-%H%M%S")));
        table.push_str(&format!(
            "{},{},{},,{:.2},{},,,{},,,\"\",\"{}\",{}\r\n",
            activity.trip_uuid,
            activity.start_local.format("%Y-%m-%d %H:%M:%S"),
            activity.type_name(),
            activity.distance_m / unit.metres(),
            clock(activity.duration.num_seconds()),
            activity
                .calories
                .map(|kcal| format!("{kcal}.0"))
                .unwrap_or_default(),
            activity.notes,
            gpx.as_deref().unwrap_or_default(),
        ));
        if let (Some(name), Some(track)) = (gpx, track) {
            archive.start_file(name, SimpleFileOptions::default())?;
            archive.write_all(
                write_gpx(&track, activity.type_name(), GpxStyle::Runkeeper).as_bytes(),
            )?;
        }
    }
    archive.start_file("cardioActivities.csv", SimpleFileOptions::default())?;
    archive.write_all(table.as_bytes())?;
    archive.start_file("measurements.csv", SimpleFileOptions::default())?;
    archive.write_all(b"Date,Type,Value\r\n2026-01-05 00:00:00,weight,60.5\r\n")?;
    Ok(archive.finish()?.into_inner())
}

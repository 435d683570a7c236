//! Reading one activity: its page, its points, its files; and deleting it.

use axum::Router;
use axum::extract::{Path, Query, State as Extract};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::activity::FakeActivity;
use super::listing::clock;
use super::state::{DistanceUnit, GpxDefect, Handle, State, oh_noes};
use crate::http::{escape, found, page};
use crate::track::{GpxStyle, Point, TrackFile, haversine, write_gpx};

pub(crate) fn routes() -> Router<Handle> {
    Router::new()
        .route("/user/{user}/activity/{id}", get(activity))
        .route("/user/{user}/profile", get(profile))
        .route("/ajax/pointData", get(point_data))
        .route("/download/activity", get(download))
        .route("/delete/activity", get(delete))
}

async fn profile(
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
    page("Profile", &format!("<h1>{}</h1>", escape(&user))).into_response()
}

async fn activity(
    Extract(shared): Extract<Handle>,
    Path((user, id)): Path<(String, u64)>,
    headers: HeaderMap,
) -> Response {
    let mut state = shared.lock();
    if !state.signed_in(&headers) {
        return shared.signed_out(&mut state);
    }
    let Some(stored) = state
        .activities
        .get(&id)
        .filter(|_| user == state.account.user)
    else {
        return oh_noes();
    };
    let activity = &stored.activity;
    if activity.private {
        let body = "<div class=\"bodyRow expand\">[Failed to render \"pageContent\". See log for details.]</div>";
        return page("Runkeeper", body).into_response();
    }
    let unit = state.switches.unit;
    let body = format!(
        "<div class=\"userHeader\"><h1 class=\"usernameLinkNoSpace\">{name}</h1>\
         <div class=\"micro-text activitySubTitle\">{date} - {name}</div></div>\
         <div id=\"totalDistance\"><h5>{label}</h5><span class=\"value\">{distance:.2}</span></div>\
         <div id=\"totalDuration\"><h5>Time</h5><span class=\"value\">{duration}</span></div>\
         <div id=\"totalCalories\"><h5>Calories</h5><span class=\"value\">{calories}</span></div>\
         <div class=\"notes\">{notes}</div>\
         <a class=\"ctaButton\" href=\"/edit/activity?activityId={id}\">Edit</a>\
         <a href=\"/delete/activity?activityId={id}\" alertTitle=\"Delete Activity?\">Delete</a>",
        name = activity.type_name(),
        date = activity.start_local.format("%a %b %d %H:%M:%S GMT %Y"),
        label = unit.label(),
        distance = activity.distance_m / unit.metres(),
        duration = clock(activity.duration.num_seconds()),
        calories = activity.calories.unwrap_or_default(),
        notes = escape(&activity.notes),
    );
    let axum::response::Html(text) = page(&format!("{} Activity", activity.type_name()), &body);
    let meta = format!(
        "<meta name=\"twitter:app:url:iphone\" content=\"runkeeper://?view=activity&amp;tripuuid={}&amp;deepLinkSource=twitterCard\"></head>",
        activity.trip_uuid
    );
    axum::response::Html(text.replacen("</head>", &meta, 1)).into_response()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Which {
    activity_id: Option<u64>,
    trip_uuid: Option<String>,
    download_type: Option<String>,
}

fn find<'a>(state: &'a State, which: &Which) -> Option<&'a FakeActivity> {
    match (which.activity_id, &which.trip_uuid) {
        (Some(id), _) => state.activities.get(&id).map(|stored| &stored.activity),
        (None, Some(uuid)) => state
            .activities
            .values()
            .map(|stored| &stored.activity)
            .find(|activity| activity.trip_uuid == *uuid),
        (None, None) => None,
    }
}

async fn point_data(
    Extract(shared): Extract<Handle>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Response {
    let mut state = shared.lock();
    if !state.signed_in(&headers) {
        return shared.signed_out(&mut state);
    }
    let Some(activity) = find(&state, &which) else {
        return oh_noes();
    };
    if activity.private {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(track) = activity.track() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    axum::Json(points_json(&state, activity, &track)).into_response()
}

/// The route with the shape of 2017, or of 2011 when the switch says so.
fn points_json(state: &State, activity: &FakeActivity, track: &TrackFile) -> Value {
    let unit = state.switches.unit;
    let old = state.switches.old_points;
    let first = track
        .points()
        .find_map(|point| point.time)
        .unwrap_or_default();
    let mut points = Vec::new();
    let mut chart = Map::new();
    let mut rates = Vec::new();
    let mut metres = 0.0;
    for segment in &track.segments {
        let mut before: Option<(DateTime<Utc>, (f64, f64))> = None;
        for point in segment {
            let (Some(time), Some(position)) = (point.time, point.position()) else {
                continue;
            };
            let step = before.map_or(0.0, |(_, place)| haversine(place, position));
            let wait = before.map_or(TimeDelta::zero(), |(earlier, _)| time - earlier);
            metres += step;
            points.push(if old {
                old_point(point, time, position, step)
            } else {
                json!({
                    "type": "ManualPoint", "latitude": position.0, "longitude": position.1,
                    "altitude": point.altitude, "accuracy": 0, "deltaDistance": step, "deltaPause": 0,
                    "deltaTime": wait.num_milliseconds(), "timestamp": (time - first).num_milliseconds() as f64
                })
            });
            let along = metres / unit.metres();
            let seconds = (time - first).num_milliseconds() as f64 / 1000.0;
            let whole = |rate: f64| rate.round() as i64;
            chart.insert(along.to_string(), json!({
                "distance": along, "elevation": point.altitude, "heartRate": whole(point.heart_rate.unwrap_or_default()),
                "pace": 0, "speed": 0, "time": seconds
            }));
            if let Some(rate) = point.heart_rate {
                rates.push(json!([along, rate]));
            }
            before = Some((time, position));
        }
    }
    if let Some(start) = points.first_mut() {
        start["type"] = json!("StartPoint");
    }
    if let Some(end) = points.last_mut() {
        end["type"] = json!("EndPoint");
    }
    let mut series = Map::new();
    if !rates.is_empty() {
        series.insert(
            "HEARTRATE".to_owned(),
            json!({
                "data": rates, "id": "HEARTRATE", "label": "Heart Rate", "maxValY": 0, "minValY": 0,
                "xUnits": unit.label(), "yUnits": "bpm"
            }),
        );
    }
    let mut body = json!({
        "activityType": activity.activity_type,
        "chartData": {"pointData": chart, "series": series},
        "distanceSplits": [],
        "feedData": {"caption": "", "description": "", "imageLinkUrl": "", "imageSrc": "", "message": "", "name": ""},
        "isLive": false, "points": points, "racePoints": "", "routePoints": "",
        "statsCalories": format!("{:.1}", f64::from(activity.calories.unwrap_or_default())),
        "statsDistance": format!("{:.2}", activity.distance_m / unit.metres()),
        "statsDuration": clock(activity.duration.num_seconds()),
        "statsElevation": "0", "statsPace": "0:00", "statsSpeed": "0.00",
        "statusUpdates": [], "trainingSplits": []
    });
    if !old {
        body["activityEntryType"] = json!("ManualMap");
        body["unAdulteratedStatsDuration"] = json!(activity.duration.num_seconds());
    }
    body
}

fn old_point(point: &Point, time: DateTime<Utc>, (lat, lon): (f64, f64), step: f64) -> Value {
    json!({
        "type": "TripPoint", "latitude": lat, "longitude": lon, "altitude": point.altitude,
        "timeMillis": time.timestamp_millis(),
        "time": time.format("%Y/%m/%d %H:%M:%S%.3f").to_string(), "deltaDistance": step
    })
}

async fn download(
    Extract(shared): Extract<Handle>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Response {
    let mut state = shared.lock();
    if !state.signed_in(&headers) {
        return shared.signed_out(&mut state);
    }
    let Some(activity) = find(&state, &which).filter(|activity| !activity.private) else {
        return oh_noes();
    };
    let track = activity.track();
    let name = gpx_name(activity, state.switches.unit);
    match (which.download_type.as_deref(), track) {
        (Some("gpx"), Some(track)) => {
            let text = spoiled(&state, track, &name);
            attachment("application/gpx+xml", activity, "gpx", text)
        }
        (Some("gpx"), None) => {
            // The stub that a manual entry gets: well under 700 bytes, no point in it.
            let text = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gpx version=\"1.1\" creator=\"Runkeeper - http://www.runkeeper.com\" xmlns=\"http://www.topografix.com/GPX/1/1\">\n<trk><name><![CDATA[{name}]]></name></trk>\n</gpx>\n"
            );
            attachment("application/gpx+xml", activity, "gpx", text)
        }
        (Some("googleEarth"), track) => {
            let places: Vec<String> = track
                .iter()
                .flat_map(TrackFile::points)
                .filter_map(|point| Some((point.position()?, point.altitude.unwrap_or_default())))
                .map(|((lat, lon), altitude)| format!("{lon},{lat},{altitude}"))
                .collect();
            let text = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Document><Placemark><LineString><coordinates>{}</coordinates></LineString></Placemark></Document></kml>\n",
                places.join(" ")
            );
            attachment(
                "application/vnd.google-earth.kml+xml",
                activity,
                "kml",
                text,
            )
        }
        _ => oh_noes(),
    }
}

/// The name that the site gives a track: type and local time, month first for accounts in miles.
fn gpx_name(activity: &FakeActivity, unit: DistanceUnit) -> String {
    let format = match unit {
        DistanceUnit::Miles => "%-m/%-d/%y %-I:%M %P",
        DistanceUnit::Kilometres => "%-d/%-m/%y %-I:%M %P",
    };
    format!(
        "{} {}",
        activity.type_name(),
        activity.start_local.format(format)
    )
}

fn spoiled(state: &State, mut track: TrackFile, name: &str) -> String {
    match state.switches.gpx_defect {
        GpxDefect::None => write_gpx(&track, name, GpxStyle::Runkeeper),
        GpxDefect::DoubleOpenSegment => write_gpx(&track, name, GpxStyle::Runkeeper).replacen(
            "<trkseg>\n",
            "<trkseg>\n<trkseg>\n",
            1,
        ),
        GpxDefect::StrayCloseSegment => {
            let text = write_gpx(&track, name, GpxStyle::Runkeeper);
            text.replacen("</trkpt>\n", "</trkpt>\n</trkseg>\n", 1)
        }
        GpxDefect::LocalTimeAsUtc => {
            let offset = TimeDelta::minutes(i64::from(state.switches.utc_offset_minutes));
            for point in track.segments.iter_mut().flatten() {
                point.time = point.time.map(|time| time + offset);
            }
            write_gpx(&track, name, GpxStyle::Runkeeper)
        }
        GpxDefect::TimesGoBack => {
            let first = track.points().find_map(|point| point.time);
            let mut points = track.segments.iter_mut().flatten();
            if let (Some(_), Some(second), Some(third)) =
                (points.next(), points.next(), points.next())
            {
                second.time = first;
                third.time = first.map(|time| time - TimeDelta::seconds(1));
            }
            write_gpx(&track, name, GpxStyle::Runkeeper)
        }
    }
}

fn attachment(
    content_type: &'static str,
    activity: &FakeActivity,
    extension: &str,
    text: String,
) -> Response {
    let name = activity.start_local.format("%Y-%m-%d-%H%M%S");
    let disposition = format!("attachment; filename=\"{name}.{extension}\"");
    (
        [
            (header::CONTENT_TYPE, content_type.to_owned()),
            (header::CONTENT_DISPOSITION, disposition),
        ],
        text,
    )
        .into_response()
}

async fn delete(
    Extract(shared): Extract<Handle>,
    Query(which): Query<Which>,
    headers: HeaderMap,
) -> Response {
    let mut state = shared.lock();
    if !state.signed_in(&headers) {
        return shared.signed_out(&mut state);
    }
    match which.activity_id {
        Some(id) if state.delete(id) => {
            found(&format!("/user/{}/activitylist", state.account.user))
        }
        _ => oh_noes(),
    }
}

//! Known facts of the site as data, so that a program can notice changes.
//!
//! ```
//! use runkeeper::{Endpoints, api_drift, drift};
//!
//! let site = drift::service(&Endpoints::default(), &drift::Addresses::default());
//! # let har = r#"{"log": {"entries": []}}"#;
//! let report = api_drift::inspect(&[site], &api_drift::har::read(har)?.exchanges);
//! assert!(report.findings.is_empty());
//! # Ok::<(), api_drift::har::HarError>(())
//! ```

use api_drift::{Endpoint, Flow, Form, Hop, Host, Meaning, PageSpec, Service};
use web_session::Url;

use api_drift::Type;
use web_session::{DecodeIssue, Observer, decode};

use crate::endpoints::{MonthBody, PointData, PreviewBody, Report};
use crate::service::{self, Endpoints};

/// The name of the site in reports.
pub const NAME: &str = "Runkeeper";

/// Addresses besides the real ones: of a proxy, of a fake.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Addresses {
    /// The site.
    pub web: Option<Url>,
    /// The sign-in host.
    pub auth: Option<Url>,
}

macro_rules! shape {
    ($name:literal) => {
        include_str!(concat!("../shapes/", $name, ".txt"))
    };
}

/// The list is JSON that was not labelled so (seen 2013 to 2020).
const JSON: &[&str] = &["application/json", "text/html"];

/// The fields that the form of an activity was seen with, but for those that the client writes.
const USUAL_FIELDS: &[&str] = &[
    "_eventName",
    "importFormat",
    "hasMap",
    "mapEdited",
    "points",
    "route",
    "caloriesEdited",
    "calories",
    "notes",
    "_sourcePage",
    "__fp",
];

const EDIT_FIELDS: &[&str] = &[
    "_eventName",
    "activityId",
    "startTimeString",
    "startHour",
    "startMinute",
    "am",
    "durationHours",
    "durationMinutes",
    "durationSeconds",
    "caloriesEdited",
    "calories",
    "distance",
    "_sourcePage",
    "__fp",
];

/// Series of points that were seen (2011 to 2020); an activity has some of them.
const SERIES: &[&str] = &["ELEVATION", "HEARTRATE", "PACE", "SPEED", "CALORIES"];

fn read_as<T: serde::de::DeserializeOwned>(
    body: &[u8],
    observer: Option<&Observer>,
) -> Result<(), DecodeIssue> {
    decode::from_slice::<T>("answer", body, observer).map(drop)
}

/// An activity without a day stops a sync from Runkeeper, and none is found by it there.
fn read_month(body: &[u8], observer: Option<&Observer>) -> Result<(), DecodeIssue> {
    let body: MonthBody = decode::from_slice("answer", body, observer)?;
    match body.listed().iter().any(|row| row.day.is_none()) {
        true => Err(DecodeIssue::new(
            "activities.*.*[].dayOfMonth",
            "year, month and day of an activity make no date",
        )),
        false => Ok(()),
    }
}

/// Hosts, endpoints and sign-in of Runkeeper.
#[must_use]
pub fn service(paths: &Endpoints, addresses: &Addresses) -> Service {
    let hosts = [
        Host::new("web", service::RUNKEEPER_URL).or_at(addresses.web.as_ref()),
        Host::new("web", "https://www.runkeeper.com"),
        Host::new("auth", service::ASICS_ID_URL).or_at(addresses.auth.as_ref()),
    ];
    let get = |path: &str| format!("GET {path}");
    let post = |path: &str| format!("POST {path}");
    let name_places = [
        "a[href*='/profile']",
        "a[href*='/activitylist']",
        ".feed[data-feedownerurl]",
        ".avatarContainer[userurl]",
    ];
    let endpoints = [
        Endpoint::page(
            "home",
            "your home page, with your name there",
            &get(&paths.home),
            PageSpec::new().needs("your name", &name_places),
        )
        .stops("nothing is moved to or from Runkeeper, unless the settings give your name there"),
        Endpoint::json(
            "month",
            "the list of your activities in one month",
            &get(&paths.month),
            shape!("month"),
        )
        .open_at("activities.*")
        .with_content_types(JSON)
        .with_meanings(&[
            ("activities.*.*[].monthNum", Meaning::MonthNumber),
            ("activities.*.*[].dayOfMonth", Meaning::DayOfMonth),
        ])
        .read_by(read_month)
        .stops("nothing is moved from Runkeeper, and nothing is sent there while the list cannot be read at all")
        // So is an empty object written at times.
        .may_hold("activities", Type::Array),
        Endpoint::page(
            "new activity",
            "the page from which files are uploaded",
            &get(&paths.new_activity),
            PageSpec::new()
                .has(
                    "the button to upload files",
                    &["#multiFilesUpload", "input[type='file']"],
                )
                .has(
                    "the token of the page",
                    &["meta[name='csrf-token']", "input[name='csrf-token']"],
                )
                .form(
                    Form::new(
                        "entry form",
                        paths.new_activity.as_ref(),
                        &["activityType", "distance"],
                        USUAL_FIELDS,
                    )
                    .fixed(),
                )
                .form(
                    Form::new("upload form", paths.upload.as_ref(), &["trackFiles"], &[])
                        .fixed()
                        .may_lack(),
                ),
        )
        .stops(
            "workouts without a route wait; those with a route are still uploaded, as long as the page itself is there",
        ),
        Endpoint::unknown("upload", "where a file is sent to", &post(&paths.upload))
            .sends(&["trackFiles"])
            .stops("workouts with a route are not delivered; they wait"),
        Endpoint::page(
            "activity",
            "one activity",
            &get(&paths.activity),
            PageSpec::new()
                .needs(
                    "distance",
                    &["#totalDistance .value", ".statsItem span.value"],
                )
                .needs(
                    "duration",
                    &["#totalDuration .value", ".statsItem span.value"],
                )
                .needs("start", &[".activitySubTitle"])
                .has(
                    "calories",
                    &["#totalCalories .value", ".statsItem span.value"],
                )
                .has(
                    "the id of the points",
                    &["meta[name='twitter:app:url:iphone'][content]"],
                ),
        )
        // Of an activity that may not be seen (2020).
        .refuses_with("[Failed to render")
        .stops(
            "workouts are still delivered to Runkeeper, but what arrived is not compared; those from Runkeeper lack their time of day, or wait",
        ),
        Endpoint::page(
            "edit form",
            "the form that corrects type and notes",
            &get(&paths.edit),
            PageSpec::new().form(Form::new(
                "edit form",
                paths.edit.as_ref(),
                &["activityType", "notes"],
                EDIT_FIELDS,
            )),
        )
        .stops("workouts are still delivered, but their type and notes may not be set"),
        Endpoint::page(
            "activity list",
            "the months that have activities",
            &get(&paths.activity_list),
            PageSpec::new().has("months", &[".accordion[data-date]"]),
        )
        .optional(),
        Endpoint::json(
            "points",
            "the points of one activity",
            &get(&paths.points),
            shape!("points"),
        )
        .read_by(read_as::<PointData>)
        .with_kinds("chartData.series", SERIES)
        .with_fractions(&["chartData.pointData.*.distance"])
        // A manual entry has no points: 400.
        .with_statuses(&[200, 400])
        .optional(),
        Endpoint::file(
            "download",
            "the GPX file of one activity",
            &get(&paths.download),
            &["<gpx", "<kml"],
        )
        .optional(),
        Endpoint::json(
            "preview",
            "the older upload in two steps",
            &post(&paths.preview),
            shape!("preview"),
        )
        .read_by(read_as::<PreviewBody>)
        .with_content_types(JSON)
        .optional(),
        Endpoint::json(
            "report",
            "statistics",
            &post(&paths.reports),
            shape!("report"),
        )
        .read_by(read_as::<Report>)
        .open_at("totalBoxes")
        .open_at("charts")
        .with_content_types(JSON)
        .optional(),
        Endpoint::page(
            "export page",
            "the page that exports everything",
            &get(&paths.export),
            PageSpec::new(),
        )
        .optional(),
    ];
    Service::new(NAME, hosts, endpoints).with_flow(flow(paths))
}

/// Seen 2020-09 (the way back) to 2026-03 (the way there).
fn flow(paths: &Endpoints) -> Flow {
    let redirect: &[u16] = &[302, 303];
    Flow::new(
        service::CHECKER,
        [
            Hop::new("web", &format!("GET {}", paths.login), redirect).leads_to("auth", "/login"),
            Hop::new("auth", "POST /oauth2/token/auth", &[200]).sends(&["username", "password"]),
            Hop::new("auth", "POST /oauth2/authorize", redirect)
                // Of a wrong password (2020).
                .refuses_with(303)
                .leads_to("web", paths.asics_back.as_ref()),
            Hop::new("web", &format!("GET {}", paths.asics_back), redirect)
                .needs_cookie(service::CHECKER)
                .leads_to("web", paths.home.as_ref()),
        ],
    )
}

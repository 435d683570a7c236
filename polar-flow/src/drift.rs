//! Known facts of the service as data, so that a program can notice changes.
//!
//! ```
//! use polar_flow::{api_drift, drift, service::Endpoints};
//!
//! let polar = drift::service(&Endpoints::default(), &drift::Addresses::default());
//! # let har = r#"{"log": {"entries": []}}"#;
//! let report = api_drift::inspect(&[polar], &api_drift::har::read(har)?.exchanges);
//! assert!(report.findings.is_empty());
//! # Ok::<(), api_drift::har::HarError>(())
//! ```

use api_drift::{Endpoint, Flow, Hop, Host, Meaning, Service};
use web_session::Url;

use api_drift::Type;

use crate::service::{self, Endpoints};

mod readers;

/// The name of the service in reports.
pub const NAME: &str = "Polar Flow";

/// Addresses besides the real ones: of a proxy, of a fake.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Addresses {
    /// The web application and its API.
    pub web: Option<Url>,
    /// The sign-in host.
    pub auth: Option<Url>,
}

macro_rules! shape {
    ($name:literal) => {
        include_str!(concat!("../shapes/", $name, ".txt"))
    };
}

/// JSON came as `text/plain` at times (seen 2026).
const JSON: &[&str] = &["application/json", "text/plain"];

const DATE_FORMATS: &[&str] = &["MONTH_DAY_YEAR", "YEAR_MONTH_DAY"];

/// Kinds of samples that were seen (2026); a workout has those of its sensors.
const METRICS: &[&str] = &[
    "HEART_RATE",
    "SPEED",
    "PACE",
    "DISTANCE",
    "CADENCE",
    "ALTITUDE",
    "POWER",
    "TEMPERATURE",
    "FAT_KCAL_PER_MIN",
    "CARB_KCAL_PER_MIN",
    "PROTEIN_KCAL_PER_MIN",
    "POWER_BALANCE",
    "LEFT_PEDAL_CRANK_BASED_POSITIVE_FORCE",
    "RIGHT_PEDAL_CRANK_BASED_POSITIVE_FORCE",
    "STRIDE_LENGTH",
    "BODY_TEMPERATURE",
    "COORDINATE",
];

/// Hosts, endpoints and sign-in of Polar Flow.
#[must_use]
pub fn service(paths: &Endpoints, addresses: &Addresses) -> Service {
    let hosts = [
        Host::new("web", service::FLOW_URL).or_at(addresses.web.as_ref()),
        Host::new("auth", service::AUTH_URL).or_at(addresses.auth.as_ref()),
        Host::new("sleep", service::SLEEP_URL).or_at(addresses.web.as_ref()),
    ];
    let json = |name, purpose, method: &str, path: &str, shape| {
        Endpoint::json(name, purpose, &format!("{method} {path}"), shape).with_content_types(JSON)
    };
    let get = |name, purpose, path: &str, shape| json(name, purpose, "GET", path, shape);
    let file = |format: &str, path: &str| {
        let path = path.replace("{format}", format);
        format!("GET {path}")
    };
    let endpoints = [
        get("account", "your account", &paths.account, shape!("account"))
            .read_by(readers::account)
            .stops("nothing is moved from Polar Flow")
            .with_words("localizationInfo.measurementUnit", &["IMPERIAL"])
            .with_words("localizationInfo.dateFormat", DATE_FORMATS)
            .with_words("localizationInfo.dateSeparator", &["HYPHEN", "SLASH"])
            .with_words("localizationInfo.firstDayOfWeek", &["SUNDAY", "SATURDAY"])
            .with_words("localizationInfo.timeFormat", &["TIMEFORMAT_12"])
            .with_words("localizationInfo.timeFormatSeparator", &["DOT"])
            .with_private_words(&["user.country", "physicalInfo.sex"]),
        get(
            "calendar",
            "the list of your workouts",
            &paths.calendar,
            shape!("calendar"),
        )
        .read_by(readers::calendar)
        .stops("nothing is moved from Polar Flow")
        // The service mixes types from kind to kind.
        .may_hold("[EXERCISE].allDay", Type::Text)
        .may_hold("[EXERCISE].start", Type::Text)
        .may_hold("[EXERCISE].end", Type::Text)
        .may_hold("[FITNESSDATA].allDay", Type::Boolean)
        .may_hold("[FITNESSDATA].start", Type::Integer)
        .may_hold("[TRAININGTARGET].allDay", Type::Boolean)
        .may_hold("[TRAININGTARGET].start", Type::Integer)
        .read_by(readers::calendar)
        .stops("nothing is moved from Polar Flow")
        // The service mixes types from kind to kind.
        .may_hold("[EXERCISE].allDay", Type::Text)
        .may_hold("[EXERCISE].start", Type::Text)
        .may_hold("[EXERCISE].end", Type::Text)
        .may_hold("[FITNESSDATA].allDay", Type::Boolean)
        .may_hold("[FITNESSDATA].start", Type::Integer)
        .may_hold("[TRAININGTARGET].allDay", Type::Boolean)
        .may_hold("[TRAININGTARGET].start", Type::Integer)
        .tagged("type")
        .with_meanings(&[
            ("[EXERCISE].timestamp", Meaning::EpochMillis),
            ("[EXERCISE].start", Meaning::EpochSeconds),
            ("[EXERCISE].end", Meaning::EpochSeconds),
            ("[EXERCISE].duration", Meaning::Millis),
        ]),
        get(
            "summary",
            "the facts of one workout",
            &paths.summary,
            shape!("summary"),
        )
        .read_by(readers::summary)
        .stops("workouts whose facts are asked for, such as those of several sports, wait")
        .with_kinds("exercises.*.trainingStatistic", METRICS)
        .with_codes(&["sportId", "exercises.*.sport.id"])
        .with_nulls(&["exercises.*.distance"])
        .with_any_word(&["exercises.*.sportParent"])
        .with_private_words(&["trainingUserInfo.countryCode"]),
        Endpoint::file(
            "TCX export",
            "the file of one workout that is uploaded",
            &file("tcx", &paths.export),
            &["<TrainingCenterDatabase", "PK"],
        )
        .stops("nothing is moved from Polar Flow; the workouts wait"),
        json(
            "history",
            "the training list with sports",
            "POST",
            &paths.history,
            shape!("history"),
        )
        .with_codes(&["[].sportId"])
        .with_meanings(&[("[].duration", Meaning::Millis)])
        .read_by(readers::history)
        .with_words("[].swimmingPoolUnits", &["YARDS"])
        .optional(),
        get(
            "details",
            "samples and laps of one workout",
            &paths.details,
            shape!("details"),
        )
        .read_by(readers::details)
        .with_kinds("exercises.*.trainingStatistic", METRICS)
        .with_kinds("samples.*", METRICS)
        .with_kinds("zones.*", METRICS)
        .with_words(
            "swimDatas.*.swimmingStatistics.poolInfo.poolType",
            &["YARDS"],
        )
        .with_codes(&["exercises.*.sport.id"])
        // An exercise without a distance has none here either.
        .with_nulls(&["exercises.*.distance"])
        .with_any_word(&["exercises.*.sportParent"])
        .optional(),
        Endpoint::file(
            "GPX export",
            "the route of one workout, for the archive",
            &file("gpx", &paths.export),
            &["<gpx", "PK"],
        )
        // The answers for a workout without a route.
        .with_statuses(&[200, 204, 404])
        .may_be_empty()
        .optional(),
        get(
            "sports",
            "the names of sports",
            &paths.sports,
            shape!("sports"),
        )
        .read_by(readers::sports)
        .optional(),
        get(
            "sleep",
            "your nights, for the archive",
            &paths.sleep,
            shape!("sleep"),
        )
        .read_by(readers::sleep)
        .on("sleep")
        .optional(),
        get(
            "activity",
            "your days, for the archive",
            &paths.activity_four,
            shape!("activity"),
        )
        .read_by(readers::activity)
        .optional(),
        get(
            "progress",
            "totals of a range of days",
            &paths.progress,
            shape!("progress"),
        )
        .read_by(readers::progress)
        .optional(),
        json(
            "week_summary",
            "totals per week",
            "POST",
            &paths.week_summary,
            shape!("week_summary"),
        )
        .read_by(readers::week_summary)
        .optional(),
        get(
            "sport_profiles",
            "your sport profiles",
            &paths.sport_profiles,
            shape!("sport_profiles"),
        )
        .read_by(readers::sport_profiles)
        .optional(),
        get(
            "favorites",
            "your favourites",
            &paths.favorites,
            shape!("favorites"),
        )
        .read_by(readers::favorites)
        .optional(),
        get(
            "favorite_target",
            "one favourite",
            &paths.favorite_target,
            shape!("favorite_target"),
        )
        .read_by(readers::favorite_target)
        .optional(),
        get(
            "training_target",
            "one training target",
            &paths.training_target,
            shape!("training_target"),
        )
        .read_by(readers::training_target)
        .optional(),
    ];
    Service::new(NAME, hosts, endpoints).with_flow(flow(paths))
}

/// Seen 2026-10; the statuses of the hops are a guess (302 in the style of the framework).
fn flow(paths: &Endpoints) -> Flow {
    let path = |method: &str, path: &str| format!("{method} {path}");
    let redirect: &[u16] = &[302, 303];
    let authorize = "/oauth/authorize";
    let back = "/flowSso/redirect";
    Flow::new(
        service::FLOW_SESSION,
        [
            Hop::new("web", &path("GET", &paths.login_page), &[200])
                .sets_cookie(service::PLAY_SESSION_FLOW),
            Hop::new("web", &path("GET", &paths.sso_login), redirect)
                .leads_to("auth", authorize)
                .leads_to("web", "/"),
            Hop::new("auth", &path("GET", authorize), redirect)
                .sets_cookie("session_id")
                .leads_to("auth", paths.auth_login.as_ref())
                .leads_to("web", back),
            Hop::new("auth", &path("GET", &paths.auth_login), &[200])
                .needs_cookie(service::XSRF_TOKEN),
            Hop::new("auth", &path("POST", &paths.auth_login), redirect)
                .sends(&["_csrf", "username", "password"])
                .sets_cookie("session_id")
                .sets_cookie("remember-me")
                .leads_to("auth", authorize),
            Hop::new("web", "GET /", &[200]),
            Hop::new("web", &path("GET", back), redirect)
                .needs_cookie(service::FLOW_SESSION)
                .leads_to("web", "/"),
        ],
    )
}

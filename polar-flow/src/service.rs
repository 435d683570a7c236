//! Every fact about the service that is not a shape: addresses, paths, names of cookies. Each with the date it was last
//! seen to be so.

use std::time::Duration;

use chrono::NaiveDate;

/// The web application and its API. Seen 2026-10.
pub const FLOW_URL: &str = "https://flow.polar.com/";

/// The sign-in host. Seen 2026-10; it exists since 2024-10-07.
pub const AUTH_URL: &str = "https://auth.polar.com/";

/// The host of sleep. Seen 2026-10; an older one was `sleep.flow-prd.api.polar.com`.
pub const SLEEP_URL: &str = "https://sleep-api.flow.polar.com/";

/// All hosts are below this domain; redirects to others below it (over HTTPS) are followed, too.
pub const DOMAIN: &str = "polar.com";

/// The cookie that carries a session: a JWT with a life of one hour. Seen 2026-10.
pub const FLOW_SESSION: &str = "FLOW_SESSION";

/// The cookie whose JWT holds `data.csrfToken` before the sign-in. Seen 2026-10.
pub const PLAY_SESSION_FLOW: &str = "PLAY_SESSION_FLOW";

/// The session cookie of the forms before 2024-10.
pub const PLAY_SESSION: &str = "PLAY_SESSION";

/// The sign-in host's double-submit token: cookie and form field must agree. Seen 2026-10.
pub const XSRF_TOKEN: &str = "XSRF-TOKEN";

/// The cookies that sign-in and session go by: a jar that is full drops others first.
pub(crate) const KEPT_COOKIES: [&str; 7] = [
    FLOW_SESSION,
    PLAY_SESSION_FLOW,
    PLAY_SESSION,
    XSRF_TOKEN,
    "session_id",
    "remember-me",
    "JSESSIONID",
];

/// The first day of a range without a start. Polar's online diary is younger; what was moved into it from older services has
/// the dates of then.
pub const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap();

/// The longest calendar window that is asked for, in days. The service refuses more than 100 since 2026-08 or earlier.
pub const CALENDAR_WINDOW_DAYS: u64 = 90;

/// The shortest window that the host of sleep answers, from its first day to its last. Seen 2026-05.
pub const SLEEP_SHORTEST_DAYS: u64 = 30;

/// The longest one, from its first day to its last. The host answers 365 days (seen 2026-05), and whether the last day counts
/// is not known.
pub const SLEEP_LONGEST_DAYS: u64 = 364;

/// A session with less life left than this is renewed before the next request.
pub const RENEW_BEFORE: Duration = Duration::from_secs(300);

/// Two renewals are at least this far apart, unless the service itself says that the session has expired.
pub(crate) const RENEWAL_PAUSE: Duration = Duration::from_secs(60);

web_session::endpoints! {
    /// Paths of the web API. Change one with [`PolarFlowBuilder::endpoints`](crate::PolarFlowBuilder::endpoints) when the
    /// service moves it, without waiting for a release. `{id}`, `{format}` and `{compress}` are filled in.
    pub struct Endpoints {
        /// Landing page that sets `PLAY_SESSION_FLOW`. Seen 2026-10.
        login_page: "/login",
        /// Start of the single sign-on. Seen 2026-10.
        sso_login: "/flowSso/login",
        /// The sign-in form, on the sign-in host. Seen 2026-10.
        auth_login: "/login",
        /// The account. Seen 2026-05.
        account: "/api/account/users/current/user",
        /// The calendar. Seen 2026-08.
        calendar: "/training/getCalendarEvents",
        /// The training history. Seen 2026-05.
        history: "/api/training/history",
        /// The summary of a session. Seen 2026-09.
        summary: "/api/training/analysis/{id}/summary",
        /// The details of a session. Seen 2026-05.
        details: "/api/training/analysis/{id}/details",
        /// An export as a file. Without `compress` the answer is a 404 since 2026-03.
        export: "/api/export/training/{format}/{id}?compress={compress}",
        /// The export as FIT has no `compress`. Seen 2026.
        export_fit: "/api/export/training/fit/{id}",
        /// RR intervals as CSV. Seen 2024-10.
        export_rr: "/api/export/training/rr/csv/{id}",
        /// The list of sports; public. Seen 2026-08.
        sports: "/api/sports/sports",
        /// Totals per week. Seen 2026-10.
        week_summary: "/training/getCalendarWeekSummary",
        /// The activity of a day. Seen 2019-07.
        activity: "/api/activity-timeline/load",
        /// A training target. Seen 2026-05.
        training_target: "/api/trainingtarget/{id}",
        /// Changes note and feeling of a session. Seen 2026-09.
        edit_notes: "/api/training/analysis/updateTrainingData/{id}",
        /// Changes a session that was made by hand. Seen 2026-09.
        edit: "/api/training/editTraining/{id}",
        /// Deletes a session. Seen 2026-09.
        delete: "/api/training/deleteTrainingSession/{id}/",
        /// Types in a session. Seen 2026-10.
        create: "/api/training/create",
        /// The activity of four days. Seen 2026-10.
        activity_four: "/api/activity-timeline/loadFour",
        /// The nights, on the host of sleep. Seen 2026-10.
        sleep: "/api/sleep/report",
        /// Totals of a range of days. Seen 2026-10.
        progress: "/progress/getProgressViewSummaryAsJson",
        /// Sport profiles. Seen 2026-06.
        sport_profiles: "/api/sports/profiles",
        /// Favourites. Seen 2026-05.
        favorites: "/api/favorites",
        /// The target inside a favourite. Seen 2026-05.
        favorite_target: "/api/favorites/exerciseTarget/{id}",
    }
}

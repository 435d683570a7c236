//! Every fact about the service that is not a shape: addresses, paths, names of cookies. Each with the date it was last
//! seen to be so.

use std::time::Duration;

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

/// The longest calendar window that is asked for, in days. The service refuses more than 100 since 2026-08 or earlier.
pub const CALENDAR_WINDOW_DAYS: u64 = 90;

/// The shortest window of days that the host of sleep answers. Seen 2026-05.
pub const SLEEP_SHORTEST_DAYS: u64 = 30;

/// The longest one. Seen 2026-05.
pub const SLEEP_LONGEST_DAYS: u64 = 365;

/// A session with less life left than this is renewed before the next request.
pub const RENEW_BEFORE: Duration = Duration::from_secs(300);

/// Two renewals are at least this far apart, unless the service itself says that the session has expired.
pub(crate) const RENEWAL_PAUSE: Duration = Duration::from_secs(60);

/// Paths of the web API. Change one with [`PolarFlowBuilder::endpoints`](crate::PolarFlowBuilder::endpoints) when the
/// service moves it, without waiting for a release. `{id}`, `{format}` and `{compress}` are filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoints {
    /// Landing page that sets `PLAY_SESSION_FLOW`. Seen 2026-10.
    pub login_page: String,
    /// Start of the single sign-on. Seen 2026-10.
    pub sso_login: String,
    /// The sign-in form, on the sign-in host. Seen 2026-10.
    pub auth_login: String,
    /// The account. Seen 2026-05.
    pub account: String,
    /// The calendar. Seen 2026-08.
    pub calendar: String,
    /// The training history. Seen 2026-05.
    pub history: String,
    /// The summary of a session. Seen 2026-09.
    pub summary: String,
    /// The details of a session. Seen 2026-05.
    pub details: String,
    /// An export as a file. Without `compress` the answer is a 404 since 2026-03.
    pub export: String,
    /// The export as FIT has no `compress`. Seen 2026.
    pub export_fit: String,
    /// RR intervals as CSV. Seen 2024-10.
    pub export_rr: String,
    /// The list of sports; public. Seen 2026-08.
    pub sports: String,
    /// Totals per week. Seen 2026-10.
    pub week_summary: String,
    /// The activity of a day. Seen 2019-07.
    pub activity: String,
    /// A training target. Seen 2026-05.
    pub training_target: String,
    /// Changes note and feeling of a session. Seen 2026-09.
    pub edit_notes: String,
    /// Changes a session that was made by hand. Seen 2026-09.
    pub edit: String,
    /// Deletes a session. Seen 2026-09.
    pub delete: String,
    /// Types in a session. Seen 2026-10.
    pub create: String,
    /// The activity of four days. Seen 2026-10.
    pub activity_four: String,
    /// The nights, on the host of sleep. Seen 2026-10.
    pub sleep: String,
    /// Totals of a range of days. Seen 2026-10.
    pub progress: String,
    /// Sport profiles. Seen 2026-06.
    pub sport_profiles: String,
    /// Favourites. Seen 2026-05.
    pub favorites: String,
    /// What is inside a favourite. Seen 2026-05.
    pub favorite_target: String,
}

impl Default for Endpoints {
    fn default() -> Self {
        let own = str::to_owned;
        Self {
            login_page: own("/login"),
            sso_login: own("/flowSso/login"),
            auth_login: own("/login"),
            account: own("/api/account/users/current/user"),
            calendar: own("/training/getCalendarEvents"),
            history: own("/api/training/history"),
            summary: own("/api/training/analysis/{id}/summary"),
            details: own("/api/training/analysis/{id}/details"),
            export: own("/api/export/training/{format}/{id}?compress={compress}"),
            export_fit: own("/api/export/training/fit/{id}"),
            export_rr: own("/api/export/training/rr/csv/{id}"),
            sports: own("/api/sports/sports"),
            week_summary: own("/training/getCalendarWeekSummary"),
            activity: own("/api/activity-timeline/load"),
            training_target: own("/api/trainingtarget/{id}"),
            edit_notes: own("/api/training/analysis/updateTrainingData/{id}"),
            edit: own("/api/training/editTraining/{id}"),
            delete: own("/api/training/deleteTrainingSession/{id}/"),
            create: own("/api/training/create"),
            activity_four: own("/api/activity-timeline/loadFour"),
            sleep: own("/api/sleep/report"),
            progress: own("/progress/getProgressViewSummaryAsJson"),
            sport_profiles: own("/api/sports/profiles"),
            favorites: own("/api/favorites"),
            favorite_target: own("/api/favorites/exerciseTarget/{id}"),
        }
    }
}

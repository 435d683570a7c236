//! Every fact about the service that is not a shape: addresses, paths, names of cookies. Each with the date it was last seen to be
//! so.

/// The website. Seen 2026-04.
pub const RUNKEEPER_URL: &str = "https://runkeeper.com";

/// The host of the sign-in. Seen 2026-04; it exists since 2020-03 or earlier.
pub const ASICS_ID_URL: &str = "https://id.asics.com";

/// The cookie that carries a session. Seen 2026-04.
pub const CHECKER: &str = "checker";

/// The cookies of a session as they were seen from 2011 to 2026-04, on both hosts: a jar that is full drops others first.
pub(crate) const KEPT_COOKIES: [&str; 13] = [
    CHECKER,
    "%csrf",
    "%rlc",
    "%rlt",
    "v",
    "u",
    "lli",
    "cc2",
    "tz",
    "JSESSIONID",
    "_abck",
    "bm_sz",
    "ak_bmsc",
];

web_session::endpoints! {
    /// The paths of the site, with the date until which each is known to be right.
    ///
    /// `{user}` and `{id}` stand for the user's name and the activity's number. Change one with
    /// [`RunkeeperBuilder::endpoints`](crate::RunkeeperBuilder::endpoints) when the site moves it.
    pub struct Endpoints {
        /// The home page of a signed-in user (2026-04).
        home: "/home",
        /// The sign-in page (2026-03).
        login: "/login",
        /// The page to which ASICS ID leads back (2020-09).
        asics_back: "/asicsIDMLogin",
        /// The list of one month (2020-09).
        month: "/activitiesByDateRange",
        /// The page of all activities (2026-04).
        activity_list: "/user/{user}/activitylist",
        /// One activity (2024-09).
        activity: "/user/{user}/activity/{id}",
        /// Points of an activity (2020-10).
        points: "/ajax/pointData",
        /// Files of an activity (2016-12).
        download: "/download/activity",
        /// The form for a new activity, and where it is sent to (2026-04).
        new_activity: "/new/activity",
        /// Where files are sent to (2018-12).
        upload: "/trackMultipleFileUpload",
        /// The address of the upload for a preview (2017-05).
        preview: "/trackFileUpload",
        /// The form to change an activity (2026-04; the address of the form itself is not recorded).
        edit: "/edit/activity",
        /// Deletes an activity (2017-05).
        delete: "/delete/activity",
        /// Statistics (2020-08).
        reports: "/user/{user}/fitnessReportsData",
        /// The export of everything (2026-02).
        export: "/exportData",
    }
}

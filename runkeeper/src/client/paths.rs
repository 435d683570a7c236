//! Every path of the site in one place, to be overridden when the site moves something.

use std::borrow::Cow;

/// The paths of the site, with the date until which each is known to be right.
///
/// `{user}` and `{id}` stand for the person's name and the activity's number. Change one with
/// [`RunkeeperBuilder::paths`](crate::RunkeeperBuilder::paths) when the site moves it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Paths {
    /// The home page of a signed-in person (2026-04).
    pub home: Cow<'static, str>,
    /// The sign-in page (2026-03).
    pub login: Cow<'static, str>,
    /// Where ASICS ID sends people back to (2020-09).
    pub asics_back: Cow<'static, str>,
    /// The list of one month (2020-09).
    pub month: Cow<'static, str>,
    /// The page of all activities (2026-04).
    pub activity_list: Cow<'static, str>,
    /// One activity (2024-09).
    pub activity: Cow<'static, str>,
    /// Points of an activity (2020-10).
    pub points: Cow<'static, str>,
    /// Files of an activity (2016-12).
    pub download: Cow<'static, str>,
    /// The form for a new activity, and where it is sent to (2026-04).
    pub new_activity: Cow<'static, str>,
    /// Where files are sent to (2018-12).
    pub upload: Cow<'static, str>,
    /// Where a file is sent to for a preview (2017-05).
    pub preview: Cow<'static, str>,
    /// The form to change an activity (2026-04; the address of the form itself is not recorded).
    pub edit: Cow<'static, str>,
    /// Deletes an activity (2017-05).
    pub delete: Cow<'static, str>,
    /// Statistics (2020-08).
    pub reports: Cow<'static, str>,
    /// The export of everything (2026-02).
    pub export: Cow<'static, str>,
}

impl Default for Paths {
    fn default() -> Self {
        Self {
            home: "/home".into(),
            login: "/login".into(),
            asics_back: "/asicsIDMLogin".into(),
            month: "/activitiesByDateRange".into(),
            activity_list: "/user/{user}/activitylist".into(),
            activity: "/user/{user}/activity/{id}".into(),
            points: "/ajax/pointData".into(),
            download: "/download/activity".into(),
            new_activity: "/new/activity".into(),
            upload: "/trackMultipleFileUpload".into(),
            preview: "/trackFileUpload".into(),
            edit: "/edit/activity".into(),
            delete: "/delete/activity".into(),
            reports: "/user/{user}/fitnessReportsData".into(),
            export: "/exportData".into(),
        }
    }
}

//! The endpoints: one file each, with what it sends, what it answers, and when that was seen.

mod activity_list;
mod delete;
mod fitness_reports;
mod home;
mod manual_entry;
mod month;
mod new_activity;
mod send;
mod upload;

pub use activity_list::MonthWithActivities;
pub use fitness_reports::{Chart, Report, ReportPoint, ReportRequest, ReportSeries, Total};
pub use manual_entry::ManualEntry;
pub use month::ListedActivity;
pub use send::Answer;
pub use upload::TrackUpload;

//! The endpoints: one file each, with what it sends, what it answers, and when that was seen.

mod activity_list;
mod activity_page;
mod delete;
mod download;
mod edit;
mod export;
mod fitness_reports;
mod home;
mod manual_entry;
mod month;
mod new_activity;
mod points;
mod preview;
mod send;
mod upload;

#[cfg(any(test, feature = "drift"))]
pub(crate) use {month::Body as MonthBody, preview::Body as PreviewBody};

pub use activity_list::MonthWithActivities;
pub use activity_page::ActivityPage;
pub use download::{FileKind, UnknownFileKind};
pub use edit::{ActivityEdit, EditForm};
pub use export::ExportStatus;
pub use fitness_reports::{Chart, Report, ReportPoint, ReportRequest, ReportSeries, Total};
pub use manual_entry::ManualEntry;
pub use month::ListedActivity;
pub use points::{ChartData, Point, PointData, PointSeries, PointsOf};
pub use preview::{ImportPreview, PreviewPoint};
pub use send::Answer;
pub use upload::TrackUpload;

//! A typed client for the undocumented web API of Runkeeper.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod client;
mod endpoints;
mod error;
mod model;
mod page;
pub mod sign_in;
mod sport;
#[cfg(feature = "sync")]
pub mod sync;

pub use client::{Credentials, Paths, Runkeeper, RunkeeperBuilder};
pub use endpoints::{
    ActivityEdit, ActivityPage, Answer, Chart, ChartData, FileKind, ListedActivity, ManualEntry,
    MonthWithActivities, Point, PointData, PointSeries, PointsOf, Report, ReportPoint,
    ReportRequest, ReportSeries, Total, TrackUpload,
};
pub use error::{Error, SendError};
pub use model::{ActivityId, ActivityType, Distance, DistanceUnit, Month, TripUuid, UserName};
pub use sport::Mapped;
pub use web_session::secrecy;

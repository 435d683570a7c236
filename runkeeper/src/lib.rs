//! A typed client for the undocumented web API of Runkeeper.
//!
//! ```no_run
//! use runkeeper::{Month, Runkeeper, TrackUpload};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Runkeeper::builder().session_file("runkeeper.session.json").build()?;
//!
//! // Once: the cookies of a browser in which you are signed in (a Cookie header, "Copy as cURL", cookies.txt, ...).
//! client.import_session(&std::fs::read_to_string("cookies.txt")?).await?;
//!
//! for activity in client.activities_in(Month::new(2025, 1).ok_or("no such month")?).await? {
//!     println!("{} {:?} {:?}", activity.id, activity.day, activity.activity_type);
//! }
//!
//! // Leaves in one request. `Err` says whether it may have arrived; look at the listing before sending again.
//! let file = TrackUpload::tcx("sunday-run", std::fs::read("run.tcx")?);
//! println!("{:?}", client.upload(&file).await?);
//! # Ok(())
//! # }
//! ```
//!
//! # What it knows
//!
//! The site has no documented API. Everything here was seen in public programs and pages; each endpoint's file names the source
//! and until when. Nothing was tried against the live site by this project.
//!
//! - **Signing in**: cookies of a browser ([`Runkeeper::import_session`]) work in every era and are the way to go. With a
//!   password ([`auth`]) the client tries the form of 2010 to 2018 and the calls of ASICS ID of 2020; since 2026 a bot
//!   defence stands there: [`Error::SignInBlocked`].
//! - **Sending**: [`Runkeeper::upload`] for files with GPS, [`Runkeeper::add_manual_entry`] for the rest,
//!   [`Runkeeper::preview`] and [`Runkeeper::save_preview`] for the older upload in two steps. The importer makes every
//!   file a run; [`Runkeeper::edit_activity`] corrects that. A second copy is accepted without a word: look first.
//! - **Reading**: [`Runkeeper::activities`], [`Runkeeper::activity`], [`Runkeeper::points`], [`Runkeeper::download`],
//!   [`Runkeeper::fitness_report`], and the archive of the account ([`Runkeeper::request_export`], [`archive`]).
//! - **Forms** are read from the site and sent back with what is in them; no hidden value is ever written from memory.
//!
//! # What it promises
//!
//! - A request that could create something leaves exactly once; [`Error::may_have_been_sent`] says whether it may have arrived.
//! - What is no listing (a login page, an empty body, a changed shape) is an error, never an empty listing.
//! - Nothing that is printed or logged holds a password, a cookie, a token or an e-mail address, whatever logger listens.
//!
//! # If the site changes
//!
//! [`Error::is_drift`] is true when an answer lacks what is essential, and the error names the endpoint and the place.
//! Fields that are new, and other unreadable fields, reach [`RunkeeperBuilder::on_observation`] and break nothing.
//! [`if_the_service_changed`] describes how to find the change and what to override without waiting for a release.
//! [`Runkeeper::call`] sends any request to any of the service's hosts.
//!
//! # Testing your own code
//!
//! Answers are `#[non_exhaustive]`. A test builds one with `new`, which takes the essential fields, or with `Default` where
//! nothing is essential; all fields are public.
//!
//! ```
//! use runkeeper::{ActivityId, ActivityType, ListedActivity};
//!
//! /// Your mapping.
//! fn is_run(activity: &ListedActivity) -> bool {
//!     activity.activity_type == Some(ActivityType::Run)
//! }
//!
//! let mut activity = ListedActivity::new(ActivityId(1_900_000_001));
//! assert!(!is_run(&activity));
//! activity.activity_type = Some(ActivityType::Run);
//! assert!(is_run(&activity));
//! ```
//!
//! # Features
//!
//! - `drift`: what is known of the service as data, for noticing that it changed.
//! - `engine`: the client as a `Destination` of `sync-core`, and its activities as a `Source`.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod archive;
pub mod auth;
mod client;
#[cfg(feature = "drift")]
pub mod drift;
mod endpoints;
#[cfg(feature = "engine")]
pub mod engine;
mod error;
mod model;
mod page;
pub mod service;
#[cfg(test)]
mod shapes;

#[doc = include_str!("../IF_THE_SERVICE_CHANGED.md")]
pub mod if_the_service_changed {}

#[cfg(feature = "drift")]
pub use api_drift;
pub use client::{Call, Runkeeper, RunkeeperBuilder};
pub use endpoints::{
    ActivityEdit, ActivityPage, Answer, Chart, ChartData, EditForm, ExportStatus, FileKind,
    ImportPreview, ListedActivity, ManualEntry, MonthWithActivities, Point, PointData, PointSeries,
    PointsOf, PreviewPoint, Report, ReportPoint, ReportRequest, ReportSeries, Total, TrackUpload,
    UnknownFileKind,
};
pub use error::Error;
pub use model::{
    ActivityId, ActivityType, Distance, DistanceUnit, InvalidMonth, Month, SportMapping, TripUuid,
    UserName,
};
pub use service::Endpoints;
pub use web_session::{self, SecretString};

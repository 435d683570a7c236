//! A typed client for the undocumented web API of Polar Flow: sign in, list, read details, export, edit, delete.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use chrono::NaiveDate;
//! use futures_util::TryStreamExt;
//! use polar_flow::PolarFlow;
//! use polar_flow::export::ExportFormat;
//!
//! let polar = PolarFlow::builder()
//!     .session_file("polar.session.json") // private; the next program needs no password
//!     .password("me@example.org", std::env::var("POLAR_PASSWORD")?)
//!     .build()?;
//! println!("signed in by {:?}", polar.sign_in().await?.by());
//!
//! let from: NaiveDate = "2025-01-01".parse()?;
//! let mut sessions = polar.sessions(from..);
//! while let Some(session) = sessions.try_next().await? {
//!     let export = polar.export(session.id, ExportFormat::Tcx).await?;
//!     println!("{} on {}: {} TCX files", session.id, session.start.date(), export.file_count());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Signing in
//!
//! By password, or with the cookies of a browser ([`PolarFlow::import_session`]), which is the way around bot defences
//! and second factors. See [`auth`]. A session lives one hour and is renewed by itself, once however many calls wait for
//! it; programs that share a session file take turns.
//!
//! # Times
//!
//! Polar writes the wall clock of the user and labels it as UTC. Such times are [`chrono::NaiveDateTime`] here, without
//! the label. The zone of a session is in [`summary`] and [`details`] (`timezone_offset_minutes`); times inside TCX and
//! GPX files are true instants, except in sessions that were once moved from polarpersonaltrainer.com.
//!
//! # Errors
//!
//! [`Error::kind`] and its predicates name the decision that follows: [`needs_sign_in`](Error::needs_sign_in),
//! [`is_blocked`](Error::is_blocked), [`is_temporary`](Error::is_temporary), [`is_drift`](Error::is_drift), and for
//! writes [`may_have_been_sent`](Error::may_have_been_sent). Reads are repeated on hiccups, writes never.
//!
//! # Testing your own code
//!
//! Answers are `#[non_exhaustive]`. A test builds one with `new`, which takes the essential fields, or with `Default` where
//! nothing is essential; all fields are public.
//!
//! ```
//! use polar_flow::SessionId;
//! use polar_flow::summary::Summary;
//!
//! /// Your mapping.
//! fn kilometres(summary: &Summary) -> Option<f64> {
//!     summary.distance_m.map(|metres| metres / 1000.0)
//! }
//!
//! let mut summary = Summary::new(SessionId(8_104_000_021));
//! assert_eq!(kilometres(&summary), None);
//! summary.distance_m = Some(10_500.0);
//! assert_eq!(kilometres(&summary), Some(10.5));
//! ```
//!
//! # Features
//!
//! - `archive`: reads the data export of an account (a ZIP file) without signing in, and sports in the words of the crate
//!   `workout-files`.
//! - `drift`: what is known of the service as data, for noticing that it changed.
//! - `engine`: the client as a `Source` of `sync-core`, and sports in the words of the crate `workout-files`.
//!
//! # When the service changes
//!
//! It will. [`if_the_service_changed`] describes how to find the change and what to override without waiting for a release.
//! [`PolarFlow::call`] sends any request to any of the service's hosts.
//!
//! # Speed
//!
//! `cargo bench -p polar-flow` compares the decoding of a calendar of 10,000 events and of details of 503 KB, with and
//! without an observer, with `serde_json` into plain structs of the same fields.
//!
//! # From code without async
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let polar = polar_flow::PolarFlow::builder().build()?;
//! let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! let account = runtime.block_on(polar.account())?;
//! # Ok(())
//! # }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

#[cfg(feature = "archive")]
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
pub mod service;
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod testing;

#[doc = include_str!("../IF_THE_SERVICE_CHANGED.md")]
pub mod if_the_service_changed {}

#[cfg(feature = "drift")]
pub use api_drift;
pub use client::{Call, PolarFlow, PolarFlowBuilder};
pub use endpoints::{
    account, activity, calendar, create, details, edit, export, favorites, history, progress, raw,
    route, sleep, sport_profiles, summary, training_target, week_summary,
};
pub use error::Error;
pub use model::ids::{ExerciseId, ExerciseTargetId, FavoriteId, SessionId, TargetId, UserId};
pub use model::sports;
pub use web_session::{self, SecretString};

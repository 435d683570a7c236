//! intervals.icu as a destination of `sync-core`.
//!
//! ```
//! use sync_connector_intervals_icu::IntervalsIcu;
//! use sync_core::Destination;
//!
//! let destination = IntervalsIcu::builder("my-api-key").build()?;
//! assert_eq!(destination.name(), "intervals-icu");
//! # Ok::<(), sync_core::ServiceError>(())
//! ```
//!
//! # The API
//!
//! Documented at <https://intervals.icu/api-docs.html> and in its author's "API Integration Cookbook"
//! (forum.intervals.icu, read 2026-11-28). Basic authentication with the user `API_KEY`; the athlete `0`
//! is the owner of the key.
//!
//! | request | answers |
//! |---|---|
//! | `POST /api/v1/athlete/0/activities`, multipart `file`, `name`, `description`, `external_id` | 201 created, 200 existed (the same file, also when another program sent it), 422 with a reason |
//! | `POST /api/v1/athlete/0/activities/manual`, JSON | the activity |
//! | `GET /api/v1/athlete/0/activities?oldest=..&newest=..` | a list; local days |
//! | `GET`, `PUT`, `DELETE /api/v1/activity/ID` | the activity; 404 |
//!
//! That 200 stands for an existing activity, whose `external_id` stays as it was, was seen by the
//! program intervalssync (its pull request 58, 2026-09). Nothing was tried against the live service by
//! this project.
//!
//! # What is lost
//!
//! A TCX file carries route, altitude, heart rate, cadence, power, laps and notes. The service computes
//! its own totals. A manual activity carries start, duration, distance, energy, type and notes.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answer;
mod api;
mod destination;
mod sport;

pub use api::{IntervalsIcu, IntervalsIcuBuilder};
pub use sport::has_type;

/// The name of this destination in ledgers.
pub const NAME: &str = "intervals-icu";

/// The address of the service.
pub const URL: &str = "https://intervals.icu";

//! `archive DIR`: everything of a Polar account as files that the user owns.
//!
//! ```text
//! DIR/
//!   index.html   index.csv            every session, as a page and as a table
//!   manifest.jsonl                    what was fetched, with checksums; what does not exist at the service
//!   account.json   sports.json
//!   sessions/2025/05/2025-05-01_163042_cycling_8104216805.tcx
//!                                    ....gpx .fit .csv .rr.csv .summary.json .details.json
//!   sleep/2025/05/2025-05-01.json     the night that ended on the day
//!   activity/2025/05/2025-05-01.json
//!   pages/2025/05/2025-05-01_163042_cycling_8104216805.html
//! ```
//!
//! A session of several exercises has a TCX and a GPX for each: `...-1.tcx`, `...-2.tcx`. A session that was edited at the source is
//! fetched again beside the old version: `....v2.tcx`; a file that the edit did not change is not stored twice.
//!
//! The manifest alone decides what is fetched. A file that the user or another program takes away or moves was fetched, and is not
//! fetched again; [`verify`] names it. A run may be killed at any moment: a file is whole and on disk before the line that names it, and
//! comes to its place after it.

mod adopt;
mod evidence;
mod fetch;
mod folder;
pub mod kind;
mod known;
mod listing;
mod manifest;
mod names;
mod pages;
mod parts;
mod plan;
pub mod progress;
mod recognise;
mod record;
mod report;
mod run;
mod scan;
mod staging;
mod state;
mod store;
mod verify;
mod work;

pub use kind::Formats;
pub use known::KnownArchives;
pub use progress::Progress;
pub use report::Report;
pub use run::{Request, run};
pub use verify::{Verification, verify};

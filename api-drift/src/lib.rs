//! Notices how the answers of an undocumented web API differ from what a client was written for.
//!
//! ```
//! use api_drift::{Endpoint, Host, Service, Weight, inspect};
//!
//! let list = Endpoint::json("list", "the list of workouts", "GET /api/list", ".: array\n[]: object\n[].id: integer needed\n[].note: text\n");
//! let service = Service::new("Example", [Host::new("web", "https://site.example")], [list]);
//! let har = r#"{"log": {"entries": [{
//!     "request": {"method": "GET", "url": "https://site.example/api/list"},
//!     "response": {"status": 200, "content": {"mimeType": "application/json", "text": "[{\"id\": \"7\", \"mood\": 1}]"}}
//! }]}}"#;
//! let recording = api_drift::har::read(har)?;
//! let report = inspect(&[service], &recording.exchanges);
//! let found: Vec<_> = report.findings.iter().map(|it| (it.place.as_str(), it.weight)).collect();
//! assert_eq!(found, [
//!     ("[].id", Weight::Breaking),   // an integer became a text
//!     ("[].mood", Weight::Additive), // new
//!     ("[].note", Weight::Additive), // gone
//! ]);
//! # Ok::<(), api_drift::har::HarError>(())
//! ```
//!
//! - [`Shape`] describes JSON documents of one kind; written as text it is kept beside the types that read them. [`Known`] reads that
//!   text, and [`compare()`] lists new, missing and changed places of an answer.
//! - An [`Endpoint`] adds the status, the content, and for pages the forms and anchors that a client looks for; a [`Flow`] the hops and
//!   cookies of a sign-in.
//! - [`Exchange`] is a request with its answer, from a [HAR file](har) or from a [tap](exchange) on a session.
//! - [`redact`] writes answers so that they can be published: what stays is on a list, everything else is replaced.
//! - [`Quarantine`] holds changes that were accepted until a day.
//!
//! The crate sends no request, and its output holds no value of an answer.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod compare;
mod duration;
mod endpoint;
pub mod exchange;
mod finding;
pub mod fixture;
mod flow;
pub mod har;
mod inspect;
mod known;
mod page;
mod quarantine;
mod reading;
pub mod redact;
mod shape;

pub use compare::compare;
pub use duration::iso_seconds;
pub use endpoint::{Answer, Endpoint, Host, Service};
pub use exchange::Exchange;
pub use finding::{Finding, Kind, Report, Seen, Weight};
pub use flow::{Flow, Hop};
pub use inspect::inspect;
pub use known::{Known, KnownPlace};
pub use page::{Anchor, Form, PageSpec};
pub use quarantine::{Accepted, Quarantine, QuarantineError};
pub use reading::Reader;
pub use redact::Meaning;
pub use shape::{Shape, Type};

//! A session with a website: cookies, pacing, read retries and the question whether a request could have been
//! sent.
//!
//! Clients of undocumented web APIs stand on this crate. It knows no service.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use web_session::{Session, Url, WriteError, join};
//!
//! let base: Url = "https://site.example".parse()?;
//! let session = Session::builder()
//!     .base_url(base.clone())
//!     .session_file("site.session.json") // 0600, cookies survive the program
//!     .build()?;
//!
//! // A read is repeated on hiccups and follows redirects within the site. Every status is an answer.
//! let page = session.get(join(&base, "/home")).endpoint("home").read().await?;
//! println!("{} is {}", page.fingerprint(), page.content());
//!
//! // A write leaves exactly once and follows nothing.
//! match session.post(join(&base, "/new")).endpoint("new").form([("name", "x")]).write().await {
//!     Ok(answer) => println!("answered {}", answer.status()),
//!     Err(WriteError::NotSent(e)) => println!("safe to try again: {e}"),
//!     Err(WriteError::MaybeSent(e)) => println!("look first: {e}"),
//! }
//! session.jar().save().await?;
//! # Ok(())
//! # }
//! ```
//!
//! # For clients of services
//!
//! [`auth`] signs in by several strategies and renews sessions, [`dates`] cuts ranges of days into windows, [`ErrorKind`] names
//! kinds of errors, and the macros [`session_settings!`], [`client_builder!`], [`client_sign_in!`], [`error_predicates!`] and [`endpoints!`] give every
//! client the same methods.
//!
//! # What it promises
//!
//! - **Writes are sent at most once.** They use connections of their own, the HTTP library's own repetition is off, and
//!   a write ends as an answer, as [`WriteError::NotSent`] (no connection came about) or as [`WriteError::MaybeSent`]
//!   (everything else).
//! - **A service that asks to wait is left alone**: a 429 or 503 with `Retry-After`, to a read or a write, pauses every
//!   request of the session. A read waits when the wait fits its limits; every other request ends at once as
//!   [`Error::Paused`], and nothing of it leaves.
//! - **Limits hold**: time per request and in total, size after decompression, number of redirects, and for hostile answers
//!   those of [`limits`]: entries of JSON, size and depth of pages, cookies per answer and per jar.
//! - **A failed connection names its cause**: see [`ConnectProblem`].
//! - **Sessions stay at home**: redirects are followed between the configured hosts only, and imported cookies of other
//!   hosts are dropped.
//! - **Secrets stay secret**: no `Debug`, `Display`, error or log line of this crate holds a cookie, a body, a header
//!   value or a query value. `tracing` (target `web_session`, level debug) gets method, address without query values,
//!   status, size and time of every request.
//! - **The session file is never half-written**: temporary file, fsync, rename; private from the first byte. A damaged
//!   or foreign file is an error that leaves it as it is, and one that other users may read or change is refused. Two
//!   processes may share one file; see [`CookieJar::lock`]. A session can also be kept encrypted in any store of values; see
//!   [`EncryptedStore`].
//!
//! # TLS
//!
//! By rustls with `ring`, built into each client: no provider is installed for the process, and none is needed. Certificates are
//! those of the system; [`SessionBuilder::add_root_certificate`] adds to them.
//!
//! # Features
//!
//! - `browsers`: takes the session of an installed Firefox or Chromium over (Linux); see `import::browser`.
//!
//! # Speed
//!
//! Requests one after the other over loopback, on a kept connection, with the same time limit: 0.99 of what plain reqwest
//! does (2026-11-29, 2 cores, one run of 400 turns; `cargo bench -p web-session`).
//!
//! # From code without async
//!
//! Make a current-thread tokio runtime (`enable_all`) and `block_on` the calls; sessions can be kept between them.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod auth;
mod classify;
mod client;
mod clock;
mod connect;
pub mod dates;
pub mod decode;
mod entries;
mod error;
pub mod import;
mod jar;
mod kind;
pub mod limits;
mod multipart;
mod pace;
pub mod page;
mod pause;
pub mod redact;
mod request;
mod response;
mod retry;
mod secret;
mod send;
mod session;
mod site;
mod tap;
mod transport;

pub use bytes::Bytes;
pub use reqwest::{Method, StatusCode, header};
#[doc(hidden)]
pub use serde;
pub use url::{self, Url};

pub use classify::Content;
pub use connect::ConnectProblem;
pub use decode::{DecodeError, DecodeIssue, Finding, Observation, Observer};
pub use error::{Error, Source, WriteError};
pub use import::{ImportError, ImportFormat, ImportReport};
pub use jar::store::{BlockingStore, Document, Guard, Kept, Saved, SessionStore};
pub use jar::{
    CookieJar, EncryptedStore, FileStore, InvalidCookie, InvalidKey, JarError, JarLock,
    JarSnapshot, ValueError, ValueStore,
};
pub use kind::ErrorKind;
pub use request::{Part, Redirects, RequestBuilder};
pub use response::{Fingerprint, Hop, Response};
pub use secret::SecretString;
pub use session::{BROWSER_USER_AGENT, Session, SessionBuilder};
pub use site::join;
pub use tap::Exchanged;

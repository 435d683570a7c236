//! The client against the stateful fake: every scenario that the service documents ask for.
#![allow(clippy::unwrap_used, missing_docs)]

#[cfg(feature = "archive")]
mod archive;
#[cfg(feature = "archive")]
mod archive_series;
mod attacks;
mod common;
mod export;
mod hostile;
mod kinds;
mod listing;
mod session;
mod sign_in;
mod sleep;
#[cfg(feature = "engine")]
mod source;
mod store;
mod writes;

//! The folder as a source and as a destination.
#![allow(clippy::unwrap_used, missing_docs)]

mod conformance;
mod destination;
mod files;
mod source;

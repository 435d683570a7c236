//! The folder as a destination.
#![allow(clippy::unwrap_used, missing_docs)]

mod conformance;
mod destination;
mod files;

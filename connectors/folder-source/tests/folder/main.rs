//! The folder as a source.
#![allow(clippy::unwrap_used, missing_docs)]

mod conformance;
mod files;
mod source;

//! The client against the stateful fake: every scenario that the service documents ask for.
#![allow(clippy::unwrap_used, missing_docs)]

mod archive;
mod attacks;
mod common;
#[cfg(feature = "engine")]
mod destination;
#[cfg(feature = "engine")]
mod finishing;
mod hostile;
mod kinds;
mod outcomes;
mod reading;
mod session;
mod sports;
mod upload;
mod writes;

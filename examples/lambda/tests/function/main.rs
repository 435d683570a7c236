//! Runs the built function under a Runtime API that the tests play, against the fake services.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

#[path = "../support/mod.rs"]
mod support;

mod dynamodb;
mod emulator;
mod first_sync;
mod kills;
#[cfg(feature = "mongodb")]
mod mongodb;
mod settings;
mod world;

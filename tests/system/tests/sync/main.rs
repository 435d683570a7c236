//! The built `workout-sync` against the fake services.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod after;
mod archive;
mod clocks;
mod demo;
mod files;
mod guards;
mod guide;
mod held_back;
mod input;
mod killed;
mod ledger_sessions;
mod log;
mod main_job;
mod odd_fields;
#[cfg(feature = "mongodb")]
mod on_mongodb;
mod orders;
mod original_list;
mod packaging;
mod pauses;
mod processes;
mod readme;
mod resends;
mod secrets;
mod seed_script;
mod serve;
mod setup;
mod sign_in;
mod signals;
mod terminal;
mod unreachable;
mod uploads;
mod usage;

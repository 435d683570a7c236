//! The parts of `workout-sync`: settings, exit codes, opening ledgers, signing in, showing results.
//!
//! `cargo run -p workout-sync -- demo` shows the program without an account.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod archive;
pub mod clock;
pub mod days;
pub mod exit;
pub mod ledger;
pub mod log;
pub mod name;
pub mod original_list;
pub mod progress;
pub mod serve;
pub mod services;
pub mod settings;
pub mod table;
pub mod text;

/// The name of the one route of this program, as it stands in ledgers.
#[must_use]
pub fn route_name() -> String {
    sync_core::Route::name_of(polar_flow::engine::NAME, runkeeper::engine::NAME)
}

/// The one route of this program, in a ledger.
#[must_use]
pub fn route(ledger: sync_core::ledger::SharedLedger) -> sync_core::Route {
    sync_core::Route::new(ledger, polar_flow::engine::NAME, runkeeper::engine::NAME)
}

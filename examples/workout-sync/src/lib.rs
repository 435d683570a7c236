//! The parts of `workout-sync`: settings, exit codes, opening ledgers, signing in, showing results.
//!
//! `cargo run -p workout-sync -- demo` shows the program without an account.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod archive;
pub mod clock;
pub mod days;
pub mod drift;
pub mod exit;
pub mod fault;
pub mod interrupt;
pub mod ledger;
pub mod log;
pub mod losses;
pub mod name;
pub mod notices;
pub mod orders;
pub mod original_list;
pub mod progress;
pub mod serve;
pub mod services;
pub mod settings;
pub mod table;
pub mod text;

/// The route that the settings name, in a ledger.
#[must_use]
pub fn route(
    settings: &settings::Settings,
    ledger: sync_core::ledger::SharedLedger,
) -> sync_core::Route {
    let ends = &settings.route;
    sync_core::Route::new(ledger, &ends.from.name(), &ends.to.name())
}

//! What the programs in this folder share: settings, exit codes, opening ledgers, signing in, showing results.
//!
//! The programs themselves are example targets of this package: `cargo run --example sync`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod clock;
pub mod exit;
pub mod ledger;
pub mod original_list;
pub mod progress;
pub mod services;
pub mod settings;
pub mod table;

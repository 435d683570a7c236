//! Several workers on one ledger: every order of their effects, for small histories.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub
)]

mod exhaustive;
mod play;
#[path = "../support/workers.rs"]
#[allow(dead_code, reason = "each proof uses a part of it")]
mod workers;

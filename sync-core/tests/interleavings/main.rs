//! Several workers on one ledger: every order of their effects for small histories, random orders for large ones.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub
)]

mod exhaustive;
mod play;
mod random;

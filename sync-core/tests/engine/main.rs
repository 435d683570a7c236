//! The engine against a scripted source and destination, on the ledger in memory.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod adopting;
mod deliveries;
mod guards;
mod ledgers;
mod orders;
mod reconciling;
mod streaks;
mod twins;
mod windows;
mod world;

//! The engine against a scripted source and destination, on the ledger in memory.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod adopting;
mod after_delivery;
mod clocks;
mod deaths;
mod deliveries;
mod finishing;
mod guards;
mod holding_back;
mod ledgers;
mod orders;
mod pauses;
mod reconciling;
mod resending;
mod streaks;
mod twins;
mod verifying;
mod windows;
mod world;

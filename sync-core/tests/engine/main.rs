//! The engine against a scripted source and destination, on the ledger in memory.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod after_delivery;
mod budgets;
mod clocks;
mod copies;
mod deaths;
mod deliveries;
mod duplicates;
mod edits;
mod finishing;
mod guards;
mod holding_back;
mod importing;
mod keys;
mod ledgers;
mod orders;
mod pauses;
mod reconciling;
mod redelivering;
mod resending;
mod streaks;
mod twins;
mod verifying;
mod windows;
mod world;

//! Checks that the types of a client and the answers of its service agree. For tests.
//!
//! - [`Shape`] is what documents of one kind look like; kept beside the types, it shows when the two part.
//! - [`Contract`] says what is essential in an answer, and proves by damaging documents that nothing else is.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod contract;
mod shape;

pub use contract::{Contract, Read};
pub use shape::{Disagreement, Shape};

//! Checks that the types of a client and the answers of its service agree. For tests.
//!
//! - [`Shape`] describes documents of one kind; kept beside the types, it shows when the two part.
//! - [`Contract`] lists the essential places of an answer, and proves by damaging documents that nothing else is.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod contract;
mod shape;

pub use contract::{Contract, Read};
pub use shape::{Disagreement, Shape};

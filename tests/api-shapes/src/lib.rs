//! Checks that the types of a client and the answers of its service agree. For tests.
//!
//! - [`Shape`] describes documents of one kind; kept beside the types, it shows when the two part.
//! - [`Contract`] lists the essential places of an answer, and proves by damaging documents that nothing else is.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod agreement;
mod contract;

pub use agreement::{Disagreement, agreed};
pub use api_drift::Shape;
pub use contract::{Contract, Read};

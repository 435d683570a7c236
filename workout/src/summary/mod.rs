//! Totals: as reported, and computed from the points where nothing was reported.

mod totals;

pub use totals::Totals;
pub(crate) use totals::{recorded_metres, recorded_seconds};

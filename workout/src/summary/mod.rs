//! Totals: as reported, and computed from the trackpoints where nothing was reported.

mod climb;
mod computed;
mod geodesy;
mod totals;

pub use computed::Summary;
pub(crate) use computed::{ellipsoid_metres, recorded_metres, recorded_seconds, seconds_between};
pub(crate) use geodesy::metres;
pub use totals::Totals;

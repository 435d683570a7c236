//! Totals: as reported, and computed from the trackpoints where nothing was reported.

mod climb;
mod computed;
mod geodesy;
pub(crate) mod laps;
mod stretch;
mod totals;

pub(crate) use climb::is_plausible;
pub use computed::Summary;
pub(crate) use computed::{path_metres, seconds_between};
pub(crate) use geodesy::metres;
pub(crate) use stretch::continues;
pub use totals::Totals;

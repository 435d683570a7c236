//! Totals: as reported, and computed from the trackpoints where nothing was reported.

mod climb;
mod computed;
mod credible;
mod distance;
mod geodesy;
pub(crate) mod laps;
mod route;
mod strays;
mod stretch;
mod totals;
mod zone;

pub(crate) use climb::is_plausible;
pub use computed::Summary;
pub(crate) use computed::seconds_between;
pub(crate) use credible::{are_too_few, credible, fix_count, has_too_few, is_zero, zero_is_no_fix};
pub(crate) use geodesy::{metres, path_metres};
pub(crate) use strays::{TOO_FAST_MPS, remove, strays};
pub(crate) use stretch::{continues, inner_joins, stretches};
pub use totals::Totals;
pub use zone::{infer_utc_offset, resolve_wall_clock};
pub(crate) use zone::{quarter_hours, zone_between};

//! The words of the service: ids, units, activity types, months.

mod activity_type;
mod ids;
mod month;
mod scalar;
mod sport;
mod units;

pub use activity_type::ActivityType;
pub use ids::{ActivityId, TripUuid, UserName};
pub use month::{InvalidMonth, Month};
pub use sport::SportMapping;
pub use units::{Distance, DistanceUnit};

pub(crate) use scalar::{opt_clock, opt_day, opt_decimal, opt_month, opt_text, opt_year};
pub(crate) use units::{parse_clock, seconds};

//! The time zone of this machine, for sessions that name none.

use chrono::{DateTime, FixedOffset, Local, NaiveDateTime, TimeDelta, TimeZone};

/// The longest time that a zone ever left out in one go is a day.
const LONGEST_GAP_H: i64 = 24;

/// The instant of a wall clock. One that the zone left out, such as half past two in the night of summer time, is moved by the gap; of
/// two it is the earlier.
pub(crate) fn here(clock: NaiveDateTime) -> Option<DateTime<FixedOffset>> {
    let before = (0..=LONGEST_GAP_H).find_map(|hours| {
        let earlier = clock.checked_sub_signed(TimeDelta::hours(hours))?;
        let found = Local.from_local_datetime(&earlier);
        // chrono does not order the two by time.
        let earlier = found.earliest().min(found.latest())?;
        earlier.checked_add_signed(TimeDelta::hours(hours))
    })?;
    Some(before.fixed_offset())
}

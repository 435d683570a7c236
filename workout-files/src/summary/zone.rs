//! Time zones, inferred from two clocks.

use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, TimeZone, Utc};

const QUARTER_HOUR_S: f64 = 900.0;
/// The offsets from UTC that zones have, in seconds.
const OFFSETS_S: std::ops::RangeInclusive<f64> = -43_200.0..=50_400.0;
/// The most that clocks of two versions of a workout are apart by a wrong zone.
const FARTHEST_S: i64 = 50_400;
/// A listing may count from another second than the recording.
const TOLERANCE_S: f64 = 120.0;

/// The UTC offset that makes a wall clock show `wall_clock` at `instant`; `None` where the two differ
/// by no time zone.
///
/// Services list workouts by their local wall clock, files hold instants: the difference is the zone.
/// Zones are whole quarter hours from -12:00 to +14:00. The two may be up to two minutes off, because
/// a recording can begin before or after the listed start.
///
/// ```
/// use chrono::{DateTime, FixedOffset};
/// use workout_files::infer_utc_offset;
///
/// let recorded: DateTime<chrono::Utc> = "2025-05-01T14:30:44Z".parse()?;
/// let listed = "2025-05-01T16:30:42".parse()?;
/// assert_eq!(infer_utc_offset(listed, recorded), FixedOffset::east_opt(7200));
/// let another_day = "2025-05-03T16:30:42".parse()?;
/// assert_eq!(infer_utc_offset(another_day, recorded), None);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn infer_utc_offset(wall_clock: NaiveDateTime, instant: DateTime<Utc>) -> Option<FixedOffset> {
    let ahead = wall_clock.signed_duration_since(instant.naive_utc());
    let offset = quarter_hours(ahead.num_milliseconds() as f64 / 1e3, TOLERANCE_S)?;
    let is_zone = OFFSETS_S.contains(&(offset as f64));
    is_zone
        .then(|| FixedOffset::east_opt(i32::try_from(offset).ok()?))
        .flatten()
}

/// The longest time that a zone ever left out in one go is a day.
const LONGEST_GAP_H: i64 = 24;

/// The instant at which a wall clock of this zone shows `wall_clock`, for workouts that name no zone of their own.
///
/// Half past two in the night in which summer time begins is no time: it is moved by the gap. Of two instants it is the earlier.
/// `None` outside of the years that chrono knows.
///
/// ```
/// use chrono::FixedOffset;
/// use workout_files::resolve_wall_clock;
///
/// let zone = FixedOffset::east_opt(7200).ok_or("no such zone")?;
/// let start = resolve_wall_clock("2025-05-01T16:30:42".parse()?, &zone).ok_or("no such time")?;
/// assert_eq!(start.to_rfc3339(), "2025-05-01T16:30:42+02:00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn resolve_wall_clock(
    wall_clock: NaiveDateTime,
    zone: &impl TimeZone,
) -> Option<DateTime<FixedOffset>> {
    let found = (0..=LONGEST_GAP_H).find_map(|hours| {
        let earlier = wall_clock.checked_sub_signed(TimeDelta::hours(hours))?;
        let found = zone.from_local_datetime(&earlier);
        // chrono does not order the two by time.
        let earlier = found.clone().earliest().min(found.latest())?;
        earlier.checked_add_signed(TimeDelta::hours(hours))
    })?;
    Some(found.fixed_offset())
}

/// The whole quarter hours nearest to `seconds`, as seconds; `None` where they are more than
/// `tolerance` away.
pub(crate) fn quarter_hours(seconds: f64, tolerance: f64) -> Option<i64> {
    let nearest = (seconds / QUARTER_HOUR_S).round() * QUARTER_HOUR_S;
    ((seconds - nearest).abs() <= tolerance).then_some(nearest as i64)
}

/// Seconds of a time zone that two clocks are apart, give or take five seconds; `None` where they are
/// apart by anything else.
pub(crate) fn zone_between(seconds: f64) -> Option<i64> {
    quarter_hours(seconds, 5.0).filter(|zone| zone.abs() <= FARTHEST_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inferred(ahead_s: f64) -> Option<i32> {
        let instant = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let ahead = chrono::TimeDelta::milliseconds((ahead_s * 1e3) as i64);
        let offset = infer_utc_offset(instant.naive_utc() + ahead, instant)?;
        Some(offset.local_minus_utc())
    }

    #[test]
    fn offsets_are_whole_quarter_hours_within_two_minutes() {
        for offset in [
            -43_200, -34_200, -900, 0, 900, 19_800, 20_700, 45_900, 50_400,
        ] {
            for off in [-120.0, -3.5, 0.0, 0.25, 120.0] {
                assert_eq!(
                    inferred(f64::from(offset) + off),
                    Some(offset),
                    "{offset} {off}"
                );
            }
        }
    }

    #[test]
    fn other_differences_are_no_zone() {
        for ahead in [
            -44_100.0, 51_300.0, 86_400.0, 3721.0, 450.0, -1021.0, 1e9, -1e12,
        ] {
            assert_eq!(inferred(ahead), None, "{ahead}");
        }
        let (first, last) = (NaiveDateTime::MIN, NaiveDateTime::MAX);
        assert_eq!(infer_utc_offset(first, DateTime::<Utc>::MAX_UTC), None);
        assert_eq!(infer_utc_offset(last, DateTime::<Utc>::MIN_UTC), None);
    }
}

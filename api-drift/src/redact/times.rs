//! Times, durations and days: the replacements keep what decoders and comparisons check. One instant in several writings stays one, and the end
//! of a workout stays its start and its duration.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime};

/// The meaning of a number, for a replacement that agrees with what it has to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Meaning {
    /// Milliseconds since 1970, of a wall clock.
    EpochMillis,
    /// Seconds since 1970, of a wall clock. Two in one object are a start and an end.
    EpochSeconds,
    /// A duration in milliseconds.
    Millis,
    /// A month from 1 to 12, also as text.
    MonthNumber,
    /// A day of a month, also as text.
    DayOfMonth,
}

/// 2001-01-01.
const FIRST: i64 = 978_307_200;
const DAY: i64 = 86_400;
/// Two clocks of one thing differ by less, in seconds.
const SAME_INSTANT: i64 = 120;
/// Two durations of one thing differ by less, in seconds.
const SAME_DURATION: i64 = 2;

const SHORT: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const LONG: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The replacements of one file: seconds to seconds.
#[derive(Debug, Default)]
pub(in crate::redact) struct Times {
    instants: Vec<(i64, i64)>,
    new_days: i64,
    durations: Vec<(i64, i64)>,
    months: Vec<u32>,
    days: Vec<u32>,
}

impl Times {
    /// The replacement of an instant: the midnight of some day.
    pub(in crate::redact) fn instant(&mut self, seconds: i64) -> i64 {
        let exact = self.instants.iter().find(|(known, _)| *known == seconds);
        let near = || {
            let mut all = self.instants.iter();
            all.find(|(known, _)| known.abs_diff(seconds) <= SAME_INSTANT.unsigned_abs())
        };
        if let Some((_, alias)) = exact.or_else(near) {
            return *alias;
        }
        let alias = FIRST + self.new_days % 9_000 * DAY;
        self.new_days += 1;
        self.instants.push((seconds, alias));
        alias
    }

    /// The replacement of a duration: whole minutes.
    pub(in crate::redact) fn duration(&mut self, seconds: i64) -> i64 {
        let near =
            |(known, _): &&(i64, i64)| known.abs_diff(seconds) <= SAME_DURATION.unsigned_abs();
        if seconds == 0 {
            return 0;
        }
        if let Some((_, alias)) = self.durations.iter().find(near) {
            return *alias;
        }
        let minutes = i64::try_from(self.durations.len()).unwrap_or(0) + 1;
        self.durations.push((seconds, minutes * 60));
        minutes * 60
    }

    /// The end of something follows from its start.
    pub(in crate::redact) fn span(&mut self, start: i64, end: i64) {
        let alias = self.instant(start) + self.duration(end - start);
        if self.instants.iter().all(|(known, _)| *known != end) {
            self.instants.push((end, alias));
        }
    }

    pub(in crate::redact) fn month(&mut self, month: u32) -> u32 {
        place_of(&mut self.months, month) % 12 + 1
    }

    pub(in crate::redact) fn day(&mut self, day: u32) -> u32 {
        place_of(&mut self.days, day) % 28 + 1
    }

    /// A date, alone or with a clock, in the same writing.
    pub(super) fn text(&mut self, text: &str) -> Option<String> {
        let date: NaiveDate = text.get(..10)?.parse().ok()?;
        let rest = text
            .get(10..)
            .filter(|rest| rest.is_empty() || rest.len() >= 9)?;
        let clock = rest.get(..9).unwrap_or("T00:00:00").replace(' ', "T");
        let at = format!("{date}{clock}").parse::<NaiveDateTime>().ok()?;
        let alias = DateTime::from_timestamp(self.instant(at.and_utc().timestamp()), 0)?;
        let zeros: String = rest
            .get(9..)
            .unwrap_or_default()
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect();
        Some(match rest.len() {
            0 => alias.format("%Y-%m-%d").to_string(),
            _ => format!(
                "{}{}{}{zeros}",
                alias.format("%Y-%m-%d"),
                rest.get(..1)?,
                alias.format("%H:%M:%S")
            ),
        })
    }

    /// Year, month and day as numbers.
    pub(in crate::redact) fn date(&mut self, year: i64, month: i64, day: i64) -> Option<[i64; 3]> {
        let month = u32::try_from(month).ok()?;
        let date =
            NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, u32::try_from(day).ok()?)?;
        let seconds = date.and_hms_opt(0, 0, 0)?.and_utc().timestamp();
        let alias = DateTime::from_timestamp(self.instant(seconds), 0)?.date_naive();
        Some([
            alias.year().into(),
            alias.month().into(),
            alias.day().into(),
        ])
    }

    /// With month and day as where they stand alone.
    pub(super) fn stamp(&mut self, stamp: &Stamp<'_>, year: i32) -> String {
        let (month, day) = (self.month(stamp.month), self.day(stamp.day));
        let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap_or_default();
        let date = first
            .checked_add_days(Days::new(u64::from(day) - 1))
            .unwrap_or(first);
        date.format("%a %b %d 00:00:00 GMT %Y").to_string()
    }
}

fn place_of(known: &mut Vec<u32>, value: u32) -> u32 {
    let at = known.iter().position(|it| *it == value).unwrap_or_else(|| {
        known.push(value);
        known.len() - 1
    });
    u32::try_from(at).unwrap_or(0)
}

/// `Thu May 01 16:30:42 GMT 2025 - Running`
pub(super) struct Stamp<'t> {
    month: u32,
    day: u32,
    pub(super) year: u32,
    pub(super) rest: &'t str,
}

pub(super) fn stamp(text: &str) -> Option<Stamp<'_>> {
    let (date, rest) = match text.split_once(" - ") {
        Some((date, rest)) => (date, rest.trim()),
        None => (text, ""),
    };
    let words: Vec<&str> = date.split_whitespace().collect();
    let [weekday, month, day, clock_text, zone, year] = words[..] else {
        return None;
    };
    let is_it =
        weekday.len() == 3 && clock(clock_text).is_some() && zone.len() <= 5 && year.len() == 4;
    let month = self::month(month).filter(|_| is_it)?;
    Some(Stamp {
        month,
        day: day.parse().ok()?,
        year: year.parse().ok()?,
        rest,
    })
}

/// The number of an English month.
pub(super) fn month(text: &str) -> Option<u32> {
    let at = |names: &[&str; 12]| names.iter().position(|it| *it == text);
    let at = at(&SHORT).or_else(|| at(&LONG))?;
    u32::try_from(at + 1).ok()
}

/// The name of a month, as long as the other.
pub(super) fn month_like(text: &str, month: u32) -> String {
    let at = (month as usize).saturating_sub(1) % 12;
    match SHORT.contains(&text) {
        true => SHORT[at].to_owned(),
        false => LONG[at].to_owned(),
    }
}

/// `30:00` and `1:02:05` in seconds.
pub(super) fn clock(text: &str) -> Option<i64> {
    let parts: Vec<&str> = text.split(':').collect();
    let is_first = |part: &str| (1..=3).contains(&part.len());
    let is_next = |part: &&str| part.len() == 2;
    let digits = parts
        .iter()
        .all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    if !digits
        || !(2..=3).contains(&parts.len())
        || !is_first(parts[0])
        || !parts[1..].iter().all(is_next)
    {
        return None;
    }
    parts
        .iter()
        .try_fold(0, |sum, part| Some(sum * 60 + part.parse::<i64>().ok()?))
}

/// A duration with as many parts as the other.
pub(super) fn clock_like(text: &str, seconds: i64) -> String {
    let (minutes, rest) = (seconds / 60, seconds % 60);
    let first = text.find(':').unwrap_or(1);
    match text.matches(':').count() {
        1 => format!("{minutes:0first$}:{rest:02}"),
        _ => format!("{:0first$}:{:02}:{rest:02}", minutes / 60, minutes % 60),
    }
}

/// `+03:00`
pub(super) fn is_offset(text: &str) -> bool {
    text.strip_prefix(['+', '-'])
        .is_some_and(|rest| rest.len() == 5 && clock(rest).is_some())
}

pub(super) fn iso(seconds: i64) -> String {
    match seconds {
        0 => "PT0S".to_owned(),
        seconds => format!("PT{}M", seconds / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iso_seconds;

    #[test]
    fn one_instant_is_one_in_every_writing_and_an_end_follows_from_its_start() {
        let mut times = Times::default();
        let start = 1_777_885_200; // 2026-05-04T09:00:00
        times.span(start, start + 1800);
        assert_eq!(
            times.text("2026-05-04T09:00:00.643Z").unwrap(),
            "2001-01-01T00:00:00.000Z"
        );
        assert_eq!(
            times.text("2026-05-04 09:00:00").unwrap(),
            "2001-01-01 00:00:00"
        );
        assert_eq!(
            times.text("2026-05-04T09:30:00").unwrap(),
            "2001-01-01T00:01:00"
        );
        assert_eq!(times.instant(start), FIRST);
        assert_eq!(times.duration(1800), 60);
        assert_eq!(times.date(1980, 2, 29), Some([2001, 1, 2]));
        assert_eq!(times.text("2026-13-04"), None);
        assert_eq!(times.text("2026-05-04x"), None);
    }

    #[test]
    fn durations_have_one_replacement_in_every_writing() {
        let mut times = Times::default();
        let seconds = iso_seconds("PT1H2M5.4S").unwrap() as i64;
        assert_eq!(
            (seconds, clock("1:02:05"), clock("62:05")),
            (3725, Some(3725), Some(3725))
        );
        let alias = times.duration(seconds);
        assert_eq!(iso(alias), "PT1M");
        assert_eq!(clock_like("1:02:05", alias), "0:01:00");
        assert_eq!(clock_like("62:05", alias), "01:00");
        assert_eq!(clock("a:00"), None);
        assert_eq!(clock("00:0"), None);
    }
}

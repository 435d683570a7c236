//! When the next run is due. Pure: the caller supplies the time and the random number.

use std::time::Duration;

use chrono::{DateTime, Local, TimeDelta, Utc};

/// The longest pause after failures.
pub const LONGEST_BACKOFF: Duration = Duration::from_secs(6 * 3600);
/// The share of an interval by which a run may be early or late, so that many installations don't ask at the same minute.
const JITTER: f64 = 0.1;
/// A year: longer intervals are typing errors.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// How often runs are due.
#[derive(Debug, Clone)]
pub enum Schedule {
    /// After an interval, with 10 % jitter.
    Every(Duration),
    /// At the times of a cron expression, in the time zone of the machine.
    Cron(Box<cron_parser::Schedule>),
}

impl Schedule {
    /// Reads an interval such as `90s`, `30m`, `2h` or `1d`.
    ///
    /// # Errors
    /// What an interval looks like.
    pub fn every(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let wrong =
            || format!("an interval is a number with s, m, h or d, as in 30m, not `{text}`");
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match &text[digits.len()..] {
            "s" => 1,
            "m" | "min" => 60,
            "h" => 3600,
            "d" => 86_400,
            _ => return Err(wrong()),
        };
        let number: u64 = digits.parse().map_err(|_| wrong())?;
        let interval = Duration::from_secs(number.saturating_mul(unit));
        if interval.is_zero() || interval > LONGEST {
            return Err(format!(
                "an interval lies between 1s and 366d, `{text}` does not"
            ));
        }
        Ok(Self::Every(interval))
    }

    /// Reads a cron expression of five fields: minute, hour, day of the month, month, day of the week.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn cron(text: &str) -> Result<Self, String> {
        let schedule = cron_parser::Schedule::parse(text.trim()).map_err(|error| {
            format!(
                "`{text}` is not a cron expression of five fields, as in \"*/30 * * * *\": {error}"
            )
        })?;
        if schedule.next_after(&Local::now()).is_none() {
            return Err(format!(
                "the cron expression `{text}` names no time in the future"
            ));
        }
        Ok(Self::Cron(Box::new(schedule)))
    }

    /// The next run after one that ended `now`, the last of `failures` failed ones in a row. `random` lies in `0.0..1.0`.
    ///
    /// After failures the interval doubles up to [`LONGEST_BACKOFF`] (an interval that is longer stays as it is).
    #[must_use]
    pub fn next_run(&self, now: DateTime<Utc>, failures: u32, random: f64) -> DateTime<Utc> {
        let period = self.period(now);
        let limit = period.max(LONGEST_BACKOFF);
        let pause = period
            .saturating_mul(2_u32.saturating_pow(failures))
            .min(limit);
        match self {
            Self::Every(_) => {
                let factor = 1.0 + JITTER * (2.0 * random.clamp(0.0, 1.0) - 1.0);
                let pause = pause.mul_f64(factor);
                let pause = if failures > 0 {
                    pause.min(limit)
                } else {
                    pause
                };
                later(now, pause)
            }
            Self::Cron(_) => self.occurrence(later(now, pause - period)),
        }
    }

    /// The time between two runs that succeed.
    #[must_use]
    pub fn period(&self, now: DateTime<Utc>) -> Duration {
        match self {
            Self::Every(interval) => *interval,
            Self::Cron(_) => {
                let first = self.occurrence(now);
                let second = self.occurrence(first);
                (second - first).to_std().unwrap_or(LONGEST_BACKOFF)
            }
        }
    }

    /// The farthest that a run can lie ahead. A later time in the ledger was written by a wrong clock or for another schedule.
    #[must_use]
    pub fn horizon(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let longest = self.period(now).max(LONGEST_BACKOFF).mul_f64(1.0 + JITTER);
        match self {
            Self::Every(_) => later(now, longest),
            Self::Cron(_) => self.occurrence(later(now, longest)),
        }
    }

    fn occurrence(&self, after: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Every(interval) => later(after, *interval),
            Self::Cron(cron) => cron.next_after(&after.with_timezone(&Local)).map_or_else(
                || later(after, LONGEST_BACKOFF),
                |next| next.with_timezone(&Utc),
            ),
        }
    }
}

fn later(time: DateTime<Utc>, by: Duration) -> DateTime<Utc> {
    let by = TimeDelta::from_std(by).unwrap_or(TimeDelta::MAX);
    time.checked_add_signed(by)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-28T10:07:30Z".parse().unwrap()
    }

    #[test]
    fn intervals_are_read() {
        for (text, seconds) in [
            ("90s", 90),
            ("30m", 1800),
            ("2h", 7200),
            ("1d", 86_400),
            (" 5min ", 300),
        ] {
            let Schedule::Every(interval) = Schedule::every(text).unwrap() else {
                panic!("{text}");
            };
            assert_eq!(interval.as_secs(), seconds, "{text}");
        }
        for text in [
            "",
            "30",
            "m",
            "0m",
            "-5m",
            "1.5h",
            "30 minutes",
            "400d",
            "99999999999999999999s",
        ] {
            assert!(Schedule::every(text).is_err(), "{text}");
        }
    }

    #[test]
    fn cron_expressions_are_read() {
        assert!(Schedule::cron("*/30 * * * *").is_ok());
        for text in ["", "* * * *", "61 * * * *", "0 0 31 2 *", "often"] {
            assert!(Schedule::cron(text).is_err(), "{text}");
        }
    }

    #[test]
    fn jitter_stays_within_ten_percent_and_uses_all_of_it() {
        let schedule = Schedule::every("30m").unwrap();
        let minutes = |random| (schedule.next_run(now(), 0, random) - now()).num_seconds();
        assert_eq!(minutes(0.0), 27 * 60);
        assert_eq!(minutes(0.5), 30 * 60);
        assert_eq!(minutes(1.0), 33 * 60);
        assert!((27 * 60..=33 * 60).contains(&minutes(7.0)));
    }

    #[test]
    fn backoff_doubles_up_to_six_hours_and_ends_with_the_first_success() {
        let schedule = Schedule::every("30m").unwrap();
        let pauses: Vec<i64> = (0..8)
            .map(|failures| (schedule.next_run(now(), failures, 0.5) - now()).num_minutes())
            .collect();
        assert_eq!(pauses, [30, 60, 120, 240, 360, 360, 360, 360]);
        let longest = schedule.next_run(now(), u32::MAX, 1.0);
        assert_eq!(longest - now(), TimeDelta::hours(6));
        // An interval that is longer than the limit is not shortened by a failure.
        let daily = Schedule::every("1d").unwrap();
        assert_eq!(daily.next_run(now(), 3, 0.5) - now(), TimeDelta::days(1));
    }

    #[test]
    fn cron_times_are_exact_and_failures_skip_some() {
        let schedule = Schedule::cron("*/30 * * * *").unwrap();
        let at = |failures| {
            schedule
                .next_run(now(), failures, 0.9)
                .format("%H:%M:%S")
                .to_string()
        };
        assert_eq!(at(0), "10:30:00");
        assert_eq!(at(1), "11:00:00");
        assert_eq!(at(2), "12:00:00");
        assert_eq!(at(30), "16:00:00");
        assert_eq!(schedule.period(now()), Duration::from_secs(1800));
    }

    #[test]
    fn every_next_run_lies_before_the_horizon() {
        for schedule in [
            Schedule::every("1s").unwrap(),
            Schedule::every("10d").unwrap(),
            Schedule::cron("15 4 * * *").unwrap(),
            Schedule::cron("0 0 1 1 *").unwrap(),
        ] {
            for failures in [0, 1, 50] {
                let next = schedule.next_run(now(), failures, 1.0);
                assert!(
                    next > now() && next <= schedule.horizon(now()),
                    "{schedule:?} {failures}"
                );
            }
        }
    }
}

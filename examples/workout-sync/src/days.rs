//! Which days a run lists.

use chrono::{Days as Count, NaiveDate};
use sync_core::{BEGINNING, Window};

/// Before it the word "since" can only mean "everything".
const OLDEST: NaiveDate = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a day of the calendar");

/// The days that the user named.
#[derive(Debug, Clone, Copy, Default)]
pub struct Days {
    /// From this day on.
    pub since: Option<NaiveDate>,
    /// Up to this day, which is included.
    pub until: Option<NaiveDate>,
    /// From this day on, where nothing else was asked for.
    pub default_since: Option<NaiveDate>,
}

impl Days {
    /// The window to list; `None`: the engine chooses.
    ///
    /// # Errors
    /// When the days are in the wrong order.
    pub fn window(&self, today: NaiveDate) -> Result<Option<Window>, String> {
        let since = match (self.since, self.until) {
            (None, None) => match self.default_since {
                None => return Ok(None),
                since => since,
            },
            (since, _) => since,
        };
        // Up to now, wherever on earth that is.
        let tomorrow = today + Count::new(1);
        let since = since.unwrap_or(BEGINNING);
        let until = self.until.unwrap_or(tomorrow.max(since));
        if until < since {
            return Err(format!("--since {since} is after --until {until}"));
        }
        let since = match since < OLDEST {
            true => BEGINNING,
            false => since.min(tomorrow),
        };
        Ok(Window::new(since, until.min(tomorrow).max(since)))
    }

    /// A remark on the window, for the user.
    #[must_use]
    pub fn word(&self) -> Option<String> {
        let since = self.since.filter(|since| *since < OLDEST)?;
        Some(format!(
            "--since {since} is taken as {BEGINNING}, since when training is recorded; older workouts need a day from {OLDEST} on"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[track_caller]
    fn window(since: &str, until: &str, default: &str) -> Option<String> {
        let asked = |text: &str| (!text.is_empty()).then(|| day(text));
        let days = Days {
            since: asked(since),
            until: asked(until),
            default_since: asked(default),
        };
        days.window(day("2026-11-28"))
            .unwrap()
            .map(|window| window.to_string())
    }

    #[test]
    fn the_asked_days_count_before_the_settings() {
        let of =
            |from: &str, until: &str| Some(Window::new(day(from), day(until)).unwrap().to_string());
        assert_eq!(window("", "", ""), None);
        assert_eq!(window("", "", "2026-01-01"), of("2026-01-01", "2026-11-29"));
        assert_eq!(
            window("2025-01-01", "", "2026-01-01"),
            of("2025-01-01", "2026-11-29")
        );
        assert_eq!(
            window("", "2025-12-31", "2026-01-01"),
            of("2000-01-01", "2025-12-31")
        );
        assert_eq!(window("", "9999-12-31", ""), of("2000-01-01", "2026-11-29"));
    }

    #[test]
    fn a_day_before_all_records_means_the_beginning() {
        let of = |from: &str| {
            Some(
                Window::new(day(from), day("2026-11-29"))
                    .unwrap()
                    .to_string(),
            )
        };
        assert_eq!(window("0001-01-01", "", ""), of("2000-01-01"));
        assert_eq!(window("1969-12-31", "", ""), of("2000-01-01"));
        assert_eq!(window("1985-06-01", "", ""), of("1985-06-01"));
        let days = |since: &str| Days {
            since: Some(day(since)),
            ..Days::default()
        };
        assert!(days("0001-01-01").word().unwrap().contains("2000-01-01"));
        assert_eq!(days("1985-06-01").word(), None);
    }

    #[test]
    fn days_in_the_wrong_order_are_refused() {
        let days = Days {
            since: Some(day("2026-02-01")),
            until: Some(day("2026-01-01")),
            default_since: None,
        };
        assert!(days.window(day("2026-11-28")).is_err());
    }
}

//! Cutting a range of days into windows that the service accepts.

use chrono::{Days, NaiveDate};

use crate::service::CALENDAR_WINDOW_DAYS;

/// Two days that are asked for in one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) start: NaiveDate,
    pub(super) end: NaiveDate,
}

/// Windows from `from` to the day after `until`, each beginning where the last one ended. The day after makes sure of
/// `until` in case the service leaves the last day out.
pub(super) fn windows(from: NaiveDate, until: NaiveDate) -> impl Iterator<Item = Window> + Send {
    let last = until.checked_add_days(Days::new(1)).unwrap_or(until);
    let first = (from <= until).then_some(from);
    let next = move |start: NaiveDate| {
        let end = start
            .checked_add_days(Days::new(CALENDAR_WINDOW_DAYS))
            .unwrap_or(last)
            .min(last);
        Window { start, end }
    };
    std::iter::successors(first.map(next), move |window| {
        (window.end < last).then(|| next(window.end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(from: &str, until: &str) -> Vec<(String, String)> {
        windows(from.parse().unwrap(), until.parse().unwrap())
            .map(|w| (w.start.to_string(), w.end.to_string()))
            .collect()
    }

    #[test]
    fn windows_touch_cover_and_are_short() {
        let all: Vec<Window> =
            windows("2016-01-01".parse().unwrap(), "2025-12-31".parse().unwrap()).collect();
        assert_eq!(all.len(), 41, "ten years: one request per 90 days");
        assert_eq!(all[0].start.to_string(), "2016-01-01");
        assert_eq!(all[40].end.to_string(), "2026-01-01");
        for pair in all.windows(2) {
            assert_eq!(pair[0].end, pair[1].start);
        }
        assert!(all.iter().all(|w| (w.end - w.start).num_days() <= 90));
    }

    #[test]
    fn small_and_odd_ranges() {
        let own = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            cut("2025-05-01", "2025-05-01"),
            [own("2025-05-01", "2025-05-02")]
        );
        assert_eq!(
            cut("2025-12-31", "2025-12-31"),
            [own("2025-12-31", "2026-01-01")]
        );
        assert_eq!(cut("2025-05-02", "2025-05-01"), []);
        assert_eq!(windows(NaiveDate::MAX, NaiveDate::MAX).count(), 1);
    }
}

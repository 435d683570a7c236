//! Ranges of days, and the windows in which services answer them.

use std::ops::{Bound, RangeBounds};

use chrono::{Days, NaiveDate};

/// Days from a first to a last one, both included. It may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateRange {
    from: NaiveDate,
    until: NaiveDate,
}

impl DateRange {
    /// The days of `range`. Without a start it begins with `earliest`, without an end it ends with `latest`.
    ///
    /// ```
    /// use chrono::NaiveDate;
    /// use web_session::dates::DateRange;
    ///
    /// let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    /// let (earliest, latest) = (day("2010-01-01"), day("2026-11-28"));
    /// let january = DateRange::new(day("2026-01-01")..day("2026-02-01"), earliest, latest);
    /// assert_eq!((january.from(), january.until()), (day("2026-01-01"), day("2026-01-31")));
    /// assert_eq!(DateRange::new(.., earliest, latest).until(), latest);
    /// assert!(DateRange::new(day("2026-02-01")..day("2026-02-01"), earliest, latest).is_empty());
    /// ```
    #[must_use]
    pub fn new(range: impl RangeBounds<NaiveDate>, earliest: NaiveDate, latest: NaiveDate) -> Self {
        // At the ends of the calendar an excluded day has no neighbour, so the range is empty.
        let empty = Self {
            from: NaiveDate::MAX,
            until: NaiveDate::MIN,
        };
        let from = match range.start_bound() {
            Bound::Included(day) => Some(*day),
            Bound::Excluded(day) => day.succ_opt(),
            Bound::Unbounded => Some(earliest),
        };
        let until = match range.end_bound() {
            Bound::Included(day) => Some(*day),
            Bound::Excluded(day) => day.pred_opt(),
            Bound::Unbounded => Some(latest),
        };
        match (from, until) {
            (Some(from), Some(until)) => Self { from, until },
            _ => empty,
        }
    }

    /// The first day.
    #[must_use]
    pub fn from(&self) -> NaiveDate {
        self.from
    }

    /// The last day, included.
    #[must_use]
    pub fn until(&self) -> NaiveDate {
        self.until
    }

    /// Whether it has no day.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.from > self.until
    }

    /// Whether it has this day.
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.until
    }

    /// Cuts the range into windows of at most `days` days, the first one first. Each begins on the day after the last one ended.
    ///
    /// # Panics
    /// Never; 0 days count as 1.
    pub fn windows(self, days: u64) -> impl Iterator<Item = Self> + Send + Clone + 'static {
        self.cut(days.max(1) - 1, 1)
    }

    /// As [`windows`](Self::windows), for services of which it is not known whether the last day belongs to a window: each window
    /// begins on the day on which the last one ended, and the range is one day longer. The days `from..=until` of a window are
    /// at most `days + 1`; entries of shared days come twice.
    ///
    /// # Panics
    /// Never; 0 days count as 1.
    pub fn overlapping_windows(
        self,
        days: u64,
    ) -> impl Iterator<Item = Self> + Send + Clone + 'static {
        let mut longer = self;
        if !self.is_empty() {
            longer.until = self.until.succ_opt().unwrap_or(self.until);
        }
        longer.cut(days.max(1), 0)
    }

    fn cut(self, length: u64, gap: u64) -> impl Iterator<Item = Self> + Send + Clone + 'static {
        let window = move |from: NaiveDate| {
            let end = from.checked_add_days(Days::new(length));
            let until = end.unwrap_or(self.until).min(self.until);
            Self { from, until }
        };
        let first = (!self.is_empty()).then(|| window(self.from));
        std::iter::successors(first, move |last| {
            let next = last.until.checked_add_days(Days::new(gap))?;
            (last.until < self.until).then(|| window(next))
        })
    }

    /// Cuts the range into windows of `shortest` to `longest` days between their first and last day, the last one first, for
    /// services that refuse shorter ones: the last window to be given begins before the range where it has to.
    pub fn windows_backwards(
        self,
        shortest: u64,
        longest: u64,
    ) -> impl Iterator<Item = Self> + Send + Clone + 'static {
        let back = |day: NaiveDate, days| day.checked_sub_days(Days::new(days)).unwrap_or(day);
        let window = move |until: NaiveDate| Self {
            from: self
                .from
                .max(back(until, longest))
                .min(back(until, shortest)),
            until,
        };
        let first = (!self.is_empty()).then(|| window(self.until));
        std::iter::successors(first, move |last| {
            (self.from < last.from).then(|| window(back(last.from, 1)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn range(from: &str, until: &str) -> DateRange {
        DateRange::new(day(from)..=day(until), NaiveDate::MIN, NaiveDate::MAX)
    }

    fn ends(windows: impl Iterator<Item = DateRange>) -> Vec<(String, String)> {
        windows
            .map(|w| (w.from.to_string(), w.until.to_string()))
            .collect()
    }

    fn own(a: &str, b: &str) -> (String, String) {
        (a.to_owned(), b.to_owned())
    }

    #[test]
    fn every_kind_of_bound_is_understood() {
        let (first, last) = (day("2020-01-01"), day("2026-01-01"));
        let (a, b) = (day("2025-05-01"), day("2025-05-03"));
        let days = |range: DateRange| (range.from, range.until);
        assert_eq!(days(DateRange::new(a..=b, first, last)), (a, b));
        assert_eq!(
            days(DateRange::new(a..b, first, last)),
            (a, day("2025-05-02"))
        );
        assert_eq!(days(DateRange::new(a.., first, last)), (a, last));
        assert_eq!(days(DateRange::new(..=b, first, last)), (first, b));
        assert_eq!(days(DateRange::new(.., first, last)), (first, last));
        let after = (Bound::Excluded(a), Bound::Excluded(b));
        assert_eq!(
            ends(DateRange::new(after, first, last).windows(9)),
            [own("2025-05-02", "2025-05-02")]
        );
        for empty in [
            DateRange::new(b..=a, first, last),
            DateRange::new(a..a, first, last),
            DateRange::new(..NaiveDate::MIN, first, last),
        ] {
            assert!(empty.is_empty() && !empty.contains(a));
            assert_eq!(
                empty.windows(9).count() + empty.overlapping_windows(9).count(),
                0
            );
            assert_eq!(empty.windows_backwards(1, 9).count(), 0);
        }
    }

    #[test]
    fn windows_follow_each_other_without_gap_and_without_overlap() {
        assert_eq!(
            ends(range("2025-01-01", "2025-01-10").windows(4)),
            [
                own("2025-01-01", "2025-01-04"),
                own("2025-01-05", "2025-01-08"),
                own("2025-01-09", "2025-01-10")
            ]
        );
        assert_eq!(range("2025-01-01", "2025-01-03").windows(0).count(), 3);
    }

    #[test]
    fn overlapping_windows_share_their_end_points_and_go_one_day_further() {
        let all: Vec<_> = range("2016-01-01", "2025-12-31")
            .overlapping_windows(90)
            .collect();
        assert_eq!(all.len(), 41, "ten years: one request per 90 days");
        assert_eq!(all[0].from, day("2016-01-01"));
        assert_eq!(all[40].until, day("2026-01-01"));
        assert!(all.windows(2).all(|pair| pair[0].until == pair[1].from));
        assert!(all.iter().all(|w| (w.until - w.from).num_days() <= 90));
        assert_eq!(
            ends(range("2025-12-31", "2025-12-31").overlapping_windows(90)),
            [own("2025-12-31", "2026-01-01")]
        );
        let last = DateRange::new(
            NaiveDate::MAX..=NaiveDate::MAX,
            NaiveDate::MIN,
            NaiveDate::MAX,
        );
        assert_eq!(last.overlapping_windows(90).count(), 1);
    }

    #[test]
    fn windows_backwards_keep_their_limits_and_cover_the_range() {
        for (from, until, count) in [
            ("2026-05-26", "2026-05-26", 1),
            ("2026-05-01", "2026-05-31", 1),
            ("2025-06-01", "2026-06-01", 1),
            ("2025-05-31", "2026-06-01", 2),
            ("2016-01-01", "2026-06-01", 11),
        ] {
            let all: Vec<_> = range(from, until).windows_backwards(30, 365).collect();
            assert_eq!(all.len(), count, "{from} {until}");
            assert!(
                all.iter()
                    .all(|w| (30..=365).contains(&(w.until - w.from).num_days())),
                "{all:?}"
            );
            assert!(all[count - 1].from <= day(from) && all[0].until == day(until));
            assert!(
                all.windows(2)
                    .all(|pair| pair[1].until.succ_opt() == Some(pair[0].from)),
                "no gap"
            );
        }
    }
}

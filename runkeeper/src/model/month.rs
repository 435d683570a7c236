//! A calendar month: the unit in which the site lists activities.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

/// A month of a year. Displays as `Jan-01-2025`, the way the listing wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month {
    year: i32,
    month: u32,
}

const NAMES: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl Month {
    /// The month of a year, 1 to 12.
    #[must_use]
    pub fn new(year: i32, month: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, 1).map(|_| Self { year, month })
    }

    /// The month in which a day lies.
    #[must_use]
    pub fn of(day: NaiveDate) -> Self {
        Self {
            year: day.year(),
            month: day.month(),
        }
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.year
    }

    /// The number of the month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        self.month
    }

    /// The next month.
    #[must_use]
    pub fn next(self) -> Self {
        match self.month {
            12 => Self {
                year: self.year + 1,
                month: 1,
            },
            month => Self {
                year: self.year,
                month: month + 1,
            },
        }
    }

    /// The months from the one of `from` to the one of `until`, both included.
    pub fn between(from: NaiveDate, until: NaiveDate) -> impl Iterator<Item = Self> {
        let last = Self::of(until);
        std::iter::successors(Some(Self::of(from)), |month| Some(month.next()))
            .take_while(move |month| *month <= last)
    }

    /// English name of three letters, whatever the language of the account.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES[self.month as usize - 1]
    }

    /// Reads an English month name, short or in full, or a number.
    #[must_use]
    pub fn number_of(name: &str) -> Option<u32> {
        let name = name.trim();
        if let Ok(number) = name.parse::<u32>() {
            return (1..=12).contains(&number).then_some(number);
        }
        let start = name.get(..3)?;
        let index = NAMES
            .iter()
            .position(|known| known.eq_ignore_ascii_case(start))?;
        u32::try_from(index + 1).ok()
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-01-{:04}", self.name(), self.year)
    }
}

/// As it displays.
impl serde::Serialize for Month {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// A text that is no month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no month; write it as 2025-01 or Jan-01-2025")]
pub struct InvalidMonth;

impl FromStr for Month {
    type Err = InvalidMonth;

    fn from_str(text: &str) -> Result<Self, InvalidMonth> {
        let parts: Vec<&str> = text.trim().split('-').collect();
        let (year, month) = match parts[..] {
            [year, month] => (year, month),
            [month, "01", year] => (year, month),
            _ => return Err(InvalidMonth),
        };
        let year = year.parse().map_err(|_| InvalidMonth)?;
        let month = Self::number_of(month).ok_or(InvalidMonth)?;
        Self::new(year, month).ok_or(InvalidMonth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_written_and_counted_over_the_end_of_the_year() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        let months: Vec<String> = Month::between(day(2024, 11, 30), day(2025, 2, 1))
            .map(|month| month.to_string())
            .collect();
        assert_eq!(
            months,
            ["Nov-01-2024", "Dec-01-2024", "Jan-01-2025", "Feb-01-2025"]
        );
        assert_eq!(Month::between(day(2025, 2, 1), day(2025, 1, 31)).count(), 0);
    }

    #[test]
    fn month_names_are_read_in_any_form() {
        assert_eq!(Month::number_of("Sep"), Some(9));
        assert_eq!(Month::number_of("september"), Some(9));
        assert_eq!(Month::number_of("09"), Some(9));
        assert_eq!(Month::number_of("13"), None);
        let january = Month::new(2025, 1).unwrap();
        for text in ["2025-01", "2025-Jan", "Jan-01-2025", &january.to_string()] {
            assert_eq!(text.parse(), Ok(january), "{text}");
        }
        for text in ["", "2025", "2025-13", "Jan-02-2025", "x-01"] {
            assert_eq!(text.parse::<Month>(), Err(InvalidMonth), "{text}");
        }
        assert_eq!(Month::number_of("Mz"), None);
    }
}

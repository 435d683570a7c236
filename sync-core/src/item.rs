//! A workout as the source lists it: the facts needed to recognise it, before anything is downloaded.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};
use workout_files::Sport;

/// One workout in a source's listing.
///
/// `id` is the source's own identifier, as text; within one source it never changes and is never reused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Item {
    /// The source's identifier.
    pub id: String,
    /// Wall-clock start where the workout took place, without a zone.
    pub start: NaiveDateTime,
    /// The start as an instant, when the source provides it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_utc: Option<DateTime<Utc>>,
    /// Time without pauses, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Distance in metres. `None` when the source does not know one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<f64>,
    /// Energy in kcal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calories: Option<u32>,
    /// The sport, when the listing names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sport: Option<Sport>,
}

impl Item {
    /// An item of which only the identifier and the local start are known.
    pub fn new(id: impl Into<String>, start: NaiveDateTime) -> Self {
        Self {
            id: id.into(),
            start,
            start_utc: None,
            duration_ms: None,
            distance_m: None,
            calories: None,
            sport: None,
        }
    }

    /// The local day on which the workout started.
    #[must_use]
    pub fn day(&self) -> NaiveDate {
        self.start.date()
    }
}

/// A range of local days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
}

impl Window {
    /// Every day of a year of four digits.
    pub(crate) const ALL: Self = Self {
        from: match NaiveDate::from_ymd_opt(0, 1, 1) {
            Some(day) => day,
            None => NaiveDate::MIN,
        },
        until: match NaiveDate::from_ymd_opt(9999, 12, 31) {
            Some(day) => day,
            None => NaiveDate::MAX,
        },
    };

    /// The days `from..=until`; `None` when `from` is after `until`.
    #[must_use]
    pub fn new(from: NaiveDate, until: NaiveDate) -> Option<Self> {
        (from <= until).then_some(Self { from, until })
    }

    /// The day itself and `margin` days on either side.
    #[must_use]
    pub fn around(day: NaiveDate, margin: u64) -> Self {
        Self {
            from: day.checked_sub_days(Days::new(margin)).unwrap_or(day),
            until: day.checked_add_days(Days::new(margin)).unwrap_or(day),
        }
    }

    /// Whether the two have a day in common, or one begins on the day after the other.
    pub(crate) fn touches(&self, other: &Self) -> bool {
        let reaches =
            |from: NaiveDate, until: NaiveDate| until.succ_opt().is_none_or(|next| from <= next);
        reaches(self.from, other.until) && reaches(other.from, self.until)
    }

    /// The days that both have.
    pub(crate) fn overlap(&self, other: &Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.until.min(other.until))
    }

    /// Whether `day` lies in the window.
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.until
    }
}

impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {}", self.from, self.until)
    }
}

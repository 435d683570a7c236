//! The facts by which a workout is recognised at the destination.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};
use workout_files::Sport;

use crate::Item;

/// The facts by which a workout is recognised at the destination.
///
/// Several values stand side by side where a destination may show either: with and without pauses,
/// as listed and as sent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Facts {
    /// Wall-clock start.
    pub start: NaiveDateTime,
    /// The start as an instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_utc: Option<DateTime<Utc>>,
    /// Durations that the destination may show, in milliseconds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub durations_ms: Vec<u64>,
    /// Distances that it may show, in metres.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub distances_m: Vec<f64>,
    /// The sport.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sport: Option<Sport>,
}

impl Facts {
    /// The local day.
    #[must_use]
    pub fn day(&self) -> NaiveDate {
        self.start.date()
    }

    /// The facts of a listed item.
    #[must_use]
    pub fn of_item(item: &Item) -> Self {
        Self {
            start: item.start,
            start_utc: item.start_utc,
            durations_ms: item.duration_ms.into_iter().collect(),
            distances_m: item
                .distance_m
                .into_iter()
                .filter(|metres| *metres > 0.0 && metres.is_finite())
                .collect(),
            sport: item.sport.clone(),
        }
    }
}

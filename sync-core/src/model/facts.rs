//! The facts by which a workout is recognised at the destination.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};
use workout_files::{Sport, Workout};

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

    /// The facts of one exercise: as listed, as reported in the file, and as a destination would work them out from the track, with and
    /// without pauses, with and without the trackpoints that have no position.
    pub(crate) fn of_exercise(item: &Item, workout: &Workout, alone: bool) -> Self {
        let mut facts = match alone {
            true => Self::of_item(item),
            false => Self {
                start: item.local_start(workout),
                sport: Some(workout.sport.clone()),
                ..Self::default()
            },
        };
        facts.start_utc = facts.start_utc.or_else(|| workout.start_time());
        let recorded = [
            total(workout.laps.iter().map(|lap| lap.total_time_s)),
            workout.elapsed_seconds(),
            workout.moving_seconds(),
            workout.route_elapsed_seconds(),
            workout.route_moving_seconds(),
        ];
        let seconds = recorded.into_iter().flatten().filter(|s| *s >= 1.0);
        let millis = seconds.map(|s| (s * 1000.0).round() as u64);
        facts.durations_ms.extend(millis);
        facts.durations_ms.dedup();
        let reported = total(workout.laps.iter().map(|lap| lap.distance_m));
        let metres = reported.into_iter().chain(workout.route_distance_m());
        facts.distances_m.extend(metres.filter(|m| *m > 0.0));
        facts
    }
}

fn total(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let sum: f64 = values.flatten().filter(|value| value.is_finite()).sum();
    (sum > 0.0).then_some(sum)
}

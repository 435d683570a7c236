//! Zones, laps and pauses.

use chrono::NaiveDateTime;
use serde::Deserialize;
use serde_json::Value;

use crate::wire;

/// Time in zones.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[non_exhaustive]
pub struct Zones {
    /// Heart-rate zones; limits in bpm.
    #[serde(default, rename = "HEART_RATE")]
    pub heart_rate: Option<Vec<Zone>>,
    /// Speed zones; limits in km/h.
    #[serde(default, rename = "SPEED")]
    pub speed: Option<Vec<Zone>>,
    /// Power zones; limits in W.
    #[serde(default, rename = "POWER")]
    pub power: Option<Vec<Zone>>,
}

/// A zone.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Zone {
    /// Its number.
    #[serde(default, deserialize_with = "wire::whole")]
    pub zone_index: Option<u64>,
    /// Lower limit in the metric's unit.
    #[serde(default)]
    pub lower_limit: Option<f64>,
    /// Upper limit in the metric's unit.
    #[serde(default)]
    pub higher_limit: Option<f64>,
    /// Time in it, in milliseconds.
    #[serde(default, rename = "inZone", deserialize_with = "wire::iso_ms")]
    pub in_zone_ms: Option<u64>,
    /// Distance in it, in metres.
    #[serde(default, rename = "distance")]
    pub distance_m: Option<f64>,
    #[serde(default)]
    created: wire::Skipped,
    #[serde(default)]
    modified: wire::Skipped,
}

/// Laps. What one looks like was never recorded.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Laps {
    /// Laps that the watch took by distance, time or place.
    #[serde(default)]
    pub automatic_laps: Option<Vec<Value>>,
    /// Laps that the person took.
    #[serde(default)]
    pub manual_laps: Option<Vec<Value>>,
}

/// A pause.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Pause {
    /// Wall-clock start.
    #[serde(default, deserialize_with = "wire::naive_option")]
    pub start_time: Option<NaiveDateTime>,
    /// Duration in milliseconds.
    #[serde(default, rename = "duration", deserialize_with = "wire::iso_ms")]
    pub duration_ms: Option<u64>,
}

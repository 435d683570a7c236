//! Zones, laps and pauses.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use web_session::decode::lenient;
use web_session::lenient_objects;

use crate::model::wire;

/// Time in zones.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Zones {
    /// Heart-rate zones; limits in bpm.
    #[serde(default, rename = "HEART_RATE", deserialize_with = "lenient")]
    pub heart_rate: Option<Vec<Zone>>,
    /// Speed zones; limits in km/h.
    #[serde(default, rename = "SPEED", deserialize_with = "lenient")]
    pub speed: Option<Vec<Zone>>,
    /// Power zones; limits in W.
    #[serde(default, rename = "POWER", deserialize_with = "lenient")]
    pub power: Option<Vec<Zone>>,
}

/// A zone.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Zone {
    /// Its number.
    #[serde(default, deserialize_with = "lenient")]
    pub zone_index: Option<u64>,
    /// Lower limit in the metric's unit.
    #[serde(default, deserialize_with = "lenient")]
    pub lower_limit: Option<f64>,
    /// Upper limit in the metric's unit.
    #[serde(default, deserialize_with = "lenient")]
    pub higher_limit: Option<f64>,
    /// Time in it, in milliseconds.
    #[serde(default, rename = "inZone", with = "wire::iso_ms")]
    pub in_zone_ms: Option<u64>,
    /// Distance in it, in metres.
    #[serde(default, rename = "distance", deserialize_with = "wire::amount")]
    pub distance_m: Option<f64>,
    #[serde(default)]
    created: wire::Ignored,
    #[serde(default)]
    modified: wire::Ignored,
}

/// Laps. What one looks like was never recorded.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Laps {
    /// Laps that the watch took by distance, time or place.
    #[serde(default, deserialize_with = "lenient")]
    pub automatic_laps: Option<Vec<Value>>,
    /// Laps that the person took.
    #[serde(default, deserialize_with = "lenient")]
    pub manual_laps: Option<Vec<Value>>,
}

/// A pause.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Pause {
    /// Wall-clock start.
    #[serde(default, with = "wire::wall_clock")]
    pub start_time: Option<NaiveDateTime>,
    /// Duration in milliseconds.
    #[serde(default, rename = "duration", with = "wire::iso_ms")]
    pub duration_ms: Option<u64>,
}

lenient_objects!(Zones, Zone, Laps, Pause);

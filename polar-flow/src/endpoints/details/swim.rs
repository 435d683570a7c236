//! Records of swims, length by length. They are in no file export. Seen 2026-08.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use web_session::decode::lenient;
use web_session::lenient_objects;

use crate::model::wire;

/// Records of a swim.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SwimData {
    /// The lengths.
    #[serde(default, deserialize_with = "lenient")]
    pub swimming_samples: Option<SwimSamples>,
    /// Totals.
    #[serde(default, deserialize_with = "lenient")]
    pub swimming_statistics: Option<SwimStatistics>,
}

/// The lengths of a swim.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SwimSamples {
    /// Wall-clock start.
    #[serde(default, with = "wire::wall_clock")]
    pub start_time: Option<NaiveDateTime>,
    /// One entry per length.
    #[serde(default, deserialize_with = "lenient")]
    pub swimming_pool: Vec<PoolLength>,
}

/// A length of a pool.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PoolLength {
    /// Milliseconds since the start.
    #[serde(default, rename = "startOffset", with = "wire::iso_ms")]
    pub start_offset_ms: Option<u64>,
    /// Duration in milliseconds.
    #[serde(default, rename = "duration", with = "wire::iso_ms")]
    pub duration_ms: Option<u64>,
    /// Such as `OTHER`.
    #[serde(default, deserialize_with = "lenient")]
    pub style: Option<String>,
    /// Number of strokes.
    #[serde(default, deserialize_with = "lenient")]
    pub strokes: Option<u64>,
}

/// Totals of a swim.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SwimStatistics {
    /// Distance in metres.
    #[serde(default, rename = "distance", deserialize_with = "wire::amount")]
    pub distance_m: Option<f64>,
    /// Number of lengths (inferred: times the length of the pool it is the distance).
    #[serde(default, rename = "poolSwim", deserialize_with = "lenient")]
    pub lengths: Option<u64>,
    /// The pool.
    #[serde(default, deserialize_with = "lenient")]
    pub pool_info: Option<PoolInfo>,
    /// Number of strokes.
    #[serde(default, deserialize_with = "lenient")]
    pub total_stroke_count: Option<u64>,
    /// Freestyle.
    #[serde(default, deserialize_with = "lenient")]
    pub free_style_statistics: Option<StyleStatistics>,
    /// Backstroke.
    #[serde(default, deserialize_with = "lenient")]
    pub backstroke_statistics: Option<StyleStatistics>,
    /// Breaststroke.
    #[serde(default, deserialize_with = "lenient")]
    pub breaststroke_statistics: Option<StyleStatistics>,
    /// Butterfly.
    #[serde(default, deserialize_with = "lenient")]
    pub butterfly_statistics: Option<StyleStatistics>,
    /// Everything else.
    #[serde(default, deserialize_with = "lenient")]
    pub other_swimming_statistics: Option<StyleStatistics>,
}

/// A pool.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PoolInfo {
    /// `YARDS`, or another word for metres.
    #[serde(default, deserialize_with = "lenient")]
    pub pool_type: Option<String>,
    /// Its length in metres, whatever the type says.
    #[serde(default, rename = "poolLength", deserialize_with = "wire::amount")]
    pub pool_length_m: Option<f64>,
}

/// Totals of one style.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct StyleStatistics {
    /// Distance in metres.
    #[serde(default, rename = "distance", deserialize_with = "wire::amount")]
    pub distance_m: Option<f64>,
    /// Number of strokes.
    #[serde(default, deserialize_with = "lenient")]
    pub stroke_count: Option<u64>,
    /// Time in milliseconds.
    #[serde(default, rename = "swimmingTimeTotal", with = "wire::iso_ms")]
    pub time_ms: Option<u64>,
    /// Mean heart rate in bpm.
    #[serde(default, rename = "heartrateAvg", deserialize_with = "lenient")]
    pub heart_rate_mean_bpm: Option<u64>,
    /// Highest heart rate in bpm.
    #[serde(default, rename = "heartrateMax", deserialize_with = "lenient")]
    pub heart_rate_max_bpm: Option<u64>,
    /// Mean SWOLF.
    #[serde(default, deserialize_with = "lenient")]
    pub swolf_avg: Option<f64>,
    /// Fastest length in milliseconds.
    #[serde(default, rename = "poolTimeMin", with = "wire::iso_ms")]
    pub fastest_length_ms: Option<u64>,
}

lenient_objects!(
    SwimData,
    SwimSamples,
    PoolLength,
    SwimStatistics,
    PoolInfo,
    StyleStatistics
);

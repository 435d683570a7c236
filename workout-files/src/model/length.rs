//! A length of a pool.

use chrono::{DateTime, Utc};

/// How a length was swum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum SwimStroke {
    /// Freestyle.
    Freestyle,
    /// Backstroke.
    Backstroke,
    /// Breaststroke.
    Breaststroke,
    /// Butterfly.
    Butterfly,
    /// A drill.
    Drill,
    /// Several strokes.
    Mixed,
    /// Individual medley.
    Medley,
}

/// One length of a pool, or the rest between two lengths. As reported: `None` means that the
/// source said nothing.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Length {
    /// When it began.
    pub start: Option<DateTime<Utc>>,
    /// Seconds.
    pub total_time_s: Option<f64>,
    /// Whether it is a rest at the wall instead of a swim.
    pub rest: bool,
    /// How it was swum.
    pub stroke: Option<SwimStroke>,
    /// Number of strokes.
    pub strokes: Option<u16>,
    /// Metres per second.
    pub mean_speed_mps: Option<f64>,
    /// Strokes per minute.
    pub mean_cadence: Option<u8>,
    /// Kilocalories.
    pub calories: Option<u16>,
}

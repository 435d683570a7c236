//! What the sensors said: one series per metric, and the positions.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use crate::wire;

/// The samples of an exercise.
///
/// Metrics seen are `HEART_RATE` (bpm), `SPEED` (km/h), `DISTANCE` (m, cumulative), `CADENCE` (per minute), `ALTITUDE`
/// (m), `POWER` (W), `TEMPERATURE` and `BODY_TEMPERATURE` (°C), `STRIDE_LENGTH`, `POWER_BALANCE`,
/// `LEFT_PEDAL_CRANK_BASED_POSITIVE_FORCE` and `RIGHT_...`, and `FAT_`, `CARB_` and `PROTEIN_KCAL_PER_MIN`. New ones
/// appear under their own name.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Samples {
    /// The series that were recorded, by metric.
    pub series: BTreeMap<String, Series>,
    /// The positions, if any.
    pub coordinates: Vec<Coordinate>,
}

impl Samples {
    /// The series of a metric, if it was recorded.
    #[must_use]
    pub fn series(&self, metric: &str) -> Option<&Series> {
        self.series.get(metric)
    }

    /// The positions, if any.
    #[must_use]
    pub fn coordinates(&self) -> &[Coordinate] {
        &self.coordinates
    }
}

/// One metric at regular intervals since the start.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Series {
    /// Milliseconds between two values; differs from metric to metric.
    pub interval_ms: u64,
    /// The values in the metric's unit; `None` where the sensor was silent.
    pub values: Vec<Option<f64>>,
}

impl Series {
    /// The value at an index, with the milliseconds since the start.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<(u64, Option<f64>)> {
        let value = *self.values.get(index)?;
        Some((
            self.interval_ms.checked_mul(u64::try_from(index).ok()?)?,
            value,
        ))
    }
}

/// A position.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Coordinate {
    /// Latitude in degrees.
    pub latitude_deg: f64,
    /// Longitude in degrees.
    pub longitude_deg: f64,
    /// Altitude in metres.
    pub altitude_m: Option<f64>,
    /// Milliseconds since the start.
    pub offset_ms: u64,
}

/// A position as it is sent. One that lacks a part is left out.
#[derive(Deserialize)]
struct WireCoordinate {
    #[serde(default)]
    latitude: Option<f64>,
    #[serde(default)]
    longitude: Option<f64>,
    #[serde(default)]
    altitude: Option<f64>,
    #[serde(default, deserialize_with = "wire::iso_ms")]
    time: Option<u64>,
}

impl WireCoordinate {
    fn known(self) -> Option<Coordinate> {
        Some(Coordinate {
            latitude_deg: self.latitude?,
            longitude_deg: self.longitude?,
            altitude_m: self.altitude,
            offset_ms: self.time?,
        })
    }
}

/// `{"samples": {"values": [...], "interval": "PT1S"}}`
#[derive(Deserialize)]
struct WireSeries {
    #[serde(default)]
    samples: Option<WireValues>,
}

#[derive(Deserialize)]
struct WireValues {
    #[serde(default, deserialize_with = "wire::or_default")]
    values: Vec<Option<f64>>,
    /// Without it nobody knows when the values were taken; the series is left out.
    #[serde(default, deserialize_with = "wire::iso_ms")]
    interval: Option<u64>,
}

/// `{"samples": [...]}`
#[derive(Deserialize)]
struct WireRoute {
    #[serde(default, deserialize_with = "positions")]
    samples: Vec<Coordinate>,
}

/// One by one, so that a long route is not held twice.
fn positions<'de, D: Deserializer<'de>>(de: D) -> Result<Vec<Coordinate>, D::Error> {
    struct Positions;
    impl<'de> Visitor<'de> for Positions {
        type Value = Vec<Coordinate>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of positions")
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Vec::new())
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            let mut found = Vec::new();
            while let Some(position) = seq.next_element::<Option<WireCoordinate>>()? {
                found.extend(position.and_then(WireCoordinate::known));
            }
            Ok(found)
        }
    }
    de.deserialize_any(Positions)
}

impl<'de> Deserialize<'de> for Samples {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        struct Metrics;
        impl<'de> Visitor<'de> for Metrics {
            type Value = Samples;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of metrics")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Samples, A::Error> {
                let mut samples = Samples::default();
                while let Some(metric) = map.next_key::<String>()? {
                    if metric == "COORDINATE" {
                        let route = map.next_value::<Option<WireRoute>>()?;
                        samples.coordinates = route.map(|r| r.samples).unwrap_or_default();
                        continue;
                    }
                    let series = map.next_value::<Option<WireSeries>>()?;
                    if let Some(WireValues {
                        values,
                        interval: Some(interval_ms),
                    }) = series.and_then(|series| series.samples)
                    {
                        let series = Series {
                            interval_ms,
                            values,
                        };
                        samples.series.insert(metric, series);
                    }
                }
                Ok(samples)
            }
        }
        de.deserialize_map(Metrics)
    }
}

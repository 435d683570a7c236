//! The records of the sensors: one series per metric, and the positions.

use std::collections::BTreeMap;

use serde::de::{Deserializer, MapAccess};
use serde::ser::{SerializeMap as _, Serializer};
use serde::{Deserialize, Serialize};
use web_session::decode::{Format, Reading, essential_as, lenient};
use web_session::lenient_objects;

use crate::model::wire;

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Series {
    /// Milliseconds between two values; differs from metric to metric. Essential: without it the times of the values are
    /// unknown.
    #[serde(
        rename = "interval",
        serialize_with = "wire::iso_ms::write",
        deserialize_with = "essential_as::<wire::iso_ms::Written, _>"
    )]
    pub interval_ms: u64,
    /// The values in the metric's unit; `None` where the sensor was silent.
    #[serde(default, deserialize_with = "lenient")]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Coordinate {
    /// Latitude in degrees.
    #[serde(
        rename = "latitude",
        deserialize_with = "essential_as::<wire::Latitude, _>"
    )]
    pub latitude_deg: f64,
    /// Longitude in degrees.
    #[serde(
        rename = "longitude",
        deserialize_with = "essential_as::<wire::Longitude, _>"
    )]
    pub longitude_deg: f64,
    /// Altitude in metres.
    #[serde(default, rename = "altitude", deserialize_with = "lenient")]
    pub altitude_m: Option<f64>,
    /// Milliseconds since the start.
    #[serde(
        rename = "time",
        serialize_with = "wire::iso_ms::write",
        deserialize_with = "essential_as::<wire::iso_ms::Written, _>"
    )]
    pub offset_ms: u64,
}

web_session::response_constructors! {
    Series { interval_ms: u64;
        values
    }
    Coordinate { latitude_deg: f64, longitude_deg: f64, offset_ms: u64;
        altitude_m
    }
}

/// `{"samples": {"values": [...], "interval": "PT1S"}}`
#[derive(Serialize, Deserialize)]
struct WireSeries {
    #[serde(default, deserialize_with = "lenient")]
    samples: Option<Series>,
}

/// `{"samples": [...]}`
#[derive(Serialize, Deserialize)]
struct WireRoute {
    #[serde(default, deserialize_with = "lenient")]
    samples: Vec<Coordinate>,
}

lenient_objects!(Coordinate, Series, WireSeries, WireRoute);

const ROUTE: &str = "COORDINATE";

impl<'de> Format<'de> for Samples {
    type Value = Self;
    const EXPECTED: &'static str = "an object of metrics";

    fn object<A: MapAccess<'de>>(mut metrics: A) -> Result<Option<Self>, A::Error> {
        let mut samples = Samples::default();
        while let Some(metric) = metrics.next_key::<String>()? {
            if metric == ROUTE {
                let route = metrics.next_value::<Reading<WireRoute>>()?;
                samples.coordinates = route.value().map(|r| r.samples).unwrap_or_default();
                continue;
            }
            let series = metrics.next_value::<Reading<WireSeries>>()?;
            if let Some(series) = series.value().and_then(|series| series.samples) {
                samples.series.insert(metric, series);
            }
        }
        Ok(Some(samples))
    }
}

impl<'de> Deserialize<'de> for Samples {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        essential_as::<Self, D>(de)
    }
}

/// As the service writes them.
impl Serialize for Samples {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut metrics = to.serialize_map(None)?;
        for (metric, series) in &self.series {
            let samples = Some(series.clone());
            metrics.serialize_entry(metric, &WireSeries { samples })?;
        }
        if !self.coordinates.is_empty() {
            let samples = self.coordinates.clone();
            metrics.serialize_entry(ROUTE, &WireRoute { samples })?;
        }
        metrics.end()
    }
}

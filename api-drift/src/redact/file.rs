//! Exported files: their format, their size, and how often each known element stands in them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Redactor, Rule};

const ELEMENTS: [&str; 48] = [
    "TrainingCenterDatabase",
    "Activities",
    "Activity",
    "Id",
    "Lap",
    "TotalTimeSeconds",
    "DistanceMeters",
    "MaximumSpeed",
    "Calories",
    "AverageHeartRateBpm",
    "MaximumHeartRateBpm",
    "Value",
    "Intensity",
    "Cadence",
    "TriggerMethod",
    "Track",
    "Trackpoint",
    "Time",
    "Position",
    "LatitudeDegrees",
    "LongitudeDegrees",
    "AltitudeMeters",
    "HeartRateBpm",
    "SensorState",
    "Extensions",
    "TPX",
    "Speed",
    "RunCadence",
    "Watts",
    "LX",
    "AvgSpeed",
    "Creator",
    "Name",
    "UnitId",
    "ProductID",
    "Version",
    "VersionMajor",
    "VersionMinor",
    "BuildMajor",
    "BuildMinor",
    "Notes",
    "Training",
    "gpx",
    "trk",
    "trkseg",
    "trkpt",
    "ele",
    "time",
];

impl Redactor {
    /// A file in numbers.
    #[must_use]
    pub fn file(&self, bytes: &[u8]) -> Value {
        let text = String::from_utf8_lossy(bytes);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let mut others = 0_usize;
        for tag in text.split('<').skip(1) {
            let name = tag
                .split(|c: char| !c.is_ascii_alphanumeric())
                .next()
                .unwrap_or_default();
            if name.is_empty() {
                continue;
            }
            match ELEMENTS.iter().find(|known| **known == name) {
                Some(known) if self.allows(Rule::Elements) => {
                    *counts.entry(known).or_default() += 1
                }
                _ => others += 1,
            }
        }
        json!({"bytes": bytes.len(), "elements": counts, "other_elements": others})
    }

    /// The numbers of a file that was kept.
    pub(super) fn file_again(&self, kept: &Value) -> Value {
        let members = kept["elements"].as_object();
        let known: BTreeMap<&str, u64> = members
            .into_iter()
            .flatten()
            .filter_map(|(name, count)| {
                let name = ELEMENTS.iter().find(|known| *known == name)?;
                Some((*name, count.as_u64()?))
            })
            .filter(|_| self.allows(Rule::Elements))
            .collect();
        json!({"bytes": kept["bytes"].as_u64(), "elements": known, "other_elements": kept["other_elements"].as_u64()})
    }
}

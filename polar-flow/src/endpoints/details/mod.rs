//! `GET /api/training/analysis/{id}/details`: everything that was recorded. About 500 KB for a run of an hour.
//!
//! Seen 2026-05. Essential is `id`; of a series its `interval`, of a position its latitude, longitude and time, without
//! which the series or the position is left out. Most members are objects keyed by exercise id. The per-length records of swims are in no file export.
//! Of `automaticLaps` and `manualLaps` the elements were never recorded, so they stay JSON, as do the members that only
//! the website's own drawing needs.

mod parts;
mod samples;
mod swim;

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use web_session::decode::{essential, lenient};
use web_session::lenient_objects;

use crate::client::PolarFlow;
use crate::endpoints::summary::{SportRef, Statistic};
use crate::error::Error;
use crate::model::ids::{ExerciseId, SessionId};
use crate::model::wire::{self, Exercise};

pub use parts::{Laps, Pause, Zone, Zones};
pub use samples::{Coordinate, Samples, Series};
pub use swim::{PoolInfo, PoolLength, StyleStatistics, SwimData, SwimSamples, SwimStatistics};

/// Everything that was recorded of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Details {
    /// The session.
    #[serde(deserialize_with = "essential")]
    pub id: SessionId,
    /// UUID of the recording's blocks.
    #[serde(default, deserialize_with = "lenient")]
    pub period_data_uuid: Option<String>,
    /// The exercises. One that cannot be read is there and empty.
    #[serde(default, deserialize_with = "wire::exercises")]
    pub exercises: BTreeMap<ExerciseId, ExerciseDetails>,
    /// The records of the sensors, per exercise.
    #[serde(default, deserialize_with = "lenient")]
    pub samples: BTreeMap<ExerciseId, Option<Samples>>,
    /// Time in zones, per exercise.
    #[serde(default, deserialize_with = "lenient")]
    pub zones: BTreeMap<ExerciseId, Option<Zones>>,
    /// Laps, per exercise.
    #[serde(default, deserialize_with = "lenient")]
    pub laps: BTreeMap<ExerciseId, Option<Laps>>,
    /// Pauses, per exercise. `None` where the service writes null.
    #[serde(default, deserialize_with = "lenient")]
    pub pause_time_data: BTreeMap<ExerciseId, Option<Vec<Pause>>>,
    /// Swim records, per exercise; empty for other sports.
    #[serde(default, deserialize_with = "lenient")]
    pub swim_datas: Option<BTreeMap<ExerciseId, Option<SwimData>>>,
    /// A tree of the recording's periods. Its `localDateTime` ends in a false `Z`. Not modelled.
    #[serde(default, deserialize_with = "lenient")]
    pub period_data: Option<Value>,
    /// Results against a plan, per exercise. Not modelled.
    #[serde(default, deserialize_with = "lenient")]
    pub exercise_result_target_data: Option<Value>,
    /// The account's zones. Not modelled.
    #[serde(default, deserialize_with = "lenient")]
    pub default_hr_zones: Option<Value>,
    /// The parts that the service could not load.
    #[serde(default, deserialize_with = "lenient")]
    pub errors: Option<Value>,
}

/// An exercise with its totals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExerciseDetails {
    /// The exercise.
    #[serde(default = "wire::no_exercise", deserialize_with = "wire::exercise")]
    pub id: ExerciseId,
    /// The sport.
    #[serde(default, deserialize_with = "lenient")]
    pub sport: Option<SportRef>,
    /// The constant of the sport's group.
    #[serde(default, deserialize_with = "lenient")]
    pub sport_parent: Option<String>,
    /// Wall-clock start.
    #[serde(default, with = "wire::wall_clock")]
    pub start_time: Option<NaiveDateTime>,
    /// Wall-clock stop.
    #[serde(default, with = "wire::wall_clock")]
    pub stop_time: Option<NaiveDateTime>,
    /// Minutes east of UTC.
    #[serde(default, rename = "timezoneOffset", deserialize_with = "lenient")]
    pub timezone_offset_minutes: Option<i32>,
    /// Duration in milliseconds.
    #[serde(default, rename = "duration", with = "wire::iso_ms")]
    pub duration_ms: Option<u64>,
    /// Distance in metres.
    #[serde(default, rename = "distance", deserialize_with = "wire::amount")]
    pub distance_m: Option<f64>,
    /// Energy in kcal.
    #[serde(default, rename = "calories", deserialize_with = "lenient")]
    pub calories_kcal: Option<u64>,
    /// Share of fat in the energy, in percent.
    #[serde(default, rename = "fatPercentage", deserialize_with = "wire::amount")]
    pub fat_percent: Option<f64>,
    /// Share of carbohydrates in the energy, in percent.
    #[serde(default, rename = "carboPercentage", deserialize_with = "wire::amount")]
    pub carbohydrate_percent: Option<f64>,
    /// Share of protein in the energy, in percent.
    #[serde(
        default,
        rename = "proteinPercentage",
        deserialize_with = "wire::amount"
    )]
    pub protein_percent: Option<f64>,
    /// Recovery time in milliseconds.
    #[serde(default, rename = "recoveryTime", with = "wire::iso_ms")]
    pub recovery_time_ms: Option<u64>,
    /// Training load.
    #[serde(default, deserialize_with = "lenient")]
    pub training_load: Option<f64>,
    /// Training load in a word, such as `demanding`.
    #[serde(default, deserialize_with = "lenient")]
    pub training_load_description_key: Option<String>,
    /// Latitude of the start in degrees.
    #[serde(default, deserialize_with = "wire::latitude")]
    pub latitude: Option<f64>,
    /// Longitude of the start in degrees.
    #[serde(default, deserialize_with = "wire::longitude")]
    pub longitude: Option<f64>,
    /// Ascent in metres.
    #[serde(default, rename = "ascent", deserialize_with = "wire::amount")]
    pub ascent_m: Option<f64>,
    /// Descent in metres.
    #[serde(default, rename = "descent", deserialize_with = "wire::amount")]
    pub descent_m: Option<f64>,
    /// Running index.
    #[serde(default, deserialize_with = "lenient")]
    pub running_index: Option<f64>,
    /// Normalised power in W.
    #[serde(default, rename = "normalizedPower", deserialize_with = "wire::amount")]
    pub normalized_power_w: Option<f64>,
    /// Number of sprints.
    #[serde(default, deserialize_with = "lenient")]
    pub sprint_count: Option<u64>,
    /// Training stress score.
    #[serde(default, deserialize_with = "lenient")]
    pub training_stress_score: Option<f64>,
    /// Intensity factor.
    #[serde(default, deserialize_with = "lenient")]
    pub intensity_factor: Option<f64>,
    /// Per metric the mean and the extremes.
    #[serde(default, deserialize_with = "lenient")]
    pub training_statistic: Option<BTreeMap<String, Option<Statistic>>>,
    /// `PACE` or `SPEED`.
    #[serde(default, deserialize_with = "lenient")]
    pub default_speed_view_settings: Option<String>,
}

web_session::response_constructors! {
    Details { id: SessionId;
        period_data_uuid, exercises, samples, zones, laps, pause_time_data, swim_datas,
        period_data, exercise_result_target_data, default_hr_zones, errors
    }
    ExerciseDetails { id: ExerciseId;
        sport, sport_parent, start_time, stop_time, timezone_offset_minutes, duration_ms,
        distance_m, calories_kcal, fat_percent, carbohydrate_percent, protein_percent,
        recovery_time_ms, training_load, training_load_description_key, latitude, longitude,
        ascent_m, descent_m, running_index, normalized_power_w, sprint_count,
        training_stress_score, intensity_factor, training_statistic, default_speed_view_settings
    }
}

lenient_objects!(ExerciseDetails);

impl Exercise for ExerciseDetails {
    fn named(self, id: ExerciseId) -> Self {
        Self { id, ..self }
    }
}

impl PolarFlow {
    /// Everything that was recorded of a session.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for another account's session, [`Error::NotFound`] for an unknown or deleted one.
    pub async fn details(&self, id: SessionId) -> Result<Details, Error> {
        self.json_of("details", &self.endpoints().details, id).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{decode_observed, decode_strictly, replay};

    const RUN: &str = include_str!("../../../fixtures/analysis/2026-05-details-run.json");
    const SWIM: &str = include_str!("../../../fixtures/analysis/2026-08-details-swim.json");

    #[tokio::test]
    async fn a_run_is_read() {
        let (polar, _server) = replay("/api/training/analysis/8390000009/details", RUN).await;
        let details = polar.details(SessionId(8_390_000_009)).await.unwrap();
        let id = ExerciseId(8_390_000_010);
        let exercise = &details.exercises[&id];
        assert_eq!(exercise.duration_ms, Some(3_783_250));
        assert_eq!(exercise.recovery_time_ms, Some(59_400_000));
        assert_eq!(exercise.timezone_offset_minutes, Some(120));
        let samples = details.samples[&id].as_ref().unwrap();
        let rate = samples.series("HEART_RATE").unwrap();
        assert_eq!(
            (rate.interval_ms, rate.values.as_slice()),
            (5000, &[Some(101.0), None, Some(104.0)][..])
        );
        assert_eq!(rate.at(1).map(|(at, _)| at), Some(5000));
        assert!(samples.series("TEMPERATURE").is_none());
        let first = &samples.coordinates()[0];
        assert_eq!((first.offset_ms, first.altitude_m), (4013, Some(12.5)));
        let zones = details.zones[&id].as_ref().unwrap();
        assert_eq!(
            zones.heart_rate.as_ref().unwrap()[0].in_zone_ms,
            Some(2_138_000)
        );
        let pauses = details.pause_time_data[&id].as_ref().unwrap();
        assert_eq!(pauses[0].duration_ms, Some(3805));
    }

    #[test]
    fn the_lengths_of_a_swim_are_read() {
        let details: Details = decode_strictly(SWIM);
        let swims = details.swim_datas.unwrap();
        let swim = swims[&ExerciseId(8_395_000_002)].as_ref().unwrap();
        let lengths = &swim.swimming_samples.as_ref().unwrap().swimming_pool;
        assert_eq!((lengths.len(), lengths[0].duration_ms), (2, Some(31_500)));
        assert_eq!(lengths[1].start_offset_ms, Some(62_000));
        let statistics = swim.swimming_statistics.as_ref().unwrap();
        assert_eq!(
            statistics.pool_info.as_ref().unwrap().pool_length_m,
            Some(25.0)
        );
        assert_eq!(statistics.lengths, Some(2));
    }

    #[test]
    fn no_field_of_the_fixtures_is_unknown() {
        decode_strictly::<Details>(RUN);
    }

    #[test]
    fn one_bad_value_costs_one_value() {
        let fixture: serde_json::Value = serde_json::from_str(RUN).unwrap();
        let (whole, _) = decode_observed::<Details>(&fixture);
        let id = ExerciseId(8_390_000_010);
        let samples = "/samples/8390000010";
        for (place, value) in [
            ("/HEART_RATE/samples/values/0", json!("x")),
            ("/HEART_RATE/samples/values/0", json!({})),
            ("/SPEED/samples", json!(7)),
            ("/SPEED/samples/interval", json!(1)),
            ("/COORDINATE/samples/0/altitude", json!("high")),
            ("/COORDINATE/samples/0/latitude", json!(91)),
            ("/COORDINATE/samples/0/time", json!(null)),
            ("/COORDINATE/samples/0", json!(null)),
            ("/COORDINATE", json!([])),
        ] {
            let mut changed = fixture.clone();
            *changed.pointer_mut(&format!("{samples}{place}")).unwrap() = value.clone();
            let (details, seen) = decode_observed::<Details>(&changed);
            assert_eq!(seen.len(), 1, "{place} {value}: {seen:?}");
            let (there, before) = (&details.samples[&id], &whole.samples[&id]);
            let (there, before) = (there.as_ref().unwrap(), before.as_ref().unwrap());
            if !place.starts_with("/COORDINATE") {
                assert_eq!(there.coordinates, before.coordinates);
            }
            for (metric, series) in &before.series {
                match place.contains(metric.as_str()) {
                    true if place.ends_with("/0") => {
                        assert_eq!(there.series[metric].values[0], None);
                        assert_eq!(there.series[metric].values[1..], series.values[1..]);
                    }
                    true => assert_eq!(there.series.get(metric), None),
                    false => assert_eq!(there.series.get(metric), Some(series)),
                }
            }
        }
    }

    #[test]
    fn everything_but_the_id_may_be_missing() {
        serde_json::from_str::<Details>(r#"{"id":1}"#).unwrap();
        let nulls = r#"{"id":1,"exercises":{"2":{"id":2,"sport":null,"duration":null,"trainingStatistic":null}},
            "samples":{"2":null},"zones":{"2":{"HEART_RATE":null}},"laps":{"2":null},"pauseTimeData":{"2":null},
            "swimDatas":null,"periodData":null,"errors":null}"#;
        let details: Details = serde_json::from_str(nulls).unwrap();
        assert_eq!(details.exercises.len(), 1);
    }
}

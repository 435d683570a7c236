//! `GET /api/training/analysis/{id}/summary`: a session and its exercises without samples.
//!
//! Seen 2026-09. `exercises` is an object keyed by exercise id; durations are ISO 8601; times are the wall clock without
//! a zone, `timezoneOffset` has the minutes (null for sessions made by hand). Totals at the top are often null although
//! the exercises have them. Another account's session answers 403, an unknown or deleted one 404.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use serde::Deserialize;
use serde_json::Value;
use web_session::join;

use crate::client::PolarFlow;
use crate::error::Error;
use crate::ids::{ExerciseId, SessionId, UserId};
use crate::sports::SportId;
use crate::wire;

/// A training session without samples.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Summary {
    /// The session.
    pub id: SessionId,
    /// Whose it is.
    #[serde(default)]
    pub user_id: Option<UserId>,
    /// The session after this one.
    #[serde(default, deserialize_with = "wire::whole")]
    pub next_training_id: Option<u64>,
    /// The session before this one.
    #[serde(default, deserialize_with = "wire::whole")]
    pub previous_training_id: Option<u64>,
    /// Wall-clock start.
    #[serde(default, deserialize_with = "wire::naive_option")]
    pub start_date: Option<NaiveDateTime>,
    /// Wall-clock stop.
    #[serde(default, deserialize_with = "wire::naive_option")]
    pub stop_time: Option<NaiveDateTime>,
    /// Minutes east of UTC; `None` for sessions made by hand.
    #[serde(default, rename = "timezoneOffset")]
    pub timezone_offset_minutes: Option<i32>,
    /// Duration in milliseconds.
    #[serde(default, rename = "duration", deserialize_with = "wire::iso_ms")]
    pub duration_ms: Option<u64>,
    /// Distance in metres.
    #[serde(default, rename = "distance")]
    pub distance_m: Option<f64>,
    /// Energy in kcal.
    #[serde(default, rename = "kiloCalories", deserialize_with = "wire::whole")]
    pub calories_kcal: Option<u64>,
    /// Mean heart rate in bpm.
    #[serde(default, rename = "hrAverage", deserialize_with = "wire::whole")]
    pub heart_rate_mean_bpm: Option<u64>,
    /// Highest heart rate in bpm; 0 when there is none.
    #[serde(default, rename = "hrMax", deserialize_with = "wire::whole")]
    pub heart_rate_max_bpm: Option<u64>,
    /// How it felt: 0.19 (best) to 0.99 (worst).
    #[serde(default)]
    pub feeling: Option<f64>,
    /// The person's note.
    #[serde(default)]
    pub note: Option<String>,
    /// The person's name for the session.
    #[serde(default)]
    pub training_session_name: Option<String>,
    /// Name of the watch; empty for sessions made by hand.
    #[serde(default)]
    pub device_name: Option<String>,
    /// Latitude of the start in degrees.
    #[serde(default)]
    pub latitude: Option<f64>,
    /// Longitude of the start in degrees.
    #[serde(default)]
    pub longitude: Option<f64>,
    /// Share of carbohydrates in the energy, in percent.
    #[serde(default, rename = "carboPercentage")]
    pub carbohydrate_percent: Option<f64>,
    /// Share of fat in the energy, in percent.
    #[serde(default, rename = "fatPercentage")]
    pub fat_percent: Option<f64>,
    /// Share of protein in the energy, in percent.
    #[serde(default, rename = "proteinPercentage")]
    pub protein_percent: Option<f64>,
    /// Training load.
    #[serde(default)]
    pub training_load: Option<Value>,
    /// Training benefit.
    #[serde(default)]
    pub training_benefit: Option<Value>,
    /// Training load pro: null or an object.
    #[serde(default)]
    pub training_load_pro: Option<Value>,
    /// UUID of the recording's blocks.
    #[serde(default)]
    pub period_data_uuid: Option<String>,
    /// RR intervals were recorded.
    #[serde(default, rename = "hasRRsamples")]
    pub has_rr_samples: Option<bool>,
    /// The person cut the session.
    #[serde(default)]
    pub trimmed: Option<bool>,
    /// Body data at the time; not modelled.
    #[serde(default)]
    pub physical_information_snapshot: Option<Value>,
    /// Club data; not modelled.
    #[serde(default)]
    pub club_model: Option<Value>,
    /// Notes of a coach; not modelled.
    #[serde(default)]
    pub coach_notes: Option<Vec<Value>>,
    /// The exercises; several for a multi-sport session.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub exercises: BTreeMap<ExerciseId, ExerciseSummary>,
}

/// An exercise without samples.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExerciseSummary {
    /// The exercise.
    pub id: ExerciseId,
    /// The sport.
    #[serde(default)]
    pub sport: Option<SportRef>,
    /// The constant of the sport's group, such as `RUNNING`.
    #[serde(default)]
    pub sport_parent: Option<String>,
    /// Wall-clock start.
    #[serde(default, deserialize_with = "wire::naive_option")]
    pub start_time: Option<NaiveDateTime>,
    /// Wall-clock stop.
    #[serde(default, deserialize_with = "wire::naive_option")]
    pub stop_time: Option<NaiveDateTime>,
    /// Duration in milliseconds.
    #[serde(default, rename = "duration", deserialize_with = "wire::iso_ms")]
    pub duration_ms: Option<u64>,
    /// Distance in metres.
    #[serde(default, rename = "distance")]
    pub distance_m: Option<f64>,
    /// Energy in kcal.
    #[serde(default, rename = "calories", deserialize_with = "wire::whole")]
    pub calories_kcal: Option<u64>,
    /// Per metric (`HEART_RATE`, `SPEED`, ...) the mean and the extremes.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub training_statistic: BTreeMap<String, Option<Statistic>>,
    /// `PACE` or `SPEED`.
    #[serde(default)]
    pub default_speed_view_settings: Option<String>,
}

/// A sport by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct SportRef {
    /// The number.
    pub id: SportId,
}

/// Mean and extremes of a metric, in its unit: bpm, km/h, m, per minute, W, °C.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Statistic {
    /// Highest value.
    #[serde(default)]
    pub max: Option<f64>,
    /// Mean.
    #[serde(default)]
    pub avg: Option<f64>,
    /// Lowest value.
    #[serde(default)]
    pub min: Option<f64>,
}

impl PolarFlow {
    /// A session without its samples.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for another account's session, [`Error::NotFound`] for an unknown or deleted one.
    pub async fn summary(&self, id: SessionId) -> Result<Summary, Error> {
        let path = self.endpoints().summary.replace("{id}", &id.to_string());
        self.read_json(
            self.session()
                .get(join(self.flow_url(), &path))
                .endpoint("summary"),
        )
        .await
    }
}

#[cfg(test)]
mod tests {
    use wiremock::ResponseTemplate;

    use super::*;
    use crate::testing::{answering, decode_strictly, replay};

    const FIXTURE: &str = include_str!("../../fixtures/analysis/2026-09-summary-manual.json");
    const PATH: &str = "/api/training/analysis/8400000777/summary";
    const ID: SessionId = SessionId(8_400_000_777);

    #[tokio::test]
    async fn a_summary_is_read() {
        let (polar, _server) = replay(PATH, FIXTURE).await;
        let summary = polar.summary(ID).await.unwrap();
        assert_eq!(summary.duration_ms, Some(2_700_000));
        assert_eq!(
            summary.start_date.unwrap().to_string(),
            "2026-09-21 06:15:00"
        );
        assert_eq!(
            (summary.timezone_offset_minutes, summary.next_training_id),
            (None, None)
        );
        let exercise = &summary.exercises[&ExerciseId(8_400_000_778)];
        assert_eq!(exercise.sport.unwrap().id, SportId::RUNNING);
        assert_eq!(
            exercise.training_statistic["HEART_RATE"].unwrap().avg,
            Some(131.0)
        );
    }

    #[test]
    fn no_field_of_the_fixture_is_unknown() {
        decode_strictly::<Summary>(FIXTURE);
    }

    #[test]
    fn everything_but_the_id_may_be_missing_or_null() {
        let whole: serde_json::Value = serde_json::from_str(FIXTURE).unwrap();
        for field in whole
            .as_object()
            .unwrap()
            .keys()
            .filter(|f| *f != "id" && *f != "exercises")
        {
            let mut null = whole.clone();
            null[field] = serde_json::Value::Null;
            serde_json::from_value::<Summary>(null).unwrap_or_else(|e| panic!("{field}: {e}"));
            let mut absent = whole.clone();
            absent.as_object_mut().unwrap().remove(field);
            serde_json::from_value::<Summary>(absent).unwrap_or_else(|e| panic!("{field}: {e}"));
        }
    }

    #[tokio::test]
    async fn foreign_and_unknown_sessions_are_told_apart() {
        let foreign = ResponseTemplate::new(403).set_body_string("{\"error\":\"Forbidden\"}");
        let (polar, _server) = answering(PATH, foreign).await;
        assert!(matches!(
            polar.summary(ID).await,
            Err(Error::Forbidden { .. })
        ));
        let (polar, _server) = answering(PATH, ResponseTemplate::new(404)).await;
        assert!(matches!(
            polar.summary(ID).await,
            Err(Error::NotFound { .. })
        ));
    }
}

//! `GET /api/training/analysis/{id}/summary`: a session and its exercises without samples.
//!
//! Seen 2026-09. Essential is `id`. `exercises` is an object keyed by exercise id; durations are ISO 8601; times are the wall clock without
//! a zone, `timezoneOffset` has the minutes (null for sessions made by hand). Totals at the top are often null although
//! the exercises have them. Another account's session answers 403, an unknown or deleted one 404.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use web_session::decode::{essential, lenient};
use web_session::lenient_objects;

use crate::client::PolarFlow;
use crate::error::Error;
use crate::model::ids::{ExerciseId, SessionId, UserId};
use crate::model::sports::SportId;
use crate::model::wire::{self, Exercise};

/// A training session without samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Summary {
    /// The session.
    #[serde(deserialize_with = "essential")]
    pub id: SessionId,
    /// The owner.
    #[serde(default, deserialize_with = "lenient")]
    pub user_id: Option<UserId>,
    /// The session after this one.
    #[serde(default, deserialize_with = "wire::neighbour")]
    pub next_training_id: Option<u64>,
    /// The session before this one.
    #[serde(default, deserialize_with = "wire::neighbour")]
    pub previous_training_id: Option<u64>,
    /// Wall-clock start.
    #[serde(default, with = "wire::wall_clock")]
    pub start_date: Option<NaiveDateTime>,
    /// Wall-clock stop.
    #[serde(default, with = "wire::wall_clock")]
    pub stop_time: Option<NaiveDateTime>,
    /// Minutes east of UTC; `None` for sessions made by hand.
    #[serde(default, rename = "timezoneOffset", deserialize_with = "lenient")]
    pub timezone_offset_minutes: Option<i32>,
    /// Duration in milliseconds.
    #[serde(default, rename = "duration", with = "wire::iso_ms")]
    pub duration_ms: Option<u64>,
    /// Distance in metres.
    #[serde(default, rename = "distance", deserialize_with = "wire::amount")]
    pub distance_m: Option<f64>,
    /// Energy in kcal.
    #[serde(default, rename = "kiloCalories", deserialize_with = "lenient")]
    pub calories_kcal: Option<u64>,
    /// Mean heart rate in bpm.
    #[serde(default, rename = "hrAverage", deserialize_with = "lenient")]
    pub heart_rate_mean_bpm: Option<u64>,
    /// Highest heart rate in bpm; 0 means unknown.
    #[serde(default, rename = "hrMax", deserialize_with = "lenient")]
    pub heart_rate_max_bpm: Option<u64>,
    /// How it felt: 0.19 (best) to 0.99 (worst).
    #[serde(default, deserialize_with = "lenient")]
    pub feeling: Option<f64>,
    /// The person's note.
    #[serde(default, deserialize_with = "lenient")]
    pub note: Option<String>,
    /// The person's name for the session.
    #[serde(default, deserialize_with = "lenient")]
    pub training_session_name: Option<String>,
    /// Name of the watch; empty for sessions made by hand.
    #[serde(default, deserialize_with = "lenient")]
    pub device_name: Option<String>,
    /// Latitude of the start in degrees.
    #[serde(default, deserialize_with = "wire::latitude")]
    pub latitude: Option<f64>,
    /// Longitude of the start in degrees.
    #[serde(default, deserialize_with = "wire::longitude")]
    pub longitude: Option<f64>,
    /// Share of carbohydrates in the energy, in percent.
    #[serde(default, rename = "carboPercentage", deserialize_with = "wire::amount")]
    pub carbohydrate_percent: Option<f64>,
    /// Share of fat in the energy, in percent.
    #[serde(default, rename = "fatPercentage", deserialize_with = "wire::amount")]
    pub fat_percent: Option<f64>,
    /// Share of protein in the energy, in percent.
    #[serde(
        default,
        rename = "proteinPercentage",
        deserialize_with = "wire::amount"
    )]
    pub protein_percent: Option<f64>,
    /// Training load.
    #[serde(default, deserialize_with = "lenient")]
    pub training_load: Option<Value>,
    /// Training benefit.
    #[serde(default, deserialize_with = "lenient")]
    pub training_benefit: Option<Value>,
    /// Training load pro: null or an object.
    #[serde(default, deserialize_with = "lenient")]
    pub training_load_pro: Option<Value>,
    /// UUID of the recording's blocks.
    #[serde(default, deserialize_with = "lenient")]
    pub period_data_uuid: Option<String>,
    /// RR intervals were recorded.
    #[serde(default, rename = "hasRRsamples", deserialize_with = "lenient")]
    pub has_rr_samples: Option<bool>,
    /// The person cut the session.
    #[serde(default, deserialize_with = "lenient")]
    pub trimmed: Option<bool>,
    /// The sport; often null although the exercises have theirs.
    #[serde(default, deserialize_with = "wire::sport_or_none")]
    pub sport_id: Option<SportId>,
    /// How the session was started, as the service words it.
    #[serde(default, deserialize_with = "lenient")]
    pub start_trigger: Option<String>,
    /// A coach has access.
    #[serde(default, deserialize_with = "lenient")]
    pub has_user_coach: Option<bool>,
    /// Kind of a session with a team.
    #[serde(default, deserialize_with = "lenient")]
    pub team_training_session_type: Option<String>,
    /// Whose session it is, by name.
    #[serde(default, deserialize_with = "lenient")]
    pub training_user_info: Option<TrainingUser>,
    /// Body data at the time; not modelled.
    #[serde(default, deserialize_with = "lenient")]
    pub physical_information_snapshot: Option<Value>,
    /// Club data; not modelled.
    #[serde(default, deserialize_with = "lenient")]
    pub club_model: Option<Value>,
    /// Notes of a coach; not modelled.
    #[serde(default, deserialize_with = "lenient")]
    pub coach_notes: Vec<Value>,
    /// The exercises; several for a multi-sport session. One that cannot be read is there and empty, so that their number
    /// stays true.
    #[serde(default, deserialize_with = "wire::exercises")]
    pub exercises: BTreeMap<ExerciseId, ExerciseSummary>,
}

/// An exercise without samples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExerciseSummary {
    /// The exercise.
    #[serde(default = "wire::no_exercise", deserialize_with = "wire::exercise")]
    pub id: ExerciseId,
    /// The sport.
    #[serde(default, deserialize_with = "lenient")]
    pub sport: Option<SportRef>,
    /// The constant of the sport's group, such as `RUNNING`.
    #[serde(default, deserialize_with = "lenient")]
    pub sport_parent: Option<String>,
    /// Wall-clock start.
    #[serde(default, with = "wire::wall_clock")]
    pub start_time: Option<NaiveDateTime>,
    /// Wall-clock stop.
    #[serde(default, with = "wire::wall_clock")]
    pub stop_time: Option<NaiveDateTime>,
    /// Duration in milliseconds.
    #[serde(default, rename = "duration", with = "wire::iso_ms")]
    pub duration_ms: Option<u64>,
    /// Distance in metres.
    #[serde(default, rename = "distance", deserialize_with = "wire::amount")]
    pub distance_m: Option<f64>,
    /// Energy in kcal.
    #[serde(default, rename = "calories", deserialize_with = "lenient")]
    pub calories_kcal: Option<u64>,
    /// Per metric (`HEART_RATE`, `SPEED`, ...) the mean and the extremes.
    #[serde(default, deserialize_with = "lenient")]
    pub training_statistic: BTreeMap<String, Option<Statistic>>,
    /// `PACE` or `SPEED`.
    #[serde(default, deserialize_with = "lenient")]
    pub default_speed_view_settings: Option<String>,
    /// Recovery time in milliseconds.
    #[serde(default, rename = "recoveryTime", with = "wire::iso_ms")]
    pub recovery_time_ms: Option<u64>,
    /// Training load.
    #[serde(default, deserialize_with = "lenient")]
    pub training_load: Option<f64>,
    /// Number of sprints.
    #[serde(default, deserialize_with = "lenient")]
    pub sprint_count: Option<u64>,
    /// Training stress score.
    #[serde(default, deserialize_with = "lenient")]
    pub training_stress_score: Option<f64>,
    /// Intensity factor.
    #[serde(default, deserialize_with = "lenient")]
    pub intensity_factor: Option<f64>,
}

/// The owner of a session. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Default, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TrainingUser {
    /// Given name.
    #[serde(default, rename = "firstname", deserialize_with = "lenient")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, rename = "lastname", deserialize_with = "lenient")]
    pub last_name: Option<String>,
    /// Address of the profile picture.
    #[serde(default, deserialize_with = "lenient")]
    pub picture_url: Option<String>,
    /// City.
    #[serde(default, deserialize_with = "lenient")]
    pub city: Option<String>,
    /// Country code, two letters.
    #[serde(default, deserialize_with = "lenient")]
    pub country_code: Option<String>,
}

impl std::fmt::Debug for TrainingUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TrainingUser { .. }")
    }
}

/// A sport by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SportRef {
    /// The number.
    #[serde(deserialize_with = "essential")]
    pub id: SportId,
}

web_session::response_constructors! {
    Summary { id: SessionId;
        user_id, next_training_id, previous_training_id, start_date, stop_time,
        timezone_offset_minutes, duration_ms, distance_m, calories_kcal, heart_rate_mean_bpm,
        heart_rate_max_bpm, feeling, note, training_session_name, device_name, latitude,
        longitude, carbohydrate_percent, fat_percent, protein_percent, training_load,
        training_benefit, training_load_pro, period_data_uuid, has_rr_samples, trimmed, sport_id,
        start_trigger, has_user_coach, team_training_session_type, training_user_info,
        physical_information_snapshot, club_model, coach_notes, exercises
    }
    ExerciseSummary { id: ExerciseId;
        sport, sport_parent, start_time, stop_time, duration_ms, distance_m, calories_kcal,
        training_statistic, default_speed_view_settings, recovery_time_ms, training_load,
        sprint_count, training_stress_score, intensity_factor
    }
    SportRef { id: SportId; }
}

/// Mean and extremes of a metric, in its unit: bpm, km/h, m, per minute, W, °C.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Statistic {
    /// Highest value.
    #[serde(default, deserialize_with = "lenient")]
    pub max: Option<f64>,
    /// Mean.
    #[serde(default, deserialize_with = "lenient")]
    pub avg: Option<f64>,
    /// Lowest value.
    #[serde(default, deserialize_with = "lenient")]
    pub min: Option<f64>,
}

lenient_objects!(ExerciseSummary, SportRef, Statistic, TrainingUser);

impl Exercise for ExerciseSummary {
    fn named(self, id: ExerciseId) -> Self {
        Self { id, ..self }
    }
}

impl PolarFlow {
    /// A session without its samples.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for another account's session, [`Error::NotFound`] for an unknown or deleted one.
    pub async fn summary(&self, id: SessionId) -> Result<Summary, Error> {
        self.json_of("summary", &self.endpoints().summary, id).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::ResponseTemplate;

    use super::*;
    use crate::testing::{answering, decode_observed, decode_strictly, replay};

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
    fn a_field_of_another_type_costs_itself() {
        let fixture: serde_json::Value = serde_json::from_str(FIXTURE).unwrap();
        let exercise = "/exercises/8400000778";
        for (place, value) in [
            ("/coachNotes", json!({"note": "x"})),
            ("/duration", json!(2700)),
            ("/kiloCalories", json!("412")),
            ("/timezoneOffset", json!("+02:00")),
            ("/startDate", json!(1_790_000_000)),
            ("/exercises", json!([])),
            (exercise, json!("x")),
            ("/exercises/8400000778/sport", json!({})),
            ("/exercises/8400000778/sport", json!(1)),
            ("/exercises/8400000778/id", json!("x")),
            (
                "/exercises/8400000778/trainingStatistic/HEART_RATE/avg",
                json!({}),
            ),
        ] {
            let mut changed = fixture.clone();
            match changed.pointer_mut(place) {
                Some(there) => *there = value.clone(),
                None => changed[&place[1..]] = value.clone(),
            }
            let (summary, seen) = decode_observed::<Summary>(&changed);
            assert_eq!(summary.id, ID);
            assert_eq!(seen, [place[1..].replace('/', ".")], "{value}");
            assert_eq!(summary.exercises.len(), usize::from(place != "/exercises"));
        }
    }

    /// A triathlon of which one exercise cannot be read must not pass for a session of two.
    #[test]
    fn the_number_of_exercises_stays_true() {
        let several = include_str!("../../fixtures/analysis/2026-05-summary-multisport.json");
        let mut changed: serde_json::Value = serde_json::from_str(several).unwrap();
        let (whole, _) = decode_observed::<Summary>(&changed);
        changed["exercises"]["8390000501"] = json!(null);
        let (summary, _) = decode_observed::<Summary>(&changed);
        let ids: Vec<_> = summary.exercises.keys().collect();
        assert_eq!(ids, whole.exercises.keys().collect::<Vec<_>>());
        let lost = &summary.exercises[&ExerciseId(8_390_000_501)];
        assert_eq!((lost.id, lost.sport), (ExerciseId(8_390_000_501), None));
        changed["exercises"]["third"] = json!({"sport": {"id": 1}});
        let (summary, seen) = decode_observed::<Summary>(&changed);
        assert!(summary.exercises.is_empty(), "their number is unknown");
        assert_eq!(seen, ["exercises"]);
    }

    /// Scenario: foreign and unknown session
    #[tokio::test]
    async fn foreign_and_unknown_sessions_are_different_errors() {
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

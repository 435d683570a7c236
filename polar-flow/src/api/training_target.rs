//! `GET /api/trainingtarget/{id}`: a plan with its phases. Seen 2026-09.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use web_session::decode::lenient;
use web_session::{join, lenient_objects};

use crate::client::PolarFlow;
use crate::error::Error;
use crate::ids::TargetId;
use crate::sports::SportId;
use crate::wire;

/// A plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TrainingTarget {
    /// The person's name for it.
    #[serde(default, deserialize_with = "lenient")]
    pub name: Option<String>,
    /// The person's words.
    #[serde(default, deserialize_with = "lenient")]
    pub description: Option<String>,
    /// Wall-clock time it is planned for.
    #[serde(default, with = "wire::wall_clock")]
    pub datetime: Option<NaiveDateTime>,
    /// Such as `PHASED` or `VOLUME`.
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    pub kind: Option<String>,
    /// Where it comes from, such as `UNKNOWN`.
    #[serde(default, deserialize_with = "lenient")]
    pub source_program_type: Option<String>,
    /// The person may change it.
    #[serde(default, deserialize_with = "lenient")]
    pub is_user_editable: Option<bool>,
    /// One per exercise.
    #[serde(default, deserialize_with = "lenient")]
    pub exercise_targets: Vec<ExerciseTarget>,
}

/// The plan of one exercise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExerciseTarget {
    /// Its number.
    #[serde(default, deserialize_with = "lenient")]
    pub id: Option<u64>,
    /// Its place among the exercises, from 0.
    #[serde(default, deserialize_with = "lenient")]
    pub index: Option<u64>,
    /// The sport.
    #[serde(default, deserialize_with = "lenient")]
    pub sport_id: Option<SportId>,
    /// Planned duration as `HH:MM:SS`.
    #[serde(default, deserialize_with = "lenient")]
    pub duration: Option<String>,
    /// Planned distance in metres.
    #[serde(default, rename = "distance", deserialize_with = "wire::amount")]
    pub distance_m: Option<f64>,
    /// Planned energy in kcal.
    #[serde(default, rename = "calories", deserialize_with = "lenient")]
    pub calories_kcal: Option<u64>,
    /// The phases of a `PHASED` plan, as they came.
    #[serde(default, deserialize_with = "lenient")]
    pub phases: Vec<Value>,
}

lenient_objects!(ExerciseTarget);

impl PolarFlow {
    /// A plan with its phases.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown one.
    pub async fn training_target(&self, id: TargetId) -> Result<TrainingTarget, Error> {
        let path = self
            .endpoints()
            .training_target
            .replace("{id}", &id.to_string());
        let request = self
            .session()
            .get(join(self.flow_url(), &path))
            .endpoint("training target");
        self.read_json(request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decode_strictly, replay};

    const FIXTURE: &str = include_str!("../../fixtures/misc/2026-09-training-target.json");

    #[tokio::test]
    async fn a_plan_is_read() {
        let (polar, _server) = replay("/api/trainingtarget/1500000007", FIXTURE).await;
        let target = polar
            .training_target(TargetId(1_500_000_007))
            .await
            .unwrap();
        assert_eq!(target.datetime, "2026-10-20T09:00:00".parse().ok());
        assert_eq!(target.exercise_targets[0].distance_m, Some(5000.0));
        assert_eq!(target.exercise_targets[0].phases.len(), 1);
        decode_strictly::<TrainingTarget>(FIXTURE);
        serde_json::from_str::<TrainingTarget>("{}").unwrap();
    }
}

//! `GET /api/trainingtarget/{id}`: a plan with its phases. Seen 2026-05 to 2026-09.
//!
//! Nothing is essential. `goalType` says the goal of a phase, never by the presence of a field: a phase of a distance
//! carries `duration: "00:00:00"` as well. Zones of a phase without intensity are 0.
//!
//! ```json
//! {"type": "PHASED", "name": "4 x 3 min", "datetime": "2026-06-23T09:00", "isUserEditable": true,
//!  "exerciseTargets": [{"id": 1530890861, "index": 0, "sportId": 1, "duration": "00:20:00", "distance": null, "calories": null,
//!    "phases": [{"phaseType": "REPEAT", "repeatCount": 4, "phases": [
//!      {"id": 2912772580, "phaseType": "PHASE", "name": "work", "goalType": "DURATION", "duration": "00:03:00",
//!       "phaseChangeType": "AUTOMATIC", "intensityType": "HEART_RATE_ZONES", "lowerZone": 4, "upperZone": 5}]}]}]}
//! ```
//!
//! ```no_run
//! # async fn example(polar: polar_flow::PolarFlow, id: polar_flow::TargetId) -> Result<(), Box<dyn std::error::Error>> {
//! for exercise in polar.training_target(id).await?.exercise_targets {
//!     for phase in &exercise.phases {
//!         println!("{:?}: {:?}", phase.name, phase.goal());
//!     }
//! }
//! # Ok(())
//! # }
//! ```

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use web_session::decode::lenient;
use web_session::lenient_objects;

use crate::client::PolarFlow;
use crate::error::Error;
use crate::model::ids::TargetId;
use crate::model::sports::SportId;
use crate::model::wire::{self, words};

/// A plan.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
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
    /// Its kind.
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    pub kind: Option<TargetKind>,
    /// Its origin, such as `UNKNOWN`.
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
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
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
    /// Planned duration in milliseconds; of a `PHASED` plan the sum of its phases.
    #[serde(default, rename = "duration", with = "wire::clock_ms")]
    pub duration_ms: Option<u64>,
    /// Planned distance in metres.
    #[serde(
        default,
        rename = "distance",
        deserialize_with = "wire::amount_or_text"
    )]
    pub distance_m: Option<f64>,
    /// Planned energy in kcal.
    #[serde(default, rename = "calories", deserialize_with = "lenient")]
    pub calories_kcal: Option<u64>,
    /// The phases of a `PHASED` plan.
    #[serde(default, deserialize_with = "lenient")]
    pub phases: Vec<Phase>,
}

/// A phase of a plan, or several that are repeated.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Phase {
    /// Its number; repetitions have none.
    #[serde(default, deserialize_with = "lenient")]
    pub id: Option<u64>,
    /// A phase or a repetition.
    #[serde(default, rename = "phaseType", deserialize_with = "lenient")]
    pub kind: Option<PhaseKind>,
    /// The user's name for it.
    #[serde(default, deserialize_with = "lenient")]
    pub name: Option<String>,
    /// When the next one begins.
    #[serde(default, rename = "phaseChangeType", deserialize_with = "lenient")]
    pub change: Option<PhaseChange>,
    /// The kind of its goal. Use [`goal`](Self::goal).
    #[serde(default, deserialize_with = "lenient")]
    pub goal_type: Option<GoalType>,
    /// Duration in milliseconds; 0 for a phase of a distance.
    #[serde(default, rename = "duration", with = "wire::clock_ms")]
    pub duration_ms: Option<u64>,
    /// Distance in metres.
    #[serde(
        default,
        rename = "distance",
        deserialize_with = "wire::amount_or_text"
    )]
    pub distance_m: Option<f64>,
    /// The quantity of its zones.
    #[serde(default, rename = "intensityType", deserialize_with = "lenient")]
    pub intensity: Option<Intensity>,
    /// Lowest zone, 1 to 5; 0 without intensity.
    #[serde(default, deserialize_with = "lenient")]
    pub lower_zone: Option<u8>,
    /// Highest zone, 1 to 5; 0 without intensity.
    #[serde(default, deserialize_with = "lenient")]
    pub upper_zone: Option<u8>,
    /// How often the phases of a repetition are done.
    #[serde(default, deserialize_with = "lenient")]
    pub repeat_count: Option<u64>,
    /// The phases of a repetition.
    #[serde(default, deserialize_with = "lenient")]
    pub phases: Vec<Phase>,
}

/// The goal of a phase.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Goal {
    /// A time in milliseconds.
    DurationMs(u64),
    /// A distance in metres.
    DistanceM(f64),
}

impl Phase {
    /// The goal of the phase, as its `goalType` says.
    #[must_use]
    pub fn goal(&self) -> Option<Goal> {
        match self.goal_type.as_ref()? {
            GoalType::Duration => self.duration_ms.map(Goal::DurationMs),
            GoalType::Distance => self.distance_m.map(Goal::DistanceM),
            GoalType::Other(_) => None,
        }
    }
}

words! {
    /// The kind of a plan.
    TargetKind {
        /// A duration, a distance or an amount of energy.
        Volume = "VOLUME",
        /// A distance in a time.
        SteadyRacePace = "STEADY_RACE_PACE",
        /// Phases.
        Phased = "PHASED",
    }
}

words! {
    /// The kind of an entry of the phases.
    PhaseKind {
        /// A phase.
        Phase = "PHASE",
        /// Phases that are repeated.
        Repeat = "REPEAT",
    }
}

words! {
    /// When the next phase begins.
    PhaseChange {
        /// By itself, when the goal is reached.
        Automatic = "AUTOMATIC",
        /// When the user presses a button.
        Manual = "MANUAL",
    }
}

words! {
    /// The goal of a phase.
    GoalType {
        /// A time.
        Duration = "DURATION",
        /// A distance.
        Distance = "DISTANCE",
    }
}

words! {
    /// The quantity of the zones of a phase.
    Intensity {
        /// Heart rate.
        HeartRateZones = "HEART_RATE_ZONES",
        /// Speed.
        SpeedZones = "SPEED_ZONES",
        /// Power.
        PowerZones = "POWER_ZONES",
        /// Any intensity will do.
        None = "NONE",
    }
}

lenient_objects!(ExerciseTarget, Phase);

impl PolarFlow {
    /// A plan with its phases.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an unknown one.
    pub async fn training_target(&self, id: TargetId) -> Result<TrainingTarget, Error> {
        let path = &self.endpoints().training_target;
        self.json_of("training target", path, id).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decode_strictly, replay};

    const FIXTURE: &str = include_str!("../../fixtures/misc/2026-09-training-target.json");
    const PHASES: &str = include_str!("../../fixtures/misc/2026-06-training-target-phases.json");

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

    #[test]
    fn phases_and_repetitions_are_typed_and_the_goal_is_the_services_own() {
        let target: TrainingTarget = decode_strictly(PHASES);
        assert_eq!(target.kind, Some(TargetKind::Phased));
        let phases = &target.exercise_targets[0].phases;
        assert_eq!(
            phases[0].goal(),
            Some(Goal::DistanceM(1000.0)),
            "not the 00:00:00 beside it"
        );
        assert_eq!(phases[0].change, Some(PhaseChange::Manual));
        let repeat = &phases[1];
        assert_eq!(
            (&repeat.kind, repeat.repeat_count),
            (&Some(PhaseKind::Repeat), Some(4))
        );
        let [work, rest] = &repeat.phases[..] else {
            panic!("{repeat:?}")
        };
        assert_eq!(work.goal(), Some(Goal::DurationMs(180_000)));
        assert_eq!((work.lower_zone, work.upper_zone), (Some(4), Some(5)));
        assert_eq!(rest.intensity, Some(Intensity::None));
        assert_eq!(target.exercise_targets[0].duration_ms, Some(1_200_000));
    }
}

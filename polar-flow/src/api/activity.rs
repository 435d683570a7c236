//! `GET /api/activity-timeline/load?day=YYYY-MM-DD&maxSampleCount=N`: the activity of a day. Seen 2019-07 only, so all
//! of it is optional and most stays JSON. Times in the raw parts are epoch milliseconds of the wall clock.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use web_session::decode::{Entries, lenient};
use web_session::{join, lenient_objects};

use crate::client::PolarFlow;
use crate::error::Error;
use crate::wire;

/// The activity of a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ActivityDay {
    /// Totals.
    #[serde(default, deserialize_with = "lenient")]
    pub data_panel_data: Option<ActivityTotals>,
    /// Samples over the day, heart rates and training sessions. Durations of its icons are seconds.
    #[serde(default, deserialize_with = "lenient")]
    pub activity_graph_data: Option<Value>,
    /// Minutes at each level.
    #[serde(default, deserialize_with = "lenient")]
    pub activity_score_data: Option<Value>,
    /// Advice.
    #[serde(default, deserialize_with = "lenient")]
    pub activity_benefit_feedback_data: Option<Value>,
    /// Data of the small graph.
    #[serde(default, deserialize_with = "lenient")]
    pub mini_graph_data: Option<Value>,
}

/// Totals of a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ActivityTotals {
    /// The day's goal, in the service's own points.
    #[serde(default, deserialize_with = "wire::amount")]
    pub daily_activity_goal: Option<f64>,
    /// Active time, in the service's own unit (minutes, as it seems).
    #[serde(default, deserialize_with = "wire::amount")]
    pub active_time: Option<f64>,
    /// Distance walked, in metres.
    #[serde(
        default,
        rename = "distanceFromSteps",
        deserialize_with = "wire::amount"
    )]
    pub distance_from_steps_m: Option<f64>,
    /// Number of steps.
    #[serde(default, deserialize_with = "lenient")]
    pub step_count: Option<u64>,
    /// Energy in kcal.
    #[serde(default, rename = "kiloCalories", deserialize_with = "lenient")]
    pub calories_kcal: Option<u64>,
    /// Sleep, in the service's own unit.
    #[serde(default, deserialize_with = "wire::amount")]
    pub sleep_duration: Option<f64>,
    /// Number of alerts.
    #[serde(default, deserialize_with = "lenient")]
    pub inactivity_alert_count: Option<u64>,
    /// Sleep was recorded in detail.
    #[serde(default, deserialize_with = "lenient")]
    pub sleep_plus: Option<bool>,
}

lenient_objects!(ActivityDay, ActivityTotals);

impl PolarFlow {
    /// The activity of a day; the map has one entry per day that the service sent.
    ///
    /// # Errors
    /// As for every call.
    pub async fn activity(
        &self,
        day: NaiveDate,
        max_samples: u32,
    ) -> Result<BTreeMap<NaiveDate, ActivityDay>, Error> {
        let request = self
            .session()
            .get(join(self.flow_url(), &self.endpoints().activity))
            .endpoint("activity")
            .query("day", &day.to_string())
            .query("maxSampleCount", &max_samples.to_string());
        let Entries(days) = self.read_json(request).await?;
        Ok(days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decode_strictly, replay};

    const FIXTURE: &str = include_str!("../../fixtures/misc/2019-07-activity.json");

    #[tokio::test]
    async fn a_day_is_read() {
        let (polar, server) = replay("/api/activity-timeline/load", FIXTURE).await;
        let day = "2019-07-03".parse().unwrap();
        let days = polar.activity(day, 200).await.unwrap();
        assert_eq!(
            days[&day].data_panel_data.as_ref().unwrap().step_count,
            Some(8123)
        );
        let url = server.received_requests().await.unwrap()[0].url.clone();
        assert_eq!(url.query(), Some("day=2019-07-03&maxSampleCount=200"));
        decode_strictly::<Entries<BTreeMap<NaiveDate, ActivityDay>>>(FIXTURE);
    }
}

//! `GET /api/activity-timeline/load?day=YYYY-MM-DD&maxSampleCount=N`: the activity of a day, and
//! `.../loadFour` with the same shape: the days from two before to one after.
//!
//! Seen 2019-07 to 2026-10. The answer is an object whose names are days; nothing in it is essential but that. Days behind
//! the last synchronisation have a null `dataPanelData`, days without a watch have zeros. Amounts of time are minutes, and
//! the goal is a percentage. Times within a day are milliseconds of the *wall clock*, written as if it were UTC.
//!
//! ```json
//! {"2026-05-26": {
//!   "dataPanelData": {"dailyActivityGoal": 100, "activeTime": 480, "distanceFromSteps": 6400.5, "stepCount": 9000,
//!                     "kiloCalories": 2300, "sleepDuration": 450, "inactivityAlertCount": 1, "sleepPlus": true},
//!   "activityGraphData": {"lastSync": 1779800000000, "activityTimelineSamples": [{"time": 1779753600000, "value": 1.2}]}}}
//! ```
//!
//! ```no_run
//! # async fn example(polar: polar_flow::PolarFlow) -> Result<(), Box<dyn std::error::Error>> {
//! for (day, activity) in polar.activity_four("2026-05-26".parse()?, 200).await? {
//!     println!("{day}: {:?} steps", activity.totals.and_then(|totals| totals.step_count));
//! }
//! # Ok(())
//! # }
//! ```

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use web_session::decode::{Entries, essential, lenient};
use web_session::lenient_objects;

use crate::client::{Call, PolarFlow};
use crate::error::Error;
use crate::model::wire;

/// The activity of a day.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ActivityDay {
    /// Totals; `None` behind the last synchronisation.
    #[serde(default, rename = "dataPanelData", deserialize_with = "lenient")]
    pub totals: Option<ActivityTotals>,
    /// Samples over the day.
    #[serde(default, rename = "activityGraphData", deserialize_with = "lenient")]
    pub graph: Option<ActivityGraph>,
    /// Minutes at each level.
    #[serde(default, rename = "activityScoreData", deserialize_with = "lenient")]
    pub minutes: Option<ActivityMinutes>,
    /// Advice. Not modelled.
    #[serde(default, deserialize_with = "lenient")]
    pub activity_benefit_feedback_data: Option<Value>,
    /// Data of the small graph. Not modelled.
    #[serde(default, deserialize_with = "lenient")]
    pub mini_graph_data: Option<Value>,
}

/// Samples over a day.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ActivityGraph {
    /// When the watch was last synchronised, in milliseconds since 1970.
    #[serde(default, rename = "lastSync", deserialize_with = "lenient")]
    pub last_sync_ms: Option<u64>,
    /// Intensity, at most as many as asked for.
    #[serde(
        default,
        rename = "activityTimelineSamples",
        deserialize_with = "lenient"
    )]
    pub samples: Vec<ActivitySample>,
    /// Heart rates, at most as many as asked for.
    #[serde(
        default,
        rename = "heartRateTimelineSamples",
        deserialize_with = "lenient"
    )]
    pub heart_rates: Vec<ActivitySample>,
    /// Training sessions and the like.
    #[serde(
        default,
        rename = "activityTimelineIcons",
        deserialize_with = "lenient"
    )]
    pub icons: Vec<ActivityIcon>,
    /// The limits of the intensity zones.
    #[serde(default, rename = "activityZoneLimits", deserialize_with = "lenient")]
    pub zone_limits: Vec<Option<f64>>,
    /// The extremes of the heart rate.
    #[serde(default, deserialize_with = "lenient")]
    pub heart_rate_summary: Option<HeartRateSummary>,
    /// Sessions of high intensity. Not modelled: only seen empty.
    #[serde(default, deserialize_with = "lenient")]
    pub high_session_timeline_list: Vec<Value>,
    /// Training sessions. Not modelled: only seen empty.
    #[serde(default, deserialize_with = "lenient")]
    pub training_timeline_list: Vec<Value>,
}

/// A value at a time of the day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ActivitySample {
    /// Milliseconds since 1970 of the wall clock. Use [`at`](Self::at). Essential: a sample without it is left out.
    #[serde(rename = "time", deserialize_with = "essential")]
    pub time_ms: u64,
    /// The value, in the unit of its series.
    #[serde(default, deserialize_with = "lenient")]
    pub value: Option<f64>,
}

web_session::response_constructors! {
    ActivitySample { time_ms: u64;
        value
    }
}

impl ActivitySample {
    /// The wall clock.
    #[must_use]
    pub fn at(&self) -> Option<NaiveDateTime> {
        let ms = i64::try_from(self.time_ms).ok()?;
        Some(DateTime::from_timestamp_millis(ms)?.naive_utc())
    }
}

/// A mark on the day.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ActivityIcon {
    /// Such as `ACTIVITY_TIMELINE_ICON_TYPE_TRAINING`.
    #[serde(
        default,
        rename = "activityTimelineIconType",
        deserialize_with = "lenient"
    )]
    pub kind: Option<String>,
    /// Milliseconds since 1970 of the wall clock.
    #[serde(default, rename = "localTime", deserialize_with = "lenient")]
    pub time_ms: Option<u64>,
    /// Path of the page on the website.
    #[serde(default, deserialize_with = "lenient")]
    pub url: Option<String>,
    /// Duration in seconds, alone here.
    #[serde(default, rename = "duration", deserialize_with = "lenient")]
    pub duration_s: Option<u64>,
    /// Distance in metres.
    #[serde(default, rename = "distance", deserialize_with = "wire::amount")]
    pub distance_m: Option<f64>,
    /// Energy in kcal.
    #[serde(default, rename = "kiloCalories", deserialize_with = "lenient")]
    pub calories_kcal: Option<u64>,
    /// The constant of the sport.
    #[serde(default, deserialize_with = "lenient")]
    pub sport_name: Option<String>,
    /// Sleep was recorded in detail.
    #[serde(default, deserialize_with = "lenient")]
    pub sleep_plus: Option<bool>,
}

/// The extremes of the heart rate in a day, in bpm; 0 means unknown.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct HeartRateSummary {
    /// Lowest while awake.
    #[serde(default, rename = "dayMinimum", deserialize_with = "lenient")]
    pub day_minimum_bpm: Option<u64>,
    /// Highest while awake.
    #[serde(default, rename = "dayMaximum", deserialize_with = "lenient")]
    pub day_maximum_bpm: Option<u64>,
    /// Lowest while asleep.
    #[serde(default, rename = "nightMinimum", deserialize_with = "lenient")]
    pub night_minimum_bpm: Option<u64>,
    /// When, as the service writes it.
    #[serde(default, deserialize_with = "lenient")]
    pub day_minimum_date_time: Option<Value>,
    /// When, as the service writes it.
    #[serde(default, deserialize_with = "lenient")]
    pub day_maximum_date_time: Option<Value>,
    /// When, as the service writes it.
    #[serde(default, deserialize_with = "lenient")]
    pub night_minimum_date_time: Option<Value>,
}

/// Minutes at each level of a day.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ActivityMinutes {
    /// Asleep.
    #[serde(default, rename = "sleepDuration", deserialize_with = "wire::amount")]
    pub sleep: Option<f64>,
    /// Sitting.
    #[serde(
        default,
        rename = "sedentaryDuration",
        deserialize_with = "wire::amount"
    )]
    pub sedentary: Option<f64>,
    /// Light activity.
    #[serde(default, rename = "lightDuration", deserialize_with = "wire::amount")]
    pub light: Option<f64>,
    /// Moderate activity.
    #[serde(
        default,
        rename = "moderateDuration",
        deserialize_with = "wire::amount"
    )]
    pub moderate: Option<f64>,
    /// Vigorous activity.
    #[serde(
        default,
        rename = "vigorousDuration",
        deserialize_with = "wire::amount"
    )]
    pub vigorous: Option<f64>,
}

/// Totals of a day.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ActivityTotals {
    /// The reached part of the day's goal, in percent.
    #[serde(
        default,
        rename = "dailyActivityGoal",
        deserialize_with = "wire::amount"
    )]
    pub daily_activity_goal_percent: Option<f64>,
    /// Active time in minutes.
    #[serde(default, rename = "activeTime", deserialize_with = "wire::amount")]
    pub active_time_min: Option<f64>,
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
    /// Sleep in minutes.
    #[serde(default, rename = "sleepDuration", deserialize_with = "wire::amount")]
    pub sleep_duration_min: Option<f64>,
    /// Number of alerts.
    #[serde(default, deserialize_with = "lenient")]
    pub inactivity_alert_count: Option<u64>,
    /// Sleep was recorded in detail.
    #[serde(default, deserialize_with = "lenient")]
    pub sleep_plus: Option<bool>,
}

lenient_objects!(
    ActivityDay,
    ActivityTotals,
    ActivityGraph,
    ActivitySample,
    ActivityIcon,
    HeartRateSummary,
    ActivityMinutes,
);

impl PolarFlow {
    /// The activity of a day, with at most `max_samples` samples per series; the map has one entry per day that the service
    /// sent.
    ///
    /// # Errors
    /// As for every call.
    pub async fn activity(
        &self,
        day: NaiveDate,
        max_samples: u32,
    ) -> Result<BTreeMap<NaiveDate, ActivityDay>, Error> {
        let path = &self.endpoints().activity;
        self.activity_of("activity", path, day, max_samples).await
    }

    /// The activity of four days, from two before `day` to one after.
    ///
    /// # Errors
    /// As for every call.
    pub async fn activity_four(
        &self,
        day: NaiveDate,
        max_samples: u32,
    ) -> Result<BTreeMap<NaiveDate, ActivityDay>, Error> {
        let path = &self.endpoints().activity_four;
        self.activity_of("activity of four days", path, day, max_samples)
            .await
    }

    async fn activity_of(
        &self,
        endpoint: &'static str,
        path: &str,
        day: NaiveDate,
        max_samples: u32,
    ) -> Result<BTreeMap<NaiveDate, ActivityDay>, Error> {
        let call = self.activity_call(endpoint, path, day, max_samples);
        let Entries(days) = call.json().await?;
        Ok(days)
    }

    pub(crate) fn activity_call(
        &self,
        endpoint: &'static str,
        path: &str,
        day: NaiveDate,
        max_samples: u32,
    ) -> Call {
        let request = self
            .session()
            .get(self.url(path))
            .endpoint(endpoint)
            .query("day", &day.to_string())
            .query("maxSampleCount", &max_samples.to_string());
        self.call(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decode_strictly, replay};

    const FIXTURE: &str = include_str!("../../fixtures/misc/2019-07-activity.json");
    const FOUR: &str = include_str!("../../fixtures/misc/2026-05-activity-four.json");

    #[tokio::test]
    async fn a_day_is_read() {
        let (polar, server) = replay("/api/activity-timeline/load", FIXTURE).await;
        let day = "2019-07-03".parse().unwrap();
        let days = polar.activity(day, 200).await.unwrap();
        assert_eq!(days[&day].totals.as_ref().unwrap().step_count, Some(8123));
        let url = server.received_requests().await.unwrap()[0].url.clone();
        assert_eq!(url.query(), Some("day=2019-07-03&maxSampleCount=200"));
        decode_strictly::<Entries<BTreeMap<NaiveDate, ActivityDay>>>(FIXTURE);
    }

    #[tokio::test]
    async fn four_days_are_read_and_the_last_has_no_totals_yet() {
        let (polar, server) = replay("/api/activity-timeline/loadFour", FOUR).await;
        let day: NaiveDate = "2026-05-26".parse().unwrap();
        let days = polar.activity_four(day, 50).await.unwrap();
        assert_eq!(days.len(), 4);
        assert_eq!(days[&day.succ_opt().unwrap()].totals, None);
        let today = &days[&day];
        let totals = today.totals.as_ref().unwrap();
        assert_eq!(totals.sleep_duration_min, Some(450.0));
        let graph = today.graph.as_ref().unwrap();
        let clock = graph.heart_rates[0].at().unwrap();
        assert_eq!(clock.to_string(), "2026-05-26 00:05:00");
        assert_eq!(
            graph.heart_rate_summary.as_ref().unwrap().day_maximum_bpm,
            Some(151)
        );
        let url = server.received_requests().await.unwrap()[0].url.clone();
        assert_eq!(url.query(), Some("day=2026-05-26&maxSampleCount=50"));
        decode_strictly::<Entries<BTreeMap<NaiveDate, ActivityDay>>>(FOUR);
    }
}

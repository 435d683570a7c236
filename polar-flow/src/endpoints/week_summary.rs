//! `POST /training/getCalendarWeekSummary`: totals per week. A read in spite of its method.
//!
//! Seen 2026-10. Body `{"from":"D.M.YYYY","to":"D.M.YYYY"}`, at most 45 days, else 400 with plain text. The count's key
//! is misspelt by the service; the right spelling is understood, too.

use std::ops::RangeBounds;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use web_session::decode::{Entries, lenient};
use web_session::lenient_objects;

use crate::client::PolarFlow;
use crate::error::Error;
use crate::model::wire;

/// The longest range in days.
pub const MAX_DAYS: i64 = 45;

/// Totals of a week.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WeekSummary {
    /// Number of the week in its year.
    #[serde(default, deserialize_with = "lenient")]
    pub week: Option<u64>,
    /// Number of training sessions.
    #[serde(
        default,
        rename = "traininigSessionsCount",
        alias = "trainingSessionsCount",
        deserialize_with = "lenient"
    )]
    pub sessions: Option<u64>,
    /// Time trained, in milliseconds.
    #[serde(default, rename = "durationMillis", deserialize_with = "lenient")]
    pub duration_ms: Option<u64>,
    /// Distance in metres.
    #[serde(default, rename = "distance", deserialize_with = "wire::amount")]
    pub distance_m: Option<f64>,
    /// Energy in kcal.
    #[serde(default, rename = "calories", deserialize_with = "lenient")]
    pub calories_kcal: Option<u64>,
    /// Number of steps.
    #[serde(default, deserialize_with = "lenient")]
    pub step_count: Option<u64>,
    /// Distance walked, in metres.
    #[serde(
        default,
        rename = "distanceFromSteps",
        deserialize_with = "wire::amount"
    )]
    pub distance_from_steps_m: Option<f64>,
    #[serde(default, rename = "exeCount")]
    exe_count: wire::Ignored,
    #[serde(default)]
    active_time: wire::Ignored,
    #[serde(default, rename = "inActiveTime")]
    in_active_time: wire::Ignored,
    #[serde(default)]
    sleep_time: wire::Ignored,
    #[serde(default)]
    sleep_quality: wire::Ignored,
    #[serde(default)]
    inactivity_alert_count: wire::Ignored,
    #[serde(default)]
    sleep_plus: wire::Ignored,
}

lenient_objects!(WeekSummary);

impl PolarFlow {
    /// Totals of the weeks in a range of at most [`MAX_DAYS`] days.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a longer or an empty range.
    pub async fn week_summary(
        &self,
        days: impl RangeBounds<NaiveDate>,
    ) -> Result<Vec<WeekSummary>, Error> {
        let days = self.some_days(days)?;
        if (days.until() - days.from()).num_days() > MAX_DAYS {
            return Err(Error::InvalidArgument(format!(
                "Polar Flow sums up at most {MAX_DAYS} days at a time"
            )));
        }
        let day = |day: NaiveDate| day.format("%-d.%-m.%Y").to_string();
        let body = serde_json::json!({"from": day(days.from()), "to": day(days.until())});
        let url = self.url(&self.endpoints().week_summary);
        let request = self
            .session()
            .post(url)
            .endpoint("week summary")
            .json(&body);
        let Entries(weeks) = self.call(request).json().await?;
        Ok(weeks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decode_strictly, replay};

    const FIXTURE: &str = include_str!("../../fixtures/misc/2026-10-week-summary.json");
    const PATH: &str = "/training/getCalendarWeekSummary";

    #[tokio::test]
    async fn weeks_are_read() {
        let (polar, server) = replay(PATH, FIXTURE).await;
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let weeks = polar
            .week_summary(day("2026-06-01")..=day("2026-06-07"))
            .await
            .unwrap();
        assert_eq!(
            (weeks[0].sessions, weeks[0].duration_ms),
            (Some(3), Some(9_100_000))
        );
        let body: serde_json::Value = server.received_requests().await.unwrap()[0]
            .body_json()
            .unwrap();
        assert_eq!(
            body,
            serde_json::json!({"from": "1.6.2026", "to": "7.6.2026"})
        );
        let long = polar
            .week_summary(day("2026-01-01")..=day("2026-06-07"))
            .await;
        assert!(matches!(long, Err(Error::InvalidArgument(_))));
    }

    #[test]
    fn no_field_of_the_fixture_is_unknown_and_the_right_spelling_is_read() {
        decode_strictly::<Entries<Vec<WeekSummary>>>(FIXTURE);
        let week: WeekSummary = serde_json::from_str(r#"{"trainingSessionsCount":2}"#).unwrap();
        assert_eq!(week.sessions, Some(2));
    }
}

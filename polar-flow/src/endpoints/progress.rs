//! `POST /progress/getProgressViewSummaryAsJson`: totals of a range of days. A read in spite of its method.
//!
//! Seen 2026-05 to 2026-10, as an answer of an account without sessions: totals are zero and the distributions hold one
//! entry that says so. 404 means no data. The body has dates with dashes, unlike the calendar's:
//! `{"from": "01-06-2026", "to": "30-06-2026", "group": "MONTH", "timeFrame": "6w"}`. Nothing in the answer is essential.
//!
//! ```json
//! {"totalTrainingSessionCount": 3, "totalDistance": 21000.5, "totalCalories": 1500.0, "totalAscent": 120.0, "totalDescent": 118.0,
//!  "totalDuration": {"standardDays": 0, "standardHours": 2, "standardMinutes": 30, "standardSeconds": 0, "millis": 9000000},
//!  "sportDistributions": {"duration": [{"sportName": "Running", "distributionPercent": 100.0, "valueForChart": 9000.0}]}}
//! ```
//!
//! ```no_run
//! # async fn example(polar: polar_flow::PolarFlow) -> Result<(), Box<dyn std::error::Error>> {
//! let (june, july): (chrono::NaiveDate, chrono::NaiveDate) = ("2026-06-01".parse()?, "2026-07-01".parse()?);
//! println!("{:?} sessions in June", polar.progress(june..july).await?.sessions);
//! # Ok(())
//! # }
//! ```

use std::collections::BTreeMap;
use std::ops::RangeBounds;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use web_session::decode::{Ignored, lenient};
use web_session::lenient_objects;

use crate::client::PolarFlow;
use crate::error::Error;
use crate::model::wire;

/// Totals of a range of days.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Progress {
    /// Number of training sessions.
    #[serde(
        default,
        rename = "totalTrainingSessionCount",
        deserialize_with = "lenient"
    )]
    pub sessions: Option<u64>,
    /// Distance in metres.
    #[serde(default, rename = "totalDistance", deserialize_with = "wire::amount")]
    pub distance_m: Option<f64>,
    /// Time trained.
    #[serde(default, rename = "totalDuration", deserialize_with = "lenient")]
    pub duration: Option<ProgressDuration>,
    /// Energy in kcal.
    #[serde(default, rename = "totalCalories", deserialize_with = "wire::amount")]
    pub calories_kcal: Option<f64>,
    /// Ascent in metres.
    #[serde(default, rename = "totalAscent", deserialize_with = "wire::amount")]
    pub ascent_m: Option<f64>,
    /// Descent in metres.
    #[serde(default, rename = "totalDescent", deserialize_with = "wire::amount")]
    pub descent_m: Option<f64>,
    /// The shares of sports by metric: `duration`, `sessions`, `distance`.
    #[serde(default, deserialize_with = "lenient")]
    pub sport_distributions: BTreeMap<String, Vec<SportShare>>,
    /// The shares of training benefits.
    #[serde(
        default,
        rename = "trainingBenefitDistributionList",
        deserialize_with = "lenient"
    )]
    pub training_benefits: Vec<BenefitShare>,
    /// Time in heart-rate zones. Not modelled: only seen empty.
    #[serde(
        default,
        rename = "totalHeartRateZoneList",
        deserialize_with = "lenient"
    )]
    pub heart_rate_zones: Vec<Value>,
    /// Time in fat-burning zones. Not modelled: only seen empty.
    #[serde(default, rename = "totalFitFatZonesList", deserialize_with = "lenient")]
    pub fit_fat_zones: Vec<Value>,
    /// Time in power zones. Not modelled: only seen empty.
    #[serde(default, rename = "totalPowerZoneList", deserialize_with = "lenient")]
    pub power_zones: Vec<Value>,
    /// Time in speed zones. Not modelled: only seen empty.
    #[serde(default, rename = "totalSpeedZoneList", deserialize_with = "lenient")]
    pub speed_zones: Vec<Value>,
}

/// A duration of this endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Default, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ProgressDuration {
    /// All of it, in milliseconds.
    #[serde(default, rename = "millis", deserialize_with = "lenient")]
    pub ms: Option<u64>,
    // The same, cut into units.
    #[serde(default)]
    standard_days: Ignored,
    #[serde(default)]
    standard_hours: Ignored,
    #[serde(default)]
    standard_minutes: Ignored,
    #[serde(default)]
    standard_seconds: Ignored,
}

/// The share of a sport.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SportShare {
    /// The sport in the account's language, or words for "no data".
    #[serde(default, deserialize_with = "lenient")]
    pub sport_name: Option<String>,
    /// Percent of all.
    #[serde(
        default,
        rename = "distributionPercent",
        deserialize_with = "wire::amount"
    )]
    pub percent: Option<f64>,
    /// The amount: seconds, sessions or metres, by the metric.
    #[serde(default, rename = "valueForChart", deserialize_with = "wire::amount")]
    pub value: Option<f64>,
    #[serde(default)]
    name_for_chart: Ignored,
    #[serde(default)]
    percent_for_chart: Ignored,
}

/// The share of a training benefit.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct BenefitShare {
    /// Its constant; `NONE` where there is no data.
    #[serde(default, deserialize_with = "lenient")]
    pub training_benefit: Option<String>,
    /// Percent of all.
    #[serde(
        default,
        rename = "distributionPercent",
        deserialize_with = "wire::amount"
    )]
    pub percent: Option<f64>,
    /// The amount, in the service's own unit.
    #[serde(
        default,
        rename = "trainingBenefitTotal",
        deserialize_with = "wire::amount"
    )]
    pub total: Option<f64>,
    #[serde(default)]
    name_for_chart: Ignored,
    #[serde(default)]
    percent_for_chart: Ignored,
}

lenient_objects!(ProgressDuration, SportShare, BenefitShare);

impl PolarFlow {
    /// Totals of these days.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no data, [`Error::InvalidArgument`] for an empty range.
    pub async fn progress(&self, days: impl RangeBounds<NaiveDate>) -> Result<Progress, Error> {
        let days = self.some_days(days)?;
        let day = |day: NaiveDate| day.format("%d-%m-%Y").to_string();
        let body = serde_json::json!({
            "from": day(days.from()), "to": day(days.until()), "group": "MONTH", "timeFrame": "6w",
        });
        let url = self.url(&self.endpoints().progress);
        let request = self.session().post(url).endpoint("progress").json(&body);
        self.call(request).json().await
    }
}

#[cfg(test)]
mod tests {
    use wiremock::ResponseTemplate;

    use super::*;
    use crate::testing::{answering, decode_strictly, replay};

    const FIXTURE: &str = include_str!("../../fixtures/progress/2026-05.json");
    const PATH: &str = "/progress/getProgressViewSummaryAsJson";

    #[tokio::test]
    async fn totals_are_read_and_days_have_dashes() {
        let (polar, server) = replay(PATH, FIXTURE).await;
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let progress = polar
            .progress(day("2026-06-01")..=day("2026-06-30"))
            .await
            .unwrap();
        assert_eq!(progress.sessions, Some(3));
        assert_eq!(progress.duration.unwrap().ms, Some(9_000_000));
        assert_eq!(
            progress.sport_distributions["duration"][0].value,
            Some(9000.0)
        );
        let body: Value = server.received_requests().await.unwrap()[0]
            .body_json()
            .unwrap();
        assert_eq!(
            (&body["from"], &body["to"]),
            (&"01-06-2026".into(), &"30-06-2026".into())
        );
        decode_strictly::<Progress>(FIXTURE);
        let reversed = polar.progress(day("2026-06-02")..=day("2026-06-01")).await;
        assert!(matches!(reversed, Err(Error::InvalidArgument(_))));
        let (polar, _server) = answering(PATH, ResponseTemplate::new(404)).await;
        let none = polar.progress(day("2026-06-01")..=day("2026-06-30")).await;
        assert!(matches!(none, Err(Error::NotFound { .. })), "{none:?}");
    }
}

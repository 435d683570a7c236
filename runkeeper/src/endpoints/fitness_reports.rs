//! `POST /user/<u>/fitnessReportsData`: statistics over a range of days.
//!
//! A form, seen 2017 .. 2020-09: `startDate=1-Jan-2017` (day first, unlike the listing), `endDate`,
//! `timeframeOption=CUSTOM|LIFETIME|...`, `chartTimeBuckets=DAY|WEEK|MONTH`,
//! `reportConfigJson={"totalBoxes":{..},"charts":{..}}`. It only reads, so it is repeated like a read. The answer:
//!
//! ```json
//! {"totalBoxes": {"distance": {"value": "12.50", "units": "km"}},
//!  "charts": {"distance": {"series": [{"maxYValue": 12.5, "dataPointsList": [{"x": 1577836800000, "y": 12.5, "numSamples": 3}]}]}}}
//! ```
//!
//! Which boxes and charts may be asked for is not recorded; the names are the caller's.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use web_session::decode::lenient;
use web_session::lenient_objects;

use crate::model::opt_text;
use crate::{Error, Runkeeper};

const ENDPOINT: &str = "fitness report";

/// What to report.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct ReportRequest {
    days: Option<(NaiveDate, NaiveDate)>,
    bucket: &'static str,
    totals: Vec<String>,
    charts: Vec<String>,
}

impl ReportRequest {
    /// Everything there is, by month: total and chart of the distance.
    pub fn lifetime() -> Self {
        Self {
            days: None,
            bucket: "MONTH",
            totals: vec!["distance".to_owned()],
            charts: vec!["distance".to_owned()],
        }
    }

    /// The days `from..=until`, by month.
    pub fn days(from: NaiveDate, until: NaiveDate) -> Self {
        Self {
            days: Some((from, until)),
            ..Self::lifetime()
        }
    }

    /// Points of the charts by day.
    pub fn by_day(mut self) -> Self {
        self.bucket = "DAY";
        self
    }

    /// Points of the charts by week.
    pub fn by_week(mut self) -> Self {
        self.bucket = "WEEK";
        self
    }

    /// Names of the totals and charts to ask for.
    pub fn boxes<S: Into<String>>(
        mut self,
        totals: impl IntoIterator<Item = S>,
        charts: impl IntoIterator<Item = S>,
    ) -> Self {
        self.totals = totals.into_iter().map(Into::into).collect();
        self.charts = charts.into_iter().map(Into::into).collect();
        self
    }

    fn form(&self) -> Vec<(&'static str, String)> {
        let names = |list: &[String]| -> serde_json::Map<String, serde_json::Value> {
            list.iter().map(|name| (name.clone(), json!({}))).collect()
        };
        let config = json!({"totalBoxes": names(&self.totals), "charts": names(&self.charts)});
        let mut form = vec![
            (
                "timeframeOption",
                if self.days.is_some() {
                    "CUSTOM"
                } else {
                    "LIFETIME"
                }
                .to_owned(),
            ),
            ("chartTimeBuckets", self.bucket.to_owned()),
            ("reportConfigJson", config.to_string()),
        ];
        if let Some((from, until)) = self.days {
            form.push(("startDate", from.format("%-d-%b-%Y").to_string()));
            form.push(("endDate", until.format("%-d-%b-%Y").to_string()));
        }
        form
    }
}

/// A report.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// The totals by name.
    #[serde(rename = "totalBoxes", default, deserialize_with = "lenient")]
    pub totals: BTreeMap<String, Total>,
    /// The charts by name.
    #[serde(default, deserialize_with = "lenient")]
    pub charts: BTreeMap<String, Chart>,
}

/// A total, as the site writes it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Total {
    /// The number or time as text.
    #[serde(default, deserialize_with = "opt_text")]
    pub value: Option<String>,
    /// Its unit.
    #[serde(rename = "units", default, deserialize_with = "opt_text")]
    pub unit: Option<String>,
}

/// A chart.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Chart {
    /// Its lines.
    #[serde(default, deserialize_with = "lenient")]
    pub series: Vec<ReportSeries>,
}

/// A line of a chart.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportSeries {
    /// The highest value.
    #[serde(rename = "maxYValue", default, deserialize_with = "lenient")]
    pub highest: Option<f64>,
    /// Its points.
    #[serde(rename = "dataPointsList", default, deserialize_with = "lenient")]
    pub points: Vec<ReportPoint>,
}

/// A point of a chart: a day, week or month.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReportPoint {
    /// The begin of the bucket, in milliseconds since 1970; which zone's midnight it is was not recorded.
    #[serde(rename = "x", default, deserialize_with = "lenient")]
    pub at_ms: Option<i64>,
    /// The value, in the unit of the chart.
    #[serde(rename = "y", default, deserialize_with = "lenient")]
    pub value: Option<f64>,
    /// How many activities are in it.
    #[serde(rename = "numSamples", default, deserialize_with = "lenient")]
    pub samples: Option<u64>,
}

lenient_objects!(Total, Chart, ReportSeries, ReportPoint);

impl ReportPoint {
    /// The begin of the bucket.
    #[must_use]
    pub fn at(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.at_ms?)
    }
}

impl Runkeeper {
    /// Statistics of the account.
    ///
    /// # Errors
    /// [`Error::Drift`] when the answer is not a report.
    pub async fn fitness_report(&self, request: &ReportRequest) -> Result<Report, Error> {
        let user = self.user().await?;
        let path = self.endpoints().reports.replace("{user}", user.as_str());
        let form = request.form();
        let response = self
            .fetch(|| {
                self.session()
                    .post(self.url(&path))
                    .endpoint(ENDPOINT)
                    .header("X-Requested-With", "XMLHttpRequest")
                    .form(form.iter().map(|(name, value)| (*name, value.as_str())))
            })
            .await?;
        self.json(&response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_of_2020_is_read_and_every_field_may_be_missing() {
        let text = include_str!("../../fixtures/2020-09_fitnessReportsData.json");
        let report: Report = serde_json::from_str(text).unwrap();
        assert_eq!(report.totals["distance"].unit.as_deref(), Some("km"));
        let point = &report.charts["distance"].series[0].points[0];
        assert_eq!(
            point.at().unwrap().to_rfc3339(),
            "2020-01-01T00:00:00+00:00"
        );
        assert_eq!(point.samples, Some(3));
        for bare in [
            "{}",
            r#"{"totalBoxes":{"a":{}},"charts":{"a":{}}}"#,
            r#"{"totalBoxes":{"a":{"value":3,"units":null}},"charts":{"a":{"series":[{"maxYValue":null,"dataPointsList":[{}]}]}}}"#,
        ] {
            assert!(serde_json::from_str::<Report>(bare).is_ok(), "{bare}");
        }
    }

    /// Scenario: `Mon-DD-YYYY` for the list, `D-Mon-YYYY` for the reports, English months
    #[test]
    fn days_are_written_day_first() {
        let day = |d| NaiveDate::from_ymd_opt(2017, 1, d).unwrap();
        let form = ReportRequest::days(day(1), day(31)).by_day().form();
        assert!(form.contains(&("startDate", "1-Jan-2017".to_owned())));
        assert!(form.contains(&("endDate", "31-Jan-2017".to_owned())));
        assert!(form.contains(&("timeframeOption", "CUSTOM".to_owned())));
        assert!(form.contains(&("chartTimeBuckets", "DAY".to_owned())));
    }
}

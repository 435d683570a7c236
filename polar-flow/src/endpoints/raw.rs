//! Answers as they came: the body byte for byte beside what the types read in it. For archives, which keep what the types leave
//! out.
//!
//! The requests are those of the typed methods, and so are the errors: an answer that the types cannot read is no answer here either.
//!
//! ```no_run
//! # async fn example(polar: polar_flow::PolarFlow) -> Result<(), Box<dyn std::error::Error>> {
//! use polar_flow::SessionId;
//!
//! let summary = polar.summary_raw(SessionId(8_390_000_001)).await?;
//! std::fs::write("summary.json", &summary.json)?;
//! println!("{} exercises", summary.value.exercises.len());
//! # Ok(())
//! # }
//! ```

use std::collections::BTreeMap;
use std::ops::RangeBounds;

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use web_session::decode::{Entries, from_slice};
use web_session::{Bytes, Response};

use crate::client::{ACCEPT_JSON, Call, Expect, PolarFlow, classify};
use crate::endpoints::account::Account;
use crate::endpoints::activity::ActivityDay;
use crate::endpoints::details::Details;
use crate::endpoints::sleep::SleepNight;
use crate::endpoints::summary::Summary;
use crate::error::Error;
use crate::model::ids::SessionId;
use crate::model::sports::SportId;
use crate::service::{SLEEP_LONGEST_DAYS, SLEEP_SHORTEST_DAYS};

/// An answer and what was read in it. `Debug` shows neither.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Raw<T> {
    /// The same, as the typed method reads it.
    pub value: T,
    /// The JSON text, byte for byte. It holds personal data.
    pub json: Bytes,
}

impl<T> std::fmt::Debug for Raw<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Raw {{ {} bytes }}", self.json.len())
    }
}

impl PolarFlow {
    /// [`summary`](Self::summary) with its JSON.
    ///
    /// # Errors
    /// As [`summary`](Self::summary).
    pub async fn summary_raw(&self, id: SessionId) -> Result<Raw<Summary>, Error> {
        let path = self.endpoints().summary.replace("{id}", &id.to_string());
        let request = self.session().get(self.url(&path)).endpoint("summary");
        self.raw(self.call(request)).await
    }

    /// [`details`](Self::details) with their JSON.
    ///
    /// # Errors
    /// As [`details`](Self::details).
    pub async fn details_raw(&self, id: SessionId) -> Result<Raw<Details>, Error> {
        let path = self.endpoints().details.replace("{id}", &id.to_string());
        let request = self.session().get(self.url(&path)).endpoint("details");
        self.raw(self.call(request)).await
    }

    /// [`account`](Self::account) with its JSON.
    ///
    /// # Errors
    /// As [`account`](Self::account).
    pub async fn account_raw(&self) -> Result<Raw<Account>, Error> {
        let url = self.url(&self.endpoints().account);
        self.raw(self.call(self.session().get(url).endpoint("account")))
            .await
    }

    /// [`sports`](Self::sports) with their JSON.
    ///
    /// # Errors
    /// As [`sports`](Self::sports).
    pub async fn sports_raw(&self) -> Result<Raw<BTreeMap<SportId, String>>, Error> {
        let url = self.url(&self.endpoints().sports);
        let request = self
            .session()
            .get(url)
            .endpoint("sports")
            .header("accept", ACCEPT_JSON);
        let response = request.read().await?;
        classify::answer(&response, Expect::Json, classify::Kind::Read)?;
        let Entries(value) = self.session().decode(&response)?;
        Ok(Raw {
            value,
            json: response.into_body(),
        })
    }

    /// [`sleep`](Self::sleep) with the JSON of each night: its object in the answer's list.
    ///
    /// # Errors
    /// As [`sleep`](Self::sleep).
    pub async fn sleep_raw(
        &self,
        days: impl RangeBounds<NaiveDate>,
    ) -> Result<Vec<Raw<SleepNight>>, Error> {
        let days = self.some_days(days)?;
        let mut nights: Vec<Raw<SleepNight>> = Vec::new();
        for window in days.windows_backwards(SLEEP_SHORTEST_DAYS, SLEEP_LONGEST_DAYS) {
            let response = self.sleep_call(window).json_response().await?;
            self.session()
                .decode::<Entries<Vec<SleepNight>>>(&response)?;
            for json in list(&response) {
                let Ok(value) = from_slice::<SleepNight>("sleep", json.get().as_bytes(), None)
                else {
                    continue;
                };
                let known = |night: &Raw<SleepNight>| night.json == json.get();
                if days.contains(value.date) && !nights.iter().any(known) {
                    nights.push(Raw {
                        value,
                        json: Bytes::copy_from_slice(json.get().as_bytes()),
                    });
                }
            }
        }
        Ok(nights)
    }

    /// [`activity`](Self::activity) with the JSON of each day: its object in the answer.
    ///
    /// # Errors
    /// As [`activity`](Self::activity).
    pub async fn activity_raw(
        &self,
        day: NaiveDate,
        max_samples: u32,
    ) -> Result<BTreeMap<NaiveDate, Raw<ActivityDay>>, Error> {
        let path = &self.endpoints().activity;
        let call = self.activity_call("activity", path, day, max_samples);
        let response = call.json_response().await?;
        let Entries(mut values): Entries<BTreeMap<NaiveDate, ActivityDay>> =
            self.session().decode(&response)?;
        let texts: BTreeMap<String, Box<RawValue>> =
            serde_json::from_slice(response.body()).unwrap_or_default();
        let days = texts.into_iter().filter_map(|(name, json)| {
            let day = name.parse().ok()?;
            let value = values.remove(&day)?;
            let json = Bytes::copy_from_slice(json.get().as_bytes());
            Some((day, Raw { value, json }))
        });
        Ok(days.collect())
    }

    async fn raw<T: DeserializeOwned>(&self, call: Call) -> Result<Raw<T>, Error> {
        let response = call.json_response().await?;
        Ok(Raw {
            value: self.session().decode(&response)?,
            json: response.into_body(),
        })
    }
}

/// The elements of a list, as they came.
fn list(response: &Response) -> Vec<Box<RawValue>> {
    serde_json::from_slice(response.body()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::replay;

    const ID: SessionId = SessionId(8_400_000_777);

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn the_body_is_kept_with_its_blanks_and_unknown_fields() {
        let body = "{ \"id\":8400000777,\n \"newField\": 1.50, \"exercises\": {} }\n";
        let (polar, _server) = replay("/api/training/analysis/8400000777/summary", body).await;
        let summary = polar.summary_raw(ID).await.unwrap();
        assert_eq!(summary.json, body);
        assert_eq!(summary.value.id, ID);
        assert_eq!(
            format!("{summary:?}"),
            format!("Raw {{ {} bytes }}", body.len())
        );
        let (polar, _server) = replay("/api/training/analysis/8400000777/details", body).await;
        assert_eq!(polar.details_raw(ID).await.unwrap().json, body);
        let (polar, _server) = replay("/api/training/analysis/8400000777/details", "{}").await;
        assert!(polar.details_raw(ID).await.unwrap_err().is_drift());
    }

    #[tokio::test]
    async fn account_and_sports_are_kept() {
        let body = "{\"user\": {\"id\": 7, \"x\": [1.0]}}";
        let (polar, _server) = replay("/api/account/users/current/user", body).await;
        let account = polar.account_raw().await.unwrap();
        assert_eq!((account.json, account.value.user.id.0), (body.into(), 7));
        let body = "{\"1\": \"RUNNING\",  \"x\": null}";
        let (polar, _server) = replay("/api/sports/sports", body).await;
        let sports = polar.sports_raw().await.unwrap();
        assert_eq!((sports.json, sports.value.len()), (body.into(), 1));
    }

    #[tokio::test]
    async fn each_night_and_each_day_has_its_own_object() {
        let body =
            r#"[{"date": "2026-05-25"}, {"date":"2026-05-26",  "odd": 1.0}, {"no": "date"}, null]"#;
        let (polar, _server) = replay("/api/sleep/report", body).await;
        let nights = polar.sleep_raw(day("2026-05-26")..=day("2026-05-27")).await;
        let [night] = &nights.unwrap()[..] else {
            panic!("one night")
        };
        assert_eq!(night.json, r#"{"date":"2026-05-26",  "odd": 1.0}"#);
        let body =
            r#"{"2026-05-26": {"dataPanelData": {"stepCount": 9000},  "odd": 1.0}, "x": {}}"#;
        let (polar, _server) = replay("/api/activity-timeline/load", body).await;
        let days = polar.activity_raw(day("2026-05-26"), 200).await.unwrap();
        assert_eq!(days.len(), 1);
        let raw = &days[&day("2026-05-26")];
        assert_eq!(
            raw.json,
            r#"{"dataPanelData": {"stepCount": 9000},  "odd": 1.0}"#
        );
        assert_eq!(raw.value.totals.as_ref().unwrap().step_count, Some(9000));
        let (polar, _server) = replay("/api/activity-timeline/load", "[]").await;
        let drift = polar.activity_raw(day("2026-05-26"), 200).await;
        assert!(drift.unwrap_err().is_drift());
    }
}

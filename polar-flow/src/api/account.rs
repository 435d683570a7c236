//! `GET /api/account/users/current/user`: who is signed in. Also the proof that a session is alive.
//!
//! Seen 2018 to 2026-05. `user.userName` is the e-mail address and is left out of `Debug`.
//!
//! ```json
//! {"user": {"userName": "a@example.org", "id": 11111111, "country": "FI"},
//!  "localizationInfo": {"measurementUnit": "METRIC", "timeZone": "-02:00"}, "physicalInfo": {"sex": "MALE"}}
//! ```

use std::fmt;

use serde::{Deserialize, Serialize};
use web_session::join;

use crate::client::PolarFlow;
use crate::error::Error;
use crate::ids::UserId;

/// The account that is signed in.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Account {
    /// The person.
    pub user: User,
    /// Units, formats and language.
    #[serde(default)]
    pub localization_info: Option<Localization>,
    /// Body data. Most of it can be null.
    #[serde(default)]
    pub physical_info: Option<PhysicalInfo>,
    #[serde(default)]
    sport_profiles: crate::wire::Skipped,
    #[serde(default)]
    application_roles: crate::wire::Skipped,
    #[serde(default)]
    capabilities: crate::wire::Skipped,
    #[serde(default)]
    product_capabilities: crate::wire::Skipped,
}

/// A person. `Debug` shows the id and the country only.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct User {
    /// The account's id, which the history asks for.
    pub id: UserId,
    /// The e-mail address.
    #[serde(default)]
    pub user_name: Option<String>,
    /// Given name.
    #[serde(default)]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default)]
    pub last_name: Option<String>,
    /// Nickname.
    #[serde(default)]
    pub nick_name: Option<String>,
    /// Address of the profile picture.
    #[serde(default)]
    pub picture_url: Option<String>,
    /// Country code, two letters.
    #[serde(default)]
    pub country: Option<String>,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User")
            .field("id", &self.id)
            .field("country", &self.country)
            .finish_non_exhaustive()
    }
}

/// How the account writes numbers and times. Values are the service's own words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Localization {
    /// `METRIC` or `IMPERIAL`.
    #[serde(default)]
    pub measurement_unit: Option<MeasurementUnit>,
    /// First day of the week, such as `MONDAY`.
    #[serde(default)]
    pub first_day_of_week: Option<String>,
    /// Such as `DAY_MONTH_YEAR`.
    #[serde(default)]
    pub date_format: Option<String>,
    /// `HYPHEN`, `SLASH` or `DOT`.
    #[serde(default)]
    pub date_separator: Option<String>,
    /// `TIMEFORMAT_24` or `TIMEFORMAT_12`.
    #[serde(default)]
    pub time_format: Option<String>,
    /// Such as `COLON`.
    #[serde(default)]
    pub time_format_separator: Option<String>,
    /// Such as `-02:00`. The zone of the account, not of any session.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// Language of the texts in answers.
    #[serde(default)]
    pub flow_language: Option<String>,
    /// Language of the browser.
    #[serde(default)]
    pub user_agent_language: Option<String>,
}

/// Units of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum MeasurementUnit {
    /// Kilometres and kilograms.
    #[serde(rename = "METRIC")]
    Metric,
    /// Miles and pounds.
    #[serde(rename = "IMPERIAL")]
    Imperial,
    /// Another word.
    #[serde(untagged)]
    Other(String),
}

/// Body data of an account.
#[derive(Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PhysicalInfo {
    /// Birthday as year, month, day.
    #[serde(default)]
    pub birthday: Option<(i32, u32, u32)>,
    /// `MALE` or `FEMALE`.
    #[serde(default)]
    pub sex: Option<String>,
    /// Such as `REGULAR`.
    #[serde(default)]
    pub training_background: Option<String>,
    /// Weight in kg.
    #[serde(default, rename = "weight")]
    pub weight_kg: Option<f64>,
    /// Height in cm.
    #[serde(default, rename = "height")]
    pub height_cm: Option<f64>,
    /// Functional threshold power in W.
    #[serde(default, rename = "functionalThresholdPower")]
    pub functional_threshold_power_w: Option<f64>,
    /// Maximum aerobic power in W.
    #[serde(default, rename = "maximumAerobicPower")]
    pub maximum_aerobic_power_w: Option<f64>,
}

impl fmt::Debug for PhysicalInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhysicalInfo { .. }")
    }
}

impl PolarFlow {
    /// The account that is signed in.
    ///
    /// # Errors
    /// [`Error::SignInNeeded`] when nobody is and that can't be changed; [`Error::Drift`] without an id; transport
    /// errors.
    pub async fn account(&self) -> Result<Account, Error> {
        let url = join(self.flow_url(), &self.endpoints().account);
        self.read_json(self.session().get(url).endpoint("account"))
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decode_strictly, replay};

    const FIXTURE: &str = include_str!("../../fixtures/account/2026-05-current-user.json");

    #[tokio::test]
    async fn the_account_is_read() {
        let (polar, server) = replay("/api/account/users/current/user", FIXTURE).await;
        let account = polar.account().await.unwrap();
        assert_eq!(account.user.id, UserId(41_000_017));
        let units = account.localization_info.unwrap().measurement_unit;
        assert_eq!(units, Some(MeasurementUnit::Metric));
        let request = &server.received_requests().await.unwrap()[0];
        assert_eq!(request.headers["x-requested-with"], "XMLHttpRequest");
        assert!(
            request.headers["user-agent"]
                .to_str()
                .unwrap()
                .starts_with("Mozilla/")
        );
        assert!(request.headers.contains_key("referer"));
    }

    #[test]
    fn no_field_of_the_fixture_is_unknown() {
        decode_strictly::<Account>(FIXTURE);
    }

    #[test]
    fn everything_but_the_id_may_be_missing_or_null() {
        let bare: Account = serde_json::from_str(r#"{"user":{"id":1}}"#).unwrap();
        assert_eq!(bare.user.id, UserId(1));
        let nulls: Account = serde_json::from_str(
            r#"{"user":{"id":1,"userName":null,"nickName":null,"country":null},"localizationInfo":null,
                "physicalInfo":{"birthday":null,"sex":null,"weight":null,"height":170.5}}"#,
        )
        .unwrap();
        assert_eq!(nulls.physical_info.unwrap().height_cm, Some(170.5));
        assert!(serde_json::from_str::<Account>(r#"{"user":{}}"#).is_err());
    }

    #[test]
    fn units_not_known_yet_are_kept() {
        let text = r#"{"user":{"id":1},"localizationInfo":{"measurementUnit":"NAUTICAL"}}"#;
        let account: Account = serde_json::from_str(text).unwrap();
        let unit = account.localization_info.unwrap().measurement_unit;
        assert_eq!(unit, Some(MeasurementUnit::Other("NAUTICAL".into())));
    }

    #[test]
    fn debug_shows_nobody() {
        let account: Account = serde_json::from_str(FIXTURE).unwrap();
        let shown = format!("{account:?}");
        assert!(
            !shown.contains("example.org") && !shown.contains("Testperson"),
            "{shown}"
        );
    }
}

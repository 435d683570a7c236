//! `GET /api/account/users/current/user`: who is signed in. Also the proof that a session is alive.
//!
//! Seen 2018 to 2026-05. Essential is `user.id`. `user.userName` is the e-mail address and is left out of `Debug`.
//!
//! ```json
//! {"user": {"userName": "a@example.org", "id": 11111111, "country": "FI"},
//!  "localizationInfo": {"measurementUnit": "METRIC", "timeZone": "-02:00"}, "physicalInfo": {"sex": "MALE"}}
//! ```

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use web_session::decode::{essential, lenient};
use web_session::lenient_objects;

use crate::client::PolarFlow;
use crate::error::Error;
use crate::model::ids::UserId;
use crate::model::wire::{self, words};

/// The account that is signed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Account {
    /// The person.
    pub user: User,
    /// Units, formats and language.
    #[serde(default, deserialize_with = "lenient")]
    pub localization_info: Option<Localization>,
    /// Body data. Most of it can be null.
    #[serde(default, deserialize_with = "lenient")]
    pub physical_info: Option<PhysicalInfo>,
    #[serde(default)]
    sport_profiles: wire::Ignored,
    #[serde(default)]
    application_roles: wire::Ignored,
    #[serde(default)]
    capabilities: wire::Ignored,
    #[serde(default)]
    product_capabilities: wire::Ignored,
}

/// The owner of the account. `Debug` shows the id and the country only.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct User {
    /// The account's id, which the history asks for.
    #[serde(deserialize_with = "essential")]
    pub id: UserId,
    /// The e-mail address.
    #[serde(default, deserialize_with = "lenient")]
    pub user_name: Option<String>,
    /// Given name.
    #[serde(default, deserialize_with = "lenient")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, deserialize_with = "lenient")]
    pub last_name: Option<String>,
    /// Nickname.
    #[serde(default, deserialize_with = "lenient")]
    pub nick_name: Option<String>,
    /// Address of the profile picture.
    #[serde(default, deserialize_with = "lenient")]
    pub picture_url: Option<String>,
    /// Country code, two letters.
    #[serde(default, deserialize_with = "lenient")]
    pub country: Option<String>,
}

web_session::response_constructors! {
    Account { user: User;
        localization_info, physical_info, sport_profiles, application_roles, capabilities,
        product_capabilities
    }
    User { id: UserId;
        user_name, first_name, last_name, nick_name, picture_url, country
    }
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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Localization {
    /// `METRIC` or `IMPERIAL`.
    #[serde(default, deserialize_with = "lenient")]
    pub measurement_unit: Option<MeasurementUnit>,
    /// First day of the week, such as `MONDAY`.
    #[serde(default, deserialize_with = "lenient")]
    pub first_day_of_week: Option<String>,
    /// Such as `DAY_MONTH_YEAR`.
    #[serde(default, deserialize_with = "lenient")]
    pub date_format: Option<String>,
    /// `HYPHEN`, `SLASH` or `DOT`.
    #[serde(default, deserialize_with = "lenient")]
    pub date_separator: Option<String>,
    /// `TIMEFORMAT_24` or `TIMEFORMAT_12`.
    #[serde(default, deserialize_with = "lenient")]
    pub time_format: Option<String>,
    /// Such as `COLON`.
    #[serde(default, deserialize_with = "lenient")]
    pub time_format_separator: Option<String>,
    /// Such as `-02:00`. The zone of the account, not of any session.
    #[serde(default, deserialize_with = "lenient")]
    pub time_zone: Option<String>,
    /// Language of the texts in answers.
    #[serde(default, deserialize_with = "lenient")]
    pub flow_language: Option<String>,
    /// Language of the browser.
    #[serde(default, deserialize_with = "lenient")]
    pub user_agent_language: Option<String>,
}

words! {
    /// Units of an account.
    MeasurementUnit {
        /// Kilometres and kilograms.
        Metric = "METRIC",
        /// Miles and pounds.
        Imperial = "IMPERIAL",
    }
}

/// Body data of an account.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PhysicalInfo {
    /// Birthday; the service writes year, month and day as a list.
    #[serde(default, with = "birthday")]
    pub birthday: Option<NaiveDate>,
    /// `MALE` or `FEMALE`.
    #[serde(default, deserialize_with = "lenient")]
    pub sex: Option<String>,
    /// Such as `REGULAR`.
    #[serde(default, deserialize_with = "lenient")]
    pub training_background: Option<String>,
    /// A typical day, as the service words it.
    #[serde(default, deserialize_with = "lenient")]
    pub typical_day: Option<String>,
    /// Highest heart rate in bpm.
    #[serde(default, rename = "maximumHeartRate", deserialize_with = "lenient")]
    pub maximum_heart_rate_bpm: Option<u64>,
    /// Resting heart rate in bpm.
    #[serde(default, rename = "restingHeartRate", deserialize_with = "lenient")]
    pub resting_heart_rate_bpm: Option<u64>,
    /// Aerobic threshold in bpm.
    #[serde(default, rename = "aerobicThreshold", deserialize_with = "lenient")]
    pub aerobic_threshold_bpm: Option<u64>,
    /// Anaerobic threshold in bpm.
    #[serde(default, rename = "anaerobicThreshold", deserialize_with = "lenient")]
    pub anaerobic_threshold_bpm: Option<u64>,
    /// Maximal oxygen uptake.
    #[serde(default, deserialize_with = "wire::amount")]
    pub vo2_max: Option<f64>,
    /// Threshold in metabolic equivalents.
    #[serde(default, deserialize_with = "wire::amount")]
    pub met_threshold: Option<f64>,
    /// Sleep that the user wants, in hours.
    #[serde(default, rename = "sleepGoal", deserialize_with = "wire::amount")]
    pub sleep_goal_h: Option<f64>,
    /// Recovery time of a week, in the service's own unit.
    #[serde(default, deserialize_with = "wire::amount")]
    pub weekly_recovery_time_sum: Option<f64>,
    /// Correction of the speed, in the service's own unit.
    #[serde(default, deserialize_with = "lenient")]
    pub speed_calibration_offset: Option<f64>,
    /// Weight in kg.
    #[serde(default, rename = "weight", deserialize_with = "wire::amount")]
    pub weight_kg: Option<f64>,
    /// Height in cm.
    #[serde(default, rename = "height", deserialize_with = "wire::amount")]
    pub height_cm: Option<f64>,
    /// Functional threshold power in W.
    #[serde(
        default,
        rename = "functionalThresholdPower",
        deserialize_with = "wire::amount"
    )]
    pub functional_threshold_power_w: Option<f64>,
    /// Maximum aerobic power in W.
    #[serde(
        default,
        rename = "maximumAerobicPower",
        deserialize_with = "wire::amount"
    )]
    pub maximum_aerobic_power_w: Option<f64>,
}

lenient_objects!(Localization, PhysicalInfo);

/// `[1990, 1, 31]`
mod birthday {
    use serde::de::SeqAccess;
    use serde::{Deserializer, Serialize as _, Serializer};
    use web_session::decode::{Format, lenient_as};

    use super::{Datelike as _, NaiveDate};

    struct Birthday;

    impl<'de> Format<'de> for Birthday {
        type Value = NaiveDate;
        const EXPECTED: &'static str = "a list of year, month and day";

        fn list<A: SeqAccess<'de>>(list: A) -> Result<Option<NaiveDate>, A::Error> {
            let parts = <Vec<Option<u32>>>::list(list)?.unwrap_or_default();
            Ok(match parts[..] {
                [Some(year), Some(month), Some(day)] => i32::try_from(year)
                    .ok()
                    .and_then(|year| NaiveDate::from_ymd_opt(year, month, day)),
                _ => None,
            })
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        de: D,
    ) -> Result<Option<NaiveDate>, D::Error> {
        lenient_as::<Birthday, D>(de)
    }

    pub(super) fn serialize<S: Serializer>(
        day: &Option<NaiveDate>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        day.map(|day| (day.year(), day.month(), day.day()))
            .serialize(to)
    }
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
    /// [`Error::SignInNeeded`] when no session can be had; [`Error::Drift`] without an id; transport
    /// errors.
    pub async fn account(&self) -> Result<Account, Error> {
        let url = self.url(&self.endpoints().account);
        self.call(self.session().get(url).endpoint("account"))
            .json()
            .await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{decode_observed, decode_strictly, replay};

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

    /// The account and the check of a session need the id and nothing else.
    #[test]
    fn a_field_of_another_type_costs_itself() {
        let fixture: serde_json::Value = serde_json::from_str(FIXTURE).unwrap();
        for (place, value) in [
            ("/physicalInfo/birthday", json!([])),
            ("/physicalInfo/birthday", json!([1980, 13, 29])),
            ("/physicalInfo/birthday", json!("1980-02-29")),
            ("/physicalInfo/weight", json!("61.5")),
            ("/physicalInfo", json!([1, 2])),
            ("/localizationInfo/measurementUnit", json!(0)),
            ("/user/userName", json!({})),
            ("/user/country", json!(358)),
        ] {
            let mut changed = fixture.clone();
            *changed.pointer_mut(place).unwrap() = value.clone();
            let (account, seen) = decode_observed::<Account>(&changed);
            assert_eq!(account.user.id, UserId(41_000_017));
            let path = place[1..].replace('/', ".");
            assert_eq!(seen.last(), Some(&path), "{value}: {seen:?}");
        }
        let (whole, _) = decode_observed::<Account>(&fixture);
        let birthday = whole.physical_info.unwrap().birthday;
        assert_eq!(birthday, NaiveDate::from_ymd_opt(1980, 2, 29));
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

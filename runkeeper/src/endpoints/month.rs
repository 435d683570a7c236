//! `GET /activitiesByDateRange?userName=<u>&startDate=<Mon-DD-YYYY>`: the activities of one month.
//!
//! JSON, often labelled `text/html`. Seen 2013-02 .. 2020-09:
//!
//! ```json
//! {"activities": {"2013": {"Jan": [
//!   {"distance": "6.13", "distanceUnits": "mi", "username": "1234567890", "activity_id": 140000003,
//!    "dayOfMonth": "31", "month": "Jan", "year": "2013", "type": "CARDIO", "mainText": "Running", "live": false,
//!    "monthNum": "01", "elapsedTime": "52:10"}]}}}
//! ```
//!
//! `monthNum` and `elapsedTime` came by 2014-07. An empty month is `{"activities": {}}`. There is no time of day. Month
//! names are English whatever the account's language; distances are in the account's unit.
//!
//! Essential are `activities` with its years, months and lists, and each row's `activity_id`. A row that lacks it fails the
//! month instead of being left out: a program that looks for an activity before it sends one again must not take a row
//! that it cannot read for one that is not there. A null row holds nothing and is left out.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use futures_core::Stream;
use futures_util::stream;
use serde::{Deserialize, Deserializer, Serialize};
use web_session::decode::{Ignored, Listing, essential, lenient};

use crate::model::{opt_clock, opt_day, opt_decimal, opt_month, opt_text, opt_year, seconds};
use crate::{ActivityId, ActivityType, Distance, DistanceUnit, Error, Month, Runkeeper, UserName};

const ENDPOINT: &str = "activities of a month";

/// An activity as the listing shows it. Only the id is certain.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ListedActivity {
    /// Its number.
    pub id: ActivityId,
    /// The local day on which it started. The listing has no time of day.
    pub day: Option<NaiveDate>,
    /// Distance in the account's unit, rounded to two decimals.
    pub distance: Option<Distance>,
    /// Time without pauses, in whole seconds.
    #[serde(rename = "duration_s", serialize_with = "seconds")]
    pub duration: Option<TimeDelta>,
    /// Its type.
    pub activity_type: Option<ActivityType>,
    /// The name in the owner's addresses.
    pub user: Option<UserName>,
    /// Being recorded right now.
    pub live: bool,
}

web_session::response_constructors! {
    ListedActivity { id: ActivityId;
        day, distance, duration, activity_type, user, live
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Body {
    #[serde(deserialize_with = "years")]
    activities: Years,
}

type Years = BTreeMap<String, BTreeMap<String, Listing<Row>>>;

/// An empty object is sometimes written as an empty array by servers of this kind; anything else is a change.
fn years<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Years, D::Error> {
    struct Visitor;
    impl<'de> serde::de::Visitor<'de> for Visitor {
        type Value = Years;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object of years")
        }

        fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Years, A::Error> {
            let mut years = Years::new();
            while let Some((year, months)) = map.next_entry()? {
                years.insert(year, months);
            }
            Ok(years)
        }

        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Years, A::Error> {
            match seq.next_element::<Ignored>()? {
                None => Ok(Years::new()),
                Some(_) => Err(serde::de::Error::invalid_type(
                    serde::de::Unexpected::Seq,
                    &self,
                )),
            }
        }
    }
    deserializer.deserialize_any(Visitor)
}

#[derive(Debug, Deserialize)]
struct Row {
    #[serde(deserialize_with = "essential")]
    activity_id: ActivityId,
    #[serde(default, deserialize_with = "opt_decimal")]
    distance: Option<f64>,
    #[serde(default, rename = "distanceUnits", deserialize_with = "opt_text")]
    distance_units: Option<String>,
    #[serde(default, deserialize_with = "opt_text")]
    username: Option<String>,
    #[serde(default, rename = "dayOfMonth", deserialize_with = "opt_day")]
    day_of_month: Option<u32>,
    #[serde(default, deserialize_with = "opt_month")]
    month: Option<u32>,
    #[serde(default, rename = "monthNum", deserialize_with = "opt_month")]
    month_num: Option<u32>,
    #[serde(default, deserialize_with = "opt_year")]
    year: Option<i32>,
    /// `CARDIO` so far: what kind of entry it is, not which sport.
    #[serde(default, rename = "type")]
    _kind: Ignored,
    #[serde(default, rename = "mainText", deserialize_with = "opt_text")]
    main_text: Option<String>,
    #[serde(default, rename = "elapsedTime", deserialize_with = "opt_clock")]
    elapsed_time: Option<TimeDelta>,
    #[serde(default, deserialize_with = "lenient")]
    live: Option<bool>,
}

impl Body {
    pub(crate) fn listed(self) -> Vec<ListedActivity> {
        let mut listed = Vec::new();
        for (year, months) in self.activities {
            for (month, rows) in months {
                let rows = rows.into_entries().into_iter();
                listed.extend(rows.map(|row| row.listed(&year, &month)));
            }
        }
        listed
    }
}

impl Row {
    fn listed(self, year: &str, month: &str) -> ListedActivity {
        let year = self.year.or_else(|| year.trim().parse().ok());
        let month = self
            .month_num
            .or(self.month)
            .or_else(|| Month::number_of(month));
        let day = match (year, month, self.day_of_month) {
            (Some(year), Some(month), Some(day)) => NaiveDate::from_ymd_opt(year, month, day),
            _ => None,
        };
        let unit = self.distance_units.as_deref().map(DistanceUnit::from_label);
        ListedActivity {
            id: self.activity_id,
            day,
            distance: self
                .distance
                .zip(unit)
                .map(|(value, unit)| Distance::new(value, unit)),
            duration: self.elapsed_time,
            activity_type: self.main_text.as_deref().map(ActivityType::from_text),
            user: self.username.and_then(UserName::new),
            live: self.live.unwrap_or(false),
        }
    }
}

impl Runkeeper {
    /// The activities of a month, in the order of the site (newest first in what was seen).
    ///
    /// A new activity may take a while to appear. In 2020 the site answered this without a session, too, with what
    /// is public: an empty answer is proof only together with [`check`](Self::check).
    ///
    /// # Errors
    /// [`Error::Drift`] when the answer is not the list that is known.
    pub async fn activities_in(&self, month: Month) -> Result<Vec<ListedActivity>, Error> {
        let user = self.user().await?;
        let response = self
            .fetch(|| {
                self.session()
                    .get(self.url(&self.endpoints().month))
                    .endpoint(ENDPOINT)
                    .header("X-Requested-With", "XMLHttpRequest")
                    .query("userName", user.as_str())
                    .query("startDate", &month.to_string())
            })
            .await?;
        let body: Body = self.json(&response)?;
        let listed = body.listed();
        let unit = listed
            .iter()
            .find_map(|activity| activity.distance.as_ref());
        if let Some(distance) = unit {
            self.learn_unit(&distance.unit);
        }
        Ok(listed)
    }

    /// The activities of the local days `from..=until`, oldest month first. Dropping the stream stops it.
    ///
    /// The page of all activities is asked first for the months that have any, then each of these once, when the stream
    /// gets there: no more than one month is held. When that page shows no months, every month of the range is asked.
    ///
    /// Activities whose day cannot be read are included, because they may lie within. Months that the page of all activities
    /// leaves out are not asked for: where a missing activity would do harm, as before sending one again, ask
    /// [`activities_in`](Self::activities_in) for the months in question.
    pub fn activities(
        &self,
        from: NaiveDate,
        until: NaiveDate,
    ) -> impl Stream<Item = Result<ListedActivity, Error>> + Send + use<> {
        let start = Walk {
            client: self.clone(),
            months: None,
            rows: Vec::new().into_iter(),
        };
        stream::try_unfold(start, move |mut listing| async move {
            loop {
                let inside =
                    |row: &ListedActivity| row.day.is_none_or(|day| (from..=until).contains(&day));
                if let Some(row) = listing.rows.find(inside) {
                    return Ok(Some((row, listing)));
                }
                let months = match &mut listing.months {
                    Some(months) => months,
                    None => {
                        let months = listing.client.months_between(from, until).await?;
                        listing.months.insert(months.into_iter())
                    }
                };
                let Some(month) = months.next() else {
                    return Ok(None);
                };
                listing.rows = listing.client.activities_in(month).await?.into_iter();
            }
        })
    }

    /// The months between two days that are worth a request, oldest first.
    async fn months_between(&self, from: NaiveDate, until: NaiveDate) -> Result<Vec<Month>, Error> {
        let all: Vec<Month> = Month::between(from, until).collect();
        // The page that would tell costs a request, too.
        if all.len() <= 2 {
            return Ok(all);
        }
        match self.months_with_activities().await {
            Ok(index) => Ok(all
                .into_iter()
                .filter(|month| index.iter().any(|entry| entry.month == *month))
                .collect()),
            Err(Error::SiteChanged { .. } | Error::NotFound { .. }) => Ok(all),
            Err(error) => Err(error),
        }
    }
}

/// The position of a stream of activities.
struct Walk {
    client: Runkeeper,
    /// The months still to be asked for; `None` before the first.
    months: Option<std::vec::IntoIter<Month>>,
    /// The rest of the month that was asked for last.
    rows: std::vec::IntoIter<ListedActivity>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<ListedActivity>, web_session::DecodeIssue> {
        let body: Body = web_session::decode::from_slice(ENDPOINT, text.as_bytes(), None)?;
        Ok(body.listed())
    }

    #[test]
    fn the_field_sets_of_2013_and_2020_are_read() {
        for fixture in [
            include_str!("../../fixtures/2013-02_activitiesByDateRange.json"),
            include_str!("../../fixtures/2020-09_activitiesByDateRange.json"),
        ] {
            let listed = read(fixture).unwrap();
            assert_eq!(listed.len(), 2);
            assert!(
                listed
                    .iter()
                    .all(|row| row.day.is_some() && row.distance.is_some()),
                "{listed:?}"
            );
            assert!(listed.iter().all(|row| row.user.is_some() && !row.live));
        }
        let old = &read(include_str!(
            "../../fixtures/2013-02_activitiesByDateRange.json"
        ))
        .unwrap()[0];
        assert_eq!(old.id, ActivityId(150_000_002));
        assert_eq!(old.day, NaiveDate::from_ymd_opt(2013, 1, 30));
        assert_eq!(old.activity_type, Some(ActivityType::Run));
        assert!((old.distance.as_ref().unwrap().metres().unwrap() - 5.5 * 1609.344).abs() < 1e-6);
        let new = &read(include_str!(
            "../../fixtures/2020-09_activitiesByDateRange.json"
        ))
        .unwrap()[1];
        assert_eq!(new.duration, Some(TimeDelta::seconds(3725)));
        assert_eq!(new.activity_type, Some(ActivityType::Bike));
    }

    #[test]
    fn an_empty_month_is_empty_and_anything_else_is_a_change() {
        assert_eq!(read(r#"{"activities":{}}"#).unwrap(), []);
        assert_eq!(read(r#"{"activities":[]}"#).unwrap(), []);
        for other in [
            r#"{}"#,
            r#"{"activities":null}"#,
            r#"{"activities":[1]}"#,
            r#"{"activities":"none"}"#,
            r#"{"error":"log in"}"#,
            r#"[]"#,
            r#"{"activities":{"2020":{"Jan":[{"distance":"1.00"}]}}}"#,
            r#"{"activities":{"2020":{"Jan":[{"activity_id":null}]}}}"#,
        ] {
            assert!(read(other).is_err(), "{other}");
        }
    }

    #[test]
    fn every_field_but_the_id_may_be_absent_null_or_of_another_type() {
        let fields = [
            "distance",
            "distanceUnits",
            "username",
            "dayOfMonth",
            "month",
            "monthNum",
            "year",
            "type",
            "mainText",
            "elapsedTime",
            "live",
        ];
        for field in fields {
            for value in ["null", "\"\"", "7", "-1.5", "true", "[1]", "{\"a\": {}}"] {
                let text = format!(
                    r#"{{"activities":{{"2020":{{"Sep":[{{"activity_id":1,"{field}":{value}}}]}}}}}}"#
                );
                assert_eq!(read(&text).unwrap()[0].id, ActivityId(1), "{text}");
            }
        }
        let live = r#"{"activities":{"2020":{"Sep":[{"activity_id":1,"live":"false"},null,{"activity_id":2,"live":true}]}}}"#;
        let rows = read(live).unwrap();
        assert_eq!(rows.len(), 2, "a null row holds nothing");
        assert_eq!((rows[0].live, rows[1].live), (false, true));
        for odd in [
            "7",
            "\"x\"",
            "[]",
            "{}",
            r#"{"activity_id":"x"}"#,
            r#"{"activity_id":[1]}"#,
        ] {
            let text =
                format!(r#"{{"activities":{{"2020":{{"Sep":[{{"activity_id":1}},{odd}]}}}}}}"#);
            let issue = read(&text).unwrap_err();
            assert!(
                issue.path.starts_with("activities.2020.Sep[1]"),
                "{odd}: {issue}"
            );
        }
        let numbers = r#"{"activities":{"2020":{"Sep":[{"activity_id":"7","distance":6.13,"distanceUnits":"km","dayOfMonth":5,"monthNum":9,"year":2020}]}}}"#;
        let row = &read(numbers).unwrap()[0];
        assert_eq!(
            (row.id, row.day),
            (ActivityId(7), NaiveDate::from_ymd_opt(2020, 9, 5))
        );
        assert_eq!(
            row.distance,
            Some(Distance::new(6.13, DistanceUnit::Kilometres))
        );
    }
}

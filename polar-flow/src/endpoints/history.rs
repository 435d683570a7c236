//! `POST /api/training/history`: the training list, with sports as numbers. A read in spite of its method.
//!
//! Seen 2017 to 2026-05. Keys come and go: `swimDistance` is gone since 2022, `periodDataUuid` and `isTest` came after
//! 2018. Essential are the list and the `id` of each entry; a null entry is left out. The server's limit on the range is not known; the website stops at three years.
//!
//! ```json
//! {"userId": 11111111, "fromDate": "2024-11-21", "toDate": "2025-05-19"}
//! ```

use std::ops::RangeBounds;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use web_session::decode::{Listing, essential, lenient};

use crate::client::PolarFlow;
use crate::error::Error;
use crate::model::ids::{SessionId, UserId};
use crate::model::sports::{SportIcon, SportId};
use crate::model::wire;

/// A session in the training list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct HistoryEntry {
    /// The session.
    #[serde(deserialize_with = "essential")]
    pub id: SessionId,
    /// Wall-clock start.
    #[serde(default, rename = "startDate", with = "wire::wall_clock")]
    pub start: Option<NaiveDateTime>,
    /// Duration in milliseconds.
    #[serde(default, rename = "duration", deserialize_with = "lenient")]
    pub duration_ms: Option<u64>,
    /// Distance in metres; null for sessions indoors or made by hand.
    #[serde(default, rename = "distance", deserialize_with = "wire::amount")]
    pub distance_m: Option<f64>,
    /// Distance swum in metres; not sent since 2022.
    #[serde(default, rename = "swimDistance", deserialize_with = "wire::amount")]
    pub swim_distance_m: Option<f64>,
    /// Mean heart rate in bpm; 0 for sessions made by hand.
    #[serde(default, rename = "hrAvg", deserialize_with = "lenient")]
    pub heart_rate_mean_bpm: Option<u64>,
    /// Energy in kcal.
    #[serde(default, rename = "calories", deserialize_with = "lenient")]
    pub calories_kcal: Option<u64>,
    /// The person's note; one space when it is empty. Use [`note`](Self::note).
    #[serde(default, rename = "note", deserialize_with = "lenient")]
    pub raw_note: Option<String>,
    /// The sport.
    #[serde(default, deserialize_with = "lenient")]
    pub sport_id: Option<SportId>,
    /// The sport in the account's language.
    #[serde(default, deserialize_with = "lenient")]
    pub sport_name: Option<String>,
    /// Address of the sport's icon.
    #[serde(default, deserialize_with = "lenient")]
    pub icon_url: Option<String>,
    /// Recovery time in milliseconds; 0 for sessions made by hand.
    #[serde(default, rename = "recoveryTime", deserialize_with = "lenient")]
    pub recovery_time_ms: Option<u64>,
    /// HTML of old; null or empty.
    #[serde(default, deserialize_with = "lenient")]
    pub training_load_html: Option<String>,
    /// Five flames, a `1` for each that burns. Use [`load_index`](Self::load_index).
    #[serde(default, deserialize_with = "lenient")]
    pub training_load_pro_html: Option<String>,
    /// It followed a plan.
    #[serde(default, deserialize_with = "lenient")]
    pub has_training_target: Option<bool>,
    /// A performance test; not sent in 2018.
    #[serde(default, deserialize_with = "lenient")]
    pub is_test: Option<bool>,
    /// The sport is a kind of swimming.
    #[serde(default, deserialize_with = "lenient")]
    pub swimming_sport: Option<bool>,
    /// `METERS`; the word for yards was not seen.
    #[serde(default, deserialize_with = "lenient")]
    pub swimming_pool_units: Option<String>,
    /// UUID of the recording's blocks; not sent in 2018.
    #[serde(default, deserialize_with = "lenient")]
    pub period_data_uuid: Option<String>,
}

web_session::response_constructors! {
    HistoryEntry { id: SessionId;
        start, duration_ms, distance_m, swim_distance_m, heart_rate_mean_bpm, calories_kcal,
        raw_note, sport_id, sport_name, icon_url, recovery_time_ms, training_load_html,
        training_load_pro_html, has_training_target, is_test, swimming_sport, swimming_pool_units,
        period_data_uuid
    }
}

impl HistoryEntry {
    /// The person's note, if there is one.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.raw_note
            .as_deref()
            .map(str::trim)
            .filter(|note| !note.is_empty())
    }

    /// Training load, 1 to 5.
    #[must_use]
    pub fn load_index(&self) -> Option<u8> {
        let flames = self
            .training_load_pro_html
            .as_deref()?
            .bytes()
            .filter(|b| *b == b'1')
            .count();
        u8::try_from(flames).ok().filter(|n| *n > 0)
    }

    /// The sport's icon.
    #[must_use]
    pub fn icon(&self) -> Option<SportIcon> {
        self.icon_url.as_deref().and_then(SportIcon::from_url)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Query {
    user_id: UserId,
    from_date: NaiveDate,
    to_date: NaiveDate,
}

impl PolarFlow {
    /// The training list of these days, in one request. `user` comes from
    /// [`account`](Self::account).
    ///
    /// # Errors
    /// [`Error::Drift`] when an entry has no id: it could be a session that only this list knows. [`Error::InvalidArgument`] for an
    /// empty range.
    pub async fn history(
        &self,
        user: UserId,
        days: impl RangeBounds<NaiveDate>,
    ) -> Result<Vec<HistoryEntry>, Error> {
        let days = self.some_days(days)?;
        let query = Query {
            user_id: user,
            from_date: days.from(),
            to_date: days.until(),
        };
        let url = self.url(&self.endpoints().history);
        let request = self.session().post(url).endpoint("history").json(&query);
        let list: Listing<HistoryEntry> = self.call(request).json().await?;
        Ok(list.into_entries())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{decode_observed, decode_strictly, replay};

    const OF_2018: &str = include_str!("../../fixtures/history/2018-05.json");
    const OF_2026: &str = include_str!("../../fixtures/history/2026-05.json");

    #[tokio::test]
    async fn the_list_is_read_and_the_request_is_json() {
        let (polar, server) = replay("/api/training/history", OF_2026).await;
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let list = polar
            .history(UserId(41_000_017), day("2026-01-01")..=day("2026-05-31"))
            .await
            .unwrap();
        assert_eq!(list[0].id, SessionId(8_390_000_001));
        assert_eq!(
            list[0].start.unwrap().to_string(),
            "2026-05-18 17:24:42.706"
        );
        assert_eq!((list[0].note(), list[0].load_index()), (None, Some(5)));
        assert_eq!(list[0].sport_id, Some(SportId(2)));
        assert_eq!(list[0].icon().unwrap().sport_id(), Some(SportId(2)));
        assert_eq!(
            (
                list[1].distance_m,
                list[1].heart_rate_mean_bpm,
                list[1].load_index()
            ),
            (None, Some(0), None)
        );
        assert_eq!(list[1].note(), Some("at the gym"));
        let request = &server.received_requests().await.unwrap()[0];
        assert_eq!(request.method.as_str(), "POST");
        assert_eq!(
            request.body_json::<serde_json::Value>().unwrap(),
            serde_json::json!({"userId": 41_000_017, "fromDate": "2026-01-01", "toDate": "2026-05-31"})
        );
    }

    /// Scenario: history of four eras, with and without `swimDistance`, `periodDataUuid`, `isTest`
    #[test]
    fn each_era_is_read_without_unknown_fields() {
        let old = decode_strictly::<Listing<HistoryEntry>>(OF_2018).into_entries();
        assert_eq!(
            (
                old[0].swim_distance_m,
                old[0].is_test,
                &old[0].period_data_uuid
            ),
            (Some(1500.0), None, &None)
        );
        decode_strictly::<Listing<HistoryEntry>>(OF_2026);
    }

    #[test]
    fn everything_but_the_id_may_be_missing_null_or_of_another_type() {
        let whole: serde_json::Value = serde_json::from_str(OF_2026).unwrap();
        let fields = whole[0].as_object().unwrap().keys();
        for field in fields.filter(|field| *field != "id") {
            let mut absent = whole.clone();
            absent[0].as_object_mut().unwrap().remove(field);
            let (list, seen) = decode_observed::<Listing<HistoryEntry>>(&absent);
            assert_eq!((list.0.len(), seen.len()), (2, 0), "{field}");
            for odd in [
                json!(null),
                json!(-1),
                json!("x"),
                json!([]),
                json!({"a": [1]}),
            ] {
                let mut changed = whole.clone();
                changed[0][field] = odd.clone();
                let (list, seen) = decode_observed::<Listing<HistoryEntry>>(&changed);
                assert_eq!(list.0.len(), 2);
                assert_eq!(list.0[0].as_ref().unwrap().id, SessionId(8_390_000_001));
                // Null says nothing, and where text or nothing stood any text will do.
                let there = &whole[0][field];
                let is_quiet = odd.is_null() || (odd.is_string() && there.is_string());
                let is_strict = !there.is_null() && field != "startDate";
                assert!(
                    !is_strict || seen.len() == usize::from(!is_quiet),
                    "{field}: {odd}: {seen:?}"
                );
            }
        }
        let mut changed = whole.clone();
        changed[0]["sportId"] = json!(-1);
        let (list, seen) = decode_observed::<Listing<HistoryEntry>>(&changed);
        assert_eq!(list.0[0].as_ref().unwrap().sport_id, None);
        assert_eq!(seen, ["[0].sportId"]);
        for id in [json!(null), json!("x8390000001"), json!({})] {
            changed[1]["id"] = id;
            let text = changed.to_string();
            let list = web_session::decode::from_slice::<Listing<HistoryEntry>>(
                "history",
                text.as_bytes(),
                None,
            );
            assert_eq!(list.unwrap_err().path, "[1].id");
        }
    }
}

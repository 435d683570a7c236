//! `POST /api/training/history`: the training list, with sports as numbers. A read in spite of its method.
//!
//! Seen 2017 to 2026-05. Keys come and go: `swimDistance` is gone since 2022, `periodDataUuid` and `isTest` came after
//! 2018. The server's limit on the range is not known; the website stops at three years.
//!
//! ```json
//! {"userId": 11111111, "fromDate": "2024-11-21", "toDate": "2025-05-19"}
//! ```

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use web_session::join;

use crate::client::PolarFlow;
use crate::error::Error;
use crate::ids::{SessionId, UserId};
use crate::sports::{SportIcon, SportId};
use crate::wire;

/// A session in the training list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct HistoryEntry {
    /// The session.
    pub id: SessionId,
    /// Wall-clock start.
    #[serde(default, rename = "startDate", deserialize_with = "wire::naive_option")]
    pub start: Option<NaiveDateTime>,
    /// Duration in milliseconds.
    #[serde(default, rename = "duration", deserialize_with = "wire::whole")]
    pub duration_ms: Option<u64>,
    /// Distance in metres; null for sessions indoors or made by hand.
    #[serde(default, rename = "distance")]
    pub distance_m: Option<f64>,
    /// Distance swum in metres; not sent since 2022.
    #[serde(default, rename = "swimDistance")]
    pub swim_distance_m: Option<f64>,
    /// Mean heart rate in bpm; 0 for sessions made by hand.
    #[serde(default, rename = "hrAvg", deserialize_with = "wire::whole")]
    pub heart_rate_mean_bpm: Option<u64>,
    /// Energy in kcal.
    #[serde(default, rename = "calories", deserialize_with = "wire::whole")]
    pub calories_kcal: Option<u64>,
    /// The person's note; one space when there is none. Use [`note`](Self::note).
    #[serde(default, rename = "note")]
    pub raw_note: Option<String>,
    /// The sport.
    #[serde(default)]
    pub sport_id: Option<SportId>,
    /// The sport in the account's language.
    #[serde(default)]
    pub sport_name: Option<String>,
    /// Address of the sport's icon.
    #[serde(default)]
    pub icon_url: Option<String>,
    /// Recovery time in milliseconds; 0 for sessions made by hand.
    #[serde(default, rename = "recoveryTime", deserialize_with = "wire::whole")]
    pub recovery_time_ms: Option<u64>,
    /// HTML of old; null or empty.
    #[serde(default)]
    pub training_load_html: Option<String>,
    /// Five flames, a `1` for each that burns. Use [`load_index`](Self::load_index).
    #[serde(default)]
    pub training_load_pro_html: Option<String>,
    /// It followed a plan.
    #[serde(default, deserialize_with = "wire::flag")]
    pub has_training_target: Option<bool>,
    /// A performance test; not sent in 2018.
    #[serde(default, deserialize_with = "wire::flag")]
    pub is_test: Option<bool>,
    /// The sport is a kind of swimming.
    #[serde(default, deserialize_with = "wire::flag")]
    pub swimming_sport: Option<bool>,
    /// `METERS`; the word for yards was not seen.
    #[serde(default)]
    pub swimming_pool_units: Option<String>,
    /// UUID of the recording's blocks; not sent in 2018.
    #[serde(default)]
    pub period_data_uuid: Option<String>,
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
    /// The training list of the days `from..=until`, in one request. `user` comes from
    /// [`account`](Self::account).
    ///
    /// # Errors
    /// [`Error::Drift`] when an entry has no id.
    pub async fn history(
        &self,
        user: UserId,
        from: NaiveDate,
        until: NaiveDate,
    ) -> Result<Vec<HistoryEntry>, Error> {
        let query = Query {
            user_id: user,
            from_date: from,
            to_date: until,
        };
        let url = join(self.flow_url(), &self.endpoints().history);
        self.read_json(self.session().post(url).endpoint("history").json(&query))
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decode_strictly, replay};

    const OF_2018: &str = include_str!("../../fixtures/history/2018-05.json");
    const OF_2026: &str = include_str!("../../fixtures/history/2026-05.json");

    #[tokio::test]
    async fn the_list_is_read_and_the_request_is_json() {
        let (polar, server) = replay("/api/training/history", OF_2026).await;
        let day = |text: &str| text.parse().unwrap();
        let list = polar
            .history(UserId(41_000_017), day("2026-01-01"), day("2026-05-31"))
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

    #[test]
    fn each_era_is_read_without_unknown_fields() {
        let old: Vec<HistoryEntry> = decode_strictly(OF_2018);
        assert_eq!(
            (
                old[0].swim_distance_m,
                old[0].is_test,
                &old[0].period_data_uuid
            ),
            (Some(1500.0), None, &None)
        );
        decode_strictly::<Vec<HistoryEntry>>(OF_2026);
    }

    #[test]
    fn everything_but_the_id_may_be_missing_or_null() {
        let whole: serde_json::Value = serde_json::from_str(OF_2026).unwrap();
        for field in whole[0]
            .as_object()
            .unwrap()
            .keys()
            .filter(|field| *field != "id")
        {
            let mut null = whole[0].clone();
            null[field] = serde_json::Value::Null;
            serde_json::from_value::<HistoryEntry>(null).unwrap_or_else(|e| panic!("{field}: {e}"));
            let mut absent = whole[0].clone();
            absent.as_object_mut().unwrap().remove(field);
            serde_json::from_value::<HistoryEntry>(absent)
                .unwrap_or_else(|e| panic!("{field}: {e}"));
        }
    }
}

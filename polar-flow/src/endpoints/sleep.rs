//! `GET https://sleep-api.flow.polar.com/api/sleep/report?from=YYYY-MM-DD&to=YYYY-MM-DD`: the nights.
//!
//! Seen 2026-05 to 2026-10 in a description of the API and in a client; no answer with nights was published, so the fields
//! are tolerant. Essential are the list and the `date` of a night; a night without one is left out.
//!
//! - Its own host ([`service::SLEEP_URL`](crate::service::SLEEP_URL)), which wants `Origin` and `X-Requested-With`.
//! - It answers windows of 30 to 365 days and nothing else (400 with an empty body). Shorter ranges are widened backwards
//!   and filtered, longer ones are cut.
//! - Its 401 does not say `NotAuthenticated`; the session is renewed on it as well, once.
//!
//! ```json
//! [{"date": "2026-05-26", "sleepStartTime": "2026-05-25T23:14:00", "sleepEndTime": "2026-05-26T07:02:00",
//!   "sleepStartOffset": 300, "sleepEndOffset": 0, "sleepScore": 72.5, "continuityIndex": 3.5, "sleepCycles": 5,
//!   "sleepRating": "SLEPT_WELL", "sleepWakeStates": [{"sleepWakeState": 2, "offsetFromStart": 0}]}]
//! ```
//!
//! ```no_run
//! # async fn example(polar: polar_flow::PolarFlow) -> Result<(), Box<dyn std::error::Error>> {
//! let (may, june): (chrono::NaiveDate, chrono::NaiveDate) = ("2026-05-01".parse()?, "2026-06-01".parse()?);
//! for night in polar.sleep(may..june).await? {
//!     println!("{}: score {:?}", night.date, night.score());
//! }
//! # Ok(())
//! # }
//! ```

use std::ops::RangeBounds;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use web_session::dates::DateRange;
use web_session::decode::{Entries, Format, Found, essential, essential_as, lenient};
use web_session::header::ORIGIN;
use web_session::{Response, StatusCode, join, lenient_objects};

use crate::client::{Call, PolarFlow};
use crate::error::Error;
use crate::model::wire;
use crate::service::{SLEEP_LONGEST_DAYS, SLEEP_SHORTEST_DAYS};

/// A night.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SleepNight {
    /// The day on which the user woke up.
    #[serde(deserialize_with = "essential_as::<wire::Day, _>")]
    pub date: NaiveDate,
    /// Wall clock at which the user went to bed, as the device saw it.
    #[serde(default, rename = "sleepStartTime", with = "wire::wall_clock")]
    pub start: Option<NaiveDateTime>,
    /// Wall clock at the end.
    #[serde(default, rename = "sleepEndTime", with = "wire::wall_clock")]
    pub end: Option<NaiveDateTime>,
    /// Seconds from the start to falling asleep.
    #[serde(default, rename = "sleepStartOffset", deserialize_with = "lenient")]
    pub start_offset_s: Option<i64>,
    /// Seconds from the end to waking up.
    #[serde(default, rename = "sleepEndOffset", deserialize_with = "lenient")]
    pub end_offset_s: Option<i64>,
    /// 1 to 100; the service writes 0 for "none". Use [`score`](Self::score).
    #[serde(default, rename = "sleepScore", deserialize_with = "wire::amount")]
    pub raw_score: Option<f64>,
    /// Continuity, 1 to 5.
    #[serde(default, deserialize_with = "wire::amount")]
    pub continuity_index: Option<f64>,
    /// Class of the continuity.
    #[serde(default, deserialize_with = "lenient")]
    pub continuity_class: Option<u64>,
    /// Number of sleep cycles.
    #[serde(default, deserialize_with = "lenient")]
    pub sleep_cycles: Option<u64>,
    /// The user's own rating, such as `SLEPT_WELL`.
    #[serde(default, deserialize_with = "lenient")]
    pub sleep_rating: Option<String>,
    /// The phases in order.
    #[serde(default, rename = "sleepWakeStates", deserialize_with = "lenient")]
    pub phases: Vec<SleepPhase>,
    /// The phases by kind, as some accounts have them. Not modelled.
    #[serde(default, deserialize_with = "lenient")]
    pub stages: Option<Value>,
}

impl SleepNight {
    /// The sleep score, 1 to 100.
    #[must_use]
    pub fn score(&self) -> Option<f64> {
        self.raw_score.filter(|score| *score > 0.0)
    }
}

/// A phase of a night; it lasts until the next one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SleepPhase {
    /// Its kind.
    #[serde(rename = "sleepWakeState", deserialize_with = "essential")]
    pub kind: SleepStage,
    /// Seconds since the start of the night.
    #[serde(rename = "offsetFromStart", deserialize_with = "essential")]
    pub offset_s: u64,
    /// An interruption that the service calls long.
    #[serde(default, deserialize_with = "lenient")]
    pub long_interruption: Option<bool>,
}

web_session::response_constructors! {
    SleepNight { date: NaiveDate;
        start, end, start_offset_s, end_offset_s, raw_score, continuity_index, continuity_class,
        sleep_cycles, sleep_rating, phases, stages
    }
    SleepPhase { kind: SleepStage, offset_s: u64;
        long_interruption
    }
}

lenient_objects!(SleepNight, SleepPhase);

/// The kind of a phase; the service writes the codes 0 to 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SleepStage {
    /// 0: awake.
    Awake,
    /// 1: REM.
    Rem,
    /// 2: light sleep.
    Light,
    /// 3: deep sleep.
    Deep,
    /// 4: the device could not tell.
    Unknown,
    /// Another code.
    Other(u64),
}

impl SleepStage {
    fn code(self) -> u64 {
        match self {
            Self::Awake => 0,
            Self::Rem => 1,
            Self::Light => 2,
            Self::Deep => 3,
            Self::Unknown => 4,
            Self::Other(code) => code,
        }
    }
}

impl<'de> Format<'de> for SleepStage {
    type Value = Self;
    const EXPECTED: &'static str = "the code of a sleep phase";

    fn scalar(found: Found<'de>) -> Option<Self> {
        Some(match u64::scalar(found)? {
            0 => Self::Awake,
            1 => Self::Rem,
            2 => Self::Light,
            3 => Self::Deep,
            4 => Self::Unknown,
            code => Self::Other(code),
        })
    }
}

/// As the code.
impl Serialize for SleepStage {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(self.code())
    }
}

impl PolarFlow {
    /// The nights whose day of waking up is among these, in the order of the service.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for an empty range, [`Error::Drift`] when the answer is no list.
    pub async fn sleep(&self, days: impl RangeBounds<NaiveDate>) -> Result<Vec<SleepNight>, Error> {
        let days = self.some_days(days)?;
        let mut nights: Vec<SleepNight> = Vec::new();
        for window in days.windows_backwards(SLEEP_SHORTEST_DAYS, SLEEP_LONGEST_DAYS) {
            let Entries(found): Entries<Vec<SleepNight>> = self.sleep_call(window).json().await?;
            let wanted = |night: &SleepNight| days.contains(night.date);
            for night in found.into_iter().filter(wanted) {
                if !nights.contains(&night) {
                    nights.push(night);
                }
            }
        }
        Ok(nights)
    }

    pub(crate) fn sleep_call(&self, window: DateRange) -> Call {
        let request = self
            .session()
            .get(join(self.sleep_url(), &self.endpoints().sleep))
            .endpoint("sleep")
            .header(ORIGIN, &self.base_url().origin().ascii_serialization())
            .query("from", &window.from().to_string())
            .query("to", &window.until().to_string());
        // This host says "expired" in its own words.
        let is_expired = |answer: &Response| answer.status() == StatusCode::UNAUTHORIZED;
        self.call(request).expired_when(is_expired)
    }
}

#[cfg(test)]
mod tests {
    use wiremock::matchers::{header, path, query_param};
    use wiremock::{Mock, ResponseTemplate};

    use super::*;
    use crate::testing::{decode_strictly, replay};

    const FIXTURE: &str = include_str!("../../fixtures/sleep/2026-05.json");
    const PATH: &str = "/api/sleep/report";

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn nights_are_read_from_a_widened_window_and_filtered() {
        let (polar, server) = replay(PATH, FIXTURE).await;
        let nights = polar
            .sleep(day("2026-05-26")..=day("2026-05-26"))
            .await
            .unwrap();
        let [night] = &nights[..] else {
            panic!("{nights:?}")
        };
        assert_eq!(night.date, day("2026-05-26"));
        assert_eq!((night.score(), night.sleep_cycles), (Some(72.5), Some(5)));
        let kinds: Vec<_> = night.phases.iter().map(|phase| phase.kind).collect();
        use SleepStage::{Awake, Deep, Light, Rem, Unknown};
        assert_eq!(kinds, [Light, Deep, Rem, Awake, Unknown]);
        let request = &server.received_requests().await.unwrap()[0];
        assert_eq!(request.url.query(), Some("from=2026-04-26&to=2026-05-26"));
        assert_eq!(request.headers["x-requested-with"], "XMLHttpRequest");
        assert_eq!(request.headers["origin"], server.uri().as_str());
        let Entries(all) = decode_strictly::<Entries<Vec<SleepNight>>>(FIXTURE);
        assert_eq!((all.len(), all[1].score()), (2, None));
    }

    #[tokio::test]
    async fn a_reversed_range_asks_nothing() {
        let (polar, server) = replay(PATH, FIXTURE).await;
        let reversed = polar.sleep(day("2026-05-26")..=day("2026-05-25")).await;
        assert!(matches!(reversed, Err(Error::InvalidArgument(_))));
        assert!(server.received_requests().await.unwrap().is_empty());
    }

    /// The host's own 401 means an expired session, although it does not say so.
    #[tokio::test]
    async fn its_own_refusal_is_a_reason_to_renew() {
        let server = wiremock::MockServer::start().await;
        Mock::given(path(PATH))
            .and(query_param("to", "2026-05-26"))
            .and(header("x-requested-with", "XMLHttpRequest"))
            .respond_with(ResponseTemplate::new(401).set_body_string("{\"message\":\"no\"}"))
            .mount(&server)
            .await;
        let polar = crate::testing::client(&server);
        let error = polar
            .sleep(day("2026-05-26")..=day("2026-05-26"))
            .await
            .unwrap_err();
        assert!(error.needs_sign_in(), "{error}");
        assert!(!matches!(error, Error::Refused { .. }), "{error}");
    }
}

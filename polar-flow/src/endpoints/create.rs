//! `POST /api/training/create`: a session typed in by hand.
//!
//! Seen 2026-05 to 2026-10. The form takes all fields: seconds, metres and km/h, empty text where a heart rate is unknown.
//! The answer is 200 with an empty body and no id; the history has it. A date in the future is answered with 400 and an
//! empty body.
//!
//! ```json
//! {"date": "2026-05-25T08:48+0200", "sport": 1, "duration": 1800, "distance": 0, "hrAverage": "", "hrMax": "", "note": "",
//!  "trainingSessionName": "easy", "speedAverage": null, "kiloCalories": 0, "feeling": null,
//!  "interpolatedHeartRateSamples": [], "saveHeartRateSamples": false}
//! ```
//!
//! ```no_run
//! # async fn example(polar: polar_flow::PolarFlow) -> Result<(), Box<dyn std::error::Error>> {
//! use polar_flow::create::NewSession;
//! use polar_flow::sports::SportId;
//!
//! let start = "2026-05-25T08:48:00+02:00".parse()?;
//! let mut session = NewSession::new(start, SportId::RUNNING, 1800);
//! session.distance_m = Some(5000.0);
//! polar.create_session(&session).await?;
//! # Ok(())
//! # }
//! ```

use chrono::{DateTime, FixedOffset};
use serde::Serialize;
use serde_json::{Value, json};

use crate::client::{ACCEPT_JSON, Expect, PolarFlow};
use crate::endpoints::edit::{Feeling, SessionEdit, check};
use crate::error::Error;
use crate::model::sports::SportId;

/// A session to be typed in. The ranges are those of [`SessionEdit`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct NewSession {
    /// When it began, to the minute, with the offset of the place.
    pub start: DateTime<FixedOffset>,
    /// The sport.
    pub sport: SportId,
    /// Duration in seconds.
    pub duration_s: u32,
    /// Distance in metres.
    pub distance_m: Option<f64>,
    /// Mean heart rate in bpm.
    pub heart_rate_mean_bpm: Option<u16>,
    /// Highest heart rate in bpm.
    pub heart_rate_max_bpm: Option<u16>,
    /// Energy in kcal.
    pub calories_kcal: Option<u32>,
    /// Mean speed in km/h.
    pub speed_mean_kmh: Option<f64>,
    /// Name; the service takes the sport's where it is missing.
    pub name: Option<String>,
    /// Note.
    pub note: Option<String>,
    /// How it felt.
    pub feeling: Option<Feeling>,
}

impl NewSession {
    /// A session of which nothing else is known.
    #[must_use]
    pub fn new(start: DateTime<FixedOffset>, sport: SportId, duration_s: u32) -> Self {
        Self {
            start,
            sport,
            duration_s,
            distance_m: None,
            heart_rate_mean_bpm: None,
            heart_rate_max_bpm: None,
            calories_kcal: None,
            speed_mean_kmh: None,
            name: None,
            note: None,
            feeling: None,
        }
    }

    fn check(&self) -> Result<(), Error> {
        check(&SessionEdit {
            sport: Some(self.sport),
            duration_s: Some(self.duration_s),
            distance_m: self.distance_m,
            heart_rate_mean_bpm: self.heart_rate_mean_bpm,
            heart_rate_max_bpm: self.heart_rate_max_bpm,
            calories_kcal: self.calories_kcal,
            speed_mean_kmh: self.speed_mean_kmh,
            name: self.name.clone(),
            note: self.note.clone(),
            feeling: self.feeling,
        })
    }
}

/// The website's form.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Form<'a> {
    date: String,
    sport: SportId,
    duration: u32,
    distance: f64,
    /// Empty text where it is unknown.
    hr_average: Value,
    hr_max: Value,
    note: &'a str,
    training_session_name: &'a str,
    speed_average: Option<f64>,
    kilo_calories: u32,
    feeling: Option<&'static str>,
    interpolated_heart_rate_samples: [u8; 0],
    save_heart_rate_samples: bool,
}

fn form(session: &NewSession) -> Form<'_> {
    let rate = |bpm: Option<u16>| bpm.map_or_else(|| json!(""), Value::from);
    Form {
        date: session.start.format("%Y-%m-%dT%H:%M%z").to_string(),
        sport: session.sport,
        duration: session.duration_s,
        distance: session.distance_m.unwrap_or_default(),
        hr_average: rate(session.heart_rate_mean_bpm),
        hr_max: rate(session.heart_rate_max_bpm),
        note: session.note.as_deref().unwrap_or_default(),
        training_session_name: session.name.as_deref().unwrap_or_default(),
        speed_average: session.speed_mean_kmh,
        kilo_calories: session.calories_kcal.unwrap_or_default(),
        feeling: session.feeling.map(Feeling::wire),
        interpolated_heart_rate_samples: [],
        save_heart_rate_samples: false,
    }
}

impl PolarFlow {
    /// Types in a session. The answer has no id; look for it in [`history`](Self::history).
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for values out of range; [`Error::Refused`] with status 400 for a date in the future;
    /// [`Error::may_have_been_sent`] says whether the request may have arrived.
    pub async fn create_session(&self, session: &NewSession) -> Result<(), Error> {
        session.check()?;
        let request = self
            .session()
            .post(self.url(&self.endpoints().create))
            .endpoint("create session")
            .header("accept", ACCEPT_JSON)
            .json(&form(session));
        self.call(request).expect(Expect::Nothing).write().await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use wiremock::ResponseTemplate;

    use super::*;
    use crate::testing::answering;

    const PATH: &str = "/api/training/create";

    fn session() -> NewSession {
        let start = "2026-05-25T08:48:30+02:00".parse().unwrap();
        NewSession::new(start, SportId::RUNNING, 1800)
    }

    #[tokio::test]
    async fn the_form_is_that_of_the_website() {
        let (polar, server) = answering(PATH, ResponseTemplate::new(200)).await;
        polar.create_session(&session()).await.unwrap();
        let whole = NewSession {
            distance_m: Some(5000.0),
            heart_rate_mean_bpm: Some(140),
            feeling: Some(Feeling::Good),
            name: Some("easy".to_owned()),
            ..session()
        };
        polar.create_session(&whole).await.unwrap();
        let requests = server.received_requests().await.unwrap();
        let bare = json!({"date": "2026-05-25T08:48+0200", "sport": 1, "duration": 1800, "distance": 0.0, "hrAverage": "",
            "hrMax": "", "note": "", "trainingSessionName": "", "speedAverage": null, "kiloCalories": 0, "feeling": null,
            "interpolatedHeartRateSamples": [], "saveHeartRateSamples": false});
        assert_eq!(requests[0].body_json::<Value>().unwrap(), bare);
        let second: Value = requests[1].body_json().unwrap();
        assert_eq!(second["hrAverage"], 140);
        assert_eq!(second["feeling"], "0.39");
        assert_eq!(requests[0].headers["x-requested-with"], "XMLHttpRequest");
    }

    #[tokio::test]
    async fn a_refusal_is_typed_and_values_out_of_range_are_not_sent() {
        let (polar, server) = answering(PATH, ResponseTemplate::new(400)).await;
        let error = polar.create_session(&session()).await.unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{error}");
        assert!(!error.may_have_been_sent(), "{error}");
        let endless = NewSession {
            duration_s: 360_000,
            ..session()
        };
        let error = polar.create_session(&endless).await.unwrap_err();
        assert!(matches!(error, Error::InvalidArgument(_)), "{error}");
        assert_eq!(server.received_requests().await.unwrap().len(), 1);
    }
}

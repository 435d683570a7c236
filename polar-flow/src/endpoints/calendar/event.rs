//! The entries of a diary.

use chrono::{NaiveDate, NaiveDateTime};
use serde::Serialize;
use serde_json::Value;

use crate::model::ids::{SessionId, TargetId};
use crate::model::sports::SportIcon;

/// An entry of the diary. Five kinds are known; any other is kept as it came.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub enum CalendarEvent {
    /// `EXERCISE`: a training session.
    Session(Box<SessionEvent>),
    /// `TRAININGTARGET`: a plan.
    TrainingTarget(Box<TrainingTargetEvent>),
    /// `FITNESSDATA`: a fitness test.
    FitnessTest(FitnessTest),
    /// `ORTHOSTATICTEST`.
    OrthostaticTest(OrthostaticTest),
    /// `RRRECORDING`.
    RrRecording(RrRecording),
    /// A kind that is not known.
    Other(OtherEvent),
}

/// What makes two entries the same entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventKey(String);

impl CalendarEvent {
    /// The local day; `None` for an entry of unknown kind that has no time in the usual place.
    #[must_use]
    pub fn day(&self) -> Option<NaiveDate> {
        self.start().map(|start| start.date())
    }

    /// The wall-clock time.
    #[must_use]
    pub fn start(&self) -> Option<NaiveDateTime> {
        match self {
            Self::Session(event) => Some(event.start),
            Self::TrainingTarget(event) => event.start,
            Self::FitnessTest(event) => event.start,
            Self::OrthostaticTest(event) => event.start,
            Self::RrRecording(event) => event.start,
            Self::Other(event) => event.start,
        }
    }

    /// What makes two entries the same entry: kind and id, or whatever takes the place of an id.
    #[must_use]
    pub fn key(&self) -> EventKey {
        let id = |id: Option<u64>, url: &Option<String>, start: &Option<NaiveDateTime>| {
            id.map(|id| id.to_string())
                .or_else(|| url.clone())
                .unwrap_or_else(|| format!("{start:?}"))
        };
        EventKey(match self {
            Self::Session(e) => format!("exercise {}", e.id),
            Self::TrainingTarget(e) => {
                format!("target {}", id(e.id.map(|id| id.0), &e.url, &e.start))
            }
            Self::FitnessTest(e) => format!("fitness {}", id(e.id, &e.url, &e.start)),
            Self::OrthostaticTest(e) => format!("orthostatic {}", id(e.id, &e.url, &e.start)),
            Self::RrRecording(e) => format!("rr {}", id(e.id, &e.url, &e.start)),
            Self::Other(e) => format!("other {}", e.raw),
        })
    }
}

/// A training session in the diary.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SessionEvent {
    /// The session.
    pub id: SessionId,
    /// Wall-clock start, to the millisecond. The zone is not in the calendar.
    pub start: NaiveDateTime,
    /// Time without pauses, in milliseconds.
    pub duration_ms: Option<u64>,
    /// Distance in metres; `None` or 0 without GPS or sensor.
    pub distance_m: Option<f64>,
    /// Energy in kcal.
    pub calories_kcal: Option<u32>,
    /// The icon: the only hint at the sport here.
    pub icon: Option<SportIcon>,
    /// `HH:MM:SS;<km> km`. Don't parse it: it disagrees with the numbers at times.
    pub title: Option<String>,
    /// Path of the page on the website.
    pub url: Option<String>,
    /// A performance test.
    pub is_test: Option<bool>,
    /// It followed a plan.
    pub has_training_target: Option<bool>,
    /// Training load, 1 to 5; `None` without one.
    pub load_index: Option<u8>,
    /// Training load in words of the account's language.
    pub load_text: Option<String>,
    /// Seen null since 2026.
    pub description: Option<String>,
}

/// A plan in the diary.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct TrainingTargetEvent {
    /// The target (`ListItemId` with a capital L, alone among the kinds).
    pub id: Option<TargetId>,
    /// Wall-clock time it is planned for.
    pub start: Option<NaiveDateTime>,
    /// Planned duration in milliseconds.
    pub duration_ms: Option<u64>,
    /// Planned distance in metres.
    pub distance_m: Option<f64>,
    /// Planned energy in kcal.
    pub calories_kcal: Option<u32>,
    /// The icon of the sport.
    pub icon: Option<SportIcon>,
    /// The person's own words.
    pub title: Option<String>,
    /// The person's own words.
    pub description: Option<String>,
    /// `/target/{id}`.
    pub url: Option<String>,
    /// The origin of the plan, such as `UNKNOWN`.
    pub source_program: Option<String>,
    /// The person may change it.
    pub is_editable: Option<bool>,
}

/// A fitness test in the diary.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct FitnessTest {
    /// The test.
    pub id: Option<u64>,
    /// Wall-clock time.
    pub start: Option<NaiveDateTime>,
    /// The fitness index.
    pub index: Option<u32>,
    /// Name of the test.
    pub title: Option<String>,
    /// Path of the page on the website.
    pub url: Option<String>,
}

/// An orthostatic test in the diary.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct OrthostaticTest {
    /// From the query of `url`.
    pub id: Option<u64>,
    /// Wall-clock time.
    pub start: Option<NaiveDateTime>,
    /// Such as `60 (0)`.
    pub result: Option<String>,
    /// Name of the test.
    pub title: Option<String>,
    /// Path of the page on the website.
    pub url: Option<String>,
}

/// An RR recording in the diary.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct RrRecording {
    /// From the end of `url`.
    pub id: Option<u64>,
    /// Wall-clock time.
    pub start: Option<NaiveDateTime>,
    /// Empty wherever it was seen.
    pub result: Option<String>,
    /// Name of the recording.
    pub title: Option<String>,
    /// Path of the page on the website.
    pub url: Option<String>,
}

/// An entry of a kind that is not known.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OtherEvent {
    /// Its `type`.
    pub kind: String,
    /// Wall-clock time, when it stands in the usual place.
    pub start: Option<NaiveDateTime>,
    /// The whole entry.
    pub raw: Value,
}

web_session::response_constructors! {
    SessionEvent { id: SessionId, start: NaiveDateTime;
        duration_ms, distance_m, calories_kcal, icon, title, url, is_test, has_training_target,
        load_index, load_text, description
    }
    OtherEvent { kind: String, raw: Value;
        start
    }
}

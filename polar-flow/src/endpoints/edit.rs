//! Changing a session. Seen 2026-09 to 2026-10.
//!
//! - `PUT /api/training/analysis/updateTrainingData/{id}` with `{"note": ..., "feeling": "0.19"}` works for any session of
//!   the account and reads these two only. The feeling is text: "0.19" (great), "0.39", "0.59", "0.79", "0.99" (poor). 400
//!   means a note of more than 10,000 characters, a feeling out of range or another account's session.
//! - `PUT /api/training/editTraining/{id}` is the form of the website for sessions made by hand. It takes all fields:
//!   a missing name becomes the sport's, a null note becomes the word "null". A value out of range is answered with an empty
//!   500, another account's session with 403. On a recorded session it would invent a heart-rate trace, so that is refused
//!   here.

use serde::Serialize;
use web_session::{Method, join};

use crate::client::{ACCEPT_JSON, Expect, PolarFlow};
use crate::endpoints::summary::Summary;
use crate::error::Error;
use crate::model::ids::{ExerciseId, SessionId};
use crate::model::sports::SportId;

/// How a session felt, as the website asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Feeling {
    /// 0.19 on the wire.
    VeryGood,
    /// 0.39 on the wire.
    Good,
    /// 0.59 on the wire.
    Okay,
    /// 0.79 on the wire.
    Bad,
    /// 0.99 on the wire.
    VeryBad,
}

impl Feeling {
    /// The one of a summary.
    fn of(wire: f64) -> Option<Self> {
        let all = [
            Self::VeryGood,
            Self::Good,
            Self::Okay,
            Self::Bad,
            Self::VeryBad,
        ];
        all.into_iter().find(|feeling| {
            feeling
                .wire()
                .parse()
                .is_ok_and(|n: f64| (n - wire).abs() < 0.1)
        })
    }

    pub(crate) fn wire(self) -> &'static str {
        match self {
            Self::VeryGood => "0.19",
            Self::Good => "0.39",
            Self::Okay => "0.59",
            Self::Bad => "0.79",
            Self::VeryBad => "0.99",
        }
    }
}

/// The changes of a session that was made by hand. A field that is `None` stays.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SessionEdit {
    /// The sport.
    pub sport: Option<SportId>,
    /// Duration in seconds, 1 to 359,999.
    pub duration_s: Option<u32>,
    /// Distance in metres, 0 to 9,999,000.
    pub distance_m: Option<f64>,
    /// Mean heart rate in bpm, at most 240.
    pub heart_rate_mean_bpm: Option<u16>,
    /// Highest heart rate in bpm, at most 240.
    pub heart_rate_max_bpm: Option<u16>,
    /// Energy in kcal, at most 65,535.
    pub calories_kcal: Option<u32>,
    /// Mean speed in km/h, at most 399.
    pub speed_mean_kmh: Option<f64>,
    /// Name, at most 100 characters.
    pub name: Option<String>,
    /// Note, at most 10,000 characters.
    pub note: Option<String>,
    /// How it felt.
    pub feeling: Option<Feeling>,
}

#[derive(Serialize)]
struct Notes<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feeling: Option<&'static str>,
}

/// The website's form.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Form {
    #[serde(skip_serializing_if = "Option::is_none")]
    sport: Option<SportId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    distance: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hr_average: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hr_max: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kilo_calories: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    speed_average: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    feeling: Option<&'static str>,
    training_session_name: String,
    note: String,
    edited_exercise_id: Option<ExerciseId>,
}

impl PolarFlow {
    /// Changes note and feeling of any session; what is `None` stays.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for a note of more than 10,000 characters; [`Error::Refused`] with status 400 for another
    /// account's session; [`Error::may_have_been_sent`] says whether the request may have arrived.
    pub async fn edit_notes(
        &self,
        id: SessionId,
        note: Option<&str>,
        feeling: Option<Feeling>,
    ) -> Result<(), Error> {
        check_note(note)?;
        let body = Notes {
            note,
            feeling: feeling.map(Feeling::wire),
        };
        self.put(&self.endpoints().edit_notes, id, "edit notes", &body)
            .await
    }

    /// Changes a session that was made by hand. Reads its summary first, because the form takes all fields.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] for values out of range, for recorded sessions and for those of several exercises;
    /// [`Error::Forbidden`] for another account's session; [`Error::MaybeSent`] for an empty 500, by which the service means
    /// a value that it does not take; [`Error::may_have_been_sent`] says whether the request may have arrived.
    pub async fn edit_session(&self, id: SessionId, edit: &SessionEdit) -> Result<(), Error> {
        check(edit)?;
        let summary = self.summary(id).await?;
        let form = form(&summary, edit)?;
        self.put(&self.endpoints().edit, id, "edit session", &form)
            .await
    }

    async fn put(
        &self,
        path: &str,
        id: SessionId,
        endpoint: &'static str,
        body: &impl Serialize,
    ) -> Result<(), Error> {
        let url = join(self.base_url(), &path.replace("{id}", &id.to_string()));
        let request = self
            .session()
            .request(Method::PUT, url)
            .endpoint(endpoint)
            .header("accept", ACCEPT_JSON)
            .json(body);
        self.call(request).expect(Expect::Nothing).write().await?;
        Ok(())
    }
}

fn check_note(note: Option<&str>) -> Result<(), Error> {
    range(
        "note",
        note.map_or(0, |n| n.chars().count()) as f64,
        0.0,
        10_000.0,
        "characters",
    )
}

pub(crate) fn check(edit: &SessionEdit) -> Result<(), Error> {
    check_note(edit.note.as_deref())?;
    if let Some(name) = &edit.name {
        range(
            "name",
            name.chars().count() as f64,
            1.0,
            100.0,
            "characters",
        )?;
    }
    let number = |what, value: Option<f64>, min, max, unit| {
        value.map_or(Ok(()), |value| range(what, value, min, max, unit))
    };
    number(
        "duration",
        edit.duration_s.map(f64::from),
        1.0,
        359_999.0,
        "s",
    )?;
    number("distance", edit.distance_m, 0.0, 9_999_000.0, "m")?;
    number(
        "mean heart rate",
        edit.heart_rate_mean_bpm.map(f64::from),
        0.0,
        240.0,
        "bpm",
    )?;
    number(
        "highest heart rate",
        edit.heart_rate_max_bpm.map(f64::from),
        0.0,
        240.0,
        "bpm",
    )?;
    number(
        "energy",
        edit.calories_kcal.map(f64::from),
        0.0,
        65_535.0,
        "kcal",
    )?;
    number("mean speed", edit.speed_mean_kmh, 0.0, 399.0, "km/h")
}

fn range(what: &str, value: f64, min: f64, max: f64, unit: &str) -> Result<(), Error> {
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(Error::InvalidArgument(format!(
        "the {what} must be between {min} and {max} {unit}"
    )))
}

fn form(summary: &Summary, edit: &SessionEdit) -> Result<Form, Error> {
    // Both marks have to be there: a field that was renamed must not make a recorded session look typed in.
    let by_hand =
        summary.device_name.as_deref() == Some("") && summary.timezone_offset_minutes.is_none();
    let mut exercises = summary.exercises.values();
    let (Some(exercise), None, true) = (exercises.next(), exercises.next(), by_hand) else {
        return Err(Error::InvalidArgument(
            "only sessions made by hand, of one exercise, can be changed as a whole; note and feeling can be changed \
             on any session"
                .to_owned(),
        ));
    };
    let speed = exercise.training_statistic.get("SPEED").copied().flatten();
    let note = edit
        .note
        .as_deref()
        .or(summary.note.as_deref())
        .unwrap_or_default();
    Ok(Form {
        sport: edit.sport.or(exercise.sport.map(|sport| sport.id)),
        duration: edit
            .duration_s
            .map(u64::from)
            .or(summary.duration_ms.map(|ms| ms / 1000)),
        distance: edit
            .distance_m
            .or(exercise.distance_m)
            .or(summary.distance_m),
        hr_average: edit
            .heart_rate_mean_bpm
            .map(u64::from)
            .or(summary.heart_rate_mean_bpm),
        hr_max: edit
            .heart_rate_max_bpm
            .map(u64::from)
            .or(summary.heart_rate_max_bpm),
        kilo_calories: edit
            .calories_kcal
            .map(u64::from)
            .or(summary.calories_kcal)
            .or(exercise.calories_kcal),
        speed_average: edit.speed_mean_kmh.or(speed.and_then(|speed| speed.avg)),
        feeling: edit
            .feeling
            .or_else(|| summary.feeling.and_then(Feeling::of))
            .map(Feeling::wire),
        training_session_name: edit
            .name
            .clone()
            .or_else(|| summary.training_session_name.clone())
            .unwrap_or_default(),
        note: note.to_owned(),
        edited_exercise_id: None,
    })
}

#[cfg(test)]
mod tests;

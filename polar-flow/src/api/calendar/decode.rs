//! JSON of the calendar into events.
//!
//! The kinds have different keys, and one writes `ListItemId` with a capital L, so serde's own enums don't fit. All
//! kinds are read as one record of everything any of them has, in one pass. Only when a kind is unknown or an entry
//! does not fit is the array looked at again, entry by entry.

use std::borrow::Cow;

use chrono::NaiveDateTime;
use serde::Deserialize;
use serde_json::value::RawValue;
use web_session::{Misfit, Observer, decode as json};

use super::ENDPOINT;
use super::event::{
    CalendarEvent, ExerciseEvent, FitnessTest, OrthostaticTest, OtherEvent, RrRecording,
    TrainingTargetEvent,
};
use crate::ids::{SessionId, TargetId};
use crate::sports::SportIcon;
use crate::wire::{self, Skipped};

/// Everything that any known kind has.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(default)]
    list_item_id: Option<u64>,
    #[serde(default, rename = "ListItemId")]
    capital_list_item_id: Option<u64>,
    #[serde(default, deserialize_with = "wire::naive_option")]
    datetime: Option<NaiveDateTime>,
    #[serde(default, deserialize_with = "wire::whole")]
    duration: Option<u64>,
    #[serde(default)]
    distance: Option<f64>,
    #[serde(default, deserialize_with = "wire::whole")]
    calories: Option<u64>,
    #[serde(default, borrow)]
    icon_url: Option<Cow<'a, str>>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default, deserialize_with = "wire::flag")]
    is_test: Option<bool>,
    #[serde(default, deserialize_with = "wire::flag")]
    has_training_target: Option<bool>,
    #[serde(default, deserialize_with = "wire::whole")]
    training_load_pro_index: Option<u64>,
    #[serde(default)]
    training_load_pro_interpretation: Option<String>,
    #[serde(default)]
    result: Option<String>,
    #[serde(default, deserialize_with = "wire::whole")]
    index: Option<u64>,
    #[serde(default)]
    source_program_type: Option<String>,
    #[serde(default, deserialize_with = "wire::flag")]
    is_user_editable: Option<bool>,
    // Known and of no use: other spellings of `datetime` and `duration` whose type changes with the kind, and looks.
    #[serde(default, rename = "eventType")]
    _event_type: Skipped,
    #[serde(default, rename = "timestamp")]
    _timestamp: Skipped,
    #[serde(default, rename = "start")]
    _start: Skipped,
    #[serde(default, rename = "end")]
    _end: Skipped,
    #[serde(default, rename = "allDay")]
    _all_day: Skipped,
    #[serde(default, rename = "borderColor")]
    _border_color: Skipped,
    #[serde(default, rename = "textColor")]
    _text_color: Skipped,
    #[serde(default, rename = "backgroundColor")]
    _background_color: Skipped,
    #[serde(default, rename = "className")]
    _class_name: Skipped,
    #[serde(default, rename = "eventId")]
    _event_id: Skipped,
}

/// Decodes an answer of the calendar. Public for tools that have one in a file (a HAR, a fixture).
///
/// # Errors
/// When it is no array, or an `EXERCISE` lacks its id or its start or has a field of another type. Entries of other kinds
/// never fail: what does not fit is kept as [`CalendarEvent::Other`].
pub fn decode(body: &[u8], observer: Option<&Observer>) -> Result<Vec<CalendarEvent>, Misfit> {
    let Ok(records) = json::from_slice::<Vec<Wire<'_>>>(ENDPOINT, body, observer) else {
        return one_by_one(body, observer);
    };
    let mut raws = None;
    let mut events = Vec::with_capacity(records.len());
    for (index, record) in records.into_iter().enumerate() {
        events.push(match event(record) {
            Ok(event) => event,
            Err(Unfit::Unknown { kind, start }) => {
                if raws.is_none() {
                    raws = Some(json::from_slice::<Vec<&RawValue>>(ENDPOINT, body, None)?);
                }
                let raw = raws.as_ref().and_then(|raws| raws.get(index));
                other(kind, start, raw.map_or("null", |raw| raw.get()))
            }
            Err(Unfit::Missing(field)) => return Err(missing(index, field)),
        });
    }
    Ok(events)
}

/// The slow way, for an answer of which something does not fit: it must not cost the entries that do.
fn one_by_one(body: &[u8], observer: Option<&Observer>) -> Result<Vec<CalendarEvent>, Misfit> {
    let raws: Vec<&RawValue> = json::from_slice(ENDPOINT, body, None)?;
    let mut events = Vec::with_capacity(raws.len());
    for (index, raw) in raws.into_iter().enumerate() {
        let text = raw.get();
        events.push(
            match json::from_slice::<Wire<'_>>(ENDPOINT, text.as_bytes(), observer) {
                Ok(record) => match event(record) {
                    Ok(event) => event,
                    Err(Unfit::Unknown { kind, start }) => other(kind, start, text),
                    Err(Unfit::Missing(field)) => return Err(missing(index, field)),
                },
                Err(misfit) => match kind_of(text) {
                    Some(kind) if kind != EXERCISE => other(kind, None, text),
                    // Without a kind it could be a workout, and a workout is never left out silently.
                    _ => return Err(misfit.below(&format!("[{index}]"))),
                },
            },
        );
    }
    Ok(events)
}

const EXERCISE: &str = "EXERCISE";

enum Unfit {
    Unknown {
        kind: String,
        start: Option<NaiveDateTime>,
    },
    Missing(&'static str),
}

fn event(wire: Wire<'_>) -> Result<CalendarEvent, Unfit> {
    let icon = wire.icon_url.as_deref().and_then(SportIcon::from_url);
    let calories_kcal = wire.calories.and_then(|n| u32::try_from(n).ok());
    let start = wire.datetime;
    Ok(match wire.kind.as_ref() {
        EXERCISE => CalendarEvent::Exercise(Box::new(ExerciseEvent {
            id: SessionId(wire.list_item_id.ok_or(Unfit::Missing("listItemId"))?),
            start: start.ok_or(Unfit::Missing("datetime"))?,
            duration_ms: wire.duration,
            distance_m: wire.distance,
            calories_kcal,
            icon,
            title: wire.title,
            url: wire.url,
            is_test: wire.is_test,
            has_training_target: wire.has_training_target,
            load_index: wire
                .training_load_pro_index
                .and_then(|n| u8::try_from(n).ok()),
            load_text: wire.training_load_pro_interpretation,
            description: wire.description,
        })),
        "TRAININGTARGET" => CalendarEvent::TrainingTarget(Box::new(TrainingTargetEvent {
            id: wire
                .capital_list_item_id
                .or(wire.list_item_id)
                .map(TargetId),
            start,
            duration_ms: wire.duration,
            distance_m: wire.distance,
            calories_kcal,
            icon,
            title: wire.title,
            description: wire.description,
            url: wire.url,
            source_program: wire.source_program_type,
            is_editable: wire.is_user_editable,
        })),
        "FITNESSDATA" => CalendarEvent::FitnessTest(FitnessTest {
            id: wire.list_item_id,
            start,
            index: wire.index.and_then(|n| u32::try_from(n).ok()),
            title: wire.title,
            url: wire.url,
        }),
        "ORTHOSTATICTEST" => CalendarEvent::OrthostaticTest(OrthostaticTest {
            id: wire.url.as_deref().and_then(trailing_number),
            start,
            result: wire.result,
            title: wire.title,
            url: wire.url,
        }),
        "RRRECORDING" => CalendarEvent::RrRecording(RrRecording {
            id: wire.url.as_deref().and_then(trailing_number),
            start,
            result: wire.result,
            title: wire.title,
            url: wire.url,
        }),
        kind => {
            return Err(Unfit::Unknown {
                kind: kind.to_owned(),
                start,
            });
        }
    })
}

fn other(kind: String, start: Option<NaiveDateTime>, text: &str) -> CalendarEvent {
    CalendarEvent::Other(OtherEvent {
        kind,
        start,
        raw: serde_json::from_str(text).unwrap_or_default(),
    })
}

fn missing(index: usize, field: &'static str) -> Misfit {
    Misfit::new(
        format!("[{index}]"),
        format!("missing field `{field}` of an EXERCISE"),
    )
}

fn kind_of(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Kind {
        #[serde(rename = "type")]
        kind: String,
    }
    serde_json::from_str::<Kind>(text).ok().map(|k| k.kind)
}

/// `.../rr/100014` and `...&id=100013`.
fn trailing_number(url: &str) -> Option<u64> {
    let digits = url.rsplit(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

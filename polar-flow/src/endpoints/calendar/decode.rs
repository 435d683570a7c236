//! JSON of the calendar into events.
//!
//! The kinds have different keys, and one writes `ListItemId` with a capital L, so serde's own enums don't fit. All
//! kinds are read as one record of everything any of them has, in one pass. Only when a kind is unknown is the array read
//! again, for the entry as it came.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDateTime};
use serde::Deserialize;
use serde_json::value::RawValue;
use web_session::decode::{self as json, Ignored, Listing, Reading, lenient, reading, reading_as};
use web_session::{DecodeIssue, Observer};

use super::ENDPOINT;
use super::event::{
    CalendarEvent, FitnessTest, OrthostaticTest, OtherEvent, RrRecording, SessionEvent,
    TrainingTargetEvent,
};
use crate::model::ids::{SessionId, TargetId};
use crate::model::sports::SportIcon;
use crate::model::wire;

/// Everything that any known kind has.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(default, rename = "type", borrow, deserialize_with = "reading")]
    kind: Reading<Cow<'a, str>>,
    #[serde(default, deserialize_with = "reading")]
    list_item_id: Reading<SessionId>,
    #[serde(default, rename = "ListItemId", deserialize_with = "lenient")]
    capital_list_item_id: Option<TargetId>,
    #[serde(
        default,
        deserialize_with = "reading_as::<wire::wall_clock::Written, _>"
    )]
    datetime: Reading<NaiveDateTime>,
    #[serde(default, deserialize_with = "lenient")]
    duration: Option<u64>,
    #[serde(default, deserialize_with = "wire::amount")]
    distance: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    calories: Option<u32>,
    #[serde(default, borrow, deserialize_with = "lenient")]
    icon_url: Option<Cow<'a, str>>,
    #[serde(default, deserialize_with = "lenient")]
    title: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    description: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    url: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    is_test: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    has_training_target: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    training_load_pro_index: Option<u8>,
    #[serde(default, deserialize_with = "lenient")]
    training_load_pro_interpretation: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    result: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    index: Option<u32>,
    #[serde(default, deserialize_with = "lenient")]
    source_program_type: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    is_user_editable: Option<bool>,
    /// The kind in other words: `exercise`.
    #[serde(default, borrow, deserialize_with = "lenient")]
    event_type: Option<Cow<'a, str>>,
    /// Epoch milliseconds of the same wall clock as `datetime`.
    #[serde(default, deserialize_with = "lenient")]
    timestamp: Option<i64>,
    // Known and of no use: other spellings of `datetime` and `duration` whose type changes with the kind, and looks.
    #[serde(default, rename = "start")]
    _start: Ignored,
    #[serde(default, rename = "end")]
    _end: Ignored,
    #[serde(default, rename = "allDay")]
    _all_day: Ignored,
    #[serde(default, rename = "borderColor")]
    _border_color: Ignored,
    #[serde(default, rename = "textColor")]
    _text_color: Ignored,
    #[serde(default, rename = "backgroundColor")]
    _background_color: Ignored,
    #[serde(default, rename = "className")]
    _class_name: Ignored,
    #[serde(default, rename = "eventId")]
    _event_id: Ignored,
}

/// The field with the start of a session in the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum StartField {
    /// `datetime`, as long as `timestamp` agrees with it.
    #[default]
    Agreed,
    /// `datetime`, whatever `timestamp` says.
    Datetime,
    /// `timestamp`, whatever `datetime` says; `datetime` in a session that has no `timestamp`.
    Timestamp,
}

/// Whether the two clocks of the sessions agree.
fn clocks_agree(records: &[Option<Wire<'_>>]) -> Result<(), DecodeIssue> {
    const SLACK_MS: u64 = 121_000;
    let differences = records.iter().flatten().filter_map(|record| {
        let (Reading::Value(kind), Reading::Value(start)) = (&record.kind, &record.datetime) else {
            return None;
        };
        let stamp = record
            .timestamp
            .filter(|_| is_session(kind, record.event_type.as_deref()))?;
        Some(start.and_utc().timestamp_millis().abs_diff(stamp) > SLACK_MS)
    });
    let (mut all, mut apart) = (0_usize, 0_usize);
    for is_apart in differences {
        all += 1;
        apart += usize::from(is_apart);
    }
    match apart > 1 && apart * 2 > all {
        true => Err(DecodeIssue::new(
            "[].datetime",
            format!(
                "it differs from timestamp in {apart} of {all} sessions; name the one that is the start"
            ),
        )),
        false => Ok(()),
    }
}

/// Decodes an answer of the calendar. Public for tools that have one in a file (a HAR, a fixture).
///
/// Essential are the list, `type`, and of an `EXERCISE` also `listItemId` and `datetime`. An entry that lacks one of them
/// fails the whole: it could be a workout, a listing that left it out would make it look deleted, and once its day is
/// behind the window of a later sync it would never be looked at again. A null entry holds nothing to lose and is left out.
/// Values that are badly spelled cost only themselves ([`respelled`](json::respelled)).
///
/// `datetime` and `timestamp` of a session hold the same wall clock (in every recorded answer). When they differ in most of
/// several sessions, one of them has another zone or unit now; decoding fails then, since the start is essential.
/// [`decode_with`] takes the word of one of them.
///
/// # Errors
/// When it is no list, or an entry lacks what is essential.
pub fn decode(body: &[u8], observer: Option<&Observer>) -> Result<Vec<CalendarEvent>, DecodeIssue> {
    decode_with(body, observer, StartField::Agreed)
}

/// The same as [`decode`], with a named field as the start.
///
/// # Errors
/// As for [`decode`].
pub fn decode_with(
    body: &[u8],
    observer: Option<&Observer>,
    start: StartField,
) -> Result<Vec<CalendarEvent>, DecodeIssue> {
    let read = read(body, observer, start);
    read.or_else(|issue| match json::respelled(body) {
        Some(text) => self::read(text.as_bytes(), observer, start),
        None => Err(issue),
    })
}

fn read(
    body: &[u8],
    observer: Option<&Observer>,
    start: StartField,
) -> Result<Vec<CalendarEvent>, DecodeIssue> {
    let Listing(records) = json::from_slice::<Listing<Wire<'_>>>(ENDPOINT, body, observer)?;
    let mut raws = None;
    let mut events = Vec::with_capacity(records.len());
    if start == StartField::Agreed {
        clocks_agree(&records)?;
    }
    for (index, record) in records.into_iter().enumerate() {
        let Some(mut record) = record else {
            continue;
        };
        if start == StartField::Timestamp
            && let Some(stamp) = record.timestamp.and_then(DateTime::from_timestamp_millis)
        {
            record.datetime = Reading::Value(stamp.naive_utc());
        }
        events.push(match event(record) {
            Ok(event) => event,
            Err(Unfit::Unknown { kind, start }) => {
                if raws.is_none() {
                    raws = Some(json::from_slice::<Vec<&RawValue>>(ENDPOINT, body, None)?);
                }
                let raw = raws.as_ref().and_then(|raws| raws.get(index));
                other(kind, start, raw.map_or("null", |raw| raw.get()))
            }
            Err(Unfit::Lacks(field, found)) => {
                let problem = format!("it is essential to a training session, found {found}");
                return Err(DecodeIssue::new(format!("[{index}].{field}"), problem));
            }
        });
    }
    Ok(events)
}

/// The kinds that are no sessions.
const OTHERS: [&str; 4] = [
    "TRAININGTARGET",
    "FITNESSDATA",
    "ORTHOSTATICTEST",
    "RRRECORDING",
];

/// Whether an event is a training session. One of a kind that is not known, but whose `eventType` is that of a session, is one: passing
/// over it would lose a workout.
fn is_session(kind: &str, event_type: Option<&str>) -> bool {
    let says_so = event_type.is_some_and(|word| word.eq_ignore_ascii_case("exercise"));
    kind.eq_ignore_ascii_case("EXERCISE") || (says_so && !OTHERS.contains(&kind))
}

enum Unfit {
    Unknown {
        kind: String,
        start: Option<NaiveDateTime>,
    },
    /// An essential field, and what stands there.
    Lacks(&'static str, &'static str),
}

fn essential<T>(field: &'static str, reading: Reading<T>) -> Result<T, Unfit> {
    let found = reading.found();
    reading.value().ok_or(Unfit::Lacks(field, found))
}

fn event(wire: Wire<'_>) -> Result<CalendarEvent, Unfit> {
    let icon = wire.icon_url.as_deref().and_then(SportIcon::from_url);
    let kind = essential("type", wire.kind)?;
    if is_session(&kind, wire.event_type.as_deref()) {
        return Ok(CalendarEvent::Session(Box::new(SessionEvent {
            id: essential("listItemId", wire.list_item_id)?,
            start: essential("datetime", wire.datetime)?,
            duration_ms: wire.duration,
            distance_m: wire.distance,
            calories_kcal: wire.calories,
            icon,
            title: wire.title,
            url: wire.url,
            is_test: wire.is_test,
            has_training_target: wire.has_training_target,
            load_index: wire.training_load_pro_index,
            load_text: wire.training_load_pro_interpretation,
            description: wire.description,
        })));
    }
    let start = wire.datetime.value();
    let list_item_id = wire.list_item_id.value().map(|id| id.0);
    Ok(match kind.as_ref() {
        "TRAININGTARGET" => CalendarEvent::TrainingTarget(Box::new(TrainingTargetEvent {
            id: wire.capital_list_item_id.or(list_item_id.map(TargetId)),
            start,
            duration_ms: wire.duration,
            distance_m: wire.distance,
            calories_kcal: wire.calories,
            icon,
            title: wire.title,
            description: wire.description,
            url: wire.url,
            source_program: wire.source_program_type,
            is_editable: wire.is_user_editable,
        })),
        "FITNESSDATA" => CalendarEvent::FitnessTest(FitnessTest {
            id: list_item_id,
            start,
            index: wire.index,
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

/// `.../rr/100014` and `...&id=100013`.
fn trailing_number(url: &str) -> Option<u64> {
    let digits = url.rsplit(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

//! JSON into types, with two strengths.
//!
//! *Essential* fields (identity, time, what the call is for) are read strictly: when one is missing or of another type,
//! decoding fails with a [`DecodeIssue`] that names the JSON path and what was found, never the value.
//!
//! Every other field is read *leniently*, alone: what cannot be read becomes `None` (or the default), the rest of the
//! answer stays. An entry of a list that cannot be read is left out. Each such place is one [`Observation`], as is each
//! field that no type knows.
//!
//! ```
//! use std::sync::{Arc, Mutex};
//! use web_session::decode::{self, Observer};
//!
//! #[derive(serde::Deserialize)]
//! struct Workout {
//!     #[serde(deserialize_with = "decode::essential")]
//!     id: u64,
//!     #[serde(default, deserialize_with = "decode::lenient")]
//!     calories: Option<u64>,
//!     #[serde(default, deserialize_with = "decode::lenient")]
//!     laps: Vec<Lap>,
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Lap {
//!     #[serde(deserialize_with = "decode::essential")] // a lap without it is left out
//!     start: u64,
//! }
//! decode::lenient_objects!(Lap);
//!
//! let seen = Arc::new(Mutex::new(Vec::new()));
//! let sink = Arc::clone(&seen);
//! let observer: Observer = Arc::new(move |observation| sink.lock().unwrap().push(observation.to_string()));
//! let body = br#"{"id": 7, "calories": "many", "laps": [{"start": 0}, {}], "moon": 1}"#;
//! let workout: Workout = decode::from_slice("workout", body, Some(&observer))?;
//! assert_eq!((workout.id, workout.calories, workout.laps.len()), (7, None, 1));
//! assert_eq!(*seen.lock().unwrap(), [
//!     "workout: calories: expected a whole number, found text",
//!     "workout: laps[1] is left out: missing field `start`",
//!     "workout: moon is unknown",
//! ]);
//! assert!(decode::from_slice::<Workout>("workout", b"{}", None).is_err());
//! # Ok::<(), decode::DecodeIssue>(())
//! ```
//!
//! # Which strength a field has
//!
//! - [`essential`] reads a field that must be there; [`essential_as`] reads one that is written with its own [`Format`].
//!   A plain field is essential, too, but where its struct stands in a lenient field one of another type costs the whole
//!   answer: serde_json cannot go on behind a value that it refused.
//! - [`lenient`] reads fields of type `Option<T>`, `Vec<T>` and `BTreeMap<K, V>`; [`lenient_as`] reads a value that is
//!   written with its own [`Format`], such as a duration.
//! - [`lenient_objects!`](crate::lenient_objects) lets a struct stand in a lenient field. When an essential field of such
//!   a struct is missing, the field is `None`, or the entry is left out.
//! - [`Entries`] is a document of lenient entries. [`Listing`] is one that must not lose an entry.
//! - [`Reading`] as the type of a field keeps the difference between absent, null and unreadable, for rules that depend
//!   on another field.

mod constructors;
mod field;
mod format;
mod ignored;
mod issue;
mod observation;
mod spelling;
mod tracked;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::response::Response;

pub use crate::lenient_objects;
pub use field::{
    Entries, Entry, Field, Listing, essential, essential_as, lenient, lenient_as, object, reading,
    reading_as,
};
pub use format::{AnyId, Format, Found, Reading};
pub use ignored::Ignored;
pub use issue::{DecodeError, DecodeIssue, without_values};
pub use observation::{Finding, Observation, Observer};
pub use spelling::respelled;

/// Decodes the body of `response` as JSON. Values that are badly spelled ([`respelled`]) cost only themselves, and are one [`Observation`].
///
/// # Errors
/// When the body is not JSON or lacks what is essential to `T`.
pub fn json<T: DeserializeOwned>(
    response: &Response,
    observer: Option<&Observer>,
) -> Result<T, Box<DecodeError>> {
    let read = from_slice(response.endpoint(), response.body(), observer)
        .or_else(|issue| read_respelled(response, issue, observer));
    read.map_err(|issue| Box::new(DecodeError::new(response, issue)))
}

/// Reads an answer that could not be read once more, without its faults of spelling.
fn read_respelled<T: DeserializeOwned>(
    response: &Response,
    issue: DecodeIssue,
    observer: Option<&Observer>,
) -> Result<T, DecodeIssue> {
    let Some(text) = respelled(response.body()) else {
        return Err(issue);
    };
    if let Some(observer) = observer {
        observer(&Observation {
            endpoint: response.endpoint(),
            path: issue.path,
            finding: Finding::Unfit {
                problem: issue.problem,
            },
        });
    }
    from_slice(response.endpoint(), text.as_bytes(), observer)
}

/// Decodes `body` as JSON; the observer gets `endpoint` with each [`Observation`].
///
/// One pass is enough when all goes well. Without an observer a document that fails is read again, to find the path.
///
/// # Errors
/// When `body` is not JSON or lacks what is essential to `T`.
pub fn from_slice<'de, T: Deserialize<'de>>(
    endpoint: &'static str,
    body: &'de [u8],
    observer: Option<&Observer>,
) -> Result<T, DecodeIssue> {
    observation::forget();
    let result = match observer {
        Some(observer) => tracked::read(body, &|path, finding| {
            observer(&Observation {
                endpoint,
                path: crate::redact::printable(&path),
                finding,
            });
        }),
        None => plain(body).or_else(|_| tracked::read(body, &|_, _| {})),
    };
    match result {
        // An object that was left out may have hidden that the text is no JSON.
        Ok(value) => match observation::has_left_out()
            .then(|| syntax_error(body))
            .flatten()
        {
            Some(error) => Err(DecodeIssue::syntax(&error)),
            None => Ok(value),
        },
        Err((path, error)) => Err(match syntax_error(body) {
            Some(error) => DecodeIssue::syntax(&error),
            None => DecodeIssue::new(path, without_values(&without_place(&error.to_string()))),
        }),
    }
}

fn plain<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T, serde_json::Error> {
    let mut de = serde_json::Deserializer::from_slice(body);
    let value = T::deserialize(&mut de)?;
    de.end()?;
    Ok(value)
}

/// Not by the error's own category: it calls a map key of the wrong kind a matter of syntax.
fn syntax_error(body: &[u8]) -> Option<serde_json::Error> {
    plain::<IgnoredAny>(body).err()
}

/// Line and column say nothing about a document that services write on one line.
fn without_place(message: &str) -> String {
    match message.rfind(" at line ") {
        Some(at) => message[..at].to_owned(),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests;

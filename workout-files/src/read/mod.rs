//! Reading: what comes back, what can go wrong, and telling formats apart.

pub(crate) mod cursor;
mod diagnostic;
mod error;
mod limits;
pub(crate) mod scalar;
pub(crate) mod skeleton;
mod sniff;
mod text;
pub(crate) mod value;
pub(crate) mod xml;

pub(crate) use diagnostic::Diagnostics;
pub use diagnostic::{Code, Diagnostic, Place};
pub use error::{NotAWorkout, ReadError, ReadErrorKind};
pub use limits::Limits;
pub(crate) use sniff::not_xml;

use std::io::Read as _;

use crate::Workout;

/// Whether a declared start agrees with the earliest lap or trackpoint, to the minute; true when one
/// of the two is unknown.
pub(crate) fn starts_at(
    declared: Option<chrono::DateTime<chrono::Utc>>,
    earliest: Option<chrono::DateTime<chrono::Utc>>,
) -> bool {
    let apart = declared.zip(earliest).map(|(a, b)| (a - b).abs());
    apart.is_none_or(|apart| apart <= chrono::TimeDelta::minutes(1))
}

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "lowercase")
)]
#[non_exhaustive]
pub enum Format {
    /// Garmin's Training Center Database, version 2.
    Tcx,
    /// GPS Exchange Format, 1.0 or 1.1.
    Gpx,
    /// Garmin's Flexible and Interoperable Data Transfer (read only, with the feature `fit`).
    Fit,
}

impl Format {
    /// `tcx`, `gpx` or `fit`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcx => "tcx",
            Self::Gpx => "gpx",
            Self::Fit => "fit",
        }
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The content of a file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Reading {
    /// The workouts in the order of the file. Empty when the file holds only courses, planned
    /// workouts, routes or waypoints; the diagnostics say so.
    pub workouts: Vec<Workout>,
    /// The oddities and the reactions to them: one entry per kind.
    pub diagnostics: Vec<Diagnostic>,
    /// The format of the file.
    pub format: Format,
}

impl Reading {
    /// The workouts by session: the legs of one multi-sport session together, every other workout alone. In the order of the file.
    #[must_use]
    pub fn into_sessions(self) -> Vec<Vec<Workout>> {
        let start = |workout: &Workout| workout.multi_sport.as_ref().map(|leg| leg.session_start);
        let mut sessions: Vec<Vec<Workout>> = Vec::new();
        for workout in self.workouts {
            let is_leg = |session: &&mut Vec<Workout>| {
                let before = session.last().and_then(start);
                before.is_some() && before == start(&workout)
            };
            match sessions.last_mut().filter(is_leg) {
                Some(session) => session.push(workout),
                None => sessions.push(vec![workout]),
            }
        }
        sessions
    }
}

/// Reads a TCX, GPX or (with the feature `fit`) FIT file; which of them it is shows in its content.
///
/// # Errors
/// When the bytes are something else (named in the error), are not well-formed, end too early (what
/// was read until then is in [`ReadError::partial`]), or pass a [limit](Limits).
pub fn read(bytes: &[u8]) -> Result<Reading, ReadError> {
    read_with(bytes, &Limits::default())
}

/// [`read`] with limits of your own.
///
/// # Errors
/// As [`read`].
pub fn read_with(bytes: &[u8], limits: &Limits) -> Result<Reading, ReadError> {
    #[cfg(feature = "fit")]
    if crate::fit::is_fit(bytes) {
        return crate::fit::read_with(bytes, limits);
    }
    match sniff::format(bytes)? {
        Format::Gpx => crate::gpx::read_with(bytes, limits),
        _ => crate::tcx::read_with(bytes, limits),
    }
}

/// [`read_with`] from a reader, of which at most [`Limits::bytes`] are taken. The bytes are held in
/// memory while they are parsed.
///
/// # Errors
/// As [`read`], and when the reader fails.
pub fn read_from(reader: impl std::io::Read, limits: &Limits) -> Result<Reading, ReadError> {
    let mut bytes = Vec::new();
    let most = u64::try_from(limits.bytes)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    reader
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(|error| ReadError::new(ReadErrorKind::Io(error)))?;
    if bytes.len() > limits.bytes {
        return Err(ReadError::new(ReadErrorKind::TooLarge(
            "bytes",
            limits.bytes,
        )));
    }
    read_with(&bytes, limits)
}

//! Garmin's FIT, read only (feature `fit`, which needs Rust 1.93).
//!
//! Sessions become workouts, with their laps, the lengths of a pool, the pauses of the timer, the
//! trackpoints and the device. Files of one chain follow one another; several sessions of one file
//! are legs of one session of several sports. Oddities are in the
//! [diagnostics](crate::Diagnostic). A wrong checksum, damage and a file that was cut off are errors
//! that keep [what was read](crate::ReadError::partial).
//!
//! A value that a developer defined as another source of a native one (a running power meter's
//! power, for example) is read where the native value is absent. Other developer fields are counted
//! and left out. Stored heart rates of a strap (`hr` messages) are not merged into the trackpoints.
//!
//! # The decoder below
//!
//! The bytes are decoded by `rustyfit` 0.11. Three decoders were measured in November 2026, on
//! synthetic files, in one run on a busy machine (compare the numbers with each other only):
//!
//! | | rustyfit 0.11.0 | fit-sdk-rust 0.2.1 | fitparser 0.11.0 |
//! |---|---|---|---|
//! | minimum Rust version | 1.93 | 1.75 | none stated (edition 2024) |
//! | compressed timestamps | right | raw messages lose them | right |
//! | developer field before its description | field left out | bytes kept | file refused |
//! | chained files | right | right | right |
//! | a file cut in the middle | messages before the cut | nothing | messages before the cut |
//! | a field whose size does not fit its type | message kept | file refused | message kept |
//! | invalid value in a narrower type than the profile's | taken as a value | absent | absent |
//! | float where the profile has an integer | wrong value | right | wrong value |
//! | 10 hours at 1 Hz, 12 fields: raw messages | 93 MB/s (118 without checksum) | 75 MB/s (without checksum) | no such mode |
//! | the same as typed messages, all defaults | 30 MB/s | 9 MB/s | 4 MB/s |
//!
//! What `rustyfit` gets wrong is handled here: definitions are compared with the profile, and values
//! of another type are corrected or left out (`field_type`); a recorder that died leaves a data size
//! of 0, and such files are read to their end; checksums are computed here, and cover the header
//! when it stores none.

mod assemble;
mod checksum;
mod container;
mod deal;
mod decode;
mod developer;
mod device;
mod fields;
mod file;
mod record;
mod sport;
mod summary;
mod types;

use crate::check;
use crate::read::{
    Code, Diagnostics, Format, Limits, NotAWorkout, Place, ReadError, ReadErrorKind, Reading,
    not_xml,
};
use container::Next;
use file::Reader;

/// Reads a FIT file, or several that follow one another.
///
/// # Errors
/// As [`crate::read()`].
pub fn read(bytes: &[u8]) -> Result<Reading, ReadError> {
    read_with(bytes, &Limits::default())
}

/// [`read`] with limits of your own.
///
/// # Errors
/// As [`crate::read()`].
pub fn read_with(bytes: &[u8], limits: &Limits) -> Result<Reading, ReadError> {
    if bytes.len() > limits.bytes {
        return Err(ReadError::new(ReadErrorKind::TooLarge(
            "bytes",
            limits.bytes,
        )));
    }
    if !is_fit(bytes) {
        let what = not_xml(bytes).unwrap_or(NotAWorkout::OtherXml);
        return Err(ReadError::new(ReadErrorKind::NotAWorkout(what)));
    }
    let mut reader = Reader::new(limits);
    let failure = read_chain(bytes, &mut reader);
    let Reader {
        workouts,
        mut diagnostics,
        ..
    } = reader;
    if workouts.is_empty() {
        diagnostics.note(Code::NoActivity, Place::default(), "");
    }
    check::all(&workouts, &mut diagnostics);
    let reading = Reading {
        workouts,
        diagnostics: diagnostics.finish(None),
        format: Format::Fit,
    };
    match failure {
        None => Ok(reading),
        Some(Failure { kind, byte }) => {
            Err(ReadError::new(kind).at_byte(byte).with_partial(reading))
        }
    }
}

/// Whether bytes are a FIT file, by the mark in its header.
pub(crate) fn is_fit(bytes: &[u8]) -> bool {
    bytes.get(8..12) == Some(b".FIT")
}

/// Why reading failed, and at which byte.
struct Failure {
    kind: ReadErrorKind,
    byte: u64,
}

/// Reads the files of a chain one after the other. Damage of one does not end the reading of those
/// after it, a limit does; the first failure is returned.
fn read_chain(bytes: &[u8], reader: &mut Reader<'_>) -> Option<Failure> {
    let mut decoder = rustyfit::Decoder::builder()
        .checksum(false)
        .expand_components(false)
        .build();
    let mut at = 0;
    let mut first: Option<Failure> = None;
    loop {
        let failure = match container::next(bytes, at) {
            Next::End => return first,
            Next::Trailing => {
                trailing(at, &mut reader.diagnostics);
                return first;
            }
            Next::Failed(failure) => return first.or(Some(failure)),
            Next::Part(part) => {
                at += part.bytes.len();
                decode::part(&part, &mut decoder, reader)
            }
        };
        if let Some(failure) = failure {
            let limit = matches!(failure.kind, ReadErrorKind::TooLarge(..));
            if limit {
                return Some(failure);
            }
            first.get_or_insert(failure);
        }
    }
}

fn trailing(at: usize, diagnostics: &mut Diagnostics) {
    let place = Place {
        byte: Some(at as u64),
        ..Place::default()
    };
    diagnostics.note(Code::TrailingContent, place, "");
}

//! GPS Exchange Format.

use crate::read::{Limits, NotAWorkout, ReadError, ReadErrorKind, Reading};

/// Reads a GPX file.
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
pub fn read_with(_bytes: &[u8], _limits: &Limits) -> Result<Reading, ReadError> {
    Err(ReadError::new(ReadErrorKind::NotAWorkout(
        NotAWorkout::OtherXml,
    )))
}

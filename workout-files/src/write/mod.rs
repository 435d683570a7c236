//! Writing: options, results, and the parts that both writers share.

mod loss;
pub(crate) mod xml;

pub(crate) use loss::Losses;
pub use loss::{Loss, LossCode};

use crate::{Format, Workout};

/// Choices when writing, for every format.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WriteOptions {
    /// Keep what the format can't say in our own extension
    /// ([of TCX](crate::tcx::EXTENSION_NAMESPACE), [of GPX](crate::gpx::EXTENSION_NAMESPACE)). On by
    /// default; turn it off for an importer that minds, and get the losses instead.
    pub private_extension: bool,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            private_extension: true,
        }
    }
}

impl WriteOptions {
    /// Only what the schemas define: no extension of our own.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            private_extension: false,
        }
    }
}

/// Writes a file in a format. See [`tcx::write_with`](crate::tcx::write_with) and
/// [`gpx::write_with`](crate::gpx::write_with).
///
/// # Errors
/// [`WriteError::ReadOnlyFormat`] for FIT.
pub fn write_with(
    workouts: &[Workout],
    format: Format,
    options: &WriteOptions,
) -> Result<Written, WriteError> {
    match format {
        Format::Tcx => crate::tcx::write_with(workouts, options),
        Format::Gpx => crate::gpx::write_with(workouts, options),
        Format::Fit => Err(WriteError::ReadOnlyFormat(format)),
    }
}

/// A written file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Written {
    /// The file, UTF-8.
    pub bytes: Vec<u8>,
    /// The values of the workouts that the format has no place for.
    pub losses: Vec<Loss>,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The writer that was given refused.
    #[error("the file could not be written")]
    Io(#[from] std::io::Error),
    /// The format can only be read.
    #[error("{0} can only be read: write TCX or GPX")]
    ReadOnlyFormat(Format),
}

//! Why a file could not be read.

use std::fmt;

use super::Reading;

/// The kind of an input that is no TCX or GPX file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotAWorkout {
    /// No bytes, or only white space.
    Empty,
    /// Only NUL bytes: a file system lost the content.
    Nul,
    /// A web page, most likely the login page of the service.
    Html,
    /// JSON.
    Json,
    /// Polar's CSV export, often saved under a `.tcx` name.
    PolarCsv,
    /// Some other text.
    Text,
    /// Gzip-compressed data.
    Gzip,
    /// A zip archive.
    Zip,
    /// A macOS resource file (`._name`), which goes with the real file.
    AppleDouble,
    /// Garmin's binary FIT format.
    Fit,
    /// Google Earth's KML.
    Kml,
    /// XML with another root element.
    OtherXml,
    /// Some other binary data.
    Binary,
}

impl NotAWorkout {
    /// A stable word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Nul => "nul",
            Self::Html => "html",
            Self::Json => "json",
            Self::PolarCsv => "polar_csv",
            Self::Text => "text",
            Self::Gzip => "gzip",
            Self::Zip => "zip",
            Self::AppleDouble => "apple_double",
            Self::Fit => "fit",
            Self::Kml => "kml",
            Self::OtherXml => "other_xml",
            Self::Binary => "binary",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Empty => "the file is empty",
            Self::Nul => "the file holds only NUL bytes: its content was lost",
            Self::Html => {
                "this is a web page (a login page?), not a workout: download it again while signed in"
            }
            Self::Json => "this is JSON, not TCX or GPX",
            Self::PolarCsv => "this is Polar's CSV export: export the session as TCX instead",
            Self::Text => "this is text, not TCX or GPX",
            Self::Gzip => "this is gzip-compressed: unpack it first",
            Self::Zip => "this is a zip archive: unpack it first",
            Self::AppleDouble => {
                "this is a macOS resource file (\"._\" name): use the file it goes with"
            }
            Self::Fit => "this is a FIT file, not TCX or GPX",
            Self::Kml => "this is a KML file, not TCX or GPX",
            Self::OtherXml => "this is XML, but neither TCX nor GPX",
            Self::Binary => "this is binary data, not TCX or GPX",
        }
    }
}

impl fmt::Display for NotAWorkout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.description())
    }
}

/// The kind of error.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// The input is something else.
    NotAWorkout(NotAWorkout),
    /// The file ends before its last element is closed. [`ReadError::partial`] has what was read.
    Truncated,
    /// The file is not well-formed XML.
    NotWellFormed(String),
    /// The file is not well-formed FIT.
    Damaged(String),
    /// The checksum of a FIT file does not belong to its content.
    Checksum {
        /// The checksum that the file has.
        stored: u16,
        /// The checksum of its content.
        computed: u16,
    },
    /// A [limit](super::Limits) was passed: which one, and its value.
    TooLarge(&'static str, usize),
    /// The bytes could not be fetched.
    Io(std::io::Error),
}

/// Why a file could not be read, and where.
#[derive(Debug)]
pub struct ReadError {
    kind: ReadErrorKind,
    /// Line and column, from 1.
    at: Option<(u32, u32)>,
    /// Offset in the file, from 0.
    byte: Option<u64>,
    partial: Option<Box<Reading>>,
}

impl ReadError {
    pub(crate) fn new(kind: ReadErrorKind) -> Self {
        Self {
            kind,
            at: None,
            byte: None,
            partial: None,
        }
    }

    pub(crate) fn at(mut self, line: u32, column: u32) -> Self {
        self.at = Some((line, column));
        self
    }

    #[cfg(feature = "fit")]
    pub(crate) fn at_byte(mut self, byte: u64) -> Self {
        self.byte = Some(byte);
        self
    }

    pub(crate) fn with_partial(mut self, reading: Reading) -> Self {
        self.partial = Some(Box::new(reading));
        self
    }

    /// The kind of error.
    #[must_use]
    pub fn kind(&self) -> &ReadErrorKind {
        &self.kind
    }

    /// Line and column, both from 1, where known.
    #[must_use]
    pub fn line_and_column(&self) -> Option<(u32, u32)> {
        self.at
    }

    /// The offset in a binary file, from 0, where known.
    #[must_use]
    pub fn byte(&self) -> Option<u64> {
        self.byte
    }

    /// The kind of the input, when it is no workout file.
    #[must_use]
    pub fn not_a_workout(&self) -> Option<NotAWorkout> {
        match self.kind {
            ReadErrorKind::NotAWorkout(what) => Some(what),
            _ => None,
        }
    }

    /// The part before the error. It is not the whole workout.
    #[must_use]
    pub fn partial(&self) -> Option<&Reading> {
        self.partial.as_deref()
    }

    /// The part before the error, by value.
    #[must_use]
    pub fn into_partial(self) -> Option<Reading> {
        self.partial.map(|reading| *reading)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ReadErrorKind::NotAWorkout(what) => write!(f, "{what}")?,
            ReadErrorKind::Truncated => f.write_str("the file ends too early")?,
            ReadErrorKind::NotWellFormed(why) => {
                write!(f, "the file is not well-formed XML: {why}")?
            }
            ReadErrorKind::Damaged(why) => write!(f, "the file is damaged: {why}")?,
            ReadErrorKind::Checksum { stored, computed } => write!(
                f,
                "the file is damaged: its checksum is {stored:04X}, that of its content {computed:04X}"
            )?,
            ReadErrorKind::TooLarge(what, limit) => {
                write!(
                    f,
                    "the file has more than {limit} {what}, which is the limit"
                )?;
            }
            ReadErrorKind::Io(_) => f.write_str("the input could not be read")?,
        }
        if let Some((line, column)) = self.at {
            write!(f, " (line {line}, column {column})")?;
        }
        if let Some(byte) = self.byte {
            write!(f, " (byte {byte})")?;
        }
        if let Some(partial) = &self.partial {
            let points: usize = partial
                .workouts
                .iter()
                .map(crate::Workout::trackpoint_count)
                .sum();
            write!(f, "; {points} trackpoints were read before that")?;
        }
        Ok(())
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ReadErrorKind::Io(error) => Some(error),
            _ => None,
        }
    }
}

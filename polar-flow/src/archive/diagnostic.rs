//! Findings about an archive.

use std::fmt;

use super::LARGEST;

/// A session that cannot be read. It hides no other.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Its file in the archive.
    pub file: String,
    /// The problem.
    pub problem: Problem,
}

/// The reason why a session cannot be read. It shows nothing of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The file cannot be unpacked.
    Damaged(String),
    /// It unpacks to more than 256 MiB.
    TooLarge,
    /// It is no JSON, or its end is missing.
    NotJson,
    /// Neither the content nor the name of the file has an id.
    NoIdentifier,
    /// Its start is missing or no time.
    NoStart,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(reason) => write!(f, "it cannot be unpacked: {reason}"),
            Self::TooLarge => write!(f, "it is larger than {LARGEST} bytes"),
            Self::NotJson => f.write_str("it is no JSON, or its end is missing"),
            Self::NoIdentifier => f.write_str("it has no identifier"),
            Self::NoStart => f.write_str("it has no readable startTime"),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not read: {}", self.file, self.problem)
    }
}

impl std::error::Error for Diagnostic {}

//! Findings about an archive.

use std::fmt;

use super::LARGEST;

/// A session that cannot be read, or not all of it. It hides no other.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Its file in the archive.
    pub file: String,
    /// The problem.
    pub problem: Problem,
}

/// The reason why a session cannot be read, or something of it cannot. It shows nothing of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The file cannot be unpacked.
    Damaged(String),
    /// It is larger than any session: by its text, or by the objects and values in it.
    TooLarge,
    /// It is no JSON, or its end is missing.
    NotJson,
    /// Neither the content nor the name of the file has an id.
    NoIdentifier,
    /// Its start is missing or no time.
    NoStart,
    /// Another file has the same session, and as much of it or more.
    Repeated,
    /// Points are left out, or placed by a guess. The session is read.
    Odd(String),
}

impl Diagnostic {
    /// A finding about a file.
    #[must_use]
    pub fn new(file: impl Into<String>, problem: Problem) -> Self {
        let file = file.into();
        Self { file, problem }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(reason) => write!(f, "it cannot be unpacked: {reason}"),
            Self::TooLarge => write!(f, "it is larger than any session ({LARGEST} bytes)"),
            Self::NotJson => f.write_str("it is no JSON, or its end is missing"),
            Self::NoIdentifier => f.write_str("it has no identifier"),
            Self::NoStart => f.write_str("it has no readable startTime"),
            Self::Repeated => f.write_str("another file has the same session"),
            Self::Odd(what) => f.write_str(what),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            Problem::Odd(what) => write!(f, "{}: {what}", self.file),
            problem => write!(f, "{} is not read: {problem}", self.file),
        }
    }
}

impl std::error::Error for Diagnostic {}

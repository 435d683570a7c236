//! Why an answer cannot be decoded, without its values.

use std::fmt;

use crate::redact;
use crate::response::{Fingerprint, Response};

/// An answer that lacks what is essential.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{endpoint}: the answer has changed at {path}: {problem} ({fingerprint})")]
#[non_exhaustive]
pub struct DecodeError {
    /// The request.
    pub endpoint: &'static str,
    /// JSON path of the place, for example `[3].duration`; `.` is the whole document.
    pub path: String,
    /// The expected kind and the kind that was found. Never the value that was found.
    pub problem: String,
    /// The document did not end properly: it was cut off, or is no JSON.
    pub syntax: bool,
    /// Status, type and length of the answer.
    pub fingerprint: Fingerprint,
}

impl DecodeError {
    /// Adds to an issue the answer that has it.
    #[must_use]
    pub fn new(response: &Response, issue: DecodeIssue) -> Self {
        Self {
            endpoint: response.endpoint(),
            path: redact::printable(&issue.path),
            problem: issue.problem,
            syntax: issue.syntax,
            fingerprint: response.fingerprint(),
        }
    }
}

/// Why a piece of JSON does not fit a type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodeIssue {
    /// JSON path of the place; `.` is the whole document.
    pub path: String,
    /// The expected kind and the kind that was found; never the value.
    pub problem: String,
    /// The document is cut off or is not JSON.
    pub syntax: bool,
}

impl DecodeIssue {
    /// A rule that the JSON breaks.
    #[must_use]
    pub fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            problem: problem.into(),
            syntax: false,
        }
    }

    /// The text is no JSON.
    pub(super) fn syntax(error: &serde_json::Error) -> Self {
        Self {
            path: ".".to_owned(),
            problem: without_values(&error.to_string()),
            syntax: true,
        }
    }
}

impl fmt::Display for DecodeIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {}: {}", self.path, self.problem)
    }
}

impl std::error::Error for DecodeIssue {}

/// A message of serde without what it quotes: `invalid type: string …` for `invalid type: string "jo@example.org"`.
///
/// The value may be private; its kind is enough to mend a type.
#[must_use]
pub fn without_values(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    let mut rest = message;
    loop {
        let quoted = rest.find('"').map(|at| (at, '"'));
        // `unknown variant `x`` quotes a value with back-ticks; `missing field `x`` quotes our own names.
        let variant = rest
            .find("unknown variant `")
            .map(|at| (at + "unknown variant ".len(), '`'));
        let number = ["integer `", "floating point `", "boolean `", "character `"]
            .iter()
            .filter_map(|kind| rest.find(kind).map(|at| (at + kind.len() - 1, '`')))
            .min();
        let Some((at, quote)) = [quoted, variant, number].into_iter().flatten().min() else {
            out.push_str(rest);
            return out;
        };
        out.push_str(&rest[..at]);
        out.push('…');
        let after = &rest[at + 1..];
        let end = closing(after, quote).map_or(after.len(), |end| end + 1);
        rest = &after[end..];
    }
}

/// The end of a quotation, skipping escaped quotes (serde prints strings with `{:?}`).
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            c if c == quote => return Some(at),
            _ => {}
        }
    }
    None
}

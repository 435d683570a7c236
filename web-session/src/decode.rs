//! JSON into types: errors that name the place, unknown fields that reach an observer.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use crate::response::{Fingerprint, Response};
pub use crate::skipped::Skipped;

/// A field that a service sent and no type knows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct UnknownField {
    /// The request whose answer held it.
    pub endpoint: &'static str,
    /// Where it stood, for example `[3].newField`. The value is not kept.
    pub path: String,
}

/// Is told of every unknown field. See [`SessionBuilder::on_unknown_field`](crate::SessionBuilder::on_unknown_field).
pub type Observer = Arc<dyn Fn(&UnknownField) + Send + Sync>;

/// An answer that is not what the type says.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{endpoint}: the answer has changed at {path}: {problem} ({fingerprint})")]
#[non_exhaustive]
pub struct DecodeError {
    /// The request.
    pub endpoint: &'static str,
    /// JSON path of the place, for example `[3].duration`; `.` is the whole document.
    pub path: String,
    /// What was expected and what kind of thing was found. Never the value that was found.
    pub problem: String,
    /// The document did not end properly: it was cut off, or is not JSON at all.
    pub syntax: bool,
    /// Status, type and length of the answer.
    pub fingerprint: Fingerprint,
}

/// Decodes the body of `response` as JSON.
///
/// The common case, in which all goes well, costs one pass with collection of unknown fields. Only a document that
/// fails is read a second time, to find the path.
///
/// # Errors
/// When the body is not JSON or does not fit `T`.
pub fn json<T: DeserializeOwned>(
    response: &Response,
    observer: Option<&Observer>,
) -> Result<T, Box<DecodeError>> {
    from_slice(response.endpoint(), response.body(), observer)
        .map_err(|misfit| Box::new(DecodeError::new(response, misfit)))
}

impl DecodeError {
    /// Says of which answer a piece did not fit.
    #[must_use]
    pub fn new(response: &Response, misfit: Misfit) -> Self {
        Self {
            endpoint: response.endpoint(),
            path: misfit.path,
            problem: misfit.problem,
            syntax: misfit.syntax,
            fingerprint: response.fingerprint(),
        }
    }
}

/// Why a piece of JSON does not fit a type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Misfit {
    /// JSON path of the place; `.` is the whole document.
    pub path: String,
    /// What was expected and what kind of thing was found; never the value.
    pub problem: String,
    /// The document is cut off or is not JSON.
    pub syntax: bool,
}

impl Misfit {
    /// A rule of the client's own that the JSON breaks.
    #[must_use]
    pub fn new(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            problem: problem.into(),
            syntax: false,
        }
    }

    /// The same, seen from outside: the piece that was decoded stands at `path` of the whole document.
    #[must_use]
    pub fn below(mut self, path: &str) -> Self {
        self.path = match self.path.as_str() {
            "." => path.to_owned(),
            inner if inner.starts_with('[') => format!("{path}{inner}"),
            inner => format!("{path}.{inner}"),
        };
        self
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {}: {}", self.path, self.problem)
    }
}

impl std::error::Error for Misfit {}

/// Decodes `body` as JSON; `endpoint` is what the observer is told.
///
/// # Errors
/// When `body` is not JSON or does not fit `T`.
pub fn from_slice<'de, T: Deserialize<'de>>(
    endpoint: &'static str,
    body: &'de [u8],
    observer: Option<&Observer>,
) -> Result<T, Misfit> {
    let mut de = serde_json::Deserializer::from_slice(body);
    let first = match observer {
        None => T::deserialize(&mut de),
        Some(observer) => serde_ignored::deserialize(&mut de, |path| {
            observer(&UnknownField {
                endpoint,
                path: path_text(&path),
            });
        }),
    };
    match first.and_then(|value| de.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(error) => Err(misfit::<T>(body, &error)),
    }
}

/// For `#[serde(default, deserialize_with = "...")]`: null where a list or an object was, is none of it.
///
/// # Errors
/// When what stands there is neither null nor a `T`.
pub fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

fn misfit<'de, T: Deserialize<'de>>(body: &'de [u8], first: &serde_json::Error) -> Misfit {
    let mut de = serde_json::Deserializer::from_slice(body);
    let (path, message) = match serde_path_to_error::deserialize::<_, T>(&mut de) {
        Err(error) => (error.path().to_string(), error.inner().to_string()),
        // The value was fine and something stood behind it.
        Ok(_) => (".".to_owned(), first.to_string()),
    };
    // Not by the error's own category: it calls a map key of the wrong kind a matter of syntax.
    let syntax = serde_json::from_slice::<serde::de::IgnoredAny>(body).is_err();
    Misfit {
        path,
        problem: without_values(&message),
        syntax,
    }
}

/// `[3].a.b`, as `serde_path_to_error` writes it.
fn path_text(path: &serde_ignored::Path<'_>) -> String {
    use serde_ignored::Path;
    fn walk(path: &Path<'_>, out: &mut String) {
        match path {
            Path::Root => {}
            Path::Seq { parent, index } => {
                walk(parent, out);
                out.push_str(&format!("[{index}]"));
            }
            Path::Map { parent, key } => {
                walk(parent, out);
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(key);
            }
            Path::Some { parent }
            | Path::NewtypeStruct { parent }
            | Path::NewtypeVariant { parent } => walk(parent, out),
        }
    }
    let mut out = String::new();
    walk(path, &mut out);
    out
}

/// A message of serde without what it quotes: `invalid type: string …` for `invalid type: string "jo@example.org"`.
///
/// What was found belongs to a person; its kind is enough to mend a type.
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Row {
        id: u64,
        kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    enum Kind {
        Known,
    }

    fn fail(body: &str) -> Misfit {
        from_slice::<Vec<Row>>("rows", body.as_bytes(), None).unwrap_err()
    }

    #[test]
    fn errors_name_the_place_and_not_the_value() {
        let wrong = fail(r#"[{"id":1},{"id":"S3CR\"ET"}]"#);
        assert_eq!(wrong.path, "[1].id");
        assert!(
            wrong
                .problem
                .starts_with("invalid type: string …, expected u64"),
            "{wrong}"
        );
        assert!(!wrong.syntax);
        assert!(
            !fail(r#"[{"id":1,"kind":"S3CRET"}]"#)
                .problem
                .contains("S3CRET")
        );
        assert!(!fail(r#"[{"id":-77123}]"#).problem.contains("77123"));
        assert!(fail(r#"[{}]"#).problem.contains("missing field `id`"));
    }

    #[test]
    fn cut_off_documents_are_syntax_errors() {
        assert!(fail(r#"[{"id":1},{"#).syntax);
        assert!(fail("<html>").syntax);
        assert!(fail("").syntax);
        assert!(fail("[] trailing").syntax);
    }

    #[test]
    fn unknown_fields_reach_the_observer_with_their_place() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&seen);
        let observer: Observer =
            Arc::new(move |field| sink.lock().unwrap().push(field.path.clone()));
        let rows: Vec<Row> = from_slice(
            "rows",
            br#"[{"id":1},{"id":2,"new":{"a":1}}]"#,
            Some(&observer),
        )
        .unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(*seen.lock().unwrap(), ["[1].new"]);
    }
}

//! Whether a reader of documents and their shape say the same.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use web_session::decode::{self, DecodeIssue, Observer};

use api_drift::Shape;

/// A disagreement of a reader and the documents that it should read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Disagreement {
    /// A document is not understood.
    #[error("{document} is not understood: {issue}")]
    Unread {
        /// The name of the document.
        document: String,
        /// What does not fit.
        issue: DecodeIssue,
    },
    /// A document holds what the types don't expect.
    #[error("{document} holds what the types don't expect: {}", .observations.join(", "))]
    Observed {
        /// The name of the document.
        document: String,
        /// The observations with their paths.
        observations: Vec<String>,
    },
    /// The reader needs something that is not always there.
    #[error("needed and not always there: {line}")]
    NeededTooMuch {
        /// The place, in the words of the shape.
        line: String,
    },
}

/// The shape of `documents` (each with its name) as [`Shape::with_needs`] tells it, provided that `read` understands all of
/// them, gives the observer nothing to observe, and needs only what is always there.
///
/// # Errors
/// The first thing that disagrees.
pub fn agreed(
    shape: Shape,
    documents: &[(&str, &str)],
    read: impl Fn(&[u8], Option<&Observer>) -> Result<(), DecodeIssue>,
) -> Result<String, Disagreement> {
    let mut values = Vec::with_capacity(documents.len());
    for (name, text) in documents {
        values.push(understood(name, text, &read)?);
    }
    let learned = shape.with_needs(&values, |value| {
        read(value.to_string().as_bytes(), None).is_ok()
    });
    let too_much = learned
        .lines()
        .find(|line| line.contains(" needed") && line.contains(" of "));
    match too_much {
        Some(line) => Err(Disagreement::NeededTooMuch {
            line: line.to_owned(),
        }),
        None => Ok(learned),
    }
}

fn understood(
    name: &str,
    text: &str,
    read: impl Fn(&[u8], Option<&Observer>) -> Result<(), DecodeIssue>,
) -> Result<Value, Disagreement> {
    let unread = |issue| Disagreement::Unread {
        document: name.to_owned(),
        issue,
    };
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let observer: Observer = Arc::new(move |observation| {
        let mut all = sink.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(observation.to_string());
    });
    read(text.as_bytes(), Some(&observer)).map_err(unread)?;
    let observations = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
    if !observations.is_empty() {
        return Err(Disagreement::Observed {
            document: name.to_owned(),
            observations,
        });
    }
    decode::from_slice("document", text.as_bytes(), None).map_err(unread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Row {
        #[serde(rename = "id")]
        _id: u64,
        #[serde(rename = "note")]
        _note: Option<String>,
    }

    fn rows(documents: &[(&str, &str)]) -> Result<String, Disagreement> {
        agreed(Shape::new(), documents, |body, observer| {
            decode::from_slice::<Vec<Row>>("rows", body, observer).map(|_| ())
        })
    }

    #[test]
    fn what_agrees_is_the_shape_with_its_needs() {
        let text = rows(&[
            ("a", r#"[{"id": 1, "note": "x"}]"#),
            ("b", r#"[{"id": 2}]"#),
        ]);
        assert_eq!(
            text.unwrap(),
            ".: array\n[]: object\n[].id: integer needed never null\n[].note: text (1 of 2)\n"
        );
    }

    #[test]
    fn a_document_that_does_not_fit_is_named_with_the_place() {
        let error = rows(&[("good", "[]"), ("bad", r#"[{"id": "x"}]"#)]).unwrap_err();
        assert!(
            matches!(&error, Disagreement::Unread { document, issue } if document == "bad" && issue.path == "[0].id"),
            "{error}"
        );
    }

    #[test]
    fn fields_that_no_type_knows_are_named() {
        let text = r#"[{"id": 1, "new": 2}, {"id": 1, "newer": null}]"#;
        assert_eq!(
            rows(&[("rows", text)]),
            Err(Disagreement::Observed {
                document: "rows".to_owned(),
                observations: vec![
                    "rows: [0].new is unknown".to_owned(),
                    "rows: [1].newer is unknown".to_owned()
                ],
            })
        );
    }

    #[test]
    fn what_is_needed_has_to_be_there_always() {
        // A reader of one kind of row only, and of any other: the id is needed in some.
        let read = |body: &[u8], observer: Option<&Observer>| {
            let rows: Vec<Value> = decode::from_slice("rows", body, observer)?;
            let lacks = |row: &Value| row["kind"] == "RUN" && row.get("id").is_none();
            match rows.iter().any(lacks) {
                true => Err(DecodeIssue::new("[0].id", "missing")),
                false => Ok(()),
            }
        };
        let text = r#"[{"kind": "RUN", "id": 1}, {"kind": "NOTE"}]"#;
        assert_eq!(
            agreed(Shape::new(), &[("rows", text)], read),
            Err(Disagreement::NeededTooMuch {
                line: "[].id: integer (1 of 2) needed".to_owned()
            })
        );
    }
}

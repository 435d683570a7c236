//! The reading of an answer by the client: its decoder is the judge of what can be used.

use serde_json::Value;
use web_session::decode::{Finding as Seen, Observer};
use web_session::{DecodeIssue, Observation};

use std::sync::{Arc, Mutex, PoisonError};

use crate::compare::describe;
use crate::finding::{Finding, Kind, Weight};
use crate::known::{Known, without_tags};
use crate::shape::Shape;

/// A client's decoder of one endpoint: it fails when the client cannot use the answer, and names to the observer the parts that it left out.
pub type Reader = fn(&[u8], Option<&Observer>) -> Result<(), DecodeIssue>;

/// Adds to the differences of a document what the client's decoder says of it.
///
/// An answer that the client reads is not breaking, however different it looks. One that it refuses is, although the types may look the same. What it
/// leaves out is named, so that a notice of a run and a look never contradict each other.
pub(crate) fn judge(
    endpoint: &str,
    body: &[u8],
    document: &Value,
    (known, like): (&Known, &Shape),
    reader: Reader,
    mut found: Vec<Finding>,
) -> Vec<Finding> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let observer: Observer = Arc::new(move |observation: &Observation| {
        let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
        sink.push(observation.clone());
    });
    let result = reader(body, Some(&observer));
    if result.is_ok() {
        for finding in &mut found {
            finding.weight = Weight::Additive;
        }
    }
    let place = |path: &str| general(document, path, known, like);
    let named = |found: &[Finding], place: &str| found.iter().any(|it| it.place == place);
    let add = |found: &mut Vec<Finding>, place: &str, weight, problem: &str| {
        let was = known.get(place).map(describe).unwrap_or_default();
        let shown = if place.is_empty() { "." } else { place };
        let finding = Finding::new(endpoint, shown, Kind::Changed, weight);
        found.push(finding.between(was, format!("cannot be read: {problem}")));
    };
    for observation in seen
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .drain(..)
    {
        // Unknown fields are new places of the shape.
        let (Seen::Unfit { problem } | Seen::LeftOut { problem }) = &observation.finding else {
            continue;
        };
        let at = place(&observation.path);
        if !named(&found, if at.is_empty() { "." } else { &at }) {
            add(&mut found, &at, Weight::Additive, problem);
        }
    }
    let Err(issue) = result else {
        return found;
    };
    let at = place(&issue.path);
    let shown = if at.is_empty() { "." } else { &at };
    let bare = without_tags(&at);
    let inside = |place: &str| at.is_empty() || without_tags(place).starts_with(&bare);
    let breaks = |it: &Finding| it.weight == Weight::Breaking && inside(&it.place);
    if let Some(same) = found.iter_mut().find(|it| it.place == shown) {
        same.weight = Weight::Breaking;
    } else if !found.iter().any(breaks) {
        // A member that is missing is named by the shape, and by the decoder as a fault of what is around it.
        add(&mut found, &at, Weight::Breaking, &issue.problem);
    }
    found
}

/// The place of a shape for the path of a decoder: known places only, so no name of it can be data.
fn general(document: &Value, path: &str, known: &Known, like: &Shape) -> String {
    let mut at = String::new();
    let mut value = Some(document);
    let mut rest = if path == "." { "" } else { path };
    // The deepest known place on the way.
    let mut last = String::new();
    while !rest.is_empty() {
        if let Some((index, after)) = rest.strip_prefix('[').and_then(|it| it.split_once(']')) {
            let inner = value.and_then(|it| it.get(index.parse::<usize>().ok()?));
            at = like.element(&at, inner.unwrap_or(&Value::Null));
            (value, rest) = (inner, after);
        } else {
            rest = rest.strip_prefix('.').unwrap_or(rest);
            let ends = |name: &str| {
                let after = rest.strip_prefix(name);
                after.is_some_and(|after| after.is_empty() || after.starts_with(['.', '[']))
            };
            // Names may hold points and brackets themselves.
            let names = value.and_then(Value::as_object);
            let names = names.into_iter().flat_map(|it| it.keys());
            let longest = names
                .map(String::as_str)
                .filter(|name| !name.is_empty() && ends(name))
                .max_by_key(|name| name.len());
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let name = longest.unwrap_or(&rest[..end]);
            at = like.member(&at, name);
            value = value.and_then(|it| it.get(name));
            // A name that is only a bracket would not get on.
            rest = &rest[name.len().max(1).min(rest.len())..];
        }
        match known.like(&at) {
            Some(place) => last = place.to_owned(),
            None => break,
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use web_session::decode::{self, Listing};

    const SHAPE: &str = ".: array\n[RUN]: object\n[RUN].at: text needed never null\n[RUN].id: integer needed\n[RUN].km: number\n\
                         [RUN].type: text RUN\n";

    #[derive(serde::Deserialize)]
    struct Run {
        #[serde(rename = "id", deserialize_with = "decode::essential")]
        _id: u64,
        #[serde(default, rename = "km", deserialize_with = "decode::lenient")]
        _km: Option<f64>,
    }
    decode::lenient_objects!(Run);

    fn read(body: &[u8], observer: Option<&Observer>) -> Result<(), DecodeIssue> {
        decode::from_slice::<Listing<Run>>("runs", body, observer).map(drop)
    }

    fn judged(document: Value) -> Vec<(String, Weight, String)> {
        let known = Known::parse(SHAPE);
        let like = Shape::new().tagged("type");
        let found = crate::compare("runs", &document, &known, &like);
        let body = document.to_string();
        let found = judge(
            "runs",
            body.as_bytes(),
            &document,
            (&known, &like),
            read,
            found,
        );
        found
            .into_iter()
            .map(|it| (it.place, it.weight, it.now))
            .collect()
    }

    #[test]
    fn breaking_is_what_the_decoder_refuses() {
        use Weight::{Additive, Breaking};
        let run = json!({"type": "RUN", "id": 1, "km": 1.5, "at": "x"});
        let with = |name: &str, value: Value| {
            let mut run = run.clone();
            run[name] = value;
            json!([run])
        };
        assert_eq!(judged(json!([run])), []);
        for (document, place, weight, now) in [
            // It looks needed, and the client does without.
            (with("at", json!(7)), "[RUN].at", Additive, "integer"),
            (with("id", json!(null)), "[RUN].id", Breaking, "null"),
            (with("km", json!("far")), "[RUN].km", Additive, "text"),
            // The same type, and no number of an activity.
            (
                with("id", json!(-1)),
                "[RUN].id",
                Breaking,
                "cannot be read",
            ),
            (json!(null), ".", Breaking, "null"),
        ] {
            let found = judged(document.clone());
            assert_eq!(found.len(), 1, "{document}: {found:?}");
            assert_eq!((found[0].0.as_str(), found[0].1), (place, weight));
            assert!(found[0].2.starts_with(now), "{found:?}");
        }
    }

    #[test]
    fn places_are_known_ones_only() {
        let known = Known::parse(SHAPE);
        let like = Shape::new().tagged("type");
        let document = json!([{"type": "RUN", "a.b": {"at": 1}}, {"type": "NOTE"}]);
        for (path, place) in [
            (".", ""),
            ("[0].at", "[RUN].at"),
            ("[].at", "[RUN].at"),
            ("[0].a.b.at", "[RUN]"),
            ("[0].name of a person", "[RUN]"),
            ("[1].at", ""),
            ("name", ""),
            ("[", ""),
        ] {
            assert_eq!(general(&document, path, &known, &like), place, "{path}");
        }
    }
}

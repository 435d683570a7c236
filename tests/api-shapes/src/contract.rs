//! The essential places of an answer, proved by damaging documents.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};
use web_session::{DecodeIssue, Observer};

/// Reads an answer; what was read comes back as JSON, in whatever shape the client gives it.
pub type Read<'r> = &'r dyn Fn(&[u8], Option<&Observer>) -> Result<Value, DecodeIssue>;

/// The places that an endpoint needs.
///
/// Paths are written as `user.id`, `[].listItemId` and `exercises.*.sport`: `[]` is each element of a list, `*` each
/// member of an object.
#[derive(Debug, Clone, Copy)]
pub struct Contract<'c> {
    /// Damage to one of these places may fail the answer.
    pub essential: &'c [&'c str],
    /// Damage to one of these places (an entry, and the place below it) may cost the entry.
    pub of_entry: &'c [(&'c str, &'c str)],
}

/// A place in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Member(String),
    Element(usize),
}

impl Contract<'_> {
    /// Damages every place of every document in every way, one at a time, and compares what is read with what was read
    /// before: damage may cost what stood there, and one value that is computed from it. It costs more only where the
    /// contract says so, and what it costs is observed.
    ///
    /// # Errors
    /// One line for each damage that costs too much, or costs something in silence.
    pub fn check(&self, documents: &[(&str, &str)], read: Read<'_>) -> Result<usize, Vec<String>> {
        let mut count = 0;
        let mut broken = Vec::new();
        for (name, text) in documents {
            let document: Value = match serde_json::from_str(text) {
                Ok(document) => document,
                Err(error) => {
                    broken.push(format!("{name} is no JSON: {error}"));
                    continue;
                }
            };
            let (before, quiet) = match observed(&document, read) {
                (Ok(before), quiet) => (before, quiet),
                (Err(issue), _) => {
                    broken.push(format!("{name} is not read: {issue}"));
                    continue;
                }
            };
            for place in places(&document) {
                for damage in damages(&document, &place) {
                    count += 1;
                    let (after, seen) = observed(&damage.document, read);
                    let complaint =
                        self.complaint(&document, &place, &damage, &before, after, seen > quiet);
                    if let Some(complaint) = complaint {
                        let at = written(&place);
                        broken.push(format!("{name}: {at} {}: {complaint}", damage.name));
                    }
                }
            }
        }
        match broken.is_empty() {
            true => Ok(count),
            false => Err(broken),
        }
    }

    fn complaint(
        &self,
        document: &Value,
        place: &[Step],
        damage: &Damage,
        before: &Value,
        after: Result<Value, DecodeIssue>,
        is_observed: bool,
    ) -> Option<String> {
        let general = pattern(place);
        let may_fail = self
            .essential
            .iter()
            .any(|essential| is_within(essential, &general));
        let after = match after {
            Ok(_) if may_fail => return None,
            Err(issue) => return (!may_fail).then(|| format!("the answer is lost {issue}")),
            Ok(after) => after,
        };
        let entry = self.of_entry.iter().find_map(|(entry, below)| {
            let whole = match below.starts_with('[') {
                true => format!("{entry}{below}"),
                false => format!("{entry}.{below}"),
            };
            is_within(&whole, &general).then(|| &place[..steps_of(entry).len().min(place.len())])
        });
        let stood_there = leaves(at(document, place));
        let may_be_lost = 1 + stood_there.max(entry.map_or(0, |entry| leaves(at(document, entry))));
        let lost = lost(before, &after, &damage.value);
        if lost > may_be_lost {
            return Some(format!("{lost} values are lost, {may_be_lost} may be"));
        }
        let is_silent = lost > 0 && !is_observed && (damage.is_odd || lost > stood_there + 1);
        is_silent.then(|| format!("{lost} values are lost in silence"))
    }
}

/// The value read, and the number of observations.
fn observed(document: &Value, read: Read<'_>) -> (Result<Value, DecodeIssue>, usize) {
    let seen = Arc::new(Mutex::new(0));
    let sink = Arc::clone(&seen);
    let observer: Observer = Arc::new(move |_| {
        *sink.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    });
    let result = read(document.to_string().as_bytes(), Some(&observer));
    let seen = *seen.lock().unwrap_or_else(PoisonError::into_inner);
    (result, seen)
}

struct Damage {
    name: String,
    document: Value,
    /// What stands there now.
    value: Value,
    /// A value that no service should send there, unlike an absent or a null one.
    is_odd: bool,
}

fn damages(document: &Value, place: &[Step]) -> Vec<Damage> {
    let there = at(document, place);
    let mut all = Vec::new();
    if let Some(Step::Member(_)) = place.last() {
        let mut document = document.clone();
        remove(&mut document, place);
        all.push(Damage {
            name: "removed".to_owned(),
            document,
            value: Value::Null,
            is_odd: false,
        });
    }
    let values = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(0.5),
        json!(1e18),
        json!(""),
        json!("-1"),
        json!("text"),
        json!([]),
        json!([null]),
        json!({}),
        json!({"of": ["another", {"type": 1}]}),
    ];
    for value in values {
        // Another value of the same type is no damage, except an absurd number.
        let is_same = kind(&value) == kind(there) && !value.is_null() && !value.is_number();
        if value == *there || is_same {
            continue;
        }
        let mut document = document.clone();
        set(&mut document, place, value.clone());
        all.push(Damage {
            name: format!("made {value}"),
            document,
            is_odd: !value.is_null() && kind(&value) != kind(there),
            value,
        });
    }
    all
}

fn kind(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) => 4,
        Value::Object(_) => 5,
    }
}

/// How many values stand in JSON, null aside.
fn leaves(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::Array(elements) => elements.iter().map(leaves).sum(),
        Value::Object(members) => members.values().map(leaves).sum(),
        _ => 1,
    }
}

/// Counts the values of the one that are not in the other. A value read as it stands there now is not lost.
fn lost(before: &Value, after: &Value, now: &Value) -> usize {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => before
            .iter()
            .map(|(name, value)| lost(value, after.get(name).unwrap_or(&Value::Null), now))
            .sum(),
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            before.iter().zip(after).map(|(a, b)| lost(a, b, now)).sum()
        }
        (Value::Array(before), Value::Array(after)) => {
            let mut kept: HashMap<String, usize> = HashMap::new();
            for value in after {
                *kept.entry(value.to_string()).or_default() += 1;
            }
            let gone = before
                .iter()
                .filter(|value| match kept.get_mut(&value.to_string()) {
                    Some(count) if *count > 0 => {
                        *count -= 1;
                        false
                    }
                    _ => true,
                });
            gone.map(leaves).sum()
        }
        (before, after) if before == after || is_same(after, now) => 0,
        (before, _) => leaves(before),
    }
}

/// Also as text, and as a number with a fraction.
fn is_same(read: &Value, stands: &Value) -> bool {
    !stands.is_null()
        && (read == stands
            || read.as_str() == Some(&stands.to_string())
            || (read.is_number() && read.as_f64() == stands.as_f64()))
}

/// Every place of a document but the document itself.
fn places(document: &Value) -> Vec<Vec<Step>> {
    fn walk(value: &Value, at: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
        let inner: Vec<(Step, &Value)> = match value {
            Value::Object(members) => members
                .iter()
                .map(|(name, inner)| (Step::Member(name.clone()), inner))
                .collect(),
            Value::Array(elements) => elements
                .iter()
                .enumerate()
                .map(|(index, inner)| (Step::Element(index), inner))
                .collect(),
            _ => Vec::new(),
        };
        for (step, inner) in inner {
            at.push(step);
            found.push(at.clone());
            walk(inner, at, found);
            at.pop();
        }
    }
    let mut found = Vec::new();
    walk(document, &mut Vec::new(), &mut found);
    found
}

fn at<'v>(document: &'v Value, place: &[Step]) -> &'v Value {
    place.iter().fold(document, |value, step| match step {
        Step::Member(name) => &value[name],
        Step::Element(index) => &value[*index],
    })
}

fn at_mut<'v>(document: &'v mut Value, place: &[Step]) -> &'v mut Value {
    place.iter().fold(document, |value, step| match step {
        Step::Member(name) => &mut value[name],
        Step::Element(index) => &mut value[*index],
    })
}

fn set(document: &mut Value, place: &[Step], value: Value) {
    *at_mut(document, place) = value;
}

fn remove(document: &mut Value, place: &[Step]) {
    if let [before @ .., Step::Member(name)] = place {
        at_mut(document, before)
            .as_object_mut()
            .map(|members: &mut Map<String, Value>| members.remove(name));
    }
}

fn written(place: &[Step]) -> String {
    let mut text = String::new();
    for step in place {
        match step {
            Step::Member(name) if text.is_empty() => text.push_str(name),
            Step::Member(name) => text.push_str(&format!(".{name}")),
            Step::Element(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

/// The steps of a place, elements as `[]`.
fn pattern(place: &[Step]) -> Vec<String> {
    place
        .iter()
        .map(|step| match step {
            Step::Member(name) => name.clone(),
            Step::Element(_) => "[]".to_owned(),
        })
        .collect()
}

fn steps_of(path: &str) -> Vec<String> {
    path.replace("[]", ".[]")
        .split('.')
        .filter(|step| !step.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether a path leads to the place or through it.
fn is_within(path: &str, place: &[String]) -> bool {
    let steps = steps_of(path);
    steps.len() >= place.len()
        && steps
            .iter()
            .zip(place)
            .all(|(step, there)| step == there || (step == "*" && there != "[]"))
}

#[cfg(test)]
mod tests;

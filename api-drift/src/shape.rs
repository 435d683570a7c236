//! The shape of JSON documents: which places there are, of what types, how often, and which constants stand there.
//!
//! A shape is learned from documents of one kind: names of fields, types, counts, and words in capitals such as
//! `METRIC`. Written as text, one line per place, it is kept beside the types that read such documents; a test that
//! learns it again notices when the two part. Names and words may be data: learn shapes that are published from
//! [redacted](crate::redact) documents.
//!
//! ```
//! use api_drift::Shape;
//!
//! let mut shape = Shape::new();
//! shape.learn(&serde_json::json!([{"id": 1, "unit": "METRIC"}, {"id": 2, "unit": null, "note": "x"}]));
//! assert_eq!(
//!     shape.to_string(),
//!     ".: array\n[]: object\n[].id: integer\n[].note: text (1 of 2)\n[].unit: null | text METRIC\n"
//! );
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

/// More words than this at one place are no list of constants.
const MOST_CONSTANTS: usize = 12;

/// What documents of one kind look like.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    pub(crate) places: BTreeMap<String, Place>,
    pub(crate) tag: Option<&'static str>,
    pub(crate) open: Vec<&'static str>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    /// How often it was there.
    pub(crate) seen: u64,
    /// How often it was an object.
    pub(crate) objects: u64,
    /// The object around it; `None` for the root and for elements of arrays.
    pub(crate) parent: Option<String>,
    pub(crate) types: BTreeSet<Type>,
    /// Its texts; `None` when one of them is no constant.
    pub(crate) constants: Option<BTreeSet<String>>,
}

/// The type of a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Type {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number without a fraction.
    Integer,
    /// A number with a fraction.
    Number,
    /// An ISO 8601 duration, such as `PT1H30S`.
    Duration,
    /// Any other text.
    Text,
    /// A list.
    Array,
    /// An object.
    Object,
}

impl Type {
    /// The type of a value.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.is_f64() => Self::Number,
            Value::Number(_) => Self::Integer,
            Value::String(text) if is_duration(text) => Self::Duration,
            Value::String(_) => Self::Text,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }

    /// The word for it in a shape.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Duration => "duration",
            Self::Text => "text",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        const ALL: [Type; 8] = [
            Type::Null,
            Type::Boolean,
            Type::Integer,
            Type::Number,
            Type::Duration,
            Type::Text,
            Type::Array,
            Type::Object,
        ];
        ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A step from a value to one inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Member(String),
    Element(usize),
}

impl Shape {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps elements of arrays apart by the constant in this member: `[EXERCISE].distance` instead of `[].distance`.
    #[must_use]
    pub fn tagged(mut self, member: &'static str) -> Self {
        self.tag = Some(member);
        self
    }

    /// The names of the members at this place are data, such as the names of months; they are written as `*`. Names
    /// that begin with a digit (ids, dates) always are.
    #[must_use]
    pub fn open_at(mut self, place: &'static str) -> Self {
        self.open.push(place);
        self
    }

    /// Adds what a document shows.
    pub fn learn(&mut self, document: &Value) {
        self.walk(String::new(), None, document);
    }

    fn walk(&mut self, path: String, parent: Option<&str>, value: &Value) {
        let place = self
            .places
            .entry(path.clone())
            .or_insert_with(|| Place::below(parent));
        place.see(value);
        match value {
            Value::Object(members) => {
                for (name, inner) in members {
                    self.walk(self.member(&path, name), Some(&path), inner);
                }
            }
            Value::Array(elements) => {
                for inner in elements {
                    self.walk(self.element(&path, inner), None, inner);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn member(&self, path: &str, name: &str) -> String {
        let name = if is_data(name) || self.open.contains(&path) {
            "*"
        } else {
            name
        };
        match path {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        }
    }

    pub(crate) fn element(&self, path: &str, value: &Value) -> String {
        let kind = self
            .tag
            .and_then(|tag| value.get(tag)?.as_str())
            .filter(|text| is_constant(text));
        format!("{path}[{}]", kind.unwrap_or_default())
    }

    /// The shape of `documents` as text, with a word on every place that a reader needs.
    ///
    /// `reads` says whether a document is understood. Each member is taken out of each document, and replaced by null,
    /// in turn: the line of a member that is missed says `needed`, of one that must not be null `never null`.
    #[must_use]
    pub fn with_needs(mut self, documents: &[Value], reads: impl Fn(&Value) -> bool) -> String {
        let mut needed = BTreeSet::new();
        let mut never_null = BTreeSet::new();
        for document in documents {
            self.learn(document);
            for steps in members(document) {
                let place = self.place_of(document, &steps);
                let mut changed = document.clone();
                replace(&mut changed, &steps, None);
                if !reads(&changed) {
                    needed.insert(place.clone());
                }
                let mut changed = document.clone();
                replace(&mut changed, &steps, Some(Value::Null));
                if !reads(&changed) {
                    never_null.insert(place);
                }
            }
        }
        let mut text = String::new();
        for (path, place) in &self.places {
            text.push_str(&self.line(path, place));
            for (word, places) in [(" needed", &needed), (" never null", &never_null)] {
                if places.contains(path) {
                    text.push_str(word);
                }
            }
            text.push('\n');
        }
        text
    }

    fn place_of(&self, document: &Value, steps: &[Step]) -> String {
        let mut path = String::new();
        let mut value = document;
        for step in steps {
            let inner = match step {
                Step::Member(name) => value.get(name),
                Step::Element(index) => value.get(index),
            };
            let Some(inner) = inner else {
                return path;
            };
            path = match step {
                Step::Member(name) => self.member(&path, name),
                Step::Element(_) => self.element(&path, inner),
            };
            value = inner;
        }
        path
    }

    fn line(&self, path: &str, place: &Place) -> String {
        let path = if path.is_empty() { "." } else { path };
        let types: Vec<String> = place.types.iter().map(|kind| place.word(*kind)).collect();
        let mut line = format!("{path}: {}", types.join(" | "));
        let of = place
            .parent
            .as_ref()
            .and_then(|parent| self.places.get(parent))
            .map_or(place.seen, |parent| parent.objects);
        // The members of an open place are counted together, so there may be more of them than objects.
        if place.seen < of {
            line.push_str(&format!(" ({} of {of})", place.seen));
        }
        line
    }
}

/// One line per place.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.places
            .iter()
            .try_for_each(|(path, place)| writeln!(f, "{}", self.line(path, place)))
    }
}

impl Place {
    fn below(parent: Option<&str>) -> Self {
        Self {
            parent: parent.map(str::to_owned),
            constants: Some(BTreeSet::new()),
            ..Self::default()
        }
    }

    fn see(&mut self, value: &Value) {
        self.seen += 1;
        self.types.insert(Type::of(value));
        self.objects += u64::from(value.is_object());
        let text = value.as_str().filter(|text| !is_duration(text));
        if let (Some(text), Some(constants)) = (text, &mut self.constants) {
            if is_constant(text) && constants.len() < MOST_CONSTANTS {
                constants.insert(text.to_owned());
            } else {
                self.constants = None;
            }
        }
    }

    fn word(&self, kind: Type) -> String {
        let word = kind.word();
        match (&self.constants, kind) {
            (Some(constants), Type::Text) => {
                let words: Vec<&str> = constants.iter().map(String::as_str).collect();
                format!("{word} {}", words.join("/"))
            }
            _ => word.to_owned(),
        }
    }
}

/// An id, a date, a UUID: a name that is data.
pub(crate) fn is_data(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_digit())
        || (name.len() == 36 && name.bytes().filter(|byte| *byte == b'-').count() == 4)
}

/// An ISO 8601 duration without years and months. As a constant, one of few values would look like a word of the service.
pub(crate) fn is_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else {
        return false;
    };
    let mut number = 0;
    let mut units = 0;
    for byte in rest.bytes() {
        match byte {
            b'0'..=b'9' | b'.' => number += 1,
            b'T' if number == 0 => {}
            b'W' | b'D' | b'H' | b'M' | b'S' if number > 0 => {
                number = 0;
                units += 1;
            }
            _ => return false,
        }
    }
    units > 0 && number == 0
}

/// A word in capitals. Anything else could be private.
pub(crate) fn is_constant(text: &str) -> bool {
    (2..=40).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"_-".contains(&b))
}

/// The way to every member of every object.
fn members(document: &Value) -> Vec<Vec<Step>> {
    fn walk(value: &Value, at: &mut Vec<Step>, found: &mut Vec<Vec<Step>>) {
        match value {
            Value::Object(members) => {
                for (name, inner) in members {
                    at.push(Step::Member(name.clone()));
                    found.push(at.clone());
                    walk(inner, at, found);
                    at.pop();
                }
            }
            Value::Array(elements) => {
                for (index, inner) in elements.iter().enumerate() {
                    at.push(Step::Element(index));
                    walk(inner, at, found);
                    at.pop();
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(document, &mut Vec::new(), &mut found);
    found
}

/// Puts a value in the place of a member, or takes the member out.
fn replace(document: &mut Value, steps: &[Step], with: Option<Value>) {
    let [before @ .., Step::Member(last)] = steps else {
        return;
    };
    let mut value = document;
    for step in before {
        let inner = match step {
            Step::Member(name) => value.get_mut(name),
            Step::Element(index) => value.get_mut(index),
        };
        match inner {
            Some(inner) => value = inner,
            None => return,
        }
    }
    if let Some(members) = value.as_object_mut() {
        match with {
            Some(with) => members.insert(last.clone(), with),
            None => members.remove(last),
        };
    }
}

mod top_level;

#[cfg(test)]
mod tests;

//! JSON documents.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

use super::{Redactor, Rule};
use crate::compare::is_field_name;
use crate::endpoint::{Answer, Endpoint};
use crate::known::Known;
use crate::shape::{Shape, is_constant, is_data};

/// Entries of a list that are kept: those that look different from the ones before.
const MOST_ENTRIES: usize = 12;
/// Members of a map whose names are data that are kept.
const MOST_MEMBERS: usize = 6;

/// The known shape of the document that is being written.
struct About<'a> {
    known: &'a Known,
    like: &'a Shape,
    codes: &'a [&'static str],
}

impl Redactor {
    /// A document of an endpoint. Of a list only entries of different structure are kept.
    #[must_use]
    pub fn json(&mut self, endpoint: &Endpoint, document: &Value) -> Value {
        let (nothing, plain) = (Known::default(), Shape::new());
        let about = match &endpoint.answer {
            Answer::Json { known, like, codes } => About { known, like, codes },
            _ => About {
                known: &nothing,
                like: &plain,
                codes: &[],
            },
        };
        self.value(&about, "", document)
    }

    /// A document of which nothing is known: names stay only where they are known from elsewhere.
    #[must_use]
    pub fn unknown_json(&mut self, document: &Value) -> Value {
        let (known, like) = (Known::default(), Shape::new());
        let about = About {
            known: &known,
            like: &like,
            codes: &[],
        };
        // Not the root: a root that is known would make its names known.
        self.value(&about, "(unknown)", document)
    }

    fn value(&mut self, about: &About<'_>, path: &str, value: &Value) -> Value {
        match value {
            Value::Null => Value::Null,
            Value::Bool(_) if self.allows(Rule::Booleans) => value.clone(),
            Value::Bool(_) => Value::Bool(false),
            Value::Number(number) => self.number(about, path, number),
            Value::String(text) => Value::String(self.string(about, path, text)),
            Value::Array(entries) => {
                let mut seen = BTreeSet::new();
                let mut kept = Vec::new();
                for entry in entries {
                    if kept.len() < MOST_ENTRIES && seen.insert(structure(entry, 0)) {
                        let place = about.like.element(path, entry);
                        kept.push(self.value(about, &place, entry));
                    }
                }
                Value::Array(kept)
            }
            Value::Object(members) => self.object(about, path, members),
        }
    }

    fn object(&mut self, about: &About<'_>, path: &str, members: &Map<String, Value>) -> Value {
        let known: BTreeSet<&str> = about.known.members(path).collect();
        let is_record = known.iter().any(|name| *name != "*");
        let mut written = Map::new();
        let mut data = 0;
        for (name, value) in members {
            let place = about.like.member(path, name);
            let is_member = known.contains(name.as_str());
            let is_open = !is_member && (place.ends_with(".*") || place == "*" || is_data(name));
            if is_open {
                data += 1;
                if data > MOST_MEMBERS {
                    continue;
                }
            }
            let stays = !is_open
                && match (is_member, is_record) {
                    (true, _) => self.allows(Rule::KnownNames),
                    (false, true) => self.allows(Rule::NewNames) && is_field_name(name),
                    (false, false) => {
                        self.allows(Rule::NamesFromElsewhere) && self.vocabulary.contains(name)
                    }
                };
            let name = match stays {
                true => name.clone(),
                false => self.aliases.name(name),
            };
            let value = self.value(about, &place, value);
            written.insert(name, value);
        }
        Value::Object(written)
    }

    fn number(&mut self, about: &About<'_>, path: &str, number: &Number) -> Value {
        let is_none = number.as_f64().is_some_and(|it| it == 0.0 || it == -1.0);
        if is_none && self.allows(Rule::Zero) {
            return Value::Number(number.clone());
        }
        if about.codes.contains(&path) && self.allows(Rule::Codes) {
            // Codes are small.
            let is_small = number.as_u64().is_some_and(|it| it < 10_000);
            if is_small {
                return Value::Number(number.clone());
            }
        }
        if number.is_f64() {
            let alias = self.aliases.number(number.as_f64().unwrap_or(1.0));
            return Number::from_f64(alias).map_or(Value::Null, Value::Number);
        }
        let digits = number.to_string();
        Value::from(self.aliases.integer(digits.trim_start_matches('-')))
    }

    fn string(&mut self, about: &About<'_>, path: &str, text: &str) -> String {
        if text.trim().is_empty() && self.allows(Rule::Blanks) && text.len() <= 16 {
            return text.to_owned();
        }
        if matches!(text, "true" | "false" | "NaN") && self.allows(Rule::Booleans) {
            return text.to_owned();
        }
        if let Some(words) = about.known.get(path).and_then(|it| it.words.as_ref()) {
            let stays = match words.contains(text) {
                true => self.allows(Rule::Words),
                false => self.allows(Rule::NewWords) && is_word(text),
            };
            if stays {
                return text.to_owned();
            }
        }
        self.alias(text)
    }
}

/// A word in capitals without a number of any length in it.
fn is_word(text: &str) -> bool {
    is_constant(text) && text.bytes().filter(u8::is_ascii_digit).count() <= 2
}

/// Types and names, for telling entries apart.
fn structure(value: &Value, depth: usize) -> String {
    match value {
        Value::Object(members) if depth < 4 => {
            let inner: Vec<String> = members
                .iter()
                .map(|(name, value)| {
                    let name = if is_data(name) { "*" } else { name };
                    format!("{name}:{}", structure(value, depth + 1))
                })
                .collect();
            format!("{{{}}}", inner.join(","))
        }
        Value::Array(entries) if depth < 4 => {
            let inner: BTreeSet<String> =
                entries.iter().map(|it| structure(it, depth + 1)).collect();
            format!("[{}]", inner.into_iter().collect::<Vec<_>>().join(","))
        }
        Value::String(text) if is_word(text) => text.clone(),
        value => crate::shape::Type::of(value).word().to_owned(),
    }
}

//! JSON documents.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

use super::{Meaning, Redactor, Rule};
use crate::endpoint::{Answer, Endpoint};
use crate::known::Known;
use crate::shape::{Shape, is_constant, is_data};

/// Entries of a list that are kept: those that look different from the ones before.
const MOST_ENTRIES: usize = 12;
/// Members whose names may be data that are kept, of one object.
const MOST_MEMBERS: usize = 6;

/// The known shape of the document that is being written.
struct About<'a> {
    known: &'a Known,
    like: &'a Shape,
    codes: &'a [&'static str],
    meanings: &'a [(&'static str, Meaning)],
}

impl About<'_> {
    fn meaning(&self, path: &str) -> Option<Meaning> {
        let mut all = self.meanings.iter();
        all.find(|(place, _)| *place == path).map(|(_, it)| *it)
    }
}

/// Units of numbers.
const UNITS: [&str; 8] = ["km", "mi", "m", "yd", "ft", "kg", "lb", "bpm"];

impl Redactor {
    /// A document of an endpoint. Of a list only entries of different structure are kept.
    #[must_use]
    pub fn json(&mut self, endpoint: &Endpoint, document: &Value) -> Value {
        let (nothing, plain) = (Known::default(), Shape::new());
        let about = match &endpoint.answer {
            Answer::Json { known, like, codes } => About {
                known,
                like,
                codes,
                meanings: &endpoint.meanings,
            },
            _ => About {
                known: &nothing,
                like: &plain,
                codes: &[],
                meanings: &[],
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
            meanings: &[],
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
                if let Some(date) = self.date(entries) {
                    return date;
                }
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

    /// `[1980, 2, 29]`
    fn date(&mut self, entries: &[Value]) -> Option<Value> {
        let [year, month, day] = entries else {
            return None;
        };
        let year = year
            .as_i64()
            .filter(|it| (1900..2100).contains(it) && self.allows(Rule::Forms))?;
        let date = self
            .aliases
            .times
            .date(year, month.as_i64()?, day.as_i64()?)?;
        Some(Value::from(date.to_vec()))
    }

    /// Start and end of one thing, before either is replaced alone.
    fn span(&mut self, about: &About<'_>, path: &str, members: &Map<String, Value>) {
        let seconds = members.iter().filter_map(|(name, value)| {
            let place = about.like.member(path, name);
            let is_it = about.meaning(&place) == Some(Meaning::EpochSeconds);
            value.as_i64().filter(|_| is_it)
        });
        let seconds: Vec<i64> = seconds.collect();
        if let (Some(start), Some(end)) = (seconds.iter().min(), seconds.iter().max())
            && start < end
        {
            self.aliases.times.span(*start, *end);
        }
    }

    /// A number whose meaning is known, with what it has to agree with.
    fn meant(&mut self, meaning: Meaning, value: i64) -> Option<i64> {
        let times = &mut self.aliases.times;
        let small = |value: i64| u32::try_from(value).ok();
        Some(match meaning {
            Meaning::EpochMillis => times.instant(value.div_euclid(1000)) * 1000,
            Meaning::EpochSeconds => times.instant(value),
            Meaning::Millis => times.duration(value / 1000) * 1000,
            Meaning::MonthNumber => times.month(small(value)?).into(),
            Meaning::DayOfMonth => times.day(small(value)?).into(),
        })
    }

    fn object(&mut self, about: &About<'_>, path: &str, members: &Map<String, Value>) -> Value {
        if self.allows(Rule::Forms) {
            self.span(about, path, members);
        }
        let known: BTreeSet<&str> = about.known.members(path).collect();
        // The names of a map are data, whatever they look like.
        let is_map = known.contains("*");
        let is_record = !is_map && !known.is_empty();
        let mut written = Map::new();
        let mut data = 0;
        for (name, value) in members {
            let is_member = known.contains(name.as_str());
            let place = match is_map && !is_member {
                true => about.like.member(path, "*"),
                false => about.like.member(path, name),
            };
            let is_open = !is_member && (place.ends_with(".*") || place == "*" || is_data(name));
            let stays = !is_open
                && match (is_member, is_record) {
                    (true, _) => self.allows(Rule::KnownNames),
                    (false, true) => self.allows(Rule::NewNames) && self.names.field(name),
                    (false, false) => {
                        !is_map
                            && self.allows(Rule::NamesFromElsewhere)
                            && self.names.is_known(name)
                    }
                };
            if !stays {
                data += 1;
                if data > MOST_MEMBERS {
                    continue;
                }
            }
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
        let meaning = about.meaning(path).filter(|_| self.allows(Rule::Forms));
        if let (Some(meaning), Some(value)) = (meaning, number.as_i64())
            && let Some(alias) = self.meant(meaning, value)
        {
            return Value::from(alias);
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
        if UNITS.contains(&text) && self.allows(Rule::Units) {
            return text.to_owned();
        }
        let meaning = about.meaning(path).filter(|_| self.allows(Rule::Forms));
        if let (Some(meaning), Ok(value)) = (meaning, text.parse::<i64>())
            && let Some(alias) = self.meant(meaning, value)
        {
            let width = text.len();
            return format!("{alias:0width$}");
        }
        if let Some(words) = about.known.get(path).and_then(|it| it.words.as_ref()) {
            let stays = match words.contains(text) {
                true => self.allows(Rule::Words),
                false => self.allows(Rule::NewWords) && self.names.word(text),
            };
            if stays {
                return text.to_owned();
            }
        }
        self.alias(text)
    }
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
        Value::String(text) if is_constant(text) => text.clone(),
        value => crate::shape::Type::of(value).word().to_owned(),
    }
}

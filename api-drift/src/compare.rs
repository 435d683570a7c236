//! Documents against a checked-in shape.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::finding::{Finding, Kind, Weight};
use crate::known::{Known, KnownPlace};
use crate::shape::{Place, Shape, Type, is_constant};

/// New places below one object that are named; a map of names that are data would fill the report.
const MOST_NEW: usize = 12;

/// What `document` has more, less and otherwise than `known`. `like` says how the shape was learned: its tag, and where names are data.
///
/// New places are named at their top only: a name below an unknown object could be anything.
#[must_use]
pub fn compare(endpoint: &str, document: &Value, known: &Known, like: &Shape) -> Vec<Finding> {
    let mut shape = like.clone();
    shape.learn(document);
    let mut differences = Differences {
        endpoint,
        known,
        shape: &shape,
        found: Vec::new(),
    };
    differences.untagged();
    differences.missing();
    differences.changed();
    differences.new_places();
    differences.found
}

struct Differences<'a> {
    endpoint: &'a str,
    known: &'a Known,
    shape: &'a Shape,
    found: Vec<Finding>,
}

impl Differences<'_> {
    fn add(&mut self, path: &str, kind: Kind, weight: Weight, was: String, now: String) {
        let path = if path.is_empty() { "." } else { path };
        self.found
            .push(Finding::new(self.endpoint, path, kind, weight).between(was, now));
    }

    /// Elements that should say of which sort they are, and don't.
    fn untagged(&mut self) {
        let Some(tag) = self.shape.tag else {
            return;
        };
        let arrays: Vec<(&String, &Place)> = self.shape.places.iter().collect();
        for (path, place) in arrays {
            let Some(array) = path.strip_suffix("[]") else {
                continue;
            };
            if !self.known.has_tags_at(array) || self.known.get(path).is_some() {
                continue;
            }
            let at = format!("{path}.{tag}");
            let is_tag = |path: &str| {
                path.starts_with(&format!("{array}[")) && path.ends_with(&format!("].{tag}"))
            };
            let words = self.known.places.iter().filter(|(path, _)| is_tag(path));
            let words = words.map(|(_, place)| describe(place));
            let was = words.take(1).collect();
            match self.shape.places.get(&at) {
                None => {
                    let now = format!("absent from {} entries", place.seen);
                    self.add(&at, Kind::Missing, Weight::Breaking, was, now);
                }
                Some(there) => {
                    let now = types(&there.types);
                    self.add(&at, Kind::Changed, Weight::Breaking, was, now);
                }
            }
        }
    }

    fn missing(&mut self) {
        for (path, known) in self.known.iter() {
            if !known.is_always || path.ends_with(".*") || path.ends_with(']') {
                continue;
            }
            let Some((object, name)) = split(path) else {
                continue;
            };
            // Kinds of values: each object has those that it was recorded with.
            if is_constant(name) && !known.is_needed {
                continue;
            }
            let Some(around) = self.shape.places.get(object).filter(|it| it.objects > 0) else {
                continue;
            };
            let seen = self.shape.places.get(path).map_or(0, |place| place.seen);
            if seen >= around.objects {
                continue;
            }
            let now = match (seen, around.objects) {
                (0, 1) => "absent".to_owned(),
                (0, all) => format!("absent from all {all}"),
                (_, all) => format!("absent from {} of {all}", all - seen),
            };
            let weight = weight(known.is_needed);
            self.add(path, Kind::Missing, weight, describe(known), now);
        }
    }

    fn changed(&mut self) {
        for (path, known) in self.known.iter() {
            let Some(place) = self.shape.places.get(path) else {
                continue;
            };
            let unfit: BTreeSet<Type> = place
                .types
                .iter()
                .copied()
                .filter(|kind| !(fits(known, *kind) || *kind == Type::Null && is_kind(path)))
                .collect();
            if !unfit.is_empty() {
                let only_null = unfit.len() == 1 && unfit.contains(&Type::Null);
                let breaks = known.is_needed
                    || known.is_never_null
                    || (!only_null && self.holds_what_is_needed(path));
                let weight = weight(breaks && (!only_null || known.is_never_null));
                self.add(
                    path,
                    Kind::Changed,
                    weight,
                    describe(known),
                    types(&place.types),
                );
                continue;
            }
            // Texts of a map whose names are data are no short list.
            let is_list = place.types.contains(&Type::Text) && !path.ends_with('*');
            let Some(words) = known.words.as_ref().filter(|_| is_list) else {
                continue;
            };
            match &place.constants {
                // Text that is no word of a service could be anything.
                None => {
                    let now = "other text".to_owned();
                    let weight = weight(known.is_needed);
                    self.add(path, Kind::Word, weight, describe(known), now);
                }
                Some(found) => {
                    let fresh: Vec<&str> = found.difference(words).map(String::as_str).collect();
                    if !fresh.is_empty() {
                        let now = fresh.join("/");
                        self.add(path, Kind::Word, Weight::Additive, describe(known), now);
                    }
                }
            }
        }
    }

    /// Whether something needed stands inside: it is lost with the place around it.
    fn holds_what_is_needed(&self, path: &str) -> bool {
        self.known.iter().any(|(inner, place)| {
            let below = inner.strip_prefix(path);
            place.is_needed
                && below.is_some_and(|rest| path.is_empty() || rest.starts_with(['.', '[']))
        })
    }

    fn new_places(&mut self) {
        let mut per_object: Vec<(String, usize)> = Vec::new();
        for (path, place) in &self.shape.places {
            if self.known.get(path).is_some() {
                continue;
            }
            // A name that is data may hold anything, also points and brackets.
            let steps = match &place.parent {
                Some(parent) => Some((
                    parent.as_str(),
                    path[parent.len()..].trim_start_matches('.'),
                )),
                None => split(path),
            };
            let Some((around, name)) = steps else {
                // The document itself.
                let was = "nothing".to_owned();
                self.add(path, Kind::New, Weight::Additive, was, types(&place.types));
                continue;
            };
            let is_known = self.known.get(around).is_some();
            let is_empty_kind =
                is_constant(name) && place.types.iter().all(|kind| *kind == Type::Null);
            let is_untagged = name == "[]" && self.known.has_tags_at(around);
            let is_listed = self.known.is_of_kinds(around, name);
            if !is_known || is_untagged || is_empty_kind || is_listed || self.is_null_only(around) {
                continue;
            }
            let count = match per_object.iter_mut().find(|(object, _)| object == around) {
                Some((_, count)) => count,
                None => {
                    per_object.push((around.to_owned(), 0));
                    &mut per_object.last_mut().expect("just pushed").1
                }
            };
            *count += 1;
            if *count > MOST_NEW {
                continue;
            }
            let now = types(&place.types);
            // A name of a kind is a word of the service; any other name is a field's.
            if name.starts_with('[') || name == "*" || is_field_name(name) {
                self.add(path, Kind::New, Weight::Additive, String::new(), now);
            } else {
                let path = format!("{around}.(a name that may be data)");
                self.add(&path, Kind::New, Weight::Additive, String::new(), now);
            }
        }
        for (around, count) in per_object {
            let Some(more) = count.checked_sub(MOST_NEW).filter(|more| *more > 0) else {
                continue;
            };
            let path = match around.as_str() {
                "" => "(more names)".to_owned(),
                around => format!("{around}.(more names)"),
            };
            let now = format!("{more} more");
            self.add(&path, Kind::New, Weight::Additive, String::new(), now);
        }
    }

    /// Of a place where only null was ever seen nothing is known.
    fn is_null_only(&self, path: &str) -> bool {
        self.known
            .get(path)
            .is_some_and(|known| known.types.iter().all(|kind| *kind == Type::Null))
    }
}

const fn weight(is_breaking: bool) -> Weight {
    match is_breaking {
        true => Weight::Breaking,
        false => Weight::Additive,
    }
}

/// Whether a name can be that of a field: a plain identifier in the service's style, short, without a number in it.
pub(crate) fn is_field_name(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    (1..=48).contains(&name.len())
        && digits <= 2
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a type is one of the known, or read like one of them.
fn fits(known: &KnownPlace, kind: Type) -> bool {
    let has = |kind| known.types.contains(&kind);
    has(kind)
        || match kind {
            Type::Integer => has(Type::Number),
            Type::Duration => has(Type::Text) && known.words.is_none(),
            _ => false,
        }
        || known.types.iter().all(|kind| *kind == Type::Null)
}

/// The object or list around a place, and the last step.
fn split(path: &str) -> Option<(&str, &str)> {
    if path.is_empty() {
        return None;
    }
    if path.ends_with(']') {
        let at = path.rfind('[')?;
        return Some((&path[..at], &path[at..]));
    }
    match path.rfind('.') {
        Some(at) => Some((&path[..at], &path[at + 1..])),
        None => Some(("", path)),
    }
}

fn types(types: &BTreeSet<Type>) -> String {
    let words: Vec<&str> = types.iter().map(|kind| kind.word()).collect();
    words.join(" or ")
}

/// Whether the last step is the name of a kind, such as `HEART_RATE`.
fn is_kind(path: &str) -> bool {
    split(path).is_some_and(|(_, name)| is_constant(name))
}

pub(crate) fn describe(known: &KnownPlace) -> String {
    let text = types(&known.types);
    match &known.words {
        Some(words) if words.iter().all(|word| is_constant(word)) => {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            format!("{text} {}", words.join("/"))
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests;

//! Documents against a checked-in shape.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::finding::{Finding, Kind, Weight};
use crate::known::{Known, KnownPlace};
use crate::redact::{HIDDEN_NAME, HIDDEN_WORD, Names};
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
        names: &Names::of_shape(known),
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
    names: &'a Names,
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
                        let (shown, hidden): (Vec<&str>, Vec<&str>) =
                            fresh.into_iter().partition(|word| self.names.word(word));
                        let hidden = hidden.first().map(|_| HIDDEN_WORD);
                        let now = shown.into_iter().chain(hidden);
                        let now = now.collect::<Vec<_>>().join("/");
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
        let mut hidden: Vec<(String, usize, BTreeSet<Type>)> = Vec::new();
        for (path, place) in &self.shape.places {
            if self.known.get(path).is_some() {
                continue;
            }
            // A member's name may hold anything, also points and brackets.
            let steps = match &place.parent {
                Some(parent) if parent.is_empty() => Some(("", path.as_str())),
                Some(parent) => Some((parent.as_str(), &path[parent.len() + 1..])),
                None => split(path),
            };
            let is_element = place.parent.is_none();
            let Some((around, name)) = steps else {
                // The document itself.
                let was = "nothing".to_owned();
                self.add(path, Kind::New, Weight::Additive, was, types(&place.types));
                continue;
            };
            let is_known = self.known.get(around).is_some();
            let is_empty_kind =
                is_constant(name) && place.types.iter().all(|kind| *kind == Type::Null);
            let is_untagged = is_element && name == "[]" && self.known.has_tags_at(around);
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
            let is_shown = match is_element {
                true => name == "[]" || self.names.word(name.trim_matches(['[', ']'])),
                // The names of a map are data, whatever they look like.
                false => name == "*" || (!self.is_map(around) && self.names.field(name)),
            };
            match (is_shown, is_element) {
                (true, _) => self.add(path, Kind::New, Weight::Additive, String::new(), now),
                (false, true) => {
                    let path = format!("{around}[{HIDDEN_WORD}]");
                    self.add(&path, Kind::New, Weight::Additive, String::new(), now);
                }
                (false, false) => match hidden.iter_mut().find(|(object, ..)| object == around) {
                    Some((_, count, kinds)) => {
                        *count += 1;
                        kinds.extend(&place.types);
                    }
                    None => hidden.push((around.to_owned(), 1_usize, place.types.clone())),
                },
            }
        }
        for (around, count, kinds) in hidden {
            let path = match around.as_str() {
                "" => HIDDEN_NAME.to_owned(),
                around => format!("{around}.{HIDDEN_NAME}"),
            };
            let now = match count {
                1 => types(&kinds),
                _ => format!("{}, {count} of them", types(&kinds)),
            };
            self.add(&path, Kind::New, Weight::Additive, String::new(), now);
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

    /// Whether the names of the members are data.
    fn is_map(&self, path: &str) -> bool {
        let any = match path {
            "" => "*".to_owned(),
            path => format!("{path}.*"),
        };
        self.known.get(&any).is_some()
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

//! A shape that was written down.

use std::collections::{BTreeMap, BTreeSet};

use crate::shape::Type;

/// The places of a checked-in shape.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    pub(crate) places: BTreeMap<String, KnownPlace>,
    /// Objects whose members are kinds of values, with the kinds.
    kinds: BTreeMap<String, BTreeSet<String>>,
}

/// One line of a checked-in shape.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KnownPlace {
    /// The types that were seen there.
    pub types: BTreeSet<Type>,
    /// The words that were seen there, where all texts were words of the service.
    pub words: Option<BTreeSet<String>>,
    /// It was in every object around it.
    pub is_always: bool,
    /// An answer without it cannot be used.
    pub is_needed: bool,
    /// An answer with null there cannot be used.
    pub is_never_null: bool,
}

impl Known {
    /// Reads the text of a [`Shape`](crate::Shape), with or without the words that [`with_needs`](crate::Shape::with_needs) adds. Lines
    /// that are no lines of a shape are left out.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self {
            places: text.lines().filter_map(line).collect(),
            kinds: BTreeMap::new(),
        }
    }

    /// The place of this path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&KnownPlace> {
        self.places.get(path)
    }

    /// Every path with its place.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &KnownPlace)> {
        self.places
            .iter()
            .map(|(path, place)| (path.as_str(), place))
    }

    /// Marks places as needed: what a reader can do without may still be what the job is about.
    #[must_use]
    pub fn needing(mut self, paths: &[&str]) -> Self {
        for path in paths {
            if let Some(place) = self.places.get_mut(*path) {
                place.is_needed = true;
                place.is_never_null = !place.types.contains(&Type::Null);
            }
        }
        self
    }

    /// Takes numbers with a fraction for whole ones at these places.
    #[must_use]
    pub(crate) fn with_fractions(mut self, paths: &[&str]) -> Self {
        for path in paths {
            if let Some(place) = self.places.get_mut(*path) {
                place.types.insert(Type::Number);
            }
        }
        self
    }

    /// Takes null at these places for known: learned from objects that have a value there.
    #[must_use]
    pub(crate) fn with_nulls(mut self, paths: &[&str]) -> Self {
        for path in paths {
            if let Some(place) = self.places.get_mut(*path) {
                place.types.insert(Type::Null);
            }
        }
        self
    }

    /// Takes the words of these places for any text.
    #[must_use]
    pub(crate) fn without_words(mut self, paths: &[&str]) -> Self {
        for path in paths {
            if let Some(place) = self.places.get_mut(*path) {
                place.words = None;
            }
        }
        self
    }

    /// Adds known words to a place.
    #[must_use]
    pub(crate) fn with_words(mut self, path: &str, words: &[&str]) -> Self {
        if let Some(known) = self.places.get_mut(path) {
            let of_it = known.words.get_or_insert_default();
            of_it.extend(words.iter().map(|it| (*it).to_owned()));
            known.types.insert(Type::Text);
        }
        self
    }

    /// Adds a known type to a place.
    #[must_use]
    pub(crate) fn may_hold(mut self, path: &str, kind: Type) -> Self {
        if let Some(known) = self.places.get_mut(path) {
            known.types.insert(kind);
        }
        self
    }

    /// Names kinds of values that may stand in an object.
    #[must_use]
    pub(crate) fn with_kinds(mut self, path: &str, kinds: &[&str]) -> Self {
        let of_it = self.kinds.entry(path.to_owned()).or_default();
        of_it.extend(kinds.iter().map(|it| (*it).to_owned()));
        self
    }

    /// Whether a member of this object is one of the kinds that may stand there, or what another kind has, too.
    pub(crate) fn is_of_kinds(&self, object: &str, name: &str) -> bool {
        let kinds = self.kinds.get(object);
        let beside = || {
            let (around, _) = object.rsplit_once('.')?;
            let mut kinds = self.kinds.get(around)?.iter();
            kinds.find(|kind| self.places.contains_key(&format!("{around}.{kind}.{name}")))
        };
        kinds.is_some_and(|kinds| kinds.contains(name)) || beside().is_some()
    }

    /// Whether elements of this list carry tags, such as `EXERCISE` of `[EXERCISE]`.
    pub(crate) fn has_tags_at(&self, array: &str) -> bool {
        let prefix = format!("{array}[");
        self.places.keys().any(|path| {
            path.strip_prefix(&prefix)
                .and_then(|rest| rest.split_once(']'))
                .is_some_and(|(tag, rest)| !tag.is_empty() && rest.is_empty())
        })
    }

    /// The known path that a path has, or would have with the tags of its elements.
    pub(crate) fn like(&self, path: &str) -> Option<&str> {
        let exact = self.places.get_key_value(path);
        exact.map(|(known, _)| known.as_str()).or_else(|| {
            let mut all = self.places.keys().map(String::as_str);
            all.find(|known| path.contains("[]") && without_tags(known) == path)
        })
    }

    /// The names of the members of one object.
    pub(crate) fn members<'a>(&'a self, object: &str) -> impl Iterator<Item = &'a str> {
        let prefix = match object {
            "" => String::new(),
            object => format!("{object}."),
        };
        self.places.keys().filter_map(move |path| {
            let rest = path.strip_prefix(prefix.as_str())?;
            (!rest.is_empty() && !rest.contains(['.', '['])).then_some(rest)
        })
    }
}

/// `[EXERCISE].id` as `[].id`.
pub(crate) fn without_tags(path: &str) -> String {
    let parts = path.split('[').enumerate().map(|(at, part)| match at {
        0 => part,
        _ => part.split_once(']').map_or("", |(_, after)| after),
    });
    parts.collect::<Vec<_>>().join("[]")
}

/// `path: type | text A/B (1 of 2) needed never null`
fn line(line: &str) -> Option<(String, KnownPlace)> {
    let (path, mut rest) = line.split_once(": ")?;
    let mut place = KnownPlace {
        is_always: true,
        ..KnownPlace::default()
    };
    for (word, found) in [
        (" never null", &mut place.is_never_null),
        (" needed", &mut place.is_needed),
    ] {
        if let Some(before) = rest.strip_suffix(word) {
            (rest, *found) = (before, true);
        }
    }
    if let Some((before, count)) = rest.rsplit_once(" (")
        && count.ends_with(')')
        && count.contains(" of ")
    {
        (rest, place.is_always) = (before, false);
    }
    for kind in rest.split(" | ") {
        let (word, words) = match kind.split_once(' ') {
            Some((word, words)) => (word, Some(words)),
            None => (kind, None),
        };
        let kind = Type::parse(word)?;
        place.types.insert(kind);
        if let Some(words) = words.filter(|_| kind == Type::Text) {
            place.words = Some(words.split('/').map(str::to_owned).collect());
        }
    }
    let path = if path == "." { "" } else { path };
    Some((path.to_owned(), place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Shape;
    use serde_json::json;

    #[test]
    fn the_text_of_a_shape_is_read_back() {
        let text = ".: array\n[]: object\n[].a: integer needed never null\n[].b: null | text ONE/TWO (1 of 2)\n\
                    [].c: number (2 of 3) never null\nrubbish\n";
        let known = Known::parse(text);
        assert_eq!(known.iter().count(), 5);
        let a = known.get("[].a").unwrap();
        assert!(a.is_needed && a.is_never_null && a.is_always);
        let b = known.get("[].b").unwrap();
        assert_eq!(b.types, [Type::Null, Type::Text].into());
        assert_eq!(b.words, Some(["ONE".to_owned(), "TWO".to_owned()].into()));
        assert!(!b.is_always && !b.is_needed);
        let c = known.get("[].c").unwrap();
        assert!(c.is_never_null && !c.is_needed && !c.is_always);
        assert_eq!(known.members("[]").collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn every_place_of_a_learned_shape_is_known() {
        let mut shape = Shape::new().tagged("type");
        shape.learn(&json!([{"type": "RUN", "x": {"8104": [1.5, null]}}, {"type": "NOTE"}]));
        let text = shape.to_string();
        let known = Known::parse(&text);
        assert_eq!(known.iter().count(), text.lines().count());
        assert!(known.has_tags_at(""));
        assert!(known.get("[RUN].x.*[]").is_some());
    }
}

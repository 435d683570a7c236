//! The one judgement of which names and words of an answer may be shown.
//!
//! A name is shown when it is known, or when every word in it is: a word of a name that the checked-in descriptions of the services have, or a
//! common word of web APIs. `startTime` and `HEART_RATE` pass, `Ludmilla`, `kontonummer` and `B7A1C2D9E5` do not, whatever they look like.

use std::collections::BTreeSet;

use super::words::{ANSWERS, COMMON, ELEMENTS, MONTHS, PATHS, PROSE};
use crate::endpoint::{Answer, Service};
use crate::known::Known;
use crate::page::PageSpec;

/// Stands for a name that is not shown.
pub const HIDDEN_NAME: &str = "(a name that may be data)";
/// Stands for a word that is not shown.
pub const HIDDEN_WORD: &str = "(a word that may be data)";

/// Digits in a name or word beyond these could be a number that means something.
const MOST_DIGITS: usize = 2;
const LONGEST: usize = 48;

/// Content types that may be named.
const CONTENT_TYPES: [&str; 16] = [
    "application/json",
    "application/xml",
    "application/gpx+xml",
    "application/vnd.garmin.tcx+xml",
    "application/octet-stream",
    "application/zip",
    "application/x-www-form-urlencoded",
    "text/html",
    "text/plain",
    "text/xml",
    "text/csv",
    "text/javascript",
    "application/javascript",
    "application/vnd.ant.fit",
    "application/fit",
    "application/force-download",
];

/// The known names, words, paths and cookies.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Whole names of fields and kinds.
    names: BTreeSet<String>,
    /// Their words, in lower case.
    words: BTreeSet<String>,
    path_words: BTreeSet<String>,
    cookies: BTreeSet<String>,
    /// Words of descriptions: purposes, forms, places of pages.
    descriptions: BTreeSet<String>,
}

impl Names {
    /// The common words only.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything that the descriptions of these services hold.
    #[must_use]
    pub fn of(services: &[Service]) -> Self {
        let mut all = Self::new();
        for service in services {
            all.describe(service.name);
            for endpoint in &service.endpoints {
                all.describe(endpoint.name);
                all.describe(endpoint.purpose);
                all.describe(endpoint.stops);
                endpoint.sends.iter().for_each(|name| all.add_name(name));
                all.add_path(&endpoint.path);
                match &endpoint.answer {
                    Answer::Json { known, .. } => all.add_shape(known),
                    Answer::Page(page) => all.add_page(page),
                    _ => {}
                }
            }
            if let Some(flow) = &service.flow {
                all.cookies.extend(flow.cookie_names().map(str::to_owned));
                flow.paths().for_each(|path| all.add_path(path));
                flow.sent_names().for_each(|name| all.add_name(name));
            }
            all.add_roles(service);
        }
        all
    }

    /// Everything that one shape holds.
    #[must_use]
    pub(crate) fn of_shape(known: &Known) -> Self {
        let mut all = Self::new();
        all.add_shape(known);
        all
    }

    /// Everything that the description of one page holds.
    #[must_use]
    pub(crate) fn of_page(page: &PageSpec) -> Self {
        let mut all = Self::new();
        all.add_page(page);
        all
    }

    fn add_shape(&mut self, known: &Known) {
        for (path, place) in known.iter() {
            for name in path
                .split(['.', '[', ']'])
                .filter(|it| !it.is_empty() && *it != "*")
            {
                self.add_name(name);
            }
            for word in place.words.iter().flatten() {
                self.add_name(word);
            }
        }
    }

    fn add_page(&mut self, page: &PageSpec) {
        for name in page.field_names() {
            self.add_name(name);
        }
        page.texts().for_each(|text| self.describe(text));
        // `a[href*='/profile']`
        for address in page
            .selectors()
            .filter_map(|selector| selector.split('\'').nth(1))
        {
            if address.starts_with('/') {
                self.add_path(address);
            }
        }
    }

    fn add_roles(&mut self, service: &Service) {
        service.roles().for_each(|role| self.describe(role));
    }

    fn add_name(&mut self, name: &str) {
        self.words
            .extend(words_of(name).into_iter().filter(|it| it.len() > 1));
        self.names.insert(name.to_owned());
    }

    fn add_path(&mut self, path: &str) {
        let words = path
            .split('/')
            .filter(|word| !word.starts_with('{') && !word.is_empty());
        self.path_words.extend(words.map(str::to_owned));
    }

    fn describe(&mut self, text: &str) {
        self.descriptions
            .extend(tokens(text).map(str::to_ascii_lowercase));
    }

    /// Whether a field or kind of this name is known somewhere.
    #[must_use]
    pub fn is_known(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether a new name beside known fields may be shown: a field's, or a kind's in capitals.
    #[must_use]
    pub fn field(&self, name: &str) -> bool {
        self.is_known(name)
            || self.word(name)
            || (name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
                && self.is_made_of_words(name))
    }

    /// Whether a new word in capitals at a place of words may be shown.
    #[must_use]
    pub fn word(&self, text: &str) -> bool {
        crate::shape::is_constant(text) && self.is_made_of_words(text)
    }

    /// Whether the name of a cookie may be shown.
    #[must_use]
    pub fn cookie(&self, name: &str) -> bool {
        self.is_known_cookie(name) || self.is_made_of_words(name)
    }

    /// Whether a cookie of this name is known.
    #[must_use]
    pub fn is_known_cookie(&self, name: &str) -> bool {
        self.cookies.contains(name)
    }

    /// Whether a part of a path may be shown: it stands in a known path, or is a common one of sign-ins.
    #[must_use]
    pub fn segment(&self, segment: &str) -> bool {
        segment.is_empty() || self.path_words.contains(segment) || PATHS.contains(&segment)
    }

    /// A path with its unknown parts as `{...}`.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        let shown = |segment| match self.segment(segment) {
            true => segment,
            false => "{...}",
        };
        path.split('/').map(shown).collect::<Vec<_>>().join("/")
    }

    /// Whether a content type may be named.
    #[must_use]
    pub fn content_type(&self, kind: &str) -> bool {
        CONTENT_TYPES.contains(&kind)
    }

    /// Whether an element of a page may be named.
    #[must_use]
    pub fn element(&self, name: &str) -> bool {
        ELEMENTS.contains(&name)
    }

    /// The name, or what stands for it.
    #[must_use]
    pub fn shown<'n>(&self, name: &'n str) -> &'n str {
        match self.field(name) {
            true => name,
            false => HIDDEN_NAME,
        }
    }

    /// The place of an observation such as `exercises.8104216805.sport`: `*` for numbers and months, and no part of it when one is not known.
    /// A name may hold points and brackets, so a place is shown as a whole or not.
    #[must_use]
    pub fn place(&self, path: &str) -> String {
        let mut shown = String::new();
        let mut rest = path;
        while let Some(first) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix('[') {
                let Some((inner, after)) = after.split_once(']') else {
                    return HIDDEN_NAME.to_owned();
                };
                let is_index = inner.bytes().all(|it| it.is_ascii_digit());
                if !is_index && !self.word(inner) {
                    return HIDDEN_NAME.to_owned();
                }
                shown.push('[');
                shown.push_str(if is_index { "" } else { inner });
                shown.push(']');
                rest = after;
                continue;
            }
            if first == '.' {
                shown.push('.');
                rest = &rest[1..];
                continue;
            }
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            let is_number = name.bytes().all(|it| it.is_ascii_digit());
            match name {
                "*" => shown.push('*'),
                _ if is_number || MONTHS.contains(&name) => shown.push('*'),
                _ if self.field(name) => shown.push_str(name),
                _ => return HIDDEN_NAME.to_owned(),
            }
            rest = after;
        }
        shown
    }

    /// Whether a text of a report may leave: it is made of nothing but known names, words of this project's reports, and short numbers.
    #[must_use]
    pub fn text(&self, text: &str) -> bool {
        const SIGNS: &str = " .,:;|/+-()[]{}*_=#'\"%><?";
        text.chars()
            .all(|c| c.is_ascii_alphanumeric() || SIGNS.contains(c))
            && tokens(text).all(|token| self.is_token(token))
    }

    fn is_token(&self, token: &str) -> bool {
        let lower = token.to_ascii_lowercase();
        (token.bytes().all(|it| it.is_ascii_digit()) && token.len() <= 3)
            || self.names.contains(token)
            || self.path_words.contains(token)
            || self.cookies.contains(token)
            || self.descriptions.contains(&lower)
            || ANSWERS.contains(&token)
            || PROSE.contains(&&*lower)
            || PATHS.contains(&token)
            || self.is_made_of_words(token)
    }

    fn is_made_of_words(&self, name: &str) -> bool {
        let digits = name.bytes().filter(u8::is_ascii_digit).count();
        let words = words_of(name);
        (1..=LONGEST).contains(&name.len())
            && digits <= MOST_DIGITS
            && name
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || b"_-".contains(&it))
            && !words.is_empty()
            && words
                .iter()
                .all(|word| self.words.contains(word) || COMMON.contains(&&**word))
    }
}

/// Runs of letters, digits, `_` and `-`.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && !"_-".contains(c))
        .map(|token| token.trim_matches(['-', '_']))
        .filter(|token| !token.is_empty())
}

/// The words of a name in lower case: `kiloCalories`, `HEART_RATE`, `vo2Max`.
fn words_of(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1);
        let begins = letter.is_ascii_uppercase()
            && (before.is_some_and(|it| it.is_ascii_lowercase())
                || (before.is_some_and(|it| it.is_ascii_uppercase())
                    && after.is_some_and(char::is_ascii_lowercase)));
        if (begins || !letter.is_ascii_alphabetic()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_ascii_alphabetic() {
            word.push(letter.to_ascii_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests;

//! Answers made fit to be published: what stays is on a list, everything else is replaced.
//!
//! [`Names`] judges names and words, for this and for every other text that leaves.
//!
//! It works on parsed values, never on text. A value that no [`Rule`] lets stay is replaced by an alias, the same for the same value
//! within one file, so that a reader still sees which ids agree.

mod alias;
mod document;
mod entry;
mod file;
mod names;
mod page;
mod times;
mod words;

use std::collections::BTreeSet;

use alias::{Aliases, Form};
pub use names::{HIDDEN_NAME, HIDDEN_WORD, Names};
pub use times::Meaning;

use crate::endpoint::Service;

/// What may stay. Each rule is one line of the allow-list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// `true` and `false`, also as text.
    Booleans,
    /// 0 and -1: they stand for "none".
    Zero,
    /// Texts of nothing but spaces.
    Blanks,
    /// Names of fields that the checked-in shape has at this place.
    KnownNames,
    /// Names of fields that are new in an object with known fields, made of [known words](Names).
    NewNames,
    /// Inside objects that are new: names that a known object has somewhere.
    NamesFromElsewhere,
    /// Words that the checked-in shape has at this place.
    Words,
    /// Other words in capitals at a place where only words were ever seen, made of [known words](Names).
    NewWords,
    /// Numbers that are codes of the service: those of sports.
    Codes,
    /// That a text is a time, a duration, a UUID, a number, an address; without what it says. What is the same instant or duration stays
    /// the same.
    Forms,
    /// Units: `km`, `mi`.
    Units,
    /// How long a text is.
    Lengths,
    /// The template of an endpoint's path.
    Paths,
    /// Content types that are on the list.
    ContentTypes,
    /// Names of cookies of the sign-in that are known.
    CookieNames,
    /// Names of fields of forms that are known, and the places that a page is looked at for.
    PageParts,
    /// Names of elements of TCX and GPX files, counted.
    Elements,
}

impl Rule {
    /// Every line of the list.
    pub const ALL: [Self; 17] = [
        Self::Booleans,
        Self::Zero,
        Self::Blanks,
        Self::KnownNames,
        Self::NewNames,
        Self::NamesFromElsewhere,
        Self::Words,
        Self::NewWords,
        Self::Codes,
        Self::Forms,
        Self::Units,
        Self::Lengths,
        Self::Paths,
        Self::ContentTypes,
        Self::CookieNames,
        Self::PageParts,
        Self::Elements,
    ];
}

/// Writes answers for one file. One redactor gives one value one alias.
#[derive(Debug)]
pub struct Redactor {
    rules: BTreeSet<Rule>,
    aliases: Aliases,
    names: Names,
}

impl Redactor {
    /// A redactor that knows these services.
    #[must_use]
    pub fn new(services: &[Service]) -> Self {
        Self {
            rules: Rule::ALL.into(),
            aliases: Aliases::default(),
            names: Names::of(services),
        }
    }

    /// The same with one line less on the list.
    #[must_use]
    pub fn without(mut self, rule: Rule) -> Self {
        self.rules.remove(&rule);
        self
    }

    fn allows(&self, rule: Rule) -> bool {
        self.rules.contains(&rule)
    }

    /// The alias of a text: of an id, for example.
    #[must_use]
    pub fn alias(&mut self, text: &str) -> String {
        let form = match self.allows(Rule::Forms) {
            true => Form::of(text),
            false => Form::Text,
        };
        let keeps_length = self.allows(Rule::Lengths);
        self.aliases.text(text, form, keeps_length)
    }
}

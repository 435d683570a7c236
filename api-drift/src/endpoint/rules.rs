//! Rules of an endpoint besides the form of its answer.

use super::{Answer, Endpoint};
use crate::reading::Reader;
use crate::shape::Type;

impl Endpoint {
    /// The same; the client's decoder decides what of an answer cannot be used.
    #[must_use]
    pub fn read_by(mut self, reader: Reader) -> Self {
        self.reader = Some(reader);
        self
    }

    /// The same; a browser sends these fields or parts, and so does the client.
    #[must_use]
    pub fn sends(mut self, names: &[&'static str]) -> Self {
        self.sends = names.to_vec();
        self
    }

    /// The same; what a sync leaves undone without it, as a sentence.
    #[must_use]
    pub fn stops(mut self, effect: &'static str) -> Self {
        self.stops = effect;
        self
    }

    /// The same; a page with this text refuses one entry.
    #[must_use]
    pub fn refuses_with(mut self, text: &'static str) -> Self {
        self.refusal = Some(text);
        self
    }

    /// The same; these words are known at this place besides those of its shape.
    #[must_use]
    pub fn with_words(mut self, place: &str, words: &[&str]) -> Self {
        if let Answer::Json { known, .. } = &mut self.answer {
            *known = std::mem::take(known).with_words(place, words);
        }
        self
    }

    /// The same; a value of this type at this place is no change, either.
    #[must_use]
    pub fn may_hold(mut self, place: &str, kind: Type) -> Self {
        if let Answer::Json { known, .. } = &mut self.answer {
            *known = std::mem::take(known).may_hold(place, kind);
        }
        self
    }

    /// The same; the members of the object at this place are kinds of values, of which each answer has some of these.
    #[must_use]
    pub fn with_kinds(mut self, place: &str, kinds: &[&str]) -> Self {
        if let Answer::Json { known, .. } = &mut self.answer {
            *known = std::mem::take(known).with_kinds(place, kinds);
        }
        self
    }
}

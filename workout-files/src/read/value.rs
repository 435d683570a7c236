//! Values of elements: parsed, and every oddity noted.

use std::borrow::Cow;

use super::scalar::{self, Number, WrittenTime, Zone};
use super::{Code, Diagnostics, Place};

/// The text of an element, with where it stands and where its oddities go.
pub(crate) struct Value<'a> {
    pub(crate) text: &'a str,
    pub(crate) place: Place,
    pub(crate) diagnostics: &'a mut Diagnostics,
}

impl Value<'_> {
    #[cold]
    pub(crate) fn note(&mut self, code: Code) {
        self.diagnostics.note(code, self.place, self.text);
    }

    pub(crate) fn number(&mut self) -> Option<f64> {
        let (code, value) = match scalar::number(self.text.as_bytes()) {
            Number::Value(value) => return Some(value),
            Number::Comma(value) => (Code::DecimalComma, Some(value)),
            Number::Foreign(value) => (Code::OddSpelling, Some(value)),
            Number::Empty => (Code::NumberEmpty, None),
            Number::NotFinite => (Code::NumberNotFinite, None),
            Number::Invalid => (Code::NumberInvalid, None),
        };
        self.note(code);
        value
    }

    /// A whole number from 0 to `max`; one outside is unknown.
    pub(crate) fn whole(&mut self, max: u32) -> Option<u32> {
        let value = self.number()?;
        let rounded = value.round();
        if rounded != value {
            self.note(Code::NumberFraction);
        }
        if rounded < 0.0 || rounded > f64::from(max) {
            self.note(Code::NumberRange);
            return None;
        }
        Some(rounded as u32)
    }

    /// A byte-sized value; one above `max` means "invalid" (255 in FIT) and is left out.
    pub(crate) fn byte(&mut self, max: u8) -> Option<u8> {
        if let Some(value) = scalar::small(self.text.as_bytes())
            && value <= u16::from(max)
        {
            return Some(value as u8);
        }
        let value = self.whole(u32::MAX)?;
        if value > u32::from(max) {
            self.note(Code::NumberRange);
            return None;
        }
        Some(value as u8)
    }

    /// Beats per minute; 0 means that there was no sensor.
    pub(crate) fn heart_rate(&mut self) -> Option<u8> {
        let value = self.byte(255)?;
        if value == 0 {
            self.note(Code::HeartRateZero);
            return None;
        }
        Some(value)
    }

    pub(crate) fn time(&mut self) -> Option<WrittenTime> {
        let plain = scalar::time(self.text.as_bytes());
        let Some(time) = plain.or_else(|| scalar::odd_time(self.text)) else {
            let code = if self.text.trim_ascii().is_empty() {
                Code::NumberEmpty
            } else {
                Code::TimeInvalid
            };
            self.note(code);
            return None;
        };
        if plain.is_none() {
            self.note(Code::OddSpelling);
        }
        match time.zone {
            Zone::Utc => {}
            Zone::Offset(_) => self.note(Code::TimeWithOffset),
            Zone::Missing => self.note(Code::TimeWithoutZone),
        }
        Some(time)
    }

    /// Free text: ends trimmed, line ends as `\n`, `None` when empty.
    pub(crate) fn free_text(&mut self) -> Option<String> {
        let clean = clean_text(self.text);
        if matches!(clean, Cow::Owned(_)) && self.text.chars().any(|c| !is_xml_character(c)) {
            self.diagnostics
                .note(Code::InvalidCharacter, self.place, "");
        }
        let trimmed = clean.trim();
        (!trimmed.is_empty()).then(|| trimmed.to_owned())
    }

    /// A token: white space collapsed.
    pub(crate) fn token(&mut self) -> Option<String> {
        let text = self.free_text()?;
        Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// One of several words; letter case is forgiven.
    pub(crate) fn choice<T: Copy>(&mut self, choices: &[(&str, T)]) -> Option<T> {
        let word = self.text.trim();
        let found = choices.iter().find(|(name, _)| *name == word).or_else(|| {
            choices
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(word))
        });
        if found.is_none() {
            self.note(Code::TokenInvalid);
        }
        found.map(|(_, value)| *value)
    }
}

/// Whether XML 1.0 allows a character.
pub(crate) fn is_xml_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Text without characters that XML does not allow, with `\n` line ends.
pub(crate) fn clean_text(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| c != '\r' && is_xml_character(c)) {
        return text.into();
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars()
        .filter(|&c| is_xml_character(c))
        .collect::<String>()
        .into()
}

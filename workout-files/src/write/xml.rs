//! A small XML writer: elements in the order given, text escaped, nothing else.

use std::fmt::Write;

use chrono::{DateTime, Datelike, Timelike, Utc};

use crate::read::value::is_xml_character;

/// XML text in the making.
pub(crate) struct Xml {
    text: String,
    open: Vec<&'static str>,
    /// Characters left out because XML does not allow them.
    pub(crate) dropped: usize,
}

impl Xml {
    pub(crate) fn new(capacity: usize) -> Self {
        let mut xml = Self::fragment(capacity);
        xml.text
            .push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml
    }

    /// Without a declaration: for elements that become a part of something larger.
    pub(crate) fn fragment(capacity: usize) -> Self {
        Self {
            text: String::with_capacity(capacity),
            open: Vec::new(),
            dropped: 0,
        }
    }

    /// `<name attributes>`; the attributes are written as they are.
    pub(crate) fn open(&mut self, name: &'static str, attributes: &str) {
        self.text.push('<');
        self.text.push_str(name);
        if !attributes.is_empty() {
            self.text.push(' ');
            self.text.push_str(attributes);
        }
        self.text.push('>');
        self.open.push(name);
    }

    pub(crate) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            self.end(name);
        }
    }

    /// Ends a line, so that the file can be looked at.
    pub(crate) fn line(&mut self) {
        self.text.push('\n');
    }

    // Each trackpoint has several values: pieces of text are much cheaper than one format string.

    fn begin(&mut self, name: &str) {
        self.text.push('<');
        self.text.push_str(name);
        self.text.push('>');
    }

    fn end(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    /// `<name>value</name>` with a value that needs no escaping.
    pub(crate) fn value(&mut self, name: &'static str, value: impl std::fmt::Display) {
        self.begin(name);
        let _ = write!(self.text, "{value}");
        self.end(name);
    }

    pub(crate) fn value_if<T: std::fmt::Display>(&mut self, name: &'static str, value: Option<T>) {
        if let Some(value) = value {
            self.value(name, value);
        }
    }

    /// Text between tags that needs no escaping.
    pub(crate) fn raw(&mut self, value: impl std::fmt::Display) {
        let _ = write!(self.text, "{value}");
    }

    /// A number with as many digits as it takes to read the same number again.
    pub(crate) fn number(&mut self, name: &'static str, value: Option<f64>) {
        self.value_if(name, value.filter(|number| number.is_finite()));
    }

    /// `<name>text</name>`, escaped.
    pub(crate) fn text(&mut self, name: &'static str, text: &str) {
        self.begin(name);
        let escaped = self.escape(text);
        self.text.push_str(&escaped);
        self.end(name);
    }

    pub(crate) fn text_if(&mut self, name: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// Text that can stand between tags and in attributes.
    pub(crate) fn escape(&mut self, text: &str) -> String {
        let mut escaped = String::with_capacity(text.len() + 8);
        for character in text.chars() {
            match character {
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '&' => escaped.push_str("&amp;"),
                '"' => escaped.push_str("&quot;"),
                '\r' => escaped.push_str("&#13;"),
                _ if is_xml_character(character) => escaped.push(character),
                _ => self.dropped += 1,
            }
        }
        escaped
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        while !self.open.is_empty() {
            self.close();
        }
        self.text.push('\n');
        self.text.into_bytes()
    }
}

/// How a time is written.
#[derive(Clone, Copy)]
pub(crate) enum Fraction {
    /// At least milliseconds, as Polar does.
    Milliseconds,
    /// Nothing for a whole second, as in most GPX files.
    WhenNeeded,
}

/// An instant as `2025-05-01T14:30:42.000Z`; microseconds only when there are any.
pub(crate) struct Stamp(pub(crate) DateTime<Utc>, pub(crate) Fraction);

impl std::fmt::Display for Stamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(time, fraction) = self;
        let micros = time.timestamp_subsec_micros() % 1_000_000;
        let length = match fraction {
            _ if micros % 1000 != 0 => 27,
            Fraction::WhenNeeded if micros == 0 => 20,
            _ => 24,
        };
        let mut text = *b"0000-00-00T00:00:00.000000Z";
        let year = u32::try_from(time.year()).unwrap_or(0);
        for (end, digits, mut value) in [
            (4, 4, year),
            (7, 2, time.month()),
            (10, 2, time.day()),
            (13, 2, time.hour()),
            (16, 2, time.minute()),
            (19, 2, time.second()),
            (26, 6, micros),
        ] {
            for digit in text[end - digits..end].iter_mut().rev() {
                *digit = b'0' + (value % 10) as u8;
                value /= 10;
            }
        }
        text[length - 1] = b'Z';
        let text = std::str::from_utf8(&text[..length]).map_err(|_| std::fmt::Error)?;
        f.write_str(text)
    }
}

/// Whether a year has the four digits that `xsd:dateTime` wants.
pub(crate) fn writable(time: &DateTime<Utc>) -> bool {
    (1..=9999).contains(&time.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(text: &str, fraction: Fraction) -> String {
        Stamp(text.parse().unwrap(), fraction).to_string()
    }

    #[test]
    fn stamps_keep_what_is_there() {
        let text = "2025-05-01T14:30:42.120Z";
        assert_eq!(stamp(text, Fraction::Milliseconds), text);
        assert_eq!(stamp(text, Fraction::WhenNeeded), text);
        let text = "2025-05-01T14:30:42.000001Z";
        assert_eq!(stamp(text, Fraction::WhenNeeded), text);
        let text = "2025-05-01T14:30:42Z";
        assert_eq!(stamp(text, Fraction::WhenNeeded), text);
        assert_eq!(
            stamp(text, Fraction::Milliseconds),
            "2025-05-01T14:30:42.000Z"
        );
    }

    #[test]
    fn text_is_escaped_and_cleaned() {
        let mut xml = Xml::new(0);
        xml.text("Notes", "a<b & \"c\"\u{1}\r\nd");
        assert_eq!(xml.dropped, 1);
        let text = String::from_utf8(xml.finish()).unwrap();
        assert!(
            text.contains("<Notes>a&lt;b &amp; &quot;c&quot;&#13;\nd</Notes>"),
            "{text}"
        );
    }
}

//! Replacements: the same value gets the same one within a file, and a replacement has nothing of the value but its form.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};

use super::times::{self, Times};
use crate::iso_seconds;
use crate::shape::{is_data, is_duration};

/// The form of a text that a reader of the file may rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Form {
    /// `2025-05-01`, `2025-05-01T16:30:42.643Z`, `2025-05-01 16:30:42`
    Time,
    /// `PT1H30S`
    Duration,
    Uuid,
    /// A number as text.
    Number,
    /// `30:00`, `1:02:05`
    Clock,
    /// `+03:00`
    Offset,
    /// `Thu May 01 16:30:42 GMT 2025 - Running`
    Stamp,
    /// An English month, in three letters or in full.
    Month,
    /// `https://...`
    Address,
    /// `/...`
    Path,
    Text,
}

impl Form {
    pub(super) fn of(text: &str) -> Self {
        if is_duration(text) {
            Self::Duration
        } else if is_time(text) {
            Self::Time
        } else if is_uuid(text) {
            Self::Uuid
        } else if is_number(text) {
            Self::Number
        } else if times::month(text).is_some() {
            Self::Month
        } else if times::clock(text).is_some() {
            Self::Clock
        } else if times::is_offset(text) {
            Self::Offset
        } else if times::stamp(text).is_some() {
            Self::Stamp
        } else if text.starts_with("https://") || text.starts_with("http://") {
            Self::Address
        } else if text.starts_with('/') {
            Self::Path
        } else {
            Self::Text
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Class {
    Integer(usize),
    Number(usize),
    Of(Form),
}

/// The replacements of one file.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    given: HashMap<(Class, String), String>,
    counts: HashMap<Class, u64>,
    pub(super) times: Times,
}

impl Aliases {
    /// The replacement for an integer in digits: another of the same number of digits.
    pub(super) fn integer(&mut self, digits: &str) -> u64 {
        let length = digits.len().clamp(1, 18);
        let text = self.give(Class::Integer(length), digits, |n| {
            let least = 10_u64.pow(u32::try_from(length - 1).unwrap_or(0));
            match length {
                // Four digits may be a year.
                4 => 2001 + n % 90,
                _ => least + n % (least * 9),
            }
            .to_string()
        });
        text.parse().unwrap_or(1)
    }

    /// The replacement for a number with a fraction: as many digits before the point, and one after it.
    pub(super) fn number(&mut self, value: f64) -> f64 {
        // A distance is written with and without a fraction.
        if value.fract() == 0.0 && value.abs() < 1e15 {
            let digits = format!("{:.0}", value.abs());
            return self.integer(&digits) as f64;
        }
        let key = value.to_string();
        let whole = value.abs().trunc().to_string().len().clamp(1, 12);
        let text = self.give(Class::Number(whole), &key, |n| {
            let least = 10_u64.pow(u32::try_from(whole - 1).unwrap_or(0));
            format!("{}.5", least + n % (least * 9))
        });
        text.parse().unwrap_or(1.5)
    }

    /// The replacement for a text, of the same form. `keeps_length`: as many characters.
    pub(super) fn text(&mut self, text: &str, form: Form, keeps_length: bool) -> String {
        match form {
            Form::Number => {
                let value = text.parse::<f64>().unwrap_or(0.0);
                return match text.contains('.') {
                    true => self.number(value).to_string(),
                    false => self
                        .integer(text.trim_start_matches(['-', '+']))
                        .to_string(),
                };
            }
            Form::Time => {
                return match self.times.text(text) {
                    Some(alias) => alias,
                    None => self.give(Class::Of(form), text, |n| time(text, n)),
                };
            }
            Form::Duration => {
                return match iso_seconds(text) {
                    Some(seconds) => times::iso(self.times.duration(seconds as i64)),
                    None => self.give(Class::Of(form), text, |n| format!("PT{}S", n + 1)),
                };
            }
            Form::Clock => {
                let seconds = times::clock(text).unwrap_or(60);
                return times::clock_like(text, self.times.duration(seconds));
            }
            Form::Offset => return "+00:00".to_owned(),
            Form::Stamp => {
                let rest = times::stamp(text).map_or("", |it| it.rest);
                let rest = match rest {
                    "" => String::new(),
                    rest => format!(" - {}", self.text(rest, Form::Text, false)),
                };
                return match times::stamp(text) {
                    Some(stamp) => {
                        let year =
                            i32::try_from(self.integer(&stamp.year.to_string())).unwrap_or(2001);
                        format!("{}{rest}", self.times.stamp(&stamp, year))
                    }
                    None => rest,
                };
            }
            Form::Uuid => {
                let make = |n| format!("00000000-0000-4000-8000-{n:012x}");
                return self.give(Class::Of(form), text, make);
            }
            Form::Month => {
                let month = times::month(text).map_or(1, |month| self.times.month(month));
                return times::month_like(text, month);
            }
            Form::Address | Form::Path | Form::Text => {}
        }
        let length = text.chars().count();
        self.give(Class::Of(form), text, |n| {
            let alias = match form {
                Form::Address => format!("https://alias-{n}.example/"),
                Form::Path => format!("/alias-{n}"),
                _ => format!("text-{n}"),
            };
            match keeps_length {
                true if length < alias.len() => letters(n, length),
                true => format!("{alias}{}", ".".repeat(length - alias.len())),
                false => alias,
            }
        })
    }

    /// The replacement for a name of a field that may be data.
    pub(super) fn name(&mut self, name: &str) -> String {
        match Form::of(name) {
            // It stays the name of a map's member: one that begins with a digit.
            Form::Text if name.parse::<f64>().is_ok() => {
                self.give(Class::Of(Form::Number), name, |n| format!("{n}.5"))
            }
            Form::Text if is_data(name) => self
                .text(name, Form::Text, false)
                .replace("text-", "0-field-"),
            Form::Text | Form::Address | Form::Path => self
                .text(name, Form::Text, false)
                .replace("text-", "field-"),
            form => self.text(name, form, true),
        }
    }

    fn give(&mut self, class: Class, text: &str, make: impl Fn(u64) -> String) -> String {
        let key = (class, text.to_owned());
        if let Some(known) = self.given.get(&key) {
            return known.clone();
        }
        let count = self.counts.entry(key.0.clone()).or_default();
        let mut alias = make(*count);
        *count += 1;
        // A replacement that happens to be the value says nothing, and looks as if it did.
        if alias == text {
            alias = make(*count);
            *count += 1;
        }
        self.given.insert(key, alias.clone());
        alias
    }
}

fn letters(mut n: u64, length: usize) -> String {
    (0..length)
        .map(|_| {
            let letter = u8::try_from(n % 26).unwrap_or(0);
            n /= 26;
            char::from(b'a' + letter)
        })
        .collect()
}

/// A time in the same writing, on some day from 2001 on at midnight.
fn time(text: &str, n: u64) -> String {
    let first = NaiveDate::from_ymd_opt(2001, 1, 1).unwrap_or_default();
    let day = first.checked_add_days(Days::new(n % 9000)).unwrap_or(first);
    let rest = text.get(10..).unwrap_or_default();
    let rest: String = rest
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    format!("{}{rest}", day.format("%Y-%m-%d"))
}

/// `YYYY-MM-DD`, alone or with what a clock and a zone are written with.
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_date = bytes.len() >= 10
        && bytes[..10].iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    is_date
        && bytes.len() <= 35
        && bytes[10..]
            .iter()
            .all(|byte| byte.is_ascii_digit() || b"T :.,+-Z".contains(byte))
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty()
        && digits.len() <= 18
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && digits.bytes().filter(|byte| *byte == b'.').count() <= 1
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacements_keep_the_form_and_nothing_else() {
        let mut aliases = Aliases::default();
        let mut of = |text: &str| aliases.text(text, Form::of(text), true);
        assert_eq!(of("2025-05-01T16:30:42.643Z"), "2001-01-01T00:00:00.000Z");
        assert_eq!(of("2025-05-02"), "2001-01-02");
        assert_eq!(
            of("2025-05-01T16:30:42.643Z"),
            "2001-01-01T00:00:00.000Z",
            "the same again"
        );
        assert_eq!(of("PT1H30S"), "PT1M");
        assert_eq!(
            of("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
            "00000000-0000-4000-8000-000000000000"
        );
        assert_eq!(of("Dec"), "Jan");
        assert_eq!(of("1:00:30"), "0:01:00", "the same duration");
        assert_eq!(of("+03:00"), "+00:00");
        assert_eq!(of("December"), "January");
        assert_eq!(
            of("Thu May 01 16:30:42 GMT 2025 - Running"),
            "Thu Feb 01 00:00:00 GMT 2001 - text-0"
        );
        assert_eq!(of("5.25"), "1.5");
        assert_eq!(
            of("https://me.example/secret/path/of/mine"),
            "https://alias-0.example/.............."
        );
        assert_eq!(of("jo@example.org"), "text-1........");
        assert_eq!(of("Jo"), "ca");
    }

    #[test]
    fn an_id_is_the_same_as_number_text_and_name() {
        let mut aliases = Aliases::default();
        assert_eq!(aliases.integer("8104216805"), 1_000_000_000);
        assert_eq!(aliases.text("8104216805", Form::Number, true), "1000000000");
        assert_eq!(aliases.name("8104216805"), "1000000000");
        assert_eq!(aliases.integer("8104216806"), 1_000_000_001);
        assert_eq!(aliases.name("anna"), "field-0");
        assert_eq!(aliases.name("0.12345678901234567890"), "0.5");
        assert_eq!(aliases.name("52.5163,13.3777"), "0-field-1");
        assert_eq!(
            aliases.integer("1000000002"),
            1_000_000_003,
            "never the value itself"
        );
    }
}

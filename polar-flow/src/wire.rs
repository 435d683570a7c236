//! How the service writes things: times that lie about their zone, numbers that change their type, durations in five
//! units.

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime};
use serde::de::{self, Deserializer, Visitor};

pub(crate) use web_session::decode::{Skipped, or_default};

/// A wall-clock time: `2025-05-01T16:30:42.643Z`, with a `Z` that is false, or a space for the `T`, or no fraction.
///
/// An offset other than `Z` was never seen here. Should one come it is cut off as well: what stands before it is the
/// wall clock.
pub(crate) fn local_time(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    if text.len() == 10 {
        return NaiveDate::from_str(text).ok()?.and_hms_opt(0, 0, 0);
    }
    let clock = text.get(11..)?;
    let end = clock.find(['+', '-']).map_or(text.len(), |at| at + 11);
    let text = &text[..end];
    if text.len() == 16 {
        return local_time(&format!("{text}:00"));
    }
    if text.as_bytes().get(10) == Some(&b' ') {
        return NaiveDateTime::from_str(&text.replacen(' ', "T", 1)).ok();
    }
    NaiveDateTime::from_str(text).ok()
}

/// An ISO 8601 duration without years and months (`PT1H2M3.5S`), in milliseconds. Details have one per position, so it
/// is read without detours.
pub(crate) fn iso_duration_ms(text: &str) -> Option<u64> {
    const LONGEST_MS: u64 = 1_000_000_000_000_000;
    let mut ms = 0_u64;
    let mut units = "WD";
    let mut number = Number::default();
    let mut seen = false;
    for byte in text.strip_prefix('P')?.bytes() {
        if number.push(byte) {
            continue;
        }
        if byte == b'T' && units == "WD" && number.is_empty() {
            units = "HMS";
            continue;
        }
        let unit = match (units, byte) {
            ("WD", b'W') => 604_800_000,
            ("WD", b'D') => 86_400_000,
            ("HMS", b'H') => 3_600_000,
            ("HMS", b'M') => 60_000,
            ("HMS", b'S') => 1000,
            _ => return None,
        };
        ms = ms.checked_add(std::mem::take(&mut number).times(unit)?)?;
        seen = true;
    }
    (seen && number.is_empty() && ms < LONGEST_MS).then_some(ms)
}

/// A decimal number, digit by digit.
#[derive(Default)]
struct Number {
    digits: u32,
    whole: u64,
    fraction: u64,
    /// Ten to the power of the fraction's digits; 0 before the point.
    scale: u64,
}

impl Number {
    /// False when `byte` is no part of a number.
    fn push(&mut self, byte: u8) -> bool {
        match byte {
            b'0'..=b'9' => {
                let digit = u64::from(byte - b'0');
                self.digits += 1;
                if self.scale == 0 {
                    self.whole = self.whole.saturating_mul(10).saturating_add(digit);
                } else if self.scale < 1_000_000_000 {
                    self.fraction = self.fraction * 10 + digit;
                    self.scale *= 10;
                }
                true
            }
            b'.' if self.scale == 0 => {
                self.scale = 1;
                true
            }
            _ => false,
        }
    }

    fn is_empty(&self) -> bool {
        self.digits == 0 && self.scale == 0
    }

    fn times(self, unit: u64) -> Option<u64> {
        if self.digits == 0 {
            return None;
        }
        let scale = self.scale.max(1);
        let fraction = (self.fraction * unit + scale / 2) / scale;
        self.whole.checked_mul(unit)?.checked_add(fraction)
    }
}

macro_rules! optional {
    ($(#[$doc:meta])* $name:ident, $type:ty, $parse:expr, $expected:literal) => {
        $(#[$doc])*
        pub(crate) fn $name<'de, D: Deserializer<'de>>(de: D) -> Result<Option<$type>, D::Error> {
            struct Text;
            impl<'de> Visitor<'de> for Text {
                type Value = Option<$type>;
                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str($expected)
                }
                fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                    let parse: fn(&str) -> Option<$type> = $parse;
                    parse(text).map(Some).ok_or_else(|| E::custom(concat!("not ", $expected)))
                }
                fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
                    Ok(None)
                }
                fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                    Ok(None)
                }
                fn visit_some<D: Deserializer<'de>>(self, de: D) -> Result<Self::Value, D::Error> {
                    de.deserialize_str(self)
                }
            }
            de.deserialize_option(Text)
        }
    };
}

optional!(
    /// An ISO 8601 duration in milliseconds, or null.
    iso_ms, u64, iso_duration_ms, "an ISO 8601 duration"
);
optional!(
    /// A local time, or null.
    naive_option, NaiveDateTime, local_time, "a local date and time"
);

/// A number that may be written as an integer, as a float or as null; rounded. Negative ones (the service writes -1 for
/// "none") are `None`.
pub(crate) fn whole<'de, D: Deserializer<'de>>(de: D) -> Result<Option<u64>, D::Error> {
    struct Whole;
    impl<'de> Visitor<'de> for Whole {
        type Value = Option<u64>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number or null")
        }
        fn visit_u64<E: de::Error>(self, n: u64) -> Result<Self::Value, E> {
            Ok(Some(n))
        }
        fn visit_i64<E: de::Error>(self, n: i64) -> Result<Self::Value, E> {
            Ok(u64::try_from(n).ok())
        }
        fn visit_f64<E: de::Error>(self, n: f64) -> Result<Self::Value, E> {
            Ok((0.0..9e15).contains(&n).then(|| n.round() as u64))
        }
        fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_some<D: Deserializer<'de>>(self, de: D) -> Result<Self::Value, D::Error> {
            de.deserialize_any(self)
        }
    }
    de.deserialize_option(Whole)
}

/// `true`, `"false"` or null: the calendar writes `allDay` both ways.
pub(crate) fn flag<'de, D: Deserializer<'de>>(de: D) -> Result<Option<bool>, D::Error> {
    struct Flag;
    impl<'de> Visitor<'de> for Flag {
        type Value = Option<bool>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("true or false, also as text")
        }
        fn visit_bool<E: de::Error>(self, yes: bool) -> Result<Self::Value, E> {
            Ok(Some(yes))
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            match text {
                "true" => Ok(Some(true)),
                "false" => Ok(Some(false)),
                _ => Err(E::custom("neither true nor false")),
            }
        }
        fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_some<D: Deserializer<'de>>(self, de: D) -> Result<Self::Value, D::Error> {
            de.deserialize_any(self)
        }
    }
    de.deserialize_option(Flag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_in_every_spelling() {
        let expected = "2025-05-01T16:30:42.643".parse().unwrap();
        for text in [
            "2025-05-01T16:30:42.643Z",
            "2025-05-01T16:30:42.643",
            "2025-05-01 16:30:42.643",
            "2025-05-01T16:30:42.643+02:00",
        ] {
            assert_eq!(local_time(text), Some(expected), "{text}");
        }
        assert_eq!(
            local_time("2026-09-20T08:00:00"),
            "2026-09-20T08:00:00".parse().ok()
        );
        assert_eq!(
            local_time("2026-10-15T09:00"),
            "2026-10-15T09:00:00".parse().ok()
        );
        assert_eq!(local_time("2026-09-20"), "2026-09-20T00:00:00".parse().ok());
        for text in [
            "",
            "soon",
            "2025-13-01T00:00:00Z",
            "2025-05-01T",
            "01.05.2025 10:00:00",
        ] {
            assert_eq!(local_time(text), None, "{text}");
        }
    }

    #[test]
    fn iso_durations() {
        for (text, ms) in [
            ("PT30M", 1_800_000),
            ("PT2753.875S", 2_753_875),
            ("PT1H2M3.5S", 3_723_500),
            ("PT0S", 0),
            ("P1DT1H", 90_000_000),
            ("P1W", 604_800_000),
            ("PT0.0006S", 1),
            ("PT0.5H", 1_800_000),
            ("PT1.9999999999S", 2000),
        ] {
            assert_eq!(iso_duration_ms(text), Some(ms), "{text}");
        }
        for text in [
            "",
            "P",
            "PT",
            "30M",
            "PT30",
            "PTXS",
            "P1Y",
            "-PT1S",
            "PT.S",
            "PT1.2.3S",
            "P1H",
            "P1T1H",
            "PT99999999999999999999S",
        ] {
            assert_eq!(iso_duration_ms(text), None, "{text}");
        }
    }
}

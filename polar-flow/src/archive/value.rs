//! Lenient reading of JSON: a value of another type is unknown, and hides no other.

use chrono::{DateTime, Datelike as _, NaiveDateTime};
use serde_json::Value;
use web_session::decode::respelled;

/// Parses JSON, also where some values are badly spelled ([`respelled`]), and where zero bytes follow its end.
pub(super) fn parse(bytes: &[u8]) -> Option<Value> {
    let end = bytes.iter().rposition(|byte| *byte != 0)?;
    let text = &bytes[..=end];
    let plain = serde_json::from_slice(text).ok();
    plain.or_else(|| serde_json::from_str(&respelled(text)?).ok())
}

/// A member by the first name that there is, unless it is null.
pub(super) fn member<'v>(value: &'v Value, names: &[&str]) -> Option<&'v Value> {
    let found = names.iter().find_map(|name| value.get(name));
    found.filter(|value| !value.is_null())
}

/// A finite number, also one that is written as text.
pub(super) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

pub(super) fn number_of(value: &Value, names: &[&str]) -> Option<f64> {
    member(value, names).and_then(number)
}

pub(super) fn text_of<'v>(value: &'v Value, names: &[&str]) -> Option<&'v str> {
    let text = member(value, names)?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}

/// A wall clock of a year of four digits, with or without fractions and seconds. What follows for a zone is not part of it: exports
/// write a meaningless `Z`.
pub(super) fn clock_of(value: &Value, names: &[&str]) -> Option<NaiveDateTime> {
    let text = text_of(value, names)?;
    let zoned = |text| DateTime::parse_from_rfc3339(text).map(|time| time.naive_local());
    let plain = text.strip_suffix('Z').unwrap_or(text);
    let formats = [
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M",
    ];
    let mut clocks = formats
        .iter()
        .map(|format| NaiveDateTime::parse_from_str(plain, format))
        .chain([zoned(text)]);
    let clock = clocks.find_map(Result::ok)?;
    (1..=9999).contains(&clock.year()).then_some(clock)
}

/// The objects of a list, or the object that stands for a list of one.
pub(super) fn objects<'v>(value: &'v Value, name: &str) -> Vec<&'v Value> {
    let found = match value.get(name) {
        Some(Value::Array(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    found.iter().filter(|one| one.is_object()).collect()
}

/// The elements of a list.
pub(super) fn list<'v>(value: &'v Value, path: &[&str]) -> &'v [Value] {
    let found = path.iter().try_fold(value, |value, name| value.get(name));
    found.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Milliseconds of `PT1H2M3.5S`.
pub(super) fn duration(text: &str) -> Option<f64> {
    let mut seconds = 0.0;
    let mut digits = String::new();
    for c in text.strip_prefix("PT")?.chars() {
        let unit = match c {
            'H' => 3600.0,
            'M' => 60.0,
            'S' => 1.0,
            _ => {
                digits.push(c);
                continue;
            }
        };
        seconds += digits.parse::<f64>().ok()? * unit;
        digits.clear();
    }
    (digits.is_empty() && seconds.is_finite() && seconds >= 0.0).then_some(seconds * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_that_are_no_json_are_unknown_and_texts_stay() {
        let text =
            br#"{"a": NaN, "b": [1, -Infinity, 2.5, "NaN", "3.5"], "c": "is \" NaN, Infinity"}"#;
        let value = parse(text).unwrap();
        assert_eq!(number_of(&value, &["a"]), None);
        let numbers: Vec<_> = list(&value, &["b"]).iter().map(number).collect();
        assert_eq!(numbers, [Some(1.0), None, Some(2.5), None, Some(3.5)]);
        assert_eq!(text_of(&value, &["c"]), Some("is \" NaN, Infinity"));
        assert_eq!(parse(b"{\"a\": "), None);
    }

    #[test]
    fn halves_of_characters_and_endless_numbers_are_unknown() {
        for (text, note) in [
            (&br#"{"a": 1, "n": "x\ud83d"}"#[..], "x\u{fffd}"),
            (br#"{"a": 1, "n": "\ude00x"}"#, "\u{fffd}x"),
            (
                br#"{"a": 1, "n": "\ud83d\ud83d\ude00"}"#,
                "\u{fffd}\u{1f600}",
            ),
            (b"{\"a\": 1, \"n\": \"caf\xE9\"}", "caf\u{fffd}"),
            (b"{\"a\": 1, \"n\": \"x\"}\0\0", "x"),
            (br#"{"a": 1, "b": -1e400, "n": "1e400"}"#, "1e400"),
        ] {
            let value = parse(text).unwrap();
            assert_eq!(text_of(&value, &["n"]), Some(note));
            assert_eq!(number_of(&value, &["a"]), Some(1.0));
            assert_eq!(number_of(&value, &["b"]), None);
        }
        assert_eq!(parse(br#"{"n": "\ud83"#), None);
    }

    #[test]
    fn clocks_are_read() {
        for text in [
            "2026-01-02T10:30:00",
            "2026-01-02T10:30:00.000Z",
            "2026-01-02 10:30:00",
            "2026-01-02T10:30",
            "2026-01-02T10:30:00+02:00",
        ] {
            let value = serde_json::json!({ "at": text });
            let clock = clock_of(&value, &["at"]).unwrap();
            assert_eq!(clock.to_string(), "2026-01-02 10:30:00", "{text}");
        }
    }

    #[test]
    fn durations_are_read() {
        assert_eq!(duration("PT2753.875S"), Some(2_753_875.0));
        assert_eq!(duration("PT1H2M3S"), Some(3_723_000.0));
        for odd in ["2753", "PT", "PT5", "P1D", "PTxS", "PT-5S"] {
            assert!(matches!(duration(odd), None | Some(0.0)), "{odd}");
        }
    }
}

//! Lenient reading of JSON: a value of another type is unknown, and hides no other.

use chrono::{Datelike as _, NaiveDateTime};
use serde_json::Value;

/// Parses JSON in which `NaN` and `Infinity` may stand for numbers.
pub(super) fn parse(mut bytes: Vec<u8>) -> Option<Value> {
    if let Ok(value) = serde_json::from_slice(&bytes) {
        return Some(value);
    }
    without_nan(&mut bytes);
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    serde_json::from_slice(text).ok()
}

/// Writes a marked number over the tokens that are no JSON, outside of texts.
fn without_nan(bytes: &mut [u8]) {
    let mut in_text = false;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if in_text => at += 1,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            _ => {
                let token = [&b"-Infinity"[..], b"Infinity", b"-NaN", b"NaN"];
                let token = token.iter().find(|token| bytes[at..].starts_with(token));
                if let Some(token) = token {
                    // As long as `NaN`, and outside of the range of every value.
                    let place = &mut bytes[at..at + token.len()];
                    place.fill(b' ');
                    place[..3].copy_from_slice(b"9e9");
                    at += token.len();
                    continue;
                }
            }
        }
        at += 1;
    }
}

/// What `without_nan` wrote.
const NAN: f64 = 9e9;

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
    (number.is_finite() && number != NAN).then_some(number)
}

pub(super) fn number_of(value: &Value, names: &[&str]) -> Option<f64> {
    member(value, names).and_then(number)
}

pub(super) fn text_of<'v>(value: &'v Value, names: &[&str]) -> Option<&'v str> {
    let text = member(value, names)?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}

/// A wall clock, with or without fractions and a meaningless `Z`, of a year of four digits.
pub(super) fn clock_of(value: &Value, names: &[&str]) -> Option<NaiveDateTime> {
    let text = text_of(value, names)?;
    let clock: NaiveDateTime = text.strip_suffix('Z').unwrap_or(text).parse().ok()?;
    (1..=9999).contains(&clock.year()).then_some(clock)
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
        let value = parse(text.to_vec()).unwrap();
        assert_eq!(number_of(&value, &["a"]), None);
        let numbers: Vec<_> = list(&value, &["b"]).iter().map(number).collect();
        assert_eq!(numbers, [Some(1.0), None, Some(2.5), None, Some(3.5)]);
        assert_eq!(text_of(&value, &["c"]), Some("is \" NaN, Infinity"));
        assert_eq!(parse(b"{\"a\": ".to_vec()), None);
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

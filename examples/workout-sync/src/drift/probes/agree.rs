//! Whether two amounts or two clocks are the same.

use chrono::{NaiveDateTime, TimeDelta};
use serde_json::Value;

/// Two durations or distances of the same thing differ by less than this share, or by less than a small amount.
const TOLERANCE: f64 = 0.05;

/// How two values differ.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Apart {
    pub(super) words: String,
    /// By what a unit or a zone would make of it: the factor between two units, infinite for a zone.
    pub(super) factor: Option<f64>,
}

impl Apart {
    pub(super) fn new(words: impl Into<String>, factor: Option<f64>) -> Self {
        let words = words.into();
        Self { words, factor }
    }
}

/// How two amounts differ; `None` when they agree.
pub(super) fn amounts(a: f64, b: f64, least: f64) -> Option<Apart> {
    if (a - b).abs() <= least || (a - b).abs() <= TOLERANCE * a.abs().max(b.abs()) {
        return None;
    }
    let known = [
        (1000.0, "a factor of 1,000"),
        (3600.0, "a factor of 3,600"),
        (60.0, "a factor of 60"),
        (1_000_000.0, "a factor of 1,000,000"),
        (1609.344, "a factor of 1,609"),
        (1.609_344, "a factor of 1.609"),
        (3.280_84, "a factor of 3.28"),
        (1.093_613, "a factor of 1.094"),
        (4.184, "a factor of 4.184"),
    ];
    let ratio = (a / b).abs();
    let ratio = ratio.max(1.0 / ratio);
    let close = |factor: f64| (ratio / factor - 1.0).abs() < 0.03;
    Some(match known.iter().find(|(factor, _)| close(*factor)) {
        Some((factor, words)) => {
            Apart::new(format!("differs by {words}: another unit?"), Some(*factor))
        }
        None => Apart::new("differs", None),
    })
}

/// How two clocks differ; `None` when they agree.
pub(super) fn clocks(a: NaiveDateTime, b: NaiveDateTime) -> Option<Apart> {
    let difference = (a - b).abs();
    if difference <= TimeDelta::seconds(121) {
        return None;
    }
    let rest = difference.num_seconds() % (15 * 60);
    let is_zone = difference <= TimeDelta::hours(26) && (rest <= 121 || rest >= 15 * 60 - 121);
    Some(match is_zone {
        true => Apart::new(
            "differs by a whole number of quarter hours: another time zone?",
            Some(f64::INFINITY),
        ),
        false => Apart::new("differs", None),
    })
}

/// A wall clock, read as the client reads it: a label such as `Z` or an offset is false there, and a day is its beginning.
pub(super) fn clock(value: &Value) -> Option<NaiveDateTime> {
    let text = value.as_str()?.trim().trim_end_matches(['Z', 'z']);
    if text.len() == 10 {
        return text.parse::<chrono::NaiveDate>().ok()?.and_hms_opt(0, 0, 0);
    }
    let end = text.get(11..)?.find(['+', '-']);
    let text = text[..end.map_or(text.len(), |at| at + 11)].replace(' ', "T");
    let formats = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"];
    formats
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(&text, format).ok())
}

/// A number of people: `1,234.5`, or `1234,5` where the account's language has a comma.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let decimals = text.rsplit_once(',').map(|(_, after)| after);
    let is_decimal = decimals.is_some_and(|it| it.len() != 3) && !text.contains('.');
    let plain = match is_decimal {
        true => text.replace(',', "."),
        false => text.replace(',', ""),
    };
    plain.parse().ok()
}

pub(super) fn at_ms(value: &Value) -> Option<NaiveDateTime> {
    chrono::DateTime::from_timestamp_millis(value.as_i64()?).map(|at| at.naive_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_and_a_zone_are_recognised() {
        assert_eq!(amounts(5000.0, 5010.0, 50.0), None);
        let apart = amounts(5.0, 5000.0, 50.0).unwrap();
        assert_eq!(apart.words, "differs by a factor of 1,000: another unit?");
        assert_eq!(apart.factor, Some(1000.0));
        let apart = amounts(5000.0, 7000.0, 50.0);
        assert_eq!(apart, Some(Apart::new("differs", None)));
        let at = |text: &str| clock(&text.into()).unwrap();
        let noon = at("2026-05-01T12:00:00.5Z");
        assert_eq!(clocks(noon, at("2026-05-01 12:01:00")), None);
        let zone = clocks(noon, at("2026-05-01T14:00:01")).unwrap();
        assert!(zone.words.contains("another time zone"), "{zone:?}");
        let apart = clocks(noon, at("2026-05-01T14:07:01"));
        assert_eq!(apart, Some(Apart::new("differs", None)));
        for (text, shown) in [
            ("2026-05-04T06:00:00+00:00", "2026-05-04 06:00:00"),
            ("2026-05-04 06:00", "2026-05-04 06:00:00"),
            ("2026-05-04", "2026-05-04 00:00:00"),
        ] {
            assert_eq!(at(text).to_string(), shown);
        }
        for text in [
            "04.05.2026 09:00",
            "1777885200643",
            "05/04/2026 9:00 AM",
            "",
        ] {
            assert_eq!(clock(&text.into()), None, "{text}");
        }
        assert_eq!(number("1,234.5"), Some(1234.5));
        assert_eq!(number("1,234"), Some(1234.0));
        assert_eq!(number("5,00"), Some(5.0));
        assert_eq!(number("far"), None);
    }
}

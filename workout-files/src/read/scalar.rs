//! Times and numbers as files write them. Hand-written because every trackpoint has several.

/// A time as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WrittenTime {
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub(crate) micros: i64,
    pub(crate) zone: Zone,
}

/// The zone as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Zone {
    /// `Z`
    Utc,
    /// An offset, seconds east.
    Offset(i32),
    /// Nothing.
    Missing,
}

/// Days from 1970-01-01 (Howard Hinnant's civil calendar algorithm, public domain).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let shifted_month = (month + 9) % 12;
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// 0001-01-01T00:00:00Z
const FIRST_SECOND: i64 = -62_135_596_800;
/// 9999-12-31T23:59:59Z
const LAST_SECOND: i64 = 253_402_300_799;

fn digits(bytes: &[u8]) -> Option<i64> {
    let mut value = 0;
    for &byte in bytes {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(value)
}

/// `2025-05-01T16:30:42.123Z` and its relatives: 0 or more decimals (kept to the microsecond), `Z`,
/// `+02:00`, `+0200`, `+02` or nothing; a space instead of the `T`.
pub(crate) fn time(text: &[u8]) -> Option<WrittenTime> {
    let text = text.trim_ascii();
    if text.len() < 19
        || text[4] != b'-'
        || text[7] != b'-'
        || !matches!(text[10], b'T' | b't' | b' ')
        || text[13] != b':'
        || text[16] != b':'
    {
        return None;
    }
    let (year, month, day) = (
        digits(&text[0..4])?,
        digits(&text[5..7])?,
        digits(&text[8..10])?,
    );
    let (hour, minute) = (digits(&text[11..13])?, digits(&text[14..16])?);
    let second = digits(&text[17..19])?;
    // 24:00:00 is the end of the day, second 60 a leap second.
    if !(1..=12).contains(&month)
        || day < 1
        || day > month_length(year, month)
        || hour > 24
        || minute > 59
        || second > 60
        || (hour == 24 && (minute > 0 || second > 0))
    {
        return None;
    }
    let mut rest = &text[19..];
    let mut micros = 0;
    if let [b'.' | b',', fraction @ ..] = rest {
        let length = fraction
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        if length == 0 {
            return None;
        }
        let mut scale = 100_000;
        for &digit in &fraction[..length.min(6)] {
            micros += i64::from(digit - b'0') * scale;
            scale /= 10;
        }
        rest = &fraction[length..];
    }
    let zone = match rest.trim_ascii() {
        b"" => Zone::Missing,
        b"Z" | b"z" => Zone::Utc,
        [sign @ (b'+' | b'-'), offset @ ..] => {
            let (hours, minutes) = match offset {
                [a, b, b':', c, d] | [a, b, c, d] => (digits(&[*a, *b])?, digits(&[*c, *d])?),
                [a, b] => (digits(&[*a, *b])?, 0),
                _ => return None,
            };
            if hours > 14 || minutes > 59 {
                return None;
            }
            let seconds = (hours * 3600 + minutes * 60) as i32;
            Zone::Offset(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => return None,
    };
    let local = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    let east = if let Zone::Offset(seconds) = zone {
        i64::from(seconds)
    } else {
        0
    };
    let seconds = local - east;
    // An offset can push the ends of the calendar out of the four-digit years.
    if !(FIRST_SECOND..=LAST_SECOND).contains(&seconds) {
        return None;
    }
    Some(WrittenTime {
        micros: seconds * 1_000_000 + micros,
        zone,
    })
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A number as written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Number {
    Value(f64),
    /// Read with a decimal comma.
    Comma(f64),
    /// Read from digits of another script.
    Foreign(f64),
    Empty,
    NotFinite,
    Invalid,
}

/// Exact powers of ten.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// `12.5`, `-3.2E-4`. Short decimals are an exact integer divided by an exact power of ten, which is
/// correctly rounded (Clinger's fast path); all others go to the standard library.
#[inline]
pub(crate) fn number(text: &[u8]) -> Number {
    let (negative, unsigned) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let mut mantissa: u64 = 0;
    let mut point = None;
    if unsigned.len() <= 17 && !unsigned.is_empty() {
        for (index, &byte) in unsigned.iter().enumerate() {
            let digit = byte.wrapping_sub(b'0');
            if digit <= 9 {
                mantissa = mantissa * 10 + u64::from(digit);
            } else if byte == b'.' && point.is_none() {
                point = Some(index);
            } else {
                return slow_number(text);
            }
        }
        let decimals = point.map_or(0, |index| unsigned.len() - index - 1);
        let only_point = point.is_some() && unsigned.len() == 1;
        if mantissa < (1 << 53) && !only_point {
            let value = mantissa as f64 / POWERS[decimals];
            return Number::Value(if negative { -value } else { value });
        }
    }
    slow_number(text)
}

#[cold]
fn slow_number(text: &[u8]) -> Number {
    let Ok(text) = std::str::from_utf8(text) else {
        return Number::Invalid;
    };
    let text = text.trim();
    if text.is_empty() {
        return Number::Empty;
    }
    if let Ok(value) = text.parse::<f64>() {
        return if value.is_finite() {
            Number::Value(value)
        } else {
            Number::NotFinite
        };
    }
    if text.matches(',').count() == 1
        && !text.contains('.')
        && let Ok(value) = text.replacen(',', ".", 1).parse::<f64>()
    {
        return if value.is_finite() {
            Number::Comma(value)
        } else {
            Number::NotFinite
        };
    }
    match ascii(text).map(|text| text.parse::<f64>()) {
        Some(Ok(value)) if value.is_finite() => Number::Foreign(value),
        _ => Number::Invalid,
    }
}

/// A time in digits of another script, or with a doubled zone.
#[cold]
pub(crate) fn odd_time(text: &str) -> Option<WrittenTime> {
    let ascii = ascii(text);
    let mut plain = ascii.as_deref().unwrap_or(text).trim();
    while let Some(shorter) = ["ZZ", "Zz", "zz", "z", "+00:00Z", "Z+00:00"]
        .iter()
        .find_map(|zone| plain.strip_suffix(zone))
    {
        plain = shorter.trim_end();
    }
    let plain = plain.strip_suffix('Z').unwrap_or(plain);
    time(plain.as_bytes()).or_else(|| time(format!("{plain}Z").as_bytes()))
}

/// The zeros of the scripts that have decimal digits of their own; the other nine follow each.
const ZEROS: [u32; 35] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
];

/// The text with the digits, full-width characters and signs of other scripts as ASCII; `None` when
/// it was ASCII or holds anything else.
fn ascii(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        let code = u32::from(character);
        match character {
            _ if character.is_ascii() => plain.push(character),
            '\u{66B}' => plain.push('.'),
            '\u{2212}' => plain.push('-'),
            // Marks of the writing direction.
            '\u{61C}' | '\u{200E}' | '\u{200F}' => {}
            '\u{FF01}'..='\u{FF5E}' => plain.extend(char::from_u32(code - 0xFF01 + 0x21)),
            _ => {
                let zero = ZEROS
                    .iter()
                    .find(|&&zero| (zero..zero + 10).contains(&code))?;
                plain.extend(char::from_digit(code - zero, 10));
            }
        }
    }
    Some(plain)
}

/// A whole number of at most three digits: heart rate, cadence.
#[inline]
pub(crate) fn small(text: &[u8]) -> Option<u16> {
    if text.is_empty() || text.len() > 3 {
        return None;
    }
    let mut value = 0;
    for &byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u16::from(digit);
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> Option<i64> {
        time(text.as_bytes()).map(|time| time.micros)
    }

    #[test]
    fn times_agree_with_chrono() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2000-02-29T23:59:59.999Z",
            "2024-02-29T12:00:00.5+02:00",
            "1999-12-31T00:00:00.123456-11:30",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        ] {
            let expected = chrono::DateTime::parse_from_rfc3339(text)
                .unwrap()
                .timestamp_micros();
            assert_eq!(micros(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn times_in_other_shapes() {
        let noon = micros("2024-05-05T12:00:00Z");
        for text in [
            "2024-05-05T12:00:00",
            "2024-05-05 12:00:00Z",
            " 2024-05-05T12:00:00.000000000Z\n",
            "2024-05-05T14:00:00+0200",
            "2024-05-05T14:00:00+02",
        ] {
            assert_eq!(micros(text), noon, "{text}");
        }
        assert_eq!(time(b"2024-05-05T12:00:00").unwrap().zone, Zone::Missing);
        assert_eq!(
            time(b"2024-05-05T12:00:00-01:30").unwrap().zone,
            Zone::Offset(-5400)
        );
        assert_eq!(
            micros("2024-05-05T24:00:00Z"),
            micros("2024-05-06T00:00:00Z")
        );
        assert_eq!(
            micros("2016-12-31T23:59:60Z"),
            micros("2017-01-01T00:00:00Z")
        );
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "2024",
            "2024-13-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2024-05-05T25:00:00Z",
            "2024-05-05T12:00:00.Z",
            "2024-05-05T12:00:00+2:00",
            "2024-05-05T12:00:00 Uhr",
            "2024-05-05T24:00:01Z",
            "XXXX-05-05T12:00:00Z",
        ] {
            assert_eq!(micros(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_agree_with_the_standard_library() {
        for text in [
            "0",
            "-0.0",
            "5",
            "5.",
            ".5",
            "60.18526833",
            "142.89999389648438",
            "740.368",
            "3.286770596686337E-4",
            "1e3",
            "-179.99999999999997",
            "12345678901234567890",
            "+4.5",
            "0.1",
            "9007199254740993",
            "0.30000000000000004",
        ] {
            let expected: f64 = text.parse().unwrap();
            assert_eq!(number(text.as_bytes()), Number::Value(expected), "{text}");
        }
    }

    #[test]
    fn digits_of_other_scripts_and_doubled_zones_are_read() {
        let noon = micros("2024-05-05T12:00:00Z");
        for text in [
            "٢٠٢٤-٠٥-٠٥T١٢:٠٠:٠٠Z",
            "۲۰۲۴-۰۵-۰۵T۱۲:۰۰:۰۰Z",
            "२०२४-०५-०५T१२:००:००Z",
            "２０２４-０５-０５T１２：００：００Ｚ",
            "2024-05-05T12:00:00ZZ",
            "2024-05-05T12:00:00.000ZZ",
            "2024-05-05T12:00:00+00:00Z",
        ] {
            assert_eq!(odd_time(text).map(|time| time.micros), noon, "{text}");
        }
        assert_eq!(odd_time("2024-05-05T12:00:00 Ж"), None);
        assert_eq!(number("٥٠٫٢٥".as_bytes()), Number::Foreign(50.25));
        assert_eq!(number("−12".as_bytes()), Number::Foreign(-12.0));
        assert_eq!(number("½".as_bytes()), Number::Invalid);
    }

    #[test]
    fn what_is_no_number() {
        assert_eq!(number(b""), Number::Empty);
        assert_eq!(number(b" "), Number::Empty);
        assert_eq!(number(b"NaN"), Number::NotFinite);
        assert_eq!(number(b"INF"), Number::NotFinite);
        assert_eq!(number(b"1e999"), Number::NotFinite);
        assert_eq!(number(b"3,5"), Number::Comma(3.5));
        for text in [".", "-", "1.2.3", "abc", "1,2,3", "0x10", "1 2"] {
            assert_eq!(number(text.as_bytes()), Number::Invalid, "{text}");
        }
    }
}

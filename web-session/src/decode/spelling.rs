//! Texts that are nearly JSON: one badly spelled value should not cost a whole answer.

use std::borrow::Cow;

/// The text with its faults of spelling taken out, or `None` when it has none:
///
/// - a byte order mark,
/// - bytes that are not UTF-8, and escapes of half a character (a text cut by length), which become U+FFFD,
/// - control characters within a string,
/// - `NaN`, `Infinity` and numbers beyond `f64`, which become `null`.
///
/// A text that is cut off, or no JSON in another way, gives `None`, too.
///
/// ```
/// use web_session::decode::respelled;
///
/// let mended = respelled(br#"[{"title": "x\ud83d", "calories": 1e400}]"#);
/// assert_eq!(mended.as_deref(), Some(r#"[{"title": "x\ufffd", "calories": null}]"#));
/// assert_eq!(respelled(b"[1, 2]"), None);
/// ```
#[must_use]
pub fn respelled(body: &[u8]) -> Option<String> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").map_or_else(
        || String::from_utf8_lossy(body),
        |rest| Cow::Owned(String::from_utf8_lossy(rest).into_owned()),
    );
    let mut out = String::with_capacity(body.len());
    let mut rest = &*body;
    while let Some(next) = rest.chars().next() {
        let (end, replacement) = match next {
            '"' => {
                rest = string(rest, &mut out);
                continue;
            }
            '-' | '0'..='9' | 'I' | 'N' => number(rest),
            _ => (next.len_utf8(), None),
        };
        out.push_str(replacement.unwrap_or(&rest[..end]));
        rest = &rest[end..];
    }
    let is_changed = matches!(body, Cow::Owned(_)) || out != *body;
    is_changed.then_some(out)
}

/// Copies the string at the beginning, and gives what follows.
fn string<'t>(text: &'t str, out: &mut String) -> &'t str {
    out.push('"');
    let mut rest = &text[1..];
    while let Some(next) = rest.chars().next() {
        let mut end = next.len_utf8();
        match next {
            '"' => {
                out.push('"');
                return &rest[end..];
            }
            '\\' => {
                let escape;
                (escape, end) = escaped(rest);
                out.push_str(escape);
            }
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            plain => out.push(plain),
        }
        rest = &rest[end..];
    }
    rest
}

/// The escape at the beginning, and its length in the text.
fn escaped(text: &str) -> (&str, usize) {
    let unit = |text: &str| {
        let digits = text.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    match unit(text) {
        Some(0xD800..=0xDBFF) => match text.get(6..).and_then(unit) {
            Some(0xDC00..=0xDFFF) => (&text[..12], 12),
            _ => ("\\ufffd", 6),
        },
        Some(0xDC00..=0xDFFF) => ("\\ufffd", 6),
        Some(_) => (&text[..6], 6),
        None => {
            let escaped = text[1..].chars().next();
            let end = 1 + escaped.map_or(0, char::len_utf8);
            (&text[..end], end)
        }
    }
}

/// The end of the number at the beginning, and what stands for it when JSON or `f64` cannot hold it.
fn number(text: &str) -> (usize, Option<&'static str>) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    let is_finite = |number: &str| number.parse().is_ok_and(f64::is_finite);
    match &text[..end] {
        "NaN" | "-NaN" | "Infinity" | "-Infinity" => (end, Some("null")),
        // Rust reads other words, too.
        number if number.ends_with(|c: char| c.is_ascii_digit()) && !is_finite(number) => {
            (end, number.parse::<f64>().ok().map(|_| "null"))
        }
        _ => (end, None),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn only_the_badly_spelled_value_changes() {
        for (text, mended) in [
            (r#"["a\ud83d", 1]"#, json!(["a\u{fffd}", 1])),
            (r#"["\ude00\ud83d\ude00"]"#, json!(["\u{fffd}😀"])),
            (
                r#"["\ud83dx\u00e4\n\\ud83d"]"#,
                json!(["\u{fffd}xä\n\\ud83d"]),
            ),
            ("[\"a\tb\nc\"]", json!(["a\tb\nc"])),
            ("\u{feff}{\"a\": 1}", json!({"a": 1})),
            (
                "[NaN, -Infinity, 1e400, -1E+999, 1e30, \"NaN 1e400\"]",
                json!([null, null, null, null, 1e30, "NaN 1e400"]),
            ),
        ] {
            let respelled = respelled(text.as_bytes()).unwrap();
            assert_eq!(serde_json::from_str::<Value>(&respelled).unwrap(), mended);
        }
        let latin: Value =
            serde_json::from_str(&respelled(b"[\"caf\xe9\", \"tea\"]").unwrap()).unwrap();
        assert_eq!(latin, json!(["caf\u{fffd}", "tea"]));
    }

    #[test]
    fn what_is_well_spelled_or_no_json_stays() {
        for text in [
            r#"{"a": [1, -2.5e3, true, null, "\ud83d\ude00 \"x\" ä"]}"#,
            "",
            "<html>Now</html>",
            r#"{"a": "cut o"#,
            r#"["\"#,
            r#"["\u12"#,
            "[1e, 1.2.3, --, Inf, inf, 12abc]",
        ] {
            assert_eq!(respelled(text.as_bytes()), None, "{text}");
        }
    }
}

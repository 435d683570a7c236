//! The entries of a HAR file, each by itself: one odd value must not cost the rest.

use serde::Deserialize;
use serde_json::Value;
use web_session::decode::respelled;

use super::HarError;

/// The parts of a log as they stand in the file.
pub(super) struct Log<'a> {
    pub(super) creator: &'a str,
    pub(super) entries: Vec<&'a str>,
}

/// Finds the entries without reading them.
pub(super) fn log(text: &str) -> Result<Log<'_>, HarError> {
    let no_json = |at: usize| HarError::NoJson { at };
    let text = text.trim();
    let whole = value(text, 0).map_err(no_json)?;
    if whole != text.len() {
        return Err(no_json(whole));
    }
    let member = |object: &'_ str, name: &str| -> Option<(usize, usize)> {
        parts(object, '{')
            .into_iter()
            .find_map(|(key, start, end)| (key? == name).then_some((start, end)))
    };
    let (start, end) = member(text, "log").ok_or(HarError::NoHar)?;
    let log = &text[start..end];
    let (start, end) = member(log, "entries").ok_or(HarError::NoHar)?;
    let entries = &log[start..end];
    if !entries.starts_with('[') {
        return Err(HarError::NoHar);
    }
    Ok(Log {
        creator: member(log, "creator").map_or("", |(start, end)| &log[start..end]),
        entries: parts(entries, '[')
            .into_iter()
            .map(|(_, start, end)| &entries[start..end])
            .collect(),
    })
}

/// The request and its answer of one entry; what browsers add is left out unread, as it nests without end.
pub(super) fn parse(text: &str) -> Option<Value> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Entry {
        #[serde(default)]
        request: Value,
        #[serde(default)]
        response: Value,
        #[serde(default)]
        started_date_time: Value,
    }
    let read = |text: &str| serde_json::from_str::<Entry>(text).ok();
    // Programs write `NaN`, and halves of characters.
    let entry = read(text).or_else(|| read(&respelled(text.as_bytes())?))?;
    Some(serde_json::json!({
        "request": entry.request,
        "response": entry.response,
        "startedDateTime": entry.started_date_time,
    }))
}

/// The members of an object or the elements of a list: key, first and last byte of the value. The text is whole.
fn parts(text: &str, open: char) -> Vec<(Option<&str>, usize, usize)> {
    let mut found = Vec::new();
    if !text.starts_with(open) {
        return found;
    }
    let mut at = space(text, 1);
    while at < text.len() && !matches!(text.as_bytes()[at], b'}' | b']') {
        let mut key = None;
        if open == '{' {
            let Ok(end) = value(text, at) else {
                return found;
            };
            key = text.get(at + 1..end - 1);
            at = space(text, end);
            if text.as_bytes().get(at) != Some(&b':') {
                return found;
            }
            at = space(text, at + 1);
        }
        let Ok(end) = value(text, at) else {
            return found;
        };
        found.push((key, at, end));
        at = space(text, end);
        if text.as_bytes().get(at) == Some(&b',') {
            at = space(text, at + 1);
        }
    }
    found
}

fn space(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().iter().skip(at);
    at + rest.take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// The byte behind the value that begins here; where the text ends when it ends before.
fn value(text: &str, from: usize) -> Result<usize, usize> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += 1;
                while *bytes.get(at).ok_or(at)? != b'"' {
                    at += 1 + usize::from(bytes[at] == b'\\');
                }
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.checked_sub(1).ok_or(at)?,
            // A bare word or number.
            _ if depth == 0 => {
                let is_end = |byte: &u8| byte.is_ascii_whitespace() || b",:]}".contains(byte);
                let word = bytes[at..].iter().take_while(|byte| !is_end(byte)).count();
                return if word == 0 { Err(at) } else { Ok(at + word) };
            }
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Ok(at);
        }
    }
    Err(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_whatever_stands_in_them() {
        let text = r#" {"x": [1, {"log": 2}], "log": {"creator": {"name": "A \" {"}, "entries": [ {"a": "]}"}, 7 ,[], {} ] , "v": 1.2}} "#;
        let log = log(text).unwrap();
        assert_eq!(log.entries, [r#"{"a": "]}"}"#, "7", "[]", "{}"]);
        assert_eq!(log.creator, r#"{"name": "A \" {"}"#);
    }

    #[test]
    fn a_file_that_is_cut_off_is_distinguished_from_another_file() {
        let cases = [
            ("", HarError::NoJson { at: 0 }),
            (r#"{"log": {"entries": [{"#, HarError::NoJson { at: 22 }),
            (r#"{"log": "x"#, HarError::NoJson { at: 10 }),
            ("{} {}", HarError::NoJson { at: 2 }),
            ("[]", HarError::NoHar),
            ("{}", HarError::NoHar),
            (r#"{"log": {"entries": {}}}"#, HarError::NoHar),
            (r#"{"log": 7}"#, HarError::NoHar),
        ];
        for (text, error) in cases {
            assert_eq!(log(text).err(), Some(error), "{text}");
        }
    }

    #[test]
    fn values_that_are_no_json_become_null_or_a_placeholder() {
        let deep = format!("{}1{}", "[".repeat(300), "]".repeat(300));
        for text in [
            r#"{"time": NaN, "request": {"url": "NaN\\"}}"#.to_owned(),
            r#"{"request": {"url": "NaN\\"}, "x": [-Infinity, "\ud83d", "\ud83d\ude00", "\\ud83d"]}"#.to_owned(),
            format!(r#"{{"_initiator": {deep}, "request": {{"url": "NaN\\"}}}}"#),
        ] {
            let entry = parse(&text).unwrap();
            assert_eq!(entry["request"]["url"], "NaN\\", "{text}");
        }
        assert_eq!(
            parse(r#"{"request": "\ud83d!"}"#).unwrap()["request"],
            "\u{fffd}!"
        );
        assert!(parse("7").is_none());
    }
}

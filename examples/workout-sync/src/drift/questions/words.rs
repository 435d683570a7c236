//! Answers in words: kinds, names of fields and types, never content.

use api_drift::{Exchange, Shape};
use serde_json::Value;

/// Names and types; words and counts are left out.
pub(super) fn names_and_types(shape: &Shape) -> String {
    let text = shape.to_string();
    let lines = text.lines().filter_map(|line| {
        let (path, types) = line.split_once(": ")?;
        let is_plain = path
            .split(['.', '[', ']'])
            .all(|name| name.is_empty() || name == "*" || !word(name, "").is_empty());
        let path = if is_plain { path } else { "(another name)" };
        let kinds: Vec<&str> = types
            .split(" | ")
            .map(|kind| kind.split([' ', '(']).next().unwrap_or_default())
            .collect();
        Some(format!("{path}: {}", kinds.join("|")))
    });
    lines.collect::<Vec<_>>().join("; ")
}

pub(super) fn json(it: &Exchange) -> Value {
    let body = it.body.as_deref().unwrap_or_default();
    serde_json::from_slice(body).unwrap_or(Value::Null)
}

pub(super) fn sort(it: &Exchange) -> &'static str {
    let body = it.body.as_deref().unwrap_or_default().trim_ascii_start();
    let head = String::from_utf8_lossy(&body[..body.len().min(200)]).to_ascii_lowercase();
    match body {
        [] => "nothing",
        [b'{' | b'[', ..] => "JSON",
        [b'P', b'K', ..] => "an archive",
        _ if head.contains("<html") || head.starts_with("<!doctype html") => "a page",
        [b'<', ..] => "XML",
        _ if body.get(8..12) == Some(b".FIT") => "FIT",
        _ => "other",
    }
}

pub(super) fn content_type(it: &Exchange) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/.+-".contains(c);
    match it.content_type.as_str() {
        "" => "no content type".to_owned(),
        kind if kind.len() <= 50 && kind.chars().all(is_plain) => kind.to_owned(),
        _ => "another content type".to_owned(),
    }
}

/// A plain identifier, or the other word.
pub(super) fn word(name: &str, other: &str) -> String {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let is_plain = (1..=32).contains(&name.len())
        && digits <= 2
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    if is_plain { name } else { other }.to_owned()
}

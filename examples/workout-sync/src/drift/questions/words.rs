//! Answers in words: kinds, names of fields and types, never content.

use std::collections::BTreeSet;

use api_drift::Exchange;
use serde_json::Value;

use crate::drift::names;

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
    match it.content_type.as_str() {
        "" => "no content type".to_owned(),
        kind if names().content_type(kind) => kind.to_owned(),
        _ => "another content type".to_owned(),
    }
}

/// Names of fields, those that may not be shown as one.
pub(super) fn fields<'f>(all: impl IntoIterator<Item = &'f str>) -> String {
    let shown: BTreeSet<&str> = all.into_iter().map(|name| names().shown(name)).collect();
    shown.into_iter().collect::<Vec<_>>().join(", ")
}

/// A time without a number of many digits.
pub(super) fn about(seconds: u64) -> String {
    match seconds {
        0..1_000 => format!("{seconds} s"),
        1_000..7_200 => format!("about {} min", seconds / 60),
        7_200..172_800 => format!("about {} hours", seconds / 3_600),
        _ => format!("about {} days", (seconds / 86_400).min(999)),
    }
}

//! Edits of answers.

use fake_services::Leaving;
use serde_json::{Map, Value, json};

pub(super) type Members = Map<String, Value>;

/// Edits every session of the calendar.
pub(super) fn sessions(
    edit: impl Fn(&mut Members) + Send + Sync + 'static,
) -> impl Fn(&mut Leaving) + Send + Sync + 'static {
    move |answer: &mut Leaving| {
        answer.json(|events| {
            let events = events.as_array_mut().into_iter().flatten();
            events.filter_map(Value::as_object_mut).for_each(&edit);
        });
    }
}

/// Edits every activity of a month.
pub(super) fn activities(
    edit: impl Fn(&mut Members) + Send + Sync + 'static,
) -> impl Fn(&mut Leaving) + Send + Sync + 'static {
    move |answer: &mut Leaving| {
        answer.json(|month| {
            let years = month["activities"]
                .as_object_mut()
                .into_iter()
                .flat_map(|it| it.values_mut());
            let months = years
                .filter_map(Value::as_object_mut)
                .flat_map(|it| it.values_mut());
            let entries = months.filter_map(Value::as_array_mut).flatten();
            entries.filter_map(Value::as_object_mut).for_each(&edit);
        });
    }
}

pub(super) fn remove(name: &'static str) -> impl Fn(&mut Members) + Send + Sync + 'static {
    move |members| {
        members.remove(name);
    }
}

pub(super) fn rename(
    from: &'static str,
    to: &'static str,
) -> impl Fn(&mut Members) + Send + Sync + 'static {
    move |members| {
        if let Some(value) = members.remove(from) {
            members.insert(to.to_owned(), value);
        }
    }
}

pub(super) fn set(
    name: &'static str,
    value: Value,
) -> impl Fn(&mut Members) + Send + Sync + 'static {
    move |members| {
        members.insert(name.to_owned(), value.clone());
    }
}

pub(super) fn times(
    name: &'static str,
    factor: f64,
) -> impl Fn(&mut Members) + Send + Sync + 'static {
    move |members| {
        if let Some(value) = members.get(name).and_then(Value::as_f64) {
            let scaled = value * factor;
            let scaled = if scaled.fract() == 0.0 {
                json!(scaled as i64)
            } else {
                json!(scaled)
            };
            members.insert(name.to_owned(), scaled);
        }
    }
}

pub(super) fn as_text(name: &'static str) -> impl Fn(&mut Members) + Send + Sync + 'static {
    move |members| {
        if let Some(value) = members.get(name).cloned() {
            members.insert(name.to_owned(), json!(value.to_string()));
        }
    }
}

/// Two hours earlier: the wall clock has become UTC.
pub(super) fn two_hours_earlier(text: &str) -> String {
    let clock = text.trim_end_matches('Z').replace(' ', "T");
    match chrono::NaiveDateTime::parse_from_str(&clock, "%Y-%m-%dT%H:%M:%S%.f") {
        Ok(at) => {
            let at = at - chrono::TimeDelta::hours(2);
            let shown = at.format("%Y-%m-%dT%H:%M:%S%.3f").to_string();
            match (text.contains('T'), text.ends_with('Z')) {
                (true, true) => format!("{shown}Z"),
                (true, false) => shown,
                (false, _) => shown.replace('T', " "),
            }
        }
        Err(_) => text.to_owned(),
    }
}

pub(super) fn clock_in(name: &'static str) -> impl Fn(&mut Members) + Send + Sync + 'static {
    move |members| {
        if let Some(Value::String(text)) = members.get(name) {
            members.insert(name.to_owned(), json!(two_hours_earlier(text)));
        }
    }
}

/// Edits the document itself.
pub(super) fn root(
    edit: impl Fn(&mut Members) + Send + Sync + 'static,
) -> impl Fn(&mut Leaving) + Send + Sync + 'static {
    move |answer: &mut Leaving| {
        answer.json(|document| {
            if let Some(members) = document.as_object_mut() {
                edit(members);
            }
        });
    }
}

/// Summaries only: details live below the same path.
pub(super) fn summary(
    edit: impl Fn(&mut Members) + Send + Sync + 'static,
) -> impl Fn(&mut Leaving) + Send + Sync + 'static {
    move |answer: &mut Leaving| {
        answer.json(|document| {
            if document.get("samples").is_none()
                && let Some(members) = document.as_object_mut()
            {
                edit(members);
            }
        });
    }
}

pub(super) fn text(
    from: &'static str,
    to: &'static str,
) -> impl Fn(&mut Leaving) + Send + Sync + 'static {
    move |answer| answer.text(from, to)
}

pub(super) fn status(status: u16) -> impl Fn(&mut Leaving) + Send + Sync + 'static {
    move |answer| answer.status = status
}

pub(super) fn empty() -> impl Fn(&mut Leaving) + Send + Sync + 'static {
    |answer| answer.body.clear()
}

pub(super) fn content_type(kind: &'static str) -> impl Fn(&mut Leaving) + Send + Sync + 'static {
    move |answer| answer.header("content-type", |_| kind.to_owned())
}

pub(super) fn cookie(
    from: &'static str,
    to: &'static str,
) -> impl Fn(&mut Leaving) + Send + Sync + 'static {
    move |answer| {
        answer.header("set-cookie", |value| match value.strip_prefix(from) {
            Some(rest) if rest.starts_with('=') => format!("{to}{rest}"),
            _ => value.to_owned(),
        });
    }
}

/// Distances of a TCX file, a thousandth of what they were.
pub(super) fn scaled_distances(body: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body);
    let mut parts = text.split("<DistanceMeters>");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once('<').unwrap_or((part, ""));
        let metres: f64 = number.trim().parse().unwrap_or_default();
        out.push_str(&format!("<DistanceMeters>{:.6}<{rest}", metres / 1000.0));
    }
    out.into_bytes()
}

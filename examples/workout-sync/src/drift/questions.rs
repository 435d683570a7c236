//! Questions about the services that no public source answers, and the answers that recorded requests give.
//!
//! An answer is made of words of this file, numbers of the protocol and names of fields; nothing of the content goes into it.

use std::collections::BTreeSet;
use std::time::Duration;

use api_drift::{Exchange, Service, Shape};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

mod list;

pub use list::{ALL, Question};

/// State that questions keep from one request to the next.
#[derive(Debug, Default)]
pub struct Asker {
    uploaded_at: Option<DateTime<Utc>>,
    highest: Option<u64>,
}

/// An answer: the id of the question, and the answer in words.
pub type Answered = (&'static str, String);

impl Asker {
    /// The answers that one request gives.
    pub fn ask(&mut self, service: &Service, exchange: &Exchange) -> Vec<Answered> {
        let Some(role) = service.role_of(&exchange.url) else {
            return Vec::new();
        };
        let endpoint = service.endpoint_of(exchange).map(|it| it.name);
        match service.name {
            polar_flow::drift::NAME => polar(role, endpoint, exchange),
            _ => self.runkeeper(endpoint, exchange),
        }
    }

    fn runkeeper(&mut self, endpoint: Option<&'static str>, it: &Exchange) -> Vec<Answered> {
        let mut answers = Vec::new();
        let Some(endpoint) = endpoint else {
            return answers;
        };
        answers.push(("runkeeper.alive", format!("{endpoint}: {}", it.status)));
        if let [one] = &it.sent_cookies[..]
            && one == "checker"
            && endpoint == "home"
        {
            let word = if it.status == 200 { "yes" } else { "no" };
            answers.push(("runkeeper.checker_alone", format!("{word} ({})", it.status)));
        }
        if endpoint == "upload" {
            answers.push(("runkeeper.upload_answer", answer_shape(it)));
            self.uploaded_at = (it.status == 200).then_some(it.at).flatten();
        }
        if endpoint == "month" && it.status == 200 {
            let month = json(it);
            answers.push(("runkeeper.time_of_day", has_time_of_day(&month).to_owned()));
            let highest = ids(&month).into_iter().max();
            if let (Some(sent), Some(at)) = (self.uploaded_at, it.at)
                && highest > self.highest
            {
                let late = (at - sent).to_std().unwrap_or_default();
                answers.push(("runkeeper.listing_delay", delay(late).to_owned()));
                self.uploaded_at = None;
            }
            self.highest = self.highest.max(highest);
        }
        answers
    }
}

fn polar(role: &'static str, endpoint: Option<&'static str>, it: &Exchange) -> Vec<Answered> {
    let mut answers = Vec::new();
    let path = it.url.path();
    let is_hop = path.starts_with("/flowSso/") || path == "/login" || path.starts_with("/oauth/");
    if is_hop {
        let known = [
            "/flowSso/login",
            "/flowSso/redirect",
            "/login",
            "/oauth/authorize",
        ];
        let shown = known
            .into_iter()
            .find(|known| *known == path)
            .unwrap_or("another path");
        answers.push((
            "polar.sign_in_hops",
            format!("{} {role}:{shown} {}", it.method, it.status),
        ));
        let lives = it
            .cookie_lives
            .iter()
            .filter(|(name, _)| name == "session_id");
        answers.extend(lives.map(|(_, life)| ("polar.session_id_life", format!("{life} s"))));
        if it.set_cookies.iter().any(|name| name == "session_id")
            && it.cookie_lives.iter().all(|(name, _)| name != "session_id")
        {
            answers.push((
                "polar.session_id_life",
                "as long as the browser is open".to_owned(),
            ));
        }
    }
    if let Some(to) = it
        .location
        .as_ref()
        .filter(|to| to.as_str().contains("bad_credentials"))
    {
        let names: BTreeSet<String> = to
            .query_pairs()
            .map(|(name, _)| word(&name, "(another name)"))
            .collect();
        let names: Vec<String> = names.into_iter().collect();
        answers.push((
            "polar.sign_in_refused",
            format!("{} {}", it.status, names.join(", ")),
        ));
    }
    if it.status == 429 {
        let wait = match it.retry_after {
            Some(seconds) => format!("a wait of {seconds} s"),
            None => "no wait in seconds".to_owned(),
        };
        answers.push(("polar.too_many_requests", wait));
    }
    if path.starts_with("/api/") || path.starts_with("/training/") {
        answers.extend(api(endpoint, it));
    }
    answers
}

fn api(endpoint: Option<&'static str>, it: &Exchange) -> Vec<Answered> {
    let mut answers = Vec::new();
    if it.status == 200 {
        answers.push(("polar.firewall", "yes".to_owned()));
        for name in ["PLAY_SESSION_FLOW", "AWSALB"] {
            let is_missing = it.sent_cookies.iter().all(|sent| sent != name);
            if !it.sent_cookies.is_empty() && is_missing {
                answers.push(("polar.api_cookies", format!("yes, without {name}")));
            }
        }
    } else if it.status == 403 && sort(it) == "a page" {
        answers.push(("polar.firewall", "a page with status 403".to_owned()));
    }
    if let Some(rest) = it.url.path().strip_prefix("/api/export/training/") {
        let formats = ["tcx", "gpx", "csv", "fit", "rr"];
        let first = rest.split('/').next().unwrap_or_default();
        let format = formats
            .into_iter()
            .find(|known| *known == first)
            .unwrap_or("another");
        let kind = content_type(it);
        answers.push(("polar.export_types", format!("{format}: {kind}")));
        if format == "fit" {
            answers.push((
                "polar.fit_export",
                format!("{} {kind}, {}", it.status, sort(it)),
            ));
        }
        let is_plain = it
            .url
            .query_pairs()
            .any(|(name, value)| name == "compress" && value == "false");
        if is_plain {
            answers.push((
                "polar.uncompressed",
                format!("{format}: {} {}", it.status, sort(it)),
            ));
        }
    }
    let days = it.range.map(|(from, to)| (to - from).num_days());
    match (endpoint, days) {
        (Some("history"), Some(days)) => {
            let years = days / 365;
            answers.push((
                "polar.history_range",
                format!("more than {years} years: {}", it.status),
            ));
        }
        (Some("calendar"), Some(days)) if days > 100 => {
            answers.push(("polar.long_window", it.status.to_string()));
        }
        _ => {}
    }
    if endpoint == Some("calendar") && it.status == 200 {
        let events = json(it);
        answers.extend(window_ends(&events, it.range));
        answers.extend(title_units(&events));
    }
    if endpoint == Some("details") && it.status == 200 {
        answers.extend(laps(&json(it)));
    }
    answers
}

/// An entry on a day proves that the day is included; no entry proves nothing.
fn window_ends(events: &Value, range: Option<(NaiveDate, NaiveDate)>) -> Vec<Answered> {
    let Some((from, to)) = range else {
        return Vec::new();
    };
    let days: BTreeSet<NaiveDate> = events
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|event| event["datetime"].as_str()?.get(..10)?.parse().ok())
        .collect();
    let mut answers = Vec::new();
    if days.contains(&from) {
        answers.push(("polar.window_ends", "the first day is".to_owned()));
    }
    if days.contains(&to) {
        answers.push(("polar.window_ends", "the last day is".to_owned()));
    }
    answers
}

fn title_units(events: &Value) -> BTreeSet<Answered> {
    let titles = events
        .as_array()
        .into_iter()
        .flatten()
        .filter(|event| event["type"] == "EXERCISE");
    let units = titles.filter_map(|event| {
        let last = event["title"].as_str()?.rsplit(' ').next()?;
        let known = ["km", "mi", "m", "yd", "nmi"];
        Some(
            known
                .into_iter()
                .find(|unit| *unit == last)
                .unwrap_or("none or another"),
        )
    });
    units
        .map(|unit| ("polar.title_unit", unit.to_owned()))
        .collect()
}

fn laps(details: &Value) -> Option<Answered> {
    let mut shape = Shape::new();
    for exercise in details["laps"]
        .as_object()
        .into_iter()
        .flat_map(|it| it.values())
    {
        for list in ["automaticLaps", "manualLaps"] {
            exercise[list]
                .as_array()
                .into_iter()
                .flatten()
                .for_each(|lap| shape.learn(lap));
        }
    }
    let text = names_and_types(&shape);
    (!text.is_empty()).then_some(("polar.laps_shape", text))
}

/// Names and types; words and counts are left out.
fn names_and_types(shape: &Shape) -> String {
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

fn answer_shape(it: &Exchange) -> String {
    let mut text = format!("{} {}, {}", it.status, content_type(it), sort(it));
    if sort(it) == "JSON" {
        let mut shape = Shape::new();
        shape.learn(&json(it));
        text.push_str(&format!(" ({})", names_and_types(&shape)));
    }
    text
}

/// The listing knows days; anything like a time of day would be new.
fn has_time_of_day(month: &Value) -> &'static str {
    fn is_clock(text: &str) -> bool {
        let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        let mut parts = text.split([':', 'T', ' ', '.']).rev();
        // `elapsedTime` is a clock, too, and no time of day.
        text.len() >= 16 && parts.any(digits) && text.contains(':') && text.contains('-')
    }
    fn any(value: &Value) -> bool {
        match value {
            Value::String(text) => is_clock(text),
            Value::Number(number) => number
                .as_u64()
                .is_some_and(|it| (1_000_000_000_000..10_000_000_000_000).contains(&it)),
            Value::Array(inner) => inner.iter().any(any),
            Value::Object(members) => members
                .iter()
                .any(|(name, value)| name != "activity_id" && any(value)),
            _ => false,
        }
    }
    match (ids(month).is_empty(), any(month)) {
        (true, _) => "the month was empty",
        (false, true) => "yes",
        (false, false) => "no",
    }
}

fn ids(month: &Value) -> BTreeSet<u64> {
    let years = month["activities"]
        .as_object()
        .into_iter()
        .flat_map(|it| it.values());
    let months = years
        .filter_map(Value::as_object)
        .flat_map(|it| it.values());
    let entries = months.filter_map(Value::as_array).flatten();
    entries
        .filter_map(|entry| entry["activity_id"].as_u64())
        .collect()
}

fn delay(late: Duration) -> &'static str {
    match late.as_secs() {
        0..5 => "within 5 s",
        5..30 => "within 30 s",
        30..120 => "within 2 min",
        120..600 => "within 10 min",
        600..3600 => "within an hour",
        _ => "later than an hour",
    }
}

fn json(it: &Exchange) -> Value {
    let body = it.body.as_deref().unwrap_or_default();
    serde_json::from_slice(body).unwrap_or(Value::Null)
}

fn sort(it: &Exchange) -> &'static str {
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

fn content_type(it: &Exchange) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/.+-".contains(c);
    match it.content_type.as_str() {
        "" => "no content type".to_owned(),
        kind if kind.len() <= 50 && kind.chars().all(is_plain) => kind.to_owned(),
        _ => "another content type".to_owned(),
    }
}

/// A plain identifier, or the other word.
fn word(name: &str, other: &str) -> String {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let is_plain = (1..=32).contains(&name.len())
        && digits <= 2
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    if is_plain { name } else { other }.to_owned()
}

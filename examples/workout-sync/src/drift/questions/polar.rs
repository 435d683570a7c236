//! Answers that requests to Polar Flow give.

use std::collections::BTreeSet;

use api_drift::{Exchange, Shape};
use chrono::NaiveDate;
use serde_json::Value;

use super::Answered;
use super::words::{about, content_type, json, sort};
use crate::drift::names;

pub(super) fn ask(
    role: &'static str,
    endpoint: Option<&'static str>,
    it: &Exchange,
) -> Vec<Answered> {
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
        answers.extend(lives.map(|(_, life)| {
            (
                "polar.session_id_life",
                about(u64::try_from(*life).unwrap_or(0)),
            )
        }));
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
        let known = [
            "bad_credentials",
            "error",
            "reason",
            "code",
            "locale",
            "continue",
        ];
        let shown = |name: &str| known.into_iter().find(|known| *known == name);
        let names: BTreeSet<&str> = to
            .query_pairs()
            .map(|(name, _)| shown(&name).unwrap_or("another name"))
            .collect();
        let names: Vec<&str> = names.into_iter().collect();
        answers.push((
            "polar.sign_in_refused",
            format!("{} {}", it.status, names.join(", ")),
        ));
    }
    if it.status == 429 {
        let wait = match it.retry_after {
            Some(seconds) => format!("a wait of {}", about(seconds)),
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
    } else if it.status == 403 && sort(it) == "a page" {
        answers.push(("polar.firewall", "a page with status 403".to_owned()));
    }
    for name in ["PLAY_SESSION_FLOW", "AWSALB"] {
        let is_missing = it.sent_cookies.iter().all(|sent| sent != name);
        if it.sent_cookies.is_empty() || !is_missing {
            continue;
        }
        let answer = match it.status {
            200 => format!("yes, without {name}"),
            401 | 403 => format!("no ({}), without {name}", it.status),
            _ => continue,
        };
        answers.push(("polar.api_cookies", answer));
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
    let text = shape.top_level(names());
    (!text.is_empty()).then_some(("polar.laps_shape", text))
}

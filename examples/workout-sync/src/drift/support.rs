//! The support file: one JSON document for a bug report, without private data.
//!
//! Every value is made of words of this program, of numbers that count something, or went through the redactor.

use std::collections::BTreeMap;

use api_drift::redact::Redactor;
use api_drift::{Exchange, Service};
use serde_json::{Value, json};
use sync_core::Record;

use super::facts::Facts;
use super::history::known_words;
use super::questions;
use crate::settings::{Connector, LedgerUrl, RouteEnds, Service as ServiceSettings, Settings};

/// The contents of the file, shown to the user who decides whether to send it.
pub const CONTENTS: &str = "  - versions of this program and the system
  - which settings are set, and numbers such as time limits; no address, no name, no password
  - how many workouts are in which state and why; of the workouts that you name their history, without dates
  - what the services sent that this program does not know: names and types of fields, never a value
  - answers to open questions about the services
  - answers that you recorded, with every text, number, time, place, name and id replaced
";

/// The history of one workout on one route.
#[derive(Debug)]
pub struct Named {
    /// The route.
    pub route: String,
    /// The record.
    pub record: Record,
}

/// Counts of one route.
#[derive(Debug, Default)]
pub struct Counts {
    /// State, then how many.
    pub states: BTreeMap<String, usize>,
    /// State and reason, then how many.
    pub reasons: BTreeMap<String, usize>,
}

/// The document.
#[must_use]
pub fn document(
    settings: &Settings,
    services: &[Service],
    facts: &Facts,
    ledger: &BTreeMap<String, Counts>,
    named: &[Named],
    recorded: &[Exchange],
) -> Value {
    let mut redactor = Redactor::new(services);
    let ours = |it: &Exchange| {
        services
            .iter()
            .find(|service| service.role_of(&it.url).is_some())
    };
    let entries: Vec<Value> = recorded
        .iter()
        .filter_map(|it| Some(redactor.entry(ours(it)?, it)))
        .collect();
    let routes: Vec<Value> = ledger
        .iter()
        .map(|(route, counts)| json!({"route": plain_route(route), "states": counts.states, "reasons": counts.reasons}))
        .collect();
    let named: Vec<Value> = named.iter().map(|it| history(&mut redactor, it)).collect();
    json!({
        "what": "a support file of workout-sync; see \"contents\"",
        "contents": CONTENTS.lines().map(|line| line.trim_start_matches([' ', '-'])).collect::<Vec<_>>(),
        "program": {
            "version": env!("CARGO_PKG_VERSION"),
            "system": std::env::consts::OS,
            "machine": std::env::consts::ARCH,
            "features": features(),
        },
        "settings": told(settings),
        "ledger": routes,
        "workouts": named,
        "observations": facts.observations.iter().map(|(endpoint, places)| {
            let places: BTreeMap<&String, u64> = places.iter().map(|(place, it)| (place, it.times)).collect();
            json!({"endpoint": endpoint, "places": places})
        }).collect::<Vec<_>>(),
        "drift": facts.report.as_ref().map(|report| json!({"findings": report.findings, "seen": report.seen})),
        "questions": answers(facts),
        "shapes": shapes(services),
        "last_look": facts.entries,
        "recorded": entries,
    })
}

fn features() -> Vec<&'static str> {
    let all = [
        (cfg!(feature = "browsers"), "browsers"),
        (cfg!(feature = "fit"), "fit"),
        (cfg!(feature = "dynamodb"), "dynamodb"),
        (cfg!(feature = "mongodb"), "mongodb"),
    ];
    all.into_iter()
        .filter(|(is_on, _)| *is_on)
        .map(|(_, name)| name)
        .collect()
}

fn told(settings: &Settings) -> Value {
    let service = |service: &ServiceSettings| {
        json!({
            "address": if service.url.is_some() { "another" } else { "the real one" },
            "password": service.credentials.is_some(),
            "session": service.session.may_exist(),
        })
    };
    let (http, policy) = (&settings.http, &settings.policy);
    json!({
        "polar": service(&settings.polar),
        "runkeeper": service(&settings.runkeeper),
        "intervals": settings.intervals_key.is_some(),
        "routes": settings.routes.iter().map(route).collect::<Vec<_>>(),
        "ledger": match settings.ledger {
            LedgerUrl::Sqlite(_) => "sqlite",
            #[cfg(feature = "postgres")]
            LedgerUrl::Postgres(_) => "postgres",
            LedgerUrl::Memory => "memory",
            #[cfg(feature = "mongodb")]
            LedgerUrl::Mongo(_) => "mongodb",
            #[cfg(feature = "dynamodb")]
            LedgerUrl::Dynamo(_) => "dynamodb",
        },
        "since": settings.since.is_some(),
        "record_answers": settings.record_answers,
        "http_timeout_s": http.timeout.as_secs(),
        "pace_ms": http.pace.map(|it| it.as_millis()),
        "backoff_ms": http.backoff.as_millis(),
        "parallel": http.parallel,
        "send_limit_s": policy.send_limit().as_secs(),
    })
}

fn route(ends: &RouteEnds) -> String {
    let kind = |end: &Connector| match end {
        Connector::PolarFlow => "polar-flow",
        Connector::Runkeeper => "runkeeper",
        Connector::Folder(_) => "folder",
        Connector::PolarArchive(_) => "polar-archive",
        Connector::RunkeeperArchive(_) => "runkeeper-archive",
        Connector::IntervalsIcu => "intervals-icu",
    };
    format!("{} -> {}", kind(&ends.from), kind(&ends.to))
}

/// Names of folders are the user's.
fn plain_route(name: &str) -> String {
    let plain = |end: &str| {
        let known = [
            "polar-flow",
            "runkeeper",
            "polar-archive",
            "runkeeper-archive",
            "intervals-icu",
        ];
        known
            .into_iter()
            .find(|known| *known == end)
            .unwrap_or("folder")
    };
    match name.split_once(" -> ") {
        Some((from, to)) => format!("{} -> {}", plain(from), plain(to)),
        None => "another route".to_owned(),
    }
}

fn answers(facts: &Facts) -> Vec<Value> {
    let asked = questions::ALL.iter();
    let answered = asked.map(|question| {
        let answers = facts.answers.get(question.id);
        let answers: BTreeMap<&String, u64> = answers
            .into_iter()
            .flatten()
            .map(|(answer, it)| (answer, it.times))
            .collect();
        json!({"id": question.id, "question": question.text, "answers": answers})
    });
    answered.collect()
}

/// Which shapes this version has: how many places each.
fn shapes(services: &[Service]) -> Value {
    let mut all = serde_json::Map::new();
    for service in services {
        for endpoint in &service.endpoints {
            if let api_drift::Answer::Json { known, .. } = &endpoint.answer {
                let needed = known.iter().filter(|(_, place)| place.is_needed).count();
                let key = format!("{}, {}", service.name, endpoint.name);
                all.insert(
                    key,
                    json!({"places": known.iter().count(), "needed": needed}),
                );
            }
        }
    }
    Value::Object(all)
}

fn history(redactor: &mut Redactor, named: &Named) -> Value {
    let record = &named.record;
    let first = record
        .history
        .first()
        .map_or(record.updated_at, |line| line.at);
    let lines: Vec<Value> = record
        .history
        .iter()
        .map(|line| json!({"after_s": (line.at - first).num_seconds(), "what": known_words(&line.what)}))
        .collect();
    let (state, reason) = state_of(record);
    json!({
        "route": plain_route(&named.route),
        "id": redactor.alias(&record.item.id),
        "state": state,
        "reason": reason,
        "attempts": record.attempts,
        "parts": record.parts.len(),
        "lost_sends": record.lost_sends.len(),
        "duplicates": record.duplicates.len(),
        "has_duration": record.item.duration_ms.is_some(),
        "has_distance": record.item.distance_m.is_some(),
        "has_sport": record.item.sport.is_some(),
        "history": lines,
    })
}

/// The state and the sort of reason: names of this program's own types.
#[must_use]
pub fn state_of(record: &Record) -> (String, Option<String>) {
    let json = serde_json::to_value(record).unwrap_or_default();
    let is_ours = |text: &&str| {
        (2..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
    };
    let state = json["state"]
        .as_str()
        .filter(is_ours)
        .unwrap_or("unknown")
        .to_owned();
    let reason = &json["reason"];
    let tags = [&reason["kind"], &reason["why"], &reason["reason"], reason];
    let tag = tags.iter().find_map(|tag| tag.as_str().filter(is_ours));
    let key = reason
        .as_object()
        .filter(|it| it.len() == 1)
        .and_then(|it| it.keys().next());
    let reason = tag.or(key.map(String::as_str).filter(is_ours));
    (state, reason.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_name_no_folder() {
        assert_eq!(
            plain_route("polar-flow -> folder-my-secret-1a2b"),
            "polar-flow -> folder"
        );
    }
}

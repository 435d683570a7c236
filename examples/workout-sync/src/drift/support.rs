//! The support file: one JSON document for a bug report, without private data.
//!
//! Every value is made of words of this program, of numbers that count something, or went through the redactor.

use std::collections::BTreeMap;

use api_drift::redact::Redactor;
use api_drift::{Exchange, Service};
use serde_json::{Value, json};
use sync_core::{Reason, Record};

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
  - answers that you recorded, with every text, number, time, place, name and id replaced; words of the service in capitals, codes of
    sports, yes and no, 0 and -1 stay
  - what could not be read, and how many
";

/// Recorded answers beyond these are counted: a recording of an hour has hundreds.
const MOST_ENTRIES: usize = 100;

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
    /// Documents that are no workouts of this version.
    pub unreadable: usize,
}

/// The parts of the document.
#[derive(Debug)]
pub struct Parts<'a> {
    /// The settings; `None` when they cannot be read.
    pub settings: Option<&'a Settings>,
    /// The descriptions of the services.
    pub services: &'a [Service],
    /// What earlier runs noticed.
    pub facts: &'a Facts,
    /// Counts by route.
    pub ledger: &'a BTreeMap<String, Counts>,
    /// Histories that the user asked for.
    pub named: &'a [Named],
    /// Recorded answers.
    pub recorded: &'a [Exchange],
    /// The parts that could not be read, in words of this program.
    pub unreadable: Vec<String>,
}

/// The document.
#[must_use]
pub fn document(parts: Parts<'_>) -> Value {
    let (services, facts) = (parts.services, parts.facts);
    let mut redactor = Redactor::new(services);
    let mut unreadable = parts.unreadable;
    let mut entries = Vec::new();
    let (mut others, mut more) = (0_usize, 0_usize);
    for exchange in parts.recorded {
        let of_it = services
            .iter()
            .find(|service| service.role_of(&exchange.url).is_some());
        match of_it {
            Some(service) if service.endpoint_of(exchange).is_none() => others += 1,
            Some(_) if entries.len() >= MOST_ENTRIES => more += 1,
            Some(service) => entries.push(redactor.entry(service, exchange)),
            None => {}
        }
    }
    let (facts, hidden) = facts.checked(services);
    if hidden > 0 {
        unreadable.push(format!(
            "{hidden} texts that earlier runs kept may be data, and are not shown"
        ));
    }
    let routes: Vec<Value> = parts
        .ledger
        .iter()
        .map(|(route, counts)| {
            json!({"route": plain_route(route), "states": counts.states, "reasons": counts.reasons, "unreadable": counts.unreadable})
        })
        .collect();
    let named: Vec<Value> = parts
        .named
        .iter()
        .map(|it| history(&mut redactor, it))
        .collect();
    json!({
        "what": "a support file of workout-sync; see \"contents\"",
        "contents": CONTENTS.split("  - ").map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|it| !it.is_empty()).collect::<Vec<_>>(),
        "program": {
            "version": env!("CARGO_PKG_VERSION"),
            "system": std::env::consts::OS,
            "machine": std::env::consts::ARCH,
            "features": features(),
        },
        "not_read": unreadable,
        "settings": parts.settings.map(told),
        "ledger": routes,
        "workouts": named,
        "observations": facts.observations.iter().map(|(endpoint, places)| {
            let places: BTreeMap<&String, u64> = places.iter().map(|(place, it)| (place, it.times)).collect();
            json!({"endpoint": endpoint, "places": places})
        }).collect::<Vec<_>>(),
        "drift": facts.report.as_ref().map(|report| json!({"findings": report.findings, "seen": report.seen})),
        "questions": answers(&facts),
        "shapes": shapes(services),
        "last_look": facts.entries,
        "recorded": entries,
        "recorded_more": more,
        "recorded_other_requests": others,
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
    let reason = record.state.reason().map(|reason| match reason {
        // A version-1 ledger kept sentences, with whatever stood in them.
        Reason::Text(_) => "in words of version 1".to_owned(),
        // The name of the variant.
        reason => match serde_json::to_value(reason) {
            Ok(Value::String(name)) => name,
            Ok(Value::Object(members)) => members
                .into_iter()
                .next()
                .map(|(name, _)| name)
                .unwrap_or_default(),
            _ => String::new(),
        },
    });
    (record.state.name().to_string(), reason)
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

    #[test]
    fn a_reason_of_version_1_is_not_shown() {
        let record = |reason: Value| -> Record {
            serde_json::from_value(json!({
                "item": {"id": "7", "start": "2026-05-04T09:00:00"}, "state": "parked", "reason": reason,
                "updated_at": "2026-05-04T10:00:00Z",
            }))
            .unwrap()
        };
        let reason_of = |reason: Value| state_of(&record(reason)).1.unwrap();
        assert_eq!(reason_of(json!("schwiegermutter")), "in words of version 1");
        assert_eq!(
            reason_of(json!({"failed": {"message": "schwiegermutter"}})),
            "failed"
        );
        assert_eq!(reason_of(json!("interrupted")), "interrupted");
    }
}

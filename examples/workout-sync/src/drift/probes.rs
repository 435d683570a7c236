//! Answers that should agree: a unit or a time zone can change while every type stays the same.

use api_drift::{Exchange, Finding, Kind, Service, Weight, iso_seconds};
use chrono::TimeDelta;
use polar_flow::export::{Export, ExportFormat};
use serde_json::Value;
use web_session::Bytes;
use workout_files::Workout;

mod agree;
mod site;
#[cfg(test)]
mod tests;

use agree::{Apart, amounts, at_ms, clock, clocks};

/// The result of the probes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Probed {
    /// Probes that had something to compare.
    pub asked: usize,
    /// Those that did not hold.
    pub findings: Vec<Finding>,
}

/// Compares what the answers say of the same thing.
#[must_use]
pub fn probe(services: &[Service], exchanges: &[Exchange]) -> Probed {
    let mut probed = Probed::default();
    for service in services {
        let answers = Answers { service, exchanges };
        if service.name == polar_flow::drift::NAME {
            polar(&answers, &mut probed);
        } else {
            site::probe(&answers, &mut probed);
        }
    }
    probed
}

struct Answers<'a> {
    service: &'a Service,
    exchanges: &'a [Exchange],
}

impl<'a> Answers<'a> {
    fn of(&self, endpoint: &'static str) -> impl Iterator<Item = &'a Exchange> {
        let service = self.service;
        self.exchanges.iter().filter(move |it| {
            it.status == 200
                && !it.is_cut
                && service
                    .endpoint_of(it)
                    .is_some_and(|found| found.name == endpoint)
        })
    }

    fn json(&self, endpoint: &'static str) -> impl Iterator<Item = (&'a Exchange, Value)> {
        self.of(endpoint).filter_map(|it| {
            let body = it.body.as_deref().unwrap_or_default();
            Some((it, serde_json::from_slice(body).ok()?))
        })
    }
}

impl Probed {
    fn hold(
        &mut self,
        service: &Service,
        endpoint: &str,
        place: &str,
        weight: Weight,
        with: &str,
        result: Option<Apart>,
    ) {
        self.asked += 1;
        if let Some(Apart { words: now, .. }) = result {
            let finding =
                Finding::new(endpoint, place, Kind::Disagreement, weight).of(service.name);
            self.findings
                .push(finding.between(format!("agrees with {with}"), now));
        }
    }
}

/// Of many comparisons one result: what the first that fails says, when more than half fail, or when two and more fail by what another
/// zone or unit would make of it, by `least` or more. A service may change its newest entries only.
fn most(results: impl Iterator<Item = Option<Apart>>, least: f64) -> Option<Option<Apart>> {
    let results: Vec<Option<Apart>> = results.collect();
    let all = results.len();
    let bad: Vec<Apart> = results.into_iter().flatten().collect();
    if all == 0 || bad.len() * 2 > all {
        return bad.into_iter().next().map(Some);
    }
    let is_telling = |it: &&Apart| it.factor.is_some_and(|factor| factor >= least);
    let telling: Vec<&Apart> = bad.iter().filter(is_telling).collect();
    Some(match telling[..] {
        [first, _, ..] => {
            let words = format!("{} of {all}: {}", telling.len(), first.words);
            Some(Apart::new(words, first.factor))
        }
        _ => None,
    })
}

/// The smallest factor that counts, where two amounts are the same but for the unit.
const ANY_FACTOR: f64 = 1.0;
/// The same, where pauses make a difference.
const LARGE_FACTOR: f64 = 60.0;

fn polar(answers: &Answers<'_>, probed: &mut Probed) {
    let service = answers.service;
    let events: Vec<Value> = answers
        .json("calendar")
        .flat_map(|(_, list)| list.as_array().cloned().unwrap_or_default())
        .filter(|event| event["type"] == "EXERCISE")
        .collect();
    let breaking = Weight::Breaking;
    let start = events.iter().filter_map(|event| {
        Some(clocks(
            clock(&event["datetime"])?,
            at_ms(&event["timestamp"])?,
        ))
    });
    if let Some(result) = most(start, ANY_FACTOR) {
        probed.hold(
            service,
            "calendar",
            "[EXERCISE].datetime",
            breaking,
            "[EXERCISE].timestamp",
            result,
        );
    }
    let length = events.iter().filter_map(|event| {
        let span = event["end"].as_f64()? - event["start"].as_f64()?;
        Some(amounts(event["duration"].as_f64()? / 1000.0, span, 2.0))
    });
    if let Some(result) = most(length, LARGE_FACTOR) {
        probed.hold(
            service,
            "calendar",
            "[EXERCISE].duration",
            breaking,
            "[EXERCISE].end - start",
            result,
        );
    }
    let of_id = |id: u64| {
        events
            .iter()
            .find(move |event| event["listItemId"].as_u64() == Some(id))
    };
    history(answers, probed, &of_id);
    for (exchange, summary) in answers.json("summary") {
        let Some(event) = id_of(exchange).and_then(of_id) else {
            continue;
        };
        let mut compare = |place: &str, with: &str, result: Option<Option<Apart>>| {
            if let Some(result) = result {
                probed.hold(service, "summary", place, breaking, with, result);
            }
        };
        let starts = clock(&summary["startDate"]).zip(clock(&event["datetime"]));
        compare(
            "startDate",
            "the calendar",
            starts.map(|(a, b)| clocks(a, b)),
        );
        let length = summary["duration"].as_str().and_then(iso_seconds);
        let lengths = length.zip(event["duration"].as_f64());
        compare(
            "duration",
            "the calendar",
            lengths.map(|(a, b)| amounts(a, b / 1000.0, 2.0)),
        );
        let exercises = summary["exercises"].as_object();
        let metres: Option<f64> = exercises
            .map(|it| {
                it.values()
                    .filter_map(|exercise| exercise["distance"].as_f64())
                    .sum()
            })
            .filter(|sum| *sum > 0.0);
        let distances = metres.zip(event["distance"].as_f64().filter(|metres| *metres > 0.0));
        let result = distances.map(|(a, b)| amounts(a, b, 10.0));
        compare("exercises.*.distance", "the calendar", result);
    }
    for exchange in answers.of("TCX export") {
        let event = id_of(exchange).and_then(of_id);
        export(service, exchange, event, answers, probed);
    }
}

fn history<'e>(
    answers: &Answers<'_>,
    probed: &mut Probed,
    of_id: &impl Fn(u64) -> Option<&'e Value>,
) {
    let entries: Vec<Value> = answers
        .json("history")
        .flat_map(|(_, list)| list.as_array().cloned().unwrap_or_default())
        .collect();
    let pairs: Vec<(&Value, &Value)> = entries
        .iter()
        .filter_map(|entry| Some((entry, of_id(entry["id"].as_u64()?)?)))
        .collect();
    let starts = pairs.iter().filter_map(|(entry, event)| {
        Some(clocks(
            clock(&entry["startDate"])?,
            clock(&event["datetime"])?,
        ))
    });
    let lengths = pairs.iter().filter_map(|(entry, event)| {
        Some(amounts(
            entry["duration"].as_f64()?,
            event["duration"].as_f64()?,
            2000.0,
        ))
    });
    let metres = pairs.iter().filter_map(|(entry, event)| {
        Some(amounts(
            entry["distance"].as_f64()?,
            event["distance"].as_f64()?,
            10.0,
        ))
    });
    for (place, result) in [
        ("[].startDate", most(starts, ANY_FACTOR)),
        ("[].duration", most(lengths, ANY_FACTOR)),
        ("[].distance", most(metres, ANY_FACTOR)),
    ] {
        if let Some(result) = result {
            probed.hold(
                answers.service,
                "history",
                place,
                Weight::Additive,
                "the calendar",
                result,
            );
        }
    }
}

/// An export is read, and says the same as the listing.
fn export(
    service: &Service,
    exchange: &Exchange,
    event: Option<&Value>,
    answers: &Answers<'_>,
    probed: &mut Probed,
) {
    let body = exchange.body.as_deref().unwrap_or_default();
    if body.is_empty() {
        return;
    }
    let files = match body.starts_with(b"PK") {
        false => vec![Bytes::copy_from_slice(body)],
        true => match Export::unpack(body, ExportFormat::Tcx) {
            Ok(export) => export.into_files(),
            // Each of its files is empty.
            Err(polar_flow::Error::NotAvailable { .. }) => return,
            Err(_) => Vec::new(),
        },
    };
    let read = files.iter().map(|file| workout_files::read(file));
    let readings: Result<Vec<_>, _> = read.collect();
    let workouts: Vec<Workout> = readings
        .into_iter()
        .flatten()
        .flat_map(|reading| reading.workouts)
        .collect();
    let unread = workouts
        .is_empty()
        .then(|| Apart::new("no workout can be read", None));
    probed.hold(
        service,
        "TCX export",
        "the file",
        Weight::Breaking,
        "the format TCX",
        unread,
    );
    let (Some(event), [workout]) = (event, &workouts[..]) else {
        return;
    };
    let mut compare = |place: &str, with: &str, result: Option<Option<Apart>>| {
        if let Some(result) = result {
            probed.hold(service, "TCX export", place, Weight::Breaking, with, result);
        }
    };
    let listed = clock(&event["datetime"]);
    let instant = workout.start_time().map(|at| at.naive_utc());
    let id = id_of(exchange);
    let summary = answers
        .json("summary")
        .find(|(it, _)| id_of(it) == id)
        .map(|(_, it)| it);
    let zone = summary.and_then(|it| it["timezoneOffset"].as_i64());
    if let (Some(listed), Some(instant)) = (listed, instant) {
        let result = match zone {
            Some(minutes) => clocks(instant + TimeDelta::minutes(minutes), listed),
            // Without the zone the difference must at least be one.
            None => {
                let difference = (listed - instant).abs();
                let apart = clocks(listed, instant).filter(|apart| apart.factor.is_none());
                apart.filter(|_| difference > TimeDelta::minutes(2))
            }
        };
        compare("the start", "the calendar", Some(result));
    }
    let totals = totals(workout);
    let seconds = event["duration"].as_f64().map(|ms| ms / 1000.0);
    let result = totals.0.zip(seconds).map(|(a, b)| amounts(a, b, 60.0));
    compare("the duration", "the calendar", result);
    let metres = event["distance"].as_f64().filter(|metres| *metres > 0.0);
    let result = totals.1.zip(metres).map(|(a, b)| amounts(a, b, 50.0));
    compare("the distance", "the calendar", result);
}

/// Seconds and metres of the laps.
fn totals(workout: &Workout) -> (Option<f64>, Option<f64>) {
    let sum = |values: Vec<f64>| {
        let total: f64 = values.iter().sum();
        (total > 0.0).then_some(total)
    };
    let seconds = workout
        .laps
        .iter()
        .filter_map(|lap| lap.total_time_s)
        .collect();
    let metres = workout
        .laps
        .iter()
        .filter_map(|lap| lap.distance_m)
        .collect();
    (sum(seconds), sum(metres))
}

/// The number in an address.
fn id_of(exchange: &Exchange) -> Option<u64> {
    let in_path = exchange
        .url
        .path()
        .split('/')
        .rev()
        .find_map(|part| part.parse().ok());
    let in_query = || {
        let mut pairs = exchange.url.query_pairs();
        pairs.find_map(|(_, value)| value.parse().ok())
    };
    in_path.or_else(in_query)
}

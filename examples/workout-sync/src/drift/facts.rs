//! What earlier runs noticed about the services: kept in one small file, without content.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use api_drift::redact::{HIDDEN_NAME, Redactor};
use api_drift::{Report, Service};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{names, questions};

/// More places or answers than this are no fact but noise.
const MOST: usize = 400;
/// A recording of an hour has some hundred exchanges.
const MOST_LEARNED: usize = 4000;

/// The file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Facts {
    /// Service and endpoint, then place with what was noticed there.
    pub observations: BTreeMap<String, BTreeMap<String, Counted>>,
    /// The question's id, then the answer.
    pub answers: BTreeMap<String, BTreeMap<String, Counted>>,
    /// The last report of `drift`.
    pub report: Option<Report>,
    /// The redacted answers of that look, one for each endpoint. They have aliases of their own.
    pub entries: Vec<serde_json::Value>,
    /// When that was.
    pub looked_at: Option<DateTime<Utc>>,
    /// Digests of recorded exchanges whose answers are counted, the newest last.
    pub learned: Vec<String>,
}

/// How often, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counted {
    /// How often.
    pub times: u64,
    /// The first time.
    pub first: DateTime<Utc>,
    /// The last time.
    pub last: DateTime<Utc>,
}

impl Facts {
    /// Reads the file. One that is missing or damaged is as good as none: nothing depends on it.
    #[must_use]
    pub fn load(path: &Path) -> Self {
        let text = fs::read(path).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// The same; whether a file is there that cannot be read.
    #[must_use]
    pub fn load_or_tell(path: &Path) -> (Self, bool) {
        match fs::read(path) {
            Ok(text) => match serde_json::from_slice(&text) {
                Ok(facts) => (facts, false),
                Err(_) => (Self::default(), true),
            },
            Err(error) => (Self::default(), error.kind() != io::ErrorKind::NotFound),
        }
    }

    /// What of it may leave, by the rules of this version: an earlier one, or another program, may have kept more. And how many texts were
    /// replaced or left out.
    #[must_use]
    pub fn checked(&self, services: &[Service]) -> (Self, usize) {
        let names = names();
        let mut hidden = 0;
        let mut shown = |text: &str| match names.text(text) {
            true => text.to_owned(),
            false => {
                hidden += 1;
                HIDDEN_NAME.to_owned()
            }
        };
        let mut checked = Self {
            looked_at: self.looked_at,
            ..Self::default()
        };
        for (endpoint, places) in &self.observations {
            let kept = checked.observations.entry(shown(endpoint)).or_default();
            for (place, counted) in places {
                merge(kept, shown(place), counted);
            }
        }
        for (question, answers) in &self.answers {
            if !questions::ALL.iter().any(|it| it.id == question) {
                continue;
            }
            let kept = checked.answers.entry(question.clone()).or_default();
            for (answer, counted) in answers {
                merge(kept, shown(answer), counted);
            }
        }
        if let Some(report) = &self.report {
            let mut kept = Report::default();
            kept.other_requests = report.other_requests;
            for finding in &report.findings {
                let mut finding = finding.clone();
                for text in [
                    &mut finding.service,
                    &mut finding.endpoint,
                    &mut finding.place,
                    &mut finding.was,
                    &mut finding.now,
                ] {
                    *text = shown(text);
                }
                kept.findings.insert(finding);
            }
            for (service, endpoints) in &report.seen {
                let of_service = kept.seen.entry(shown(service)).or_default();
                for (endpoint, seen) in endpoints {
                    let mut seen = seen.clone();
                    seen.purpose = shown(&seen.purpose);
                    of_service.insert(shown(endpoint), seen);
                }
            }
            checked.report = Some(kept);
        }
        let mut redactor = Redactor::new(services);
        checked.entries = self
            .entries
            .iter()
            .filter_map(|entry| redactor.again(services, entry))
            .collect();
        hidden += self.entries.len() - checked.entries.len();
        (checked, hidden)
    }

    /// Writes the file, as a whole.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut file, self)?;
        file.write_all(b"\n")?;
        file.persist(path).map(drop).map_err(|error| error.error)
    }

    /// Counts an observation; whether it is the first of its kind.
    pub fn observe(&mut self, endpoint: &str, place: &str, times: u64, now: DateTime<Utc>) -> bool {
        count(&mut self.observations, endpoint, place, times, now)
    }

    /// Keeps which recorded exchanges were counted.
    pub fn learn(&mut self, digests: Vec<String>) {
        self.learned.extend(digests);
        let older = self.learned.len().saturating_sub(MOST_LEARNED);
        self.learned.drain(..older);
    }

    /// Counts an answer.
    pub fn answer(&mut self, question: &str, answer: &str, times: u64, now: DateTime<Utc>) -> bool {
        count(&mut self.answers, question, answer, times, now)
    }
}

fn merge(kept: &mut BTreeMap<String, Counted>, text: String, counted: &Counted) {
    kept.entry(text)
        .and_modify(|it| it.times += counted.times)
        .or_insert_with(|| counted.clone());
}

fn count(
    map: &mut BTreeMap<String, BTreeMap<String, Counted>>,
    outer: &str,
    inner: &str,
    times: u64,
    now: DateTime<Utc>,
) -> bool {
    let inner_map = map.entry(outer.to_owned()).or_default();
    if let Some(known) = inner_map.get_mut(inner) {
        known.times += times;
        known.last = now;
        return false;
    }
    if inner_map.len() < MOST {
        let counted = Counted {
            times,
            first: now,
            last: now,
        };
        inner_map.insert(inner.to_owned(), counted);
    }
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::drift::all_services;

    #[test]
    fn what_an_earlier_version_kept_goes_through_the_same_test() {
        let counted =
            json!({"times": 1, "first": "2026-01-01T00:00:00Z", "last": "2026-01-01T00:00:00Z"});
        let facts: Facts = serde_json::from_value(json!({
            "observations": {
                "Polar Flow, Ingeborg calendar": {"geheim1@x.example unknown": counted},
                "Polar Flow, calendar": {"[].mood unknown": counted, "user.geheim1.x unknown": counted},
            },
            "answers": {
                "polar.fit_export": {"geheim2": counted, "404 application/json, JSON": counted},
                "geheim3": {"x": counted},
            },
            "report": {"seen": {"Polar Flow": {"calendar": {"purpose": "geheim4", "answers": 1, "refused": 0}}}, "other_requests": 0,
                "findings": [
                    {"service": "Polar Flow", "endpoint": "calendar", "place": "[EXERCISE].mood", "kind": "new", "weight": "additive", "was": "", "now": "text"},
                    {"service": "Polar Flow", "endpoint": "calendar", "place": "user.geheim5", "kind": "word", "weight": "additive", "was": "", "now": "GEHEIM-SIX"},
                ]},
            "entries": [
                {"body": "geheim7"},
                {"service": "Polar Flow", "endpoint": "calendar", "method": "geheim8", "path": "geheim9", "status": 200, "content_type": "geheim/10",
                 "sets_cookies": {"known": ["geheim11"], "others": 1}, "body": [{"type": "EXERCISE", "title": "geheim12"}]},
            ],
        }))
        .unwrap();
        let (checked, hidden) = facts.checked(&all_services());
        let text = serde_json::to_string(&checked).unwrap();
        assert!(
            !text.to_lowercase().contains("geheim") && !text.contains("Ingeborg"),
            "{text}"
        );
        for kept in [
            "[].mood unknown",
            "404 application/json, JSON",
            "[EXERCISE].mood",
            "/training/getCalendarEvents",
            "\"EXERCISE\"",
        ] {
            assert!(text.contains(kept), "{kept}: {text}");
        }
        assert!(hidden >= 8, "{hidden}");
    }
}

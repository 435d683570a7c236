//! Changes that were accepted until a day.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Kind, Report};

/// A list of accepted changes, as a JSON file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quarantine {
    /// The changes.
    #[serde(default)]
    pub accepted: Vec<Accepted>,
}

/// An accepted change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// The service.
    pub service: String,
    /// The endpoint.
    pub endpoint: String,
    /// The place.
    pub place: String,
    /// The sort of change.
    pub kind: Kind,
    /// The present form: another change at the same place is not accepted with it. Counts in it are not compared.
    pub now: String,
    /// The last day.
    pub until: NaiveDate,
    /// Why, for readers of the file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// A list that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: not a list of accepted changes")]
pub struct QuarantineError {
    /// The line where reading ended.
    pub line: usize,
}

impl Quarantine {
    /// Reads the text of the file.
    ///
    /// # Errors
    /// When it is another file.
    pub fn parse(text: &str) -> Result<Self, QuarantineError> {
        serde_json::from_str(text).map_err(|error| QuarantineError { line: error.line() })
    }

    /// Accepts these changes until a day; a change that is on the list already gets the later day.
    pub fn accept<'f>(
        &mut self,
        findings: impl IntoIterator<Item = &'f Finding>,
        until: NaiveDate,
    ) {
        for finding in findings {
            match self.accepted.iter_mut().find(|it| it.is(finding)) {
                Some(known) => known.until = known.until.max(until),
                None => self.accepted.push(Accepted {
                    service: finding.service.clone(),
                    endpoint: finding.endpoint.clone(),
                    place: finding.place.clone(),
                    kind: finding.kind,
                    now: finding.now.clone(),
                    until,
                    why: String::new(),
                }),
            }
        }
    }

    /// Takes the accepted changes out of a report. Entries whose last day is over count for nothing; they come back as the second.
    #[must_use]
    pub fn apply(&self, report: &mut Report, today: NaiveDate) -> (Vec<Finding>, Vec<Accepted>) {
        let (valid, expired): (Vec<_>, Vec<_>) =
            self.accepted.iter().partition(|it| it.until >= today);
        let (kept, set_aside) = std::mem::take(&mut report.findings)
            .into_iter()
            .partition(|finding| !valid.iter().any(|it| it.is(finding)));
        report.findings = kept;
        let set_aside: std::collections::BTreeSet<Finding> = set_aside;
        (
            set_aside.into_iter().collect(),
            expired.into_iter().cloned().collect(),
        )
    }
}

impl Accepted {
    fn is(&self, finding: &Finding) -> bool {
        self.service == finding.service
            && self.endpoint == finding.endpoint
            && self.place == finding.place
            && self.kind == finding.kind
            && sort_of_change(self.kind, &self.now) == sort_of_change(finding.kind, &finding.now)
    }
}

/// The present form without counts: the next answer has more entries.
fn sort_of_change(kind: Kind, now: &str) -> &str {
    match kind {
        Kind::Missing if now == "absent" || now.starts_with("absent from all ") => {
            "absent from all"
        }
        Kind::Missing if now.starts_with("absent from ") => "absent from some",
        Kind::New => now.split(", ").next().unwrap_or_default(),
        _ => now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Weight;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn an_accepted_change_stays_accepted_when_there_are_more_entries() {
        let finding = |kind, now: &str| {
            Finding::new("list", "[].x", kind, Weight::Additive).between("text", now)
        };
        for (kind, accepted, later, is_same) in [
            (
                Kind::Missing,
                "absent from 1 of 3",
                "absent from 2 of 40",
                true,
            ),
            (
                Kind::Missing,
                "absent from all 3",
                "absent from all 40",
                true,
            ),
            (Kind::Missing, "absent from all 3", "absent", true),
            (
                Kind::Missing,
                "absent from 1 of 3",
                "absent from all 40",
                false,
            ),
            (Kind::New, "integer, 2 of them", "integer, 3 of them", true),
            (Kind::New, "integer", "text", false),
            (Kind::Status, "404", "500", false),
        ] {
            let mut quarantine = Quarantine::default();
            quarantine.accept([&finding(kind, accepted)], day("2026-12-24"));
            let is_accepted = quarantine.accepted[0].is(&finding(kind, later));
            assert_eq!(is_accepted, is_same, "{accepted}; {later}");
        }
    }

    #[test]
    fn an_accepted_change_is_set_aside_until_its_day_is_over() {
        let finding = |now: &str| {
            Finding::new("list", "[].x", Kind::Changed, Weight::Breaking)
                .of("S")
                .between("text", now)
        };
        let mut quarantine = Quarantine::default();
        quarantine.accept([&finding("integer")], day("2026-12-24"));
        quarantine.accept([&finding("integer")], day("2026-12-20"));
        assert_eq!(quarantine.accepted.len(), 1);
        let text = serde_json::to_string(&quarantine).unwrap();
        let quarantine = Quarantine::parse(&text).unwrap();
        let report = || Report {
            findings: [finding("integer"), finding("null")].into(),
            ..Report::default()
        };
        let mut now = report();
        let (aside, expired) = quarantine.apply(&mut now, day("2026-12-24"));
        assert_eq!((aside.len(), expired.len(), now.findings.len()), (1, 0, 1));
        assert_eq!(
            now.findings.first().map(|it| it.now.as_str()),
            Some("null"),
            "another change at the same place"
        );
        let mut later = report();
        let (aside, expired) = quarantine.apply(&mut later, day("2026-12-25"));
        assert_eq!(
            (aside.len(), expired.len(), later.findings.len()),
            (0, 1, 2)
        );
        assert!(Quarantine::parse("{\"accepted\": [{}]}").is_err());
    }
}

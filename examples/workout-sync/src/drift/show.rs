//! The report for people, and for programs.

use std::fmt::Write as _;

use api_drift::{Accepted, Finding, Kind, Report, Weight};
use serde_json::{Value, json};

use super::probes::Probed;
use crate::name;

/// Everything that a look found.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Look {
    /// Differences and what was looked at.
    pub report: Report,
    /// The probes; their findings are in the report, too.
    pub probed: Probed,
    /// Differences that are accepted for now.
    pub accepted: Vec<Finding>,
    /// Acceptances that ended.
    pub expired: Vec<Accepted>,
    /// Lines about the look itself: what could not be looked at, what the file lacks.
    pub notes: Vec<String>,
    /// Requests that were made or read.
    pub requests: usize,
    /// Requests in the file to other hosts.
    pub ignored: usize,
}

impl Look {
    /// As one JSON document.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "breaking": self.report.count(Weight::Breaking),
            "additive": self.report.count(Weight::Additive),
            "findings": self.report.findings,
            "seen": self.report.seen,
            "requests": self.requests,
            "ignored_requests": self.ignored,
            "probes": {"asked": self.probed.asked, "failed": self.probed.findings.len()},
            "accepted": self.accepted,
            "expired": self.expired,
            "notes": self.notes,
        })
    }

    /// As text. Without drift and notes it has five lines.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for (service, endpoints) in &self.report.seen {
            let changed = |name: &String| {
                self.report
                    .findings
                    .iter()
                    .any(|it| it.service == *service && it.endpoint == *name)
            };
            let seen = endpoints.iter().filter(|(_, it)| it.answers > 0).count();
            let other = endpoints.keys().filter(|name| changed(name)).count();
            let words = match other {
                0 if seen == 0 => "so nothing is known of them".to_owned(),
                0 => "all as known".to_owned(),
                1 => "1 of them changed".to_owned(),
                many => format!("{many} of them changed"),
            };
            let kinds = if seen == 1 { "kind" } else { "kinds" };
            let _ = writeln!(
                text,
                "{service}: {seen} {kinds} of answers looked at, {words}"
            );
        }
        let failed = self.probed.findings.len();
        let held = self.probed.asked - failed.min(self.probed.asked);
        let _ = writeln!(
            text,
            "Values that must agree: {held} of {} do",
            self.probed.asked
        );
        let mut requests = format!("Requests: {}", self.requests);
        if self.ignored > 0 {
            let _ = write!(
                requests,
                ", and {} to other hosts, which were left out",
                self.ignored
            );
        }
        let _ = writeln!(text, "{requests}");
        for note in &self.notes {
            let _ = writeln!(text, "Note: {note}");
        }
        self.blocks(&mut text);
        for expired in &self.expired {
            let place = if expired.place.is_empty() {
                "the whole answer"
            } else {
                &expired.place
            };
            let _ = writeln!(
                text,
                "\nAccepted until {}, and not any more: {}, {}: {place}",
                expired.until, expired.service, expired.endpoint
            );
        }
        if !self.accepted.is_empty() {
            let breaking = self
                .accepted
                .iter()
                .filter(|it| it.weight == Weight::Breaking);
            let also = match breaking.count() {
                0 => String::new(),
                count => format!(" ({count} breaking)"),
            };
            let (changes, are) = match self.accepted.len() {
                1 => ("change", "is"),
                _ => ("changes", "are"),
            };
            let _ = writeln!(
                text,
                "\n{} known {changes}{also} {are} accepted for now and not shown",
                self.accepted.len()
            );
        }
        self.ending(&mut text);
        text
    }

    /// One block for each endpoint, the worst first.
    fn blocks(&self, text: &mut String) {
        let mut endpoints: Vec<(Weight, &str, &str)> = Vec::new();
        for finding in &self.report.findings {
            let key = (finding.service.as_str(), finding.endpoint.as_str());
            match endpoints
                .iter_mut()
                .find(|(_, service, name)| (*service, *name) == key)
            {
                Some((weight, ..)) => *weight = (*weight).min(finding.weight),
                None => endpoints.push((finding.weight, key.0, key.1)),
            }
        }
        endpoints.sort();
        for (_, service, endpoint) in endpoints {
            let purpose = self
                .report
                .seen
                .get(service)
                .and_then(|it| it.get(endpoint));
            let purpose = purpose
                .map(|it| it.purpose.as_str())
                .filter(|it| !it.is_empty());
            let purpose = purpose.map(|it| format!(" ({it})")).unwrap_or_default();
            let _ = writeln!(text, "\n{service}, {endpoint}{purpose}");
            let of_it = |it: &&Finding| it.service == service && it.endpoint == endpoint;
            let mut rows: Vec<&Finding> = self.report.findings.iter().filter(of_it).collect();
            rows.sort_by_key(|it| (it.weight, it.place.clone()));
            let place = |it: &Finding| match it.place.as_str() {
                "" | "." => "the whole answer".to_owned(),
                place => place.to_owned(),
            };
            let width = |cell: &dyn Fn(&Finding) -> String| {
                rows.iter()
                    .map(|it| cell(it).chars().count())
                    .max()
                    .unwrap_or(0)
                    .min(48)
            };
            let places = width(&place);
            let kinds = width(&|it| it.kind.word().to_owned());
            for row in &rows {
                let weight = match row.weight {
                    Weight::Breaking => "BREAKING",
                    Weight::Additive => "additive",
                };
                let change = change(row, &rows);
                let _ = writeln!(
                    text,
                    "  {weight}  {:places$}  {:kinds$}  {change}",
                    place(row),
                    row.kind.word()
                );
            }
            let stops = self.stops(service, endpoint);
            if !stops.is_empty() && rows.iter().any(|it| it.weight == Weight::Breaking) {
                let _ = writeln!(text, "  With it: {stops}.");
            }
        }
    }

    fn stops(&self, service: &str, endpoint: &str) -> &str {
        let of_it = self.report.seen.get(service);
        let seen = of_it.and_then(|of_it| of_it.get(endpoint));
        seen.map_or("", |seen| &seen.stops)
    }

    fn ending(&self, text: &mut String) {
        let program = name::program();
        let (breaking, additive) = (
            self.report.count(Weight::Breaking),
            self.report.count(Weight::Additive),
        );
        let changes = |count: usize| if count == 1 { "change" } else { "changes" };
        if breaking + additive == 0 && self.report.compared() == 0 && self.accepted.is_empty() {
            let _ = writeln!(
                text,
                "No answer could be looked at, so this does not say that nothing changed."
            );
            return;
        }
        if breaking + additive == 0 {
            let words = match self.accepted.is_empty() {
                true => "Nothing changed.",
                false => "Nothing else changed.",
            };
            let _ = writeln!(text, "{words}");
            return;
        }
        text.push_str(
            "\n(In a place, [] stands for each entry of a list, [WORD] for each entry of that kind, * for each member.)\n",
        );
        if breaking > 0 {
            let _ = writeln!(
                text,
                "{breaking} breaking {}: something that the program needs is gone or different. What does not work with it is said above; \
                 workouts that are not moved wait, and none is lost.",
                changes(breaking)
            );
        }
        if additive > 0 {
            let _ = writeln!(
                text,
                "{additive} additive {}: a sync goes on; at most a value that it can do without is not read. There is nothing for you to do.",
                changes(additive)
            );
        }
        let _ = writeln!(
            text,
            "To tell us: `{program} support FILE` writes one file for a bug report, without anything private. Until it is mended, \
             IF_THE_SERVICE_CHANGED.md of the client says what you can change yourself."
        );
    }
}

/// A difference in words for a reader who does not know the service's answers.
fn change(row: &Finding, rows: &[&Finding]) -> String {
    let now = match row.kind {
        Kind::Status => match meaning(&row.now) {
            Some(meaning) => format!("{} ({meaning})", row.now),
            None => row.now.clone(),
        },
        Kind::Content if row.now == "a page" => {
            "a web page, such as a sign-in or an error page".to_owned()
        }
        Kind::Missing => match renamed(row, rows) {
            Some(name) => format!("{}; perhaps its name is {name} now", row.now),
            None => row.now.clone(),
        },
        _ => row.now.clone(),
    };
    match (row.kind, row.was.as_str()) {
        (Kind::New | Kind::Word, "") => format!("not there before; now: {now}"),
        (Kind::Field, "") => "not there before".to_owned(),
        (Kind::Field, "a field") => format!("was: there; now: {now}"),
        (Kind::Anchor, was) => format!("looked for as {was}; {now}"),
        (_, "") => now,
        (_, was) => format!("was: {was}; now: {now}"),
    }
}

/// The meaning of a status.
fn meaning(status: &str) -> Option<&'static str> {
    Some(match status.parse::<u16>().ok()? {
        204 => "an empty answer",
        301..=303 | 307 | 308 => "leads to another page",
        400 => "the request was not understood",
        401 => "not signed in",
        403 => "access was refused",
        404 | 410 => "not found at its address",
        429 => "too many requests",
        500.. => "the service has a fault",
        _ => return None,
    })
}

/// The only new place beside a missing one that has its type.
fn renamed<'a>(row: &Finding, rows: &[&'a Finding]) -> Option<&'a str> {
    let (parent, _) = row.place.rsplit_once('.')?;
    let mut candidates = rows.iter().filter_map(|it| {
        let (beside, name) = it.place.rsplit_once('.')?;
        let is_it = it.kind == Kind::New && beside == parent && it.now == row.was;
        is_it.then_some(name)
    });
    let found = candidates.next();
    found.filter(|_| candidates.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_at_nothing_does_not_say_that_nothing_changed() {
        let mut look = Look::default();
        let seen = look.report.seen.entry("S".into()).or_default();
        let seen = seen.entry("list".into()).or_default();
        seen.unseen = 3;
        assert!(!look.to_text().contains("Nothing changed."));
        assert!(!look.to_text().contains("as known"), "{}", look.to_text());
        let list = || look.report.seen["S"]["list"].clone();
        let mut seen = list();
        (seen.answers, seen.stops) = (1, "the workouts wait".into());
        let of_it = look.report.seen.get_mut("S").unwrap();
        of_it.insert("list".into(), seen);
        assert!(look.to_text().ends_with("Nothing changed.\n"));
        for (weight, is_told) in [(Weight::Additive, false), (Weight::Breaking, true)] {
            let finding = Finding::new("list", "id", Kind::Missing, weight).of("S");
            look.report.findings = [finding].into();
            let told = look.to_text().contains("  With it: the workouts wait.\n");
            assert_eq!(told, is_told, "{}", look.to_text());
        }
    }

    #[test]
    fn differences_are_told_in_words() {
        let finding = |place: &str, kind, was: &str, now: &str| {
            Finding::new("calendar", place, kind, Weight::Breaking).between(was, now)
        };
        let gone = finding(
            "[EXERCISE].id",
            Kind::Missing,
            "integer",
            "absent from all 12",
        );
        let new = finding("[EXERCISE].itemId", Kind::New, "", "integer");
        let text = finding("[EXERCISE].mood", Kind::New, "", "text");
        let other = finding("[EXERCISE].number", Kind::New, "", "integer");
        let words = "was: integer; now: absent from all 12";
        assert_eq!(
            change(&gone, &[&gone, &new, &text]),
            format!("{words}; perhaps its name is itemId now")
        );
        // Two could be it.
        assert_eq!(change(&gone, &[&gone, &new, &other]), words);
        for (finding, words) in [
            (text, "not there before; now: text"),
            (
                finding("", Kind::Status, "200", "403"),
                "was: 200; now: 403 (access was refused)",
            ),
            (
                finding("", Kind::Status, "200", "206"),
                "was: 200; now: 206",
            ),
            (
                finding("f", Kind::Field, "a field", "gone"),
                "was: there; now: gone",
            ),
            (
                finding("", Kind::Content, "JSON", "a page"),
                "was: JSON; now: a web page, such as a sign-in or an error page",
            ),
        ] {
            assert_eq!(change(&finding, &[]), words);
        }
    }
}

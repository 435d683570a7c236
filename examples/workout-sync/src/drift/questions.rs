//! Questions about the services that no public source answers, and the answers that recorded requests give.
//!
//! An answer is made of words of this file, numbers of the protocol and names of fields; nothing of the content goes into it.

use api_drift::{Exchange, Service};

use super::names;

mod list;
mod polar;
mod site;
mod words;

pub use list::{ALL, Question};
pub use site::{kept, unread_table};

/// State that questions keep from one request to the next.
#[derive(Debug, Default)]
pub struct Asker {
    site: site::Asker,
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
        let answers = match service.name {
            polar_flow::drift::NAME => polar::ask(role, endpoint, exchange),
            _ => self.site.ask(endpoint, exchange),
        };
        answers
            .into_iter()
            .map(|(question, answer)| (question, allowed(answer)))
            .collect()
    }
}

/// An answer of known names and words only; in place of any other stands that there was one.
#[must_use]
pub fn allowed(answer: String) -> String {
    match names().text(&answer) {
        true => answer,
        false => "(an answer that may hold data)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const PAGE: &str = include_str!("../../../../docs/src/open-questions.md");

    /// The rows of the tables: number, question, probe, place.
    fn rows() -> impl Iterator<Item = Vec<&'static str>> {
        let rows = PAGE.lines().filter(|line| line.starts_with("| "));
        let cells = rows.map(|line| line.trim_matches('|').split('|').map(str::trim).collect());
        cells.filter(|cells: &Vec<&str>| !matches!(cells[0], "no."))
    }

    #[test]
    fn each_open_question_has_a_probe_or_the_reason_why_there_is_none() {
        let known: BTreeSet<&str> = ALL.iter().map(|it| it.id).collect();
        assert_eq!(known.len(), ALL.len());
        let mut used = BTreeSet::new();
        for row in rows() {
            let [number, question, probe, place] = row[..] else {
                panic!("{row:?}");
            };
            assert!(question.ends_with('?') && !place.is_empty(), "{row:?}");
            if let Some(reason) = probe.strip_prefix("none: ") {
                assert!(reason.len() > 20, "{row:?}");
                continue;
            }
            let id = probe.trim_matches('`');
            let service = if number.starts_with('P') {
                "polar."
            } else {
                "runkeeper."
            };
            assert!(id.starts_with(service) && known.contains(id), "{row:?}");
            used.insert(id);
        }
        assert_eq!(used, known, "each probe is in the table");
        // The sections "Open questions" of what is known of the services, and two that came later.
        let numbers: BTreeSet<&str> = rows().map(|row| row[0]).collect();
        let polar = (1..=13).map(|number| format!("P{number}"));
        let site = (1..=10).map(|number| format!("R{number}"));
        for number in polar.chain(site) {
            assert!(numbers.contains(&*number), "{number}");
        }
    }
}

//! Recorded answers as fixtures: redacted, dated, and with the shape that follows from them.

use std::cmp::Reverse;

use chrono::NaiveDate;
use serde_json::Value;

use crate::endpoint::{Answer, Endpoint, Service};
use crate::exchange::Exchange;
use crate::redact::Redactor;

/// A file to be written below a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FixtureFile {
    /// The path below the folder, with `/`.
    pub path: String,
    /// The content.
    pub text: String,
}

/// The fixtures of the good answers: one for each endpoint, of the answer that says most, with its shape. `today` dates answers whose time
/// was not recorded.
#[must_use]
pub fn write(services: &[Service], exchanges: &[Exchange], today: NaiveDate) -> Vec<FixtureFile> {
    let mut redactor = Redactor::new(services);
    let mut files = Vec::new();
    for service in services {
        for endpoint in &service.endpoints {
            let good = exchanges.iter().filter(|it| {
                endpoint.statuses.contains(&it.status)
                    && service
                        .endpoint_of(it)
                        .is_some_and(|found| found.name == endpoint.name)
            });
            let mut good: Vec<&Exchange> = good.collect();
            // The largest says most, but an error page may be larger than every answer.
            good.sort_by_key(|it| Reverse(it.body.as_ref().map_or(0, Vec::len)));
            let written = good.into_iter().find_map(|it| {
                let date = it.at.map_or(today, |at| at.date_naive());
                redactor.fixture(service, endpoint, it, date)
            });
            files.extend(written.into_iter().flatten());
        }
    }
    files
}

impl Redactor {
    fn fixture(
        &mut self,
        service: &Service,
        endpoint: &Endpoint,
        exchange: &Exchange,
        date: NaiveDate,
    ) -> Option<Vec<FixtureFile>> {
        let body = exchange.body.as_ref()?;
        let text = String::from_utf8_lossy(body);
        let folder = service.name.to_ascii_lowercase().replace(' ', "-");
        let month = date.format("%Y-%m");
        let name = endpoint.name.replace([' ', '/'], "-");
        let at = |extension| format!("{folder}/fixtures/{name}/{month}-recorded.{extension}");
        match &endpoint.answer {
            Answer::Json { like, .. } => {
                let document: Value =
                    serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
                let redacted = self.json(endpoint, &document);
                let mut shape = like.clone();
                shape.learn(&redacted);
                let pretty = serde_json::to_string_pretty(&redacted).ok()?;
                Some(vec![
                    FixtureFile {
                        path: at("json"),
                        text: format!("{pretty}\n"),
                    },
                    FixtureFile {
                        path: format!("{folder}/shapes/{name}.txt"),
                        text: shape.to_string(),
                    },
                ])
            }
            Answer::Page(_) => {
                // A page to sign in, or another that has none of the places.
                let is_it = crate::inspect::is_page_of(endpoint, exchange);
                let page = self.page(endpoint, &text).filter(|_| is_it)?;
                Some(vec![FixtureFile {
                    path: at("html"),
                    text: page,
                }])
            }
            _ => None,
        }
    }
}

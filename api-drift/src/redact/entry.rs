//! A request with its answer.

use serde_json::{Value, json};

use super::{Redactor, Rule};
use crate::endpoint::{Answer, Service};
use crate::exchange::Exchange;

/// Content types that may be named.
const CONTENT_TYPES: [&str; 16] = [
    "application/json",
    "application/xml",
    "application/gpx+xml",
    "application/vnd.garmin.tcx+xml",
    "application/octet-stream",
    "application/zip",
    "application/x-www-form-urlencoded",
    "text/html",
    "text/plain",
    "text/xml",
    "text/csv",
    "text/javascript",
    "application/javascript",
    "application/vnd.ant.fit",
    "application/fit",
    "application/force-download",
];

impl Redactor {
    /// A request to a known endpoint with its answer: method, path template, status, content type, names of known cookies, and the
    /// redacted body.
    #[must_use]
    pub fn entry(&mut self, service: &Service, exchange: &Exchange) -> Value {
        let endpoint = service.endpoint_of(exchange);
        let path = match endpoint {
            Some(endpoint) if self.allows(Rule::Paths) => endpoint.path.clone(),
            _ => "(another path)".to_owned(),
        };
        let content_type = match exchange.content_type.as_str() {
            "" => "none",
            kind if CONTENT_TYPES.contains(&kind) && self.allows(Rule::ContentTypes) => kind,
            _ => "another",
        };
        let mut entry = json!({
            "service": service.name,
            "endpoint": endpoint.map(|it| it.name),
            "method": method(&exchange.method),
            "path": path,
            "status": exchange.status,
            "content_type": content_type,
            "bytes": exchange.body.as_ref().map(Vec::len),
            "sets_cookies": self.cookies_of(&exchange.set_cookies),
            "sends_cookies": self.cookies_of(&exchange.sent_cookies),
        });
        let Some(body) = exchange.body.as_ref().filter(|body| !body.is_empty()) else {
            return entry;
        };
        let text = String::from_utf8_lossy(body);
        let is_file = endpoint.is_some_and(|it| matches!(it.answer, Answer::File(_)));
        if is_file {
            entry["file"] = self.file(body);
        } else if let Ok(document) =
            serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}'))
        {
            entry["body"] = match endpoint {
                Some(endpoint) if matches!(endpoint.answer, Answer::Json { .. }) => {
                    self.json(endpoint, &document)
                }
                _ => self.unknown_json(&document),
            };
        } else if let Some(endpoint) = endpoint.filter(|it| matches!(it.answer, Answer::Page(_))) {
            entry["page"] = json!(self.page(endpoint, &text));
        }
        entry
    }

    /// Known names stay; others are counted.
    fn cookies_of(&self, names: &[String]) -> Value {
        let known =
            |name: &&String| self.allows(Rule::CookieNames) && self.cookies.contains(name.as_str());
        let (known, others): (Vec<&String>, Vec<&String>) = names.iter().partition(known);
        json!({"known": known, "others": others.len()})
    }
}

fn method(text: &str) -> &'static str {
    const METHODS: [&str; 6] = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"];
    METHODS
        .into_iter()
        .find(|it| *it == text)
        .unwrap_or("another")
}

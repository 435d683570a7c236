//! A request with its answer.

use serde_json::{Value, json};

use super::{Redactor, Rule};
use crate::endpoint::{Answer, Service};
use crate::exchange::Exchange;

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
            kind if self.names.content_type(kind) && self.allows(Rule::ContentTypes) => kind,
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

    /// An entry that an earlier version kept, judged again by the list of this one; `None` for one of another form.
    #[must_use]
    pub fn again(&mut self, services: &[Service], kept: &Value) -> Option<Value> {
        let service = services.iter().find(|it| kept["service"] == it.name)?;
        let endpoint = kept["endpoint"]
            .as_str()
            .and_then(|name| service.endpoint(name))?;
        let text = |value: &Value| match value.as_str() {
            Some("none") => "none".to_owned(),
            Some(kind) if self.names.content_type(kind) && self.allows(Rule::ContentTypes) => {
                kind.to_owned()
            }
            _ => "another".to_owned(),
        };
        let names = |value: &Value| -> Vec<String> {
            let names = value.as_array().into_iter().flatten();
            names
                .filter_map(|it| it.as_str().map(str::to_owned))
                .collect()
        };
        let cookies = |side: &str| {
            let mut told = self.cookies_of(&names(&kept[side]["known"]));
            let others = kept[side]["others"].as_u64().unwrap_or(0);
            told["others"] = json!(others + told["others"].as_u64().unwrap_or(0));
            told
        };
        let mut entry = json!({
            "service": service.name,
            "endpoint": endpoint.name,
            "method": method(kept["method"].as_str().unwrap_or_default()),
            "path": if self.allows(Rule::Paths) { endpoint.path.as_str() } else { "(another path)" },
            "status": kept["status"].as_u64().filter(|it| *it < 1_000),
            "content_type": text(&kept["content_type"]),
            "bytes": kept["bytes"].as_u64(),
            "sets_cookies": cookies("sets_cookies"),
            "sends_cookies": cookies("sends_cookies"),
        });
        if let Some(body) = kept.get("body").filter(|it| !it.is_null()) {
            entry["body"] = match endpoint.answer {
                Answer::Json { .. } => self.json(endpoint, body),
                _ => self.unknown_json(body),
            };
        }
        if let Some(page) = kept["page"].as_str() {
            entry["page"] = json!(self.page(endpoint, page));
        }
        if kept["file"].is_object() {
            entry["file"] = self.file_again(&kept["file"]);
        }
        Some(entry)
    }

    /// Known names stay; others are counted.
    fn cookies_of(&self, names: &[String]) -> Value {
        let known =
            |name: &&String| self.allows(Rule::CookieNames) && self.names.is_known_cookie(name);
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

//! Recorded answers against what is known of the services.

use serde_json::Value;

use crate::compare::compare;
use crate::endpoint::{Answer, Endpoint, Service};
use crate::exchange::Exchange;
use crate::finding::{Finding, Kind, Report, Weight};
use crate::redact::Names;

/// Compares every answer of these services with what is known of them; requests to other hosts are left out.
#[must_use]
pub fn inspect(services: &[Service], exchanges: &[Exchange]) -> Report {
    let mut report = Report::default();
    for service in services {
        let ours: Vec<&Exchange> = exchanges
            .iter()
            .filter(|it| service.role_of(&it.url).is_some() && it.status != 0)
            .collect();
        if ours.is_empty() {
            continue;
        }
        report.seen.entry(service.name.to_owned()).or_default();
        let steps = match &service.flow {
            Some(flow) => flow.inspect(service, &ours, &mut report),
            None => vec![false; ours.len()],
        };
        let mut refused: Vec<(&Endpoint, &Exchange)> = Vec::new();
        for (exchange, is_step) in ours.iter().zip(&steps) {
            let Some(endpoint) = service.endpoint_of(exchange) else {
                report.other_requests += usize::from(!is_step);
                continue;
            };
            let seen = report.saw(service.name, endpoint.name, endpoint.purpose);
            if is_refusal(exchange) {
                seen.refused += 1;
                refused.push((endpoint, exchange));
                continue;
            }
            seen.answers += 1;
            let found = endpoint.compare(exchange);
            report
                .findings
                .extend(found.into_iter().map(|it| it.of(service.name)));
        }
        // An endpoint that answered once is alive.
        for (endpoint, exchange) in refused {
            let seen = report.saw(service.name, endpoint.name, endpoint.purpose);
            if seen.answers == 0 {
                report
                    .findings
                    .insert(endpoint.refused(exchange).of(service.name));
            }
        }
    }
    report
}

/// "Sign in first", "later", and what says the same in other words.
fn is_refusal(exchange: &Exchange) -> bool {
    let to_login = || {
        let to = exchange.location.as_ref();
        to.is_some_and(|to| to.path().to_ascii_lowercase().contains("login"))
    };
    matches!(exchange.status, 401 | 408 | 429 | 500..)
        || (exchange.is_redirect() && to_login())
        || (exchange.status == 200 && is_login_page(exchange))
}

/// Whether an answer is a page, and not one to sign in.
pub(crate) fn is_page_of(endpoint: &Endpoint, exchange: &Exchange) -> bool {
    let body = exchange.body.as_deref().unwrap_or_default();
    let text = String::from_utf8_lossy(body);
    let is_page = sort_of(text.trim_start_matches('\u{feff}').trim_start()) == "a page";
    is_page && !is_login_page(exchange) && matches!(endpoint.answer, Answer::Page(_))
}

fn is_login_page(exchange: &Exchange) -> bool {
    let body = exchange.body.as_deref().unwrap_or_default();
    let text = String::from_utf8_lossy(&body[..body.len().min(64 * 1024)]).to_ascii_lowercase();
    text.trim_start().starts_with('<') && text.contains("type=\"password\"")
}

impl Endpoint {
    fn finding(&self, place: &str, kind: Kind, weight: Weight) -> Finding {
        let weight = if self.is_essential {
            weight
        } else {
            Weight::Additive
        };
        Finding::new(self.name, place, kind, weight)
    }

    fn refused(&self, exchange: &Exchange) -> Finding {
        let now = match exchange.status {
            200 => "a page to sign in".to_owned(),
            301..=399 => "a redirect to the sign-in".to_owned(),
            status => status.to_string(),
        };
        let known: Vec<String> = self.statuses.iter().map(u16::to_string).collect();
        self.finding("", Kind::Status, Weight::Breaking)
            .between(known.join(" or "), now)
    }

    fn compare(&self, exchange: &Exchange) -> Vec<Finding> {
        let mut found = Vec::new();
        if let Answer::Unknown = self.answer {
            return found;
        }
        let is_success = (200..300).contains(&exchange.status);
        if !self.statuses.contains(&exchange.status) {
            let known: Vec<String> = self.statuses.iter().map(u16::to_string).collect();
            let weight = if is_success {
                Weight::Additive
            } else {
                Weight::Breaking
            };
            let finding = self.finding("", Kind::Status, weight);
            found.push(finding.between(known.join(" or "), exchange.status.to_string()));
        }
        let is_empty = exchange.body.as_ref().is_some_and(Vec::is_empty);
        if !is_success || (is_empty && self.may_be_empty) {
            return found;
        }
        let kind = exchange.content_type.as_str();
        if !self.content_types.is_empty() && !self.content_types.contains(&kind) {
            let now = match kind {
                "" => "none".to_owned(),
                kind if Names::new().content_type(kind) => kind.to_owned(),
                _ => "another".to_owned(),
            };
            let finding = self.finding("", Kind::ContentType, Weight::Additive);
            found.push(finding.between(self.content_types.join(" or "), now));
        }
        // A browser drops the bodies of large answers, and of pages that were left.
        let Some(body) = &exchange.body else {
            return found;
        };
        let text = String::from_utf8_lossy(body);
        let start = text.trim_start_matches('\u{feff}').trim_start();
        let sort = sort_of(start);
        let wrong = |wanted: &str| {
            self.finding("", Kind::Content, Weight::Breaking)
                .between(wanted, sort)
        };
        match &self.answer {
            Answer::Json { known, like, .. } => match serde_json::from_str::<Value>(start) {
                Ok(document) => {
                    let differences = compare(self.name, &document, known, like);
                    found.extend(differences.into_iter().map(|mut it| {
                        it.weight = if self.is_essential {
                            it.weight
                        } else {
                            Weight::Additive
                        };
                        it
                    }));
                }
                Err(_) => found.push(wrong("JSON")),
            },
            Answer::Page(spec) if sort == "a page" => {
                found.extend(spec.compare(self.name, start).into_iter().map(|mut it| {
                    it.weight = if self.is_essential {
                        it.weight
                    } else {
                        Weight::Additive
                    };
                    it
                }));
            }
            Answer::Page(_) => found.push(wrong("a page")),
            Answer::File(starts) => {
                let begins = |start: &str| starts.iter().any(|known| start.starts_with(known));
                let after = start
                    .strip_prefix("<?xml")
                    .and_then(|rest| rest.split_once("?>"));
                let begins_after = after.is_some_and(|(_, rest)| begins(rest.trim_start()));
                if !begins(start) && !begins_after {
                    found.push(wrong("a file"));
                }
            }
            Answer::Unknown => {}
        }
        found
    }
}

fn sort_of(start: &str) -> &'static str {
    let head: String = start
        .chars()
        .take(200)
        .collect::<String>()
        .to_ascii_lowercase();
    match start.as_bytes() {
        [] => "nothing",
        [b'{' | b'[', ..] => "JSON",
        [b'P', b'K', ..] => "an archive",
        _ if head.starts_with("<!doctype html") || head.contains("<html") => "a page",
        [b'<', ..] => "XML",
        _ => "other text",
    }
}

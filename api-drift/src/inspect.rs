//! Recorded answers against what is known of the services.

use serde_json::Value;

use crate::compare::compare;
use crate::endpoint::{Answer, Endpoint, Service};
use crate::exchange::Exchange;
use crate::finding::{Finding, Kind, Report, Weight};
use crate::reading::judge;
use crate::redact::Names;

/// Compares every answer of these services with what is known of them; requests to other hosts are left out.
#[must_use]
pub fn inspect(services: &[Service], exchanges: &[Exchange]) -> Report {
    let mut report = Report::default();
    for service in services {
        let ours: Vec<&Exchange> = exchanges
            .iter()
            .filter(|it| service.role_of(&it.url).is_some())
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
            endpoint.stops.clone_into(&mut seen.stops);
            match endpoint.sight(service, exchange) {
                Sight::Nothing => seen.unseen += 1,
                Sight::Refusal => {
                    seen.refused += 1;
                    refused.push((endpoint, exchange));
                }
                Sight::Answer => {
                    seen.answers += 1;
                    let found = endpoint.compare(exchange);
                    report
                        .findings
                        .extend(found.into_iter().map(|it| it.of(service.name)));
                }
            }
        }
        // An endpoint that answered once is alive: the other entry was deleted, or belongs to another user.
        for (endpoint, exchange) in refused {
            let seen = report.saw(service.name, endpoint.name, endpoint.purpose);
            if seen.answers == 0 && !endpoint.refuses_content(exchange) {
                report
                    .findings
                    .insert(endpoint.refused(exchange).of(service.name));
            }
        }
    }
    report
}

/// How much of an answer there is to look at.
enum Sight {
    /// No answer, or one that the recording has no content of.
    Nothing,
    /// "Sign in first", "later", "not this one".
    Refusal,
    Answer,
}

fn leads_to_login(exchange: &Exchange) -> bool {
    let to = exchange.location.as_ref();
    let has_login = |to: &url::Url| to.path().to_ascii_lowercase().contains("login");
    exchange.is_redirect() && to.is_some_and(has_login)
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

    fn sight(&self, service: &Service, exchange: &Exchange) -> Sight {
        let is_success = (200..300).contains(&exchange.status);
        let leads_here = || {
            let to = exchange.location.clone();
            to.is_some_and(|to| {
                let next = Exchange::new(&exchange.method, to, 0);
                service
                    .endpoint_of(&next)
                    .is_some_and(|it| it.name == self.name)
            })
        };
        match exchange.status {
            0 | 304 => Sight::Nothing,
            _ if leads_to_login(exchange) => Sight::Refusal,
            // Another spelling of the address; the next request has the answer.
            _ if exchange.is_redirect() && leads_here() => Sight::Nothing,
            // An answer that was never recorded may lead anywhere.
            301..=399 if matches!(self.answer, Answer::Unknown) => Sight::Answer,
            status if !is_success && !self.statuses.contains(&status) => Sight::Refusal,
            204 | 205 => Sight::Answer,
            _ if !is_success || matches!(self.answer, Answer::Unknown) => Sight::Answer,
            // A browser drops the bodies of large answers, and of pages that were left.
            _ if exchange.is_cut || exchange.body.is_none() => Sight::Nothing,
            _ if self.is_refusal_page(exchange) => Sight::Refusal,
            _ => Sight::Answer,
        }
    }

    /// A page to sign in, or one that says that this entry is not for the user.
    fn is_refusal_page(&self, exchange: &Exchange) -> bool {
        let text = String::from_utf8_lossy(exchange.body.as_deref().unwrap_or_default());
        let says_no = self.refusal.is_some_and(|no| text.contains(no));
        // A page may have the form to sign in in a corner and be itself nevertheless.
        let is_itself = || match &self.answer {
            Answer::Page(spec) => spec.is_there(&text),
            _ => false,
        };
        says_no || (is_login_page(exchange) && !is_itself())
    }

    /// The service objects to what was sent, not to the request.
    fn refuses_content(&self, exchange: &Exchange) -> bool {
        matches!(self.answer, Answer::Unknown)
            && matches!(exchange.status, 400 | 408 | 413 | 415 | 422 | 429 | 500..)
    }

    fn refused(&self, exchange: &Exchange) -> Finding {
        let now = match exchange.status {
            200 => "a page to sign in".to_owned(),
            301..=399 if leads_to_login(exchange) => "a redirect to the sign-in".to_owned(),
            status => status.to_string(),
        };
        let known: Vec<String> = self.statuses.iter().map(u16::to_string).collect();
        self.finding("", Kind::Status, Weight::Breaking)
            .between(known.join(" or "), now)
    }

    fn compare(&self, exchange: &Exchange) -> Vec<Finding> {
        let mut found = Vec::new();
        self.compare_sent(&Names::new(), exchange, &mut found);
        if let Answer::Unknown = self.answer {
            return found;
        }
        let is_success = (200..300).contains(&exchange.status);
        if !self.statuses.contains(&exchange.status) {
            let known: Vec<String> = self.statuses.iter().map(u16::to_string).collect();
            let finding = self.finding("", Kind::Status, Weight::Additive);
            found.push(finding.between(known.join(" or "), exchange.status.to_string()));
        }
        let has_no_body = matches!(exchange.status, 204 | 205);
        if has_no_body && !self.may_be_empty {
            let finding = self.finding("", Kind::Content, Weight::Breaking);
            found.push(finding.between("content", "nothing"));
        }
        if has_no_body {
            return found;
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
                    let mut differences = compare(self.name, &document, known, like);
                    if let Some(reader) = self.reader {
                        let known = (known, like);
                        let body = start.as_bytes();
                        differences = judge(self.name, body, &document, known, reader, differences);
                    }
                    found.extend(differences.into_iter().map(|mut it| {
                        it.weight = if self.is_essential {
                            it.weight
                        } else {
                            Weight::Additive
                        };
                        it
                    }));
                }
                Err(_) if sort == "JSON" => {
                    let finding = self.finding("", Kind::Content, Weight::Breaking);
                    found.push(finding.between("JSON", "JSON that ends early or cannot be read"));
                }
                Err(_) => found.push(wrong("JSON")),
            },
            Answer::Page(spec) if sort == "a page" => {
                found.extend(
                    spec.compare(self.name, &exchange.url, start)
                        .into_iter()
                        .map(|mut it| {
                            it.weight = if self.is_essential {
                                it.weight
                            } else {
                                Weight::Additive
                            };
                            it
                        }),
                );
            }
            Answer::Page(_) => found.push(wrong("a page")),
            Answer::File(starts) => {
                let begins = |start: &str| starts.iter().any(|known| start.starts_with(known));
                if !begins(start) && !begins(after_prologue(start)) {
                    found.push(wrong("a file"));
                }
            }
            Answer::Unknown => {}
        }
        found
    }
}

/// The text from the first element of an XML document on.
fn after_prologue(text: &str) -> &str {
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let end = match rest {
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<!") => ">",
            _ => return rest,
        };
        rest = rest.split_once(end).map_or("", |(_, after)| after);
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

#[cfg(test)]
mod tests;

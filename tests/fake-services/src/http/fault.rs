//! Failures on demand: "the next two requests to X answer Y".

use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::change::{Change, Leaving};
use super::log::Endpoint;

/// A canned answer that replaces what the fake would have said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    /// A status with a content type and a body.
    #[must_use]
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: body.into(),
        }
    }

    /// A status and nothing else.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// The same with its body compressed.
    #[must_use]
    pub fn gzip(mut self) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // Writing into memory does not fail.
        if encoder.write_all(&self.body).is_ok()
            && let Ok(body) = encoder.finish()
        {
            self.body = body;
            self = self.header("content-encoding", "gzip");
        }
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// 200 with an empty body.
    #[must_use]
    pub fn empty() -> Self {
        Self::status(200)
    }

    /// 200 with a login page, as `text/html`: how an expired session shows itself on data endpoints.
    #[must_use]
    pub fn login_page() -> Self {
        Self::html(
            200,
            "<!DOCTYPE html>\n<html><head><title>Log in</title></head><body><h1>Log in or sign up</h1>\
             <form action=\"/login\" method=\"post\"><input name=\"email\"><input type=\"password\" name=\"password\"></form></body></html>",
        )
    }

    /// An HTML page.
    #[must_use]
    pub fn html(status: u16, body: &str) -> Self {
        Self::new(status, "text/html; charset=utf-8", body)
    }

    /// A JSON document.
    #[must_use]
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, "application/json", body.to_string())
    }

    /// 401 with the body that Polar's API uses for an expired session.
    #[must_use]
    pub fn not_authenticated() -> Self {
        Self::json(
            401,
            &serde_json::json!({"error": "NotAuthenticated", "redirect": "/"}),
        )
    }

    /// 403 of CloudFront's firewall, recognised by its `X-Cache` header.
    #[must_use]
    pub fn cloudfront_block() -> Self {
        Self::html(
            403,
            "<!DOCTYPE html><html><head><title>ERROR: The request could not be satisfied</title></head><body><h1>403 ERROR</h1><p>Request blocked.</p></body></html>",
        )
        .header("x-cache", "Error from cloudfront")
    }

    /// An XML `AccessDenied` document, as object stores answer.
    #[must_use]
    pub fn access_denied() -> Self {
        Self::new(
            403,
            "application/xml",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
        )
    }

    /// 429, with `Retry-After` when `seconds` is given.
    #[must_use]
    pub fn too_many_requests(seconds: Option<u64>) -> Self {
        Self::html(
            429,
            "<html><head><title>Too Many Requests</title></head></html>",
        )
        .retry_after(seconds)
    }

    /// 503, with `Retry-After` when `seconds` is given.
    #[must_use]
    pub fn unavailable(seconds: Option<u64>) -> Self {
        Self::html(
            503,
            "<html><head><title>Service Unavailable</title></head></html>",
        )
        .retry_after(seconds)
    }

    /// 302 to another address.
    #[must_use]
    pub fn redirect(location: &str) -> Self {
        Self::status(302).header("location", location)
    }

    fn retry_after(self, seconds: Option<u64>) -> Self {
        match seconds {
            Some(seconds) => self.header("retry-after", seconds.to_string()),
            None => self,
        }
    }

    pub(crate) fn body(&self) -> Bytes {
        self.body.clone().into()
    }

    pub(crate) fn response(&self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body.clone()));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in &self.headers {
            // Servlet containers write what they have: not every value is ASCII.
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                response
                    .headers_mut()
                    .append(HeaderName::from_static(name), value);
            }
        }
        if !response.headers().contains_key(header::CONTENT_TYPE) && !self.body.is_empty() {
            response
                .headers_mut()
                .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        }
        response
    }
}

/// What goes wrong with one request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Answer this; the request changes nothing.
    Answer(Answer),
    /// Do what was asked, then answer this.
    AnswerAfter(Answer),
    /// Reset the connection once the head of the request is there; the body is not read.
    ResetBeforeBody,
    /// Read the whole body, do nothing, reset the connection.
    ResetAfterBody,
    /// Do what was asked, then reset the connection instead of answering.
    ResetAfterEffect,
    /// Wait, then do what was asked.
    Slow(Duration),
    /// Do what was asked, then wait before the answer.
    SlowAnswer(Duration),
    /// Answer this without an end: its body again and again, with a pause before each. The request changes nothing.
    Endless(Answer, Duration),
    /// Answer as usual, announce the full length, send this many bytes of the body, then reset.
    Truncate(usize),
}

#[derive(Debug)]
struct Rule {
    endpoint: Endpoint,
    /// `None` means without end.
    left: Option<usize>,
    /// Requests to let through before the first.
    skip: usize,
    fault: Fault,
}

/// Scripted faults of one fake. Clones share the script.
#[derive(Clone, Default)]
pub struct Faults {
    changes: Arc<Mutex<Vec<(Endpoint, Change)>>>,
    rules: Arc<Mutex<Vec<Rule>>>,
    extra: Arc<Mutex<Vec<(HeaderName, String)>>>,
}

impl std::fmt::Debug for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Faults({:?})", self.lock())
    }
}

impl Faults {
    /// The next `times` requests to an endpoint fail like this. Rules for one endpoint are used up in the order given.
    pub fn next(&self, times: usize, endpoint: impl Into<Endpoint>, fault: Fault) {
        self.push(Some(times), 0, endpoint.into(), fault);
    }

    /// Lets `skip` requests to the endpoint pass, then fails `times` of them.
    pub fn after(&self, skip: usize, times: usize, endpoint: impl Into<Endpoint>, fault: Fault) {
        self.push(Some(times), skip, endpoint.into(), fault);
    }

    /// Every request to an endpoint fails like this until [`Faults::clear`].
    pub fn always(&self, endpoint: impl Into<Endpoint>, fault: Fault) {
        self.push(None, 0, endpoint.into(), fault);
    }

    /// Adds headers to every answer from now on, `{n}` in a value being the number of the answer. `Date` replaces the usual
    /// one.
    pub fn add_to_every_answer(&self, headers: impl IntoIterator<Item = (&'static str, String)>) {
        let headers = headers.into_iter();
        *self.extra() = headers
            .map(|(name, value)| (HeaderName::from_static(name), value))
            .collect();
    }

    pub(crate) fn decorate(&self, response: &mut Response<Body>, number: usize) {
        for (name, value) in self.extra().iter() {
            if let Ok(value) = HeaderValue::from_str(&value.replace("{n}", &number.to_string())) {
                response.headers_mut().append(name, value);
            }
        }
    }

    fn extra(&self) -> std::sync::MutexGuard<'_, Vec<(HeaderName, String)>> {
        self.extra.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes every answer of an endpoint from now on, until [`Faults::clear`]: the service itself has changed.
    pub fn change(
        &self,
        endpoint: impl Into<Endpoint>,
        change: impl Fn(&mut Leaving) + Send + Sync + 'static,
    ) {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.push((endpoint.into(), Arc::new(change)));
    }

    pub(crate) fn changes_of(&self, method: &str, path: &str) -> Vec<Change> {
        let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let of_it = changes
            .iter()
            .filter(|(endpoint, _)| endpoint.matches(method, path));
        of_it.map(|(_, change)| Arc::clone(change)).collect()
    }

    /// Removes all rules and changes.
    pub fn clear(&self) {
        self.changes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        self.lock().clear();
    }

    /// How many planned faults have not happened yet; rules without an end don't count.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.lock().iter().filter_map(|rule| rule.left).sum()
    }

    pub(crate) fn take(&self, method: &str, path: &str) -> Option<Fault> {
        let mut rules = self.lock();
        let index = rules
            .iter()
            .position(|rule| rule.endpoint.matches(method, path))?;
        let rule = &mut rules[index];
        if rule.skip > 0 {
            rule.skip -= 1;
            return None;
        }
        let fault = rule.fault.clone();
        if let Some(left) = &mut rule.left {
            *left = left.saturating_sub(1);
            if *left == 0 {
                rules.remove(index);
            }
        }
        Some(fault)
    }

    fn push(&self, left: Option<usize>, skip: usize, endpoint: Endpoint, fault: Fault) {
        if left != Some(0) {
            self.lock().push(Rule {
                endpoint,
                left,
                skip,
                fault,
            });
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Rule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_used_up_in_order_and_only_for_their_endpoint() {
        let faults = Faults::default();
        faults.next(1, "GET /a", Fault::Answer(Answer::empty()));
        faults.next(1, "GET /a", Fault::ResetAfterBody);
        assert_eq!(faults.take("GET", "/b"), None);
        assert_eq!(faults.take("POST", "/a"), None);
        assert_eq!(faults.pending(), 2);
        assert_eq!(
            faults.take("GET", "/a"),
            Some(Fault::Answer(Answer::empty()))
        );
        assert_eq!(faults.take("GET", "/a"), Some(Fault::ResetAfterBody));
        assert_eq!(faults.take("GET", "/a"), None);
    }

    #[test]
    fn a_rule_can_let_requests_pass_first() {
        let faults = Faults::default();
        faults.after(2, 1, "/a", Fault::ResetBeforeBody);
        assert_eq!(faults.take("GET", "/a"), None);
        assert_eq!(faults.take("GET", "/a"), None);
        assert_eq!(faults.take("GET", "/a"), Some(Fault::ResetBeforeBody));
        assert_eq!(faults.take("GET", "/a"), None);
    }
}

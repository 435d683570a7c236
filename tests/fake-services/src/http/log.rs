//! The requests to a fake, for tests that count them.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::Method;
use url::form_urlencoded;

/// One request that reached a fake. Values of secret query parameters are already blanked out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggedRequest {
    /// Which listener: `flow`, `auth`, `runkeeper` or `asics`.
    pub host: &'static str,
    /// The method, in capitals.
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// The query, with the values of `code`, `state` and `csrfToken` replaced by `...`.
    pub query: String,
    /// Bytes of the request's body that arrived.
    pub body_bytes: usize,
    /// Bytes of the answer's body that the client let the fake write, up to what fits into the system's buffers.
    pub answer_bytes: usize,
    /// Time since the fake was started.
    pub at: Duration,
    /// The status that was answered; `None` while in work or when the connection was dropped.
    pub status: Option<u16>,
}

/// A method and the beginning of a path, such as `"POST /trackMultipleFileUpload"` or just `"/api/export"`.
///
/// The path matches whole segments: `/user` matches `/user` and `/user/1`, not `/users`.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    method: Option<String>,
    path: String,
}

impl Endpoint {
    /// Every request.
    #[must_use]
    pub fn any() -> Self {
        Self {
            method: None,
            path: "/".to_owned(),
        }
    }

    pub(crate) fn matches(&self, method: &str, path: &str) -> bool {
        let method_fits = self.method.as_deref().is_none_or(|wanted| wanted == method);
        let path_fits = match path.strip_prefix(self.path.trim_end_matches('/')) {
            Some(rest) => rest.is_empty() || rest.starts_with('/'),
            None => false,
        };
        method_fits && path_fits
    }
}

impl From<&str> for Endpoint {
    fn from(text: &str) -> Self {
        match text.split_once(' ') {
            Some((method, path)) => Self {
                method: Some(method.to_uppercase()),
                path: path.to_owned(),
            },
            None => Self {
                method: None,
                path: text.to_owned(),
            },
        }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method.as_deref().unwrap_or("*"), self.path)
    }
}

/// The requests that reached a fake, in order of arrival. Clones share the log.
#[derive(Debug, Clone)]
pub struct RequestLog {
    started: Instant,
    entries: Arc<Mutex<Vec<LoggedRequest>>>,
}

impl RequestLog {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            entries: Arc::default(),
        }
    }

    /// All requests so far.
    #[must_use]
    pub fn all(&self) -> Vec<LoggedRequest> {
        self.lock().clone()
    }

    /// How many requests went to an endpoint.
    #[must_use]
    pub fn count(&self, endpoint: impl Into<Endpoint>) -> usize {
        let endpoint = endpoint.into();
        self.lock()
            .iter()
            .filter(|entry| endpoint.matches(&entry.method, &entry.path))
            .count()
    }

    /// Forgets everything so far.
    pub fn clear(&self) {
        self.lock().clear();
    }

    pub(crate) fn begin(
        &self,
        host: &'static str,
        method: &Method,
        path: &str,
        query: &str,
    ) -> usize {
        let mut entries = self.lock();
        entries.push(LoggedRequest {
            host,
            method: method.as_str().to_owned(),
            path: path.to_owned(),
            query: without_secrets(query),
            body_bytes: 0,
            answer_bytes: 0,
            at: self.started.elapsed(),
            status: None,
        });
        entries.len() - 1
    }

    pub(crate) fn update(&self, index: usize, change: impl FnOnce(&mut LoggedRequest)) {
        // The log may have been cleared while the request was in work.
        if let Some(entry) = self.lock().get_mut(index) {
            change(entry);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<LoggedRequest>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn without_secrets(query: &str) -> String {
    const SECRET: [&str; 3] = ["code", "state", "csrfToken"];
    let mut out = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if value.is_empty() {
            out.append_key_only(&name);
        } else if SECRET.contains(&name.as_ref()) {
            out.append_pair(&name, "...");
        } else {
            out.append_pair(&name, &value);
        }
    }
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_matches_whole_segments_and_its_method() {
        let upload = Endpoint::from("POST /new/activity");
        assert!(upload.matches("POST", "/new/activity"));
        assert!(!upload.matches("GET", "/new/activity"));
        assert!(!upload.matches("POST", "/new/activityX"));
        assert!(Endpoint::from("/user").matches("GET", "/user/1/activity/2"));
        assert!(Endpoint::any().matches("GET", "/whatever"));
    }

    #[test]
    fn secrets_in_a_query_are_blanked_out() {
        let shown = without_secrets("csrfToken=abc&returnUrl=%2F&code=xyz&continue");
        assert_eq!(shown, "csrfToken=...&returnUrl=%2F&code=...&continue");
    }
}

//! Changes of a service: what it answers from now on, one thing at a time.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::Value;

use super::MAX_BODY;

/// An answer that is about to leave.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Leaving {
    /// The status.
    pub status: u16,
    /// Names and values of headers, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

pub(crate) type Change = Arc<dyn Fn(&mut Leaving) + Send + Sync>;

impl Leaving {
    /// Changes the body where it is JSON.
    pub fn json(&mut self, change: impl FnOnce(&mut Value)) {
        if let Ok(mut document) = serde_json::from_slice(&self.body) {
            change(&mut document);
            self.body = document.to_string().into_bytes();
        }
    }

    /// Changes the body where it is text.
    pub fn text(&mut self, from: &str, to: &str) {
        let text = String::from_utf8_lossy(&self.body).replace(from, to);
        self.body = text.into_bytes();
    }

    /// Changes the value of every header of this name.
    pub fn header(&mut self, name: &str, change: impl Fn(&str) -> String) {
        for (known, value) in &mut self.headers {
            if known == name {
                *value = change(value);
            }
        }
    }
}

/// The answer after all changes of its endpoint.
pub(crate) async fn apply(response: Response<Body>, changes: &[Change]) -> Response<Body> {
    if changes.is_empty() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut leaving = Leaving {
        status: parts.status.as_u16(),
        headers: parts
            .headers
            .iter()
            .filter(|(name, _)| **name != header::CONTENT_LENGTH)
            .map(|(name, value)| (name.as_str().to_owned(), text(value)))
            .collect(),
        body: body.to_vec(),
    };
    for change in changes {
        change(&mut leaving);
    }
    let mut response = Response::new(Body::from(leaving.body));
    *response.status_mut() =
        StatusCode::from_u16(leaving.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in leaving.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

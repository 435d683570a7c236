//! Cookies by hand: names with a literal `%` exist at Runkeeper and must pass unchanged.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// The cookies of one request.
pub(crate) struct Cookies(Vec<(String, String)>);

impl Cookies {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let pairs = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|text| text.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self(pairs)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A `Set-Cookie` header. Never `Secure`: the fakes speak plain HTTP and a jar would not send it back.
pub(crate) fn set_cookie(name: &str, value: &str, attributes: &str) -> (HeaderName, HeaderValue) {
    let text = format!("{name}={value}; Path=/; {attributes}");
    let value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    (header::SET_COOKIE, value)
}

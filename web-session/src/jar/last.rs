//! The `Cookie` header, and the memory of the last one.

use std::time::SystemTime;

use bytes::Bytes;
use cookie_store::{Cookie, CookieExpiration, CookieStore};
use reqwest::header::HeaderValue;
use url::Url;

/// The header of the last request. A client asks one host again and again, and finding the cookies costs more than the rest
/// of a request.
pub(super) struct Last {
    url: Url,
    /// When the first of its cookies expires.
    until: Option<SystemTime>,
    pub(super) header: Option<HeaderValue>,
}

impl Last {
    pub(super) fn new(store: &CookieStore, url: &Url) -> Self {
        let expiry = |cookie: &&Cookie<'static>| match &cookie.expires {
            CookieExpiration::AtUtc(at) => Some(SystemTime::from(*at)),
            CookieExpiration::SessionEnd => None,
        };
        Self {
            url: url.clone(),
            until: store.matches(url).iter().filter_map(expiry).min(),
            header: header_of(store, url),
        }
    }

    pub(super) fn is_for(&self, url: &Url) -> bool {
        self.url.scheme() == url.scheme()
            && self.url.host() == url.host()
            && self.url.path() == url.path()
            && self.until.is_none_or(|until| SystemTime::now() < until)
    }
}

/// The most specific path first, as in browsers.
fn header_of(store: &CookieStore, url: &Url) -> Option<HeaderValue> {
    let mut found = store.matches(url);
    found.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
    let mut line = String::new();
    for cookie in found {
        if !line.is_empty() {
            line.push_str("; ");
        }
        line.push_str(cookie.name());
        line.push('=');
        line.push_str(cookie.value());
    }
    let mut header = HeaderValue::from_maybe_shared(Bytes::from(line)).ok()?;
    header.set_sensitive(true);
    (!header.is_empty()).then_some(header)
}

//! A complete answer, and what may be said about it in public.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION};
use url::Url;

use crate::classify::{self, Content};
use crate::kind::ErrorKind;
use crate::redact;

/// One redirect that was followed.
#[derive(Clone)]
pub struct Hop {
    /// Its status (301, 302, 303, 307, 308).
    pub status: StatusCode,
    /// The address that answered with it. Its query can hold tokens.
    pub url: Url,
}

impl fmt::Debug for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), redact::request(&self.url))
    }
}

/// A complete answer of any status. The body has been read within the size limit and is decompressed.
///
/// `Debug` shows the [`Fingerprint`], never the body, a header value or a query value.
#[derive(Clone)]
pub struct Response {
    pub(crate) endpoint: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) url: Url,
    pub(crate) hops: Vec<Hop>,
}

impl Response {
    /// The name of the request, as given to [`RequestBuilder::endpoint`](crate::RequestBuilder::endpoint).
    #[must_use]
    pub fn endpoint(&self) -> &'static str {
        self.endpoint
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// All headers. `Set-Cookie` is among them: don't log it.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// One header as text; `None` when absent or not text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body, as bytes.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body, by value.
    #[must_use]
    pub fn into_body(self) -> Bytes {
        self.body
    }

    /// The body as text; bytes that aren't UTF-8 become `U+FFFD`.
    #[must_use]
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The address that gave this answer, after the redirects that were followed.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The redirects that were followed to get here, the first one first.
    #[must_use]
    pub fn hops(&self) -> &[Hop] {
        &self.hops
    }

    /// The absolute target of a redirect that was *not* followed. `None` when this is not a redirect.
    #[must_use]
    pub fn location(&self) -> Option<Url> {
        if !self.status.is_redirection() {
            return None;
        }
        let bytes = self.headers.get(LOCATION)?.as_bytes();
        // The standard wants ASCII; servers write names in UTF-8 or in Latin-1.
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().copied().map(char::from).collect(),
        };
        self.url.join(text.trim()).ok()
    }

    /// The pause the service asks for (`Retry-After`).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        crate::retry::retry_after(&self.headers, SystemTime::now())
    }

    /// The kind of the body, judged by status, headers and the body itself, not by `Content-Type` alone.
    #[must_use]
    pub fn content(&self) -> Content {
        classify::content(self.status, &self.headers, &self.url, &self.body)
    }

    /// Whether a firewall or a bot defence refuses this client. A content network's own page with the status of an outage is not meant:
    /// it says that the service behind it did not answer.
    #[must_use]
    pub fn is_block(&self) -> bool {
        match self.content() {
            Content::BotChallenge => true,
            Content::BlockPage => self.outage() != Some(ErrorKind::Unavailable),
            _ => false,
        }
    }

    /// The failure that the status names, for any service: it asks for a pause ([`RateLimited`](ErrorKind::RateLimited): 429), or is
    /// down for the moment ([`Unavailable`](ErrorKind::Unavailable): 408 and 5xx; a write may have got through). Only the client of
    /// the service knows the meaning of other statuses.
    #[must_use]
    pub fn outage(&self) -> Option<ErrorKind> {
        match self.status.as_u16() {
            429 => Some(ErrorKind::RateLimited),
            408 | 500.. => Some(ErrorKind::Unavailable),
            _ => None,
        }
    }

    /// What may be said in an error or a log about this answer.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint {
            status: self.status.as_u16(),
            content_type: self
                .header(CONTENT_TYPE.as_str())
                .map(|t| redact::phrase(t, 60)),
            length: self.body.len() as u64,
            title: classify::title(&self.body).map(|t| redact::phrase(&t, 80)),
            retry_after: crate::retry::pause_of(self.status, &self.headers),
            clock: crate::clock::remark(&self.headers),
        }
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("endpoint", &self.endpoint)
            .field("url", &redact::request(&self.url))
            .field("fingerprint", &self.fingerprint())
            .field("hops", &self.hops)
            .finish()
    }
}

/// A page described well enough to recognise it again, without anything that was in it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fingerprint {
    /// HTTP status.
    pub status: u16,
    /// The `Content-Type` header.
    pub content_type: Option<String>,
    /// Length of the body in bytes, decompressed.
    pub length: u64,
    /// Title of an HTML page, at most 80 characters, without e-mail addresses.
    pub title: Option<String>,
    /// The pause that the answer asked for: `Retry-After` of a 429 or 503.
    pub retry_after: Option<Duration>,
    /// That this machine's clock is wrong, when it differs from the answer's date by more than two minutes.
    pub clock: Option<String>,
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "status {}, ", self.status)?;
        match &self.content_type {
            Some(t) => write!(f, "{t}, ")?,
            None => f.write_str("no content type, ")?,
        }
        write!(f, "{} bytes", self.length)?;
        if let Some(title) = &self.title {
            write!(f, ", title \"{title}\"")?;
        }
        if let Some(clock) = &self.clock {
            write!(f, "; {clock}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn answer(status: u16, headers: HeaderMap, body: &'static str) -> Response {
        Response {
            endpoint: "test",
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: Bytes::from_static(body.as_bytes()),
            url: Url::parse("https://site.example/form").unwrap(),
            hops: Vec::new(),
        }
    }

    fn redirect(location: &[u8]) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, HeaderValue::from_bytes(location).unwrap());
        answer(302, headers, "").location().map(String::from)
    }

    #[test]
    fn an_outage_behind_a_content_network_is_no_block() {
        let denied = "<html><head><title>Access Denied</title></head></html>";
        let challenge = "<html><head><title>Just a moment...</title></head></html>";
        let unavailable = Some(ErrorKind::Unavailable);
        for (status, body, is_block, outage) in [
            (403, denied, true, None),
            (429, denied, true, Some(ErrorKind::RateLimited)),
            (503, denied, false, unavailable),
            (503, challenge, true, unavailable),
            (408, "", false, unavailable),
            (200, "{}", false, None),
            (404, "", false, None),
        ] {
            let answer = answer(status, HeaderMap::new(), body);
            assert_eq!(
                (answer.is_block(), answer.outage()),
                (is_block, outage),
                "{status}"
            );
        }
    }

    #[test]
    fn a_location_is_read_in_every_encoding_that_servers_write() {
        let wanted = Some("https://site.example/user/j%C3%B6rg/activity/7".to_owned());
        assert_eq!(redirect(" /user/j%C3%B6rg/activity/7".as_bytes()), wanted);
        assert_eq!(redirect("/user/j\u{f6}rg/activity/7".as_bytes()), wanted);
        assert_eq!(redirect(b"/user/j\xF6rg/activity/7"), wanted);
        assert_eq!(redirect(b"http://"), None);
    }
}

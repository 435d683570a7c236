//! The session and how it is set up.

mod builder;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderValue};
use tokio::sync::Semaphore;
use url::Url;

use crate::clock::Clock;
use crate::decode::{self, DecodeError, Observer};
use crate::error::Error;
use crate::jar::CookieJar;
use crate::pace::Pacer;
use crate::pause::Pause;
use crate::redact;
use crate::request::RequestBuilder;
use crate::response::Response;
use crate::retry::RetryPolicy;
use crate::site::Site;
use crate::tap::Tap;
use crate::transport::Transport;

pub use builder::SessionBuilder;

/// The `User-Agent` that is sent unless another one is set: a current browser, since both services that this was
/// written for refuse others.
pub const BROWSER_USER_AGENT: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 \
                                      (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

/// A session with a website. Cheap to clone; clones share cookies, pacing and connections.
///
/// Requests need a tokio runtime with time and I/O enabled.
#[derive(Clone)]
pub struct Session {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    /// Keeps connections open between reads.
    pub(crate) reads: reqwest::Client,
    /// Opens a connection for every write: on a pooled one that the server closed meanwhile, the HTTP library would
    /// have to guess whether the request was taken, and may send it again.
    pub(crate) writes: reqwest::Client,
    pub(crate) jar: Arc<CookieJar>,
    pub(crate) site: Site,
    pub(crate) headers: HeaderMap,
    pub(crate) pacer: Pacer,
    pub(crate) pause: Pause,
    pub(crate) clock: Arc<Clock>,
    pub(crate) transport: Transport,
    /// Who asks, for the hosts of the site only.
    pub(crate) authorization: Option<HeaderValue>,
    pub(crate) in_flight: Semaphore,
    pub(crate) retry: RetryPolicy,
    pub(crate) timeout: Duration,
    pub(crate) total_timeout: Duration,
    pub(crate) max_bytes: u64,
    pub(crate) max_redirects: usize,
    pub(crate) observer: Option<Observer>,
    pub(crate) tap: Option<Tap>,
}

impl Session {
    /// Starts to set up a session.
    pub fn builder() -> SessionBuilder {
        SessionBuilder::default()
    }

    /// A GET. End it with [`RequestBuilder::read`].
    pub fn get(&self, url: Url) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    /// A POST. End it with [`RequestBuilder::write`], or with [`RequestBuilder::read`] when the service merely lists
    /// something by POST.
    pub fn post(&self, url: Url) -> RequestBuilder {
        self.request(Method::POST, url)
    }

    /// Any other request.
    ///
    /// A plain `http` address of a host that is configured with `https` is asked over HTTPS, as a browser with HSTS
    /// does: services like to write such addresses into redirects and forms, and cookies don't travel in clear text.
    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let url = self.inner.site.secured(url);
        RequestBuilder::new(self.clone(), method, url)
    }

    /// Loads the saved session from a store that is no file, unless that has happened. Every request does it first.
    ///
    /// # Errors
    /// When the store cannot be read, or holds no session.
    pub async fn load(&self) -> Result<(), Error> {
        Ok(self.inner.jar.load_once().await?)
    }

    /// The cookies.
    #[must_use]
    pub fn jar(&self) -> &CookieJar {
        &self.inner.jar
    }

    /// What time it is at the service, by the dates of its answers: what it says of expiry is measured by its clock, and
    /// the clock of this machine can be wrong. As long as the two agree within two minutes, or before the first answer,
    /// it is the time of this machine.
    #[must_use]
    pub fn service_time(&self) -> SystemTime {
        self.inner.clock.service_time()
    }

    /// The configured addresses.
    #[must_use]
    pub fn base_urls(&self) -> &[Url] {
        &self.inner.site.bases
    }

    /// The time that one request may take, unless it sets another.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.inner.timeout
    }

    /// How long the service still wants to be left alone: it answered 429 or 503 with `Retry-After`. Until then a read
    /// waits when the wait fits its limits; every other request ends as [`Error::Paused`].
    #[must_use]
    pub fn pause(&self) -> Option<Duration> {
        self.inner.pause.left()
    }

    /// Where to go on after a redirect that was *not* followed (the answer to a write, or a read with
    /// [`Redirects::Never`](crate::Redirects::Never)), when it stays within the site.
    #[must_use]
    pub fn next_url(&self, response: &Response) -> Option<Url> {
        response
            .location()
            .and_then(|target| self.inner.site.follow(target))
    }

    /// Decodes an answer; the observer gets what the types don't expect.
    ///
    /// # Errors
    /// When the body is not JSON or has changed its shape.
    pub fn decode<T: serde::de::DeserializeOwned>(
        &self,
        response: &Response,
    ) -> Result<T, Box<DecodeError>> {
        decode::json(response, self.inner.observer.as_ref())
    }

    /// The observer, for clients that decode by other means.
    #[must_use]
    pub fn observer(&self) -> Option<&Observer> {
        self.inner.observer.as_ref()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field(
                "base_urls",
                &self.base_urls().iter().map(redact::url).collect::<Vec<_>>(),
            )
            .field("jar", &self.inner.jar)
            .field("timeout", &self.inner.timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn duration_max_disables_the_timeout() {
        for limit in [Duration::MAX, Duration::from_secs(u64::MAX / 2)] {
            let session = Session::builder()
                .base_url(url("http://h.example/"))
                .timeout(limit)
                .build()
                .unwrap();
            assert_eq!(session.inner.timeout, limit);
        }
    }

    #[test]
    fn a_clear_text_address_of_an_https_host_is_never_asked_in_clear_text() {
        let session = Session::builder()
            .base_url(url("https://h.example/"))
            .base_url(url("https://odd.example:8443/"))
            .base_url(url("http://plain.example/"))
            .build()
            .unwrap();
        let asked = |text: &str| session.get(url(text)).url.to_string();
        assert_eq!(
            asked("http://h.example/home?x=1"),
            "https://h.example/home?x=1"
        );
        assert_eq!(asked("http://h.example:8080/"), "https://h.example:8080/");
        assert_eq!(asked("http://odd.example/a"), "https://odd.example:8443/a");
        assert_eq!(asked("https://h.example/home"), "https://h.example/home");
        for other in ["http://plain.example/a", "http://elsewhere.example/a"] {
            assert_eq!(asked(other), other);
        }
    }
}

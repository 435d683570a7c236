//! Setting up a session.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use reqwest::header::{ACCEPT_LANGUAGE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use tokio::sync::Semaphore;
use url::Url;

use super::{BROWSER_USER_AGENT, Inner, Session};
use crate::clock::Clock;
use crate::decode::{Observation, Observer};
use crate::error::Error;
use crate::jar::store::SessionStore;
use crate::jar::{CookieJar, FileStore};
use crate::pace::Pacer;
use crate::pause::Pause;
use crate::redact;
use crate::retry::RetryPolicy;
use crate::secret::SecretString;
use crate::site::Site;
use crate::tap::{Exchanged, Tap};
use crate::transport::{self, Proxy, Transport};

/// Sets up a [`Session`]. Every setting but the address has a default.
#[derive(Clone)]
#[must_use]
pub struct SessionBuilder {
    site: Site,
    headers: HeaderMap,
    session_store: Option<Arc<dyn SessionStore>>,
    kept_cookies: Vec<String>,
    transport: Transport,
    authorization: Option<HeaderValue>,
    timeout: Duration,
    total_timeout: Option<Duration>,
    pace: Duration,
    in_flight: usize,
    attempts: usize,
    first_backoff: Duration,
    longest_wait: Duration,
    max_bytes: u64,
    max_redirects: usize,
    observer: Option<Observer>,
    tap: Option<Tap>,
    /// The first setting that cannot be sent; `build` reports it.
    problem: Option<String>,
}

impl Default for SessionBuilder {
    fn default() -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, HeaderValue::from_static(BROWSER_USER_AGENT));
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static("en-US,en;q=0.9"));
        Self {
            site: Site::default(),
            headers,
            session_store: None,
            kept_cookies: Vec::new(),
            transport: Transport::default(),
            authorization: None,
            timeout: Duration::from_secs(30),
            total_timeout: None,
            pace: Duration::from_millis(500),
            in_flight: 1,
            attempts: 4,
            first_backoff: Duration::from_millis(500),
            longest_wait: Duration::from_secs(60),
            max_bytes: 64 * 1024 * 1024,
            max_redirects: 20,
            observer: None,
            tap: None,
            problem: None,
        }
    }
}

impl SessionBuilder {
    /// An address of the website; call it once for every host. Redirects are followed between these, and imported
    /// cookies are kept for these only. When all of them are plain `http`, no CA certificates are needed.
    pub fn base_url(mut self, url: Url) -> Self {
        self.site.bases.push(url);
        self
    }

    /// Lets redirects lead to any HTTPS host at or below `domain` as well.
    pub fn related_domain(mut self, domain: impl Into<String>) -> Self {
        self.site.domains.push(domain.into());
        self
    }

    /// The `User-Agent`; [`BROWSER_USER_AGENT`] by default.
    pub fn user_agent(self, value: impl AsRef<str>) -> Self {
        self.header(USER_AGENT, value)
    }

    /// A header of every request, unless the request sets it itself. [`build`](Self::build) fails when a header can't carry the
    /// value.
    pub fn header(mut self, name: HeaderName, value: impl AsRef<str>) -> Self {
        match HeaderValue::from_str(value.as_ref()) {
            Ok(value) => {
                self.headers.insert(name, value);
                self
            }
            Err(_) => self.with_problem(format!("the header `{name}` cannot carry its value")),
        }
    }

    /// As [`header`](Self::header), unless the header is set already.
    pub fn default_header(self, name: HeaderName, value: impl AsRef<str>) -> Self {
        match self.headers.contains_key(&name) {
            true => self,
            false => self.header(name, value),
        }
    }

    fn with_problem(mut self, problem: String) -> Self {
        self.problem.get_or_insert(problem);
        self
    }

    /// Keeps the cookies in a file. Without it they live as long as the session.
    pub fn session_file(self, path: impl Into<PathBuf>) -> Self {
        self.session_store(FileStore::new(path))
    }

    /// Keeps the cookies in a store, such as an [`EncryptedStore`](crate::EncryptedStore) in a database. A store that is no
    /// file is read before the first request, or by [`Session::load`].
    pub fn session_store(mut self, store: impl SessionStore + 'static) -> Self {
        self.session_store = Some(Arc::new(store));
        self
    }

    /// Names of cookies that a session can't do without. A jar that is full drops others first; see
    /// [`limits`](crate::limits).
    pub fn keep_cookies<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.kept_cookies.extend(names.into_iter().map(Into::into));
        self
    }

    /// Sends every request by this proxy, whatever the environment says. The address may hold a name and a password.
    pub fn proxy(mut self, url: Url) -> Self {
        self.transport.proxy = Proxy::Fixed(url);
        self
    }

    /// Uses no proxy. By default `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say which one to use.
    pub fn no_proxy(mut self) -> Self {
        self.transport.proxy = Proxy::None;
        self
    }

    /// Trusts one more authority beside those of the system: its certificate in PEM (one or several) or DER.
    pub fn add_root_certificate(mut self, certificate: impl AsRef<[u8]>) -> Self {
        self.transport.add_roots(certificate.as_ref());
        self
    }

    /// Name and password by HTTP basic authentication, for the configured addresses only. [`build`](Self::build) fails when the
    /// name holds a colon, which the server could not tell from the separator.
    pub fn basic_auth(self, name: impl AsRef<str>, password: impl Into<SecretString>) -> Self {
        let name = name.as_ref();
        if name.contains(':') {
            let problem = "the name for HTTP authentication holds a colon";
            return self.with_problem(problem.to_owned());
        }
        let pair = format!("{name}:{}", password.into().expose_secret());
        self.authorize(&format!("Basic {}", BASE64.encode(pair)))
    }

    /// A bearer token, for the configured addresses only. [`build`](Self::build) fails when a header can't carry it.
    pub fn bearer_auth(self, token: impl Into<SecretString>) -> Self {
        self.authorize(&format!("Bearer {}", token.into().expose_secret()))
    }

    fn authorize(mut self, value: &str) -> Self {
        let Ok(mut value) = HeaderValue::from_str(value) else {
            let problem =
                "the token for HTTP authentication holds a character that no header can carry";
            return self.with_problem(problem.to_owned());
        };
        value.set_sensitive(true);
        self.authorization = Some(value);
        self
    }

    /// The time that one request may take, from connecting to the last byte of its answer; 30 s by default.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// The time that one read may take with all its redirects, retries and pauses; four times the timeout by default.
    pub fn total_timeout(mut self, limit: Duration) -> Self {
        self.total_timeout = Some(limit);
        self
    }

    /// The least time between the starts of two requests to one host; 500 ms by default.
    pub fn pace(mut self, gap: Duration) -> Self {
        self.pace = gap;
        self
    }

    /// How many requests may be under way at a time; 1 by default. More makes sense for downloads.
    ///
    /// # Panics
    /// Never; 0 counts as 1.
    pub fn max_in_flight(mut self, requests: usize) -> Self {
        self.in_flight = requests.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// How often a read is sent at most; 4 by default, 1 means never again. Writes are sent once, whatever this says.
    pub fn read_attempts(mut self, attempts: usize) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// The pause before the first repetition of a read; it doubles each time; 500 ms by default. The service's
    /// `Retry-After` goes before it.
    pub fn first_backoff(mut self, pause: Duration) -> Self {
        self.first_backoff = pause;
        self
    }

    /// The longest pause between two attempts, and the longest pause of the service that a read waits for; 60 s by
    /// default. When the service asks for more, the read ends with the answer it has, and later ones end at once as
    /// [`Error::Paused`].
    pub fn longest_wait(mut self, pause: Duration) -> Self {
        self.longest_wait = pause;
        self
    }

    /// The largest body of an answer in bytes, decompressed; 64 MiB by default.
    pub fn max_bytes(mut self, limit: u64) -> Self {
        self.max_bytes = limit;
        self
    }

    /// How many redirects a read follows; 20 by default.
    pub fn max_redirects(mut self, limit: usize) -> Self {
        self.max_redirects = limit;
        self
    }

    /// Called for each place of an answer that the types don't expect: the first sign of a change.
    pub fn on_observation(
        mut self,
        observer: impl Fn(&Observation) + Send + Sync + 'static,
    ) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Called for each answered request, redirects and repetitions included. The exchange holds private data: don't print or store
    /// it unredacted.
    pub fn on_answer(mut self, tap: impl Fn(&Exchanged<'_>) + Send + Sync + 'static) -> Self {
        self.tap = Some(Arc::new(tap));
        self
    }

    /// Makes the session and, if there is a session file, loads it.
    ///
    /// # Errors
    /// When the session file is damaged or foreign, an address is neither http nor https, a header can't carry its value, or the
    /// HTTPS client cannot be set up.
    pub fn build(self) -> Result<Session, Error> {
        if let Some(problem) = self.problem {
            return Err(Error::InvalidRequest {
                endpoint: "settings",
                problem,
            });
        }
        for base in &self.site.bases {
            if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
                return Err(Error::InvalidRequest {
                    endpoint: "settings",
                    problem: format!(
                        "the address {} must begin with http:// or https:// and name a host",
                        redact::url(base)
                    ),
                });
            }
        }
        let plain_hosts = self.site.plain_hosts();
        let clock = Arc::new(Clock::default());
        let mut jar = CookieJar::in_memory(plain_hosts, self.kept_cookies);
        jar.tell_time_by(Arc::clone(&clock));
        if let Some(store) = self.session_store {
            jar.keep_in(store)?;
        }
        let jar = Arc::new(jar);
        let client = |idle: usize| {
            let builder = self.transport.client(self.timeout, self.site.is_plain())?;
            builder
                .cookie_provider(Arc::clone(&jar))
                .pool_max_idle_per_host(idle)
                .build()
                .map_err(|error| transport::unbuilt(&error))
        };
        Ok(Session {
            inner: Arc::new(Inner {
                reads: client(self.in_flight.min(16))?,
                writes: client(0)?,
                transport: self.transport,
                jar,
                site: self.site,
                headers: self.headers,
                pacer: Pacer::new(self.pace),
                pause: Pause::default(),
                clock,
                authorization: self.authorization,
                in_flight: Semaphore::new(self.in_flight),
                retry: RetryPolicy {
                    attempts: self.attempts,
                    first_backoff: self.first_backoff,
                    longest_wait: self.longest_wait,
                },
                timeout: self.timeout,
                total_timeout: self
                    .total_timeout
                    .unwrap_or_else(|| self.timeout.saturating_mul(4)),
                max_bytes: self.max_bytes,
                max_redirects: self.max_redirects,
                observer: self.observer,
                tap: self.tap,
            }),
        })
    }
}

impl fmt::Debug for SessionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionBuilder")
            .field(
                "base_urls",
                &self.site.bases.iter().map(redact::url).collect::<Vec<_>>(),
            )
            .field("session_store", &self.session_store)
            .field("transport", &self.transport)
            .field("timeout", &self.timeout)
            .field("pace", &self.pace)
            .finish_non_exhaustive()
    }
}

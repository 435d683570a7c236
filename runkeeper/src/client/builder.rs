//! Settings of a client.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use web_session::header::{ACCEPT, HeaderName};
use web_session::secrecy::SecretString;
use web_session::{InvalidCredentials, Observation, Session, SessionBuilder, Url};

use super::{Credentials, Inner, Learned, Paths, Runkeeper};
use crate::sign_in::{AsicsId2020, LegacyForm, SignIn};
use crate::{DistanceUnit, Error, UserName};

/// The site.
const SITE: &str = "https://runkeeper.com";
/// The host that the site sends people to for signing in.
const ASICS_ID: &str = "https://id.asics.com";

/// The cookies of a session as they were seen from 2011 to 2026-04, on both hosts: a jar that is full drops others first.
const KEPT_COOKIES: [&str; 13] = [
    "checker",
    "%csrf",
    "%rlc",
    "%rlt",
    "v",
    "u",
    "lli",
    "cc2",
    "tz",
    "JSESSIONID",
    "_abck",
    "bm_sz",
    "ak_bmsc",
];

/// What pages and data are asked for, unless another header is set.
const ACCEPTED: &str = "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8";

/// Settings of a [`Runkeeper`] client. Every one has a default.
#[must_use]
pub struct RunkeeperBuilder {
    base: Option<Url>,
    asics: Option<Url>,
    session: SessionBuilder,
    paths: Paths,
    credentials: Option<Credentials>,
    strategies: Vec<Box<dyn SignIn>>,
    user: Option<UserName>,
    unit: Option<DistanceUnit>,
    assumed_unit: Option<DistanceUnit>,
    upload_timeout: Option<Duration>,
    problem: Option<&'static str>,
}

impl Default for RunkeeperBuilder {
    fn default() -> Self {
        let session = Session::builder()
            .keep_cookies(KEPT_COOKIES)
            .timeout(Duration::from_secs(60))
            .pace(Duration::from_secs(1));
        Self {
            base: None,
            asics: None,
            session: match session.clone().default_header(ACCEPT, ACCEPTED) {
                Ok(session) => session,
                // A constant of plain letters can be sent.
                Err(_) => session,
            },
            paths: Paths::default(),
            credentials: None,
            strategies: vec![Box::new(LegacyForm), Box::new(AsicsId2020)],
            user: None,
            unit: None,
            assumed_unit: None,
            upload_timeout: None,
            problem: None,
        }
    }
}

impl RunkeeperBuilder {
    /// Another address of the site, for tests and proxies. `https://runkeeper.com` by default.
    pub fn base_url(mut self, url: Url) -> Self {
        self.base = Some(url);
        self
    }

    /// Another address of the sign-in host. `https://id.asics.com` by default.
    pub fn asics_url(mut self, url: Url) -> Self {
        self.asics = Some(url);
        self
    }

    /// Keeps the cookies in this file, readable by its owner only.
    pub fn session_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.session = self.session.session_file(path);
        self
    }

    /// Keeps the session in a store, such as a [`web_session::EncryptedStore`] in a database. It is read before the first
    /// request.
    pub fn session_store(mut self, store: impl web_session::SessionStore + 'static) -> Self {
        self.session = self.session.session_store(store);
        self
    }

    /// E-mail and password, used to sign in again when the session ends.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// The ways to sign in with a password, in the order in which they are tried: [`LegacyForm`], then
    /// [`AsicsId2020`] by default. Bring your own when the site changes.
    pub fn sign_in_with(mut self, strategies: Vec<Box<dyn SignIn>>) -> Self {
        self.strategies = strategies;
        self
    }

    /// The name in the account's addresses, when the home page should not be asked for it.
    pub fn user(mut self, user: UserName) -> Self {
        self.user = Some(user);
        self
    }

    /// The unit to assume where the site tells none: in an account without any activity. Without it, a manual entry with
    /// a distance is not sent there.
    pub fn assumed_distance_unit(mut self, unit: DistanceUnit) -> Self {
        self.assumed_unit = Some(unit);
        self
    }

    /// The unit of the account's distances, when it should not be learned from the site.
    pub fn distance_unit(mut self, unit: DistanceUnit) -> Self {
        self.unit = Some(unit);
        self
    }

    /// Changes paths that the site has moved.
    pub fn paths(mut self, change: impl FnOnce(&mut Paths)) -> Self {
        change(&mut self.paths);
        self
    }

    /// A header of every request.
    pub fn header(mut self, name: HeaderName, value: &str) -> Self {
        match self.session.clone().default_header(name, value) {
            Ok(session) => self.session = session,
            Err(_) => self.problem = Some("a header holds characters that can't be sent"),
        }
        self
    }

    /// Sends every request by this proxy, whatever the environment says. The address may hold a name and a password.
    pub fn proxy(mut self, url: Url) -> Self {
        self.session = self.session.proxy(url);
        self
    }

    /// Uses no proxy. By default `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say which one to use.
    pub fn no_proxy(mut self) -> Self {
        self.session = self.session.no_proxy();
        self
    }

    /// Trusts one more authority beside those of the system: its certificate in PEM (one or several) or DER.
    pub fn add_root_certificate(mut self, certificate: impl AsRef<[u8]>) -> Self {
        self.session = self.session.add_root_certificate(certificate);
        self
    }

    /// Name and password by HTTP basic authentication, for a proxy or gateway in front of the addresses that are set.
    /// [`build`](Self::build) fails when a header can't carry them.
    pub fn basic_auth(mut self, name: impl AsRef<str>, password: impl Into<SecretString>) -> Self {
        self.authorize(|session| session.basic_auth(name, password));
        self
    }

    /// A bearer token, for a proxy or gateway in front of the addresses that are set. [`build`](Self::build) fails when a
    /// header can't carry it.
    pub fn bearer_auth(mut self, token: impl Into<SecretString>) -> Self {
        self.authorize(|session| session.bearer_auth(token));
        self
    }

    fn authorize(
        &mut self,
        how: impl FnOnce(SessionBuilder) -> Result<SessionBuilder, InvalidCredentials>,
    ) {
        match how(self.session.clone()) {
            Ok(session) => self.session = session,
            Err(_) => {
                self.problem =
                    Some("a name, password or token for HTTP authentication can't be sent")
            }
        }
    }

    /// The time that one request may take; 60 s by default.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.session = self.session.timeout(limit);
        self
    }

    /// The time that sending a file or an entry may take, its answer included; twice the [`timeout`](Self::timeout) by
    /// default, which makes 120 s. Uploads are slow: the first known user of the endpoint had to raise its limit (2018-12),
    /// and who gives up too early does not know whether the activity is there.
    pub fn upload_timeout(mut self, limit: Duration) -> Self {
        self.upload_timeout = Some(limit);
        self
    }

    /// The least time between two requests; 1 s by default.
    pub fn pace(mut self, gap: Duration) -> Self {
        self.session = self.session.pace(gap);
        self
    }

    /// How often a read is sent at most; 4 by default. Writes are sent once, whatever this says.
    pub fn read_attempts(mut self, attempts: usize) -> Self {
        self.session = self.session.read_attempts(attempts);
        self
    }

    /// The pause before the first repetition of a read; it doubles each time.
    pub fn first_backoff(mut self, pause: Duration) -> Self {
        self.session = self.session.first_backoff(pause);
        self
    }

    /// Is told of every field that an answer holds and no type knows: the first sign of a change.
    pub fn on_observation(
        mut self,
        observer: impl Fn(&Observation) + Send + Sync + 'static,
    ) -> Self {
        self.session = self.session.on_observation(observer);
        self
    }

    /// Settings of the session that have no method here.
    pub fn session(mut self, change: impl FnOnce(SessionBuilder) -> SessionBuilder) -> Self {
        self.session = change(self.session);
        self
    }

    /// Makes the client, and loads the session file if there is one. Asks nothing of the site.
    ///
    /// # Errors
    /// When an address or header makes no sense, or the session file is damaged.
    pub fn build(self) -> Result<Runkeeper, Error> {
        if let Some(problem) = self.problem {
            return Err(Error::InvalidEntry(problem));
        }
        let address = |given: Option<Url>, usual: &str| match given {
            Some(url) => Ok(url),
            None => Url::parse(usual).map_err(|_| Error::InvalidEntry("an address is not valid")),
        };
        let base = address(self.base, SITE)?;
        let asics = address(self.asics, ASICS_ID)?;
        let session = self
            .session
            .base_url(base.clone())
            .base_url(asics.clone())
            .build()?;
        let usual = session.timeout().saturating_mul(2);
        Ok(Runkeeper {
            inner: Arc::new(Inner {
                upload_timeout: self.upload_timeout.unwrap_or(usual),
                session,
                base,
                asics,
                paths: self.paths,
                credentials: self.credentials,
                strategies: self.strategies,
                given_user: self.user,
                given_unit: self.unit,
                assumed_unit: self.assumed_unit,
                learned: Mutex::new(Learned::default()),
                sign_ins: AtomicU64::new(0),
                renewal: tokio::sync::Mutex::new(()),
                refused: AtomicBool::new(false),
            }),
        })
    }
}

impl fmt::Debug for RunkeeperBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunkeeperBuilder")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

//! Setting up a client.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, atomic::AtomicBool};
use std::time::Duration;

use secrecy::SecretString;
use web_session::header::{HeaderName, REFERER};
use web_session::{InvalidCredentials, Observation, Session, SessionBuilder, Url};

use super::{Inner, PolarFlow};
use crate::auth::{SignIn, SsoPassword};
use crate::error::Error;
use crate::service::{self, Endpoints};

/// Sets up a [`PolarFlow`]. Every setting has a default.
#[must_use]
pub struct PolarFlowBuilder {
    flow: Option<Url>,
    auth: Option<Url>,
    sleep: Option<Url>,
    endpoints: Endpoints,
    strategies: Vec<Arc<dyn SignIn>>,
    headers: Vec<(HeaderName, String)>,
    session: SessionBuilder,
    problem: Option<&'static str>,
}

impl Default for PolarFlowBuilder {
    fn default() -> Self {
        Self {
            flow: None,
            auth: None,
            sleep: None,
            endpoints: Endpoints::default(),
            strategies: Vec::new(),
            headers: vec![(
                HeaderName::from_static("x-requested-with"),
                "XMLHttpRequest".to_owned(),
            )],
            session: Session::builder().keep_cookies(service::KEPT_COOKIES),
            problem: None,
        }
    }
}

impl PolarFlowBuilder {
    /// Another address for the web application: a proxy, a fake.
    pub fn flow_url(mut self, url: Url) -> Self {
        self.flow = Some(url);
        self
    }

    /// Another address for the sign-in host.
    pub fn auth_url(mut self, url: Url) -> Self {
        self.auth = Some(url);
        self
    }

    /// Another address for the host of sleep. Without it, an address of your own for the web application serves sleep, too.
    pub fn sleep_url(mut self, url: Url) -> Self {
        self.sleep = Some(url);
        self
    }

    /// Other paths.
    pub fn endpoints(mut self, endpoints: Endpoints) -> Self {
        self.endpoints = endpoints;
        self
    }

    /// E-mail address and password, for when neither the saved session nor its renewal works. The same as adding the
    /// strategy [`SsoPassword`].
    pub fn password(
        self,
        email: impl Into<SecretString>,
        password: impl Into<SecretString>,
    ) -> Self {
        self.strategy(SsoPassword::new(email, password))
    }

    /// Adds a way to sign in; they are tried in the order in which they were added, after the saved session and its
    /// renewal.
    pub fn strategy(mut self, strategy: impl SignIn + 'static) -> Self {
        self.strategies.push(Arc::new(strategy));
        self
    }

    /// Keeps the session in this file (0600). Without it the session ends with the program.
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

    /// The time one request may take; 30 s by default.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.session = self.session.timeout(limit);
        self
    }

    /// The least time between two requests; 500 ms by default, which is what careful clients have used for years
    /// without being locked out.
    pub fn pace(mut self, gap: Duration) -> Self {
        self.session = self.session.pace(gap);
        self
    }

    /// The pause before the first repetition of a read; 500 ms by default.
    pub fn first_backoff(mut self, pause: Duration) -> Self {
        self.session = self.session.first_backoff(pause);
        self
    }

    /// A header of every request, in addition to or instead of the default ones (`User-Agent`, `Accept-Language`,
    /// `X-Requested-With`, `Referer`).
    pub fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Called for each place of an answer that the types of this crate don't expect.
    pub fn on_observation(
        mut self,
        observer: impl Fn(&Observation) + Send + Sync + 'static,
    ) -> Self {
        self.session = self.session.on_observation(observer);
        self
    }

    /// Changes any other setting of the session underneath.
    pub fn session(mut self, change: impl FnOnce(SessionBuilder) -> SessionBuilder) -> Self {
        self.session = change(self.session);
        self
    }

    /// Makes the client and loads the session file.
    ///
    /// # Errors
    /// When the session file is damaged or is something else (it is left as it is), an address or a header is not
    /// valid, or the HTTPS client can't be set up.
    pub fn build(self) -> Result<PolarFlow, Error> {
        if let Some(problem) = self.problem {
            return Err(Error::InvalidArgument(problem.to_owned()));
        }
        let real = self.flow.is_none() && self.auth.is_none();
        let default = |url: Option<Url>, text: &str| match url {
            Some(url) => Ok(url),
            None => text
                .parse()
                .map_err(|_| Error::InvalidArgument(format!("{text} is no URL"))),
        };
        let flow = default(self.flow, service::FLOW_URL)?;
        let auth = default(self.auth, service::AUTH_URL)?;
        let sleep = match (self.sleep, real) {
            (None, false) => flow.clone(),
            (sleep, _) => default(sleep, service::SLEEP_URL)?,
        };
        let mut session = self
            .session
            .base_url(flow.clone())
            .base_url(auth.clone())
            .base_url(sleep.clone());
        if real {
            session = session.related_domain(service::DOMAIN);
        }
        // Exports answer 403 without it (seen 2026-03).
        let invalid = |name: &HeaderName| {
            Error::InvalidArgument(format!("the header `{name}` cannot carry its value"))
        };
        session = session
            .default_header(REFERER, flow.as_str())
            .map_err(|_| invalid(&REFERER))?;
        for (name, value) in self.headers {
            session = session
                .default_header(name.clone(), &value)
                .map_err(|_| invalid(&name))?;
        }
        Ok(PolarFlow {
            inner: Arc::new(Inner {
                session: session.build()?,
                flow,
                auth,
                sleep,
                endpoints: self.endpoints,
                strategies: self.strategies,
                gate: tokio::sync::Mutex::new(()),
                renewed: Mutex::new(None),
                password_refused: AtomicBool::new(false),
            }),
        })
    }
}

impl fmt::Debug for PolarFlowBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolarFlowBuilder")
            .field(
                "flow_url",
                &self.flow.as_ref().map(web_session::redact::url),
            )
            .field(
                "auth_url",
                &self.auth.as_ref().map(web_session::redact::url),
            )
            .field("strategies", &self.strategies)
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

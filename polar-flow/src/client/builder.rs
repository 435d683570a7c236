//! Setting up a client.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, atomic::AtomicBool};
use std::time::Duration;

use secrecy::SecretString;
use web_session::header::{HeaderName, REFERER};
use web_session::{Observation, Session, SessionBuilder, Url};

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
            session: Session::builder(),
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

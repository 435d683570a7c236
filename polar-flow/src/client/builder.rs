//! Setting up a client.

use std::fmt;
use std::sync::Arc;

use web_session::auth::{Auth, SignIn};
use web_session::header::{HeaderName, REFERER};
use web_session::{SecretString, Session, SessionBuilder, Url};

use super::{Inner, PolarFlow};
use crate::auth::SsoPassword;
use crate::calendar::StartField;
use crate::error::Error;
use crate::service::{self, Endpoints};

/// Sets up a [`PolarFlow`]. Every setting has a default: 30 s for a request, at least 500 ms between two.
#[must_use]
pub struct PolarFlowBuilder {
    base: Option<Url>,
    auth: Option<Url>,
    sleep: Option<Url>,
    endpoints: Endpoints,
    start: StartField,
    strategies: Vec<Arc<dyn SignIn<PolarFlow>>>,
    session: SessionBuilder,
}

web_session::client_builder!(PolarFlowBuilder, PolarFlow, Endpoints);

impl Default for PolarFlowBuilder {
    fn default() -> Self {
        Self {
            base: None,
            auth: None,
            sleep: None,
            endpoints: Endpoints::default(),
            start: StartField::default(),
            strategies: Vec::new(),
            session: Session::builder()
                .keep_cookies(service::KEPT_COOKIES)
                .header(
                    HeaderName::from_static("x-requested-with"),
                    "XMLHttpRequest",
                ),
        }
    }
}

impl PolarFlowBuilder {
    /// Another address for the web application and its API: a proxy, a fake.
    pub fn base_url(mut self, url: Url) -> Self {
        self.base = Some(url);
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

    /// The field with the start of a session in the calendar. Unless this is set, the calendar is refused when its two
    /// fields disagree.
    pub fn calendar_start(mut self, field: StartField) -> Self {
        self.start = field;
        self
    }

    /// E-mail address and password, for when neither the saved session nor its renewal works. The same as adding the
    /// strategy [`SsoPassword`].
    pub fn password(
        self,
        email: impl Into<SecretString>,
        password: impl Into<SecretString>,
    ) -> Self {
        self.sign_in_with(SsoPassword::new(email, password))
    }

    /// Makes the client and loads the session file.
    ///
    /// # Errors
    /// When the session file is damaged or is something else (it stays unchanged), an address or a header is not
    /// valid, or the HTTPS client cannot be set up.
    pub fn build(self) -> Result<PolarFlow, Error> {
        let real = self.base.is_none() && self.auth.is_none();
        let default = |url: Option<Url>, text: &str| match url {
            Some(url) => Ok(url),
            None => text
                .parse()
                .map_err(|_| Error::InvalidArgument(format!("{text} is no URL"))),
        };
        let base = default(self.base, service::FLOW_URL)?;
        let auth = default(self.auth, service::AUTH_URL)?;
        let sleep = match (self.sleep, real) {
            (None, false) => base.clone(),
            (sleep, _) => default(sleep, service::SLEEP_URL)?,
        };
        let mut session = self
            .session
            .base_url(base.clone())
            .base_url(auth.clone())
            .base_url(sleep.clone())
            // Exports answer 403 without it (seen 2026-03).
            .default_header(REFERER, base.as_str());
        if real {
            session = session.related_domain(service::DOMAIN);
        }
        Ok(PolarFlow {
            inner: Arc::new(Inner {
                session: session.build()?,
                base,
                auth,
                sleep,
                endpoints: self.endpoints,
                start: self.start,
                sign_in: Auth::new(self.strategies),
            }),
        })
    }
}

impl fmt::Debug for PolarFlowBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = |url: &Option<Url>| url.as_ref().map(web_session::redact::url);
        f.debug_struct("PolarFlowBuilder")
            .field("base_url", &address(&self.base))
            .field("auth_url", &address(&self.auth))
            .field("strategies", &self.strategies)
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

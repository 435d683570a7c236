//! The client: what it holds, and the access it gives.

mod builder;
mod call;
pub(crate) mod judge;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use secrecy::SecretString;
use tokio::time::Instant;
use web_session::{RequestBuilder, Session, Url};

use crate::auth::SignIn;
use crate::service::{self, Endpoints};

pub use builder::PolarFlowBuilder;
pub(crate) use call::Expect;

pub(crate) const ACCEPT_PAGE: &str =
    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
pub(crate) const ACCEPT_JSON: &str = "application/json, text/javascript, */*; q=0.01";

/// A client of Polar Flow. Cheap to clone; clones share the session.
///
/// Requests need a tokio runtime with time and I/O enabled.
#[derive(Clone)]
pub struct PolarFlow {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    session: Session,
    flow: Url,
    auth: Url,
    sleep: Url,
    endpoints: Endpoints,
    pub(crate) strategies: Vec<Arc<dyn SignIn>>,
    /// Held while signing in or renewing, so that it happens once.
    pub(crate) gate: tokio::sync::Mutex<()>,
    renewed: Mutex<Option<Instant>>,
    password_refused: AtomicBool,
}

impl Inner {
    /// When this client last signed in, renewed or tried to.
    pub(crate) fn renewed(&self) -> MutexGuard<'_, Option<Instant>> {
        self.renewed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PolarFlow {
    /// Starts to set up a client.
    pub fn builder() -> PolarFlowBuilder {
        PolarFlowBuilder::default()
    }

    /// The session underneath: its jar, and requests of any kind.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.inner.session
    }

    /// The address of the web application.
    #[must_use]
    pub fn flow_url(&self) -> &Url {
        &self.inner.flow
    }

    /// The address of the sign-in host.
    #[must_use]
    pub fn auth_url(&self) -> &Url {
        &self.inner.auth
    }

    /// The address of the host of sleep.
    #[must_use]
    pub fn sleep_url(&self) -> &Url {
        &self.inner.sleep
    }

    /// The paths in use.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.inner.endpoints
    }

    /// Writes the session file. Sign-ins and renewals do so by themselves.
    ///
    /// # Errors
    /// When the file can't be written.
    pub async fn save_session(&self) -> Result<(), crate::Error> {
        Ok(self
            .session()
            .jar()
            .save()
            .await
            .map_err(web_session::Error::from)?)
    }

    /// A GET of a page, as a browser makes it.
    pub(crate) fn page(&self, url: Url) -> RequestBuilder {
        self.session().get(url).header("accept", ACCEPT_PAGE)
    }

    /// The cookie that carries the session now.
    pub(crate) fn token(&self) -> Option<SecretString> {
        let old_form = || {
            self.session()
                .jar()
                .value(self.flow_url(), service::PLAY_SESSION)
        };
        self.flow_token().or_else(old_form)
    }

    /// The cookie of a session by single sign-on.
    pub(crate) fn flow_token(&self) -> Option<SecretString> {
        self.session()
            .jar()
            .value(self.flow_url(), service::FLOW_SESSION)
    }

    pub(crate) fn password_was_refused(&self) -> bool {
        self.inner.password_refused.load(Ordering::Relaxed)
    }

    pub(crate) fn remember_refused_password(&self) {
        self.inner.password_refused.store(true, Ordering::Relaxed);
    }
}

impl fmt::Debug for PolarFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolarFlow")
            .field("session", &self.inner.session)
            .field("strategies", &self.inner.strategies)
            .finish_non_exhaustive()
    }
}

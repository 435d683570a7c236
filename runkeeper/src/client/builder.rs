//! Setting up a client.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use web_session::auth::{Auth, SignIn};
use web_session::header::ACCEPT;
use web_session::{SecretString, Session, SessionBuilder, Url};

use super::{Inner, Learned, Runkeeper};
use crate::auth::{AsicsId2020, LegacyForm};
use crate::service::{self, Endpoints};
use crate::{DistanceUnit, Error, UserName};

/// The content that is asked for, unless another header is set.
const ACCEPTED: &str = "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8";

/// Sets up a [`Runkeeper`]. Every setting has a default: 60 s for a request, at least 1 s between two.
#[must_use]
pub struct RunkeeperBuilder {
    base: Option<Url>,
    auth: Option<Url>,
    session: SessionBuilder,
    endpoints: Endpoints,
    strategies: Vec<Arc<dyn SignIn<Runkeeper>>>,
    user: Option<UserName>,
    unit: Option<DistanceUnit>,
    assumed_unit: Option<DistanceUnit>,
    upload_timeout: Option<Duration>,
}

web_session::client_builder!(RunkeeperBuilder, Runkeeper, Endpoints);

impl Default for RunkeeperBuilder {
    fn default() -> Self {
        Self {
            base: None,
            auth: None,
            session: Session::builder()
                .keep_cookies(service::KEPT_COOKIES)
                .timeout(Duration::from_secs(60))
                .pace(Duration::from_secs(1))
                .header(ACCEPT, ACCEPTED),
            endpoints: Endpoints::default(),
            strategies: Vec::new(),
            user: None,
            unit: None,
            assumed_unit: None,
            upload_timeout: None,
        }
    }
}

impl RunkeeperBuilder {
    /// Another address for the website: a proxy, a fake.
    pub fn base_url(mut self, url: Url) -> Self {
        self.base = Some(url);
        self
    }

    /// Another address for the sign-in host.
    pub fn auth_url(mut self, url: Url) -> Self {
        self.auth = Some(url);
        self
    }

    /// E-mail address and password, for when the saved session does not work. The same as adding the strategies [`LegacyForm`]
    /// and [`AsicsId2020`].
    pub fn password(
        self,
        email: impl Into<SecretString>,
        password: impl Into<SecretString>,
    ) -> Self {
        let (email, password) = (email.into(), password.into());
        self.sign_in_with(LegacyForm::new(email.clone(), password.clone()))
            .sign_in_with(AsicsId2020::new(email, password))
    }

    /// The name in the account's addresses, when the home page should not be asked for it.
    pub fn user(mut self, user: UserName) -> Self {
        self.user = Some(user);
        self
    }

    /// The unit to assume where the site shows none: in an account without any activity. Without it, a manual entry with
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

    /// The time that sending a file or an entry may take, its answer included; twice the [`timeout`](Self::timeout) by
    /// default, which makes 120 s. Uploads are slow: the first known user of the endpoint had to raise its limit (2018-12),
    /// and after a limit that is too short it is not known whether the activity is there.
    pub fn upload_timeout(mut self, limit: Duration) -> Self {
        self.upload_timeout = Some(limit);
        self
    }

    /// Makes the client, and loads the session file if there is one. Makes no request.
    ///
    /// # Errors
    /// When the session file is damaged or is something else (it stays unchanged), an address or a header is not valid, or the
    /// HTTPS client cannot be set up.
    pub fn build(self) -> Result<Runkeeper, Error> {
        let address = |given: Option<Url>, usual: &str| match given {
            Some(url) => Ok(url),
            None => {
                Url::parse(usual).map_err(|_| Error::InvalidArgument(format!("{usual} is no URL")))
            }
        };
        let base = address(self.base, service::RUNKEEPER_URL)?;
        let auth = address(self.auth, service::ASICS_ID_URL)?;
        let session = self
            .session
            .base_url(base.clone())
            .base_url(auth.clone())
            .build()?;
        let usual = session.timeout().saturating_mul(2);
        Ok(Runkeeper {
            inner: Arc::new(Inner {
                upload_timeout: self.upload_timeout.unwrap_or(usual),
                session,
                base,
                auth,
                endpoints: self.endpoints,
                sign_in: Auth::new(self.strategies),
                given_user: self.user,
                given_unit: self.unit,
                assumed_unit: self.assumed_unit,
                learned: Mutex::new(Learned::default()),
            }),
        })
    }
}

impl fmt::Debug for RunkeeperBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = |url: &Option<Url>| url.as_ref().map(web_session::redact::url);
        f.debug_struct("RunkeeperBuilder")
            .field("base_url", &address(&self.base))
            .field("auth_url", &address(&self.auth))
            .field("strategies", &self.strategies)
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

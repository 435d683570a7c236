//! The client: one person's account at Runkeeper.

mod builder;
pub(crate) mod fetch;
mod file;
mod paths;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use secrecy::SecretString;
use web_session::{ImportReport, Session, Url, join};

pub use builder::RunkeeperBuilder;
pub(crate) use file::FileRequest;
pub use paths::Paths;

use crate::sign_in::SignIn;
use crate::{DistanceUnit, Error, UserName};

/// E-mail address and password. `Debug` shows neither.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) email: String,
    pub(crate) password: SecretString,
}

impl Credentials {
    /// E-mail address and password.
    #[must_use]
    pub fn new(email: impl Into<String>, password: SecretString) -> Self {
        Self {
            email: email.into(),
            password,
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// A client for one account. Cheap to clone; clones share the session.
///
/// A session that ends is renewed once by itself when [`RunkeeperBuilder::credentials`] were given; otherwise, or when
/// that fails, [`Error::SessionExpired`] is the answer.
#[derive(Clone)]
pub struct Runkeeper {
    inner: Arc<Inner>,
}

struct Inner {
    session: Session,
    base: Url,
    asics: Url,
    paths: Paths,
    upload_timeout: Duration,
    credentials: Option<Credentials>,
    strategies: Vec<Box<dyn SignIn>>,
    given_user: Option<UserName>,
    given_unit: Option<DistanceUnit>,
    assumed_unit: Option<DistanceUnit>,
    learned: Mutex<Learned>,
    /// Counts sign-ins, so that requests that failed together renew the session once.
    sign_ins: AtomicU64,
    renewal: tokio::sync::Mutex<()>,
    /// The site does not accept the credentials: asking again and again locks accounts.
    refused: AtomicBool,
}

/// What was learned about the account on the way.
#[derive(Default)]
struct Learned {
    user: Option<UserName>,
    unit: Option<DistanceUnit>,
}

impl fmt::Debug for Runkeeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runkeeper")
            .field("session", &self.inner.session)
            .finish_non_exhaustive()
    }
}

impl Runkeeper {
    /// Settings of a client.
    pub fn builder() -> RunkeeperBuilder {
        RunkeeperBuilder::default()
    }

    /// Takes over the cookies of a browser in which the person is signed in: a `Cookie` header, "Copy as cURL",
    /// `cookies.txt`, the JSON of a cookie-export extension, or a HAR file. Cookies of other sites are left out.
    ///
    /// Nothing is asked of the site; [`check`](Self::check) proves that the cookies are alive, and
    /// [`save_session`](Self::save_session) keeps them.
    ///
    /// # Errors
    /// [`Error::Import`] when there is no usable cookie in the text; the session is as before then.
    pub fn import_session(&self, text: &str) -> Result<ImportReport, Error> {
        let report = self.inner.session.import(text, &self.inner.base)?;
        self.signed_in_anew();
        Ok(report)
    }

    /// Writes the session file, if there is one. The site renews its cookies with every answer, so do it after a run.
    ///
    /// # Errors
    /// When the file can't be written.
    pub async fn save_session(&self) -> Result<(), Error> {
        self.inner
            .session
            .jar()
            .save()
            .await
            .map_err(|error| Error::Transport(error.into()))
    }

    /// The session, for requests that this client does not model. Its cookies are those of the account.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.inner.session
    }

    /// An address of the site, for requests that this client does not model.
    #[must_use]
    pub fn url(&self, path_and_query: &str) -> Url {
        join(&self.inner.base, path_and_query)
    }

    /// An address of the sign-in host.
    #[must_use]
    pub fn asics_url(&self, path_and_query: &str) -> Url {
        join(&self.inner.asics, path_and_query)
    }

    pub(crate) fn base(&self) -> &Url {
        &self.inner.base
    }

    pub(crate) fn paths(&self) -> &Paths {
        &self.inner.paths
    }

    pub(crate) fn upload_timeout(&self) -> Duration {
        self.inner.upload_timeout
    }

    pub(crate) fn credentials(&self) -> Option<&Credentials> {
        self.inner.credentials.as_ref()
    }

    pub(crate) fn strategies(&self) -> &[Box<dyn SignIn>] {
        &self.inner.strategies
    }

    pub(crate) fn known_user(&self) -> Option<UserName> {
        self.inner
            .given_user
            .clone()
            .or_else(|| self.learned(|learned| learned.user.clone()))
    }

    pub(crate) fn learn_user(&self, user: &UserName) {
        self.learned(|learned| learned.user = Some(user.clone()));
    }

    pub(crate) fn assumed_unit(&self) -> Option<DistanceUnit> {
        self.inner.assumed_unit.clone()
    }

    pub(crate) fn known_unit(&self) -> Option<DistanceUnit> {
        self.inner
            .given_unit
            .clone()
            .or_else(|| self.learned(|learned| learned.unit.clone()))
    }

    /// A unit that can't be computed with is not worth remembering.
    pub(crate) fn learn_unit(&self, unit: &DistanceUnit) {
        if unit.metres().is_some() {
            self.learned(|learned| learned.unit = Some(unit.clone()));
        }
    }

    /// Another account may have another name and unit; and who has signed in may have a password that works again.
    pub(crate) fn signed_in_anew(&self) {
        self.inner.sign_ins.fetch_add(1, Ordering::AcqRel);
        self.inner.refused.store(false, Ordering::Release);
        self.learned(|learned| *learned = Learned::default());
    }

    fn learned<T>(&self, with: impl FnOnce(&mut Learned) -> T) -> T {
        with(
            &mut self
                .inner
                .learned
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

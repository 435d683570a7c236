//! The client: one account at Runkeeper.

mod builder;
mod call;
pub(crate) mod fetch;
mod file;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use web_session::auth::Auth;
use web_session::{Session, Url, join};

pub use builder::RunkeeperBuilder;
pub use call::Call;
pub(crate) use file::FileRequest;

use crate::service::Endpoints;
use crate::{DistanceUnit, Error, UserName};

/// A client of one account at Runkeeper. Cheap to clone; clones share the session.
///
/// A session that ends is renewed once by itself when a way to sign in was given to the builder; otherwise, or when that fails,
/// [`Error::SignInNeeded`] is the answer. Requests need a tokio runtime with time and I/O enabled.
#[derive(Clone)]
pub struct Runkeeper {
    pub(crate) inner: Arc<Inner>,
}

web_session::client_sign_in!(Runkeeper, Error);

pub(crate) struct Inner {
    pub(crate) session: Session,
    base: Url,
    auth: Url,
    endpoints: Endpoints,
    upload_timeout: Duration,
    pub(crate) sign_in: Auth<Runkeeper>,
    given_user: Option<UserName>,
    given_unit: Option<DistanceUnit>,
    assumed_unit: Option<DistanceUnit>,
    learned: Mutex<Learned>,
}

/// Facts about the account that were learned on the way.
#[derive(Default)]
struct Learned {
    user: Option<UserName>,
    unit: Option<DistanceUnit>,
}

impl fmt::Debug for Runkeeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runkeeper")
            .field("session", &self.inner.session)
            .field("sign_in", &self.inner.sign_in)
            .finish_non_exhaustive()
    }
}

impl Runkeeper {
    /// Starts to set up a client.
    pub fn builder() -> RunkeeperBuilder {
        RunkeeperBuilder::default()
    }

    /// The address of the website.
    #[must_use]
    pub fn base_url(&self) -> &Url {
        &self.inner.base
    }

    /// The address of the sign-in host.
    #[must_use]
    pub fn auth_url(&self) -> &Url {
        &self.inner.auth
    }

    /// An address of the website: `path_and_query` begins with `/`. For the sign-in host, use [`join`](web_session::join) with
    /// its address.
    #[must_use]
    pub fn url(&self, path_and_query: &str) -> Url {
        join(&self.inner.base, path_and_query)
    }

    /// The paths in use.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.inner.endpoints
    }

    pub(crate) fn upload_timeout(&self) -> Duration {
        self.inner.upload_timeout
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

    /// A unit without a length in metres is not remembered.
    pub(crate) fn learn_unit(&self, unit: &DistanceUnit) {
        if unit.metres().is_some() {
            self.learned(|learned| learned.unit = Some(unit.clone()));
        }
    }

    /// Another account may have another name and unit.
    pub(crate) fn forget_account(&self) {
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

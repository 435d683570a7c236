//! The client: what it holds, and the access it gives.

mod builder;
mod call;
pub(crate) mod classify;

use std::fmt;
use std::ops::RangeBounds;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use web_session::auth::Auth;
use web_session::dates::DateRange;
use web_session::{RequestBuilder, SecretString, Session, Url, join};

use crate::calendar::StartField;
use crate::error::Error;
use crate::service::{self, Endpoints};

pub use builder::PolarFlowBuilder;
pub use call::Call;
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

web_session::client_sign_in!(PolarFlow, Error);

pub(crate) struct Inner {
    pub(crate) session: Session,
    base: Url,
    auth: Url,
    sleep: Url,
    endpoints: Endpoints,
    pub(crate) start: StartField,
    pub(crate) sign_in: Auth<PolarFlow>,
}

impl PolarFlow {
    /// Starts to set up a client.
    pub fn builder() -> PolarFlowBuilder {
        PolarFlowBuilder::default()
    }

    /// The address of the web application and its API.
    #[must_use]
    pub fn base_url(&self) -> &Url {
        &self.inner.base
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

    /// An address of the web application: `path_and_query` begins with `/`. For another host, use
    /// [`join`](web_session::join) with its address.
    #[must_use]
    pub fn url(&self, path_and_query: &str) -> Url {
        join(&self.inner.base, path_and_query)
    }

    /// The paths in use.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.inner.endpoints
    }

    /// The days of a range. Without a start it begins with [`service::FIRST_DAY`], without an end it ends tomorrow, since it is
    /// tomorrow already in some of the world's time zones.
    #[must_use]
    pub fn days(&self, range: impl RangeBounds<NaiveDate>) -> DateRange {
        let today = DateTime::<Utc>::from(self.session().service_time()).date_naive();
        let tomorrow = today.succ_opt().unwrap_or(today);
        DateRange::new(range, service::FIRST_DAY, tomorrow)
    }

    /// The days of a range that must not be empty.
    pub(crate) fn some_days(&self, range: impl RangeBounds<NaiveDate>) -> Result<DateRange, Error> {
        let days = self.days(range);
        match days.is_empty() {
            false => Ok(days),
            true => Err(Error::InvalidArgument(
                "the range of days is empty or reversed".to_owned(),
            )),
        }
    }

    /// A GET of a page, as a browser makes it.
    pub(crate) fn page(&self, url: Url) -> RequestBuilder {
        self.session().get(url).header("accept", ACCEPT_PAGE)
    }

    /// The cookie of a session by single sign-on.
    pub(crate) fn flow_token(&self) -> Option<SecretString> {
        self.session()
            .jar()
            .value(self.base_url(), service::FLOW_SESSION)
    }
}

impl fmt::Debug for PolarFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolarFlow")
            .field("session", &self.inner.session)
            .field("sign_in", &self.inner.sign_in)
            .finish_non_exhaustive()
    }
}

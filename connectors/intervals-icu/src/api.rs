//! The requests.

use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::json;
use sync_core::{ErrorKind, ServiceError, Window};
use web_session::header::ACCEPT;
use web_session::{Method, RequestBuilder, SecretString, Session, SessionBuilder, Url, join};

use crate::URL;
use crate::answer::{Shown, drift, good, transport};

/// The list of an athlete's activities, and where new ones are sent.
const ACTIVITIES: &str = "/api/v1/athlete/0/activities";

/// Sets up an [`IntervalsIcu`]. 60 seconds for a request and half a second between two, unless set.
#[must_use]
pub struct IntervalsIcuBuilder {
    key: SecretString,
    base: Option<Url>,
    session: SessionBuilder,
}

web_session::session_settings!(IntervalsIcuBuilder);

impl IntervalsIcuBuilder {
    /// Another address than the service's: a proxy, a fake.
    pub fn base_url(mut self, url: Url) -> Self {
        self.base = Some(url);
        self
    }

    /// Makes the client. Makes no request.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when the key or an address cannot be used.
    pub fn build(self) -> Result<IntervalsIcu, ServiceError> {
        let base = self.base.map_or_else(|| Url::parse(URL), Ok);
        let base = base.map_err(not_set_up)?;
        let session = self.session.base_url(base.clone());
        let session = session.basic_auth("API_KEY", self.key);
        let session = session.header(ACCEPT, "application/json").build();
        let session = session.map_err(not_set_up)?;
        Ok(IntervalsIcu { base, session })
    }
}

fn not_set_up(error: impl std::error::Error + Send + Sync + 'static) -> ServiceError {
    let message = "the client for intervals.icu cannot be set up";
    ServiceError::new(ErrorKind::Invalid, message).with_source(error)
}

/// The account of an API key at intervals.icu. Clones share the session. `Debug` shows no key.
#[derive(Debug, Clone)]
pub struct IntervalsIcu {
    base: Url,
    session: Session,
}

impl IntervalsIcu {
    /// Starts to set up a client with the API key of an account.
    pub fn builder(key: impl Into<SecretString>) -> IntervalsIcuBuilder {
        let agent = concat!("sync-connector-intervals-icu/", env!("CARGO_PKG_VERSION"));
        let session = Session::builder().timeout(Duration::from_secs(60));
        IntervalsIcuBuilder {
            key: key.into(),
            base: None,
            session: session.user_agent(agent),
        }
    }

    async fn read<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, ServiceError> {
        let answer = good(request.read().await.map_err(transport)?)?;
        self.session.decode(&answer).map_err(|error| drift(&error))
    }

    fn request(&self, method: Method, endpoint: &'static str, path: &str) -> RequestBuilder {
        let request = self.session.request(method, join(&self.base, path));
        request.endpoint(endpoint)
    }

    /// The owner of the key is asked for, and the answer thrown away.
    pub(crate) async fn prove_key(&self) -> Result<(), ServiceError> {
        let request = self.request(Method::GET, "athlete", "/api/v1/athlete/0");
        self.read::<serde_json::Value>(request).await.map(drop)
    }

    /// All activities of some local days.
    pub(crate) async fn activities(&self, window: Window) -> Result<Vec<Shown>, ServiceError> {
        // Up to the beginning of the next day, whether that end is included or not.
        let newest = window.until.succ_opt().unwrap_or(window.until);
        let request = self.request(Method::GET, "activities", ACTIVITIES);
        let request = request.query("oldest", &window.from.to_string());
        self.read(request.query("newest", &newest.to_string()))
            .await
    }

    pub(crate) async fn activity(&self, id: &str) -> Result<Shown, ServiceError> {
        let request = self.request(Method::GET, "activity", &path_of(id)?);
        self.read(request).await
    }

    /// A request that creates an activity: of a file, or (`/manual`) without one.
    pub(crate) fn new_activity(&self, endpoint: &'static str, below: &str) -> RequestBuilder {
        self.request(Method::POST, endpoint, &format!("{ACTIVITIES}{below}"))
    }

    pub(crate) async fn set_type(&self, id: &str, kind: &str) -> Result<(), ServiceError> {
        let request = self.request(Method::PUT, "change", &path_of(id)?);
        change_existing(request.json(&json!({ "type": kind }))).await
    }

    pub(crate) async fn delete(&self, id: &str) -> Result<(), ServiceError> {
        change_existing(self.request(Method::DELETE, "delete", &path_of(id)?)).await
    }
}

fn path_of(id: &str) -> Result<String, ServiceError> {
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let message = "the receipt names no activity of intervals.icu";
        return Err(ServiceError::new(ErrorKind::Invalid, message));
    }
    Ok(format!("/api/v1/activity/{id}"))
}

/// Leaves once; sending it again would change nothing more.
async fn change_existing(request: RequestBuilder) -> Result<(), ServiceError> {
    let answer = request.write().await;
    good(answer.map_err(|error| transport(error.into_error()))?).map(drop)
}

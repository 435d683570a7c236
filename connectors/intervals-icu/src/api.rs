//! The requests.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use sync_core::{ErrorKind, SendOutcome, ServiceError, Window};
use web_session::header::ACCEPT;
use web_session::{
    ErrorKind as Kind, Method, Part, RequestBuilder, Response, SecretString, Session,
    SessionBuilder, Url, WriteError, join,
};

use crate::URL;

/// The list of an athlete's activities, and where new ones are sent.
const ACTIVITIES: &str = "/api/v1/athlete/0/activities";

/// Sets up an [`IntervalsIcu`]. 60 seconds for a request and half a second between two, unless set.
#[must_use]
pub struct IntervalsIcuBuilder {
    key: SecretString,
    base: Option<Url>,
    session: SessionBuilder,
}

impl IntervalsIcuBuilder {
    /// Another address than the service's: a proxy, a fake.
    pub fn base_url(mut self, url: Url) -> Self {
        self.base = Some(url);
        self
    }

    /// The time that one request may take.
    pub fn timeout(self, limit: Duration) -> Self {
        self.session_settings(|session| session.timeout(limit))
    }

    /// The least time between two requests.
    pub fn pace(self, gap: Duration) -> Self {
        self.session_settings(|session| session.pace(gap))
    }

    /// Any other setting of the HTTP session.
    pub fn session_settings(
        mut self,
        change: impl FnOnce(SessionBuilder) -> SessionBuilder,
    ) -> Self {
        self.session = change(self.session);
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

/// An activity as the service shows it. Entries of other services' (Strava's) are stubs: little more
/// than an id.
#[derive(Debug, Deserialize)]
pub(crate) struct Shown {
    pub(crate) id: Id,
    pub(crate) start_date_local: Option<NaiveDateTime>,
    pub(crate) start_date: Option<DateTime<Utc>>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) moving_time: Option<f64>,
    pub(crate) distance: Option<f64>,
    pub(crate) external_id: Option<String>,
}

/// An id is a number or a text.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Value")]
pub(crate) struct Id(pub(crate) String);

impl TryFrom<Value> for Id {
    type Error = &'static str;

    fn try_from(id: Value) -> Result<Self, Self::Error> {
        match id {
            Value::String(id) if !id.is_empty() => Ok(Self(id)),
            Value::Number(id) => Ok(Self(id.to_string())),
            _ => Err("no id"),
        }
    }
}

/// The answer to a request that creates an activity and was understood.
pub(crate) enum Created {
    New(String),
    Existing(String),
    /// It is there already, and the answer does not say as which activity.
    Conflict,
}

impl IntervalsIcu {
    /// Starts to set up a client with the API key of an account.
    pub fn builder(key: impl Into<SecretString>) -> IntervalsIcuBuilder {
        let session = Session::builder().timeout(Duration::from_secs(60));
        IntervalsIcuBuilder {
            key: key.into(),
            base: None,
            session: session.user_agent(concat!(
                "sync-connector-intervals-icu/",
                env!("CARGO_PKG_VERSION")
            )),
        }
    }

    async fn read(&self, endpoint: &'static str, url: Url) -> Result<Response, ServiceError> {
        let answer = self.session.get(url).endpoint(endpoint).read().await;
        good(answer.map_err(transport)?)
    }

    /// The owner of the key is asked for, and the answer thrown away.
    pub(crate) async fn prove_key(&self) -> Result<(), ServiceError> {
        let url = join(&self.base, "/api/v1/athlete/0");
        json::<Value>(&self.read("athlete", url).await?).map(drop)
    }

    /// All activities of some local days.
    pub(crate) async fn activities(&self, window: Window) -> Result<Vec<Shown>, ServiceError> {
        let mut url = join(&self.base, ACTIVITIES);
        // Up to the beginning of the next day, whether that end is included or not.
        let newest = window.until.succ_opt().unwrap_or(window.until);
        url.query_pairs_mut()
            .append_pair("oldest", &window.from.to_string())
            .append_pair("newest", &newest.to_string());
        json(&self.read("activities", url).await?)
    }

    pub(crate) async fn activity(&self, id: &str) -> Result<Shown, ServiceError> {
        json(&self.read("activity", self.activity_url(id)?).await?)
    }

    fn activity_url(&self, id: &str) -> Result<Url, ServiceError> {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let message = "the receipt names no activity of intervals.icu";
            return Err(ServiceError::new(ErrorKind::Invalid, message));
        }
        Ok(join(&self.base, &format!("/api/v1/activity/{id}")))
    }

    /// Sends a file, once.
    pub(crate) async fn upload(&self, parts: Vec<Part>) -> Result<Created, SendOutcome> {
        let request = self
            .session
            .post(join(&self.base, ACTIVITIES))
            .endpoint("upload");
        created(request.multipart(parts).write().await.map_err(written)?)
    }

    /// Sends an activity without a file, once.
    pub(crate) async fn enter(&self, activity: &Value) -> Result<Created, SendOutcome> {
        let url = join(&self.base, &format!("{ACTIVITIES}/manual"));
        let request = self.session.post(url).endpoint("manual activity");
        created(request.json(activity).write().await.map_err(written)?)
    }

    pub(crate) async fn set_type(&self, id: &str, kind: &str) -> Result<(), ServiceError> {
        let change = serde_json::json!({ "type": kind });
        let request = self.session.request(Method::PUT, self.activity_url(id)?);
        change_existing(request.endpoint("change").json(&change)).await
    }

    pub(crate) async fn delete(&self, id: &str) -> Result<(), ServiceError> {
        let request = self.session.request(Method::DELETE, self.activity_url(id)?);
        change_existing(request.endpoint("delete")).await
    }
}

/// Leaves once; sending it again would change nothing more.
async fn change_existing(request: RequestBuilder) -> Result<(), ServiceError> {
    let answer = request.write().await;
    good(answer.map_err(|error| transport(error.into_error()))?).map(drop)
}

fn written(error: WriteError) -> SendOutcome {
    match error {
        WriteError::NotSent(error) => SendOutcome::NotSent(transport(error)),
        WriteError::MaybeSent(error) => SendOutcome::MaybeSent(transport(error)),
    }
}

fn created(answer: Response) -> Result<Created, SendOutcome> {
    let opaque = || SendOutcome::Opaque(answer.fingerprint().to_string());
    let id = || {
        let body: Value = serde_json::from_slice(answer.body()).ok()?;
        let first = body.get("activities").and_then(|all| all.get(0)?.get("id"));
        let id = Id::try_from(body.get("id").or(first)?.clone());
        id.ok().map(|id| id.0)
    };
    match answer.status().as_u16() {
        201 => id().map(Created::New).ok_or_else(opaque),
        200 => id().map(Created::Existing).ok_or_else(opaque),
        202..400 => Err(opaque()),
        409 => Ok(Created::Conflict),
        400 | 413 | 415 | 422 => {
            let refused = format!("intervals.icu: {}", reason(&answer));
            Err(SendOutcome::Rejected(refused))
        }
        // It took nothing: the key is wrong, or it asks to wait.
        401 | 403 | 404 | 429 => Err(SendOutcome::NotSent(failure(&answer))),
        _ => Err(SendOutcome::MaybeSent(failure(&answer))),
    }
}

fn good(answer: Response) -> Result<Response, ServiceError> {
    match answer.status().is_success() {
        true => Ok(answer),
        false => Err(failure(&answer)),
    }
}

fn failure(answer: &Response) -> ServiceError {
    let status = answer.status().as_u16();
    let kind = match status {
        401 | 403 => ErrorKind::SignInNeeded,
        404 => ErrorKind::NotFound,
        429 | 500.. => ErrorKind::Temporary,
        400..=499 => ErrorKind::Invalid,
        _ => return drift(&answer.fingerprint().to_string()),
    };
    let message = match status {
        401 | 403 => "refused the API key; make a new one in its settings".to_owned(),
        404 => "does not have it".to_owned(),
        429 => "asks to wait".to_owned(),
        _ => format!("answered: {}", reason(answer)),
    };
    ServiceError::new(kind, format!("intervals.icu {message}"))
        .with_retry_after(answer.retry_after())
}

/// The service's reason for a refusal: `{"status": 422, "error": "..."}`.
fn reason(answer: &Response) -> String {
    const LONGEST: usize = 200;
    let body = serde_json::from_slice::<Value>(answer.body()).unwrap_or_default();
    let text = body
        .get("error")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let plain: String = text
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST)
        .collect();
    match plain.trim() {
        "" => format!("status {}", answer.status().as_u16()),
        plain => plain.to_owned(),
    }
}

fn json<T: serde::de::DeserializeOwned>(answer: &Response) -> Result<T, ServiceError> {
    // The decoder's message could show a value; its place cannot.
    serde_json::from_slice(answer.body()).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        drift(&format!("{} at {line}:{column}", answer.fingerprint()))
    })
}

fn drift(what: &str) -> ServiceError {
    let message =
        format!("intervals.icu answered in a form that this program does not know: {what}");
    ServiceError::new(ErrorKind::Drift, message)
}

fn transport(error: web_session::Error) -> ServiceError {
    let kind = match error.kind() {
        Kind::RateLimited | Kind::Unavailable => ErrorKind::Temporary,
        Kind::Invalid => ErrorKind::Invalid,
        _ => ErrorKind::Other,
    };
    let wait = error.retry_after();
    ServiceError::new(kind, error.to_string())
        .with_retry_after(wait)
        .with_source(error)
}

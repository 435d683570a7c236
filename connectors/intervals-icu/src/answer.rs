//! The answers, and what each proves.

use std::fmt::Display;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use sync_core::{ErrorKind, Receipt, SendOutcome, ServiceError};
use web_session::{Response, WriteError, decode, redact};

/// An activity as the service shows it: an id, without which the listing fails, and facts that are read each alone. Entries of other
/// services' (Strava's) are stubs: little more than an id.
#[derive(Debug, Deserialize)]
pub(crate) struct Shown {
    #[serde(deserialize_with = "decode::essential_as::<decode::AnyId, _>")]
    pub(crate) id: String,
    #[serde(default, deserialize_with = "decode::lenient")]
    pub(crate) start_date_local: Option<NaiveDateTime>,
    #[serde(default, deserialize_with = "decode::lenient")]
    pub(crate) start_date: Option<DateTime<Utc>>,
    #[serde(default, rename = "type", deserialize_with = "decode::lenient")]
    pub(crate) kind: Option<String>,
    #[serde(default, deserialize_with = "decode::lenient")]
    pub(crate) moving_time: Option<f64>,
    #[serde(default, deserialize_with = "decode::lenient")]
    pub(crate) distance: Option<f64>,
    #[serde(default, deserialize_with = "decode::lenient")]
    pub(crate) external_id: Option<String>,
}

/// The outcome of a request that creates an activity.
pub(crate) fn outcome(answered: Result<Response, WriteError>) -> SendOutcome {
    let answer = match answered {
        Ok(answer) => answer,
        Err(WriteError::NotSent(error)) => return SendOutcome::NotSent(transport(error)),
        Err(WriteError::MaybeSent(error)) => return SendOutcome::MaybeSent(transport(error)),
    };
    let named = decode::json::<Shown>(&answer, None).ok();
    match (answer.status().as_u16(), named) {
        (201, Some(new)) => SendOutcome::Accepted(Receipt::with_id(new.id)),
        (200, Some(existing)) => SendOutcome::AlreadyThere(existing.id),
        // With 409 it is there, and the answer does not say as which activity.
        (200..400 | 409, _) => SendOutcome::Opaque(answer.fingerprint().to_string()),
        (400 | 413 | 415 | 422, _) => {
            SendOutcome::Rejected(format!("intervals.icu: {}", reason(&answer)))
        }
        // It took nothing: the key is wrong, a firewall refuses this client, or it asks to wait.
        (401 | 403 | 404 | 429, _) => SendOutcome::NotSent(failure(&answer)),
        _ => SendOutcome::MaybeSent(failure(&answer)),
    }
}

pub(crate) fn good(answer: Response) -> Result<Response, ServiceError> {
    match answer.status().is_success() {
        true => Ok(answer),
        false => Err(failure(&answer)),
    }
}

fn failure(answer: &Response) -> ServiceError {
    let answered = format!("answered: {}", reason(answer));
    let (kind, message) = match (answer.status().as_u16(), answer.outage()) {
        _ if answer.is_block() => (ErrorKind::Blocked, "blocked the request by its firewall"),
        (429, _) => (ErrorKind::Temporary, "asks to wait"),
        (_, Some(_)) => (ErrorKind::Temporary, &*answered),
        (401 | 403, _) => {
            let message = "refused the API key; make a new one in its settings";
            (ErrorKind::SignInNeeded, message)
        }
        (404, _) => (ErrorKind::NotFound, "does not have it"),
        (400..=499, _) => (ErrorKind::Invalid, &*answered),
        _ => return drift(&answer.fingerprint()),
    };
    ServiceError::new(kind, format!("intervals.icu {message}"))
        .with_retry_after(answer.retry_after())
}

/// The service's reason for a refusal: `{"status": 422, "error": "..."}`.
fn reason(answer: &Response) -> String {
    let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
    match body.get("error").and_then(Value::as_str) {
        Some(text) if !text.trim().is_empty() => redact::phrase(text, 200),
        _ => format!("status {}", answer.status().as_u16()),
    }
}

pub(crate) fn drift(what: &dyn Display) -> ServiceError {
    let message = format!("intervals.icu answered in an unknown form: {what}");
    ServiceError::new(ErrorKind::Drift, message)
}

pub(crate) fn transport(error: web_session::Error) -> ServiceError {
    let kind = match error.kind().is_temporary() {
        true => ErrorKind::Temporary,
        false => ErrorKind::Other,
    };
    ServiceError::new(kind, error.to_string())
        .with_retry_after(error.retry_after())
        .with_source(error)
}

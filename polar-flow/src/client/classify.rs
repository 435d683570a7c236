//! Classification of answers: every shape of "expired" and every meaning of 403 that was ever seen.

use serde_json::Value;
use web_session::{Content, ErrorKind, Response, StatusCode};

use super::Expect;
use crate::error::Error;

/// The kind of request: one that changes nothing, or one that does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Read,
    Write,
}

/// The pages that end every call.
pub(crate) fn blocks(response: &Response) -> Result<(), Error> {
    if response.is_block() {
        return Err(Error::Blocked {
            endpoint: response.endpoint(),
            content: response.content(),
            fingerprint: Box::new(response.fingerprint()),
        });
    }
    Ok(())
}

/// The service is down or wants a pause.
pub(crate) fn outage(response: &Response) -> Result<(), Error> {
    let endpoint = response.endpoint();
    let retry_after = response.retry_after();
    match response.outage() {
        Some(ErrorKind::RateLimited) => Err(Error::RateLimited {
            endpoint,
            retry_after,
        }),
        Some(_) => Err(Error::Unavailable {
            endpoint,
            fingerprint: Box::new(response.fingerprint()),
            retry_after,
        }),
        None => Ok(()),
    }
}

/// Classifies the answer of an API call. [`Error::SessionExpired`] asks for a renewal; for a write it also is the proof that
/// nothing was done, so no page can say it.
pub(crate) fn answer(response: &Response, expect: Expect, kind: Kind) -> Result<(), Error> {
    // A write may have got through to the service behind, whatever the page before it looks like.
    if kind == Kind::Write && response.outage() == Some(ErrorKind::Unavailable) {
        outage(response)?;
    }
    blocks(response)?;
    outage(response)?;
    let endpoint = response.endpoint();
    let content = response.content();
    let fingerprint = || Box::new(response.fingerprint());
    let unexpected = || Error::UnexpectedContent {
        endpoint,
        expected: expect.name(),
        content,
        fingerprint: fingerprint(),
    };
    match response.status() {
        // A 200 of this shape was never seen. Its message suffices to repeat a read, but not a write.
        status
            if (kind == Kind::Read || status == StatusCode::UNAUTHORIZED)
                && is_not_authenticated(response) =>
        {
            Err(Error::SessionExpired { endpoint })
        }
        StatusCode::UNAUTHORIZED => Err(Error::Refused {
            endpoint,
            fingerprint: fingerprint(),
        }),
        StatusCode::FORBIDDEN if kind == Kind::Write && is_page(content) => {
            Err(Error::CsrfRejected { endpoint })
        }
        StatusCode::FORBIDDEN if is_page(content) => Err(Error::Refused {
            endpoint,
            fingerprint: fingerprint(),
        }),
        StatusCode::FORBIDDEN => Err(Error::Forbidden { endpoint }),
        StatusCode::NOT_FOUND if expect == Expect::File => Err(Error::NotAvailable { endpoint }),
        StatusCode::NOT_FOUND => Err(Error::NotFound { endpoint }),
        status if status.is_redirection() => {
            let to_login = response
                .location()
                .is_some_and(|url| url.path().contains("login"));
            Err(if to_login {
                Error::SessionExpired { endpoint }
            } else {
                unexpected()
            })
        }
        status if !status.is_success() => Err(Error::Refused {
            endpoint,
            fingerprint: fingerprint(),
        }),
        // The API itself never answers with a page, so whether the write was done is unknown.
        _ if kind == Kind::Write && (is_page(content) || is_not_authenticated(response)) => {
            match expect {
                Expect::Any => Ok(()),
                _ => Err(unexpected()),
            }
        }
        // The login page with status 200 was seen 2026-08.
        _ if is_page(content) => {
            let at_login = response.url().path().to_ascii_lowercase().contains("login");
            let moved = !response.hops().is_empty();
            if content == Content::LoginPage || (at_login && moved) {
                return Err(Error::SessionExpired { endpoint });
            }
            match expect {
                Expect::Any => Ok(()),
                _ if at_login || moved => Err(Error::SessionExpired { endpoint }),
                _ => Err(unexpected()),
            }
        }
        _ => match (expect, content) {
            (Expect::Json, Content::Json) | (Expect::Any | Expect::Nothing, _) => Ok(()),
            (Expect::File, Content::Empty) => Err(Error::NotAvailable { endpoint }),
            (Expect::File, Content::Xml | Content::Zip | Content::Other) => Ok(()),
            _ => Err(unexpected()),
        },
    }
}

fn is_page(content: Content) -> bool {
    matches!(content, Content::Html | Content::LoginPage)
}

/// `{"error":"NotAuthenticated","redirect":"/"}`, seen 2026-05 with status 401. Other bodies with 401 exist, so the body
/// is looked at.
fn is_not_authenticated(response: &Response) -> bool {
    if response.body().len() > 1024 || response.content() != Content::Json {
        return false;
    }
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    body["error"] == "NotAuthenticated"
}

//! Files, which the site may keep on a foreign host.

use std::time::Duration;

use web_session::auth;
use web_session::{Redirects, Response, Url};

use super::Runkeeper;
use super::fetch::{MAX_HOPS, accept, outage, unexpected};
use crate::Error;

/// How a file is asked for.
pub(crate) struct FileRequest {
    pub(crate) endpoint: &'static str,
    pub(crate) url: Url,
    /// Another limit than the session's.
    pub(crate) max_bytes: Option<u64>,
    /// Another limit than the session's.
    pub(crate) timeout: Option<Duration>,
}

impl Runkeeper {
    /// Reads a file with the account's cookies. A file on another site, or on a host of this one without TLS,
    /// is asked for without cookies: its address is the proof, and the answer of that host does not concern
    /// the session.
    pub(crate) async fn fetch_file(&self, file: &FileRequest) -> Result<Response, Error> {
        auth::with_renewal(self, || self.fetch_file_once(file)).await
    }

    async fn fetch_file_once(&self, file: &FileRequest) -> Result<Response, Error> {
        let mut url = file.url.clone();
        let mut at_home = true;
        for _ in 0..=MAX_HOPS {
            // After a foreign host no request carries cookies.
            at_home &= self.may_have_cookies(&url);
            let mut request = self.session().get(url).endpoint(file.endpoint);
            if let Some(limit) = file.max_bytes {
                request = request.max_bytes(limit);
            }
            if let Some(limit) = file.timeout {
                request = request.timeout(limit);
            }
            if !at_home {
                request = request.without_cookies();
            }
            let response = request.redirects(Redirects::Never).read().await?;
            let Some(next) = response.location() else {
                return match at_home {
                    true => accept(response).await,
                    false => accept_elsewhere(response),
                };
            };
            if at_home && self.is_login(&next) {
                return Err(Error::SessionExpired {
                    endpoint: file.endpoint,
                });
            }
            url = next;
        }
        Err(Error::Transport(web_session::Error::TooManyRedirects {
            endpoint: file.endpoint,
            host: web_session::redact::host(&url),
            limit: MAX_HOPS,
        }))
    }
}

/// "Later" means the same everywhere; the rest is judged by what came.
fn accept_elsewhere(response: Response) -> Result<Response, Error> {
    match outage(&response) {
        Some(error) => Err(error),
        None if response.status() == 200 => Ok(response),
        None => Err(unexpected(
            &response,
            "a file on the host to which the site leads",
            response.content(),
        )),
    }
}

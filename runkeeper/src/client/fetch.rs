//! Reading from the site: redirects, refusals and dead sessions are told apart here, once.

use std::sync::atomic::Ordering;

use web_session::{Content, Redirects, RequestBuilder, Response, Url};

use super::Runkeeper;
use crate::Error;

/// How many redirects within the site a read follows.
const MAX_HOPS: usize = 5;

impl Runkeeper {
    /// Reads an answer that belongs to a signed-in person. `make` builds the request; it is called again after the
    /// session was renewed.
    pub(crate) async fn fetch(&self, make: impl Fn() -> RequestBuilder) -> Result<Response, Error> {
        let seen = self.sign_ins();
        match self.fetch_once(make()).await {
            Err(Error::SessionExpired { .. }) if self.credentials().is_some() => {
                self.renew(seen).await?;
                self.fetch_once(make()).await
            }
            other => other,
        }
    }

    /// [`fetch`](Self::fetch) of a GET.
    pub(crate) async fn fetch_url(
        &self,
        endpoint: &'static str,
        url: &Url,
    ) -> Result<Response, Error> {
        self.fetch(|| self.session().get(url.clone()).endpoint(endpoint))
            .await
    }

    /// One read, with the redirects that stay on the site and do not lead to the login page.
    pub(crate) async fn fetch_once(&self, request: RequestBuilder) -> Result<Response, Error> {
        let mut response = request.redirects(Redirects::Never).read().await?;
        let mut hops = 0;
        while let Some(next) = response.location() {
            if self.leads_to_login(&next) {
                return Err(Error::SessionExpired {
                    endpoint: response.endpoint(),
                });
            }
            if hops == MAX_HOPS {
                return Err(Error::Transport(web_session::Error::TooManyRedirects {
                    endpoint: response.endpoint(),
                    host: next.host_str().unwrap_or_default().to_owned(),
                    limit: MAX_HOPS,
                }));
            }
            hops += 1;
            response = self
                .session()
                .get(next)
                .endpoint(response.endpoint())
                .redirects(Redirects::Never)
                .read()
                .await?;
        }
        accept(response)
    }

    pub(crate) fn sign_ins(&self) -> u64 {
        self.inner.sign_ins.load(Ordering::Acquire)
    }

    /// Whether a redirect means that nobody is signed in: to the login page, or off the site.
    pub(crate) fn leads_to_login(&self, target: &Url) -> bool {
        if target.host_str() != self.base().host_str()
            || target.port_or_known_default() != self.base().port_or_known_default()
        {
            // The same host over another scheme is no other site.
            let upgraded = target.host_str() == self.base().host_str()
                && target.port().is_none()
                && self.base().port().is_none();
            if !upgraded {
                return true;
            }
        }
        let login = self.url(&self.paths().login);
        let path = target.path().trim_end_matches('/');
        path == login.path().trim_end_matches('/') || path.to_ascii_lowercase().ends_with("/login")
    }

    pub(crate) async fn renew(&self, seen: u64) -> Result<(), Error> {
        let _one_at_a_time = self.inner.renewal.lock().await;
        // Somebody else renewed it while we waited.
        if self.sign_ins() != seen {
            return Ok(());
        }
        self.sign_in().await.map(|_| ())
    }
}

/// Turns the answers that mean the same everywhere into errors; other answers pass.
fn accept(response: Response) -> Result<Response, Error> {
    let endpoint = response.endpoint();
    let status = response.status();
    let content = response.content();
    if matches!(content, Content::BotChallenge | Content::BlockPage) {
        let fingerprint = Box::new(response.fingerprint());
        return Err(Error::Blocked {
            endpoint,
            content,
            fingerprint,
        });
    }
    if content == Content::LoginPage || status.as_u16() == 401 {
        return Err(Error::SessionExpired { endpoint });
    }
    match status.as_u16() {
        429 => Err(Error::RateLimited {
            endpoint,
            retry_after: response.retry_after(),
        }),
        404 | 410 => Err(Error::NotFound { endpoint }),
        500.. => Err(Error::Unavailable {
            endpoint,
            status: status.as_u16(),
            retry_after: response.retry_after(),
        }),
        _ => Ok(response),
    }
}

//! A call of the API: sent, judged, and after an expired session renewed and sent once more.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use web_session::{Content, Method, RequestBuilder, Response, join};

use super::{ACCEPT_JSON, PolarFlow, judge};
use crate::auth::token;
use crate::error::Error;
use crate::service;

/// What an answer should hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    Json,
    /// An export; what exactly is sniffed later.
    File,
    /// Nothing of interest; but not a page.
    Nothing,
    /// Whatever comes.
    Any,
}

impl Expect {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::File => "a file",
            Self::Nothing | Self::Any => "an answer",
        }
    }
}

impl PolarFlow {
    /// Reads JSON and decodes it.
    pub(crate) async fn read_json<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
    ) -> Result<T, Error> {
        let response = self
            .read(request.header("accept", ACCEPT_JSON), Expect::Json)
            .await?;
        Ok(self.session().decode(&response)?)
    }

    /// A read that may be repeated, with a session that is renewed when needed.
    pub(crate) async fn read(
        &self,
        request: RequestBuilder,
        expect: Expect,
    ) -> Result<Response, Error> {
        self.session().load().await?;
        self.renew_when_due().await;
        let token = self.token();
        let response = request.clone().read().await?;
        match judge::answer(&response, expect, judge::Kind::Read) {
            Err(Error::SessionExpired) => self.renew(token.as_ref()).await?,
            // Clients of 2026-08 take every page for a sign of an expired session. It can also be one of maintenance:
            // a session that is alive elsewhere is left alone, and a failing renewal is not held against it.
            Err(
                error @ Error::UnexpectedContent {
                    content: Content::Html,
                    ..
                },
            ) => {
                if self.probe().await.is_ok() || self.renew(token.as_ref()).await.is_err() {
                    return Err(error);
                }
            }
            result => return result.map(|()| response),
        }
        let response = request.read().await?;
        match judge::answer(&response, expect, judge::Kind::Read) {
            // A login page in the place of one file, while the session is alive, is that file's trouble.
            Err(Error::SessionExpired) if self.probe().await.is_ok() => {
                Err(Error::UnexpectedContent {
                    endpoint: response.endpoint(),
                    expected: expect.name(),
                    content: response.content(),
                    fingerprint: Box::new(response.fingerprint()),
                })
            }
            result => self.still_expired(result).map(|()| response),
        }
    }

    /// A write. Only a status can prove that nothing was done for want of a session (401 `NotAuthenticated`, a redirect to
    /// the login); after that alone it is sent again.
    pub(crate) async fn write(
        &self,
        request: RequestBuilder,
        expect: Expect,
    ) -> Result<Response, Error> {
        self.session().load().await?;
        self.renew_when_due().await;
        let token = self.token();
        let response = request.clone().write().await?;
        let judged = judge::answer(&response, expect, judge::Kind::Write);
        let (response, judged) = match judged {
            Err(Error::SessionExpired) => {
                self.renew(token.as_ref()).await?;
                let response = request.write().await?;
                let judged = judge::answer(&response, expect, judge::Kind::Write);
                (response, self.still_expired(judged))
            }
            judged => (response, judged),
        };
        match judged {
            Ok(()) => Ok(response),
            // A gateway that gives up may have passed it on, and a strange page says nothing at all.
            Err(error @ (Error::Unavailable { .. } | Error::UnexpectedContent { .. })) => {
                Err(Error::MaybeDone(Box::new(error)))
            }
            Err(error) => Err(error),
        }
    }

    /// A session that is not accepted although it was renewed a moment ago will not be accepted by trying on.
    fn still_expired<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        match result {
            Err(Error::SessionExpired) => {
                let mut report = crate::auth::SignInReport::default();
                report.steps.push(crate::auth::SignInStep {
                    strategy: "renewal",
                    failure: Some("Polar does not accept the renewed session".to_owned()),
                });
                Err(Error::SignInNeeded(Box::new(report)))
            }
            other => other,
        }
    }

    /// One request that only a live session answers; renews nothing.
    pub(crate) async fn probe(&self) -> Result<(), Error> {
        let url = join(self.flow_url(), &self.endpoints().account);
        let request = self
            .session()
            .get(url)
            .endpoint("account")
            .header("accept", ACCEPT_JSON);
        let response = request.read().await?;
        judge::answer(&response, Expect::Json, judge::Kind::Read)
    }

    /// Renews a session that has less than five minutes to live. A failure is no reason not to try the call.
    async fn renew_when_due(&self) {
        let Some(token) = self.flow_token() else {
            return;
        };
        let Some(expiry) = token::expiry(&token) else {
            return;
        };
        let now = DateTime::<Utc>::from(self.session().service_time());
        let left = (expiry - now).to_std().unwrap_or_default();
        let recently = self
            .inner
            .renewed()
            .is_some_and(|at| at.elapsed() < service::RENEWAL_PAUSE);
        if left >= service::RENEW_BEFORE || recently {
            return;
        }
        *self.inner.renewed() = Some(tokio::time::Instant::now());
        if let Err(error) = self.renew(Some(&token)).await {
            tracing::debug!(target: "polar_flow", %error, "renewal ahead of time failed");
        }
    }

    /// A GET of any path of the web application, signed in, for endpoints that have no type yet. `path_and_query` begins
    /// with `/`.
    ///
    /// # Errors
    /// As for every call. A page of HTML is an answer here.
    pub async fn get_raw(&self, path_and_query: &str) -> Result<Response, Error> {
        let url = join(self.flow_url(), path_and_query);
        self.read(self.session().get(url).endpoint("raw"), Expect::Any)
            .await
    }

    /// A write of any path of the web application, signed in; sent once, and once more only after an answer whose status
    /// says that it was not taken because nobody is signed in (401 `NotAuthenticated`, a redirect to the login).
    ///
    /// # Errors
    /// As for every call. A page of HTML is an answer here, also one that asks to sign in.
    pub async fn send_raw(
        &self,
        method: Method,
        path_and_query: &str,
        json: &serde_json::Value,
    ) -> Result<Response, Error> {
        let url = join(self.flow_url(), path_and_query);
        let request = self
            .session()
            .request(method, url)
            .endpoint("raw")
            .json(json);
        self.write(request, Expect::Any).await
    }
}

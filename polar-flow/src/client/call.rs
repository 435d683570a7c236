//! A call of the API: sent, classified, and after an expired session renewed and sent once more.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use web_session::auth::{self, Account as _, Seen};
use web_session::{Content, RequestBuilder, Response, join};

use super::classify::Kind;
use super::{ACCEPT_JSON, PolarFlow, classify};
use crate::auth::token;
use crate::error::Error;
use crate::service;

/// The expected content of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    Json,
    /// An export; its format is sniffed later.
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

type Hook = Arc<dyn Fn(&Response) -> bool + Send + Sync>;

/// A request to any of the service's hosts, with the client's treatment: the session is renewed when it has expired, refusals,
/// blocks and outages become errors. Made by [`PolarFlow::call`].
#[must_use = "a call does nothing until it is read or written"]
#[derive(Clone)]
pub struct Call {
    polar: PolarFlow,
    request: RequestBuilder,
    expect: Expect,
    expired_when: Option<Hook>,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

impl PolarFlow {
    /// Any request to any host of the service, for endpoints that have no method yet, with the treatment of the other calls.
    ///
    /// ```no_run
    /// # async fn example(polar: polar_flow::PolarFlow) -> Result<(), polar_flow::Error> {
    /// use polar_flow::web_session::join;
    ///
    /// // JSON of the web application.
    /// let request = polar.session().get(polar.url("/api/some/list")).endpoint("some list");
    /// let list: Vec<serde_json::Value> = polar.call(request).json().await?;
    ///
    /// // Another host, whose 401 says in its own words that the session has expired.
    /// let url = join(polar.sleep_url(), "/api/some/report");
    /// let request = polar.session().get(url).endpoint("some report").query("from", "2026-01-01");
    /// let answer = polar.call(request).expired_when(|answer| answer.status() == 401).read().await?;
    /// # let _ = (list, answer);
    /// # Ok(())
    /// # }
    /// ```
    pub fn call(&self, request: RequestBuilder) -> Call {
        Call {
            polar: self.clone(),
            request,
            expect: Expect::Any,
            expired_when: None,
        }
    }
}

impl Call {
    /// For an endpoint that says "expired" in its own words: answers for which `hook` is true lead to a renewal, after which
    /// the request is sent once more. For a write it must be true only when nothing was done.
    pub fn expired_when(
        mut self,
        hook: impl Fn(&Response) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.expired_when = Some(Arc::new(hook));
        self
    }

    pub(crate) fn expect(mut self, expect: Expect) -> Self {
        self.expect = expect;
        self
    }

    /// Sends a read, which may be repeated on hiccups, and decodes its JSON; see [`web_session::decode`].
    ///
    /// # Errors
    /// As for every call, and [`Error::Drift`] when the JSON lacks what is essential to `T`.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, Error> {
        let session = self.polar.session().clone();
        Ok(session.decode(&self.json_response().await?)?)
    }

    pub(crate) async fn json_response(mut self) -> Result<Response, Error> {
        self.request = self.request.header("accept", ACCEPT_JSON);
        self.expect(Expect::Json).read().await
    }

    /// Sends a read, which may be repeated on hiccups. A page of HTML is an answer.
    ///
    /// # Errors
    /// As for every call.
    pub async fn read(self) -> Result<Response, Error> {
        let (polar, expect) = (&self.polar, self.expect);
        polar.session().load().await?;
        polar.renew_when_due().await;
        let seen = Seen::of(polar);
        match self.read_once().await {
            Err(Error::SessionExpired { .. }) => auth::renew(polar, &seen).await?,
            // Clients of 2026-08 take every page for a sign of an expired session. It can also be one of maintenance:
            // a session that is alive elsewhere is left alone, and a failing renewal is not held against it.
            Err(
                error @ Error::UnexpectedContent {
                    content: Content::Html,
                    ..
                },
            ) => {
                if polar.probe().await.is_ok() || auth::renew(polar, &seen).await.is_err() {
                    return Err(error);
                }
            }
            result => return result,
        }
        let response = self.request.clone().read().await?;
        match self.classify(&response, Kind::Read) {
            Ok(()) => Ok(response),
            // A login page in the place of one file, while the session is alive, is that file's trouble.
            Err(Error::SessionExpired { .. }) if polar.probe().await.is_ok() => {
                Err(Error::UnexpectedContent {
                    endpoint: response.endpoint(),
                    expected: expect.name(),
                    content: response.content(),
                    fingerprint: Box::new(response.fingerprint()),
                })
            }
            Err(Error::SessionExpired { .. }) => Err(auth::refused_after_renewal()),
            Err(error) => Err(error),
        }
    }

    async fn read_once(&self) -> Result<Response, Error> {
        let response = self.request.clone().read().await?;
        self.classify(&response, Kind::Read)?;
        Ok(response)
    }

    /// Sends a write, once. Only a status can prove that nothing was done for want of a session (401 `NotAuthenticated`, a
    /// redirect to the login); after that alone it is sent again. A page of HTML is an answer, also one that asks to sign in.
    ///
    /// # Errors
    /// As for every call; [`Error::may_have_been_sent`] says whether it may have been done.
    pub async fn write(self) -> Result<Response, Error> {
        self.polar.session().load().await?;
        self.polar.renew_when_due().await;
        auth::with_renewal(&self.polar, || self.write_once()).await
    }

    async fn write_once(&self) -> Result<Response, Error> {
        let response = self.request.clone().write().await?;
        match self.classify(&response, Kind::Write) {
            Ok(()) => Ok(response),
            // A gateway that gives up may have passed it on, and a strange page proves nothing.
            Err(error @ (Error::Unavailable { .. } | Error::UnexpectedContent { .. })) => {
                Err(error.maybe_sent())
            }
            Err(error) => Err(error),
        }
    }

    fn classify(&self, response: &Response, kind: Kind) -> Result<(), Error> {
        let outcome = classify::answer(response, self.expect, kind);
        let hook = self.expired_when.as_ref();
        if !matches!(outcome, Err(Error::Blocked { .. })) && hook.is_some_and(|hook| hook(response))
        {
            let endpoint = response.endpoint();
            return Err(Error::SessionExpired { endpoint });
        }
        outcome
    }
}

impl PolarFlow {
    /// The JSON at a path that names one thing by its `{id}`.
    pub(crate) async fn json_of<T: DeserializeOwned>(
        &self,
        endpoint: &'static str,
        path: &str,
        id: impl fmt::Display,
    ) -> Result<T, Error> {
        let path = path.replace("{id}", &id.to_string());
        let request = self.session().get(self.url(&path)).endpoint(endpoint);
        self.call(request).json().await
    }

    /// One request that only a live session answers; renews nothing.
    pub(crate) async fn probe_account(&self) -> Result<(), Error> {
        let url = join(self.base_url(), &self.endpoints().account);
        let request = self
            .session()
            .get(url)
            .endpoint("account")
            .header("accept", ACCEPT_JSON);
        let response = request.read().await?;
        classify::answer(&response, Expect::Json, Kind::Read)
    }

    /// Renews a session that has less than five minutes to live. A failure is no reason not to try the call.
    async fn renew_when_due(&self) {
        let Some(expiry) = self.flow_token().and_then(|token| token::expiry(&token)) else {
            return;
        };
        let now = DateTime::<Utc>::from(self.session().service_time());
        let left = (expiry - now).to_std().unwrap_or_default();
        let auth = self.auth();
        let recently = auth
            .since_last_attempt()
            .is_some_and(|passed| passed < service::RENEWAL_PAUSE);
        if left >= service::RENEW_BEFORE || recently {
            return;
        }
        auth.note_attempt();
        if let Err(error) = auth::renew(self, &Seen::of(self)).await {
            tracing::debug!(target: "polar_flow", %error, "renewal ahead of time failed");
        }
    }
}

//! A request with the client's treatment, for endpoints that have no method yet.

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use web_session::auth;
use web_session::{RequestBuilder, Response};

use super::Runkeeper;
use super::fetch::{accept, outage};
use crate::Error;

type Hook = Arc<dyn Fn(&Response) -> bool + Send + Sync>;

/// A request to any of the service's hosts, with the client's treatment: the session is renewed when it has expired, refusals,
/// blocks and outages become errors. Made by [`Runkeeper::call`].
#[must_use = "a call does nothing until it is read or written"]
#[derive(Clone)]
pub struct Call {
    client: Runkeeper,
    request: RequestBuilder,
    expired_when: Option<Hook>,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

impl Runkeeper {
    /// Any request to any host of the service, for endpoints that have no method yet, with the treatment of the other calls.
    ///
    /// ```no_run
    /// # async fn example(client: runkeeper::Runkeeper) -> Result<(), runkeeper::Error> {
    /// let request = client.session().get(client.url("/some/list")).endpoint("some list").query("page", "1");
    /// let list: Vec<serde_json::Value> = client.call(request).json().await?;
    ///
    /// // An endpoint that says in its own words that the session has expired.
    /// let request = client.session().get(client.url("/some/report")).endpoint("some report");
    /// let answer = client.call(request).expired_when(|answer| answer.status() == 403).read().await?;
    /// # let _ = (list, answer);
    /// # Ok(())
    /// # }
    /// ```
    pub fn call(&self, request: RequestBuilder) -> Call {
        Call {
            client: self.clone(),
            request,
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

    /// Sends a read, which may be repeated on hiccups, and decodes its JSON; see [`web_session::decode`].
    ///
    /// # Errors
    /// As for every call, [`Error::UnexpectedContent`] when no JSON came, and [`Error::Drift`] when it lacks what is essential
    /// to `T`.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, Error> {
        let client = self.client.clone();
        client.json(&self.read().await?)
    }

    /// Sends a read, which may be repeated on hiccups. Redirects within the site are followed; one to the sign-in means that the
    /// session has expired.
    ///
    /// # Errors
    /// As for every call. Other statuses than those of a dead session, a block, an outage and "not found" are answers.
    pub async fn read(self) -> Result<Response, Error> {
        auth::with_renewal(&self.client, || async {
            let request = self.request.clone();
            let response = self.client.follow(request).await?;
            self.expired(&response)?;
            accept(response).await
        })
        .await
    }

    /// Sends a write, once. Only a status can prove that nothing was done for want of a session (401, a redirect to the
    /// sign-in); after that alone it is sent again. Pages and other statuses are answers.
    ///
    /// # Errors
    /// As for every call; [`Error::may_have_been_sent`] says whether it may have been done.
    pub async fn write(self) -> Result<Response, Error> {
        auth::with_renewal(&self.client, || async {
            let response = self.request.clone().write().await?;
            let endpoint = response.endpoint();
            let to_login = response
                .location()
                .is_some_and(|target| self.client.is_login(&target));
            if to_login || response.status().as_u16() == 401 {
                return Err(Error::SessionExpired { endpoint });
            }
            self.expired(&response)?;
            match outage(&response) {
                Some(error @ Error::Unavailable { .. }) => Err(error.maybe_sent()),
                Some(error) => Err(error),
                None => Ok(response),
            }
        })
        .await
    }

    fn expired(&self, response: &Response) -> Result<(), Error> {
        match &self.expired_when {
            Some(hook) if hook(response) => Err(Error::SessionExpired {
                endpoint: response.endpoint(),
            }),
            _ => Ok(()),
        }
    }
}

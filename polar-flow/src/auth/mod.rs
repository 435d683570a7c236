//! Signing in: several ways, tried in a stated order, one type each.
//!
//! [`PolarFlow::sign_in`] tries, and reports what each said:
//!
//! 1. the saved session, proved by one request;
//! 2. its renewal with the sign-in host's own cookies, which needs no password;
//! 3. the strategies given to the builder, in their order: usually [`SsoPassword`].
//!
//! While the client is in use, an expired session is renewed in the same way, once per expiry, however many calls wait
//! for it; other processes that use the same session file take over what was renewed.

mod csrf_form;
mod legacy_form;
mod renewal;
mod sso;
pub(crate) mod token;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use web_session::auth::{Account, Auth};
use web_session::{ImportReport, Response, SecretString, Session, Url};

use crate::client::{PolarFlow, classify};
use crate::error::Error;
use crate::service;

pub use csrf_form::CsrfForm;
pub use legacy_form::LegacyForm;
pub use renewal::Renewal;
pub use sso::SsoPassword;
pub use web_session::auth::{ImportedCookies, SignIn, SignInAttempt, SignInReport};

#[async_trait]
impl Account for PolarFlow {
    type Error = Error;

    fn session(&self) -> &Session {
        &self.inner.session
    }

    fn auth(&self) -> &Auth<Self> {
        &self.inner.sign_in
    }

    async fn probe(&self) -> Result<(), Error> {
        self.probe_account().await
    }

    fn has_session(&self) -> bool {
        let jar = self.session().jar();
        [service::FLOW_SESSION, service::PLAY_SESSION]
            .iter()
            .any(|name| jar.has(self.base_url(), name))
    }

    fn import_cookies(&self, text: &str) -> Result<ImportReport, Error> {
        let report = self.session().import(text, self.base_url())?;
        // A header copied from the application has nothing for the sign-in host. Cookies left there by another
        // sign-in would renew that one, perhaps another account's.
        let host = |url: &Url| url.host_str().unwrap_or_default().to_owned();
        let (flow, auth) = (host(self.base_url()), host(self.auth_url()));
        let brings = |host: &str| report.kept.iter().any(|(kept, _)| kept == host);
        if flow != auth && brings(&flow) && !brings(&auth) {
            self.session().jar().clear(self.auth_url());
        }
        Ok(report)
    }

    fn token(&self) -> Option<SecretString> {
        let old_form = || {
            self.session()
                .jar()
                .value(self.base_url(), service::PLAY_SESSION)
        };
        self.flow_token().or_else(old_form)
    }

    fn put_back(&self, token: &SecretString) {
        let (jar, url) = (self.session().jar(), self.base_url());
        let is_there = [service::FLOW_SESSION, service::PLAY_SESSION]
            .iter()
            .any(|name| jar.has(url, name));
        if !is_there {
            let _ = jar.set(url, service::FLOW_SESSION, token.expose_secret());
        }
    }

    fn renewal(&self) -> Option<&dyn SignIn<Self>> {
        Some(&Renewal)
    }
}

impl PolarFlow {
    /// After a chain of sign-in redirects: whether a fresh session came out of it.
    fn accept_new_token(&self, old: Option<&SecretString>) -> bool {
        let Some(new) = self.flow_token() else {
            return false;
        };
        let changed = old.is_none_or(|old| old.expose_secret() != new.expose_secret());
        let now = DateTime::<Utc>::from(self.session().service_time());
        let alive = token::expiry(&new).is_none_or(|at| at > now);
        changed && alive
    }

    /// Refuses the pages that end every sign-in.
    fn refuse_blocks(&self, response: &Response) -> Result<(), Error> {
        classify::blocks(response)
    }
}

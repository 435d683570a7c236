//! Ways to sign in with e-mail and password, tried in order, and the report of what each said.
//!
//! The way that always works is another one: importing the cookies of a browser
//! ([`Runkeeper::import_session`]). Since 2026-03 the sign-in page of Runkeeper stands behind a bot defence.

mod asics_2020;
mod legacy_form;

use async_trait::async_trait;
use web_session::auth::{Account, Auth};
use web_session::{ImportReport, Session};

pub use asics_2020::AsicsId2020;
pub use legacy_form::LegacyForm;
pub use web_session::auth::{ImportedCookies, SignIn, SignInAttempt, SignInReport};

use crate::{Error, Runkeeper, service};

#[async_trait]
impl Account for Runkeeper {
    type Error = Error;

    fn session(&self) -> &Session {
        &self.inner.session
    }

    fn auth(&self) -> &Auth<Self> {
        &self.inner.sign_in
    }

    async fn probe(&self) -> Result<(), Error> {
        self.home().await
    }

    fn has_session(&self) -> bool {
        self.session().jar().has(self.base_url(), service::CHECKER)
    }

    fn import_cookies(&self, text: &str) -> Result<ImportReport, Error> {
        let report = self.session().import(text, self.base_url())?;
        self.forget_account();
        Ok(report)
    }

    fn signed_in(&self) {
        self.forget_account();
    }
}

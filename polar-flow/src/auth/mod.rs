//! Signing in: several ways, tried in a stated order, each a type of its own.
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
mod imported;
mod legacy_form;
mod renewal;
mod sso;
pub(crate) mod token;

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;
use web_session::{CookieJar, JarError, JarLock, JarSnapshot, Response};

use crate::client::PolarFlow;
use crate::error::Error;
use crate::service;

pub use csrf_form::CsrfForm;
pub use imported::ImportedCookies;
pub use legacy_form::LegacyForm;
pub use renewal::Renewal;
pub use sso::SsoPassword;

/// A way to sign in. Implement it when the service changes its sign-in and no release has the new one yet.
#[async_trait]
pub trait SignIn: fmt::Debug + Send + Sync {
    /// Its name in reports.
    fn name(&self) -> &'static str;

    /// Signs in, so that the session's cookies are accepted by the API.
    ///
    /// # Behavior
    /// - `Ok` means the cookies are in [`PolarFlow::session`]'s jar; the caller saves them.
    /// - [`Error::SessionExpired`] and [`Error::SignInChanged`] let the next strategy try; any other error ends the
    ///   sign-in.
    /// - Requests go out through the session, so that pacing, limits and redaction hold.
    /// - The session file is locked meanwhile: saving the session here would wait for itself.
    async fn sign_in(&self, polar: &PolarFlow) -> Result<(), Error>;
}

/// What every strategy said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SignInReport {
    /// The strategies that were tried, in order.
    pub steps: Vec<SignInStep>,
}

/// What one strategy said.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignInStep {
    /// Its name.
    pub strategy: &'static str,
    /// `None` when it worked; otherwise why not, in words fit to show.
    pub failure: Option<String>,
}

impl SignInReport {
    fn push(&mut self, strategy: &'static str, failure: Option<String>) {
        self.steps.push(SignInStep { strategy, failure });
    }

    /// The strategy that worked.
    #[must_use]
    pub fn by(&self) -> Option<&'static str> {
        self.steps
            .iter()
            .find(|step| step.failure.is_none())
            .map(|step| step.strategy)
    }
}

impl fmt::Display for SignInReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write!(
                f,
                "{}: {}",
                step.strategy,
                step.failure.as_deref().unwrap_or("worked")
            )?;
        }
        Ok(())
    }
}

const SAVED: &str = "saved session";

impl PolarFlow {
    /// Signs in by the first way that works; see the [module's documentation](crate::auth). The session is saved.
    ///
    /// # Errors
    /// [`Error::SignInNeeded`] with what each way said; [`Error::BadCredentials`], [`Error::WafBlocked`] or a transport
    /// error as soon as one occurs.
    pub async fn sign_in(&self) -> Result<SignInReport, Error> {
        let _turn = self.inner.gate.lock().await;
        let lock = self
            .session()
            .jar()
            .lock()
            .await
            .map_err(web_session::Error::from)?;
        lock.reload().await.map_err(web_session::Error::from)?;
        let mut report = SignInReport::default();
        if self.has_session() {
            match self.probe().await {
                Ok(()) => {
                    report.push(SAVED, None);
                    return Ok(report);
                }
                Err(Error::SessionExpired) => {
                    report.push(SAVED, Some("it has expired".to_owned()));
                }
                // Not the words of an expired session, but nobody is refused their own account otherwise.
                Err(error @ (Error::Refused { .. } | Error::Forbidden { .. })) => {
                    report.push(SAVED, Some(error.to_string()));
                }
                Err(error) => return Err(error),
            }
        } else {
            report.push(SAVED, Some("there is none".to_owned()));
        }
        let keep = SaveOnDrop(Some(&lock));
        let result = self.try_strategies(&mut report).await;
        let saved = keep.now().await;
        result?;
        saved.map_err(web_session::Error::from)?;
        Ok(report)
    }

    /// Takes over the cookies of a browser (any format that [`web_session::import`] reads), proves that they work, and
    /// saves them. When they don't, the session is as it was.
    ///
    /// # Errors
    /// [`Error::Import`] when the text brings nothing usable, [`Error::SignInNeeded`] when the service does not accept
    /// the cookies.
    pub async fn import_session(&self, text: &str) -> Result<web_session::ImportReport, Error> {
        let _turn = self.inner.gate.lock().await;
        let jar = self.session().jar();
        let lock = jar.lock().await.map_err(web_session::Error::from)?;
        let unproved = RestoreOnDrop::new(jar);
        let report = self.import_cookies(text)?;
        let mut steps = SignInReport::default();
        let mut result = self.probe().await;
        if let Err(Error::SessionExpired | Error::Refused { .. } | Error::Forbidden { .. }) = result
        {
            steps.push(
                "imported cookies",
                Some("Polar does not accept them".to_owned()),
            );
            result = self.try_one(&Renewal, &mut steps).await;
        }
        match result {
            Ok(()) => {
                unproved.keep();
                lock.save().await.map_err(web_session::Error::from)?;
                Ok(report)
            }
            Err(Error::SessionExpired | Error::SignInChanged { .. }) => {
                Err(Error::SignInNeeded(Box::new(steps)))
            }
            Err(error) => Err(error),
        }
    }

    /// Takes over the cookies of a browser without asking the service whether they work, and without saving them. See
    /// [`import_session`](Self::import_session).
    ///
    /// # Errors
    /// When the text brings nothing usable.
    pub fn import_cookies(&self, text: &str) -> Result<web_session::ImportReport, Error> {
        let report = self.session().import(text, self.flow_url())?;
        // A header copied from the application has nothing for the sign-in host. What is left there from another
        // sign-in would renew that one, perhaps another person's.
        let host = |url: &web_session::Url| url.host_str().unwrap_or_default().to_owned();
        let (flow, auth) = (host(self.flow_url()), host(self.auth_url()));
        let brings = |host: &str| report.kept.iter().any(|(kept, _)| kept == host);
        if flow != auth && brings(&flow) && !brings(&auth) {
            self.session().jar().clear(self.auth_url());
        }
        Ok(report)
    }

    /// Renews a session that the service has called expired, or signs in again. Calls that come at the same time, here
    /// or in another process, share one renewal: `failed` is the token with which the call failed.
    pub(crate) async fn renew(&self, failed: Option<&SecretString>) -> Result<(), Error> {
        let _turn = self.inner.gate.lock().await;
        if self.has_other_token(failed) {
            return Ok(());
        }
        let lock = self
            .session()
            .jar()
            .lock()
            .await
            .map_err(web_session::Error::from)?;
        lock.reload().await.map_err(web_session::Error::from)?;
        if self.has_other_token(failed) {
            return Ok(());
        }
        let mut report = SignInReport::default();
        report.push(SAVED, Some("it has expired".to_owned()));
        let keep = SaveOnDrop(Some(&lock));
        let result = self.try_strategies(&mut report).await;
        let saved = keep.now().await;
        result?;
        Ok(saved.map_err(web_session::Error::from)?)
    }

    async fn try_strategies(&self, report: &mut SignInReport) -> Result<(), Error> {
        let configured = self.inner.strategies.iter().map(AsRef::as_ref);
        for strategy in std::iter::once(&Renewal as &dyn SignIn).chain(configured) {
            match self.try_one(strategy, report).await {
                Ok(()) => return Ok(()),
                Err(Error::SessionExpired | Error::SignInChanged { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        if self.inner.strategies.is_empty() {
            report.push("password", Some("none is set".to_owned()));
        }
        Err(Error::SignInNeeded(Box::new(std::mem::take(report))))
    }

    async fn try_one(&self, strategy: &dyn SignIn, report: &mut SignInReport) -> Result<(), Error> {
        let old = KeepToken {
            polar: self,
            token: self.flow_token(),
        };
        let result = strategy.sign_in(self).await;
        if result.is_ok() {
            old.forget();
        }
        let failure = result.as_ref().err().map(|error| match error {
            Error::SessionExpired => "it is no longer accepted".to_owned(),
            other => other.to_string(),
        });
        tracing::debug!(
            target: "polar_flow",
            strategy = strategy.name(),
            failure = failure.as_deref().unwrap_or("none"),
            "sign-in"
        );
        report.push(strategy.name(), failure);
        if result.is_ok() {
            *self.inner.renewed() = Some(Instant::now());
        }
        result
    }

    /// Whether there is any cookie that could be a session.
    fn has_session(&self) -> bool {
        let jar = self.session().jar();
        [service::FLOW_SESSION, service::PLAY_SESSION]
            .iter()
            .any(|name| jar.has(self.flow_url(), name))
    }

    /// Whether the jar now holds a token that is not the one that failed.
    fn has_other_token(&self, failed: Option<&SecretString>) -> bool {
        match (self.token(), failed) {
            (Some(now), Some(failed)) => now.expose_secret() != failed.expose_secret(),
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

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

    /// What a page in the middle of a sign-in means, when it is one of the pages that end every sign-in.
    fn refuse_blocks(&self, response: &Response) -> Result<(), Error> {
        crate::client::judge::blocks(response)
    }
}

/// Writes the jar down under the lock, also when the sign-in ends early or is dropped half-way: the sign-in host changes
/// its cookie with each attempt, and the one in the file would be refused.
struct SaveOnDrop<'a>(Option<&'a JarLock<'a>>);

impl SaveOnDrop<'_> {
    async fn now(mut self) -> Result<(), JarError> {
        // Not taken out before it is done: when this is dropped half-way, `drop` saves.
        let saved = match self.0 {
            Some(lock) => lock.save().await,
            None => Ok(()),
        };
        self.0 = None;
        saved
    }
}

impl Drop for SaveOnDrop<'_> {
    fn drop(&mut self) {
        if let Some(lock) = self.0.take()
            && let Err(error) = lock.save_now()
        {
            tracing::warn!(target: "polar_flow", %error, "the session file could not be written");
        }
    }
}

/// Puts the jar back as it was, unless what came is kept.
struct RestoreOnDrop<'a> {
    jar: &'a CookieJar,
    before: Option<JarSnapshot>,
}

impl<'a> RestoreOnDrop<'a> {
    fn new(jar: &'a CookieJar) -> Self {
        Self {
            jar,
            before: Some(jar.snapshot()),
        }
    }

    fn keep(mut self) {
        self.before = None;
    }
}

impl Drop for RestoreOnDrop<'_> {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            self.jar.restore(before);
        }
    }
}

/// Strategies take the session's cookie away, because a stale one cuts their chain short. When nothing better came, it
/// is put back: it may still have minutes to live.
struct KeepToken<'a> {
    polar: &'a PolarFlow,
    token: Option<SecretString>,
}

impl KeepToken<'_> {
    fn forget(mut self) {
        self.token = None;
    }
}

impl Drop for KeepToken<'_> {
    fn drop(&mut self) {
        let (jar, url) = (self.polar.session().jar(), self.polar.flow_url());
        if let Some(token) = self.token.take()
            && !jar.has(url, service::FLOW_SESSION)
        {
            let _ = jar.set(url, service::FLOW_SESSION, token.expose_secret());
        }
    }
}

//! Ways to sign in with e-mail and password, tried in order, and the report of what each said.
//!
//! The way that always works is another one: importing the cookies of a browser
//! ([`Runkeeper::import_session`]). Since 2026-03 the sign-in page of Runkeeper stands behind a bot defence.

mod asics_2020;
mod legacy_form;

use std::fmt;

use async_trait::async_trait;

pub use asics_2020::AsicsId2020;
pub use legacy_form::LegacyForm;

use crate::{Credentials, Error, Runkeeper};

/// A way to sign in with e-mail and password.
///
/// Implement it when the site changes its sign-in, and pass it to
/// [`RunkeeperBuilder::sign_in_with`](crate::RunkeeperBuilder::sign_in_with). Requests go through
/// [`Runkeeper::session`], whose cookies are those of the account.
#[async_trait]
pub trait SignIn: Send + Sync {
    /// Its name in reports.
    fn name(&self) -> &'static str;

    /// Signs in, so that the session's cookies are those of a signed-in person.
    ///
    /// # Errors
    /// - [`Error::NotOffered`] when the site does not have this way; the next one is tried.
    /// - [`Error::BadCredentials`] when e-mail or password is wrong; nothing else is tried.
    /// - [`Error::LoginBlocked`] when a bot defence is in the way; the next one is tried.
    async fn sign_in(&self, client: &Runkeeper, credentials: &Credentials) -> Result<(), Error>;
}

/// What one way to sign in said.
#[derive(Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// Name of the way.
    pub strategy: &'static str,
    /// What it said.
    pub outcome: Result<(), Error>,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Ok(()) => write!(f, "{}: signed in", self.strategy),
            Err(error) => write!(f, "{}: {error}", self.strategy),
        }
    }
}

/// How signing in went.
#[derive(Debug)]
#[non_exhaustive]
pub struct SignInReport {
    /// What was tried, in order; the last one succeeded.
    pub attempts: Vec<Attempt>,
}

impl Runkeeper {
    /// Signs in with the credentials of the builder, and saves the session.
    ///
    /// # Errors
    /// - [`Error::SessionExpired`] when the builder was given none.
    /// - [`Error::BadCredentials`] when e-mail or password is wrong.
    /// - [`Error::LoginBlocked`] when every way met a bot defence, [`Error::SignInFailed`] when they failed for
    ///   different reasons.
    pub async fn sign_in(&self) -> Result<SignInReport, Error> {
        let Some(credentials) = self.credentials().cloned() else {
            return Err(Error::SessionExpired {
                endpoint: "sign-in",
            });
        };
        self.sign_in_as(&credentials).await
    }

    /// Signs in with other credentials than those of the builder.
    ///
    /// # Errors
    /// As [`sign_in`](Self::sign_in).
    pub async fn sign_in_as(&self, credentials: &Credentials) -> Result<SignInReport, Error> {
        let mut attempts: Vec<Attempt> = Vec::new();
        for strategy in self.strategies() {
            let outcome = strategy.sign_in(self, credentials).await;
            tracing::debug!(target: "runkeeper", strategy = strategy.name(), ok = outcome.is_ok());
            match outcome {
                Ok(()) => {
                    attempts.push(Attempt {
                        strategy: strategy.name(),
                        outcome: Ok(()),
                    });
                    self.signed_in_anew();
                    self.save_session().await?;
                    return Ok(SignInReport { attempts });
                }
                // Trying a wrong password once more locks accounts.
                Err(Error::BadCredentials) => return Err(Error::BadCredentials),
                Err(error) => attempts.push(Attempt {
                    strategy: strategy.name(),
                    outcome: Err(error),
                }),
            }
        }
        Err(verdict(attempts))
    }
}

/// One error for all: the one that tells the person most.
fn verdict(mut attempts: Vec<Attempt>) -> Error {
    let offered: Vec<usize> = attempts
        .iter()
        .enumerate()
        .filter(|(_, attempt)| !matches!(attempt.outcome, Err(Error::NotOffered(_))))
        .map(|(index, _)| index)
        .collect();
    if let [only] = offered[..]
        && let Err(error) = attempts.swap_remove(only).outcome
    {
        return error;
    }
    Error::SignInFailed { attempts }
}

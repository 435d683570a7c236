//! Signing in to a service: several strategies in a stated order, one report of what each said, one renewal at a time.
//!
//! A client implements [`Account`] and keeps an [`Auth`]; its users implement [`SignIn`] when the service has a new way to sign
//! in. [`sign_in`] tries
//!
//! 1. the saved session, proved by one request;
//! 2. its renewal, where the service has one ([`Account::renewal`]);
//! 3. the strategies of the builder, in the order in which they were added.
//!
//! While the client is in use, [`with_renewal`] renews an expired session in the same way, once per expiry, however many calls
//! wait for it. Processes that share a session file take turns and take over what another one has renewed.

mod flow;
mod guard;
mod imported;
mod report;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::import::{ImportError, ImportReport};
use crate::kind::ErrorKind;
use crate::secret::SecretString;
use crate::session::Session;

pub use flow::{
    Seen, import_session, refused_after_renewal, renew, sign_in, sign_in_by, with_renewal,
};
pub use imported::ImportedCookies;
pub use report::{SignInAttempt, SignInReport};

/// A way to sign in to the service of the client `C`. Implement it when the service changes its sign-in and no release has the
/// new one yet.
#[async_trait]
pub trait SignIn<C: Account>: fmt::Debug + Send + Sync {
    /// Its name in reports.
    fn name(&self) -> &'static str;

    /// Signs in, so that the service accepts the cookies of the session.
    ///
    /// # Behavior
    /// - `Ok` means that the cookies are in the jar of the client's session; the caller saves them.
    /// - An error for which [`AccountError::lets_next_try`] is true lets the next strategy try; any other error ends the
    ///   sign-in.
    /// - Requests go out through the client's session, so that pacing, limits and redaction hold.
    /// - The session file is locked meanwhile: saving the session here would wait for itself.
    async fn sign_in(&self, client: &C) -> Result<(), C::Error>;
}

/// A client whose session can be proved, imported and renewed.
#[async_trait]
pub trait Account: Send + Sync + Sized + 'static {
    /// The client's error.
    type Error: AccountError;

    /// The session with the service.
    fn session(&self) -> &Session;

    /// The state of signing in, which all clones of a client share.
    fn auth(&self) -> &Auth<Self>;

    /// Makes one request that only a live session answers; renews nothing.
    async fn probe(&self) -> Result<(), Self::Error>;

    /// Whether the jar holds a cookie that could be a session.
    fn has_session(&self) -> bool;

    /// Takes over the cookies of a browser, unproved and unsaved.
    ///
    /// # Errors
    /// When the text brings nothing usable.
    fn import_cookies(&self, text: &str) -> Result<ImportReport, Self::Error>;

    /// The cookie that carries the session, where another value of it means another session. `None` where the service changes
    /// it with every answer.
    fn token(&self) -> Option<SecretString> {
        None
    }

    /// Puts [`token`](Self::token) back after a strategy that took it away and failed.
    fn put_back(&self, token: &SecretString) {
        let _ = token;
    }

    /// The renewal of a session without a password, where the service has one.
    fn renewal(&self) -> Option<&dyn SignIn<Self>> {
        None
    }

    /// Called after each sign-in and import: the account may be another one.
    fn signed_in(&self) {}
}

/// The errors of a client, as far as signing in asks for them.
pub trait AccountError:
    std::error::Error + From<crate::Error> + From<ImportError> + Send + Sync + 'static
{
    /// The kind of the error.
    fn kind(&self) -> ErrorKind;

    /// The pause that the service asks for, or the rest of it.
    fn retry_after(&self) -> Option<Duration>;

    /// Whether it says that the session has expired.
    fn is_session_expired(&self) -> bool;

    /// As the answer to a probe: whether the session is dead, because the service says so or refuses the account's own data.
    fn refuses_session(&self) -> bool;

    /// Whether the next strategy may try after it.
    fn lets_next_try(&self) -> bool;

    /// The error for a refused password.
    fn bad_credentials() -> Self;

    /// The error for a sign-in for which no way worked.
    fn sign_in_needed(report: SignInReport) -> Self;
}

/// The state of signing in: the strategies, and the lock that makes renewals one.
pub struct Auth<C: Account> {
    strategies: Vec<Arc<dyn SignIn<C>>>,
    /// Held while signing in or renewing, so that it happens once.
    gate: tokio::sync::Mutex<()>,
    /// Counts sign-ins, so that calls that failed together renew the session once.
    sign_ins: AtomicU64,
    /// The service refused a password: sending it again and again locks accounts.
    refused: AtomicBool,
    renewed: Mutex<Option<Instant>>,
}

impl<C: Account> Auth<C> {
    /// The state of a client that has these strategies.
    #[must_use]
    pub fn new(strategies: Vec<Arc<dyn SignIn<C>>>) -> Self {
        Self {
            strategies,
            gate: tokio::sync::Mutex::new(()),
            sign_ins: AtomicU64::new(0),
            refused: AtomicBool::new(false),
            renewed: Mutex::new(None),
        }
    }

    /// Whether any strategy is configured.
    #[must_use]
    pub fn has_strategies(&self) -> bool {
        !self.strategies.is_empty()
    }

    /// The time since the last sign-in, renewal or [attempt](Self::note_attempt) of one.
    #[must_use]
    pub fn since_last_attempt(&self) -> Option<Duration> {
        let renewed = self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        renewed.map(|at| at.elapsed())
    }

    /// Notes that a renewal is tried now.
    pub fn note_attempt(&self) {
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn note_sign_in(&self) {
        self.note_attempt();
        self.sign_ins.fetch_add(1, Ordering::AcqRel);
        self.refused.store(false, Ordering::Release);
    }
}

impl<C: Account> fmt::Debug for Auth<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: BTreeSet<_> = self.strategies.iter().map(|s| s.name()).collect();
        f.debug_struct("Auth")
            .field("strategies", &names)
            .finish_non_exhaustive()
    }
}

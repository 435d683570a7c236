//! Signing in, importing and renewing, for every client alike.

use std::future::Future;
use std::sync::atomic::Ordering;

use super::guard::{KeepToken, RestoreOnDrop, SaveOnDrop};
use super::{Account, AccountError, SignIn, SignInReport};
use crate::error::Error;
use crate::import::ImportReport;
use crate::jar::{JarError, JarLock};
use crate::kind::ErrorKind;
use crate::secret::SecretString;

const SAVED: &str = "saved session";
const EXPIRED: &str = "it has expired";

/// The session that a call went out with: the number of sign-ins before it, and the cookie that carried it.
#[derive(Debug, Clone)]
pub struct Seen {
    sign_ins: u64,
    token: Option<SecretString>,
}

impl Seen {
    /// The current session of the client.
    #[must_use]
    pub fn of<C: Account>(client: &C) -> Self {
        Self {
            sign_ins: client.auth().sign_ins.load(Ordering::Acquire),
            token: client.token(),
        }
    }

    /// Whether the client now has a session that is not this one.
    fn is_past<C: Account>(&self, client: &C) -> bool {
        let now = Self::of(client);
        let other_token = match (&now.token, &self.token) {
            (Some(now), Some(seen)) => now.expose_secret() != seen.expose_secret(),
            (Some(_), None) => true,
            (None, _) => false,
        };
        now.sign_ins != self.sign_ins || other_token
    }
}

/// Signs in by the first way that works (see the [module's documentation](super)), and saves the session.
///
/// # Errors
/// The client's error for "sign-in needed", with the report, when no way worked; any error that ends a sign-in as soon as it
/// occurs.
pub async fn sign_in<C: Account>(client: &C) -> Result<SignInReport, C::Error> {
    let auth = client.auth();
    let _turn = auth.gate.lock().await;
    let lock = locked(client).await?;
    lock.reload().await.map_err(jar)?;
    let mut report = SignInReport::default();
    if client.has_session() {
        match client.probe().await {
            Ok(()) => {
                report.push(SAVED, None);
                return Ok(report);
            }
            Err(error) if error.refuses_session() => report.push(SAVED, Some(reason(&error))),
            Err(error) => return Err(error),
        }
    } else {
        report.push(SAVED, Some("there is none".to_owned()));
    }
    try_and_save(client, &lock, &mut report).await?;
    Ok(report)
}

/// Signs in by this strategy alone, whatever session there is, and saves the new one.
///
/// # Errors
/// The strategy's.
pub async fn sign_in_by<C: Account>(
    client: &C,
    strategy: &dyn SignIn<C>,
) -> Result<SignInReport, C::Error> {
    let _turn = client.auth().gate.lock().await;
    let lock = locked(client).await?;
    let mut report = SignInReport::default();
    let keep = SaveOnDrop(Some(&lock));
    let result = try_one(client, strategy, &mut report).await;
    let saved = keep.now().await;
    result?;
    saved.map_err(jar)?;
    Ok(report)
}

/// Takes over the cookies of a browser, proves that they work, and saves them. When they don't, the session is as it was.
///
/// # Errors
/// When the text brings nothing usable, or the service does not accept the cookies.
pub async fn import_session<C: Account>(client: &C, text: &str) -> Result<ImportReport, C::Error> {
    let _turn = client.auth().gate.lock().await;
    let lock = locked(client).await?;
    let unproved = RestoreOnDrop::new(client.session().jar());
    let report = client.import_cookies(text)?;
    let mut attempts = SignInReport::default();
    let mut result = client.probe().await;
    if let Err(error) = &result
        && error.refuses_session()
    {
        let refused = "the service does not accept them".to_owned();
        attempts.push("imported cookies", Some(refused));
        if let Some(renewal) = client.renewal() {
            result = try_one(client, renewal, &mut attempts).await;
        }
    }
    match result {
        Ok(()) => {
            client.auth().note_sign_in();
            client.signed_in();
            unproved.keep();
            lock.save().await.map_err(jar)?;
            Ok(report)
        }
        Err(error) if error.lets_next_try() || error.refuses_session() => {
            Err(C::Error::sign_in_needed(attempts))
        }
        Err(error) => Err(error),
    }
}

/// Runs `call`; when the session has expired, renews it and runs the call once more. A call must end as expired only when
/// nothing was done.
///
/// # Errors
/// The call's and the renewal's. A session that is refused right after its renewal is "sign-in needed".
pub async fn with_renewal<C, T, F>(client: &C, call: impl Fn() -> F) -> Result<T, C::Error>
where
    C: Account,
    F: Future<Output = Result<T, C::Error>>,
{
    client.session().load().await?;
    let seen = Seen::of(client);
    match call().await {
        Err(error) if error.is_session_expired() => {}
        other => return other,
    }
    renew(client, &seen).await?;
    match call().await {
        Err(error) if error.is_session_expired() => Err(refused_after_renewal()),
        other => other,
    }
}

/// The error for a session that is refused right after its renewal: trying on would not help.
#[must_use]
pub fn refused_after_renewal<E: AccountError>() -> E {
    let mut report = SignInReport::default();
    let refused = "the service does not accept the renewed session".to_owned();
    report.push("renewal", Some(refused));
    E::sign_in_needed(report)
}

/// Renews a session that the service has called expired, or signs in again. Calls that come at the same time, here or in another
/// process, share one renewal: `seen` is the session with which the call failed.
///
/// # Errors
/// As [`sign_in`].
pub async fn renew<C: Account>(client: &C, seen: &Seen) -> Result<(), C::Error> {
    let _turn = client.auth().gate.lock().await;
    if seen.is_past(client) {
        return Ok(());
    }
    let lock = locked(client).await?;
    lock.reload().await.map_err(jar)?;
    if seen.is_past(client) {
        return Ok(());
    }
    let mut report = SignInReport::default();
    report.push(SAVED, Some(EXPIRED.to_owned()));
    try_and_save(client, &lock, &mut report).await
}

async fn try_and_save<C: Account>(
    client: &C,
    lock: &JarLock<'_>,
    report: &mut SignInReport,
) -> Result<(), C::Error> {
    let keep = SaveOnDrop(Some(lock));
    let result = try_strategies(client, report).await;
    let saved = keep.now().await;
    result?;
    Ok(saved.map_err(jar)?)
}

async fn try_strategies<C: Account>(client: &C, report: &mut SignInReport) -> Result<(), C::Error> {
    let auth = client.auth();
    if let Some(renewal) = client.renewal() {
        match try_one(client, renewal, report).await {
            Err(error) if error.lets_next_try() => {}
            other => return other,
        }
    }
    if auth.refused.load(Ordering::Acquire) {
        return Err(C::Error::bad_credentials());
    }
    for strategy in &auth.strategies {
        match try_one(client, strategy.as_ref(), report).await {
            Err(error) if error.lets_next_try() => {}
            other => return other,
        }
    }
    if auth.strategies.is_empty() {
        report.push("password", Some("none is set".to_owned()));
    }
    Err(C::Error::sign_in_needed(std::mem::take(report)))
}

async fn try_one<C: Account>(
    client: &C,
    strategy: &dyn SignIn<C>,
    report: &mut SignInReport,
) -> Result<(), C::Error> {
    let token = KeepToken::new(client);
    let result = strategy.sign_in(client).await;
    let failure = result.as_ref().err().map(reason);
    tracing::debug!(
        target: "web_session",
        strategy = strategy.name(),
        failure = failure.as_deref().unwrap_or("none"),
        "sign-in"
    );
    report.push(strategy.name(), failure);
    match &result {
        Ok(()) => {
            token.forget();
            client.auth().note_sign_in();
            client.signed_in();
        }
        Err(error) if error.kind() == ErrorKind::BadCredentials => {
            client.auth().refused.store(true, Ordering::Release);
        }
        Err(_) => {}
    }
    result
}

async fn locked<C: Account>(client: &C) -> Result<JarLock<'_>, Error> {
    client.session().jar().lock().await.map_err(Error::from)
}

fn jar(error: JarError) -> Error {
    error.into()
}

fn reason<E: AccountError>(error: &E) -> String {
    match error.is_session_expired() {
        true => EXPIRED.to_owned(),
        false => error.to_string(),
    }
}

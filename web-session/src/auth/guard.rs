//! What happens to the jar when a sign-in ends early.

use super::Account;
use crate::jar::{CookieJar, JarError, JarLock, JarSnapshot};
use crate::secret::SecretString;

/// Saves the jar under the lock, also when the sign-in ends early or is dropped half-way: sign-in hosts change their cookies
/// with each attempt, and the old ones in the file would be refused.
pub(super) struct SaveOnDrop<'a>(pub(super) Option<&'a JarLock<'a>>);

impl SaveOnDrop<'_> {
    pub(super) async fn now(mut self) -> Result<(), JarError> {
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
            tracing::warn!(target: "web_session", %error, "the session could not be saved");
        }
    }
}

/// Restores the jar, unless the new cookies are kept.
pub(super) struct RestoreOnDrop<'a> {
    jar: &'a CookieJar,
    before: Option<JarSnapshot>,
}

impl<'a> RestoreOnDrop<'a> {
    pub(super) fn new(jar: &'a CookieJar) -> Self {
        Self {
            jar,
            before: Some(jar.snapshot()),
        }
    }

    pub(super) fn keep(mut self) {
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

/// Strategies may take the session's cookie away, because a stale one cuts their chain short. When nothing better came, it is
/// put back: it may still have minutes to live.
pub(super) struct KeepToken<'a, C: Account> {
    client: &'a C,
    token: Option<SecretString>,
}

impl<'a, C: Account> KeepToken<'a, C> {
    pub(super) fn new(client: &'a C) -> Self {
        Self {
            client,
            token: client.token(),
        }
    }

    pub(super) fn forget(mut self) {
        self.token = None;
    }
}

impl<C: Account> Drop for KeepToken<'_, C> {
    fn drop(&mut self) {
        if let Some(token) = self.token.take() {
            self.client.put_back(&token);
        }
    }
}

//! Cookies of a browser, as a strategy.

use std::fmt;

use async_trait::async_trait;

use super::guard::RestoreOnDrop;
use super::{Account, AccountError, SignIn};
use crate::secret::SecretString;

/// Signs in with cookies exported from a browser: a `Cookie` header, "Copy as cURL", `cookies.txt`, JSON or HAR. For programs
/// that get them anew at each start, from an environment variable or a secret store.
#[derive(Clone)]
pub struct ImportedCookies {
    text: SecretString,
}

impl ImportedCookies {
    /// The exported text.
    pub fn new(text: impl Into<SecretString>) -> Self {
        Self { text: text.into() }
    }
}

impl fmt::Debug for ImportedCookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ImportedCookies")
    }
}

#[async_trait]
impl<C: Account> SignIn<C> for ImportedCookies {
    fn name(&self) -> &'static str {
        "imported cookies"
    }

    async fn sign_in(&self, client: &C) -> Result<(), C::Error> {
        let unproved = RestoreOnDrop::new(client.session().jar());
        client.import_cookies(self.text.expose_secret())?;
        match client.probe().await {
            // The copied session may have ended, and the cookies that renew it may have been copied with it.
            Err(error) if error.is_session_expired() => match client.renewal() {
                Some(renewal) => renewal.sign_in(client).await?,
                None => return Err(error),
            },
            other => other?,
        }
        unproved.keep();
        Ok(())
    }
}

//! Cookies of a browser, as a strategy: for programs that are given them anew at each start (an environment variable,
//! a secret store).

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

use super::{Renewal, RestoreOnDrop, SignIn};
use crate::client::PolarFlow;
use crate::error::Error;

/// Signs in with cookies exported from a browser: a `Cookie` header, "Copy as cURL", `cookies.txt`, JSON or HAR.
#[derive(Clone)]
pub struct ImportedCookies {
    text: SecretString,
}

impl std::fmt::Debug for ImportedCookies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ImportedCookies")
    }
}

impl ImportedCookies {
    /// The exported text.
    pub fn new(text: impl Into<SecretString>) -> Self {
        Self { text: text.into() }
    }
}

#[async_trait]
impl SignIn for ImportedCookies {
    fn name(&self) -> &'static str {
        "imported cookies"
    }

    async fn sign_in(&self, polar: &PolarFlow) -> Result<(), Error> {
        let unproved = RestoreOnDrop::new(polar.session().jar());
        polar.import_cookies(self.text.expose_secret())?;
        match polar.probe().await {
            // A copied session lives an hour at most; what renews it may have been copied with it.
            Err(Error::SessionExpired) => Renewal.sign_in(polar).await?,
            other => other?,
        }
        unproved.keep();
        Ok(())
    }
}

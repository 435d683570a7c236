//! The form with a `csrfToken`, used on flow.polar.com from 2022-06 or earlier to 2024-08; replaced by the single
//! sign-on of 2024-10. Kept for services that speak the old way, and as history.

use async_trait::async_trait;
use web_session::SecretString;
use web_session::join;

use super::{SignIn, legacy_form};
use crate::client::{PolarFlow, classify};
use crate::error::Error;

/// Signs in by the form of 2022 to 2024: the token comes from `/ajaxLogin`, then `POST /login`.
#[derive(Clone)]
pub struct CsrfForm {
    email: SecretString,
    password: SecretString,
}

impl std::fmt::Debug for CsrfForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CsrfForm")
    }
}

impl CsrfForm {
    /// The account's e-mail address and password.
    pub fn new(email: impl Into<SecretString>, password: impl Into<SecretString>) -> Self {
        Self {
            email: email.into(),
            password: password.into(),
        }
    }
}

#[async_trait]
impl SignIn<PolarFlow> for CsrfForm {
    fn name(&self) -> &'static str {
        "form of 2022"
    }

    async fn sign_in(&self, polar: &PolarFlow) -> Result<(), Error> {
        let url = join(polar.base_url(), "/ajaxLogin");
        let page = polar.page(url).endpoint("sign-in: form").read().await?;
        polar.refuse_blocks(&page)?;
        classify::outage(&page)?;
        let token = page.read_page(|page| page.input_value("csrfToken")).await?;
        let Some(token) = token else {
            return Err(Error::SignInChanged {
                step: "the sign-in form",
                fingerprint: Box::new(page.fingerprint()),
            });
        };
        let fields = [
            ("csrfToken", token.expose_secret()),
            ("email", self.email.expose_secret()),
            ("password", self.password.expose_secret()),
            ("returnUrl", "/"),
        ];
        legacy_form::post(polar, &fields).await
    }
}

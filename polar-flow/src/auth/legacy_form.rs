//! The bare form on flow.polar.com, used from 2014-12 to about 2022. Success was 303 and the cookie `PLAY_SESSION`,
//! failure 400 (seen 2015 to 2019). Kept as history.

use async_trait::async_trait;
use web_session::SecretString;
use web_session::join;

use super::SignIn;
use crate::client::{PolarFlow, classify};
use crate::error::Error;

/// Signs in by the form of 2014 to about 2022: one `POST /login`.
#[derive(Clone)]
pub struct LegacyForm {
    email: SecretString,
    password: SecretString,
}

impl std::fmt::Debug for LegacyForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LegacyForm")
    }
}

impl LegacyForm {
    /// The account's e-mail address and password.
    pub fn new(email: impl Into<SecretString>, password: impl Into<SecretString>) -> Self {
        Self {
            email: email.into(),
            password: password.into(),
        }
    }
}

#[async_trait]
impl SignIn<PolarFlow> for LegacyForm {
    fn name(&self) -> &'static str {
        "form of 2014"
    }

    async fn sign_in(&self, polar: &PolarFlow) -> Result<(), Error> {
        let fields = [
            ("email", self.email.expose_secret()),
            ("password", self.password.expose_secret()),
            ("returnUrl", "/"),
        ];
        post(polar, &fields).await
    }
}

/// Sends the form and classifies the answer by its status.
pub(super) async fn post(polar: &PolarFlow, fields: &[(&str, &str)]) -> Result<(), Error> {
    let answer = polar
        .session()
        .post(join(polar.base_url(), "/login"))
        .endpoint("sign-in: form")
        .header("accept", crate::client::ACCEPT_PAGE)
        .header("origin", &polar.base_url().origin().ascii_serialization())
        .form(fields.iter().copied())
        .write()
        .await
        .map_err(web_session::WriteError::into_error)?;
    polar.refuse_blocks(&answer)?;
    let changed = |page: &web_session::Response| Error::SignInChanged {
        step: "the sign-in form",
        fingerprint: Box::new(page.fingerprint()),
    };
    match answer.status().as_u16() {
        400 | 401 => return Err(Error::BadCredentials),
        403 => {
            return Err(Error::CsrfRejected {
                endpoint: "sign-in: form",
            });
        }
        200..=399 => {}
        _ => {
            classify::outage(&answer)?;
            return Err(changed(&answer));
        }
    }
    match polar.probe_account().await {
        Err(Error::SessionExpired { .. }) => Err(changed(&answer)),
        other => other,
    }
}

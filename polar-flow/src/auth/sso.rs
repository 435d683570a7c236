//! Single sign-on with e-mail address and password, the sign-in since 2024-10-07.
//!
//! Seen 2026-10: `GET /login` sets a JWT cookie with a `csrfToken`; `GET /flowSso/login?csrfToken&returnUrl=/` leads to
//! the sign-in host, whose page is a JavaScript application without hidden fields and sets the cookie `XSRF-TOKEN`;
//! `POST /login` there with `_csrf` (that cookie), `username`, `password`, `remember-me=on` leads back with a code and
//! ends with the cookie `FLOW_SESSION`. Wrong password (seen 2025-06): an address with `bad_credentials`, no cookie.

use async_trait::async_trait;
use web_session::SecretString;
use web_session::{Response, Url, join};

use super::{SignIn, token};
use crate::client::{PolarFlow, classify};
use crate::error::Error;
use crate::service::{FLOW_SESSION, PLAY_SESSION_FLOW, XSRF_TOKEN};

/// Signs in with e-mail address and password by the single sign-on of 2024-10 and later.
#[derive(Clone)]
pub struct SsoPassword {
    email: SecretString,
    password: SecretString,
}

impl std::fmt::Debug for SsoPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SsoPassword")
    }
}

impl SsoPassword {
    /// The account's e-mail address and password.
    pub fn new(email: impl Into<SecretString>, password: impl Into<SecretString>) -> Self {
        Self {
            email: email.into(),
            password: password.into(),
        }
    }
}

#[async_trait]
impl SignIn<PolarFlow> for SsoPassword {
    fn name(&self) -> &'static str {
        "password"
    }

    async fn sign_in(&self, polar: &PolarFlow) -> Result<(), Error> {
        let (session, jar) = (polar.session(), polar.session().jar());
        let paths = polar.endpoints();
        jar.remove(polar.base_url(), FLOW_SESSION);

        let landing = join(polar.base_url(), &paths.login_page);
        let response = polar
            .page(landing)
            .endpoint("sign-in: landing page")
            .read()
            .await?;
        polar.refuse_blocks(&response)?;

        let mut start = join(polar.base_url(), &paths.sso_login);
        // Without the token the chain works as well (seen 2026-05), so a missing one is no reason to stop.
        if let Some(csrf) = jar
            .value(polar.base_url(), PLAY_SESSION_FLOW)
            .and_then(|t| token::csrf_token(&t))
        {
            start
                .query_pairs_mut()
                .append_pair("csrfToken", csrf.expose_secret());
        }
        start.query_pairs_mut().append_pair("returnUrl", "/");
        let form_page = polar.page(start).endpoint("sign-in: start").read().await?;
        polar.refuse_blocks(&form_page)?;
        if polar.accept_new_token(None) {
            // The sign-in host still knew this browser.
            return Ok(());
        }
        classify::outage(&form_page)?;

        let csrf = match jar.value(polar.auth_url(), XSRF_TOKEN) {
            Some(token) => Some(token),
            None => {
                form_page
                    .read_page(|page| page.input_value("_csrf"))
                    .await?
            }
        };
        let csrf = csrf.ok_or_else(|| changed("the sign-in page", &form_page))?;
        let answer = session
            .post(join(polar.auth_url(), &paths.auth_login))
            .endpoint("sign-in: password")
            .header("accept", crate::client::ACCEPT_PAGE)
            .header("origin", &polar.auth_url().origin().ascii_serialization())
            .header(
                "referer",
                join(polar.auth_url(), &paths.auth_login).as_str(),
            )
            .form([
                ("_csrf", csrf.expose_secret()),
                ("username", self.email.expose_secret()),
                ("password", self.password.expose_secret()),
                ("remember-me", "on"),
            ])
            .write()
            .await
            .map_err(web_session::WriteError::into_error)?;
        self.finish(polar, answer).await
    }
}

impl SsoPassword {
    /// Follows the password's answer to its end.
    async fn finish(&self, polar: &PolarFlow, answer: Response) -> Result<(), Error> {
        polar.refuse_blocks(&answer)?;
        if says_bad_credentials(answer.url())
            || answer.location().is_some_and(|l| says_bad_credentials(&l))
        {
            return Err(Error::BadCredentials);
        }
        match answer.status().as_u16() {
            401 => return Err(Error::BadCredentials),
            403 => {
                return Err(Error::CsrfRejected {
                    endpoint: "sign-in: password",
                });
            }
            _ => classify::outage(&answer)?,
        }
        // A page in the place of a redirect asks for something else: a second factor, a captcha, another form.
        let Some(next) = polar.session().next_url(&answer) else {
            return match polar.accept_new_token(None) {
                true => Ok(()),
                false => Err(changed("the password", &answer)),
            };
        };
        let last = polar.page(next).endpoint("sign-in: return").read().await?;
        polar.refuse_blocks(&last)?;
        if polar.accept_new_token(None) {
            return Ok(());
        }
        let passed = last.hops().iter().any(|hop| says_bad_credentials(&hop.url));
        if passed || says_bad_credentials(last.url()) {
            return Err(Error::BadCredentials);
        }
        classify::outage(&last)?;
        if is_same_place(
            last.url(),
            &join(polar.auth_url(), &polar.endpoints().auth_login),
        ) {
            // Back at the form without a word: clients of 2026 take this for a refusal, too.
            return Err(Error::BadCredentials);
        }
        Err(changed("the password", &last))
    }
}

fn says_bad_credentials(url: &Url) -> bool {
    url.as_str().contains("bad_credentials")
}

fn is_same_place(a: &Url, b: &Url) -> bool {
    a.origin() == b.origin() && a.path() == b.path()
}

fn changed(step: &'static str, page: &Response) -> Error {
    Error::SignInChanged {
        step,
        fingerprint: Box::new(page.fingerprint()),
    }
}

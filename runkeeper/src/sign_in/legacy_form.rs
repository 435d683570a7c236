//! The form on the site itself, 2010 to 2018.

use async_trait::async_trait;
use web_session::Redirects;
use web_session::page::WantedForm;

use super::SignIn;
use crate::{Credentials, Error, Runkeeper};

/// `GET /login`, then `POST /login` with all fields of the form, `email` and `password`.
///
/// Seen from 2010 to 2018-12. Success is a redirect that is not to the login page, or the cookie `checker`; failure is
/// status 200 with a page that says `following errors:`. The live site does not offer it any more.
#[derive(Debug, Clone, Copy, Default)]
pub struct LegacyForm;

const ENDPOINT: &str = "sign-in (form)";

#[async_trait]
impl SignIn for LegacyForm {
    fn name(&self) -> &'static str {
        "form on the site"
    }

    async fn sign_in(&self, client: &Runkeeper, credentials: &Credentials) -> Result<(), Error> {
        use web_session::secrecy::ExposeSecret;

        let login = client.url(&client.paths().login);
        let page = client
            .session()
            .get(login.clone())
            .endpoint(ENDPOINT)
            .redirects(Redirects::Never)
            .read()
            .await?;
        if let Some(target) = page.location() {
            return if target.host_str() != login.host_str() || target.port() != login.port() {
                Err(Error::NotOffered("the login page is on another host"))
            } else {
                Err(Error::NotOffered("the login page redirects elsewhere"))
            };
        }
        let wanted = WantedForm::new(login.path(), "password");
        let form = page.read_page(move |page| page.form(&wanted)).await?;
        let Some(mut fields) = form else {
            return Err(Error::NotOffered("the login page has no form"));
        };
        let had_checker = client.session().jar().value(&login, "checker");
        fields.set("_eventName", "submit");
        fields.set("email", credentials.email.as_str());
        fields.set("password", credentials.password.expose_secret());
        let answer = client
            .session()
            .post(login.clone())
            .endpoint(ENDPOINT)
            .header("Referer", login.as_str())
            .form(fields.fields)
            .write()
            .await
            .map_err(|error| Error::Transport(error.into_error()))?;
        let checker = client.session().jar().value(&login, "checker");
        let new_checker = match (&had_checker, &checker) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(old), Some(new)) => old.expose_secret() != new.expose_secret(),
        };
        if let Some(target) = answer.location() {
            if !client.leads_to_login(&target) || new_checker {
                return Ok(());
            }
            return Err(Error::BadCredentials);
        }
        match answer.status().as_u16() {
            429 => Err(Error::RateLimited {
                endpoint: ENDPOINT,
                retry_after: answer.retry_after(),
            }),
            status @ 500.. => Err(Error::Unavailable {
                endpoint: ENDPOINT,
                status,
                retry_after: answer.retry_after(),
            }),
            200 if new_checker => Ok(()),
            200 if answer.text().contains("following errors:") => Err(Error::BadCredentials),
            _ => Err(Error::UnexpectedShape {
                endpoint: ENDPOINT,
                expected: "a redirect after the login form",
                fingerprint: Box::new(answer.fingerprint()),
            }),
        }
    }
}

//! The form on the site itself, 2010 to 2018.

use std::fmt;

use async_trait::async_trait;

use web_session::page::WantedForm;
use web_session::{Redirects, SecretString};

use super::SignIn;
use crate::client::fetch::outage;
use crate::service::CHECKER;
use crate::{Error, Runkeeper};

/// `GET /login`, then `POST /login` with all fields of the form, `email` and `password`.
///
/// Seen from 2010 to 2018-12. Success is a redirect that is not to the login page, or the cookie `checker`; failure is
/// status 200 with a page that says `following errors:`. The live site does not offer it any more.
#[derive(Clone)]
pub struct LegacyForm {
    email: SecretString,
    password: SecretString,
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

impl fmt::Debug for LegacyForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LegacyForm")
    }
}

const ENDPOINT: &str = "sign-in (form)";

#[async_trait]
impl SignIn<Runkeeper> for LegacyForm {
    fn name(&self) -> &'static str {
        "form on the site"
    }

    async fn sign_in(&self, client: &Runkeeper) -> Result<(), Error> {
        let login = client.url(&client.endpoints().login);
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
        let had_checker = client.session().jar().value(&login, CHECKER);
        fields.set("_eventName", "submit");
        fields.set("email", self.email.expose_secret());
        fields.set("password", self.password.expose_secret());
        let answer = client
            .session()
            .post(login.clone())
            .endpoint(ENDPOINT)
            .header("Referer", login.as_str())
            .form(fields.fields)
            .write()
            .await
            .map_err(|error| error.into_error())?;
        let checker = client.session().jar().value(&login, CHECKER);
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
        if let Some(error) = outage(&answer) {
            return Err(error);
        }
        match answer.status().as_u16() {
            200 if new_checker => Ok(()),
            200 if answer.text().contains("following errors:") => Err(Error::BadCredentials),
            _ => Err(Error::SignInChanged {
                step: "the login form",
                fingerprint: Box::new(answer.fingerprint()),
            }),
        }
    }
}

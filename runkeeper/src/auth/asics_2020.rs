//! ASICS ID with the calls that its page made in 2020.

use std::fmt;

use async_trait::async_trait;
use web_session::{Content, Redirects, Response, SecretString, Url, join};

use super::SignIn;
use crate::client::fetch::outage;
use crate::{Error, Runkeeper};

/// The OAuth calls that the sign-in page on `id.asics.com` made from 2020-03 to 2020-09.
///
/// Since 2026-03 a JavaScript page behind a bot defence stands at the same address. It is recognised and reported as
/// [`Error::SignInBlocked`].
#[derive(Clone)]
pub struct AsicsId2020 {
    email: SecretString,
    password: SecretString,
}

impl AsicsId2020 {
    /// The account's e-mail address and password.
    pub fn new(email: impl Into<SecretString>, password: impl Into<SecretString>) -> Self {
        Self {
            email: email.into(),
            password: password.into(),
        }
    }
}

impl fmt::Debug for AsicsId2020 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AsicsId2020")
    }
}

const ENDPOINT: &str = "sign-in (ASICS ID)";

#[async_trait]
impl SignIn<Runkeeper> for AsicsId2020 {
    fn name(&self) -> &'static str {
        "ASICS ID"
    }

    async fn sign_in(&self, client: &Runkeeper) -> Result<(), Error> {
        let state = landing(client).await?;
        token(client, &self.email, &self.password).await?;
        let back = authorize(client, &state).await?;
        finish(client, &back).await
    }
}

/// Step 1: the login page of the site redirects to the sign-in host; `state` is signed and passed through untouched.
async fn landing(client: &Runkeeper) -> Result<String, Error> {
    let login = client.url(&client.endpoints().login);
    let first = client
        .session()
        .get(login)
        .endpoint(ENDPOINT)
        .redirects(Redirects::Never)
        .read()
        .await?;
    let Some(target) = first.location() else {
        return Err(Error::NotOffered(
            "the login page does not lead to ASICS ID",
        ));
    };
    let state = target
        .query_pairs()
        .find(|(name, _)| name == "state")
        .map(|(_, value)| value.into_owned());
    // The page sets the cookies that the next calls bring back, and shows whether a bot defence is in front.
    let page = client
        .session()
        .get(target)
        .endpoint(ENDPOINT)
        .redirects(Redirects::Never)
        .read()
        .await?;
    not_blocked(&page)?;
    let text = page.text().to_ascii_lowercase();
    if text.contains("id=\"root\"")
        && !text.contains("a_email")
        && !text.contains("type=\"password\"")
    {
        return Err(Error::SignInBlocked {
            what: "its page works with scripts only, behind a bot defence".to_owned(),
        });
    }
    state.ok_or(Error::NotOffered(
        "the address of ASICS ID carries no state",
    ))
}

/// Step 2. The body of this answer was never recorded: only a refusal of the client itself is looked for.
async fn token(
    client: &Runkeeper,
    email: &SecretString,
    password: &SecretString,
) -> Result<(), Error> {
    let fields = [
        ("username", email.expose_secret()),
        ("password", password.expose_secret()),
        ("language", "en"),
        ("locale", "en-US"),
        ("grant_type", "password"),
        ("client_id", "runkeeper"),
        ("style", "runkeeper"),
        ("max_cookie_timeout", ""),
        ("platform", "web"),
    ];
    let answer = client
        .session()
        .post(join(client.auth_url(), "/oauth2/token/auth"))
        .endpoint(ENDPOINT)
        .header("X-Requested-With", "XMLHttpRequest")
        .header("Accept", "application/json, text/javascript, */*; q=0.01")
        .form(fields)
        .write()
        .await
        .map_err(|error| error.into_error())?;
    not_blocked(&answer)?;
    match answer.status().as_u16() {
        // The old page showed `error.responseJSON.error` of a refused call, for example `invalid_client_id`.
        400 | 401 if answer.content() == Content::Json && !blames_client(&answer) => {
            Err(Error::BadCredentials)
        }
        400..=499 => Err(changed("the password", &answer)),
        _ => Ok(()),
    }
}

/// Refused is this program's name for itself, and not the person's password.
fn blames_client(answer: &Response) -> bool {
    let json: Option<serde_json::Value> = serde_json::from_slice(answer.body()).ok();
    json.as_ref()
        .and_then(|json| json.get("error")?.as_str())
        .is_some_and(|error| error.contains("client"))
}

/// Step 3: a redirect back to the site. A first redirect of 303 means a wrong e-mail or password.
async fn authorize(client: &Runkeeper, state: &str) -> Result<Url, Error> {
    let back = client.url(&client.endpoints().asics_back);
    let answer = client
        .session()
        .post(join(client.auth_url(), "/oauth2/authorize"))
        .endpoint(ENDPOINT)
        .query("response_type", "code")
        .query("client_id", "runkeeper")
        .query("redirect_uri", back.as_str())
        .query("state", state)
        .write()
        .await
        .map_err(|error| error.into_error())?;
    not_blocked(&answer)?;
    if answer.status().as_u16() == 303 {
        return Err(Error::BadCredentials);
    }
    answer
        .location()
        .filter(|target| target.host_str() == back.host_str() && target.path() == back.path())
        .ok_or_else(|| changed("the authorization", &answer))
}

/// Step 4: the site takes the code and sends the person home.
async fn finish(client: &Runkeeper, back: &Url) -> Result<(), Error> {
    let value = |name: &str| {
        back.query_pairs()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    let answer = client
        .session()
        .get(client.url(&client.endpoints().asics_back))
        .endpoint(ENDPOINT)
        .query("submit", "")
        .query("code", &value("code"))
        .query("state", &value("state"))
        .query("error", &value("error"))
        .redirects(Redirects::Never)
        .read()
        .await?;
    match answer.location() {
        Some(target) if !client.leads_to_login(&target) => Ok(()),
        _ => Err(changed("the return to Runkeeper", &answer)),
    }
}

fn not_blocked(answer: &Response) -> Result<(), Error> {
    let content = answer.content();
    match content {
        Content::BotChallenge | Content::BlockPage => Err(Error::SignInBlocked {
            what: format!(
                "{content} on {}",
                answer.url().host_str().unwrap_or("ASICS ID")
            ),
        }),
        // Any HTML with 403 on this host is the bot manager's doing.
        Content::Html | Content::LoginPage | Content::Empty if answer.status().as_u16() == 403 => {
            Err(Error::SignInBlocked {
                what: format!("refused by its firewall, {}", answer.fingerprint()),
            })
        }
        _ => outage(answer).map_or(Ok(()), Err),
    }
}

fn changed(step: &'static str, answer: &Response) -> Error {
    Error::SignInChanged {
        step,
        fingerprint: Box::new(answer.fingerprint()),
    }
}

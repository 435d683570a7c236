//! Who may read and change what.
//!
//! With a token (which a service beyond loopback needs) everything but `/healthz` asks for it: as `Authorization: Bearer`, or once in the
//! page's form, which answers with a cookie. Without one the service answers on loopback to loopback's names only, so that no other site
//! can read it under a name of its own. Forms carry a token that other sites can't read.

use std::net::{IpAddr, SocketAddr};

use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, COOKIE, HOST, HeaderName, HeaderValue, ORIGIN};
use ring::hmac;
use ring::rand::SystemRandom;
use secrecy::{ExposeSecret, SecretString};

const COOKIE_NAME: &str = "workout_sync";
/// Thirty days.
const COOKIE_SECONDS: u32 = 30 * 86_400;
/// The least length of a token.
const SHORTEST_TOKEN: usize = 16;

/// The rules for one address and token.
pub struct Access {
    token: Option<SecretString>,
    key: hmac::Key,
    form_token: String,
    cookie: String,
}

impl Access {
    /// The rules for a service that listens here.
    ///
    /// # Errors
    /// Beyond loopback without a token; a token that is too short.
    pub fn new(listen: SocketAddr, token: Option<SecretString>) -> Result<Self, String> {
        let key = match &token {
            None if !listen.ip().is_loopback() => {
                return Err(format!(
                    "{listen} can be reached by other machines: a token is required (--token-file FILE)"
                ));
            }
            None => hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new())
                .map_err(|_| "the system gives no random numbers".to_owned())?,
            Some(token) if token.expose_secret().len() < SHORTEST_TOKEN => {
                return Err(format!(
                    "the token must have at least {SHORTEST_TOKEN} characters"
                ));
            }
            // A page and a cookie stay valid when the service starts again, and end with the token.
            Some(token) => hmac::Key::new(hmac::HMAC_SHA256, token.expose_secret().as_bytes()),
        };
        let derived = |name: &str| hex(hmac::sign(&key, name.as_bytes()).as_ref());
        Ok(Self {
            form_token: derived("form"),
            cookie: derived("cookie"),
            token,
            key,
        })
    }

    /// The token of the page's forms.
    pub(super) fn form_token(&self) -> &str {
        &self.form_token
    }

    /// Whether the request was meant for this service: a name that another site gave to the address is not.
    pub(super) fn knows_host(&self, headers: &HeaderMap) -> bool {
        self.token.is_some() || header(headers, &HOST).is_some_and(is_loopback)
    }

    /// Whether a change comes from the service's own page, or from a program.
    pub(super) fn is_same_origin(&self, headers: &HeaderMap) -> bool {
        let site = header(headers, &HeaderName::from_static("sec-fetch-site"));
        if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
            return false;
        }
        match (headers.get(ORIGIN), header(headers, &HOST)) {
            // No browser: it would name the origin of a form.
            (None, _) => true,
            (Some(origin), Some(host)) => origin
                .to_str()
                .ok()
                .and_then(|origin| origin.split_once("://"))
                .is_some_and(|(_, origin)| origin.eq_ignore_ascii_case(host)),
            (Some(_), None) => false,
        }
    }

    /// Whether status and page may be shown.
    pub(super) fn may_read(&self, headers: &HeaderMap) -> bool {
        self.token.is_none() || self.has_bearer(headers) || self.has_cookie(headers)
    }

    /// Whether a change may be made.
    pub(super) fn may_change(&self, headers: &HeaderMap, form_token: &str) -> bool {
        if self.token.is_some() && self.has_bearer(headers) {
            return true;
        }
        self.may_read(headers) && self.equal(form_token, &self.form_token)
    }

    /// The cookie for whom the token was typed by.
    pub(super) fn cookie_for(&self, typed: &str) -> Option<HeaderValue> {
        let token = self.token.as_ref()?;
        if !self.equal(typed.trim(), token.expose_secret()) {
            return None;
        }
        let cookie = format!(
            "{COOKIE_NAME}={}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Strict",
            self.cookie
        );
        let mut cookie = HeaderValue::from_str(&cookie).ok()?;
        cookie.set_sensitive(true);
        Some(cookie)
    }

    fn has_bearer(&self, headers: &HeaderMap) -> bool {
        let given = header(headers, &AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        match (given, &self.token) {
            (Some(given), Some(token)) => self.equal(given.trim(), token.expose_secret()),
            _ => false,
        }
    }

    fn has_cookie(&self, headers: &HeaderMap) -> bool {
        let cookies = headers
            .get_all(COOKIE)
            .into_iter()
            .filter_map(|value| value.to_str().ok());
        cookies
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .any(|(name, value)| name == COOKIE_NAME && self.equal(value, &self.cookie))
    }

    /// Compares in a time that does not depend on where the two differ.
    fn equal(&self, given: &str, expected: &str) -> bool {
        let expected = hmac::sign(&self.key, expected.as_bytes());
        hmac::verify(&self.key, given.as_bytes(), expected.as_ref()).is_ok()
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Whether a `Host` names loopback, with or without a port.
fn is_loopback(host: &str) -> bool {
    if let Ok(address) = host.parse::<SocketAddr>() {
        return address.ip().is_loopback();
    }
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let ip = name
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    name.eq_ignore_ascii_case("localhost") || ip.is_ok_and(|ip| ip.is_loopback())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "a-token-of-enough-length";

    fn on_loopback() -> Access {
        Access::new("127.0.0.1:8420".parse().unwrap(), None).unwrap()
    }

    fn with_token() -> Access {
        Access::new("0.0.0.0:8420".parse().unwrap(), Some(TOKEN.into())).unwrap()
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let parsed = pairs.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_str(value).unwrap(),
            )
        });
        parsed.collect()
    }

    #[test]
    fn beyond_loopback_a_token_is_required() {
        for listen in ["0.0.0.0:8420", "192.168.1.5:80", "[::]:8420"] {
            assert!(
                Access::new(listen.parse().unwrap(), None).is_err(),
                "{listen}"
            );
        }
        assert!(Access::new("[::1]:0".parse().unwrap(), None).is_ok());
        let short = Access::new("127.0.0.1:1".parse().unwrap(), Some("short".into()));
        assert!(short.is_err());
    }

    #[test]
    fn a_foreign_name_of_the_address_is_refused() {
        let access = on_loopback();
        for (host, known) in [
            ("127.0.0.1:8420", true),
            ("localhost", true),
            ("LOCALHOST:1", true),
            ("[::1]:8420", true),
            ("evil.example:8420", false),
            ("127.0.0.1.evil.example", false),
            ("localhost.evil.example:8420", false),
            ("192.168.1.5:8420", false),
        ] {
            assert_eq!(
                access.knows_host(&headers(&[("host", host)])),
                known,
                "{host}"
            );
        }
        assert!(!access.knows_host(&HeaderMap::new()));
    }

    #[test]
    fn changes_come_from_the_own_origin() {
        let access = on_loopback();
        let host = ("host", "127.0.0.1:8420");
        let same = |more: &[(&'static str, &str)]| {
            access.is_same_origin(&headers(&[&[host][..], more].concat()))
        };
        assert!(same(&[
            ("origin", "http://127.0.0.1:8420"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(same(&[]));
        for origin in [
            "http://evil.example",
            "http://127.0.0.1:1",
            "null",
            "http://127.0.0.1",
            "",
        ] {
            assert!(!same(&[("origin", origin)]), "{origin}");
        }
        for site in ["cross-site", "same-site"] {
            assert!(!same(&[("sec-fetch-site", site)]), "{site}");
        }
    }

    #[test]
    fn a_change_needs_the_token_of_the_form() {
        let access = on_loopback();
        let none = HeaderMap::new();
        assert!(access.may_read(&none));
        assert!(access.may_change(&none, access.form_token()));
        assert!(!access.may_change(&none, ""));
        assert!(!access.may_change(&none, "0000"));
        assert!(!access.may_change(&headers(&[("authorization", "Bearer ")]), ""));
        assert_ne!(access.form_token(), on_loopback().form_token());
    }

    #[test]
    fn the_token_opens_by_header_and_by_cookie() {
        let access = with_token();
        let none = HeaderMap::new();
        assert!(!access.may_read(&none));
        assert!(!access.may_change(&none, access.form_token()));
        let bearer = headers(&[("authorization", &format!("Bearer {TOKEN}"))]);
        assert!(access.may_read(&bearer) && access.may_change(&bearer, ""));
        let wrong = headers(&[("authorization", "Bearer a-token-of-enough-lengtH")]);
        assert!(!access.may_read(&wrong) && !access.may_change(&wrong, access.form_token()));
        assert!(access.cookie_for("wrong").is_none());
        let cookie = access.cookie_for(TOKEN).unwrap();
        let cookie = cookie.to_str().unwrap();
        assert!(!cookie.contains(TOKEN) && !access.form_token().contains(TOKEN));
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"));
        let value = cookie.split(';').next().unwrap();
        let signed_in = headers(&[("cookie", &format!("other=1; {value}"))]);
        assert!(access.may_read(&signed_in));
        assert!(access.may_change(&signed_in, access.form_token()));
        assert!(!access.may_change(&signed_in, ""));
        let forged = headers(&[("cookie", "workout_sync=")]);
        assert!(!access.may_read(&forged));
    }
}

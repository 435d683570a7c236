//! Reading from the site: redirects, refusals and dead sessions are classified here, once.

use serde::de::DeserializeOwned;
use web_session::auth;
use web_session::page::FormFields;
use web_session::{Content, ErrorKind, Redirects, RequestBuilder, Response, Url, header};

use super::Runkeeper;
use crate::Error;
use crate::page::says_signed_out;

/// Where people sign in (2020 .. 2026-04), whatever address the client was given for it.
const SIGN_IN_HOST: &str = "id.asics.com";

/// How many redirects within the site a read follows.
pub(super) const MAX_HOPS: usize = 5;

impl Runkeeper {
    /// Reads an answer that belongs to a signed-in user. `make` builds the request; it is called again after the session was
    /// renewed.
    pub(crate) async fn fetch(&self, make: impl Fn() -> RequestBuilder) -> Result<Response, Error> {
        auth::with_renewal(self, || self.fetch_once(make())).await
    }

    /// [`fetch`](Self::fetch) of a GET.
    pub(crate) async fn fetch_url(
        &self,
        endpoint: &'static str,
        url: &Url,
    ) -> Result<Response, Error> {
        self.fetch(|| self.session().get(url.clone()).endpoint(endpoint))
            .await
    }

    /// A POST of a form of the page at `page`, without its body: with the headers that a browser sends for it, and the CSRF
    /// value of the page.
    pub(crate) fn post_from(
        &self,
        endpoint: &'static str,
        target: Url,
        page: &Url,
        form: &FormFields,
    ) -> RequestBuilder {
        let origin = self.base_url().origin().ascii_serialization();
        let request = self
            .session()
            .post(target)
            .endpoint(endpoint)
            .header(header::REFERER, page.as_str())
            .header(header::ORIGIN, &origin);
        match &form.csrf_header {
            Some((name, value)) => request.header(name.as_str(), value),
            None => request,
        }
    }

    /// The JSON of an answer.
    pub(crate) fn json<T: DeserializeOwned>(&self, response: &Response) -> Result<T, Error> {
        let endpoint = response.endpoint();
        match response.content() {
            _ if response.status() == 403 => Err(Error::Forbidden { endpoint }),
            _ if response.status().is_client_error() => Err(Error::Rejected {
                endpoint,
                message: format!("answered with status {}", response.status().as_u16()),
            }),
            Content::Json => Ok(self.session().decode(response)?),
            content => Err(unexpected(response, "JSON", content)),
        }
    }

    /// One read, classified; renews nothing.
    pub(crate) async fn fetch_once(&self, request: RequestBuilder) -> Result<Response, Error> {
        accept(self.follow(request).await?).await
    }

    /// One read, with the redirects that stay on the site and do not lead to the login page.
    pub(super) async fn follow(&self, request: RequestBuilder) -> Result<Response, Error> {
        let mut response = request.redirects(Redirects::Never).read().await?;
        let mut hops = 0;
        while let Some(next) = response.location() {
            if self.leads_to_login(&next) {
                return Err(Error::SessionExpired {
                    endpoint: response.endpoint(),
                });
            }
            if hops == MAX_HOPS {
                return Err(Error::Transport(web_session::Error::TooManyRedirects {
                    endpoint: response.endpoint(),
                    host: next.host_str().unwrap_or_default().to_owned(),
                    limit: MAX_HOPS,
                }));
            }
            hops += 1;
            response = self
                .session()
                .get(next)
                .endpoint(response.endpoint())
                .redirects(Redirects::Never)
                .read()
                .await?;
        }
        Ok(response)
    }

    /// Whether a redirect of something that was merely read means that the session has ended: to the login page, or off
    /// the site. For the answer to a write that is not enough: see [`is_login`](Self::is_login).
    pub(crate) fn leads_to_login(&self, target: &Url) -> bool {
        if target.host_str() != self.base_url().host_str()
            || target.port_or_known_default() != self.base_url().port_or_known_default()
        {
            // The same host over another scheme is no other site.
            let upgraded = target.host_str() == self.base_url().host_str()
                && target.port().is_none()
                && self.base_url().port().is_none();
            if !upgraded {
                return true;
            }
        }
        let login = self.url(&self.endpoints().login);
        let path = target.path().trim_end_matches('/');
        path == login.path().trim_end_matches('/') || path.to_ascii_lowercase().ends_with("/login")
    }

    /// Whether a redirect proves that a write was not taken for want of a session: to the login page of
    /// the site or to the sign-in host, and nowhere else.
    pub(crate) fn is_login(&self, target: &Url) -> bool {
        let login = self.url(&self.endpoints().login);
        let is_login_page = self.is_on_site(target)
            && target.path().trim_end_matches('/') == login.path().trim_end_matches('/');
        // A proxy may serve both hosts.
        let at_sign_in = is_below(&self.inner.auth, target) && !is_below(self.base_url(), target);
        is_login_page || at_sign_in || target.host_str() == Some(SIGN_IN_HOST)
    }

    /// Whether an address is the site's own: its host, or another one of the same domain (`www.`).
    pub(crate) fn is_on_site(&self, target: &Url) -> bool {
        let base = self.base_url();
        if base.host_str() == target.host_str() {
            return base.port_or_known_default() == target.port_or_known_default()
                || (base.port().is_none() && target.port().is_none());
        }
        match (base.domain(), target.domain()) {
            (Some(base), Some(target)) => {
                let domain = base.strip_prefix("www.").unwrap_or(base);
                domain.contains('.')
                    && target
                        .strip_suffix(domain)
                        .is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
            }
            _ => false,
        }
    }

    /// Whether a request to this address may carry the account's cookies: on the site, and encrypted. Only a host that was
    /// configured without TLS is asked without; the plain address of one with TLS is asked over HTTPS, see
    /// [`Session::request`](web_session::Session::request).
    pub(crate) fn may_have_cookies(&self, target: &Url) -> bool {
        let is_configured = target.host_str() == self.base_url().host_str();
        self.is_on_site(target) && (is_configured || target.scheme() == "https")
    }
}

fn is_below(base: &Url, target: &Url) -> bool {
    let folder = base.path().trim_end_matches('/');
    base.host_str() == target.host_str()
        && base.port_or_known_default() == target.port_or_known_default()
        && target
            .path()
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// Turns the answers that mean the same everywhere into errors; other answers pass.
pub(crate) async fn accept(response: Response) -> Result<Response, Error> {
    let endpoint = response.endpoint();
    let status = response.status();
    let content = response.content();
    if response.is_block() {
        let fingerprint = Box::new(response.fingerprint());
        return Err(Error::Blocked {
            endpoint,
            content,
            fingerprint,
        });
    }
    let is_down = response.outage() == Some(ErrorKind::Unavailable);
    let is_login_page = content == Content::LoginPage && !is_down;
    let is_visitors_page = content == Content::Html
        && status.is_success()
        && response.read_page(says_signed_out).await?;
    if is_login_page || status.as_u16() == 401 || is_visitors_page {
        return Err(Error::SessionExpired { endpoint });
    }
    if let Some(error) = outage(&response) {
        return Err(error);
    }
    match status.as_u16() {
        404 | 410 => Err(Error::NotFound { endpoint }),
        _ => Ok(response),
    }
}

/// The error for an answer of another kind than `expected`.
pub(crate) fn unexpected(response: &Response, expected: &'static str, content: Content) -> Error {
    Error::UnexpectedContent {
        endpoint: response.endpoint(),
        expected,
        content,
        fingerprint: Box::new(response.fingerprint()),
    }
}

/// The service is down or wants a pause.
pub(crate) fn outage(response: &Response) -> Option<Error> {
    let endpoint = response.endpoint();
    let retry_after = response.retry_after();
    Some(match response.outage()? {
        ErrorKind::RateLimited => Error::RateLimited {
            endpoint,
            retry_after,
        },
        _ => Error::Unavailable {
            endpoint,
            fingerprint: Box::new(response.fingerprint()),
            retry_after,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(base: &str) -> Runkeeper {
        let builder = Runkeeper::builder().base_url(base.parse().unwrap());
        builder.build().unwrap()
    }

    #[test]
    fn only_the_login_page_and_the_sign_in_host_say_that_a_write_was_not_taken() {
        let client = client("https://www.site.example/");
        let is_login = |target: &str| client.is_login(&target.parse().unwrap());
        for target in [
            "https://www.site.example/login",
            "https://www.site.example/login/?redirectUrl=/home",
            "http://www.site.example/login",
            "https://site.example/login",
            "https://id.asics.com/en/login?state=x",
        ] {
            assert!(is_login(target), "{target}");
        }
        for target in [
            "https://www.site.example/home",
            "https://www.site.example/user/login",
            "https://www.site.example:8443/login",
            "https://site.example.evil.example/login",
            "https://othersite.example/login",
            "https://asics.com/login",
        ] {
            assert!(!is_login(target), "{target}");
        }
    }

    #[test]
    fn a_proxy_may_serve_the_site_and_its_sign_in_from_one_host() {
        let client = Runkeeper::builder()
            .base_url("http://proxy:1/rk".parse().unwrap())
            .auth_url("http://proxy:1/id".parse().unwrap())
            .build()
            .unwrap();
        let is_login = |target: &str| client.is_login(&target.parse().unwrap());
        assert!(is_login("http://proxy:1/id/oauth2?x") && is_login("http://proxy:1/rk/login"));
        assert!(!is_login("http://proxy:1/rk/home") && !is_login("http://proxy:1/idle"));
    }

    #[test]
    fn hosts_of_the_same_domain_are_the_site() {
        let client = client("https://site.example/");
        let on_site = |target: &str| client.is_on_site(&target.parse().unwrap());
        assert!(on_site("https://www.site.example/x") && on_site("http://site.example/x"));
        assert!(!on_site("https://website.example/x") && !on_site("https://site.example:1/x"));
        let local = super::tests::client("http://127.0.0.1:80/");
        assert!(!local.is_on_site(&"http://1.127.0.0.1.example/".parse().unwrap()));
    }

    #[test]
    fn cookies_travel_to_the_site_and_encrypted() {
        let secure = client("https://site.example/");
        let may =
            |client: &Runkeeper, target: &str| client.may_have_cookies(&target.parse().unwrap());
        assert!(may(&secure, "https://files.site.example/x"));
        assert!(!may(&secure, "http://files.site.example/x"));
        assert!(!may(&secure, "https://elsewhere.example/x"));
        // Asked over HTTPS nevertheless.
        let plain: Url = "http://site.example/home".parse().unwrap();
        assert!(secure.may_have_cookies(&plain));
        assert_eq!(
            format!("{:?}", secure.session().get(plain)),
            "request: GET https://site.example/home"
        );
        // Who configures a host without TLS, as proxies and tests do, wants it so; for this host and no other.
        let local = client("http://site.example:8080/");
        assert!(may(&local, "http://site.example:8080/x"));
        assert!(!may(&local, "http://files.site.example:8080/x"));
    }
}

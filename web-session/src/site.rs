//! Which addresses belong to the website, so that a session never follows a redirect elsewhere.

use url::Url;

/// The configured addresses of a website.
#[derive(Debug, Clone, Default)]
pub(crate) struct Site {
    pub(crate) bases: Vec<Url>,
    /// Domains whose sub-domains over HTTPS belong to the site too.
    pub(crate) domains: Vec<String>,
}

impl Site {
    /// The allowed target of a redirect: the address itself, the same address over HTTPS when the site is an HTTPS one, or
    /// nothing when it belongs to another site.
    pub(crate) fn follow(&self, target: Url) -> Option<Url> {
        match self.place_of(&target)? {
            Place::AsIs => Some(target),
            Place::OverHttps(port) => {
                let mut upgraded = target;
                upgraded.set_scheme("https").ok()?;
                upgraded.set_port(port).ok()?;
                Some(upgraded)
            }
        }
    }

    /// Whether an address belongs to the website. A site without addresses is all there is.
    pub(crate) fn has(&self, url: &Url) -> bool {
        self.bases.is_empty() || self.place_of(url).is_some()
    }

    /// The address at which a page of the site is requested.
    fn place_of(&self, url: &Url) -> Option<Place> {
        if self.bases.iter().any(|base| same_origin(base, url)) {
            return Some(Place::AsIs);
        }
        let host = url.host_str()?;
        // Applications behind a TLS proxy like to write `http://` into Location. Going there would send cookies in
        // clear text, so the HTTPS address is taken, as a browser with HSTS does.
        if url.scheme() == "http" && url.port().is_none() {
            let secure = |base: &&Url| base.scheme() == "https" && base.host_str() == Some(host);
            if let Some(base) = self.bases.iter().find(secure) {
                return Some(Place::OverHttps(base.port()));
            }
        }
        let related = url.scheme() == "https"
            && self.domains.iter().any(|domain| {
                host == domain
                    || host
                        .strip_suffix(domain.as_str())
                        .is_some_and(|sub| sub.ends_with('.'))
            });
        related.then_some(Place::AsIs)
    }

    /// The address over HTTPS when it is the plain one of a host that is configured with HTTPS only; else unchanged.
    pub(crate) fn secured(&self, mut url: Url) -> Url {
        if url.scheme() != "http" || self.bases.iter().any(|base| same_origin(base, &url)) {
            return url;
        }
        let secure = |base: &&Url| base.scheme() == "https" && base.host_str() == url.host_str();
        let Some(port) = self.bases.iter().find(secure).map(Url::port) else {
            return url;
        };
        // A port that is named stays: only what answers there can say whether it speaks TLS.
        let port = url.port().or(port);
        if url.set_scheme("https").is_ok() {
            // Fails for addresses without a host only, and this one has one.
            let _ = url.set_port(port);
        }
        url
    }

    /// No address of the site needs TLS.
    pub(crate) fn is_plain(&self) -> bool {
        !self.bases.is_empty()
            && self.domains.is_empty()
            && self.bases.iter().all(|base| base.scheme() == "http")
    }

    /// Hosts that are configured with plain http.
    pub(crate) fn plain_hosts(&self) -> Vec<String> {
        self.bases
            .iter()
            .filter(|base| base.scheme() == "http")
            .filter_map(|base| base.host_str().map(str::to_owned))
            .collect()
    }

    /// The configured address that a cookie of `domain` belongs to. `domain` may have a leading dot; a domain cookie
    /// belongs to every host below it.
    pub(crate) fn base_for_cookie(&self, domain: &str, host_only: bool) -> Option<&Url> {
        let domain = domain.trim_start_matches('.').to_ascii_lowercase();
        let host_of = |base: &Url| base.host_str().map(str::to_ascii_lowercase);
        self.bases
            .iter()
            .find(|base| host_of(base).as_deref() == Some(&domain))
            .or_else(|| {
                let below = |base: &&Url| {
                    host_of(base)
                        .and_then(|host| host.strip_suffix(&domain).map(|sub| sub.ends_with('.')))
                        .unwrap_or(false)
                };
                // A cookie for a whole top-level domain belongs to no site.
                (!host_only && domain.contains('.'))
                    .then(|| self.bases.iter().find(below))
                    .flatten()
            })
    }
}

/// The address at which a page of the site is requested.
enum Place {
    /// At the address itself.
    AsIs,
    /// At the same address over HTTPS, with this port.
    OverHttps(Option<u16>),
}

fn same_origin(a: &Url, b: &Url) -> bool {
    a.scheme() == b.scheme()
        && a.host_str() == b.host_str()
        && a.port_or_known_default() == b.port_or_known_default()
}

/// `base` with a path and, after a `?`, a query. A path in the base stays in front, so that a proxy may serve a site
/// below a folder: `http://proxy/flow` + `/login` = `http://proxy/flow/login`.
#[must_use]
pub fn join(base: &Url, path_and_query: &str) -> Url {
    let (path, query) = match path_and_query.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (path_and_query, None),
    };
    let mut url = base.clone();
    let prefix = base.path().trim_end_matches('/').to_owned();
    url.set_path(&format!("{prefix}/{}", path.trim_start_matches('/')));
    url.set_query(query);
    url.set_fragment(None);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn site() -> Site {
        Site {
            bases: vec![
                url("https://flow.example.com/"),
                url("https://auth.example.com/"),
            ],
            domains: vec![],
        }
    }

    #[test]
    fn redirects_stay_inside_the_site() {
        let there = |text: &str| site().follow(url(text)).map(String::from);
        assert_eq!(
            there("https://auth.example.com/x"),
            Some("https://auth.example.com/x".into())
        );
        assert_eq!(
            there("http://flow.example.com/x"),
            Some("https://flow.example.com/x".into())
        );
        assert_eq!(there("https://account.example.com/x"), None);
        assert_eq!(there("https://flow.example.com:444/x"), None);
        assert_eq!(there("https://flow.example.com.evil.org/"), None);
    }

    #[test]
    fn related_domains_count_over_https_only() {
        let site = Site {
            domains: vec!["example.com".into()],
            ..site()
        };
        assert!(site.follow(url("https://account.example.com/")).is_some());
        assert!(site.follow(url("https://example.com/")).is_some());
        assert!(site.follow(url("http://account.example.com/")).is_none());
        assert!(site.follow(url("https://evilexample.com/")).is_none());
    }

    #[test]
    fn cookies_find_their_host() {
        let site = site();
        let host = |domain: &str, only| {
            site.base_for_cookie(domain, only)
                .map(|b| b.host_str().unwrap().to_owned())
        };
        assert_eq!(
            host("flow.example.com", true),
            Some("flow.example.com".into())
        );
        assert_eq!(host(".Example.com", false), Some("flow.example.com".into()));
        assert_eq!(host("example.com", true), None);
        assert_eq!(host(".com", false), None);
        assert_eq!(host("other.example.com", false), None);
        assert_eq!(host("w.example.com", false), None);
    }

    #[test]
    fn join_keeps_a_prefix_and_replaces_the_query() {
        assert_eq!(
            join(&url("http://p:1/flow/?x#y"), "/a/b?c=d").as_str(),
            "http://p:1/flow/a/b?c=d"
        );
        assert_eq!(join(&url("http://p:1"), "a").as_str(), "http://p:1/a");
    }
}

//! The capacity of a jar. A service that sets more and more cookies must not end the session.

use std::collections::{HashMap, HashSet};

use cookie_store::{Cookie, CookieStore, RawCookie};
use url::Url;

use crate::limits;

/// Domain, path and name: what makes a cookie the same cookie.
type Key = (String, String, String);

/// The order in which a full jar drops cookies.
#[derive(Debug, Default)]
pub(super) struct Bounds {
    /// Names that are dropped last.
    kept: HashSet<String>,
    /// When each cookie was last set, counted in cookies. One that was loaded is older than all.
    set_at: HashMap<Key, u64>,
    count: u64,
}

impl Bounds {
    pub(super) fn new(kept: Vec<String>) -> Self {
        Self {
            kept: kept.into_iter().collect(),
            ..Self::default()
        }
    }

    pub(super) fn keeps(&self, name: &str) -> bool {
        self.kept.contains(name)
    }

    /// Whether a cookie is small enough, as in browsers.
    pub(super) fn fits(cookie: &RawCookie<'_>) -> bool {
        cookie.name().len() + cookie.value().len() <= limits::COOKIE_BYTES
    }

    /// A cookie of this name was set by `url`.
    pub(super) fn touch(&mut self, store: &CookieStore, url: &Url, name: &str) {
        self.count += 1;
        for cookie in store.matches(url) {
            if cookie.name() == name {
                self.set_at.insert(key(cookie), self.count);
            }
        }
    }

    /// Removes the cookies that `url` would be sent beyond the limits: the ones that were set longest ago, and those that
    /// the client needs only when nothing else is left.
    pub(super) fn enforce(&mut self, store: &mut CookieStore, url: &Url) {
        self.enforce_in_all(store);
        let cookies = store.matches(url);
        let mut left = cookies.len();
        // On the wire each has `=`, `;` and a blank beside it.
        let size = |cookie: &Cookie<'_>| cookie.name().len() + cookie.value().len() + 3;
        let mut bytes: usize = cookies.iter().map(|cookie| size(cookie)).sum();
        if left <= limits::COOKIES_PER_HOST && bytes <= limits::COOKIE_BYTES_PER_HOST {
            return;
        }
        let mut order: Vec<(bool, u64, Key, usize)> = cookies
            .iter()
            .map(|cookie| {
                let key = key(cookie);
                let set_at = self.set_at.get(&key).copied().unwrap_or(0);
                (self.keeps(cookie.name()), set_at, key, size(cookie))
            })
            .collect();
        order.sort();
        for (_, _, (domain, path, name), size) in order {
            if left <= limits::COOKIES_PER_HOST && bytes <= limits::COOKIE_BYTES_PER_HOST {
                break;
            }
            store.remove(&domain, &path, &name);
            left -= 1;
            bytes -= size;
        }
        self.forget(store);
    }

    /// Requests to `url` carry no cookies of other paths, but these fill the jar, too.
    fn enforce_in_all(&mut self, store: &mut CookieStore) {
        let count = store.iter_any().count();
        if count <= limits::COOKIES_PER_JAR {
            return;
        }
        let mut order: Vec<(bool, u64, Key)> = store
            .iter_any()
            .map(|cookie| {
                let key = key(cookie);
                let set_at = self.set_at.get(&key).copied().unwrap_or(0);
                (self.keeps(cookie.name()), set_at, key)
            })
            .collect();
        order.sort();
        for (_, _, (domain, path, name)) in order.drain(..count - limits::COOKIES_PER_JAR) {
            store.remove(&domain, &path, &name);
        }
        self.forget(store);
    }

    fn forget(&mut self, store: &CookieStore) {
        let known: HashSet<Key> = store.iter_any().map(key).collect();
        self.set_at.retain(|key, _| known.contains(key));
    }
}

fn key(cookie: &Cookie<'_>) -> Key {
    let domain = cookie.domain.as_cow().unwrap_or_default().into_owned();
    let path: &str = cookie.path.as_ref();
    (domain, path.to_owned(), cookie.name().to_owned())
}

//! The cookies of a session, kept in memory and, when wanted, in a file.

mod bounds;
mod document;
mod encrypted;
mod error;
mod file;
mod last;
mod merge;
mod saving;
pub(crate) mod store;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::secret::SecretString;
use cookie_store::{Cookie, CookieStore, RawCookie};
use reqwest::header::HeaderValue;
use reqwest_cookie_store::CookieStoreMutex;
use serde_json::Value;
use url::Url;

use crate::clock::Clock;
use crate::limits;
use bounds::Bounds;
use last::Last;
use store::SessionStore;

pub use encrypted::{EncryptedStore, InvalidKey, ValueError, ValueStore};
pub use error::JarError;
pub use file::FileStore;
pub use saving::JarLock;

/// The cookies of a session. Shared by all clones of a [`Session`](crate::Session).
///
/// With a file, the jar remembers what the file held when it was last read. [`save`](Self::save) merges: what another
/// process changed in the meantime stays, what this process changed is written.
///
/// It is `reqwest_cookie_store` behind our own type, for one reason: that crate stores what an answer sets by a function
/// of `cookie_store` that writes the whole cookie, value included, to the log (pfernie/cookie_store#29; one call of `debug!`
/// there). Here nothing does.
pub struct CookieJar {
    store: CookieStoreMutex,
    /// Locked after the store.
    last: Mutex<Option<Last>>,
    /// Locked before the store.
    base: Mutex<Base>,
    bounds: Mutex<Bounds>,
    clock: Arc<Clock>,
    kept_in: Option<Arc<dyn SessionStore>>,
    loaded: tokio::sync::OnceCell<()>,
    /// Hosts that are served over plain http (a test server, a proxy). `Secure` cookies would never be sent there, so
    /// the attribute is dropped.
    plain_hosts: Vec<String>,
}

/// The kept document, as it was last read or written.
#[derive(Default)]
struct Base {
    cookies: Vec<Value>,
    /// `None` when nothing is kept.
    version: Option<String>,
}

impl CookieJar {
    /// A jar without a file. `kept` are the names of the cookies that go last when there are too many.
    pub(crate) fn in_memory(plain_hosts: Vec<String>, kept: Vec<String>) -> Self {
        Self {
            store: CookieStoreMutex::default(),
            last: Mutex::default(),
            base: Mutex::default(),
            bounds: Mutex::new(Bounds::new(kept)),
            clock: Arc::default(),
            kept_in: None,
            loaded: tokio::sync::OnceCell::new(),
            plain_hosts,
        }
    }

    pub(crate) fn tell_time_by(&mut self, clock: Arc<Clock>) {
        self.clock = clock;
    }

    /// Keeps the cookies in `store` from now on, and takes over those that are there: at once from a file, else before the
    /// first request.
    pub(crate) fn keep_in(&mut self, store: Arc<dyn SessionStore>) -> Result<(), JarError> {
        self.kept_in = Some(store);
        self.load_now()
    }

    /// The place that keeps it, for messages.
    fn place(&self) -> PathBuf {
        self.kept_in
            .as_ref()
            .map(|store| store.place())
            .unwrap_or_default()
    }

    /// Whether a cookie of this name would be sent to `url`.
    #[must_use]
    pub fn has(&self, url: &Url, name: &str) -> bool {
        let store = self.store();
        store.matches(url).iter().any(|c| c.name() == name)
    }

    /// The value of the cookie that would be sent to `url`. The most specific path wins, as it does on the wire.
    #[must_use]
    pub fn value(&self, url: &Url, name: &str) -> Option<SecretString> {
        let store = self.store();
        let mut found = store.matches(url);
        found.retain(|c| c.name() == name);
        found.sort_by_key(|c| std::cmp::Reverse(c.path.len()));
        found
            .first()
            .map(|c| SecretString::from(c.value().to_owned()))
    }

    /// The names of the cookies that would be sent to `url`, sorted.
    #[must_use]
    pub fn names(&self, url: &Url) -> Vec<String> {
        let store = self.store();
        let mut names: Vec<_> = store
            .matches(url)
            .iter()
            .map(|c| c.name().to_owned())
            .collect();
        names.sort();
        names
    }

    /// Removes every cookie of this name that would be sent to `url`, with any path. Returns how many there were.
    pub fn remove(&self, url: &Url, name: &str) -> usize {
        self.remove_where(url, |cookie| cookie.name() == name)
    }

    /// Removes every cookie that belongs to the host of `url`.
    pub fn clear(&self, url: &Url) -> usize {
        self.remove_where(url, |_| true)
    }

    /// Sets one cookie, as if `url` had sent it as a session cookie for its whole host.
    ///
    /// # Errors
    /// When name or value hold characters that no `Cookie` header can carry.
    pub fn set(&self, url: &Url, name: &str, value: &str) -> Result<(), InvalidCookie> {
        self.insert(
            url,
            name,
            value,
            &NewCookie {
                path: "/",
                ..NewCookie::default()
            },
        )
    }

    pub(crate) fn insert(
        &self,
        url: &Url,
        name: &str,
        value: &str,
        how: &NewCookie<'_>,
    ) -> Result<(), InvalidCookie> {
        let bad = |c: char| c.is_control() || c == ';' || c == '\u{7f}';
        if name.is_empty() || name.contains(bad) || name.contains('=') || value.contains(bad) {
            return Err(InvalidCookie {
                name: crate::redact::printable(name),
            });
        }
        // Written as a header and parsed by the library, so that names with `%` are taken as they are.
        let mut header = format!("{name}={value}; Path={}", how.path);
        if let Some(domain) = how.domain {
            header.push_str("; Domain=");
            header.push_str(domain);
        }
        if how.secure && !self.is_plain(url) {
            header.push_str("; Secure");
        }
        if how.http_only {
            header.push_str("; HttpOnly");
        }
        if let Some(seconds) = how.max_age {
            header.push_str(&format!("; Max-Age={seconds}"));
        }
        let mut store = self.store_mut();
        store.parse(&header, url).map_err(|_| InvalidCookie {
            name: crate::redact::printable(name),
        })?;
        let mut bounds = self.bounds();
        bounds.touch(&store, url, name);
        bounds.enforce(&mut store, url);
        Ok(())
    }

    /// The cookies as they are now, to go back to with [`restore`](Self::restore).
    #[must_use]
    pub fn snapshot(&self) -> JarSnapshot {
        JarSnapshot(self.store().clone())
    }

    /// Restores the cookies. The file or store is not touched.
    pub fn restore(&self, snapshot: JarSnapshot) {
        *self.store_mut() = snapshot.0;
    }

    /// Reads a `Set-Cookie` header. A date of expiry is the service's: with a clock here that is wrong, it becomes a time
    /// from now.
    fn parse(&self, text: &str) -> Option<RawCookie<'static>> {
        let cookie = RawCookie::parse(text.to_owned()).ok()?;
        let expires = match cookie.max_age() {
            Some(_) => None,
            None => cookie.expires_datetime(),
        };
        let Some(expires) = expires else {
            return Some(cookie);
        };
        let seconds = |time: SystemTime| {
            let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
            i64::try_from(since.as_secs()).ok()
        };
        let there = seconds(self.clock.service_time())?;
        if seconds(SystemTime::now()).is_some_and(|here| here.abs_diff(there) <= 1) {
            return Some(cookie);
        }
        let left = (expires.unix_timestamp() - there).max(0);
        RawCookie::parse(format!("{text}; Max-Age={left}")).ok()
    }

    fn remove_where(&self, url: &Url, which: impl Fn(&Cookie<'_>) -> bool) -> usize {
        let mut store = self.store_mut();
        let doomed: Vec<_> = store
            .iter_any()
            .filter(|c| c.domain.matches(url) && which(c))
            .filter_map(|c| {
                let domain: String = c.domain.as_cow()?.into_owned();
                let path: &str = c.path.as_ref();
                Some((domain, path.to_owned(), c.name().to_owned()))
            })
            .collect();
        for (domain, path, name) in &doomed {
            store.remove(domain, path, name);
        }
        doomed.len()
    }

    fn is_plain(&self, url: &Url) -> bool {
        url.scheme() == "http"
            && url
                .host_str()
                .is_some_and(|host| self.plain_hosts.iter().any(|h| h == host))
    }

    /// To be read.
    fn store(&self) -> MutexGuard<'_, CookieStore> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be changed.
    fn store_mut(&self) -> MutexGuard<'_, CookieStore> {
        let store = self.store();
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
        store
    }

    /// Locked after the store.
    fn bounds(&self) -> MutexGuard<'_, Bounds> {
        self.bounds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Cookies put aside by [`CookieJar::snapshot`].
#[derive(Clone)]
pub struct JarSnapshot(CookieStore);

impl fmt::Debug for JarSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JarSnapshot")
    }
}

/// How a cookie is to be inserted; the default is a session cookie of one host.
#[derive(Default)]
pub(crate) struct NewCookie<'a> {
    pub(crate) path: &'a str,
    pub(crate) domain: Option<&'a str>,
    pub(crate) secure: bool,
    pub(crate) http_only: bool,
    pub(crate) max_age: Option<i64>,
}

/// A cookie that cannot be sent. Its value is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the cookie `{name}` is not valid: its name, value or domain cannot be used for this host")]
pub struct InvalidCookie {
    /// Its name.
    pub name: String,
}

impl fmt::Debug for CookieJar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CookieJar")
            .field("kept_in", &self.kept_in)
            .field("cookies", &self.store().iter_unexpired().count())
            .finish_non_exhaustive()
    }
}

impl reqwest::cookie::CookieStore for CookieJar {
    /// Takes over the `Set-Cookie` headers of an answer from `url`.
    fn set_cookies(&self, headers: &mut dyn Iterator<Item = &HeaderValue>, url: &Url) {
        let mut headers = headers.peekable();
        if headers.peek().is_none() {
            return;
        }
        let plain = self.is_plain(url);
        let mut store = self.store_mut();
        let mut bounds = self.bounds();
        let mut others = 0;
        for header in headers {
            let text = std::str::from_utf8(header.as_bytes()).unwrap_or_default();
            let Some(mut cookie) = self.parse(text).filter(Bounds::fits) else {
                continue;
            };
            if !bounds.keeps(cookie.name()) {
                others += 1;
                if others > limits::COOKIES_PER_ANSWER {
                    continue;
                }
            }
            if plain {
                cookie.set_secure(None);
            }
            // Not `store_response_cookies`: that one writes values to the log. A cookie that the store refuses (of
            // another domain, already expired) is left out, as in a browser.
            if store.insert_raw(&cookie, url).is_ok() {
                bounds.touch(&store, url, cookie.name());
            }
        }
        bounds.enforce(&mut store, url);
    }

    /// The `Cookie` header for a request to `url`: the most specific path first, as in browsers.
    fn cookies(&self, url: &Url) -> Option<HeaderValue> {
        // Locked before the last header, so that no change comes between.
        let store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some(last) if last.is_for(url) => last.header.clone(),
            _ => last.insert(Last::new(&store, url)).header.clone(),
        }
    }
}

/// All cookies that have not expired, those that a browser would forget at its end included, in a stable order.
fn to_values(store: &CookieStore) -> Vec<Value> {
    let mut values: Vec<Value> = store
        .iter_unexpired()
        .filter_map(|cookie| serde_json::to_value(cookie).ok())
        .collect();
    values.sort_by_cached_key(merge::key);
    values
}

fn from_values(values: &[Value]) -> Result<CookieStore, ()> {
    let cookies = values
        .iter()
        .map(|value| serde_json::from_value::<Cookie<'static>>(value.clone()).map_err(|_| ()));
    CookieStore::from_cookies(cookies, false)
}

#[cfg(test)]
mod tests;

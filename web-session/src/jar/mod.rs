//! The cookies of a person, kept in memory and, when wanted, in a file.

mod file;
mod merge;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use cookie_store::{Cookie, CookieStore, RawCookie};
use reqwest::header::HeaderValue;
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

pub use file::{JarError, JarLock};

/// The cookies of a session. Shared by all clones of a [`Session`](crate::Session).
///
/// With a file, the jar remembers what the file held when it was last read. [`save`](Self::save) merges: what another
/// process changed in the meantime stays, what this process changed is written.
pub struct CookieJar {
    state: Mutex<State>,
    path: Option<PathBuf>,
    /// Hosts that are served over plain http (a test server, a proxy). `Secure` cookies would never be sent there, so
    /// the attribute is dropped.
    plain_hosts: Vec<String>,
}

struct State {
    store: CookieStore,
    /// The cookies as they stood in the file when it was last read or written.
    base: Vec<Value>,
}

impl CookieJar {
    pub(crate) fn in_memory(plain_hosts: Vec<String>) -> Self {
        Self {
            state: Mutex::new(State {
                store: CookieStore::default(),
                base: Vec::new(),
            }),
            path: None,
            plain_hosts,
        }
    }

    /// Opens the jar that is kept in `path`. A file that isn't there yet is an empty jar.
    pub(crate) fn open(path: PathBuf, plain_hosts: Vec<String>) -> Result<Self, JarError> {
        let jar = Self {
            path: Some(path),
            ..Self::in_memory(plain_hosts)
        };
        jar.reload()?;
        Ok(jar)
    }

    /// The file of this jar.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Whether a cookie of this name would be sent to `url`.
    #[must_use]
    pub fn has(&self, url: &Url, name: &str) -> bool {
        self.state()
            .store
            .matches(url)
            .iter()
            .any(|c| c.name() == name)
    }

    /// The value of the cookie that would be sent to `url`. The most specific path wins, as it does on the wire.
    #[must_use]
    pub fn value(&self, url: &Url, name: &str) -> Option<SecretString> {
        let state = self.state();
        let mut found = state.store.matches(url);
        found.retain(|c| c.name() == name);
        found.sort_by_key(|c| std::cmp::Reverse(c.path.len()));
        found
            .first()
            .map(|c| SecretString::from(c.value().to_owned()))
    }

    /// The names of the cookies that would be sent to `url`, sorted.
    #[must_use]
    pub fn names(&self, url: &Url) -> Vec<String> {
        let state = self.state();
        let mut names: Vec<_> = state
            .store
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
                name: name.to_owned(),
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
        self.state()
            .store
            .parse(&header, url)
            .map(|_| ())
            .map_err(|_| InvalidCookie {
                name: name.to_owned(),
            })
    }

    /// The cookies as they are now, to go back to with [`restore`](Self::restore).
    #[must_use]
    pub fn snapshot(&self) -> JarSnapshot {
        JarSnapshot(self.state().store.clone())
    }

    /// Puts the cookies back as they were. The file is not touched.
    pub fn restore(&self, snapshot: JarSnapshot) {
        self.state().store = snapshot.0;
    }

    /// Writes the jar to its file: readable by the owner only from the first moment, to a temporary file in the same
    /// folder, then renamed. Changes that another process made to the file since it was last read are kept. Does
    /// nothing when the jar has no file.
    ///
    /// # Errors
    /// When the file can't be written, or when what is there now is not a session file (it is left untouched).
    pub async fn save(&self) -> Result<(), JarError> {
        if self.path.is_none() {
            return Ok(());
        }
        self.lock().await?.save()
    }

    /// Takes the file's lock, so that no other process that uses this crate changes it. Use it around a renewal: lock,
    /// [`JarLock::reload`], renew only if still needed, [`JarLock::save`].
    ///
    /// # Errors
    /// When the lock can't be had within 30 seconds.
    pub async fn lock(&self) -> Result<JarLock<'_>, JarError> {
        file::lock(self).await
    }

    /// Takes over what another process wrote to the file. What this process changed since stays. A file that has
    /// disappeared changes nothing; the next [`save`](Self::save) writes it again.
    ///
    /// # Errors
    /// When the file can't be read or is not a session file.
    pub fn reload(&self) -> Result<(), JarError> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let theirs = file::read(path)?;
        let mut state = self.state();
        // A file that is gone (a cleaned folder, an editor between deleting and writing) says nothing about cookies.
        let theirs = theirs.unwrap_or_else(|| state.base.clone());
        let ours = to_values(&state.store);
        let merged = merge::three_way(&state.base, &ours, &theirs);
        state.store =
            from_values(&merged).map_err(|()| JarError::damaged(path, "a cookie in it"))?;
        state.base = theirs;
        Ok(())
    }

    fn write_merged(&self) -> Result<(), JarError> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        // Reading first has two uses: it brings in what others wrote, and it refuses to overwrite a foreign file.
        self.reload()?;
        let mut state = self.state();
        let values = to_values(&state.store);
        if values != state.base || !path.exists() {
            file::write(path, &values)?;
            state.base = values;
        }
        Ok(())
    }

    fn remove_where(&self, url: &Url, which: impl Fn(&Cookie<'_>) -> bool) -> usize {
        let mut state = self.state();
        let doomed: Vec<_> = state
            .store
            .iter_any()
            .filter(|c| c.domain.matches(url) && which(c))
            .filter_map(|c| {
                let domain: String = c.domain.as_cow()?.into_owned();
                let path: &str = c.path.as_ref();
                Some((domain, path.to_owned(), c.name().to_owned()))
            })
            .collect();
        for (domain, path, name) in &doomed {
            state.store.remove(domain, path, name);
        }
        doomed.len()
    }

    fn is_plain(&self, url: &Url) -> bool {
        url.scheme() == "http"
            && url
                .host_str()
                .is_some_and(|host| self.plain_hosts.iter().any(|h| h == host))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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

/// A cookie that can't be sent. Its value is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the cookie `{name}` is not valid: its name, value or domain cannot be used for this host")]
pub struct InvalidCookie {
    /// Its name.
    pub name: String,
}

impl fmt::Debug for CookieJar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CookieJar")
            .field("path", &self.path)
            .field("cookies", &self.state().store.iter_unexpired().count())
            .finish_non_exhaustive()
    }
}

impl reqwest::cookie::CookieStore for CookieJar {
    fn set_cookies(&self, headers: &mut dyn Iterator<Item = &HeaderValue>, url: &Url) {
        let plain = self.is_plain(url);
        let mut state = self.state();
        for header in headers {
            let text = std::str::from_utf8(header.as_bytes()).unwrap_or_default();
            let Ok(mut cookie) = RawCookie::parse(text.to_owned()) else {
                continue;
            };
            if plain {
                cookie.set_secure(None);
            }
            // Not `store_response_cookies`: that one writes values to the log. A cookie that the store refuses (of
            // another domain, already expired) is left out, as in a browser.
            let _ = state.store.insert_raw(&cookie, url);
        }
    }

    fn cookies(&self, url: &Url) -> Option<HeaderValue> {
        let line = self
            .state()
            .store
            .get_request_values(url)
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ");
        if line.is_empty() {
            return None;
        }
        let mut header = HeaderValue::from_maybe_shared(Bytes::from(line)).ok()?;
        header.set_sensitive(true);
        Some(header)
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

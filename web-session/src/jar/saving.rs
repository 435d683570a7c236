//! Loading, merging and saving a jar, whatever keeps it.

use std::sync::PoisonError;

use super::store::{Guard, Kept, Saved};
use super::{CookieJar, JarError, document, from_values, merge, to_values};

/// The most attempts of one save when other programs keep changing the document.
const ROUNDS: usize = 8;

impl CookieJar {
    /// Writes the jar to where it is kept: for a file readable by the owner only from the first moment, to a temporary file
    /// in the same folder, then renamed. Changes that another process made since it was last read are kept. Does nothing
    /// when the jar is kept in memory only.
    ///
    /// # Errors
    /// When the store cannot be written, or holds a foreign document (which stays unchanged).
    pub async fn save(&self) -> Result<(), JarError> {
        if self.kept_in.is_none() {
            return Ok(());
        }
        self.lock().await?.save().await
    }

    /// Takes the lock of the file or store, so that no other process that uses this crate changes it. Use it around a
    /// renewal: lock, [`JarLock::reload`], renew only if still needed, [`JarLock::save`].
    ///
    /// # Errors
    /// When another process holds the lock for 30 seconds.
    pub async fn lock(&self) -> Result<JarLock<'_>, JarError> {
        let guard = match &self.kept_in {
            None => Guard::default(),
            Some(store) => store.lock().await?,
        };
        Ok(JarLock {
            jar: self,
            _guard: guard,
        })
    }

    /// Takes over what another process wrote. What this process changed since stays. A file that has disappeared changes
    /// nothing; the next [`save`](Self::save) writes it again.
    ///
    /// # Errors
    /// When the store cannot be read, or holds a foreign document.
    pub async fn reload(&self) -> Result<(), JarError> {
        let Some(store) = &self.kept_in else {
            return Ok(());
        };
        let kept = store.load().await?;
        self.take_over(kept)
    }

    /// Loads the session from a store that could not be read while the session was set up, once.
    pub(crate) async fn load_once(&self) -> Result<(), JarError> {
        self.loaded.get_or_try_init(|| self.reload()).await?;
        Ok(())
    }

    /// Reads what needs no waiting.
    pub(super) fn load_now(&self) -> Result<(), JarError> {
        if let Some(store) = self.kept_in.as_ref().and_then(|store| store.blocking()) {
            self.take_over(store.load_now()?)?;
            // Nothing else sets it before the jar is shared.
            let _ = self.loaded.set(());
        }
        Ok(())
    }

    fn take_over(&self, kept: Option<Kept>) -> Result<(), JarError> {
        let place = self.place();
        let (theirs, version) = match kept {
            None => (None, None),
            Some(kept) => {
                let cookies = document::read(&place, kept.document.expose())?;
                (Some(cookies), Some(kept.version))
            }
        };
        let mut base = self.base();
        let mut store = self.store_mut();
        // A file that is gone (a cleaned folder, an editor between deleting and writing) says nothing about cookies.
        let theirs = theirs.unwrap_or_else(|| base.cookies.clone());
        let ours = to_values(&store);
        let merged = merge::three_way(&base.cookies, &ours, &theirs);
        *store = from_values(&merged).map_err(|()| JarError::damaged(&place, "a cookie in it"))?;
        base.cookies = theirs;
        base.version = version;
        Ok(())
    }

    async fn write_merged(&self) -> Result<(), JarError> {
        let Some(store) = &self.kept_in else {
            return Ok(());
        };
        let place = self.place();
        for _ in 0..ROUNDS {
            // Reading first has two uses: it brings in what others wrote, and it refuses to overwrite what is no session.
            self.reload().await?;
            let values = to_values(&self.store());
            let version = {
                let base = self.base();
                if values == base.cookies && base.version.is_some() {
                    return Ok(());
                }
                base.version.clone()
            };
            let document = document::write(&place, &values)?;
            if let Saved::As(version) = store.save(&document, version.as_deref()).await? {
                let mut base = self.base();
                base.cookies = values;
                base.version = Some(version);
                return Ok(());
            }
        }
        Err(JarError::Store {
            path: place,
            source: "other programs keep changing it".into(),
        })
    }

    /// As [`write_merged`](Self::write_merged), where it needs no waiting.
    fn write_now(&self) -> Result<(), JarError> {
        let Some(store) = self.kept_in.as_ref().and_then(|store| store.blocking()) else {
            return Ok(());
        };
        self.take_over(store.load_now()?)?;
        let values = to_values(&self.store());
        let mut base = self.base();
        if values != base.cookies || base.version.is_none() {
            store.save_now(&document::write(&self.place(), &values)?)?;
            base.cookies = values;
        }
        Ok(())
    }

    fn base(&self) -> std::sync::MutexGuard<'_, super::Base> {
        self.base.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to change what is kept. Given back when dropped.
#[derive(Debug)]
#[must_use = "the lock is given back when this is dropped"]
pub struct JarLock<'a> {
    jar: &'a CookieJar,
    _guard: Guard,
}

impl JarLock<'_> {
    /// As [`CookieJar::reload`].
    ///
    /// # Errors
    /// As there.
    pub async fn reload(&self) -> Result<(), JarError> {
        self.jar.reload().await
    }

    /// As [`CookieJar::save`], under the lock that is held.
    ///
    /// # Errors
    /// As there.
    pub async fn save(&self) -> Result<(), JarError> {
        self.jar.write_merged().await
    }

    /// As [`save`](Self::save), for code that can't wait, such as `drop`. A store that is no file is not written by it; the
    /// next save writes it.
    ///
    /// # Errors
    /// As there.
    pub fn save_now(&self) -> Result<(), JarError> {
        self.jar.write_now()
    }
}

//! Storage of a session between runs: a file, or a document in any store.

use std::any::Any;
use std::fmt;
use std::path::PathBuf;

use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretSlice};

use super::error::JarError;

/// A place that keeps one session as one document. [`SessionBuilder::session_store`](crate::SessionBuilder::session_store)
/// takes it; [`FileStore`](crate::FileStore) and [`EncryptedStore`](crate::EncryptedStore) are the two that are here.
///
/// # Behavior
/// - The document is opaque and secret: it holds every cookie. A store keeps it from other users, and never logs it.
/// - What is no document of a session is an error that names the place; the session reads it and changes nothing.
#[async_trait]
pub trait SessionStore: fmt::Debug + Send + Sync {
    /// The place, for messages.
    fn place(&self) -> PathBuf;

    /// Loads the document; `None` when the store has none.
    async fn load(&self) -> Result<Option<Kept>, JarError>;

    /// Keeps another document in the place of the one that was loaded with `version` (`None`: nothing was there).
    ///
    /// # Behavior
    /// [`Saved::Changed`] when something else is there now; nothing is written then, and the session loads, merges and saves
    /// again. A store whose [`lock`](Self::lock) keeps others out may ignore the version.
    async fn save(&self, document: &Document, version: Option<&str>) -> Result<Saved, JarError>;

    /// Keeps other programs from changing the document until the guard is dropped. Without one (the default) two programs
    /// that renew the session at the same time may both do so; each keeps what the other has written.
    async fn lock(&self) -> Result<Guard, JarError> {
        Ok(Guard::default())
    }

    /// The same store for code that can't wait, where it needs no waiting.
    fn blocking(&self) -> Option<&dyn BlockingStore> {
        None
    }
}

#[async_trait]
impl SessionStore for Box<dyn SessionStore> {
    fn place(&self) -> PathBuf {
        (**self).place()
    }

    async fn load(&self) -> Result<Option<Kept>, JarError> {
        (**self).load().await
    }

    async fn save(&self, document: &Document, version: Option<&str>) -> Result<Saved, JarError> {
        (**self).save(document, version).await
    }

    async fn lock(&self) -> Result<Guard, JarError> {
        (**self).lock().await
    }

    fn blocking(&self) -> Option<&dyn BlockingStore> {
        (**self).blocking()
    }
}

/// The part of a [`SessionStore`] that needs no waiting.
pub trait BlockingStore {
    /// As [`SessionStore::load`].
    ///
    /// # Errors
    /// As there.
    fn load_now(&self) -> Result<Option<Kept>, JarError>;

    /// As [`SessionStore::save`].
    ///
    /// # Errors
    /// As there.
    fn save_now(&self, document: &Document) -> Result<(), JarError>;
}

/// A stored document with its version.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The session.
    pub document: Document,
    /// The version of the document, for [`SessionStore::save`].
    pub version: String,
}

/// Whether a document was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// It is kept, with this version.
    As(String),
    /// It is not: another program has changed the document since it was loaded.
    Changed,
}

/// A session as bytes. `Debug` shows their number only.
#[derive(Clone)]
pub struct Document(SecretSlice<u8>);

impl Document {
    /// These bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into().into())
    }

    /// The bytes. They are secret.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({} bytes)", self.expose().len())
    }
}

/// Keeps a document from others until it is dropped.
#[derive(Default)]
pub struct Guard(Option<Box<dyn Any + Send + Sync>>);

impl Guard {
    /// Holds something that unlocks when it is dropped.
    pub fn new(held: impl Any + Send + Sync) -> Self {
        Self(Some(Box::new(held)))
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Guard({})",
            if self.0.is_some() { "held" } else { "none" }
        )
    }
}

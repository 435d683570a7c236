//! A session as an encrypted document in any store of names and values, such as a ledger or a table of a database.

use std::error::Error as StdError;
use std::fmt;
use std::path::PathBuf;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};

use super::error::JarError;
use super::store::{Document, Kept, Saved, SessionStore};
use crate::secret::SecretString;

/// How a document begins: what it is, and in which version.
const MARK: &[u8] = b"web-session encrypted 1\n";

/// The error of a store of values.
pub type ValueError = Box<dyn StdError + Send + Sync>;

/// A small key-value store with compare-and-swap: all that a database needs for keeping a session.
#[async_trait]
pub trait ValueStore: fmt::Debug + Send + Sync {
    /// The value under a name with its version.
    ///
    /// # Errors
    /// When the store is not available.
    async fn get(&self, name: &str) -> Result<Option<(Vec<u8>, String)>, ValueError>;

    /// Replaces the value with `version` in one step; `version` is `None` for a new name. Returns the new version, or `None` when
    /// the stored version is another one.
    ///
    /// # Errors
    /// When the store is not available.
    async fn put(
        &self,
        name: &str,
        value: Vec<u8>,
        version: Option<&str>,
    ) -> Result<Option<String>, ValueError>;
}

/// Keeps a session in a [`ValueStore`], encrypted and authenticated with AES-256-GCM. A document that was changed or moved to
/// another name is refused.
pub struct EncryptedStore<S> {
    values: S,
    name: String,
    key: LessSafeKey,
}

/// The key is not valid. The message does not show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the key for the session must be 32 random bytes in base64; make one with `openssl rand -base64 32`"
)]
pub struct InvalidKey;

impl<S: ValueStore> EncryptedStore<S> {
    /// A session under `name`. `key` is 32 random bytes in base64; `openssl rand -base64 32` makes one.
    ///
    /// # Errors
    /// [`InvalidKey`] when the key is anything else.
    pub fn new(values: S, name: impl Into<String>, key: &SecretString) -> Result<Self, InvalidKey> {
        let bytes = BASE64.decode(key.expose_secret().trim());
        let bytes = bytes.map_err(|_| InvalidKey)?;
        let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| InvalidKey)?;
        Ok(Self {
            values,
            name: name.into(),
            key: LessSafeKey::new(key),
        })
    }

    fn seal(&self, document: &Document) -> Result<Vec<u8>, JarError> {
        let mut nonce = [0; NONCE_LEN];
        let failed = |_| self.error("no random numbers, or the session is too large".into());
        SystemRandom::new().fill(&mut nonce).map_err(failed)?;
        let mut sealed = document.expose().to_vec();
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(self.name.as_bytes()),
                &mut sealed,
            )
            .map_err(failed)?;
        Ok([MARK, &nonce, &sealed].concat())
    }

    fn open(&self, bytes: &[u8]) -> Result<Document, JarError> {
        let path = self.place();
        let Some(rest) = bytes.strip_prefix(MARK) else {
            return Err(JarError::Foreign {
                path,
                what: "it is no encrypted session".to_owned(),
            });
        };
        let opened = rest
            .split_at_checked(NONCE_LEN)
            .and_then(|(nonce, sealed)| {
                let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
                let mut sealed = sealed.to_vec();
                let aad = Aad::from(self.name.as_bytes());
                let plain = self.key.open_in_place(nonce, aad, &mut sealed).ok()?;
                Some(Document::new(&*plain))
            });
        opened.ok_or_else(|| JarError::Damaged {
            path,
            what: "it does not open with this key".to_owned(),
        })
    }

    fn error(&self, source: ValueError) -> JarError {
        JarError::Store {
            path: self.place(),
            source,
        }
    }
}

#[async_trait]
impl<S: ValueStore> SessionStore for EncryptedStore<S> {
    fn place(&self) -> PathBuf {
        PathBuf::from(&self.name)
    }

    async fn load(&self) -> Result<Option<Kept>, JarError> {
        let found = self.values.get(&self.name).await;
        match found.map_err(|source| self.error(source))? {
            None => Ok(None),
            Some((bytes, version)) => Ok(Some(Kept {
                document: self.open(&bytes)?,
                version,
            })),
        }
    }

    async fn save(&self, document: &Document, version: Option<&str>) -> Result<Saved, JarError> {
        let sealed = self.seal(document)?;
        let put = self.values.put(&self.name, sealed, version).await;
        Ok(match put.map_err(|source| self.error(source))? {
            Some(version) => Saved::As(version),
            None => Saved::Changed,
        })
    }
}

impl<S: fmt::Debug> fmt::Debug for EncryptedStore<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptedStore")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

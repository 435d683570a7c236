//! The place of a service's session between runs.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::{ExposeSecret, SecretString};
use sync_core::ledger::{Content, Expected, Key, SharedLedger, Swap};
use tokio::sync::OnceCell;
use web_session::{EncryptedStore, FileStore, SessionStore, ValueError, ValueStore};

use super::{LedgerUrl, is_there};
use crate::exit::Failure;
use crate::ledger;

/// What stands in the place of a path for a session in the ledger.
const IN_LEDGER: &str = "ledger:";
/// The route of the documents. No route of workouts has this name: theirs have an arrow.
const ROUTE: &str = "sessions";

/// A file, or an encrypted document in the ledger.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum SessionPlace {
    /// A file that only its owner reads.
    File(PathBuf),
    /// A document of the ledger.
    Ledger(LedgerSession),
}

impl SessionPlace {
    /// The way to keep the session there.
    ///
    /// # Errors
    /// When the key for the encryption is missing or not valid.
    pub fn store(&self) -> Result<Box<dyn SessionStore>, Failure> {
        match self {
            Self::File(path) => Ok(Box::new(FileStore::new(path))),
            Self::Ledger(session) => {
                let values = session.values.clone();
                let key = session.key.expose_secret().into();
                let store = EncryptedStore::new(values, &session.name, &key);
                let store =
                    store.map_err(|error| Failure::usage(format!("SESSION_KEY: {error}")))?;
                Ok(Box::new(store))
            }
        }
    }

    /// Whether there may be a session. Whether the ledger has one is known when it is read.
    pub(crate) fn may_exist(&self) -> bool {
        match self {
            Self::File(path) => is_there(path),
            Self::Ledger(_) => true,
        }
    }

    /// Uses the ledger that is open already, instead of opening it a second time.
    pub(crate) fn share(&self, ledger: &SharedLedger) {
        if let Self::Ledger(session) = self {
            let _ = session.values.ledger.set(ledger.clone());
        }
    }
}

impl From<PathBuf> for SessionPlace {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl fmt::Display for SessionPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Ledger(session) => write!(f, "the ledger ({})", session.values.url),
        }
    }
}

/// A session in the ledger.
#[derive(Clone)]
pub struct LedgerSession {
    values: LedgerValues,
    name: String,
    key: SecretString,
}

impl fmt::Debug for LedgerSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedgerSession")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Makes the places of all services, which share one connection to the ledger.
pub(super) struct Sessions {
    values: LedgerValues,
    key: Option<SecretString>,
    account: Option<String>,
}

impl Sessions {
    pub(super) fn new(url: &LedgerUrl, key: Option<SecretString>, account: Option<String>) -> Self {
        Self {
            values: LedgerValues {
                url: url.clone(),
                ledger: Arc::default(),
            },
            key,
            account,
        }
    }

    /// The place that a setting names; `from` is the setting.
    pub(super) fn place(
        &self,
        from: &str,
        path: &Path,
        service: &str,
    ) -> Result<SessionPlace, Failure> {
        if path.as_os_str() != IN_LEDGER {
            return Ok(SessionPlace::File(path.to_owned()));
        }
        if let LedgerUrl::Memory = self.values.url {
            return Err(Failure::usage(format!(
                "{from}: a session in the ledger `memory:` would be lost at the end; name another ledger, or a file for the session"
            )));
        }
        let Some(key) = self.key.clone() else {
            return Err(Failure::usage(format!(
                "{from} keeps the session in the ledger, encrypted with SESSION_KEY, which is not set; `openssl rand -base64 32` makes one"
            )));
        };
        let account = self.account.as_deref();
        let session = LedgerSession {
            values: self.values.clone(),
            name: account.map_or_else(
                || format!("{IN_LEDGER}{service}"),
                |account| format!("{IN_LEDGER}{service}/{account}"),
            ),
            key,
        };
        let place = SessionPlace::Ledger(session);
        // A key that is no key is found before anything is done.
        place.store()?;
        Ok(place)
    }
}

/// Values as documents of the ledger, which is opened when the first one is needed.
#[derive(Debug, Clone)]
struct LedgerValues {
    url: LedgerUrl,
    ledger: Arc<OnceCell<SharedLedger>>,
}

impl LedgerValues {
    async fn ledger(&self) -> Result<&SharedLedger, ValueError> {
        let open = async || ledger::open(&self.url).await;
        let opened = self.ledger.get_or_try_init(open).await;
        opened.map_err(|failure| failure.message.into())
    }
}

#[async_trait]
impl ValueStore for LedgerValues {
    async fn get(&self, name: &str) -> Result<Option<(Vec<u8>, String)>, ValueError> {
        let ledger = self.ledger().await?;
        let Some(found) = ledger.get(&Key::new(ROUTE, name)).await? else {
            return Ok(None);
        };
        // What another program wrote there is refused by its reader.
        let value = BASE64.decode(&found.body);
        let value = value.unwrap_or_else(|_| found.body.into_bytes());
        Ok(Some((value, found.version.to_string())))
    }

    async fn put(
        &self,
        name: &str,
        value: Vec<u8>,
        version: Option<&str>,
    ) -> Result<Option<String>, ValueError> {
        let expected = match version {
            None => Expected::Absent,
            Some(version) => Expected::Version(version.parse()?),
        };
        let key = Key::new(ROUTE, name);
        let text = BASE64.encode(value);
        let ledger = self.ledger().await?;
        let swap = ledger.compare_and_swap(&key, expected, Content::new(&text));
        Ok(match swap.await? {
            Swap::Done(version) => Some(version.to_string()),
            Swap::Conflict => None,
        })
    }
}

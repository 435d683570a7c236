//! Settings are kept encrypted, as sessions are: AES-256-GCM, with the account's name as a part of what is authenticated.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};
use web_session::{Document, EncryptedStore, SessionStore, ValueError, ValueStore};
use workout_sync::exit::{Failure, with_causes};

/// One value, which is sealed into or opened from.
#[derive(Debug, Default)]
struct Value(Mutex<Option<Vec<u8>>>);

#[async_trait]
impl ValueStore for &Value {
    async fn get(&self, _: &str) -> Result<Option<(Vec<u8>, String)>, ValueError> {
        let value = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(value.clone().map(|value| (value, String::new())))
    }

    async fn put(
        &self,
        _: &str,
        value: Vec<u8>,
        _: Option<&str>,
    ) -> Result<Option<String>, ValueError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(value);
        Ok(Some(String::new()))
    }
}

fn name(account: &str) -> String {
    format!("settings of {account}")
}

/// Encrypts the settings of an account.
pub(super) async fn seal(
    key: &SecretString,
    account: &str,
    plain: &[u8],
) -> Result<Vec<u8>, Failure> {
    let value = Value::default();
    let store = EncryptedStore::new(&value, name(account), &key.expose_secret().into());
    let store = store.map_err(|error| Failure::usage(format!("SESSION_KEY: {error}")))?;
    let saved = store.save(&Document::new(plain), None).await;
    saved.map_err(|error| Failure::failed(with_causes(&error)))?;
    let sealed = value
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    sealed.ok_or_else(|| Failure::failed("the settings were not encrypted"))
}

/// Decrypts them.
pub(super) async fn open(
    key: &SecretString,
    account: &str,
    sealed: &[u8],
) -> Result<Document, Failure> {
    let value = Value(Mutex::new(Some(sealed.to_vec())));
    let store = EncryptedStore::new(&value, name(account), &key.expose_secret().into());
    let store = store.map_err(|error| Failure::usage(format!("SESSION_KEY: {error}")))?;
    match store.load().await {
        Ok(Some(kept)) => Ok(kept.document),
        Ok(None) => Err(Failure::failed("there are no settings")),
        Err(error) => Err(Failure::failed(with_causes(&error))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "a2V5LWNhbmFyeS1rZXktY2FuYXJ5LWtleS1jYW5hcnk=";

    #[tokio::test]
    async fn sealed_settings_open_only_for_their_account_and_key() {
        let key = SecretString::from(KEY);
        let sealed = seal(&key, "ana", b"canary").await.unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"canary"));
        let opened = open(&key, "ana", &sealed).await.unwrap();
        assert_eq!(opened.expose(), b"canary");
        assert!(open(&key, "bob", &sealed).await.is_err());
        let other = SecretString::from("b3RoZXItY2FuYXJ5LWtleS1jYW5hcnkta2V5LW90aGU=");
        assert!(open(&other, "ana", &sealed).await.is_err());
    }
}

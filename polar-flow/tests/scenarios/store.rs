//! A session that is kept encrypted in a store of values.

use std::sync::{Arc, Mutex};

use web_session::{EncryptedStore, ValueError, ValueStore};

use crate::common::*;

type Versioned = (Vec<u8>, u64);

/// Values in memory, whose versions count.
#[derive(Debug, Clone, Default)]
struct Values(Arc<Mutex<Option<Versioned>>>);

#[async_trait::async_trait]
impl ValueStore for Values {
    async fn get(&self, _name: &str) -> Result<Option<(Vec<u8>, String)>, ValueError> {
        let value = self.0.lock().unwrap().clone();
        Ok(value.map(|(bytes, version)| (bytes, version.to_string())))
    }

    async fn put(
        &self,
        _name: &str,
        value: Vec<u8>,
        version: Option<&str>,
    ) -> Result<Option<String>, ValueError> {
        let mut there = self.0.lock().unwrap();
        let known = there.as_ref().map(|(_, version)| version.to_string());
        if known.as_deref() != version {
            return Ok(None);
        }
        let next = there.as_ref().map_or(1, |(_, version)| version + 1);
        *there = Some((value, next));
        Ok(Some(next.to_string()))
    }
}

#[tokio::test]
async fn an_encrypted_session_in_a_store_serves_the_next_program() {
    let fake = fake().await;
    let values = Values::default();
    let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_owned();
    let store = || EncryptedStore::new(values.clone(), "polar", &key.clone().into()).unwrap();
    let first = plain(&fake).session(store());
    let first = first.password(EMAIL, PASSWORD).build().unwrap();
    first.sign_in().await.unwrap();
    assert_eq!(list(&first).await.unwrap().len(), 1);
    // The next one has no password: it lives on the session, and on its renewal once that has expired.
    let second = plain(&fake).session(store()).build().unwrap();
    assert_eq!(list(&second).await.unwrap().len(), 1);
    assert_eq!(fake.sessions_minted(), 1);
    fake.expire_sessions();
    let third = plain(&fake).session(store()).build().unwrap();
    assert_eq!(list(&third).await.unwrap().len(), 1);
    assert_eq!(fake.sessions_minted(), 2);
    // The first one takes over what was renewed.
    assert_eq!(list(&first).await.unwrap().len(), 1);
    assert_eq!(fake.sessions_minted(), 2);
    let stored = values.0.lock().unwrap().clone().unwrap().0;
    assert!(!String::from_utf8_lossy(&stored).contains("FLOW_SESSION"));
}

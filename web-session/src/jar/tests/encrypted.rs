//! Sessions in a store of values.

use super::*;

type Versioned = (Vec<u8>, u64);

/// Values in memory, whose versions count.
#[derive(Debug, Clone, Default)]
struct Values(Arc<Mutex<std::collections::HashMap<String, Versioned>>>);

#[async_trait::async_trait]
impl ValueStore for Values {
    async fn get(&self, name: &str) -> Result<Option<(Vec<u8>, String)>, ValueError> {
        let values = self.0.lock().unwrap();
        let found = values.get(name);
        Ok(found.map(|(value, version)| (value.clone(), version.to_string())))
    }

    async fn put(
        &self,
        name: &str,
        value: Vec<u8>,
        version: Option<&str>,
    ) -> Result<Option<String>, ValueError> {
        let mut values = self.0.lock().unwrap();
        let there = values.get(name).map(|(_, version)| version.to_string());
        if there.as_deref() != version {
            return Ok(None);
        }
        let next = there.map_or(1, |version| version.parse::<u64>().unwrap() + 1);
        values.insert(name.to_owned(), (value, next));
        Ok(Some(next.to_string()))
    }
}

fn key(byte: u8) -> SecretString {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .encode([byte; 32])
        .into()
}

fn encrypted(values: &Values, name: &str, byte: u8) -> CookieJar {
    let mut jar = CookieJar::in_memory(vec![], vec![]);
    let store = EncryptedStore::new(values.clone(), name, &key(byte)).unwrap();
    jar.keep_in(Arc::new(store)).unwrap();
    jar
}

#[tokio::test]
async fn a_session_is_kept_encrypted_in_any_store_of_values() {
    let values = Values::default();
    let jar = encrypted(&values, "session/a", 1);
    jar.load_once().await.unwrap();
    jar.set(&site(), "session", CANARY).unwrap();
    jar.save().await.unwrap();
    let stored = values.0.lock().unwrap()["session/a"].clone();
    let holds = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
    assert!(!holds(&stored.0, CANARY) && !holds(&stored.0, "session\""));
    jar.save().await.unwrap();
    assert_eq!(
        values.0.lock().unwrap()["session/a"].1,
        1,
        "nothing new, nothing written"
    );
    let again = encrypted(&values, "session/a", 1);
    assert!(
        !again.has(&site(), "session"),
        "it is read before the first request"
    );
    again.load_once().await.unwrap();
    let value = again.value(&site(), "session").unwrap();
    assert_eq!(value.expose_secret(), CANARY);
    assert!(!format!("{again:?} {jar:?}").contains(CANARY));
}

#[tokio::test]
async fn a_document_that_is_not_ours_is_refused_and_left_alone() {
    let values = Values::default();
    let jar = encrypted(&values, "a", 1);
    jar.set(&site(), "session", CANARY).unwrap();
    jar.save().await.unwrap();
    let sealed = values.0.lock().unwrap()["a"].0.clone();
    let mut changed = sealed.clone();
    *changed.last_mut().unwrap() ^= 1;
    let put = |name: &str, bytes: &[u8]| {
        values
            .0
            .lock()
            .unwrap()
            .insert(name.into(), (bytes.to_vec(), 7));
    };
    put("moved", &sealed);
    put("changed", &changed);
    put("cut", &sealed[..sealed.len() - 20]);
    put("short", &sealed[..30]);
    put("foreign", b"{\"what\": 1}");
    put("empty", b"");
    for (name, byte) in [
        ("a", 2),
        ("moved", 1),
        ("changed", 1),
        ("cut", 1),
        ("short", 1),
        ("foreign", 1),
        ("empty", 1),
    ] {
        let before = values.0.lock().unwrap()[name].clone();
        let jar = encrypted(&values, name, byte);
        jar.set(&site(), "other", "1").unwrap();
        for error in [
            jar.load_once().await.unwrap_err(),
            jar.save().await.unwrap_err(),
        ] {
            let is_refused = matches!(error, JarError::Damaged { .. } | JarError::Foreign { .. });
            assert!(is_refused, "{name}: {error:?}");
            assert!(error.to_string().contains(name), "{error}");
        }
        assert_eq!(values.0.lock().unwrap()[name], before);
    }
}

#[tokio::test]
async fn two_programs_with_one_store_keep_what_the_other_has_written() {
    let values = Values::default();
    let (first, second) = (encrypted(&values, "a", 1), encrypted(&values, "a", 1));
    for round in 0..5 {
        first.set(&site(), &format!("first-{round}"), "1").unwrap();
        second
            .set(&site(), &format!("second-{round}"), "1")
            .unwrap();
        let (one, two) = tokio::join!(first.save(), second.save());
        one.unwrap();
        two.unwrap();
    }
    let third = encrypted(&values, "a", 1);
    third.load_once().await.unwrap();
    assert_eq!(third.names(&site()).len(), 10);
}

/// Another program writes between load and save of this one, a given number of times.
#[derive(Debug)]
struct Contended(Values, Mutex<usize>);

#[async_trait::async_trait]
impl SessionStore for Contended {
    fn place(&self) -> PathBuf {
        "contended".into()
    }

    async fn load(&self) -> Result<Option<Kept>, JarError> {
        let found = self.0.get("a").await.unwrap();
        Ok(found.map(|(bytes, version)| Kept {
            document: store::Document::new(bytes),
            version,
        }))
    }

    async fn save(
        &self,
        document: &store::Document,
        version: Option<&str>,
    ) -> Result<Saved, JarError> {
        {
            let mut left = self.1.lock().unwrap();
            if *left > 0 {
                *left -= 1;
                return Ok(Saved::Changed);
            }
        }
        let put = self.0.put("a", document.expose().to_vec(), version).await;
        Ok(put.unwrap().map_or(Saved::Changed, Saved::As))
    }
}

#[tokio::test]
async fn a_save_that_was_overtaken_is_done_again_and_gives_up_in_the_end() {
    for (times, works) in [(3, true), (1000, false)] {
        let mut jar = CookieJar::in_memory(vec![], vec![]);
        let store = Contended(Values::default(), Mutex::new(times));
        jar.keep_in(Arc::new(store)).unwrap();
        jar.set(&site(), "a", "1").unwrap();
        assert_eq!(jar.save().await.is_ok(), works, "{times}");
    }
}

#[test]
fn a_key_is_32_bytes_in_base64() {
    for bad in [
        "",
        "short",
        "c2hvcnQ=",
        "no base64, but as long as a key would be, really!!",
    ] {
        let made = EncryptedStore::new(Values::default(), "a", &bad.to_owned().into());
        assert_eq!(made.err(), Some(InvalidKey), "{bad}");
    }
}

use std::fs;
use std::path::Path;

use super::store::{Kept, Saved};
use super::*;

const CANARY: &str = "canary-3f7a";

fn site() -> Url {
    Url::parse("https://site.example/").unwrap()
}

fn open(path: PathBuf) -> Result<CookieJar, JarError> {
    let mut jar = CookieJar::in_memory(vec![], vec![]);
    jar.keep_in(Arc::new(FileStore::new(path)))?;
    Ok(jar)
}

/// Writes a file as the jar does: for its owner only.
fn write_private(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    #[cfg(unix)]
    set_mode(path, 0o600);
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn receive(jar: &CookieJar, url: &Url, header: &str) {
    let value = HeaderValue::from_str(header).unwrap();
    jar.receive([&value], url);
}

fn sent(jar: &CookieJar, url: &Url) -> String {
    jar.header(url)
        .map(|v| v.to_str().unwrap().to_owned())
        .unwrap_or_default()
}

#[tokio::test]
async fn cookies_survive_a_save_with_their_names_and_without_an_expiry() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("deep/er/session.json");
    let jar = open(path.clone()).unwrap();
    receive(&jar, &site(), "%csrf=a%2Bb==; Path=/; HttpOnly; Secure");
    receive(&jar, &site(), "kept=1; Max-Age=3600");
    receive(&jar, &site(), "quoted=\"a b\"");
    jar.save().await.unwrap();

    let again = open(path).unwrap();
    let mut line: Vec<_> = sent(&again, &site())
        .split("; ")
        .map(str::to_owned)
        .collect();
    line.sort();
    assert_eq!(line, ["%csrf=a%2Bb==", "kept=1", "quoted=\"a b\""]);
    assert_eq!(again.names(&site()), ["%csrf", "kept", "quoted"]);
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("session.json");
    let jar = open(path.clone()).unwrap();
    jar.set(&site(), "a", "1").unwrap();
    jar.save().await.unwrap();
    let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    let others: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(others.len(), 2, "only the file and its lock: {others:?}");
}

#[tokio::test]
async fn torn_and_foreign_files_are_errors_that_name_them_and_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let good = dir.path().join("good.json");
    let jar = open(good.clone()).unwrap();
    jar.set(&site(), "a", CANARY).unwrap();
    jar.save().await.unwrap();
    let whole = fs::read(&good).unwrap();

    let path = dir.path().join("session.json");
    let cases: Vec<Vec<u8>> = vec![
        vec![],
        b"  \n".to_vec(),
        whole[..whole.len() / 2].to_vec(),
        whole[..whole.len() - 3].to_vec(),
        format!("{{\"{CANARY}\": 1}}").into_bytes(),
        format!("not a jar {CANARY}").into_bytes(),
        b"SQLite format 3\0".to_vec(),
        format!("[\"{CANARY}\"]").into_bytes(),
        String::from_utf8(whole.clone())
            .unwrap()
            .replace("\"version\": 1", "\"version\": 9")
            .into_bytes(),
        String::from_utf8(whole)
            .unwrap()
            .replace("raw_cookie", CANARY)
            .into_bytes(),
    ];
    for case in cases {
        write_private(&path, &case);
        let error = open(path.clone()).unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(text.contains("session.json"), "{text}");
        assert!(!text.contains(CANARY), "{text}");
        assert_eq!(fs::read(&path).unwrap(), case);
    }
}

#[tokio::test]
async fn a_save_does_not_overwrite_what_turned_foreign_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("session.json");
    let jar = open(path.clone()).unwrap();
    jar.set(&site(), "a", "1").unwrap();
    write_private(&path, b"the user's notes");
    assert!(matches!(jar.save().await, Err(JarError::Foreign { .. })));
    assert_eq!(fs::read_to_string(&path).unwrap(), "the user's notes");
}

#[tokio::test]
async fn two_processes_do_not_undo_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("session.json");
    let first = open(path.clone()).unwrap();
    first.set(&site(), "session_id", "old").unwrap();
    first.set(&site(), "other", "1").unwrap();
    first.save().await.unwrap();

    let second = open(path.clone()).unwrap();
    second.set(&site(), "session_id", "renewed").unwrap();
    second.save().await.unwrap();

    // The first process still holds the old one and saves for another reason.
    first.set(&site(), "other", "2").unwrap();
    first.save().await.unwrap();
    for jar in [first, open(path).unwrap()] {
        assert_eq!(
            jar.value(&site(), "session_id").unwrap().expose_secret(),
            "renewed"
        );
        assert_eq!(jar.value(&site(), "other").unwrap().expose_secret(), "2");
    }
}

#[tokio::test]
async fn a_file_that_disappears_takes_no_cookie_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("session.json");
    let jar = open(path.clone()).unwrap();
    jar.set(&site(), "session_id", "alive").unwrap();
    jar.set(&site(), "other", "1").unwrap();
    jar.save().await.unwrap();
    for change in ["2", "3"] {
        fs::remove_file(&path).unwrap();
        jar.reload().await.unwrap();
        jar.set(&site(), "other", change).unwrap();
        jar.save().await.unwrap();
        for jar in [&jar, &open(path.clone()).unwrap()] {
            assert_eq!(
                jar.value(&site(), "session_id").unwrap().expose_secret(),
                "alive"
            );
            assert_eq!(jar.value(&site(), "other").unwrap().expose_secret(), change);
        }
    }
    // What this process itself removed stays removed.
    jar.remove(&site(), "session_id");
    fs::remove_file(&path).unwrap();
    jar.save().await.unwrap();
    assert!(!jar.has(&site(), "session_id"));
}

#[tokio::test]
async fn the_lock_makes_others_wait() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("session.json");
    let first = open(path.clone()).unwrap();
    let second = open(path).unwrap();
    let held = first.lock().await.unwrap();
    let waiting = tokio::time::timeout(std::time::Duration::from_millis(100), second.lock()).await;
    assert!(waiting.is_err());
    drop(held);
    let _held = second.lock().await.unwrap();
}

#[test]
fn removing_takes_every_scope_and_reading_takes_the_narrowest() {
    let jar = CookieJar::in_memory(vec![], vec![]);
    let www = Url::parse("https://www.site.example/").unwrap();
    let deep = Url::parse("https://www.site.example/api/x").unwrap();
    receive(&jar, &www, "t=wide; Domain=site.example; Path=/");
    receive(&jar, &www, "t=host; Path=/");
    receive(&jar, &deep, "t=deep; Path=/api");
    assert_eq!(jar.value(&deep, "t").unwrap().expose_secret(), "deep");
    assert_eq!(jar.remove(&www, "t"), 3);
    assert!(!jar.has(&deep, "t"));
    assert_eq!(jar.remove(&www, "t"), 0);
}

#[test]
fn secure_cookies_reach_a_plain_host_only_when_it_was_configured() {
    let proxy = Url::parse("http://proxy.local:8080/").unwrap();
    let configured = CookieJar::in_memory(vec!["proxy.local".into()], vec![]);
    receive(&configured, &proxy, "a=1; Secure");
    assert_eq!(sent(&configured, &proxy), "a=1");
    let strict = CookieJar::in_memory(vec![], vec![]);
    receive(&strict, &proxy, "a=1; Secure");
    assert_eq!(sent(&strict, &proxy), "");
}

#[test]
fn nothing_shows_a_value() {
    let jar = CookieJar::in_memory(vec![], vec![]);
    jar.set(&site(), "a", CANARY).unwrap();
    let value = jar.value(&site(), "a").unwrap();
    let header = jar.header(&site()).unwrap();
    let bad = jar.set(&site(), "b", &format!("{CANARY};x")).unwrap_err();
    let shown = format!("{jar:?} {value:?} {header:?} {bad:?} {bad}");
    assert!(!shown.contains(CANARY), "{shown}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_may_touch_is_refused_with_the_way_out() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("session.json");
    let jar = open(path.clone()).unwrap();
    jar.set(&site(), "a", CANARY).unwrap();
    jar.save().await.unwrap();
    let whole = fs::read(&path).unwrap();
    for mode in [
        0o666, 0o644, 0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o777,
    ] {
        set_mode(&path, mode);
        for error in [
            open(path.clone()).unwrap_err(),
            jar.reload().await.unwrap_err(),
            {
                jar.set(&site(), "a", "2").unwrap();
                jar.save().await.unwrap_err()
            },
        ] {
            assert!(matches!(error, JarError::Unsafe { .. }), "{error:?}");
            let text = error.to_string();
            assert!(text.contains(&format!("{mode:04o}")), "{text}");
            assert!(text.contains("`chmod 600 "), "{text}");
            assert!(
                text.contains("session.json") && !text.contains(CANARY),
                "{text}"
            );
        }
        assert_eq!(fs::read(&path).unwrap(), whole, "nothing was replaced");
    }
    for mode in [0o600, 0o400, 0o700] {
        set_mode(&path, mode);
        open(path.clone()).unwrap();
    }
    jar.save().await.unwrap();
}

#[cfg(unix)]
#[test]
fn a_file_of_another_user_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("session.json");
    write_private(&path, b"{}");
    // Only the superuser can give a file away; elsewhere a file of the superuser serves.
    let path = match std::os::unix::fs::chown(&path, Some(12_345), None) {
        Ok(()) => path,
        Err(_) => PathBuf::from("/etc/passwd"),
    };
    let error = open(path).unwrap_err();
    assert!(matches!(error, JarError::Unsafe { .. }), "{error:?}");
    assert!(error.to_string().contains("another user"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_no_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::create_dir(at("folder")).unwrap();
    std::os::unix::fs::symlink(at("nowhere"), at("dangling")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", at("zeros")).unwrap();
    std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
    let mut paths: Vec<PathBuf> = ["folder", "dangling", "zeros", "socket"]
        .iter()
        .map(|name| at(name))
        .collect();
    paths.push("/dev/zero".into());
    for path in paths {
        let error = open(path.clone()).unwrap_err();
        assert!(matches!(error, JarError::Unsafe { .. }), "{error:?}");
        assert!(
            error.to_string().contains(&*path.to_string_lossy()),
            "{error}"
        );
    }
    // A link that appears after the start is not written through, either.
    let path = at("session.json");
    let jar = open(path.clone()).unwrap();
    jar.set(&site(), "a", "1").unwrap();
    std::os::unix::fs::symlink(at("nowhere"), &path).unwrap();
    assert!(matches!(jar.save().await, Err(JarError::Unsafe { .. })));
    assert!(!at("nowhere").exists());
    // A link to a good file is as good as the file.
    fs::remove_file(&path).unwrap();
    jar.save().await.unwrap();
    std::os::unix::fs::symlink(&path, at("link")).unwrap();
    let linked = open(at("link")).unwrap();
    assert!(linked.has(&site(), "a"));
    linked.set(&site(), "a", "2").unwrap();
    linked.save().await.unwrap();
    assert!(fs::symlink_metadata(at("link")).unwrap().is_symlink());
    assert_eq!(
        open(path)
            .unwrap()
            .value(&site(), "a")
            .unwrap()
            .expose_secret(),
        "2"
    );
}

#[test]
fn a_huge_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("session.json");
    let size = usize::try_from(limits::SESSION_FILE_BYTES).unwrap() + 1;
    write_private(&path, &vec![b' '; size]);
    assert!(matches!(open(path), Err(JarError::Foreign { .. })));
}

fn set_many(jar: &CookieJar, url: &Url, lines: &[String]) {
    let values: Vec<HeaderValue> = lines.iter().map(|line| line.parse().unwrap()).collect();
    jar.receive(&values, url);
}

#[test]
fn a_service_that_sets_ever_more_cookies_fills_no_jar_and_ends_no_session() {
    for (size, domain) in [(1, ""), (1500, ""), (40, "; Domain=site.example")] {
        let jar = CookieJar::in_memory(vec![], vec!["session".into(), "token".into()]);
        set_many(&jar, &site(), &["session=alive; Path=/".to_owned()]);
        for answer in 0..200 {
            let mut lines: Vec<String> = (0..60)
                .map(|n| format!("junk-{answer}-{n}={}{domain}", "x".repeat(size)))
                .collect();
            // The cookie that counts comes behind the others.
            if answer == 100 {
                lines.push("token=new".to_owned());
            }
            set_many(&jar, &site(), &lines);
            let header = sent(&jar, &site());
            assert!(
                header.len() <= limits::COOKIE_BYTES_PER_HOST,
                "{}",
                header.len()
            );
            assert!(jar.names(&site()).len() <= limits::COOKIES_PER_HOST);
        }
        assert!(jar.has(&site(), "session") && jar.has(&site(), "token"));
        assert!(jar.store().iter_any().count() <= limits::COOKIES_PER_HOST);
        for n in 0..1000 {
            set_many(&jar, &site(), &[format!("deep-{n}=1; Path=/{n}")]);
        }
        assert!(jar.store().iter_any().count() <= limits::COOKIES_PER_JAR);
        assert!(jar.has(&site(), "session") && jar.has(&site(), "token"));
        // The newest cookies stay, as far as there is room.
        assert!(
            jar.names(&site())
                .iter()
                .any(|name| name.starts_with("junk-199-"))
        );
    }
}

#[test]
fn the_number_of_cookies_per_answer_is_limited() {
    let jar = CookieJar::in_memory(vec![], vec!["session".into()]);
    let mut lines: Vec<String> = (0..60).map(|n| format!("junk-{n}=1")).collect();
    lines.push("session=alive".to_owned());
    set_many(&jar, &site(), &lines);
    assert_eq!(jar.names(&site()).len(), limits::COOKIES_PER_ANSWER + 1);
    assert!(jar.has(&site(), "session"));
}

#[test]
fn a_cookie_too_large_for_browsers_is_left_out() {
    let jar = CookieJar::in_memory(vec![], vec![]);
    let largest = limits::COOKIE_BYTES - 1;
    set_many(&jar, &site(), &[format!("a={}", "x".repeat(largest))]);
    set_many(&jar, &site(), &[format!("b={}", "x".repeat(largest + 1))]);
    assert_eq!(jar.names(&site()), ["a"]);
}

#[test]
fn a_cookie_lives_as_long_as_the_service_says_by_its_own_clock() {
    use std::time::Duration;
    let hour = Duration::from_secs(3600);
    let there = SystemTime::now() - hour * 2;
    let header = |time| httpdate::fmt_http_date(time);
    let clock = Arc::new(Clock::default());
    let mut jar = CookieJar::in_memory(vec![], vec![]);
    jar.tell_time_by(Arc::clone(&clock));
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("date", header(there).parse().unwrap());
    clock.learn(&headers, "h");
    let lines = [
        format!("alive=1; Expires={}", header(there + hour)),
        format!("dead=1; Expires={}", header(there - hour)),
        format!("aged=1; Max-Age=60; Expires={}", header(there - hour)),
    ];
    set_many(&jar, &site(), &lines);
    assert_eq!(jar.names(&site()), ["aged", "alive"]);
}

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

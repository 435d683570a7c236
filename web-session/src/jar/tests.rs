use std::fs;

use reqwest::cookie::CookieStore as _;
use secrecy::ExposeSecret;

use super::*;

const CANARY: &str = "canary-3f7a";

fn site() -> Url {
    Url::parse("https://site.example/").unwrap()
}

fn receive(jar: &CookieJar, url: &Url, header: &str) {
    let value = HeaderValue::from_str(header).unwrap();
    jar.set_cookies(&mut std::iter::once(&value), url);
}

fn sent(jar: &CookieJar, url: &Url) -> String {
    jar.cookies(url)
        .map(|v| v.to_str().unwrap().to_owned())
        .unwrap_or_default()
}

#[tokio::test]
async fn cookies_survive_a_save_with_their_names_and_without_an_expiry() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("deep/er/session.json");
    let jar = CookieJar::open(path.clone(), vec![]).unwrap();
    receive(&jar, &site(), "%csrf=a%2Bb==; Path=/; HttpOnly; Secure");
    receive(&jar, &site(), "kept=1; Max-Age=3600");
    receive(&jar, &site(), "quoted=\"a b\"");
    jar.save().await.unwrap();

    let again = CookieJar::open(path, vec![]).unwrap();
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
    let jar = CookieJar::open(path.clone(), vec![]).unwrap();
    jar.set(&site(), "a", "1").unwrap();
    jar.save().await.unwrap();
    let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    // A file that someone opened up is closed again by the next save.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    jar.set(&site(), "a", "2").unwrap();
    jar.save().await.unwrap();
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
    let jar = CookieJar::open(good.clone(), vec![]).unwrap();
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
        fs::write(&path, &case).unwrap();
        let error = CookieJar::open(path.clone(), vec![]).unwrap_err();
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
    let jar = CookieJar::open(path.clone(), vec![]).unwrap();
    jar.set(&site(), "a", "1").unwrap();
    fs::write(&path, "someone's notes").unwrap();
    assert!(matches!(jar.save().await, Err(JarError::Foreign { .. })));
    assert_eq!(fs::read_to_string(&path).unwrap(), "someone's notes");
}

#[tokio::test]
async fn two_processes_do_not_undo_each_other() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("session.json");
    let first = CookieJar::open(path.clone(), vec![]).unwrap();
    first.set(&site(), "session_id", "old").unwrap();
    first.set(&site(), "other", "1").unwrap();
    first.save().await.unwrap();

    let second = CookieJar::open(path.clone(), vec![]).unwrap();
    second.set(&site(), "session_id", "renewed").unwrap();
    second.save().await.unwrap();

    // The first process still holds the old one and saves for another reason.
    first.set(&site(), "other", "2").unwrap();
    first.save().await.unwrap();
    for jar in [first, CookieJar::open(path, vec![]).unwrap()] {
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
    let jar = CookieJar::open(path.clone(), vec![]).unwrap();
    jar.set(&site(), "session_id", "alive").unwrap();
    jar.set(&site(), "other", "1").unwrap();
    jar.save().await.unwrap();
    for change in ["2", "3"] {
        fs::remove_file(&path).unwrap();
        jar.reload().unwrap();
        jar.set(&site(), "other", change).unwrap();
        jar.save().await.unwrap();
        for jar in [&jar, &CookieJar::open(path.clone(), vec![]).unwrap()] {
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
    let first = CookieJar::open(path.clone(), vec![]).unwrap();
    let second = CookieJar::open(path, vec![]).unwrap();
    let held = first.lock().await.unwrap();
    let waiting = tokio::time::timeout(std::time::Duration::from_millis(100), second.lock()).await;
    assert!(waiting.is_err());
    drop(held);
    let _held = second.lock().await.unwrap();
}

#[test]
fn removing_takes_every_scope_and_reading_takes_the_narrowest() {
    let jar = CookieJar::in_memory(vec![]);
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
    let configured = CookieJar::in_memory(vec!["proxy.local".into()]);
    receive(&configured, &proxy, "a=1; Secure");
    assert_eq!(sent(&configured, &proxy), "a=1");
    let strict = CookieJar::in_memory(vec![]);
    receive(&strict, &proxy, "a=1; Secure");
    assert_eq!(sent(&strict, &proxy), "");
}

#[test]
fn nothing_shows_a_value() {
    let jar = CookieJar::in_memory(vec![]);
    jar.set(&site(), "a", CANARY).unwrap();
    let value = jar.value(&site(), "a").unwrap();
    let header = jar.cookies(&site()).unwrap();
    let bad = jar.set(&site(), "b", &format!("{CANARY};x")).unwrap_err();
    let shown = format!("{jar:?} {value:?} {header:?} {bad:?} {bad}");
    assert!(!shown.contains(CANARY), "{shown}");
}

use std::fs;
use std::path::Path;

use reqwest::cookie::CookieStore as _;

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
    jar.set_cookies(&mut [&value].into_iter(), url);
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
fn the_header_follows_every_change_path_and_expiry() {
    let jar = CookieJar::in_memory(vec![], vec![]);
    let deep = Url::parse("https://site.example/deep/x").unwrap();
    assert_eq!(sent(&jar, &site()), "");
    receive(&jar, &site(), "a=1; Path=/");
    receive(&jar, &deep, "b=2; Path=/deep");
    receive(&jar, &site(), "short=3; Path=/; Max-Age=1");
    assert_eq!(sent(&jar, &site()), "a=1; short=3");
    assert_eq!(sent(&jar, &site()), "a=1; short=3");
    assert_eq!(sent(&jar, &deep), "b=2; a=1; short=3");
    let before = jar.snapshot();
    assert_eq!(jar.remove(&deep, "b"), 1);
    assert_eq!(sent(&jar, &deep), "a=1; short=3");
    jar.restore(before);
    assert_eq!(sent(&jar, &deep), "b=2; a=1; short=3");
    jar.set(&site(), "a", "4").unwrap();
    assert_eq!(sent(&jar, &deep), "b=2; a=4; short=3");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert_eq!(sent(&jar, &deep), "b=2; a=4");
    let other = Url::parse("https://other.example/deep/x").unwrap();
    assert_eq!(sent(&jar, &other), "");
}

#[test]
fn nothing_shows_a_value() {
    let jar = CookieJar::in_memory(vec![], vec![]);
    jar.set(&site(), "a", CANARY).unwrap();
    let value = jar.value(&site(), "a").unwrap();
    let header = jar.cookies(&site()).unwrap();
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

mod capacity;
mod encrypted;

use std::fs;

use rusqlite::{Connection, params};
use url::Url;

use super::chromium::tests::seal;
use super::*;

const CANARY: &str = "canary-3f7a";
/// 2100-01-01
const LATER: i64 = 4_102_444_800;

fn base() -> Url {
    Url::parse("https://site.example/").unwrap()
}

fn session() -> Session {
    Session::builder().base_url(base()).build().unwrap()
}

fn value(session: &Session, name: &str) -> Option<String> {
    let value = session.jar().value(&base(), name)?;
    Some(value.expose_secret().to_owned())
}

/// A row: host, name, value, expiry, attributes.
type Row<'a> = (&'a str, &'a str, &'a str, i64, &'a str);

fn firefox(folder: &Path, rows: &[Row<'_>]) -> Connection {
    let database = Connection::open(folder.join("cookies.sqlite")).unwrap();
    database
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;
             CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT,
             value TEXT, host TEXT, path TEXT, expiry INTEGER, lastAccessed INTEGER, creationTime INTEGER,
             isSecure INTEGER, isHttpOnly INTEGER)",
        )
        .unwrap();
    for (host, name, value, expiry, attributes) in rows {
        database
            .execute(
                "INSERT INTO moz_cookies (host, name, value, path, expiry, isSecure, isHttpOnly, originAttributes)
                 VALUES (?1, ?2, ?3, '/', ?4, 1, 1, ?5)",
                params![host, name, value, expiry, attributes],
            )
            .unwrap();
    }
    database
}

fn chromium(folder: &Path, version: i64, rows: &[(&str, &str, &str, Vec<u8>)]) -> Connection {
    fs::create_dir_all(folder).unwrap();
    let database = Connection::open(folder.join("Cookies")).unwrap();
    database
        .execute_batch(
            "CREATE TABLE meta (key TEXT, value TEXT);
             CREATE TABLE cookies (host_key TEXT, name TEXT, value TEXT, encrypted_value BLOB, path TEXT,
             expires_utc INTEGER, has_expires INTEGER, is_secure INTEGER, is_httponly INTEGER, last_access_utc INTEGER)",
        )
        .unwrap();
    database
        .execute(
            "INSERT INTO meta VALUES ('version', ?1)",
            [version.to_string()],
        )
        .unwrap();
    for (host, name, plain, sealed) in rows {
        let expires = (LATER + 11_644_473_600) * 1_000_000;
        database
            .execute(
                "INSERT INTO cookies VALUES (?1, ?2, ?3, ?4, '/', ?5, 1, 1, 1, 0)",
                params![host, name, plain, sealed, expires],
            )
            .unwrap();
    }
    database
}

#[test]
fn the_cookies_of_firefox_are_read_while_it_runs() {
    let dir = tempfile::tempdir().unwrap();
    let rows: [Row<'_>; 8] = [
        ("site.example", "checker", CANARY, LATER, ""),
        ("site.example", "in_ms", "2", LATER * 1000, ""),
        (".site.example", "wide", "3", LATER, ""),
        ("site.example", "%csrf", "x%2By==", LATER, ""),
        ("site.example", "over", "4", 1_000_000_000, ""),
        ("site.example", "over_in_ms", "5", 1_000_000_000_000, ""),
        (
            "site.example",
            "in_container",
            "6",
            LATER,
            "^userContextId=2",
        ),
        (".other.example", "theirs", "7", LATER, ""),
    ];
    // Kept open, so that the rows stand in the second file and the database is in use.
    let running = firefox(dir.path(), &rows);
    running.execute_batch("BEGIN IMMEDIATE").unwrap();
    let before = fs::read(dir.path().join("cookies.sqlite")).unwrap();
    let session = session();
    let profile = BrowserProfile::firefox(dir.path());
    let report = session.import_from_browser(&profile).unwrap();
    assert_eq!(report.format, ImportFormat::Firefox);
    assert_eq!(
        session.jar().names(&base()),
        ["%csrf", "checker", "in_ms", "wide"]
    );
    assert_eq!(value(&session, "checker").as_deref(), Some(CANARY));
    assert_eq!(value(&session, "%csrf").as_deref(), Some("x%2By=="));
    assert_eq!(report.expired, ["over", "over_in_ms"]);
    assert_eq!(
        report.other_hosts,
        [("other.example".into(), "theirs".into())]
    );
    assert!(!format!("{report} {report:?} {profile}").contains(CANARY));
    let after = fs::read(dir.path().join("cookies.sqlite")).unwrap();
    assert_eq!(before, after, "the browser's file is only read");
}

#[test]
fn the_cookies_of_chromium_are_read_plain_and_encrypted() {
    for version in [18, 24] {
        let dir = tempfile::tempdir().unwrap();
        let with_digest = version >= 24;
        let sealed = |value: &str, host: &str| seal(value, host, with_digest, "peanuts");
        let folder = match version {
            24 => dir.path().join("Network"),
            _ => dir.path().to_owned(),
        };
        let rows = [
            (
                "site.example",
                "checker",
                "",
                sealed(CANARY, "site.example"),
            ),
            ("site.example", "plain", "2", Vec::new()),
            (".site.example", "wide", "", sealed("3", ".site.example")),
            ("site.example", "of_keyring", "", b"v11secret".to_vec()),
            (
                ".other.example",
                "theirs",
                "",
                sealed("4", ".other.example"),
            ),
        ];
        let _running = chromium(&folder, version, &rows);
        let session = session();
        let profile = BrowserProfile::chromium(dir.path());
        let report = session.import_from_browser(&profile).unwrap();
        assert_eq!(report.format, ImportFormat::Chromium);
        assert_eq!(session.jar().names(&base()), ["checker", "plain", "wide"]);
        assert_eq!(value(&session, "checker").as_deref(), Some(CANARY));
        assert_eq!(value(&session, "wide").as_deref(), Some("3"));
    }
}

#[test]
fn what_cannot_be_read_says_why_and_changes_nothing() {
    let session = session();
    session.jar().set(&base(), "kept", "1").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let failed = |profile: BrowserProfile| {
        let error = session.import_from_browser(&profile).unwrap_err();
        assert_eq!(session.jar().names(&base()), ["kept"]);
        error
    };
    for profile in [
        BrowserProfile::firefox(dir.path()),
        BrowserProfile::chromium(dir.path().join("nowhere")),
    ] {
        let error = failed(profile);
        assert!(matches!(error, BrowserError::NoDatabase { .. }), "{error}");
    }
    let at = |name: &str| dir.path().join(name);
    let rows = [("site.example", "checker", "", b"v11secret".to_vec())];
    chromium(&at("keyring"), 24, &rows);
    let error = failed(BrowserProfile::chromium(at("keyring")));
    assert!(
        error.to_string().contains("--password-store=basic"),
        "{error}"
    );
    chromium(&at("empty"), 24, &[]);
    let error = failed(BrowserProfile::chromium(at("empty")));
    assert!(
        matches!(error, BrowserError::Import(ImportError::NoCookies { .. })),
        "{error}"
    );
    fs::create_dir(at("rubbish")).unwrap();
    fs::write(at("rubbish").join("cookies.sqlite"), "rubbish").unwrap();
    let error = failed(BrowserProfile::firefox(at("rubbish")));
    assert!(matches!(error, BrowserError::Unreadable { .. }), "{error}");
    fs::create_dir_all(at("folder").join("cookies.sqlite")).unwrap();
    let error = failed(BrowserProfile::firefox(at("folder")));
    assert!(matches!(error, BrowserError::Unreadable { .. }), "{error}");
}

#[test]
fn profiles_are_found_where_browsers_keep_them() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| {
        let folder = home.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        folder
    };
    let first = at(".mozilla/firefox/abc.default-esr");
    firefox(&first, &[]);
    at(".mozilla/firefox/never.used");
    let second = at(".config/google-chrome/Profile 1");
    chromium(&second.join("Network"), 24, &[]);
    fs::write(home.path().join(".config/google-chrome/Local State"), "{}").unwrap();
    let mut found = below(home.path());
    found.sort_by_key(|profile| profile.folder.clone());
    assert_eq!(
        found,
        [
            BrowserProfile::chromium(second),
            BrowserProfile::firefox(first)
        ]
    );
    assert!(below(&home.path().join("nobody")).is_empty());
}

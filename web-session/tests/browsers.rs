//! Real browsers visit a server on loopback, and their profiles give a session. A browser that is not installed is left
//! out, which is printed.
#![allow(clippy::unwrap_used, clippy::print_stderr, missing_docs)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use fake_services::FakeRunkeeper;
use fake_services::script::{Act, ScriptedServer, answer};
use web_session::import::browser::BrowserProfile;
use web_session::{Session, Url, join};

/// Lets a browser visit a page; `false` when it is not installed.
fn visit(browser: &str, arguments: &[&str], home: &Path) -> bool {
    let spawned = Command::new(browser)
        .args(arguments)
        .env("HOME", home)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut running) = spawned else {
        eprintln!("{browser} is not installed: its profile is not tested");
        return false;
    };
    for _ in 0..600 {
        if running.try_wait().unwrap().is_some() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    true
}

/// A page that signs the browser in, as the fake has it: the host of a cookie has no port.
async fn sign_in_page(fake: &FakeRunkeeper) -> ScriptedServer {
    let cookies: String = fake
        .browser_cookies()
        .iter()
        .map(|cookie| {
            let (name, value) = (&cookie.name, &cookie.value);
            format!("set-cookie: {name}={value}; Max-Age=86400; Path=/; HttpOnly\r\n")
        })
        .collect();
    let page = "<html><head><title>Welcome</title></head><body>in</body></html>";
    let headers = format!("content-type: text/html\r\n{cookies}");
    let act = Act::Reply(answer("200 OK", &headers, page));
    ScriptedServer::start(vec![act]).await.unwrap()
}

async fn assert_signed_in(fake: &FakeRunkeeper, profile: BrowserProfile) {
    let base: Url = fake.url().parse().unwrap();
    let session = Session::builder().base_url(base.clone()).build().unwrap();
    let home = join(&base, "/home");
    let before = session.get(home.clone()).read().await.unwrap();
    assert_eq!(before.url().path(), "/login", "{before:?}");
    let importing = session.clone();
    let imported = tokio::task::spawn_blocking(move || importing.import_from_browser(&profile));
    let report = imported.await.unwrap().unwrap();
    assert_eq!(report.kept.len(), fake.browser_cookies().len(), "{report}");
    let after = session.get(home).read().await.unwrap();
    assert_eq!(after.url().path(), "/home", "{after:?}");
    assert_eq!(after.status().as_u16(), 200, "{after:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_profile_of_a_real_firefox_gives_a_session() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let page = sign_in_page(&fake).await;
    let home = tempfile::tempdir().unwrap();
    let profile = home.path().join("profile");
    std::fs::create_dir(&profile).unwrap();
    let picture = home.path().join("picture.png");
    let arguments = [
        "--headless",
        "--no-remote",
        "--profile",
        profile.to_str().unwrap(),
        "--screenshot",
        picture.to_str().unwrap(),
        page.url(),
    ];
    if visit("firefox-esr", &arguments, home.path()) {
        assert_signed_in(&fake, BrowserProfile::firefox(profile)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_profile_of_a_real_chromium_gives_a_session() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let page = sign_in_page(&fake).await;
    let home = tempfile::tempdir().unwrap();
    let folder = format!("--user-data-dir={}", home.path().join("chromium").display());
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--password-store=basic",
        &folder,
        "--timeout=3000",
        "--dump-dom",
        page.url(),
    ];
    if visit("chromium", &arguments, home.path()) {
        let profile = BrowserProfile::chromium(home.path().join("chromium/Default"));
        assert_signed_in(&fake, profile).await;
    }
}

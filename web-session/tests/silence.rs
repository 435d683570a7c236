//! A program that logs everything with `env_logger` learns no secret from a session: not from cookies, not from pages.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::Duration;

use env_logger::{Builder, Target};
use fake_services::script::{Act, ScriptedServer, answer};
use fake_services::test_log::TestLog;
use log::LevelFilter;
use web_session::page::{Page, WantedForm};
use web_session::{Session, Url};

const CANARY: &str = "canary7Q";

/// The logger is one for the process, so this test has its own program.
#[tokio::test]
async fn env_logger_at_trace_shows_no_secret() {
    let kept = TestLog::default();
    Builder::new()
        .filter_level(LevelFilter::Trace)
        .target(Target::Pipe(Box::new(kept.clone())))
        .init();
    log::debug!("the log is kept");
    let page = format!(
        "<html><head><meta name='csrf-token' content='{CANARY}-1'></head><body><form action='/x'><input type=hidden \
         name=token value='{CANARY}-2'><input name=email value='{CANARY}@example.org'></form><p class='{CANARY}-3'>\
         {CANARY}-4</p></body></html>"
    );
    let set = format!("set-cookie: s={CANARY}-5; Path=/\r\nset-cookie: %t={CANARY}-6\r\n");
    let server = ScriptedServer::start(vec![Act::ReplyAndKeep(answer("200 OK", &set, &page))]);
    let server = server.await.unwrap();
    let url: Url = server.url().parse().unwrap();
    let session = Session::builder()
        .base_url(url.clone())
        .pace(Duration::ZERO)
        .build()
        .unwrap();
    session
        .import(&format!("imported={CANARY}-7"), &url)
        .unwrap();
    let response = session.get(url.clone()).read().await.unwrap();
    let form = response
        .read_page(|page| {
            let wanted = WantedForm::new("/x", "token");
            (page.form(&wanted), page.visible_text())
        })
        .await
        .unwrap();
    assert_eq!(form.0.unwrap().get("token"), Some("canary7Q-2"));
    let parsed = Page::parse(&page).unwrap();
    assert_eq!(parsed.select("p[class]").len(), 1);
    session
        .post(url)
        .form([("a", CANARY)])
        .write()
        .await
        .unwrap();
    assert_eq!(log::max_level(), LevelFilter::Trace, "given back");
    assert_eq!(kept.first_leak(&[CANARY]).unwrap(), None);
}

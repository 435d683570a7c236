//! The examples run against a server on loopback.
#![allow(clippy::unwrap_used, missing_docs, dead_code, unreachable_pub)]

use std::time::Duration;

use web_session::{Session, Url};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

#[path = "../examples/import_cookies.rs"]
mod import_cookies;
#[path = "../examples/read_and_write.rs"]
mod read_and_write;

fn session(base: &Url) -> Session {
    let builder = Session::builder().base_url(base.clone());
    builder.pace(Duration::ZERO).build().unwrap()
}

#[tokio::test]
async fn read_and_write_reports_both_answers() {
    let server = MockServer::start().await;
    let answer = |status| ResponseTemplate::new(status);
    let mock = Mock::given(method("GET")).and(path("/home"));
    let body = answer(200).set_body_string("{}");
    mock.respond_with(body).mount(&server).await;
    let mock = Mock::given(method("POST")).and(path("/new"));
    mock.respond_with(answer(201))
        .expect(1)
        .mount(&server)
        .await;
    let base: Url = server.uri().parse().unwrap();
    let said = read_and_write::read_and_write(&session(&base), &base).await;
    let said = said.unwrap();
    assert!(
        said.contains("is JSON") && said.contains("answered 201"),
        "{said}"
    );
}

#[test]
fn import_cookies_shows_names_and_no_value() {
    let base: Url = "https://site.example/".parse().unwrap();
    let said = import_cookies::import(&session(&base), &base, "Cookie: a=canary; b=2").unwrap();
    assert!(
        said.contains("[\"a\", \"b\"]") && !said.contains("canary"),
        "{said}"
    );
}

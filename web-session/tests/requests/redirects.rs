//! Redirects: which are followed, and with what.

use fake_services::script::{Act, answer};
use web_session::{Error, Redirects, Session, Url, join};
use wiremock::matchers::{body_string, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::*;

/// A site that gives the test's answers, and a session with it.
async fn site() -> (MockServer, Session, Url) {
    let server = MockServer::start().await;
    let base = Url::parse(&server.uri()).unwrap();
    let session = quick().base_url(base.clone()).build().unwrap();
    (server, session, base)
}

#[tokio::test]
async fn redirects_are_followed_within_the_site_with_cookies_and_the_right_method() {
    let (server, session, base) = site().await;
    Mock::given(method("POST"))
        .and(path("/list"))
        .respond_with(
            ResponseTemplate::new(302)
                .insert_header("location", "/a?x=1")
                .insert_header("set-cookie", "c=1; Path=/"),
        )
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .and(path("/a"))
        .and(header("cookie", "c=1"))
        .respond_with(
            ResponseTemplate::new(307)
                .insert_header("location", format!("{}/b", server.uri()).as_str()),
        )
        .mount(&server)
        .await;
    Mock::given(method("GET"))
        .and(path("/b"))
        .respond_with(ResponseTemplate::new(200).set_body_string("there"))
        .mount(&server)
        .await;
    let response = session
        .post(join(&base, "/list"))
        .form([("q", "1")])
        .read()
        .await
        .unwrap();
    assert_eq!(response.text(), "there");
    assert_eq!(response.url().path(), "/b");
    let statuses: Vec<_> = response
        .hops()
        .iter()
        .map(|hop| hop.status.as_u16())
        .collect();
    assert_eq!(statuses, [302, 307]);

    let first = session
        .post(join(&base, "/list"))
        .redirects(Redirects::Never)
        .read()
        .await
        .unwrap();
    assert_eq!(
        first.location().unwrap().as_str(),
        format!("{}/a?x=1", server.uri())
    );
}

#[tokio::test]
async fn a_307_repeats_a_readable_post() {
    let (server, session, base) = site().await;
    Mock::given(path("/old"))
        .respond_with(ResponseTemplate::new(307).insert_header("location", "/new"))
        .mount(&server)
        .await;
    Mock::given(method("POST"))
        .and(path("/new"))
        .and(body_string("q=1"))
        .respond_with(ResponseTemplate::new(200))
        .expect(1)
        .mount(&server)
        .await;
    session
        .post(join(&base, "/old"))
        .form([("q", "1")])
        .read()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_redirect_to_another_site_is_the_answer() {
    let other = MockServer::start().await;
    let (server, session, base) = site().await;
    Mock::given(path("/home"))
        .respond_with(
            ResponseTemplate::new(302)
                .insert_header("location", format!("{}/login", other.uri()).as_str()),
        )
        .mount(&server)
        .await;
    let response = session.get(join(&base, "/home")).read().await.unwrap();
    assert_eq!(response.status().as_u16(), 302);
    assert_eq!(response.location().unwrap().path(), "/login");
    assert!(other.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_redirect_loop_ends() {
    let server = play(vec![Act::ReplyAndKeep(answer(
        "302 Found",
        "location: /again\r\n",
        "",
    ))])
    .await;
    let error = read(&server).await.unwrap_err();
    assert!(
        matches!(error, Error::TooManyRedirects { limit: 20, .. }),
        "{error}"
    );
    assert_eq!(server.requests(), 21);
}

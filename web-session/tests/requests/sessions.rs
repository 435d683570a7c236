//! The parts of every request that the session provides: addresses, a distance, cookies and headers.

use std::time::{Duration, Instant};

use fake_services::script::Act;
use web_session::{Error, Session, Url, join};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::*;

#[tokio::test]
async fn plain_sessions_need_no_certificates_and_addresses_are_checked() {
    let bad = |url: &str| {
        Session::builder()
            .base_url(Url::parse(url).unwrap())
            .build()
    };
    assert!(matches!(
        bad("ftp://host/"),
        Err(Error::InvalidRequest { .. })
    ));
    assert!(bad("http://127.0.0.1:1/").is_ok());
}

#[tokio::test]
async fn requests_keep_their_distance() {
    let server = play(vec![Act::ReplyAndKeep(ok(""))]).await;
    let session = quick()
        .pace(Duration::from_millis(100))
        .max_in_flight(8)
        .base_url(url(&server))
        .build()
        .unwrap();
    let begin = Instant::now();
    let requests = (0..4).map(|_| session.get(url(&server)).read());
    futures_util::future::try_join_all(requests).await.unwrap();
    assert!(begin.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn an_anonymous_request_shows_and_keeps_no_cookie() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).insert_header("set-cookie", "theirs=1");
    Mock::given(path("/file"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let base = Url::parse(&server.uri()).unwrap();
    let session = quick()
        .base_url(base.clone())
        .header(web_session::header::AUTHORIZATION, "Bearer secret")
        .build()
        .unwrap();
    session.jar().set(&base, "mine", "1").unwrap();
    let request = || session.get(join(&base, "/file")).header("x-own", "1");
    request().without_cookies().read().await.unwrap();
    request().without_cookies().write().await.unwrap();
    assert_eq!(session.jar().names(&base), ["mine"]);
    request().read().await.unwrap();
    assert_eq!(session.jar().names(&base), ["mine", "theirs"]);
    let requests = server.received_requests().await.unwrap();
    let shown = |name: &str| -> Vec<bool> {
        let requests = requests.iter();
        requests.map(|r| r.headers.contains_key(name)).collect()
    };
    for name in ["cookie", "authorization", "x-own"] {
        assert_eq!(shown(name), [false, false, true], "{name}");
    }
    assert_eq!(shown("user-agent"), [true; 3]);
}

#[tokio::test]
async fn a_request_with_one_cookie_shows_that_one_and_changes_no_session() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(302)
        .insert_header("location", "/login")
        .append_header("set-cookie", "checker=; Max-Age=0")
        .append_header("set-cookie", "theirs=1");
    Mock::given(path("/home"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let base = Url::parse(&server.uri()).unwrap();
    let session = quick()
        .base_url(base.clone())
        .header(web_session::header::AUTHORIZATION, "Bearer secret")
        .build()
        .unwrap();
    for (name, value) in [("checker", "a+b"), ("%csrf", "c"), ("other", "d")] {
        session.jar().set(&base, name, value).unwrap();
    }
    let ask = |names: &'static [&'static str]| {
        let request = session.get(join(&base, "/home")).header("x-own", "1");
        request.only_cookies(names).read()
    };
    for names in [&["checker"][..], &["%csrf", "checker", "none"], &["none"]] {
        assert_eq!(ask(names).await.unwrap().status(), 302);
    }
    assert_eq!(session.jar().names(&base), ["%csrf", "checker", "other"]);
    let requests = server.received_requests().await.unwrap();
    let sent: Vec<Option<&str>> = requests
        .iter()
        .map(|it| it.headers.get("cookie").map(|it| it.to_str().unwrap()))
        .collect();
    let expected = [Some("checker=a+b"), Some("%csrf=c; checker=a+b"), None];
    assert_eq!(sent, expected, "and no redirect was followed");
    for request in &requests {
        assert!(!request.headers.contains_key("authorization"));
    }
}

#[tokio::test]
async fn authentication_goes_to_the_configured_hosts_only() {
    let server = MockServer::start().await;
    let other = MockServer::start().await;
    for host in [&server, &other] {
        Mock::given(path("/"))
            .respond_with(ResponseTemplate::new(200))
            .mount(host)
            .await;
    }
    let address = |server: &MockServer| Url::parse(&server.uri()).unwrap();
    let quick = || quick().base_url(address(&server));
    for (session, expected) in [
        (
            quick().basic_auth("me", "pass:word"),
            "Basic bWU6cGFzczp3b3Jk",
        ),
        (quick().bearer_auth("token-1"), "Bearer token-1"),
    ] {
        let session = session.build().unwrap();
        session.get(address(&server)).read().await.unwrap();
        session.post(address(&server)).write().await.unwrap();
        session
            .get(address(&server))
            .without_cookies()
            .read()
            .await
            .unwrap();
        session.get(address(&other)).read().await.unwrap();
        let sent = server.received_requests().await.unwrap();
        let of = |index: usize| {
            let value = sent[sent.len() - 3 + index].headers.get("authorization")?;
            Some(value.to_str().unwrap().to_owned())
        };
        assert_eq!(of(0).as_deref(), Some(expected));
        assert_eq!(of(1).as_deref(), Some(expected));
        assert_eq!(of(2), None, "without cookies is without a name");
        let elsewhere = other.received_requests().await.unwrap();
        assert!(
            elsewhere
                .iter()
                .all(|r| !r.headers.contains_key("authorization"))
        );
        assert!(!format!("{session:?}").contains(expected));
    }
    for refused in [
        quick().basic_auth("a:b", "canary"),
        quick().bearer_auth("canary\nb"),
        quick().header(web_session::header::REFERER, "canary\nb"),
    ] {
        let error = refused.pace(std::time::Duration::ZERO).build().unwrap_err();
        assert!(
            error.is_not_sent() && !error.to_string().contains("canary"),
            "{error}"
        );
    }
}

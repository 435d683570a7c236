//! Reads: retries, redirects, limits.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::io::Write as _;
use std::time::{Duration, Instant};

use support::{Act, Server, answer, ok, quick};
use web_session::{Content, Error, Redirects, Session, Url, join};
use wiremock::matchers::{body_string, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn session(server: &MockServer) -> (Session, Url) {
    let base = Url::parse(&server.uri()).unwrap();
    (quick().base_url(base.clone()).build().unwrap(), base)
}

#[tokio::test]
async fn hiccups_are_tried_again() {
    let hiccups = [
        Act::Reset,
        Act::Reply(vec![]),
        Act::Reply(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_vec()),
        Act::Reply(answer("429 Slow", "", "")),
        Act::Reply(answer("502 Bad", "", "")),
        Act::Reply(answer("503 Busy", "retry-after: 0\r\n", "")),
        Act::Reply(answer("504 Late", "", "")),
    ];
    for hiccup in hiccups {
        let server =
            Server::start(vec![hiccup.clone(), hiccup.clone(), Act::Reply(ok("fine"))]).await;
        let response = server
            .session()
            .get(server.url.clone())
            .read()
            .await
            .unwrap();
        assert_eq!(
            (response.text().as_ref(), server.seen()),
            ("fine", 3),
            "{hiccup:?}"
        );
    }
}

#[tokio::test]
async fn trying_again_ends() {
    let server = Server::start(vec![Act::Reply(answer("503 Busy", "", "no"))]).await;
    let response = server
        .session()
        .get(server.url.clone())
        .read()
        .await
        .unwrap();
    assert_eq!((response.status().as_u16(), server.seen()), (503, 4));
    let server = Server::start(vec![Act::Reset]).await;
    let error = server
        .session()
        .get(server.url.clone())
        .read()
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::Interrupted { .. }) && error.is_temporary(),
        "{error}"
    );
    assert_eq!(server.seen(), 4);
}

#[tokio::test]
async fn other_errors_are_answers_at_once() {
    for status in ["400 Bad", "401 No", "403 No", "404 No", "500 Oops"] {
        let server = Server::start(vec![Act::Reply(answer(status, "", ""))]).await;
        server
            .session()
            .get(server.url.clone())
            .read()
            .await
            .unwrap();
        assert_eq!(server.seen(), 1, "{status}");
    }
}

#[tokio::test]
async fn retry_after_is_honoured_and_too_long_a_wish_ends_the_read() {
    let busy = Act::Reply(answer("429 Slow", "Retry-After: 1\r\n", ""));
    let server = Server::start(vec![busy, Act::Reply(ok("fine"))]).await;
    let begin = Instant::now();
    server
        .session()
        .get(server.url.clone())
        .read()
        .await
        .unwrap();
    assert!(begin.elapsed() >= Duration::from_secs(1));

    let busy = Act::Reply(answer("429 Slow", "Retry-After: 3600\r\n", ""));
    let server = Server::start(vec![busy]).await;
    let response = server
        .session()
        .get(server.url.clone())
        .read()
        .await
        .unwrap();
    assert_eq!(response.retry_after(), Some(Duration::from_secs(3600)));
    assert_eq!(server.seen(), 1);
}

#[tokio::test]
async fn a_pause_beyond_the_total_time_ends_the_read_with_what_came() {
    let busy = Act::Reply(answer("429 Slow", "Retry-After: 30\r\n", ""));
    let server = Server::start(vec![busy]).await;
    let session = quick()
        .total_timeout(Duration::from_secs(10))
        .base_url(server.url.clone())
        .build()
        .unwrap();
    let begin = Instant::now();
    let response = session.get(server.url.clone()).read().await.unwrap();
    assert_eq!(response.status().as_u16(), 429);
    assert!(begin.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_slow_answer_ends_within_the_limits() {
    let slow = [
        Act::Stall(vec![]),
        Act::Stall(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_vec()),
        Act::Drip(ok(&"x".repeat(4000)), Duration::from_millis(50)),
    ];
    for act in slow {
        let server = Server::start(vec![act.clone()]).await;
        let session = quick()
            .timeout(Duration::from_millis(200))
            .total_timeout(Duration::from_millis(500))
            .base_url(server.url.clone())
            .build()
            .unwrap();
        let begin = Instant::now();
        let error = session.get(server.url.clone()).read().await.unwrap_err();
        assert!(matches!(error, Error::Timeout { .. }), "{act:?}: {error}");
        assert!(begin.elapsed() < Duration::from_secs(2), "{act:?}");
    }
}

#[tokio::test]
async fn large_answers_stop_at_the_limit() {
    // Announced, not announced, and compressed a thousandfold.
    let mut bomb = flate(10_000_000);
    let mut head = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        bomb.len()
    )
    .into_bytes();
    head.append(&mut bomb);
    let open = [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 10_000_000]].concat();
    for bytes in [ok(&"x".repeat(10_000_000)), open, head] {
        let server = Server::start(vec![Act::Reply(bytes)]).await;
        let session = quick()
            .max_bytes(1_000_000)
            .base_url(server.url.clone())
            .build()
            .unwrap();
        let error = session.get(server.url.clone()).read().await.unwrap_err();
        assert!(
            matches!(
                error,
                Error::TooLarge {
                    limit: 1_000_000,
                    ..
                }
            ),
            "{error}"
        );
        assert_eq!(server.seen(), 1);
    }
}

/// `n` spaces, as gzip.
fn flate(n: usize) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b' '; n]).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn redirects_are_followed_within_the_site_with_cookies_and_the_right_method() {
    let server = MockServer::start().await;
    let (session, base) = session(&server);
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
    let server = MockServer::start().await;
    let (session, base) = session(&server);
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
async fn a_redirect_to_somebody_else_is_the_answer() {
    let other = MockServer::start().await;
    let server = MockServer::start().await;
    let (session, base) = session(&server);
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
    let server = Server::start(vec![Act::ReplyAndKeep(answer(
        "302 Found",
        "location: /again\r\n",
        "",
    ))])
    .await;
    let error = server
        .session()
        .get(server.url.clone())
        .read()
        .await
        .unwrap_err();
    assert!(
        matches!(error, Error::TooManyRedirects { limit: 20, .. }),
        "{error}"
    );
    assert_eq!(server.seen(), 21);
}

#[tokio::test]
async fn compressed_answers_are_decompressed() {
    let body = flate(1000);
    let mut bytes = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    bytes.extend(body);
    let server = Server::start(vec![Act::Reply(bytes)]).await;
    let response = server
        .session()
        .get(server.url.clone())
        .read()
        .await
        .unwrap();
    assert_eq!(response.body().len(), 1000);
    assert_eq!(response.content(), Content::Empty, "white space only");
}

#[tokio::test]
async fn requests_keep_their_distance() {
    let server = Server::start(vec![Act::ReplyAndKeep(ok(""))]).await;
    let session = quick()
        .pace(Duration::from_millis(100))
        .max_in_flight(8)
        .base_url(server.url.clone())
        .build()
        .unwrap();
    let begin = Instant::now();
    let requests = (0..4).map(|_| session.get(server.url.clone()).read());
    futures_util::future::try_join_all(requests).await.unwrap();
    assert!(begin.elapsed() >= Duration::from_millis(300));
}

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
async fn without_a_limit_a_read_ends_with_its_answer() {
    let server = Server::start(vec![
        Act::Reply(answer("503 Busy", "retry-after: 0\r\n", "")),
        Act::Reply(ok("fine")),
    ])
    .await;
    let session = quick()
        .base_url(server.url.clone())
        .timeout(Duration::MAX)
        .total_timeout(Duration::MAX)
        .longest_wait(Duration::MAX)
        .build()
        .unwrap();
    let response = session
        .get(server.url.clone())
        .timeout(Duration::MAX)
        .read()
        .await
        .unwrap();
    assert_eq!(response.text(), "fine");
}

#[tokio::test]
async fn a_pause_beyond_all_time_is_no_panic() {
    let wait = format!("retry-after: {}\r\n", u64::MAX);
    let server = Server::start(vec![Act::Reply(answer("503 Busy", &wait, "no"))]).await;
    let session = quick()
        .base_url(server.url.clone())
        .longest_wait(Duration::MAX)
        .build()
        .unwrap();
    let response = session.get(server.url.clone()).read().await.unwrap();
    assert_eq!((response.status().as_u16(), server.seen()), (503, 1));
}

#[tokio::test]
async fn a_challenge_or_a_block_is_not_asked_again() {
    for (status, headers, body) in [
        ("503 Busy", "x-amzn-waf-action: challenge\r\n", ""),
        (
            "503 Busy",
            "",
            "<html><title>Just a moment...</title></html>",
        ),
        ("429 Slow", "", "<html><title>Access Denied</title></html>"),
    ] {
        let server = Server::start(vec![Act::Reply(answer(status, headers, body))]).await;
        let response = server
            .session()
            .get(server.url.clone())
            .read()
            .await
            .unwrap();
        assert!(
            matches!(
                response.content(),
                Content::BotChallenge | Content::BlockPage
            ),
            "{response:?}"
        );
        assert_eq!(server.seen(), 1, "{response:?}");
    }
}

#[tokio::test]
async fn an_outage_of_a_content_network_is_waited_out() {
    let page = "<html><title>ERROR: The request could not be satisfied</title>Generated by cloudfront</html>";
    let outage = Act::Reply(answer(
        "504 Late",
        "x-cache: Error from cloudfront\r\n",
        page,
    ));
    let server = Server::start(vec![outage, Act::Reply(ok("fine"))]).await;
    let response = server
        .session()
        .get(server.url.clone())
        .read()
        .await
        .unwrap();
    assert_eq!((response.text().as_ref(), server.seen()), ("fine", 2));
}

#[tokio::test]
async fn a_request_as_nobody_shows_and_keeps_no_cookie() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).insert_header("set-cookie", "theirs=1");
    Mock::given(path("/file"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let base = Url::parse(&server.uri()).unwrap();
    let session = quick()
        .base_url(base.clone())
        .default_header(web_session::header::AUTHORIZATION, "Bearer secret")
        .unwrap()
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

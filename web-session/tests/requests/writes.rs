//! A write leaves at most once, whatever happens, and its outcome is the right one.

use std::time::Duration;

use fake_services::script::{Act, answer};
use web_session::{Error, Part, Response, Session, Url, WriteError};

use crate::support::*;

async fn upload(session: &Session, url: &Url) -> Result<Response, WriteError> {
    session
        .post(url.clone())
        .endpoint("upload")
        .multipart([
            Part::text("kind", "x"),
            Part::file(
                "files",
                "a.tcx",
                "application/octet-stream",
                vec![b'x'; 100_000],
            ),
        ])
        .write()
        .await
}

#[tokio::test]
async fn every_status_is_an_answer_and_leaves_once() {
    for status in [
        "200 OK",
        "302 Found",
        "400 Bad Request",
        "429 Too Many Requests",
        "500 Oops",
        "502 Bad Gateway",
        "503 Busy",
        "504 Late",
    ] {
        let headers = "retry-after: 0\r\nlocation: /login\r\n";
        let server = play(vec![Act::Reply(answer(status, headers, "x"))]).await;
        let response = upload(&session_with(&server), &url(&server)).await.unwrap();
        assert_eq!(response.status().as_str(), &status[..3]);
        assert_eq!(server.requests(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_proof_that_nothing_left() {
    let server = play(vec![Act::Reply(ok(""))]).await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", free.local_addr().unwrap())).unwrap();
    drop(free);
    let outcome = upload(&session_with(&server), &url).await;
    assert!(
        matches!(&outcome, Err(WriteError::NotSent(Error::Connect { .. }))),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_request_that_cannot_be_built_was_not_sent() {
    let server = play(vec![Act::Reply(ok(""))]).await;
    let outcome = session_with(&server)
        .post(url(&server))
        .header("x-a", "a\nb")
        .write()
        .await;
    assert!(matches!(
        outcome,
        Err(WriteError::NotSent(Error::InvalidRequest { .. }))
    ));
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn a_connection_that_breaks_may_have_carried_it() {
    for act in [
        Act::ResetAfterHead,
        Act::Reset,
        Act::Reply(b"".to_vec()),
        Act::Reply(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec()),
        Act::Reply(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_vec()),
        Act::Reply(b"rubbish\r\n\r\n".to_vec()),
    ] {
        let server = play(vec![act.clone()]).await;
        let outcome = upload(&session_with(&server), &url(&server)).await;
        let Err(WriteError::MaybeSent(error)) = &outcome else {
            panic!("{act:?}: {outcome:?}")
        };
        assert!(
            matches!(error, Error::Interrupted { .. }),
            "{act:?}: {error:?}"
        );
        assert_eq!(server.requests(), 1, "{act:?}");
    }
}

#[tokio::test]
async fn a_silent_server_may_have_taken_it() {
    for head in ["", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"] {
        let server = play(vec![Act::Stall(head.into())]).await;
        let session = quick()
            .timeout(Duration::from_millis(300))
            .base_url(url(&server))
            .build()
            .unwrap();
        let outcome = upload(&session, &url(&server)).await;
        assert!(
            matches!(&outcome, Err(WriteError::MaybeSent(Error::Timeout { .. }))),
            "{outcome:?}"
        );
        assert_eq!(server.requests(), 1);
    }
}

/// A server that closes kept connections at its whim makes HTTP libraries repeat requests on them. A write never uses
/// a kept connection.
#[tokio::test]
async fn a_stale_connection_is_not_reused() {
    let server = play(vec![Act::ReplyAndKeep(ok("hello")), Act::Reset]).await;
    let session = session_with(&server);
    session.get(url(&server)).read().await.unwrap();
    let before = server.connections();
    let outcome = upload(&session, &url(&server)).await;
    assert!(matches!(outcome, Err(WriteError::MaybeSent(_))));
    assert_eq!(server.connections(), before + 1);
    assert_eq!(server.requests(), 2);

    // Nor is the connection of a write kept for the next one.
    let server = play(vec![Act::ReplyAndKeep(ok("taken"))]).await;
    let session = session_with(&server);
    for n in 1..=3 {
        upload(&session, &url(&server)).await.unwrap();
        assert_eq!(server.connections(), n);
    }
}

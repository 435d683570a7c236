//! Answers that are slow, large or compressed.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fake_services::script::Act;
use web_session::{Content, Error};

use crate::support::*;

/// An answer whose body is this many blanks, compressed.
fn gzipped_blanks(count: usize) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b' '; count]).unwrap();
    let body = encoder.finish().unwrap();
    let length = body.len();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {length}\r\n\r\n");
    [head.into_bytes(), body].concat()
}

#[tokio::test]
async fn a_slow_answer_ends_within_the_limits() {
    let slow = [
        Act::Stall(vec![]),
        Act::Stall(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_vec()),
        Act::Drip(ok(&"x".repeat(4000)), Duration::from_millis(50)),
    ];
    for act in slow {
        let server = play(vec![act.clone()]).await;
        let session = quick()
            .timeout(Duration::from_millis(200))
            .total_timeout(Duration::from_millis(500))
            .base_url(url(&server))
            .build()
            .unwrap();
        let begin = Instant::now();
        let error = session.get(url(&server)).read().await.unwrap_err();
        assert!(matches!(error, Error::Timeout { .. }), "{act:?}: {error}");
        assert!(begin.elapsed() < Duration::from_secs(2), "{act:?}");
    }
}

#[tokio::test]
async fn large_answers_stop_at_the_limit() {
    // Announced, not announced, and compressed a thousandfold.
    let open = [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 10_000_000]].concat();
    for bytes in [
        ok(&"x".repeat(10_000_000)),
        open,
        gzipped_blanks(10_000_000),
    ] {
        let server = play(vec![Act::Reply(bytes)]).await;
        let session = quick()
            .max_bytes(1_000_000)
            .base_url(url(&server))
            .build()
            .unwrap();
        let error = session.get(url(&server)).read().await.unwrap_err();
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
        assert_eq!(server.requests(), 1);
    }
}

#[tokio::test]
async fn compressed_answers_are_decompressed() {
    let server = play(vec![Act::Reply(gzipped_blanks(1000))]).await;
    let response = read(&server).await.unwrap();
    assert_eq!(response.body().len(), 1000);
    assert_eq!(response.content(), Content::Empty, "white space only");
}

#[tokio::test]
async fn a_listing_of_far_too_many_entries_ends_before_it_fills_the_memory() {
    for row in ["{},", "{\"id\":1,\"type\":\"EXERCISE\"},", "[[1],[2]],"] {
        let body = format!("[{}{{}}]", row.repeat(60_000_000 / row.len()));
        let server = play(vec![Act::Reply(ok(&body))]).await;
        let error = read(&server).await.unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, Error::TooManyEntries { .. }), "{text}");
        assert!(
            text.contains("more than 300000 objects and lists"),
            "{text}"
        );
        assert!(!error.is_temporary() && server.requests() == 1);
    }
    let body = format!("[{}{{}}]", "{},".repeat(400_000));
    let server = play(vec![Act::Reply(ok(&body))]).await;
    let outcome = session_with(&server).post(url(&server)).write().await;
    assert!(outcome.unwrap_err().may_have_been_sent());
}

#[tokio::test]
async fn names_of_fields_are_printable_in_errors_and_observations() {
    #[derive(Debug, serde::Deserialize)]
    struct Known {
        a: u8,
    }
    let body = r#"{"a": 1, "\u001b[2Jb\u202e\u0007": 2}"#;
    let server = play(vec![Act::ReplyAndKeep(ok(body))]).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let session = quick()
        .base_url(url(&server))
        .on_observation(move |observation| kept.lock().unwrap().push(observation.to_string()))
        .build()
        .unwrap();
    let response = session.get(url(&server)).read().await.unwrap();
    assert_eq!(session.decode::<Known>(&response).unwrap().a, 1);
    let observed = seen.lock().unwrap().join("\n");
    assert!(observed.contains("b is unknown"), "{observed:?}");
    let error = session
        .decode::<std::collections::BTreeMap<String, bool>>(&response)
        .unwrap_err();
    for text in [observed, error.to_string(), error.path.clone()] {
        let is_trick = |c: char| c.is_control() || c == '\u{202e}';
        assert!(
            !text.contains(is_trick) && !text.contains("[2J"),
            "{text:?}"
        );
    }
    // The first field is no truth value, and neither is the second, whose name is the trick.
    let body = r#"{"\u001b[2Jb\u202e": 2}"#;
    let server = play(vec![Act::Reply(ok(body))]).await;
    let response = read(&server).await.unwrap();
    let error = session
        .decode::<std::collections::BTreeMap<String, bool>>(&response)
        .unwrap_err();
    assert_eq!(error.path, "b");
}

//! A service that throttles, loses answers, says nothing, or refuses: played by a small server of HTTP.
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sync_core::ledger::{Content, Expected, Key, Ledger, Swap};
use sync_ledger_dynamodb::{DynamoError, DynamoOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The operation and the body of a request.
#[derive(Debug, Clone)]
struct Request {
    operation: String,
    body: String,
}

/// The server's treatment of a request.
enum Reply {
    Answer(u16, String),
    /// Closes the connection instead of answering.
    Lost,
    Never,
}

/// Serves requests as `reply` says, on a free port of this machine.
async fn serve(reply: impl Fn(Request) -> Reply + Send + Sync + 'static) -> DynamoOptions {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let reply = Arc::new(reply);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, Arc::clone(&reply)));
        }
    });
    DynamoOptions::new("table")
        .with_endpoint(format!("http://{address}"))
        .with_region("eu-central-1")
        .with_keys("access-canary", "secret-canary")
}

async fn converse(mut stream: TcpStream, reply: Arc<impl Fn(Request) -> Reply>) -> Option<()> {
    loop {
        let request = read(&mut stream).await?;
        match reply(request) {
            Reply::Answer(status, body) => {
                let head = format!(
                    "HTTP/1.1 {status} x\r\ncontent-type: application/x-amz-json-1.0\r\ndate: Sat, 28 Nov 2026 12:00:00 GMT\r\n\
                     content-length: {}\r\n\r\n",
                    body.len()
                );
                stream.write_all((head + &body).as_bytes()).await.ok()?;
            }
            Reply::Lost => return None,
            Reply::Never => std::future::pending().await,
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head = loop {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.ok()?;
        if count == 0 {
            return None;
        }
        bytes.extend_from_slice(&buffer[..count]);
        if let Some(end) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let lines = String::from_utf8(bytes[..head].to_vec()).unwrap();
    let header = |name: &str| {
        let line = lines
            .lines()
            .find(|line| line.to_lowercase().starts_with(name));
        line.and_then(|line| line.split_once(':'))
            .map(|(_, value)| value.trim().to_owned())
    };
    let length: usize = header("content-length")?.parse().ok()?;
    while bytes.len() < head + length {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.ok()?;
        bytes.extend_from_slice(&buffer[..count]);
    }
    let target = header("x-amz-target")?;
    Some(Request {
        operation: target.rsplit('.').next()?.to_owned(),
        body: String::from_utf8(bytes[head..].to_vec()).unwrap(),
    })
}

fn refusal(code: &str) -> Reply {
    let body =
        format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"said"}}"#);
    Reply::Answer(400, body)
}

fn ok() -> Reply {
    Reply::Answer(200, "{}".to_owned())
}

/// The answer to the question for the format, which opens the ledger.
fn format() -> Reply {
    Reply::Answer(200, r#"{"Item":{"format":{"N":"1"}}}"#.to_owned())
}

fn key() -> Key {
    Key::new("a -> b", "item/1")
}

fn is_format(request: &Request) -> bool {
    request.operation == "GetItem" && request.body.contains(r#"{"S":"format"}"#)
}

#[tokio::test]
async fn throttled_requests_are_repeated() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let options = serve(move |request| {
        if is_format(&request) {
            return format();
        }
        match counted.fetch_add(1, Ordering::SeqCst) {
            0 => refusal("ProvisionedThroughputExceededException"),
            1 => refusal("ThrottlingException"),
            _ => ok(),
        }
    })
    .await;
    let ledger = options.connect().await.unwrap();
    let swap = ledger
        .compare_and_swap(&key(), Expected::Absent, Content::new("x"))
        .await;
    assert_eq!(swap.unwrap(), Swap::Done(1));
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn lasting_throttling_has_a_name() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let options = serve(move |request| {
        if is_format(&request) {
            return format();
        }
        counted.fetch_add(1, Ordering::SeqCst);
        refusal("ProvisionedThroughputExceededException")
    })
    .await;
    let ledger = options.connect().await.unwrap();
    let error = ledger.get(&key()).await.unwrap_err();
    assert!(matches!(error, DynamoError::Throttled { .. }), "{error:?}");
    assert_eq!(count.load(Ordering::SeqCst), 8);
}

/// A service that carries out the first write and loses its answer; the repeated one finds `found(the written item)`.
async fn swap_after_a_lost_answer(
    found: impl Fn(&str) -> String + Send + Sync + 'static,
) -> Result<Swap, DynamoError> {
    let written: Mutex<Option<String>> = Mutex::new(None);
    let options = serve(move |request| {
        if is_format(&request) {
            return format();
        }
        let mut written = written.lock().unwrap();
        match written.as_deref() {
            None => {
                let start = request.body.find(r#""swap":{"S":""#).unwrap() + 13;
                *written = Some(request.body[start..start + 32].to_owned());
                Reply::Lost
            }
            Some(swap) => {
                let item = found(swap);
                let body = format!(
                    r#"{{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","Item":{item}}}"#
                );
                Reply::Answer(400, body)
            }
        }
    })
    .await;
    let ledger = options.connect().await.unwrap();
    ledger
        .compare_and_swap(&key(), Expected::Version(4), Content::new("x"))
        .await
}

#[tokio::test]
async fn lost_answer_is_no_conflict() {
    let own = |swap: &str| format!(r#"{{"version":{{"N":"5"}},"swap":{{"S":"{swap}"}}}}"#);
    let swap = swap_after_a_lost_answer(own).await;
    assert_eq!(swap.unwrap(), Swap::Done(5));
}

#[tokio::test]
async fn lost_answer_before_another_swap_of_the_same_version_is_a_conflict() {
    let other = |_: &str| r#"{"version":{"N":"5"},"swap":{"S":"other"}}"#.to_owned();
    let swap = swap_after_a_lost_answer(other).await;
    assert_eq!(swap.unwrap(), Swap::Conflict);
}

#[tokio::test]
async fn lost_answer_before_later_swaps_is_unknown() {
    let later = |_: &str| r#"{"version":{"N":"6"},"swap":{"S":"other"}}"#.to_owned();
    let error = swap_after_a_lost_answer(later).await.unwrap_err();
    assert!(matches!(error, DynamoError::Unknown { .. }), "{error:?}");
}

#[tokio::test]
async fn a_service_that_never_answers_is_given_up() {
    let options = serve(|_| Reply::Never).await;
    let start = Instant::now();
    let error = options
        .with_limit(Duration::from_secs(1))
        .connect()
        .await
        .unwrap_err();
    assert!(matches!(error, DynamoError::Silent { .. }), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_service_that_is_not_there_is_named_as_such() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = DynamoOptions::new("table")
        .with_endpoint(format!("http://{address}"))
        .with_region("eu-central-1")
        .with_keys("access-canary", "secret-canary")
        .connect()
        .await
        .unwrap_err();
    assert!(matches!(error, DynamoError::Connect { .. }), "{error:?}");
}

#[tokio::test]
async fn refusals_have_names_and_show_no_key() {
    for (code, is) in [
        (
            "AccessDeniedException",
            (|error| matches!(error, DynamoError::Denied { .. })) as fn(&DynamoError) -> bool,
        ),
        ("UnrecognizedClientException", |error| {
            matches!(error, DynamoError::Denied { .. })
        }),
        ("ItemCollectionSizeLimitExceededException", |error| {
            matches!(error, DynamoError::Full { .. })
        }),
        ("SomethingNew", |error| {
            matches!(error, DynamoError::Service { .. })
        }),
    ] {
        let options = serve(move |request| {
            if is_format(&request) {
                format()
            } else {
                refusal(code)
            }
        })
        .await;
        let ledger = options.connect().await.unwrap();
        let body = "body-canary".to_owned();
        let error = ledger
            .compare_and_swap(&key(), Expected::Version(1), Content::new(&body))
            .await
            .unwrap_err();
        assert!(is(&error), "{code}: {error:?}");
        assert!(
            !format!("{error} {error:?}").contains("canary"),
            "{error:?}"
        );
    }
}

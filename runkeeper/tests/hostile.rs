//! Answers that no client should survive badly: each ends as a typed error, within the configured time and size, and
//! costs nobody the session.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use common::builder;
use fake_services::synthetic::SyntheticTcx;
use fake_services::{Answer as Canned, BrowserCookie, FakeRunkeeper, Fault, PolarSport};
use runkeeper::{Answer, Error, Month, Runkeeper, SendError, TrackUpload, UserName};
use tempfile::TempDir;
use web_session::Error as Transport;

const LIST: &str = "GET /activitiesByDateRange";
const UPLOAD: &str = "POST /trackMultipleFileUpload";
const MAX_BYTES: u64 = 200_000;

/// What a client may have let in before it let go: the limit, and what the system's socket buffers swallow unasked.
const LET_IN: usize = 16_000_000;

type Sent = Result<Answer, SendError>;

struct Case {
    name: &'static str,
    fault: Fault,
    read: fn(&Error) -> bool,
    write: fn(&Sent) -> bool,
}

fn blank(bytes: usize) -> Canned {
    Canned::new(200, "text/html;charset=UTF-8", " ".repeat(bytes))
}

fn denied(status: u16) -> Canned {
    Canned::html(
        status,
        "<html><head><title>AccessDenied</title></head><body><h1>AccessDenied</h1></body></html>",
    )
}

fn is_blocked(error: &Error) -> bool {
    matches!(error, Error::Blocked { .. }) && !error.is_temporary()
}

fn too_large(error: &Error) -> bool {
    matches!(
        error,
        Error::Transport(Transport::TooLarge {
            limit: MAX_BYTES,
            ..
        })
    )
}

fn timed_out(error: &Error) -> bool {
    matches!(error, Error::Transport(Transport::Timeout { .. })) && error.is_temporary()
}

fn too_large_but_sent(sent: &Sent) -> bool {
    matches!(sent, Err(SendError::MaybeSent(error)) if too_large(error))
}

fn timed_out_but_sent(sent: &Sent) -> bool {
    matches!(sent, Err(SendError::MaybeSent(error)) if timed_out(error))
}

fn proves_nothing(sent: &Sent) -> bool {
    matches!(sent, Ok(Answer::Opaque(_)))
}

fn cases() -> Vec<Case> {
    let case = |name, fault, read, write| Case {
        name,
        fault,
        read,
        write,
    };
    let blocked: fn(&Sent) -> bool =
        |sent| matches!(sent, Err(SendError::NotSent(error)) if is_blocked(error));
    vec![
        case(
            "AccessDenied with 403",
            Fault::Answer(denied(403)),
            is_blocked,
            blocked,
        ),
        case(
            "AccessDenied with 200",
            Fault::Answer(denied(200)),
            is_blocked,
            // A page with 200 may be anything; the listing tells.
            proves_nothing,
        ),
        case(
            "AccessDenied as XML",
            Fault::Answer(Canned::access_denied()),
            is_blocked,
            blocked,
        ),
        case(
            "a login page with 200",
            Fault::Answer(Canned::login_page()),
            |error| matches!(error, Error::SessionExpired { .. }),
            proves_nothing,
        ),
        case(
            "cut-off JSON",
            Fault::Answer(Canned::new(200, "text/html", "{\"activities\":{\"20")),
            |error| matches!(error, Error::Changed(change) if change.syntax),
            proves_nothing,
        ),
        case(
            "a redirect loop",
            Fault::Answer(Canned::redirect("/activitiesByDateRange")),
            |error| {
                matches!(
                    error,
                    Error::Transport(Transport::TooManyRedirects { limit: 5, .. })
                )
            },
            proves_nothing,
        ),
        case(
            "10 MB",
            Fault::Answer(blank(10_000_000)),
            too_large,
            too_large_but_sent,
        ),
        case(
            "an answer without an end",
            Fault::Endless(blank(100_000), Duration::ZERO),
            too_large,
            too_large_but_sent,
        ),
        case(
            "a gzip bomb",
            Fault::Answer(blank(10_000_000).gzip()),
            too_large,
            too_large_but_sent,
        ),
        case(
            "a gzip bomb without an end",
            Fault::Endless(blank(1_000_000).gzip(), Duration::ZERO),
            too_large,
            too_large_but_sent,
        ),
        case(
            "silence",
            Fault::Slow(Duration::from_secs(60)),
            timed_out,
            timed_out_but_sent,
        ),
        case(
            "a drip",
            Fault::Endless(blank(8), Duration::from_millis(50)),
            timed_out,
            timed_out_but_sent,
        ),
    ]
}

/// A fake, a client with tight limits that is signed in, and its session file.
async fn set_up() -> (FakeRunkeeper, Runkeeper, TempDir) {
    let fake = FakeRunkeeper::start().await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let client = builder(&fake)
        .session_file(dir.path().join("runkeeper.json"))
        .user(UserName::new(FakeRunkeeper::USER).unwrap())
        .timeout(Duration::from_millis(700))
        .session(|s| {
            s.max_bytes(MAX_BYTES)
                .read_attempts(2)
                .total_timeout(Duration::from_secs(2))
        })
        .build()
        .unwrap();
    client
        .import_session(&BrowserCookie::header(&fake.browser_cookies()))
        .unwrap();
    client.save_session().await.unwrap();
    (fake, client, dir)
}

/// The file is untouched, and a new program works with it.
async fn the_session_still_works(fake: &FakeRunkeeper, dir: &TempDir, before: &[u8], name: &str) {
    let file = dir.path().join("runkeeper.json");
    assert_eq!(std::fs::read(&file).unwrap(), before, "{name}");
    fake.faults().clear();
    let later = builder(fake).session_file(file).build().unwrap();
    later
        .check()
        .await
        .unwrap_or_else(|e| panic!("{name}: {e}"));
}

/// How much of the answers was let in, once the fake has noticed that nobody listens.
async fn let_in(fake: &FakeRunkeeper) -> usize {
    let most = || {
        let all = fake.requests().all();
        all.iter().map(|r| r.answer_bytes).max().unwrap_or(0)
    };
    let mut before = most();
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if most() == before {
            break;
        }
        before = most();
    }
    before
}

#[tokio::test]
async fn a_hostile_answer_to_a_read_is_a_typed_error_within_the_limits() {
    for case in cases() {
        let (fake, client, dir) = set_up().await;
        let before = std::fs::read(dir.path().join("runkeeper.json")).unwrap();
        fake.faults().always(LIST, case.fault);
        let begin = Instant::now();
        let month = Month::new(2024, 12).unwrap();
        let error = client.activities_in(month).await.unwrap_err();
        assert!((case.read)(&error), "{}: {error:?}", case.name);
        assert!(begin.elapsed() < Duration::from_secs(10), "{}", case.name);
        let bytes = let_in(&fake).await;
        assert!(bytes <= LET_IN, "{}: {bytes} bytes", case.name);
        the_session_still_works(&fake, &dir, &before, case.name).await;
    }
}

#[tokio::test]
async fn a_hostile_answer_to_an_upload_is_told_rightly_and_nothing_is_repeated() {
    let start: DateTime<Utc> = "2024-12-31T22:30:00Z".parse().unwrap();
    let tcx = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(60);
    let file = TrackUpload::tcx("run", tcx.build());
    for case in cases() {
        let (fake, client, dir) = set_up().await;
        let before = std::fs::read(dir.path().join("runkeeper.json")).unwrap();
        fake.faults().always(UPLOAD, case.fault);
        let begin = Instant::now();
        let sent = client.upload(&file).await;
        assert!((case.write)(&sent), "{}: {sent:?}", case.name);
        assert!(begin.elapsed() < Duration::from_secs(10), "{}", case.name);
        assert_eq!(fake.requests().count(UPLOAD), 1, "{}", case.name);
        let bytes = let_in(&fake).await;
        assert!(bytes <= LET_IN, "{}: {bytes} bytes", case.name);
        the_session_still_works(&fake, &dir, &before, case.name).await;
    }
}

//! Answers that no client should survive badly: each ends as a typed error, within the configured time and size, and
//! costs nobody the session.

use std::time::{Duration, Instant};

use fake_services::{Answer, FakePolarFlow, Fault};
use polar_flow::web_session::{Error as Transport, WriteError};
use polar_flow::{Error, PolarFlow, SessionId};
use tempfile::TempDir;

use crate::common::*;

const LIST: &str = "GET /training/getCalendarEvents";
const EDIT: &str = "PUT /api/training/analysis/updateTrainingData";
const MAX_BYTES: u64 = 200_000;

/// What a client may have let in before it let go: the limit, and what the system's socket buffers swallow unasked.
const LET_IN: usize = 16_000_000;

fn blank(bytes: usize) -> Answer {
    Answer::new(200, "application/json", " ".repeat(bytes))
}

fn denied(status: u16) -> Answer {
    Answer::html(
        status,
        "<html><head><title>AccessDenied</title></head><body><h1>AccessDenied</h1></body></html>",
    )
}

/// What is said to a read and to a write.
struct Case {
    name: &'static str,
    fault: Fault,
    read: fn(&Error) -> bool,
    write: fn(&Result<(), Error>) -> bool,
    /// How often the write leaves.
    writes: usize,
}

fn is_blocked(error: &Error) -> bool {
    matches!(error, Error::WafBlocked { .. }) && error.is_blocked() && !error.is_temporary()
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

fn too_large_but_sent(result: &Result<(), Error>) -> bool {
    matches!(
        result,
        Err(Error::Write(WriteError::MaybeSent(
            Transport::TooLarge { .. }
        )))
    )
}

fn timed_out_but_sent(result: &Result<(), Error>) -> bool {
    matches!(
        result,
        Err(Error::Write(WriteError::MaybeSent(
            Transport::Timeout { .. }
        )))
    )
}

fn cases() -> Vec<Case> {
    let case = |name, fault, read, write| Case {
        name,
        fault,
        read,
        write,
        writes: 1,
    };
    let blocked: fn(&Result<(), Error>) -> bool = |r| r.as_ref().is_err_and(is_blocked);
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
            blocked,
        ),
        case(
            "AccessDenied as XML",
            Fault::Answer(Answer::access_denied()),
            is_blocked,
            blocked,
        ),
        Case {
            name: "a login page with 200",
            fault: Fault::Answer(Answer::login_page()),
            // The session is alive, so it is this one answer's trouble.
            read: |error| matches!(error, Error::UnexpectedContent { .. }),
            write: |result| matches!(result, Err(error) if error.needs_sign_in()),
            // It says that nothing was done, so it is sent again with a renewed session.
            writes: 2,
        },
        case(
            "cut-off JSON",
            Fault::Answer(Answer::new(200, "application/json", "[{\"type\":\"EXE")),
            |error| matches!(error, Error::Drift(drift) if drift.syntax) && !error.is_drift(),
            // What a write answers is of no interest.
            Result::is_ok,
        ),
        case(
            "a redirect loop",
            Fault::Answer(Answer::redirect("/training/getCalendarEvents")),
            |error| {
                matches!(
                    error,
                    Error::Transport(Transport::TooManyRedirects { limit: 20, .. })
                )
            },
            |result| matches!(result, Err(Error::MaybeDone(_))),
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
async fn set_up() -> (FakePolarFlow, PolarFlow, TempDir) {
    let fake = fake().await;
    let dir = tempfile::tempdir().unwrap();
    let polar = plain(&fake)
        .password(EMAIL, PASSWORD)
        .session_file(dir.path().join("polar.json"))
        .timeout(Duration::from_millis(700))
        .session(|s| {
            s.max_bytes(MAX_BYTES)
                .read_attempts(2)
                .total_timeout(Duration::from_secs(2))
        })
        .build()
        .unwrap();
    polar.sign_in().await.unwrap();
    (fake, polar, dir)
}

/// A new program with the file and without a password works, and the file is a whole one.
async fn the_session_still_works(fake: &FakePolarFlow, dir: &TempDir) {
    fake.faults().clear();
    let later = plain(fake)
        .session_file(dir.path().join("polar.json"))
        .build()
        .unwrap();
    let report = later.sign_in().await.unwrap();
    assert_eq!(report.by(), Some("saved session"));
    later.account().await.unwrap();
}

/// How much of the answers was let in, once the fake has noticed that nobody listens.
async fn let_in(fake: &FakePolarFlow) -> usize {
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
        let (fake, polar, dir) = set_up().await;
        let file = dir.path().join("polar.json");
        let before = std::fs::read(&file).unwrap();
        fake.faults().always(LIST, case.fault);
        let begin = Instant::now();
        let error = list(&polar).await.unwrap_err();
        assert!((case.read)(&error), "{}: {error:?}", case.name);
        assert!(begin.elapsed() < Duration::from_secs(10), "{}", case.name);
        let bytes = let_in(&fake).await;
        assert!(bytes <= LET_IN, "{}: {bytes} bytes", case.name);
        // Only what looks like the end of a session leads to a renewal, which is written down.
        if case.writes == 1 {
            assert_eq!(std::fs::read(&file).unwrap(), before, "{}", case.name);
        }
        the_session_still_works(&fake, &dir).await;
    }
}

#[tokio::test]
async fn a_hostile_answer_to_a_write_is_a_typed_error_and_nothing_is_repeated() {
    for case in cases() {
        let (fake, polar, dir) = set_up().await;
        let file = dir.path().join("polar.json");
        let before = std::fs::read(&file).unwrap();
        fake.faults().always(EDIT, case.fault);
        let begin = Instant::now();
        let result = polar.edit_notes(SessionId(ID), Some("x"), None).await;
        assert!((case.write)(&result), "{}: {result:?}", case.name);
        assert!(begin.elapsed() < Duration::from_secs(10), "{}", case.name);
        assert_eq!(fake.requests().count(EDIT), case.writes, "{}", case.name);
        let bytes = let_in(&fake).await;
        assert!(bytes <= LET_IN, "{}: {bytes} bytes", case.name);
        if case.writes == 1 {
            assert_eq!(std::fs::read(&file).unwrap(), before, "{}", case.name);
        }
        the_session_still_works(&fake, &dir).await;
    }
}

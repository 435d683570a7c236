//! Answers that no client should survive badly: each ends as a typed error, within the configured time and size, and
//! costs the session.

use std::time::{Duration, Instant};

use fake_services::{Answer, FakePolarFlow, Fault, Hostile, Target};
use polar_flow::web_session::Error as Transport;
use polar_flow::{Error, PolarFlow, SessionId};
use tempfile::TempDir;

use crate::common::*;

const LIST: &str = "GET /training/getCalendarEvents";
const EDIT: &str = "PUT /api/training/analysis/updateTrainingData";
const AT: Target = Target {
    path: "/training/getCalendarEvents",
    content_type: "application/json",
    cut_off: "[{\"type\":\"EXE",
};
const MAX_BYTES: u64 = 200_000;

/// The most bytes that a client takes before it stops: the limit, and the socket buffers of the system.
const LET_IN: usize = 16_000_000;

/// The outcomes of a read and of a write.
struct Expected {
    read: fn(&Error) -> bool,
    write: fn(&Result<(), Error>) -> bool,
    /// Whether a read takes it for the end of the session and renews it.
    renews: bool,
}

fn is_blocked(error: &Error) -> bool {
    matches!(error, Error::Blocked { .. }) && error.is_blocked() && !error.is_temporary()
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
        Err(Error::MaybeSent(error))
            if matches!(**error, Error::Transport(Transport::TooLarge { .. }))
    )
}

fn timed_out_but_sent(result: &Result<(), Error>) -> bool {
    matches!(
        result,
        Err(Error::MaybeSent(error))
            if matches!(**error, Error::Transport(Transport::Timeout { .. }))
    )
}

fn expected(case: Hostile) -> Expected {
    let once = |read, write| Expected {
        read,
        write,
        renews: false,
    };
    match case {
        Hostile::DeniedPage | Hostile::DeniedPageWith200 | Hostile::DeniedDocument => {
            once(is_blocked, |result| result.as_ref().is_err_and(is_blocked))
        }
        Hostile::LoginPage => Expected {
            // The session is alive, so it is this one answer's trouble.
            read: |error| matches!(error, Error::UnexpectedContent { .. }),
            // A page proves nothing of what was written.
            write: |result| matches!(result, Err(Error::MaybeSent(_))),
            renews: true,
        },
        Hostile::CutOffJson => once(
            |error| matches!(error, Error::Drift(drift) if drift.syntax) && !error.is_drift(),
            // The body of the answer to a write is of no interest.
            Result::is_ok,
        ),
        Hostile::RedirectLoop => once(
            |error| {
                matches!(
                    error,
                    Error::Transport(Transport::TooManyRedirects { limit: 20, .. })
                )
            },
            |result| matches!(result, Err(Error::MaybeSent(_))),
        ),
        Hostile::TenMegabytes | Hostile::Endless | Hostile::GzipBomb | Hostile::EndlessGzipBomb => {
            once(too_large, too_large_but_sent)
        }
        Hostile::Silence | Hostile::Drip => once(timed_out, timed_out_but_sent),
    }
}

/// A fake, a client with tight limits that is signed in, and its session file.
async fn set_up() -> (FakePolarFlow, PolarFlow, TempDir) {
    let fake = fake().await;
    let dir = tempfile::tempdir().unwrap();
    let polar = plain(&fake)
        .password(EMAIL, PASSWORD)
        .session_file(dir.path().join("polar.json"))
        .timeout(Duration::from_millis(700))
        .session_settings(|s| {
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

/// Scenario: hostile answers: `AccessDenied`, login page with 200, cut-off JSON, redirect loop, 10 MB,
///   without an end, gzip bomb, silence, drip
#[tokio::test]
async fn a_hostile_answer_to_a_read_is_a_typed_error_within_the_limits() {
    for case in Hostile::ALL {
        let expected = expected(case);
        let (fake, polar, dir) = set_up().await;
        let file = dir.path().join("polar.json");
        let before = std::fs::read(&file).unwrap();
        fake.faults().always(LIST, case.fault(AT));
        let begin = Instant::now();
        let error = list(&polar).await.unwrap_err();
        assert!((expected.read)(&error), "{case:?}: {error:?}");
        assert!(begin.elapsed() < Duration::from_secs(10), "{case:?}");
        let bytes = fake.requests().largest_answer().await;
        assert!(bytes <= LET_IN, "{case:?}: {bytes} bytes");
        // Only what looks like the end of a session leads to a renewal, which is written down.
        if !expected.renews {
            assert_eq!(std::fs::read(&file).unwrap(), before, "{case:?}");
        }
        the_session_still_works(&fake, &dir).await;
    }
}

/// Scenario: hostile answers: `AccessDenied`, login page with 200, cut-off JSON, redirect loop, 10 MB,
///   without an end, gzip bomb, silence, drip
#[tokio::test]
async fn a_hostile_answer_to_a_write_is_a_typed_error_and_nothing_is_repeated() {
    for case in Hostile::ALL {
        let expected = expected(case);
        let (fake, polar, dir) = set_up().await;
        let file = dir.path().join("polar.json");
        let before = std::fs::read(&file).unwrap();
        fake.faults().always(EDIT, case.fault(AT));
        let begin = Instant::now();
        let result = polar.edit_notes(SessionId(ID), Some("x"), None).await;
        assert!((expected.write)(&result), "{case:?}: {result:?}");
        assert!(begin.elapsed() < Duration::from_secs(10), "{case:?}");
        assert_eq!(fake.requests().count(EDIT), 1, "{case:?}");
        let bytes = fake.requests().largest_answer().await;
        assert!(bytes <= LET_IN, "{case:?}: {bytes} bytes");
        assert_eq!(std::fs::read(&file).unwrap(), before, "{case:?}");
        the_session_still_works(&fake, &dir).await;
    }
}

/// The pages that content networks show when the site behind them does not answer.
fn gateway_pages(status: u16) -> [Answer; 3] {
    let cloudfront = "<!DOCTYPE html><html><head><title>ERROR: The request could not be satisfied</title></head>\
                      <body><h1>ERROR</h1><p>We can't connect to the server.</p>\
                      <pre>Generated by cloudfront (CloudFront)\nRequest ID: x==</pre></body></html>";
    let akamai = "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY>An error occurred while processing your \
                  request. Reference&#32;&#35;97&#46;0 https&#58;//errors.edgesuite.net/97.0 \
                  https://errors.edgesuite.net/97.0</BODY></HTML>";
    let challenging = "<html><head><title>Bad gateway</title></head>\
                       <body><script src=\"/cdn-cgi/challenge-platform/x.js\"></script></body></html>";
    [
        Answer::html(status, cloudfront).header("x-cache", "Error from cloudfront"),
        Answer::html(status, akamai),
        Answer::html(status, challenging),
    ]
}

const OUTAGES: [u16; 5] = [408, 500, 502, 503, 504];

/// Scenario: a content network's page with 408 or 5xx
#[tokio::test]
async fn a_content_networks_page_about_an_outage_leaves_a_write_open() {
    for status in OUTAGES {
        for page in gateway_pages(status) {
            let (fake, polar, _dir) = set_up().await;
            fake.faults().always(EDIT, Fault::Answer(page.clone()));
            let error = polar
                .edit_notes(SessionId(ID), Some("x"), None)
                .await
                .unwrap_err();
            assert!(error.may_have_been_sent(), "{page:?}: {error:?}");
            assert!(error.is_temporary() && !error.is_blocked(), "{error:?}");
            assert_eq!(fake.requests().count(EDIT), 1, "{page:?}");
        }
    }
}

/// Scenario: a content network's page with 408 or 5xx
#[tokio::test]
async fn a_content_networks_page_about_an_outage_is_no_refusal() {
    for status in OUTAGES {
        let [cloudfront, akamai, _] = gateway_pages(status);
        for page in [cloudfront, akamai] {
            let (fake, polar, _dir) = set_up().await;
            fake.faults().always(LIST, Fault::Answer(page.clone()));
            let error = list(&polar).await.unwrap_err();
            assert!(
                matches!(error, Error::Unavailable { .. }),
                "{page:?}: {error:?}"
            );
            assert!(error.is_temporary() && !error.is_blocked(), "{error:?}");
            // The same in the middle of a sign-in.
            fake.faults().clear();
            fake.sign_everybody_out();
            fake.faults()
                .always("GET /flowSso", Fault::Answer(page.clone()));
            let error = polar.sign_in().await.unwrap_err();
            assert!(
                matches!(error, Error::Unavailable { .. }),
                "{page:?}: {error:?}"
            );
        }
    }
    // A challenge stays one: asking again makes it worse.
    let (fake, polar, _dir) = set_up().await;
    let challenge = "<html><head><title>Just a moment...</title></head></html>";
    fake.faults()
        .always(LIST, Fault::Answer(Answer::html(503, challenge)));
    let error = list(&polar).await.unwrap_err();
    assert!(matches!(error, Error::Blocked { .. }), "{error:?}");
}

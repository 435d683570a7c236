//! Answers that no client should survive badly: each ends as a typed error, within the configured time and size, and
//! costs the session.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{
    Answer as Canned, BrowserCookie, FakeRunkeeper, Fault, Hostile, PolarSport, Target,
};
use runkeeper::{Answer, Error, Month, Runkeeper, TrackUpload, UserName};
use tempfile::TempDir;
use web_session::Error as Transport;

use crate::common::builder;

const LIST: &str = "GET /activitiesByDateRange";
const UPLOAD: &str = "POST /trackMultipleFileUpload";
const AT: Target = Target {
    path: "/activitiesByDateRange",
    content_type: "text/html;charset=UTF-8",
    cut_off: "{\"activities\":{\"20",
};
const MAX_BYTES: u64 = 200_000;

/// The most bytes that a client takes before it stops: the limit, and the socket buffers of the system.
const LET_IN: usize = 16_000_000;

type Sent = Result<Answer, Error>;

/// The outcomes of a read and of an upload.
struct Expected {
    read: fn(&Error) -> bool,
    write: fn(&Sent) -> bool,
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
    matches!(sent, Err(Error::MaybeSent(error)) if too_large(error))
}

fn timed_out_but_sent(sent: &Sent) -> bool {
    matches!(sent, Err(Error::MaybeSent(error)) if timed_out(error))
}

fn proves_nothing(sent: &Sent) -> bool {
    matches!(sent, Ok(Answer::Opaque(_)))
}

fn expected(case: Hostile) -> Expected {
    let blocked = |sent: &Sent| matches!(sent, Err(error) if is_blocked(error));
    let said = |read, write| Expected { read, write };
    match case {
        Hostile::DeniedPage | Hostile::DeniedDocument => said(is_blocked, blocked),
        // A page with 200 may mean anything; the listing decides.
        Hostile::DeniedPageWith200 => said(is_blocked, proves_nothing),
        Hostile::LoginPage => said(
            |error| matches!(error, Error::SignInNeeded(_)),
            proves_nothing,
        ),
        Hostile::CutOffJson => said(
            |error| matches!(error, Error::Drift(change) if change.syntax),
            proves_nothing,
        ),
        Hostile::RedirectLoop => said(
            |error| {
                matches!(
                    error,
                    Error::Transport(Transport::TooManyRedirects { limit: 5, .. })
                )
            },
            proves_nothing,
        ),
        Hostile::TenMegabytes | Hostile::Endless | Hostile::GzipBomb | Hostile::EndlessGzipBomb => {
            said(too_large, too_large_but_sent)
        }
        Hostile::Silence | Hostile::Drip => said(timed_out, timed_out_but_sent),
    }
}

/// A fake, a client with tight limits that is signed in, and its session file.
async fn set_up() -> (FakeRunkeeper, Runkeeper, TempDir) {
    let fake = FakeRunkeeper::start().await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let client = builder(&fake)
        .session_file(dir.path().join("runkeeper.json"))
        .user(UserName::new(FakeRunkeeper::USER).unwrap())
        .timeout(Duration::from_millis(700))
        .session_settings(|s| {
            s.max_bytes(MAX_BYTES)
                .read_attempts(2)
                .total_timeout(Duration::from_secs(2))
        })
        .build()
        .unwrap();
    client
        .import_cookies(&BrowserCookie::header(&fake.browser_cookies()))
        .unwrap();
    client.save_session().await.unwrap();
    (fake, client, dir)
}

/// The file is untouched, and a new program works with it.
async fn the_session_still_works(
    fake: &FakeRunkeeper,
    dir: &TempDir,
    before: &[u8],
    case: Hostile,
) {
    let file = dir.path().join("runkeeper.json");
    assert_eq!(std::fs::read(&file).unwrap(), before, "{case:?}");
    fake.faults().clear();
    let later = builder(fake).session_file(file).build().unwrap();
    later
        .check()
        .await
        .unwrap_or_else(|e| panic!("{case:?}: {e}"));
}

/// Scenario: `AccessDenied`, login page with 200, cut-off JSON, redirect loop, 10 MB, without an end, gzip
///   bomb, silence, drip: typed, within time and size, session file as before
#[tokio::test]
async fn a_hostile_answer_to_a_read_is_a_typed_error_within_the_limits() {
    for case in Hostile::ALL {
        let expected = expected(case);
        let (fake, client, dir) = set_up().await;
        let before = std::fs::read(dir.path().join("runkeeper.json")).unwrap();
        fake.faults().always(LIST, case.fault(AT));
        let begin = Instant::now();
        let month = Month::new(2024, 12).unwrap();
        let error = client.activities_in(month).await.unwrap_err();
        assert!((expected.read)(&error), "{case:?}: {error:?}");
        assert!(begin.elapsed() < Duration::from_secs(10), "{case:?}");
        let bytes = fake.requests().largest_answer().await;
        assert!(bytes <= LET_IN, "{case:?}: {bytes} bytes");
        the_session_still_works(&fake, &dir, &before, case).await;
    }
}

/// Scenario: `AccessDenied`, login page with 200, cut-off JSON, redirect loop, 10 MB, without an end, gzip
///   bomb, silence, drip: typed, within time and size, session file as before
#[tokio::test]
async fn a_hostile_answer_to_an_upload_is_classified_and_nothing_is_repeated() {
    let start: DateTime<Utc> = "2024-12-31T22:30:00Z".parse().unwrap();
    let tcx = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(60);
    let file = TrackUpload::tcx("run", tcx.build());
    for case in Hostile::ALL {
        let expected = expected(case);
        let (fake, client, dir) = set_up().await;
        let before = std::fs::read(dir.path().join("runkeeper.json")).unwrap();
        fake.faults().always(UPLOAD, case.fault(AT));
        let begin = Instant::now();
        let sent = client.upload(&file).await;
        assert!((expected.write)(&sent), "{case:?}: {sent:?}");
        assert!(begin.elapsed() < Duration::from_secs(10), "{case:?}");
        assert_eq!(fake.requests().count(UPLOAD), 1, "{case:?}");
        let bytes = fake.requests().largest_answer().await;
        assert!(bytes <= LET_IN, "{case:?}: {bytes} bytes");
        the_session_still_works(&fake, &dir, &before, case).await;
    }
}

/// A content network's page about an outage is no refusal.
///
/// Scenario: a content network's page with 408 or 5xx: an outage, not a refusal
#[tokio::test]
async fn a_content_networks_page_about_an_outage_is_no_refusal() {
    let cloudfront = "<html><head><title>ERROR: The request could not be satisfied</title></head>\
                      <body>Generated by cloudfront (CloudFront)</body></html>";
    let akamai = "<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY>An error occurred. \
                  https://errors.edgesuite.net/97.0</BODY></HTML>";
    // The site's own page, with the form that stands on all of them.
    let own = "<html><title>Down</title><form><input type=\"password\"></form></html>";
    let month = Month::new(2024, 12).unwrap();
    for status in [408, 500, 502, 503, 504] {
        for page in [cloudfront, akamai, own] {
            let (fake, client, _dir) = set_up().await;
            let answer = Canned::html(status, page).header("x-cache", "Error from cloudfront");
            fake.faults().always(LIST, Fault::Answer(answer.clone()));
            let error = client.activities_in(month).await.unwrap_err();
            assert!(
                matches!(error, Error::Unavailable { .. }) && error.is_temporary(),
                "{answer:?}: {error:?}"
            );
        }
    }
    // A challenge stays one: asking again makes it worse.
    let (fake, client, _dir) = set_up().await;
    let challenge = "<html><head><title>Just a moment...</title></head></html>";
    fake.faults()
        .always(LIST, Fault::Answer(Canned::html(503, challenge)));
    let error = client.activities_in(month).await.unwrap_err();
    assert!(is_blocked(&error), "{error:?}");
}

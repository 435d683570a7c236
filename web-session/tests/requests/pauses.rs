//! A service that asks to wait is left alone by every request of the session.

use std::time::{Duration, Instant};

use fake_services::script::{Act, ScriptedServer, answer};
use web_session::{Error, Session, WriteError};

use crate::support::*;

fn busy(status: &str, seconds: u64) -> Act {
    let header = format!("retry-after: {seconds}\r\n");
    Act::Reply(answer(status, &header, "later"))
}

async fn read_of(session: &Session, server: &ScriptedServer) -> Result<u16, Error> {
    let response = session.get(url(server)).endpoint("list").read().await?;
    Ok(response.status().as_u16())
}

async fn write_of(session: &Session, server: &ScriptedServer) -> Result<u16, WriteError> {
    let request = session
        .post(url(server))
        .endpoint("upload")
        .form([("a", "1")]);
    Ok(request.write().await?.status().as_u16())
}

/// Whether an error says that nothing was sent, and for how long nothing will be.
#[track_caller]
fn assert_paused(error: &Error, seconds: u64) {
    let wait = error.retry_after().unwrap();
    assert!(
        wait <= Duration::from_secs(seconds) && wait > Duration::from_secs(seconds - 10),
        "{wait:?}"
    );
    assert!(error.is_not_sent() && error.is_temporary(), "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains("not sent") && text.contains("asked for a pause"),
        "{text}"
    );
}

#[tokio::test]
async fn a_pause_asked_of_a_read_stops_reads_and_writes() {
    for status in ["429 Slow", "503 Busy"] {
        let server = play(vec![busy(status, 3600)]).await;
        let session = session_with(&server);
        read_of(&session, &server).await.unwrap();
        let pause = session.clone().pause().unwrap();
        assert!(pause > Duration::from_secs(3590), "{pause:?}");
        let begin = Instant::now();
        assert_paused(&read_of(&session, &server).await.unwrap_err(), 3600);
        let outcome = write_of(&session.clone(), &server).await.unwrap_err();
        assert!(matches!(outcome, WriteError::NotSent(_)), "{outcome:?}");
        assert_eq!(outcome.retry_after(), outcome.error().retry_after());
        assert_paused(outcome.error(), 3600);
        assert!(begin.elapsed() < Duration::from_secs(1));
        assert_eq!((server.requests(), server.connections()), (1, 1));
    }
}

#[tokio::test]
async fn a_pause_asked_of_a_write_stops_the_next_write() {
    for status in ["429 Slow", "503 Busy"] {
        let server = play(vec![busy(status, 2), Act::Reply(ok("taken"))]).await;
        let session = session_with(&server);
        write_of(&session, &server).await.unwrap();
        for _ in 0..3 {
            let outcome = write_of(&session, &server).await.unwrap_err();
            assert!(!outcome.may_have_been_sent() && outcome.retry_after().is_some());
        }
        assert_eq!(server.connections(), 1, "{status}");
        // A read waits for so short a time, and the write after it leaves.
        let begin = Instant::now();
        read_of(&session, &server).await.unwrap();
        assert!(begin.elapsed() > Duration::from_millis(1500));
        assert_eq!(write_of(&session, &server).await.unwrap(), 200);
        assert_eq!(server.requests(), 3);
    }
}

#[tokio::test]
async fn one_host_of_the_service_speaks_for_all_of_them() {
    let first = play(vec![busy("503 Busy", 600)]).await;
    let second = play(vec![Act::Reply(ok("fine"))]).await;
    let session = quick()
        .base_url(url(&first))
        .base_url(url(&second))
        .build()
        .unwrap();
    read_of(&session, &first).await.unwrap();
    assert_paused(&read_of(&session, &second).await.unwrap_err(), 600);
    assert_eq!(second.connections(), 0);
    // Another session knows nothing of it.
    read_of(&session_with(&second), &second).await.unwrap();
}

#[tokio::test]
async fn a_host_that_is_no_part_of_the_service_neither_pauses_it_nor_waits_for_it() {
    let server = play(vec![Act::Reply(ok("fine")), busy("429 Slow", 600)]).await;
    let store = play(vec![busy("503 Busy", 600), Act::Reply(ok("file"))]).await;
    let session = session_with(&server);
    read_of(&session, &store).await.unwrap();
    assert_eq!(session.pause(), None);
    assert_eq!(read_of(&session, &server).await.unwrap(), 200);
    read_of(&session, &server).await.unwrap();
    assert!(session.pause().is_some());
    assert_eq!(read_of(&session, &store).await.unwrap(), 200);
}

#[tokio::test]
async fn every_form_of_date_pauses() {
    // One hour after the answer's own date, whatever the clocks say.
    for date in [
        "Sun, 01 Nov 2026 11:00:00 GMT",
        "Sunday, 01-Nov-26 11:00:00 GMT",
        "Sun Nov  1 11:00:00 2026",
    ] {
        let headers = format!("date: Sun, 01 Nov 2026 10:00:00 GMT\r\nretry-after: {date}\r\n");
        let server = play(vec![Act::Reply(answer("429 Slow", &headers, ""))]).await;
        let session = session_with(&server);
        read_of(&session, &server).await.unwrap();
        let outcome = write_of(&session, &server).await.unwrap_err();
        assert_paused(outcome.error(), 3600);
        assert_eq!(server.requests(), 1, "{date}");
    }
}

#[tokio::test]
async fn no_wish_no_pause() {
    for headers in ["", "retry-after: 0\r\n", "retry-after: soon\r\n"] {
        let server = play(vec![
            Act::Reply(answer("503 Busy", headers, "")),
            Act::Reply(ok("taken")),
        ])
        .await;
        let session = session_with(&server);
        write_of(&session, &server).await.unwrap();
        assert_eq!(write_of(&session, &server).await.unwrap(), 200, "{headers}");
    }
    // On other statuses the header says when to look again, not to stay away.
    let server = play(vec![busy("301 Moved", 600), Act::Reply(ok("taken"))]).await;
    let session = session_with(&server);
    write_of(&session, &server).await.unwrap();
    assert_eq!(write_of(&session, &server).await.unwrap(), 200);
}

#[tokio::test]
async fn a_pause_beyond_the_time_limit_ends_the_read_at_once() {
    let server = play(vec![busy("429 Slow", 30)]).await;
    let session = quick()
        .timeout(Duration::from_secs(1))
        .base_url(url(&server))
        .build()
        .unwrap();
    write_of(&session, &server).await.unwrap();
    let begin = Instant::now();
    assert_paused(&read_of(&session, &server).await.unwrap_err(), 30);
    assert!(begin.elapsed() < Duration::from_secs(1));
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn requests_that_queue_for_their_turn_meet_the_pause() {
    let server = play(vec![busy("429 Slow", 600)]).await;
    let session = quick()
        .pace(Duration::from_millis(200))
        .max_in_flight(4)
        .base_url(url(&server))
        .build()
        .unwrap();
    let (first, second, third) = tokio::join!(
        read_of(&session, &server),
        read_of(&session, &server),
        write_of(&session, &server),
    );
    assert_eq!(first.unwrap(), 429);
    assert_paused(&second.unwrap_err(), 600);
    assert_paused(third.unwrap_err().error(), 600);
    assert_eq!(server.requests(), 1);
}

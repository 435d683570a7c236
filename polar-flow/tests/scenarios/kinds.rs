//! The kinds of errors: the same answers have the same names in every client.

use fake_services::{Fault, kinds};
use polar_flow::web_session::ErrorKind;
use polar_flow::{Error, SessionId};

use crate::common::*;

const LIST: &str = "/training/getCalendarEvents";
const NOTES: &str = "PUT /api/training/analysis/updateTrainingData";

#[tokio::test]
async fn reads_name_their_failures_as_every_client_does() {
    for (answer, kind) in kinds::answers_to_a_read() {
        let fake = fake().await;
        let polar = plain(&fake)
            .password(EMAIL, PASSWORD)
            .session_settings(|s| s.read_attempts(1))
            .build()
            .unwrap();
        polar.sign_in().await.unwrap();
        let shown = format!("{answer:?}");
        fake.faults().always(LIST, Fault::Answer(answer));
        let error = list(&polar).await.unwrap_err();
        assert_eq!(format!("{:?}", error.kind()), kind, "{shown}: {error:?}");
        assert!(!error.may_have_been_sent());
    }
}

#[tokio::test]
async fn writes_name_their_failures_as_every_client_does() {
    for (answer, kind, may_be_done) in kinds::answers_to_a_write() {
        let fake = fake().await;
        let polar = signed_in(&fake).await;
        let shown = format!("{answer:?}");
        fake.faults().always(NOTES, Fault::Answer(answer));
        let error = polar.edit_notes(SessionId(ID), Some("x"), None).await;
        let error = error.unwrap_err();
        assert_eq!(format!("{:?}", error.kind()), kind, "{shown}: {error:?}");
        assert_eq!(error.may_have_been_sent(), may_be_done, "{shown}");
        assert_eq!(fake.requests().count(NOTES), 1, "{shown}");
    }
}

#[tokio::test]
async fn the_other_kinds_have_their_names() {
    let fake = fake().await;
    let wrong = plain(&fake).password(EMAIL, "wrong").build().unwrap();
    assert_eq!(kind(wrong.sign_in().await), ErrorKind::BadCredentials);
    let nobody = plain(&fake).build().unwrap();
    assert_eq!(kind(nobody.account().await), ErrorKind::SignInNeeded);
    let polar = signed_in(&fake).await;
    let too_long = "x".repeat(10_001);
    let refused = polar.edit_notes(SessionId(ID), Some(&too_long), None).await;
    assert_eq!(kind(refused), ErrorKind::Invalid);
    let unknown = polar.summary(SessionId(1)).await;
    assert_eq!(kind(unknown), ErrorKind::NotFound);
    drop(fake);
    assert_eq!(kind(polar.account().await), ErrorKind::Unavailable);
}

/// No session and no way to get one: every write ends as "sign-in needed", and none as "session expired".
#[tokio::test]
async fn an_expired_session_ends_every_write_as_sign_in_needed() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    let cookies = fake_services::BrowserCookie::netscape(&fake.browser_cookies());
    drop(polar);
    let polar = plain(&fake).build().unwrap();
    polar.import_cookies(&cookies).unwrap();
    fake.sign_everybody_out();
    let id = SessionId(ID);
    let start = "2025-05-25T08:48:00+02:00".parse().unwrap();
    let new = polar_flow::create::NewSession::new(start, polar_flow::sports::SportId::RUNNING, 60);
    for result in [
        polar.edit_notes(id, Some("x"), None).await,
        polar.edit_session(id, &Default::default()).await,
        polar.create_session(&new).await,
        polar.delete_session(id).await,
    ] {
        assert!(matches!(result, Err(Error::SignInNeeded(_))), "{result:?}");
    }
}

fn kind<T: std::fmt::Debug>(result: Result<T, Error>) -> ErrorKind {
    result.unwrap_err().kind()
}

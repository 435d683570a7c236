//! Which servers get the password, and how often.

use sync_ledger_postgres::PostgresError;

use crate::fake::{CLEAR_TEXT, Fake, LOOPBACK, MD5, Manners, PASSWORD, elsewhere};
use crate::{cause, refused};

const NO_TLS: Manners = Manners {
    encrypts: Some(b'N'),
    asks: CLEAR_TEXT,
};

#[tokio::test]
async fn a_clear_text_password_is_never_sent_to_another_machine() {
    let Some(address) = elsewhere() else { return };
    for settings in ["", "sslmode=prefer", "sslmode=disable"] {
        let fake = Fake::start(address, NO_TLS).await;
        let error = refused(&fake.url(settings)).await;
        assert!(matches!(error, PostgresError::ClearText { .. }), "{error}");
        assert!(error.to_string().contains(&address.to_string()), "{error}");
        assert_eq!((fake.calls(), fake.heard(PASSWORD)), (1, 0), "{settings}");
    }
}

#[tokio::test]
async fn a_refused_password_is_offered_once() {
    for asks in [CLEAR_TEXT, MD5] {
        for settings in ["", "sslmode=prefer", "sslmode=disable"] {
            let fake = Fake::start(LOOPBACK, Manners { asks, ..NO_TLS }).await;
            let error = refused(&fake.url(settings)).await;
            assert!(matches!(error, PostgresError::Connect { .. }), "{error}");
            assert!(cause(&error).contains("28P01"), "{error:?}");
            assert_eq!(fake.calls(), 1, "{settings}");
            if asks == CLEAR_TEXT {
                assert_eq!(fake.heard(PASSWORD), 1, "{settings}");
            }
        }
    }
}

#[tokio::test]
async fn a_refused_password_is_not_offered_to_the_next_server() {
    let (first, second) = (
        Fake::start(LOOPBACK, NO_TLS).await,
        Fake::start(LOOPBACK, NO_TLS).await,
    );
    let ports = [&first, &second].map(|fake| {
        let url = fake.url("");
        let (_, port) = url.split_once("127.0.0.1:").unwrap();
        port.split_once('/').unwrap().0.to_owned()
    });
    let url = format!(
        "host=127.0.0.1,127.0.0.1 port={} user=me password={PASSWORD}",
        ports.join(",")
    );
    refused(&url).await;
    assert_eq!((first.calls(), second.calls()), (1, 0));
    // A server that is down leaves the choice to the next.
    let url = format!(
        "host=127.0.0.1,127.0.0.1 port=1,{} user=me password={PASSWORD}",
        ports[1]
    );
    refused(&url).await;
    assert_eq!(second.calls(), 1);
}

#[tokio::test]
async fn encryption_that_is_insisted_on_is_not_given_up() {
    for mode in ["require", "verify-ca", "verify-full"] {
        let fake = Fake::start(LOOPBACK, NO_TLS).await;
        let error = refused(&fake.url(&format!("sslmode={mode}"))).await;
        assert!(
            matches!(error, PostgresError::NotEncrypted { .. }),
            "{error}"
        );
        // Nothing but the question.
        assert_eq!((fake.calls(), fake.heard("me")), (1, 0));
    }
}

//! Certificates that are not accepted.

use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use sync_ledger_postgres::PostgresError;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use crate::fake::{CLEAR_TEXT, Fake, LOOPBACK, Manners, PASSWORD, elsewhere};
use crate::{cause, refused};

const UNTRUSTED: Manners = Manners {
    encrypts: Some(b'S'),
    asks: CLEAR_TEXT,
};

/// The server's side, with a certificate that no authority signed.
pub async fn handshake(stream: TcpStream) {
    let made = rcgen::generate_simple_self_signed(vec!["db.example.org".to_owned()]).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    if let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(stream).await {
        let mut heard = Vec::new();
        let _ = stream.read_to_end(&mut heard).await;
    }
}

#[tokio::test]
async fn another_machine_with_an_untrusted_certificate_hears_nothing() {
    let Some(address) = elsewhere() else { return };
    for settings in ["", "sslmode=prefer", "sslmode=require"] {
        let fake = Fake::start(address, UNTRUSTED).await;
        let error = refused(&fake.url(settings)).await;
        assert!(matches!(error, PostgresError::Tls { .. }), "{error}");
        assert!(
            error.to_string().contains("trusts no authority"),
            "the cause is not named: {error}"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!((fake.calls(), fake.heard("training")), (1, 0), "{settings}");
    }
}

/// Debian's own certificate on this machine: packets pass no other machine.
#[tokio::test]
async fn this_machine_is_used_without_encryption_unless_that_is_insisted_on() {
    let fake = Fake::start(LOOPBACK, UNTRUSTED).await;
    let error = refused(&fake.url("")).await;
    assert!(cause(&error).contains("28P01"), "{error:?}");
    assert_eq!((fake.calls(), fake.heard(PASSWORD)), (2, 1));
    let fake = Fake::start(LOOPBACK, UNTRUSTED).await;
    let error = refused(&fake.url("sslmode=require")).await;
    assert!(matches!(error, PostgresError::Tls { .. }), "{error}");
    assert_eq!((fake.calls(), fake.heard(PASSWORD)), (1, 0));
}

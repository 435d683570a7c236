//! Encrypted connections, checked against the certificates that the system trusts.

use std::io;
use std::sync::{Arc, OnceLock};

use rustls::crypto::ring;
use rustls::{CertificateError, ClientConfig};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres_rustls::MakeRustlsConnect;

/// The connector of this process. It is made once: reading the system's certificates takes longer
/// than connecting.
pub(crate) fn connector() -> Result<MakeRustlsConnect, rustls::Error> {
    static MADE: OnceLock<MakeRustlsConnect> = OnceLock::new();
    if let Some(made) = MADE.get() {
        return Ok(made.clone());
    }
    let made = make()?;
    Ok(MADE.get_or_init(|| made).clone())
}

/// The provider is named here, so that it does not matter which others are in the program.
fn make() -> Result<MakeRustlsConnect, rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    // Servers from PostgreSQL 17 on insist on it where TLS begins without a question.
    config.alpn_protocols = vec![b"postgresql".to_vec()];
    Ok(MakeRustlsConnect::new(config))
}

/// Why a handshake failed.
pub(crate) fn reason(error: &io::Error) -> String {
    let tls = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let Some(rustls::Error::InvalidCertificate(certificate)) = tls else {
        return match error.kind() {
            io::ErrorKind::UnexpectedEof => "the server hung up".to_owned(),
            _ => error.to_string(),
        };
    };
    match certificate {
        CertificateError::UnknownIssuer => {
            "this machine trusts no authority that signed the server's certificate; SSL_CERT_FILE can name a file with the \
             certificate of its authority"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the server's certificate is for another host name"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the server's certificate has expired, or the clock of this machine is wrong"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet, or the clock of this machine is wrong"
        }
        CertificateError::Revoked => "the server's certificate was revoked",
        other => return format!("the server's certificate is not accepted: {other}"),
    }
    .to_owned()
}

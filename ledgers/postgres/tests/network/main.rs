//! The ledger and misbehaving servers: they refuse encryption, show odd certificates, ask for the password
//! in clear text, or are silent. No PostgreSQL is needed.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    clippy::print_stdout
)]

mod fake;
mod passwords;
mod silence;
#[cfg(feature = "tls")]
mod tls;

use sync_ledger_postgres::{PostgresError, PostgresLedger};

/// The error of a connection that must fail; it never shows the password.
pub async fn refused(url: &str) -> PostgresError {
    let error = PostgresLedger::connect(url).await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(!text.contains("canary"), "{text}");
    error
}

/// The cause of an error, as the server put it.
pub fn cause(error: &PostgresError) -> String {
    let source = std::error::Error::source(error);
    source.map(ToString::to_string).unwrap_or_default()
}

//! Reading the address of a ledger.

use tokio_postgres::Config;

use crate::error::PostgresError;

/// The driver's settings. What it would misread is refused before it can: messages name the server, never a part of a password.
pub(crate) fn parse(text: &str) -> Result<Config, PostgresError> {
    let url = ["postgres://", "postgresql://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    if url.is_some_and(is_ambiguous) {
        return Err(PostgresError::Address);
    }
    text.parse().map_err(|_| PostgresError::Address)
}

/// The driver takes everything up to the first `@` for user and password, and what follows for the server: with an `@` in the password,
/// or in a setting behind `?`, that would be the rest of a secret.
fn is_ambiguous(url: &str) -> bool {
    url.split_once('@')
        .is_some_and(|(before, after)| before.contains('?') || after.contains('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_addresses_are_understood() {
        for text in [
            "postgres://me:secret@db.example.org:5432/training",
            "postgresql://me:p%40ss%2Fword@db.example.org/training?sslmode=require",
            "postgres://db.example.org/training?user=me&password=p%40ss",
            "postgres:///training?host=/run/postgresql",
            "host=db.example.org user=me password='p@ss@word'",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_the_driver_would_misread_is_refused() {
        for text in [
            "postgres://me:p@ss@db.example.org/training",
            "postgres://me:p@ss/word@db.example.org/training",
            "postgres://me@work:secret@db.example.org/training",
            "postgres://db.example.org/training?user=me&password=p@ss",
        ] {
            assert!(matches!(parse(text), Err(PostgresError::Address)), "{text}");
        }
    }
}

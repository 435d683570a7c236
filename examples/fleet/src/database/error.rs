//! The errors of the database. No message holds a password, or what a row holds.

use std::time::Duration;

use workout_sync::exit::Failure;

/// The database of the fleet is not usable.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DatabaseError {
    /// The address is malformed. The message does not repeat it: it may hold a password.
    #[error(
        "FLEET_DATABASE is malformed; it looks like postgres://user:password@host:5432/fleet, with the special characters of user and \
         password escaped"
    )]
    Address,
    /// No connection came in time.
    #[error("PostgreSQL gave no connection for {0:?}")]
    Silent(Duration),
    /// A newer program made the tables.
    #[error(
        "the tables of the fleet have version {found}, and this program knows versions up to {known}; use the newer program"
    )]
    Newer {
        /// Their version.
        found: i32,
        /// The newest version that this program knows.
        known: i32,
    },
    /// There is no such account.
    #[error("there is no account `{0}`; `list` shows those that are there")]
    NoAccount(String),
    /// The queue failed.
    #[error("the job queue failed: {0}")]
    Queue(String),
    /// The pool of connections failed.
    #[error("no connection to PostgreSQL")]
    Pool(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server refused a statement; its details, which may repeat a row, are left out.
    #[error("PostgreSQL failed: {message} ({code})")]
    Server {
        /// The server's message.
        message: String,
        /// SQLSTATE.
        code: String,
    },
    /// The connection failed.
    #[error("the connection to PostgreSQL failed")]
    Connection(#[source] tokio_postgres::Error),
}

impl From<tokio_postgres::Error> for DatabaseError {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(server) => Self::Server {
                message: server.message().to_owned(),
                code: server.code().code().to_owned(),
            },
            None => Self::Connection(error),
        }
    }
}

impl From<deadpool_postgres::PoolError> for DatabaseError {
    fn from(error: deadpool_postgres::PoolError) -> Self {
        match error {
            deadpool_postgres::PoolError::Backend(error) => error.into(),
            error => Self::Pool(Box::new(error)),
        }
    }
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        let text = workout_sync::exit::with_causes(&error);
        match error {
            DatabaseError::Address | DatabaseError::NoAccount(_) => Self::usage(text),
            _ => Self::failed(text),
        }
    }
}

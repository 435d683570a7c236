//! The errors of a ledger in PostgreSQL. No message holds a password.

use std::error::Error;
use std::time::Duration;

use tokio_postgres::error::SqlState;

/// The ledger in the database is not usable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresError {
    /// The address is malformed. The message does not repeat it: it may hold a password.
    #[error(
        "the address of the PostgreSQL ledger is malformed; it looks like postgres://user:password@host:5432/database, with the special \
         characters of user and password escaped (`@` is written as %40, `/` as %2F, `?` as %3F)"
    )]
    Address,
    /// The schema has an invalid name.
    #[error("`{0}` is not a name for a schema, which has 1 to 63 bytes and no NUL")]
    SchemaName(String),
    /// The server is not there, or does not let the user in.
    #[error("no connection to PostgreSQL at {server}")]
    Connect {
        /// Host, port and database.
        server: String,
        /// The error of the driver or the system.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The server does not answer in time.
    #[error(
        "PostgreSQL at {server} does not answer: nothing came for {limit:?}. Is the server stopped or overloaded, or does a firewall drop the connection?"
    )]
    Silent {
        /// Host, port and database.
        server: String,
        /// How long the ledger waited.
        limit: Duration,
    },
    /// The server encrypts, but the handshake failed. Nothing was said to it.
    #[error(
        "no encrypted connection to PostgreSQL at {server}: {reason}. The password was not sent; `sslmode=disable` in the address gives up encryption"
    )]
    Tls {
        /// Host, port and database.
        server: String,
        /// The fault, and advice.
        reason: String,
    },
    /// The connection has to be encrypted, and the server does not do that.
    #[error(
        "PostgreSQL at {server} does not encrypt, and `sslmode=require` or an earlier connection insists on it; the password was not sent"
    )]
    NotEncrypted {
        /// Host, port and database.
        server: String,
    },
    /// Others could read the password on its way.
    #[error(
        "PostgreSQL at {server} asks for the password in clear text over a connection that is not encrypted; it was not sent. Switch TLS on in the server, or let it ask by scram-sha-256"
    )]
    ClearText {
        /// Host, port and database.
        server: String,
    },
    /// The address asks for encryption, which this program was built without.
    #[error(
        "the connection to PostgreSQL at {server} has to be encrypted, and this program was built without the feature `tls`"
    )]
    NoTls {
        /// Host, port and database.
        server: String,
    },
    /// The database does not keep text as UTF-8.
    #[error(
        "the PostgreSQL database at {server} has the encoding {encoding}; a ledger needs one with UTF8"
    )]
    Encoding {
        /// Host, port and database.
        server: String,
        /// Its encoding.
        encoding: String,
    },
    /// The schema belongs to something else.
    #[error(
        "the schema {schema} at {server} has a table `documents` that is no ledger's. It was left untouched; name another schema"
    )]
    NotALedger {
        /// Host, port and database.
        server: String,
        /// The schema.
        schema: String,
    },
    /// An older program made the tables.
    #[error(
        "the ledger in the schema {schema} at {server} has format {found}, and this program needs format {known}. It was left untouched; \
         export it with the program that wrote it, then import that export into a new schema with this program"
    )]
    Older {
        /// Host, port and database.
        server: String,
        /// The schema.
        schema: String,
        /// Its format.
        found: i64,
        /// The format of this program.
        known: i64,
    },
    /// A newer program made the tables.
    #[error(
        "the ledger in the schema {schema} at {server} has format {found}, and this program needs format {known}. It was left untouched; use \
         the newer program"
    )]
    Newer {
        /// Host, port and database.
        server: String,
        /// The schema.
        schema: String,
        /// Its format.
        found: i64,
        /// The format of this program.
        known: i64,
    },
    /// Another program changed a document.
    #[error("a document of the PostgreSQL ledger at {server} is malformed: {day} is not a day")]
    Day {
        /// Host, port and database.
        server: String,
        /// The column `day`: days since the beginning of the common era.
        day: i32,
    },
    /// PostgreSQL's text holds no NUL.
    #[error("PostgreSQL stores no NUL character, and the {0} has one; nothing was written")]
    Nul(&'static str),
    /// Anything else that the server or the connection reports.
    #[error("the PostgreSQL ledger at {server} failed")]
    Query {
        /// Host, port and database.
        server: String,
        /// The error of the driver or the server.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The task that keeps the connection ended with its runtime.
    #[error("the runtime of the PostgreSQL connection was shut down")]
    Runtime,
}

/// The server's error without its details, which may repeat a row.
#[derive(Debug, thiserror::Error)]
#[error("{message} ({})", .code.code())]
pub(crate) struct Refusal {
    message: String,
    pub(crate) code: SqlState,
}

/// The driver's error, without what a document holds.
pub(crate) fn harmless(error: tokio_postgres::Error) -> Box<dyn Error + Send + Sync> {
    match error.as_db_error() {
        Some(server) => Box::new(Refusal {
            message: server.message().to_owned(),
            code: server.code().clone(),
        }),
        None => Box::new(error),
    }
}

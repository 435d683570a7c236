//! What can be wrong with a ledger in a database. No message holds a password.

use std::error::Error;
use std::time::Duration;

use tokio_postgres::error::SqlState;

/// The ledger in the database can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresError {
    /// The address can't be read. What it holds is not repeated: there may be a password in it.
    #[error(
        "the address of the PostgreSQL ledger can't be read; it looks like postgres://user:password@host:5432/database, with the special \
         characters of user and password escaped (`@` is written as %40, `/` as %2F, `?` as %3F)"
    )]
    Address,
    /// The name of the schema can't be used.
    #[error("`{0}` can't be the name of a schema: 1 to 63 bytes, without a NUL")]
    SchemaName(String),
    /// The server is not there, or does not let the user in.
    #[error("can't connect to PostgreSQL at {server}")]
    Connect {
        /// Host, port and database.
        server: String,
        /// What the driver or the system says.
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
        /// What is wrong.
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
        "PostgreSQL at {server} asks for the password in clear text over a connection that is not encrypted; it was not sent. Switch TLS on in the          server, or let it ask by scram-sha-256"
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
    #[error("a document of the PostgreSQL ledger at {server} can't be read: {day} is not a day")]
    Day {
        /// Host, port and database.
        server: String,
        /// The column `day`: days since the beginning of the common era.
        day: i32,
    },
    /// PostgreSQL's text can't hold a NUL.
    #[error("PostgreSQL can't store a NUL character, and the {0} has one; nothing was written")]
    Nul(&'static str),
    /// Anything else that the server or the connection reports.
    #[error("the PostgreSQL ledger at {server} failed")]
    Query {
        /// Host, port and database.
        server: String,
        /// What the driver or the server says.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The task that keeps the connection ended with its runtime.
    #[error("the runtime of the PostgreSQL connection was shut down")]
    Runtime,
}

/// What the server said, without the details: they may repeat a row.
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

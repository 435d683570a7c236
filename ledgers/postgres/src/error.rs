//! What can be wrong with a ledger in a database. No message holds a password.

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
    /// Nobody answers, or the server lets us not in.
    #[error("can't connect to PostgreSQL at {server}: {}", said(.source))]
    Connect {
        /// Host, port and database.
        server: String,
        /// What the driver says.
        #[source]
        source: tokio_postgres::Error,
    },
    /// No encrypted connection can be made on this machine.
    #[cfg(feature = "tls")]
    #[error(
        "no encrypted connection to PostgreSQL can be made: {source}. Are the certificates of the authorities installed (package ca-certificates)?"
    )]
    Tls {
        /// Why.
        #[source]
        source: rustls::Error,
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
    /// A newer version of this program wrote it.
    #[error(
        "the ledger in the schema {schema} at {server} has format {found}, this program knows formats up to {known}. It was left untouched; use the newer program"
    )]
    Newer {
        /// Host, port and database.
        server: String,
        /// The schema.
        schema: String,
        /// Its format.
        found: i64,
        /// The newest known format.
        known: i64,
    },
    /// PostgreSQL's text can't hold a NUL.
    #[error("PostgreSQL can't store a NUL character, and the {0} has one; nothing was written")]
    Nul(&'static str),
    /// Anything else that the server or the connection reports.
    #[error("the PostgreSQL ledger at {server} failed: {}", said(.source))]
    Query {
        /// Host, port and database.
        server: String,
        /// What the driver says.
        #[source]
        source: tokio_postgres::Error,
    },
    /// The task that keeps the connection ended with its runtime.
    #[error("the runtime of the PostgreSQL connection was shut down")]
    Runtime,
}

/// The driver's own words are only "db error"; what the server said is below them.
fn said(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(server) => format!("{} ({})", server.message(), server.code().code()),
        None => error.to_string(),
    }
}

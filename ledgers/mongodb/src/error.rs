//! The errors of a ledger in MongoDB. No message holds a password.

/// The ledger in MongoDB is not usable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MongoError {
    /// The address is malformed. The message does not repeat it: it may hold a password.
    #[error(
        "the address of the MongoDB ledger is malformed; it looks like mongodb://user:password@host:27017/database, with the special \
         characters of user and password escaped (`@` is written as %40, `/` as %2F, `?` as %3F)"
    )]
    Address,
    /// The name in a `mongodb+srv` address was not found.
    #[error(
        "found no servers for the MongoDB ledger; is the name in the address right, and does the network work?"
    )]
    Lookup {
        /// The driver's error.
        #[source]
        source: mongodb::error::Error,
    },
    /// The collection belongs to something else.
    #[error(
        "the collection {collection} holds documents that are no ledger's. It was left untouched; name another collection"
    )]
    NotALedger {
        /// Database and collection.
        collection: String,
    },
    /// An older program made the collection.
    #[error(
        "the ledger in {collection} has format {found}, and this program needs format {known}. It was left untouched; export it with \
         the program that wrote it, then import that export into a new collection with this program"
    )]
    Older {
        /// Database and collection.
        collection: String,
        /// Its format.
        found: i64,
        /// The format of this program.
        known: i64,
    },
    /// A newer program made the collection.
    #[error(
        "the ledger in {collection} has format {found}, and this program needs format {known}. It was left untouched; use the newer \
         program"
    )]
    Newer {
        /// Database and collection.
        collection: String,
        /// Its format.
        found: i64,
        /// The format of this program.
        known: i64,
    },
    /// A NUL in a route or a name. Not every server that speaks the protocol keeps it, so none is
    /// asked to.
    #[error("a ledger in MongoDB takes no NUL character, and the {0} has one; nothing was written")]
    Nul(&'static str),
    /// A document of the ledger, or of the original project's list, is malformed.
    #[error("a document in {collection} is malformed: {what}. Nothing was changed")]
    Foreign {
        /// Database and collection.
        collection: String,
        /// The fault.
        what: String,
    },
    /// No document of the collection has the original project's list.
    #[error(
        "no document in {collection} has a list `synced`: is it another database or collection, or does the original project run right now?"
    )]
    NoList {
        /// Database and collection.
        collection: String,
    },
    /// The server does not answer in time.
    #[error(
        "MongoDB at {server} does not answer: nothing came for {limit:?}. Is the server stopped or overloaded, or does a firewall drop the \
         connection?"
    )]
    Silent {
        /// The servers of the address.
        server: String,
        /// How long the ledger waited.
        limit: std::time::Duration,
    },
    /// Anything else that the server or the connection reports.
    #[error("the MongoDB ledger in {collection} failed")]
    Mongo {
        /// Database and collection.
        collection: String,
        /// The driver's error.
        #[source]
        source: mongodb::error::Error,
    },
}

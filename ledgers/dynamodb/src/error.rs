//! The errors of a ledger in DynamoDB. No message holds a key of an account or the body of a document.

use std::error::Error;
use std::time::Duration;

/// The ledger in DynamoDB is not usable.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DynamoError {
    /// The table has an invalid name.
    #[error(
        "`{0}` is no name for a DynamoDB table, which has 3 to 255 letters, digits, `-`, `_` and `.`"
    )]
    TableName(String),
    /// No region is configured.
    #[error(
        "no AWS region is configured for the DynamoDB ledger; set AWS_REGION, or `region` in the AWS profile"
    )]
    Region,
    /// No credentials were found, or the ones that were found are not usable.
    #[error(
        "no AWS credentials were found for the DynamoDB ledger; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name an AWS profile, or give \
         the function or machine a role"
    )]
    Credentials {
        /// The SDK's error.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The account may not do what the ledger needs.
    #[error(
        "AWS refuses access to the DynamoDB table {table}; a ledger needs GetItem, BatchGetItem, PutItem, DeleteItem and Query for the \
         table and its indexes, and CreateTable and DescribeTable when it is to make the table"
    )]
    Denied {
        /// The table.
        table: String,
        /// The service's answer.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The service is out of reach.
    #[error("no connection to DynamoDB for the table {table}")]
    Connect {
        /// The table.
        table: String,
        /// The error of the connection.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// The service does not answer in time.
    #[error(
        "DynamoDB does not answer for the table {table}: nothing came for {limit:?}. Does a firewall or a missing route drop the connection?"
    )]
    Silent {
        /// The table.
        table: String,
        /// How long the ledger waited.
        limit: Duration,
    },
    /// The table's throughput is used up, also after several tries.
    #[error(
        "DynamoDB throttles the table {table}, also after several tries; raise its capacity, or let it bill by request"
    )]
    Throttled {
        /// The table.
        table: String,
        /// The service's answer.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// Another writer held the document through every try.
    #[error(
        "other writers kept a document of the DynamoDB table {table} busy; nothing was written"
    )]
    Busy {
        /// The table.
        table: String,
    },
    /// The table belongs to something else.
    #[error(
        "the DynamoDB table {table} is no ledger: {what}. It was left untouched; name another table"
    )]
    NotALedger {
        /// The table.
        table: String,
        /// The difference.
        what: String,
    },
    /// A newer program made the table.
    #[error(
        "the ledger in the DynamoDB table {table} has format {found}, and this program needs format {known}. It was left untouched; use the \
         newer program"
    )]
    Newer {
        /// The table.
        table: String,
        /// Its format.
        found: u64,
        /// The format of this program.
        known: u64,
    },
    /// The table is there, but cannot be used yet or any more.
    #[error("the DynamoDB table {table} is not active: its state is {state}")]
    NotActive {
        /// The table.
        table: String,
        /// The state that the service names.
        state: String,
    },
    /// A NUL in a name. The empty name is stored as one.
    #[error(
        "a ledger in DynamoDB takes no NUL character in names, and there is one; nothing was written"
    )]
    Nul,
    /// A route or a name is longer than a key of DynamoDB.
    #[error(
        "DynamoDB takes a {what} of at most {limit} bytes, and this one has {bytes}; nothing was written"
    )]
    TooLong {
        /// `route` or `name`.
        what: &'static str,
        /// Its length in bytes.
        bytes: usize,
        /// The longest one.
        limit: usize,
    },
    /// A body is larger than one transaction.
    #[error(
        "the DynamoDB ledger takes documents of at most {limit} bytes, and this one has {bytes}; nothing was written"
    )]
    TooLarge {
        /// Its length in bytes.
        bytes: usize,
        /// The largest one.
        limit: usize,
    },
    /// All documents of the route take the 10 GB that DynamoDB allows where a table has local indexes.
    #[error(
        "the route is full: DynamoDB keeps at most 10 GB under one key in the table {table}; nothing was written"
    )]
    Full {
        /// The table.
        table: String,
    },
    /// The answer to a swap was lost, and other swaps followed: it may have been written.
    #[error(
        "it is unknown whether a document was written to the DynamoDB table {table}: the answer was lost"
    )]
    Unknown {
        /// The table.
        table: String,
    },
    /// Another program changed a document.
    #[error(
        "a document of the ledger in the DynamoDB table {table} is malformed: {what}. Nothing was changed"
    )]
    Foreign {
        /// The table.
        table: String,
        /// The fault.
        what: String,
    },
    /// Anything else that the service or the SDK reports.
    #[error("the DynamoDB ledger in the table {table} failed")]
    Service {
        /// The table.
        table: String,
        /// The service's answer, or the SDK's error.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
}

/// The service's answer without the item that some answers repeat.
#[derive(Debug, thiserror::Error)]
#[error("{message} ({code})")]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) message: String,
}

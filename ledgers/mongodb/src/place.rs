//! Which collection of which server, and how it is talked to.

use std::time::Duration;

use mongodb::bson::Document;
use mongodb::error::ErrorKind;
use mongodb::options::{
    Acknowledgment, ClientOptions, ReadConcern, ReadPreference, SelectionCriteria, WriteConcern,
};
use mongodb::{Client, Collection};

use crate::error::MongoError;

/// The database, unless the address or the caller names one.
pub(crate) const DATABASE: &str = "sync";

/// A collection with its name for messages.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) documents: Collection<Document>,
    pub(crate) name: String,
    /// The servers of the address, without user and password.
    server: String,
    limit: Duration,
}

/// How long to wait for an answer, unless something else is said: longer than the driver looks for
/// a server, whose error says more.
pub(crate) const PATIENCE: Duration = Duration::from_secs(45);

impl Place {
    /// `database`: the caller's; else it is the one of the address, else `fallback`.
    pub(crate) async fn connect(
        url: &str,
        database: Option<&str>,
        fallback: &str,
        collection: &str,
        limit: Duration,
    ) -> Result<Self, MongoError> {
        let mut options =
            ClientOptions::parse(url)
                .await
                .map_err(|source| match source.kind.as_ref() {
                    // Names are looked up when the address was read: user and password are known
                    // from the rest.
                    ErrorKind::DnsResolve { .. } | ErrorKind::Io(_) => {
                        MongoError::Lookup { source }
                    }
                    // Anything else may repeat parts of the address.
                    _ => MongoError::Address,
                })?;
        // An answered write is on most of the servers, and a read sees it, with any options in the
        // address.
        options.write_concern = Some(
            WriteConcern::builder()
                .w(Acknowledgment::Majority)
                .journal(true)
                .build(),
        );
        options.read_concern = Some(ReadConcern::majority());
        options.selection_criteria =
            Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
        if options.app_name.is_none() {
            options.app_name = Some("sync-ledger".to_owned());
        }
        let database = database
            .or(options.default_database.as_deref())
            .unwrap_or(fallback)
            .to_owned();
        let servers: Vec<String> = options.hosts.iter().map(ToString::to_string).collect();
        let client = Client::with_options(options).map_err(|_| MongoError::Address)?;
        Ok(Self {
            server: servers.join(", "),
            limit,
            name: format!("{database}.{collection}"),
            documents: client.database(&database).collection(collection),
        })
    }

    /// Waits for the server up to the limit.
    pub(crate) async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, MongoError>>,
    ) -> Result<T, MongoError> {
        let result = tokio::time::timeout(self.limit, work).await;
        result.unwrap_or_else(|_| {
            Err(MongoError::Silent {
                server: self.server.clone(),
                limit: self.limit,
            })
        })
    }

    pub(crate) fn failed(&self, source: mongodb::error::Error) -> MongoError {
        MongoError::Mongo {
            collection: self.name.clone(),
            source,
        }
    }

    pub(crate) fn foreign(&self, what: impl ToString) -> MongoError {
        MongoError::Foreign {
            collection: self.name.clone(),
            what: what.to_string(),
        }
    }
}

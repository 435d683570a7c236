//! The place of a ledger, before it is opened.

use std::time::Duration;

use crate::error::MongoError;
use crate::place::{DATABASE, PATIENCE, Place};
use crate::{MongoLedger, format};

/// The place of a ledger, before it is opened.
#[derive(Clone)]
pub struct MongoOptions {
    url: String,
    database: Option<String>,
    collection: String,
    limit: Duration,
}

impl std::fmt::Debug for MongoOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address may hold a password.
        f.debug_struct("MongoOptions")
            .field("database", &self.database)
            .field("collection", &self.collection)
            .finish_non_exhaustive()
    }
}

impl MongoOptions {
    /// The ledger at `url`: `mongodb://user:password@host:27017/database`, or `mongodb+srv://...`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            database: None,
            collection: "sync_ledger".to_owned(),
            limit: PATIENCE,
        }
    }

    /// Sets the database; without this it is the one in the address, or `sync`.
    #[must_use]
    pub fn with_database(mut self, database: impl Into<String>) -> Self {
        self.database = Some(database.into());
        self
    }

    /// Sets the collection, `sync_ledger` unless something else is said.
    #[must_use]
    pub fn with_collection(mut self, collection: impl Into<String>) -> Self {
        self.collection = collection.into();
        self
    }

    /// Sets how long each call waits for an answer of the server, 45 seconds unless something else
    /// is said.
    #[must_use]
    pub fn with_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Connects, and prepares the collection when it is empty. Has to be called, and the ledger
    /// used, in a Tokio runtime.
    ///
    /// # Errors
    /// When the server is out of reach, or the collection is not a ledger's; nothing is changed
    /// then.
    pub async fn connect(self) -> Result<MongoLedger, MongoError> {
        let database = self.database.as_deref();
        let place =
            Place::connect(&self.url, database, DATABASE, &self.collection, self.limit).await?;
        let ledger = MongoLedger { place };
        ledger.place.in_time(format::prepare(&ledger.place)).await?;
        Ok(ledger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        let options = MongoOptions::new("mongodb://me:canary@localhost/x");
        assert!(!format!("{options:?}").contains("canary"));
    }
}

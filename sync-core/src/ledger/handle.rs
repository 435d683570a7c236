//! One handle type for every backend.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Document, Expected, Key, Ledger, LedgerCapabilities, Swap};

/// The ledger failed. `Display` says what was being done; the backend's own error is the [`source`](std::error::Error::source).
#[derive(Debug, thiserror::Error)]
#[error("the ledger failed: {source}")]
pub struct LedgerError {
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl LedgerError {
    fn new(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self {
            source: Box::new(source),
        }
    }
}

/// Any ledger, shared: cheap to clone, usable where generics would be in the way.
#[derive(Clone)]
pub struct SharedLedger(Arc<dyn ErasedLedger>);

impl SharedLedger {
    /// Wraps a backend.
    pub fn new(ledger: impl Ledger + 'static) -> Self {
        Self(Arc::new(ledger))
    }

    /// See [`Ledger::capabilities`].
    #[must_use]
    pub fn capabilities(&self) -> LedgerCapabilities {
        self.0.capabilities()
    }

    /// See [`Ledger::get`].
    ///
    /// # Errors
    /// When the backend fails.
    pub async fn get(&self, key: &Key) -> Result<Option<Document>, LedgerError> {
        self.0.get(key).await
    }

    /// See [`Ledger::compare_and_swap`].
    ///
    /// # Errors
    /// When the backend fails; the document may or may not have been written.
    pub async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        body: &str,
    ) -> Result<Swap, LedgerError> {
        self.0.compare_and_swap(key, expected, body).await
    }

    /// See [`Ledger::now`].
    ///
    /// # Errors
    /// When the backend fails.
    pub async fn now(&self) -> Result<Option<DateTime<Utc>>, LedgerError> {
        self.0.now().await
    }

    /// See [`Ledger::scan`].
    ///
    /// # Errors
    /// When the backend fails.
    pub async fn scan(
        &self,
        route: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, LedgerError> {
        self.0.scan(route, after, limit).await
    }
}

impl std::fmt::Debug for SharedLedger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SharedLedger")
            .field(&self.capabilities())
            .finish()
    }
}

/// The twin of [`Ledger`] that can be made into an object: its error type is gone.
#[async_trait]
trait ErasedLedger: Send + Sync {
    fn capabilities(&self) -> LedgerCapabilities;
    async fn get(&self, key: &Key) -> Result<Option<Document>, LedgerError>;
    async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        body: &str,
    ) -> Result<Swap, LedgerError>;
    async fn now(&self) -> Result<Option<DateTime<Utc>>, LedgerError>;
    async fn scan(
        &self,
        route: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, LedgerError>;
}

#[async_trait]
impl<L: Ledger> ErasedLedger for L {
    fn capabilities(&self) -> LedgerCapabilities {
        Ledger::capabilities(self)
    }

    async fn get(&self, key: &Key) -> Result<Option<Document>, LedgerError> {
        Ledger::get(self, key).await.map_err(LedgerError::new)
    }

    async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        body: &str,
    ) -> Result<Swap, LedgerError> {
        Ledger::compare_and_swap(self, key, expected, body)
            .await
            .map_err(LedgerError::new)
    }

    async fn now(&self) -> Result<Option<DateTime<Utc>>, LedgerError> {
        Ledger::now(self).await.map_err(LedgerError::new)
    }

    async fn scan(
        &self,
        route: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, LedgerError> {
        Ledger::scan(self, route, after, limit)
            .await
            .map_err(LedgerError::new)
    }
}

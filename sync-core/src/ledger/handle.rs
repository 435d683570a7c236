//! One handle type for every backend.

use std::error::Error;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Content, Document, Expected, Key, Ledger, LedgerCapabilities, Select, Swap};

/// The ledger failed. `Display` prints the backend's error and its causes, each once;
/// [`source`](Error::source) is therefore `None`.
#[derive(Debug)]
pub struct LedgerError(Box<dyn Error + Send + Sync>);

impl LedgerError {
    fn new(backend: impl Error + Send + Sync + 'static) -> Self {
        let backend: Box<dyn Error + Send + Sync> = Box::new(backend);
        // A ledger that wraps another one passes its error on.
        backend.downcast().map_or_else(Self, |error| *error)
    }

    /// The backend's error, for `downcast_ref`.
    #[must_use]
    pub fn backend(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.0
    }
}

impl std::fmt::Display for LedgerError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the ledger failed: {}", self.0)?;
        let mut causes = std::iter::successors(self.0.source(), |cause| (*cause).source());
        causes.try_for_each(|cause| write!(f, ": {cause}"))
    }
}

impl Error for LedgerError {}

/// Any ledger behind one type. Clones share it.
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
        content: Content<'_>,
    ) -> Result<Swap, LedgerError> {
        self.0.swap(key, expected, content).await
    }

    /// See [`Ledger::scan`].
    ///
    /// # Errors
    /// When the backend fails.
    pub async fn scan(
        &self,
        route: &str,
        select: Select,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, LedgerError> {
        self.0.scan(route, select, after, limit).await
    }

    /// See [`Ledger::now`].
    ///
    /// # Errors
    /// When the backend fails.
    pub async fn now(&self) -> Result<Option<DateTime<Utc>>, LedgerError> {
        self.0.now().await
    }
}

impl std::fmt::Debug for SharedLedger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SharedLedger")
            .field(&self.capabilities())
            .finish()
    }
}

type Answer<T> = Result<T, LedgerError>;

/// The object-safe twin of [`Ledger`], with one error type.
#[async_trait]
trait ErasedLedger: Send + Sync {
    fn capabilities(&self) -> LedgerCapabilities;
    async fn get(&self, key: &Key) -> Result<Option<Document>, LedgerError>;
    async fn swap(&self, key: &Key, expected: Expected, content: Content<'_>) -> Answer<Swap>;
    async fn scan(
        &self,
        route: &str,
        select: Select,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, LedgerError>;
    async fn now(&self) -> Result<Option<DateTime<Utc>>, LedgerError>;
}

#[async_trait]
impl<L: Ledger> ErasedLedger for L {
    fn capabilities(&self) -> LedgerCapabilities {
        Ledger::capabilities(self)
    }

    async fn get(&self, key: &Key) -> Result<Option<Document>, LedgerError> {
        Ledger::get(self, key).await.map_err(LedgerError::new)
    }

    async fn swap(&self, key: &Key, expected: Expected, content: Content<'_>) -> Answer<Swap> {
        let swap = Ledger::compare_and_swap(self, key, expected, content);
        swap.await.map_err(LedgerError::new)
    }

    async fn scan(
        &self,
        route: &str,
        select: Select,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, LedgerError> {
        let page = Ledger::scan(self, route, select, after, limit);
        page.await.map_err(LedgerError::new)
    }

    async fn now(&self) -> Result<Option<DateTime<Utc>>, LedgerError> {
        Ledger::now(self).await.map_err(LedgerError::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("writing the store failed")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn each_cause_is_printed_once() {
        let error = LedgerError::new(Outer(std::io::Error::other("no space left")));
        assert_eq!(
            error.to_string(),
            "the ledger failed: writing the store failed: no space left"
        );
        assert!(error.source().is_none());
        assert!(error.backend().is::<Outer>());
    }
}

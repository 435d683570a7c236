//! A ledger that counts the calls to another one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};

use crate::ledger::{Content, Document, Expected, Key, Ledger, LedgerCapabilities, Select, Swap};

/// Passes each call on, and counts `get`, `compare_and_swap`, `scan` and `now`.
pub(super) struct Counted<L> {
    inner: L,
    calls: Arc<AtomicU64>,
}

impl<L> Counted<L> {
    pub(super) fn new(inner: L, calls: &Arc<AtomicU64>) -> Self {
        Self {
            inner,
            calls: Arc::clone(calls),
        }
    }

    fn count(&self) -> &L {
        self.calls.fetch_add(1, Ordering::Relaxed);
        &self.inner
    }
}

impl<L: Ledger> Ledger for Counted<L> {
    type Error = L::Error;

    fn capabilities(&self) -> LedgerCapabilities {
        self.inner.capabilities()
    }

    async fn get(&self, key: &Key) -> Result<Option<Document>, L::Error> {
        self.count().get(key).await
    }

    async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        content: Content<'_>,
    ) -> Result<Swap, L::Error> {
        self.count().compare_and_swap(key, expected, content).await
    }

    async fn scan(
        &self,
        route: &str,
        select: Select,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, L::Error> {
        self.count().scan(route, select, after, limit).await
    }

    async fn now(&self) -> Result<Option<DateTime<Utc>>, L::Error> {
        self.count().now().await
    }
}

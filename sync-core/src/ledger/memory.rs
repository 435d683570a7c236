//! A ledger in memory: for tests, and for runs that keep nothing.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Content, Document, Expected, Key, Ledger, LedgerCapabilities, Select, Swap};

/// A ledger in memory. Clones share the same documents; they are gone when the last clone is
/// dropped.
#[derive(Debug, Clone, Default)]
pub struct MemoryLedger {
    documents: Arc<Mutex<BTreeMap<Key, Document>>>,
}

impl MemoryLedger {
    /// An empty ledger.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn documents(&self) -> MutexGuard<'_, BTreeMap<Key, Document>> {
        // Every write is one insertion: a panic elsewhere can't have left half of one.
        self.documents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger for MemoryLedger {
    type Error = Infallible;

    fn capabilities(&self) -> LedgerCapabilities {
        LedgerCapabilities::new(false, false)
    }

    async fn get(&self, key: &Key) -> Result<Option<Document>, Infallible> {
        Ok(self.documents().get(key).cloned())
    }

    async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        content: Content<'_>,
    ) -> Result<Swap, Infallible> {
        let mut documents = self.documents();
        let there = documents.get(key).map(|document| document.version);
        let version = match (there, expected) {
            (None, Expected::Absent) => 1,
            (Some(there), Expected::Version(version)) if there == version => version + 1,
            _ => return Ok(Swap::Conflict),
        };
        let document = Document::new(&key.name, version, content.body)
            .with_open(content.open)
            .with_day(content.day);
        documents.insert(key.clone(), document);
        Ok(Swap::Done(version))
    }

    async fn scan(
        &self,
        route: &str,
        select: Select,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, Infallible> {
        let documents = self.documents();
        let start = match after {
            Some(name) => Bound::Excluded(Key::new(route, name)),
            None => Bound::Included(Key::new(route, "")),
        };
        Ok(documents
            .range((start, Bound::Unbounded))
            .take_while(|(key, _)| key.route == route)
            .map(|(_, document)| document)
            .filter(|document| select.matches(document.open, document.day))
            .take(limit)
            .cloned()
            .collect())
    }
}

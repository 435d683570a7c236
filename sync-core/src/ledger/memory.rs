//! A ledger in memory: for tests, and for runs that are not to remember anything.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::convert::Infallible;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Document, Expected, Key, Ledger, LedgerCapabilities, Swap, Version};

/// A ledger in memory. Clones share the same documents; everything is gone when the last one is dropped.
#[derive(Debug, Clone, Default)]
pub struct MemoryLedger {
    documents: Arc<Mutex<BTreeMap<Key, (Version, String)>>>,
}

impl MemoryLedger {
    /// An empty ledger.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn documents(&self) -> MutexGuard<'_, BTreeMap<Key, (Version, String)>> {
        // Every write is one insertion: a panic elsewhere can't have left half of one.
        self.documents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    type Error = Infallible;

    fn capabilities(&self) -> LedgerCapabilities {
        LedgerCapabilities::new(false, false)
    }

    async fn get(&self, key: &Key) -> Result<Option<Document>, Infallible> {
        let documents = self.documents();
        Ok(documents
            .get(key)
            .map(|(version, body)| Document::new(&key.name, *version, body)))
    }

    async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        body: &str,
    ) -> Result<Swap, Infallible> {
        let mut documents = self.documents();
        Ok(match (documents.entry(key.clone()), expected) {
            (Entry::Vacant(slot), Expected::Absent) => {
                slot.insert((1, body.to_owned()));
                Swap::Done(1)
            }
            (Entry::Occupied(mut slot), Expected::Version(version)) if slot.get().0 == version => {
                slot.insert((version + 1, body.to_owned()));
                Swap::Done(version + 1)
            }
            _ => Swap::Conflict,
        })
    }

    async fn scan(
        &self,
        route: &str,
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
            .take(limit)
            .map(|(key, (version, body))| Document::new(&key.name, *version, body))
            .collect())
    }
}

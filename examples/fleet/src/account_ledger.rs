//! The part of the shared ledger that belongs to one account.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use sync_core::ledger::{
    Content, Document, Expected, Key, Ledger, LedgerCapabilities, LedgerError, Select,
    SharedLedger, Swap,
};
use sync_ledger_postgres::PostgresLedger;
use workout_sync::exit::{Failure, with_causes};

/// The beginning of the names of an account's routes. No name of an account has a slash.
pub(crate) fn prefix(account: &str) -> String {
    format!("{account}/")
}

/// The ledger of all accounts: a few connections to one schema, whatever the number of accounts.
#[derive(Debug, Clone)]
pub(crate) struct Ledgers {
    connections: Arc<[SharedLedger]>,
    next: Arc<AtomicUsize>,
}

impl Ledgers {
    pub(crate) async fn open(address: &SecretString, connections: usize) -> Result<Self, Failure> {
        let mut opened = Vec::new();
        for _ in 0..connections.max(1) {
            let ledger = PostgresLedger::connect(address.expose_secret()).await;
            let ledger = ledger.map_err(|error| Failure::failed(with_causes(&error)))?;
            opened.push(SharedLedger::new(ledger));
        }
        Ok(Self {
            connections: opened.into(),
            next: Arc::default(),
        })
    }

    /// The ledger of one account, and whether a call to it failed.
    pub(crate) fn of(&self, account: &str) -> (SharedLedger, Trouble) {
        let next = self.next.fetch_add(1, Ordering::Relaxed) % self.connections.len();
        let trouble = Trouble::default();
        let ledger = AccountLedger {
            ledger: self.connections[next].clone(),
            prefix: prefix(account),
            trouble: trouble.clone(),
        };
        (SharedLedger::new(ledger), trouble)
    }
}

/// Whether a call to a ledger failed: then a failed run says nothing about its account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trouble(Arc<AtomicBool>);

impl Trouble {
    pub(crate) fn is_there(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    fn notice<T>(&self, answer: Result<T, LedgerError>) -> Result<T, LedgerError> {
        if answer.is_err() {
            self.0.store(true, Ordering::SeqCst);
        }
        answer
    }
}

/// A ledger in which every route begins with the account's name.
struct AccountLedger {
    ledger: SharedLedger,
    prefix: String,
    trouble: Trouble,
}

impl AccountLedger {
    fn route(&self, route: &str) -> String {
        format!("{}{route}", self.prefix)
    }
}

impl Ledger for AccountLedger {
    type Error = LedgerError;

    fn capabilities(&self) -> LedgerCapabilities {
        self.ledger.capabilities()
    }

    async fn get(&self, key: &Key) -> Result<Option<Document>, LedgerError> {
        let key = Key::new(self.route(&key.route), &key.name);
        self.trouble.notice(self.ledger.get(&key).await)
    }

    async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        content: Content<'_>,
    ) -> Result<Swap, LedgerError> {
        let key = Key::new(self.route(&key.route), &key.name);
        let swap = self.ledger.compare_and_swap(&key, expected, content).await;
        self.trouble.notice(swap)
    }

    async fn scan(
        &self,
        route: &str,
        select: Select,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, LedgerError> {
        let route = self.route(route);
        let page = self.ledger.scan(&route, select, after, limit).await;
        self.trouble.notice(page)
    }

    async fn now(&self) -> Result<Option<DateTime<Utc>>, LedgerError> {
        self.trouble.notice(self.ledger.now().await)
    }
}

#[cfg(test)]
mod tests {
    use sync_core::ledger::MemoryLedger;

    use super::*;

    #[tokio::test]
    async fn accounts_do_not_see_each_other() {
        let ledgers = Ledgers {
            connections: [SharedLedger::new(MemoryLedger::new())].into(),
            next: Arc::default(),
        };
        let ((ana, _), (bob, _)) = (ledgers.of("ana"), ledgers.of("bob"));
        let key = Key::new("a -> b", "item/1");
        let open = Content::new("of ana").with_open(true);
        let swap = ana.compare_and_swap(&key, Expected::Absent, open).await;
        assert_eq!(swap.unwrap(), Swap::Done(1));
        assert!(bob.get(&key).await.unwrap().is_none());
        for select in [Select::All, Select::Open] {
            assert!(
                bob.scan("a -> b", select, None, 9)
                    .await
                    .unwrap()
                    .is_empty()
            );
            let found = ana.scan("a -> b", select, None, 9).await.unwrap();
            assert_eq!(found[0].name, "item/1");
        }
    }
}

//! The service's document in the ledger, and the ledger that is kept open between runs.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sync_core::ledger::{Content, Expected, Key, SharedLedger, Swap};
use tokio::sync::Mutex;

use super::Clock;
use super::state::State;
use crate::exit::Failure;
use crate::ledger;
use crate::settings::LedgerUrl;

/// Attempts to change the document while others change it.
const ATTEMPTS: usize = 50;

/// The ledger of the settings: opened when it is first needed, and again after it failed.
pub struct LedgerHandle {
    url: LedgerUrl,
    open: Mutex<Option<SharedLedger>>,
}

impl LedgerHandle {
    /// The ledger that this names.
    #[must_use]
    pub fn new(url: LedgerUrl) -> Self {
        let open = Mutex::new(None);
        Self { url, open }
    }

    /// The open ledger.
    ///
    /// # Errors
    /// When it can't be opened.
    pub async fn get(&self) -> Result<SharedLedger, Failure> {
        let mut open = self.open.lock().await;
        match &*open {
            Some(ledger) => Ok(ledger.clone()),
            None => {
                let ledger = ledger::open(&self.url).await?;
                Ok(open.insert(ledger).clone())
            }
        }
    }

    /// Opens it anew next time. One in memory stays: it would be forgotten.
    pub async fn forget(&self) {
        if !matches!(self.url, LedgerUrl::Memory) {
            *self.open.lock().await = None;
        }
    }
}

/// Reads and changes the document.
pub struct Store {
    ledger: Arc<LedgerHandle>,
    clock: Arc<dyn Clock>,
    key: Key,
}

impl Store {
    /// The document for a route such as `polar-flow -> runkeeper`.
    #[must_use]
    pub fn new(ledger: Arc<LedgerHandle>, clock: Arc<dyn Clock>, route: &str) -> Self {
        // A route of its own: the engine reads every document of the other one.
        let key = Key::new(format!("service: {route}"), "state");
        Self { ledger, clock, key }
    }

    /// The document as it is now; the default where there is none.
    ///
    /// # Errors
    /// When the ledger fails, or the document can't be read.
    pub async fn load(&self) -> Result<State, Failure> {
        self.update(|_, _| ()).await.map(|(state, ())| state)
    }

    /// Changes the document and returns it. `change` may be called several times, with what other processes wrote meanwhile.
    ///
    /// # Errors
    /// When the ledger fails; the document is then as it was, or changed.
    pub async fn update<T>(
        &self,
        mut change: impl FnMut(&mut State, DateTime<Utc>) -> T,
    ) -> Result<(State, T), Failure> {
        let result = self.try_update(&mut change).await;
        if result.is_err() {
            self.ledger.forget().await;
        }
        result
    }

    async fn try_update<T>(
        &self,
        change: &mut impl FnMut(&mut State, DateTime<Utc>) -> T,
    ) -> Result<(State, T), Failure> {
        let failed = |error: &dyn std::fmt::Display| Failure::failed(error.to_string());
        let ledger = self.ledger.get().await?;
        for _ in 0..ATTEMPTS {
            let shared = ledger.now().await.map_err(|error| failed(&error))?;
            let now = shared.unwrap_or_else(|| self.clock.now());
            let document = ledger
                .get(&self.key)
                .await
                .map_err(|error| failed(&error))?;
            let before = match &document {
                None => State::default(),
                Some(document) => serde_json::from_str(&document.body).map_err(|error| {
                    failed(&format_args!(
                        "the document `{}` of the route `{}` in the ledger can't be read: {error}",
                        self.key.name, self.key.route
                    ))
                })?,
            };
            let mut after = before.clone();
            let result = change(&mut after, now);
            if after == before {
                return Ok((after, result));
            }
            let expected = document.map_or(Expected::Absent, |it| Expected::Version(it.version));
            let body = serde_json::to_string(&after).map_err(|error| failed(&error))?;
            let content = Content::new(&body);
            let swap = ledger.compare_and_swap(&self.key, expected, content).await;
            if let Swap::Done(_) = swap.map_err(|error| failed(&error))? {
                return Ok((after, result));
            }
        }
        Err(failed(
            &"other processes change the service's document all the time",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    fn store(handle: &Arc<LedgerHandle>) -> Store {
        Store::new(Arc::clone(handle), Arc::new(SystemClock), "a -> b")
    }

    #[tokio::test]
    async fn concurrent_changes_are_all_kept() {
        let handle = Arc::new(LedgerHandle::new(LedgerUrl::Memory));
        let changes = (0..20).map(|_| {
            let store = store(&handle);
            tokio::spawn(
                async move { store.update(|state, _| state.failures += 1).await.map(drop) },
            )
        });
        for change in changes.collect::<Vec<_>>() {
            change.await.unwrap().unwrap();
        }
        assert_eq!(store(&handle).load().await.unwrap().failures, 20);
    }

    #[tokio::test]
    async fn a_damaged_document_is_named_and_left_alone() {
        let handle = Arc::new(LedgerHandle::new(LedgerUrl::Memory));
        let store = store(&handle);
        let ledger = handle.get().await.unwrap();
        let swap = ledger
            .compare_and_swap(
                &store.key,
                Expected::Absent,
                Content::new("{\"failures\": "),
            )
            .await;
        assert_eq!(swap.unwrap(), Swap::Done(1));
        let error = store
            .update(|state, _| state.failures = 5)
            .await
            .unwrap_err();
        assert!(
            error.message.contains("service: a -> b"),
            "{}",
            error.message
        );
        let kept = ledger.get(&store.key).await.unwrap().unwrap();
        assert_eq!(kept.body, "{\"failures\": ");
    }
}

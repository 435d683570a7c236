//! The tools of the checks: a way to open stores, and assertions that explain a wrong answer.

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::counted::Counted;
use crate::ledger::{
    Content, Document, Expected, Key, Ledger, LedgerError, Select, SharedLedger, Swap, Version,
};

/// The backend's way to open a store, without its types.
pub(super) trait Stores {
    fn open<'a>(&'a self, store: &'a str) -> LocalBoxFuture<'a, Result<SharedLedger, Failure>>;
}

/// An async closure that opens ledgers of one type.
pub(super) struct Opener<F, L, E> {
    open: F,
    calls: Arc<AtomicU64>,
    types: PhantomData<fn() -> (L, E)>,
}

impl<F, L, E> Opener<F, L, E> {
    pub(super) fn new(open: F) -> Self {
        Self {
            open,
            calls: Arc::default(),
            types: PhantomData,
        }
    }

    /// How many calls the ledgers of this opener have answered, or were asked to.
    pub(super) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}

impl<F, L, E> Stores for Opener<F, L, E>
where
    F: AsyncFn(&str) -> Result<L, E>,
    L: Ledger + 'static,
    E: std::fmt::Display,
{
    fn open<'a>(&'a self, store: &'a str) -> LocalBoxFuture<'a, Result<SharedLedger, Failure>> {
        async move {
            match (self.open)(store).await {
                Ok(ledger) => Ok(SharedLedger::new(Counted::new(ledger, &self.calls))),
                Err(error) => Err(Failure::Broken(format!(
                    "opening the store `{store}` failed: {error}"
                ))),
            }
        }
        .boxed_local()
    }
}

/// Why a check did not pass.
#[derive(Debug)]
pub(super) enum Failure {
    /// The ledger does not promise this.
    NotPromised,
    /// The expected and the actual outcome.
    Broken(String),
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Self::Broken(format!("an unexpected error: {error}"))
    }
}

pub(super) type Answer = Result<(), Failure>;

pub(super) fn broken(why: impl Into<String>) -> Answer {
    Err(Failure::Broken(why.into()))
}

/// The route that the checks use where the route does not matter.
pub(super) const ROUTE: &str = "here -> there";

pub(super) fn key(name: &str) -> Key {
    Key::new(ROUTE, name)
}

/// One check at work: its own store, empty at the beginning.
pub(super) struct Bench<'a> {
    pub(super) stores: &'a dyn Stores,
    pub(super) store: String,
}

impl Bench<'_> {
    /// Opens this check's store (again).
    pub(super) async fn open(&self) -> Result<Subject, Failure> {
        self.stores.open(&self.store).await.map(Subject)
    }

    /// Several handles: opened one by one where the ledger can be shared, else one for all.
    pub(super) async fn open_many(&self, count: usize) -> Result<Vec<Subject>, Failure> {
        let first = self.open().await?;
        let mut handles = vec![first];
        while handles.len() < count {
            let next = if handles[0].0.capabilities().shared {
                self.open().await?
            } else {
                handles[0].clone()
            };
            handles.push(next);
        }
        Ok(handles)
    }
}

/// The ledger under test, with questions that turn a wrong answer into a sentence.
#[derive(Clone)]
pub(super) struct Subject(pub(super) SharedLedger);

impl Subject {
    pub(super) async fn swap(
        &self,
        key: &Key,
        expected: Expected,
        body: &str,
    ) -> Result<Swap, Failure> {
        self.swap_with(key, expected, Content::new(body)).await
    }

    pub(super) async fn swap_with(
        &self,
        key: &Key,
        expected: Expected,
        content: Content<'_>,
    ) -> Result<Swap, Failure> {
        Ok(self.0.compare_and_swap(key, expected, content).await?)
    }

    /// A swap that has to happen and to give this version.
    pub(super) async fn done(
        &self,
        key: &Key,
        expected: Expected,
        body: &str,
        version: Version,
    ) -> Answer {
        self.done_with(key, expected, Content::new(body), version)
            .await
    }

    /// As [`done`](Self::done), with columns.
    pub(super) async fn done_with(
        &self,
        key: &Key,
        expected: Expected,
        content: Content<'_>,
        version: Version,
    ) -> Answer {
        match self.swap_with(key, expected, content).await? {
            Swap::Done(got) if got == version => Ok(()),
            got => broken(format!(
                "a swap of {} expecting {expected:?} gave {got:?} instead of version {version}",
                quoted(&key.name)
            )),
        }
    }

    /// A swap that must not happen.
    pub(super) async fn conflict(&self, key: &Key, expected: Expected, body: &str) -> Answer {
        self.conflict_with(key, expected, Content::new(body)).await
    }

    /// As [`conflict`](Self::conflict), with columns.
    pub(super) async fn conflict_with(
        &self,
        key: &Key,
        expected: Expected,
        content: Content<'_>,
    ) -> Answer {
        match self.swap_with(key, expected, content).await? {
            Swap::Conflict => Ok(()),
            got => broken(format!(
                "a swap of {} expecting {expected:?} gave {got:?} instead of a conflict",
                quoted(&key.name)
            )),
        }
    }

    /// The document has to be exactly this, without columns.
    pub(super) async fn holds(&self, key: &Key, version: Version, body: &str) -> Answer {
        self.holds_with(key, version, Content::new(body)).await
    }

    /// The document has to be exactly this.
    pub(super) async fn holds_with(
        &self,
        key: &Key,
        version: Version,
        content: Content<'_>,
    ) -> Answer {
        let expected = document(&key.name, version, content);
        match self.0.get(key).await? {
            Some(found) if found == expected => Ok(()),
            Some(found) => broken(format!(
                "reading {} gave {} instead of {}",
                quoted(&key.name),
                described(&found),
                described(&expected)
            )),
            None => broken(format!(
                "reading {} gave nothing instead of {}",
                quoted(&key.name),
                described(&expected)
            )),
        }
    }

    /// There must be no document.
    pub(super) async fn lacks(&self, key: &Key) -> Answer {
        match self.0.get(key).await? {
            None => Ok(()),
            Some(found) => broken(format!(
                "reading {}, which was never written, gave {}",
                quoted(&key.name),
                described(&found)
            )),
        }
    }

    /// Every document of a route, page by page.
    pub(super) async fn all(&self, route: &str, limit: usize) -> Result<Vec<Document>, Failure> {
        self.selected(route, Select::All, limit).await
    }

    /// Every selected document of a route, page by page.
    pub(super) async fn selected(
        &self,
        route: &str,
        select: Select,
        limit: usize,
    ) -> Result<Vec<Document>, Failure> {
        let mut all: Vec<Document> = Vec::new();
        loop {
            let after = all.last().map(|document| document.name.clone());
            let page = self.page_of(route, select, after.as_deref(), limit).await?;
            let last = page.len() < limit;
            if page
                .iter()
                .any(|new| all.iter().any(|old| old.name == new.name))
            {
                broken(format!(
                    "paging by {limit} came back to a name that an earlier page had: {:?}",
                    names(&page)
                ))?;
            }
            all.extend(page);
            if last {
                return Ok(all);
            }
        }
    }

    /// One page, which must not be longer than asked.
    pub(super) async fn page(
        &self,
        route: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, Failure> {
        self.page_of(route, Select::All, after, limit).await
    }

    /// One page of a selection: not longer than asked, and only of selected documents.
    pub(super) async fn page_of(
        &self,
        route: &str,
        select: Select,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, Failure> {
        let page = self.0.scan(route, select, after, limit).await?;
        if page.len() > limit {
            broken(format!("a page of at most {limit} had {}", page.len()))?;
        }
        let stray = page
            .iter()
            .find(|document| !select.matches(document.open, document.day));
        if let Some(stray) = stray {
            broken(format!("a scan of {select:?} gave {}", described(stray)))?;
        }
        Ok(page)
    }
}

/// The document that a swap of this content leaves.
pub(super) fn document(name: &str, version: Version, content: Content<'_>) -> Document {
    Document::new(name, version, content.body)
        .with_open(content.open)
        .with_day(content.day)
}

/// A text in quotes, cut where it is long.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN: usize = 60;
    if text.chars().count() <= SHOWN {
        return format!("{text:?}");
    }
    let start: String = text.chars().take(SHOWN).collect();
    format!("{start:?}... ({} bytes)", text.len())
}

pub(super) fn described(document: &Document) -> String {
    let day = document.day.map(|day| day.to_string());
    format!(
        "{} in version {} with {}, {}, {}",
        quoted(&document.name),
        document.version,
        quoted(&document.body),
        if document.open { "open" } else { "not open" },
        day.map_or_else(|| "no day".to_owned(), |day| format!("day {day}"))
    )
}

pub(super) fn names(documents: &[Document]) -> Vec<&str> {
    documents
        .iter()
        .map(|document| document.name.as_str())
        .collect()
}

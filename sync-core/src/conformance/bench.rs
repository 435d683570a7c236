//! What the checks work with: a way to open stores, and questions that answer with a sentence.

use std::marker::PhantomData;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use crate::ledger::{
    Content, Document, Expected, Key, Ledger, LedgerError, Select, SharedLedger, Swap, Version,
};

/// The implementer's way to open a store, without its types.
pub(super) trait Stores {
    fn open<'a>(&'a self, store: &'a str) -> LocalBoxFuture<'a, Result<SharedLedger, Failure>>;
}

/// An async closure that opens ledgers of one type.
pub(super) struct Opener<F, L, E> {
    open: F,
    types: PhantomData<(L, E)>,
}

impl<F, L, E> Opener<F, L, E> {
    pub(super) fn new(open: F) -> Self {
        Self {
            open,
            types: PhantomData,
        }
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
                Ok(ledger) => Ok(SharedLedger::new(ledger)),
                Err(error) => Err(Failure::Broken(format!(
                    "the store `{store}` can't be opened: {error}"
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
    /// What was expected, and what came.
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
        let content = Content::new(body);
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
        match self.swap(key, expected, body).await? {
            Swap::Done(got) if got == version => Ok(()),
            got => broken(format!(
                "a swap of {} expecting {expected:?} gave {got:?} instead of version {version}",
                quoted(&key.name)
            )),
        }
    }

    /// A swap that must not happen.
    pub(super) async fn conflict(&self, key: &Key, expected: Expected, body: &str) -> Answer {
        match self.swap(key, expected, body).await? {
            Swap::Conflict => Ok(()),
            got => broken(format!(
                "a swap of {} expecting {expected:?} gave {got:?} instead of a conflict",
                quoted(&key.name)
            )),
        }
    }

    /// The document has to be exactly this.
    pub(super) async fn holds(&self, key: &Key, version: Version, body: &str) -> Answer {
        let expected = Document::new(&key.name, version, body);
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
        let mut all: Vec<Document> = Vec::new();
        loop {
            let after = all.last().map(|document| document.name.clone());
            let page = self.page(route, after.as_deref(), limit).await?;
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
        let page = self.0.scan(route, Select::All, after, limit).await?;
        if page.len() > limit {
            broken(format!("a page of at most {limit} had {}", page.len()))?;
        }
        Ok(page)
    }
}

/// A long text is not for reading.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN: usize = 60;
    if text.chars().count() <= SHOWN {
        return format!("{text:?}");
    }
    let start: String = text.chars().take(SHOWN).collect();
    format!("{start:?}... ({} bytes)", text.len())
}

fn described(document: &Document) -> String {
    format!(
        "{} in version {} with {}",
        quoted(&document.name),
        document.version,
        quoted(&document.body)
    )
}

pub(super) fn names(documents: &[Document]) -> Vec<&str> {
    documents
        .iter()
        .map(|document| document.name.as_str())
        .collect()
}

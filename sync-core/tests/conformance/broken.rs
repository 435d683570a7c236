//! Ledgers that are wrong in one way each: the ways in which real stores and hasty backends are
//! wrong.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use sync_core::ledger::{
    Content, Document, Expected, Key, Ledger, LedgerCapabilities, MemoryLedger, Select, Swap,
    Version,
};

mod fault;

pub use fault::{FAULTS, Fault};

/// A handle on a broken store. `inner` is its disk: the clones share the documents.
pub struct Broken {
    fault: Fault,
    inner: MemoryLedger,
    state: Mutex<State>,
}

/// The memory of one handle.
#[derive(Default)]
struct State {
    remembered: BTreeMap<Key, Document>,
    copies: BTreeMap<String, Vec<Document>>,
    /// How many documents each scan has given since it began.
    given: BTreeMap<String, usize>,
    unsaved: BTreeMap<Key, Document>,
    wedged: bool,
    reopened: bool,
    lock: Arc<()>,
    times_asked: i64,
}

impl Broken {
    pub fn open(fault: Fault, inner: MemoryLedger) -> Self {
        let reopened = now(inner.scan("marker", Select::All, None, 1)).len() == 1;
        let _ = now(inner.compare_and_swap(
            &Key::new("marker", "x"),
            Expected::Absent,
            Content::new(""),
        ));
        if fault == Fault::LeftOvers && !reopened {
            let key = Key::new("here -> there", "left over");
            let _ = now(inner.compare_and_swap(&key, Expected::Absent, Content::new("x")));
        }
        let state = State {
            reopened,
            ..State::default()
        };
        Self {
            fault,
            inner,
            state: Mutex::new(state),
        }
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    /// The key as this store understands it.
    fn key(&self, key: &Key) -> Key {
        let mut key = key.clone();
        match self.fault {
            Fault::FoldsCase => key.name = key.name.to_lowercase(),
            Fault::TrimsNames => key.name = key.name.trim_end().to_owned(),
            Fault::CutsNames => key.name = key.name.chars().take(255).collect(),
            Fault::GluesKeys => {
                key.name = format!("{}/{}", key.route, key.name);
                key.route = "all".into();
            }
            _ => {}
        }
        key
    }

    fn body(&self, body: &str) -> String {
        match self.fault {
            Fault::PrintsJsonAnew => serde_json::from_str::<serde_json::Value>(body)
                .map_or_else(|_| body.to_owned(), |value| value.to_string()),
            Fault::CutsBodies => body.chars().take(65_535).collect(),
            _ => body.to_owned(),
        }
    }

    fn overwrite(&self, key: &Key, content: Content<'_>) -> Version {
        loop {
            let expected =
                now(self.inner.get(key)).map_or(Expected::Absent, |d| Expected::Version(d.version));
            if let Swap::Done(version) = now(self.inner.compare_and_swap(key, expected, content)) {
                return version;
            }
        }
    }
}

/// Runs a future of the ledger in memory, which is ready at once.
fn now<T>(future: impl Future<Output = Result<T, Infallible>>) -> T {
    let Ok(value) = future.now_or_never().unwrap();
    value
}

/// Lets the others go first, once.
pub async fn others_first() {
    let mut waited = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

impl Ledger for Broken {
    type Error = std::io::Error;

    fn capabilities(&self) -> LedgerCapabilities {
        LedgerCapabilities::new(true, true)
    }

    async fn get(&self, key: &Key) -> std::io::Result<Option<Document>> {
        let asked = key;
        let key = self.key(key);
        let mut state = self.state.lock().unwrap();
        if state.wedged {
            return Err(std::io::Error::other("the transaction is aborted"));
        }
        if self.is(Fault::ForgetsAtTheEnd)
            && let Some(document) = state.unsaved.get(&key)
        {
            return Ok(Some(document.clone()));
        }
        if self.is(Fault::RemembersReads)
            && let Some(document) = state.remembered.get(&key)
        {
            return Ok(Some(document.clone()));
        }
        let mut found = now(self.inner.get(&key));
        if let Some(document) = &mut found {
            document.name.clone_from(&asked.name);
            if self.is(Fault::RemembersReads) {
                state.remembered.insert(key, document.clone());
            }
            if self.is(Fault::Expires) && document.body.contains("1999-") {
                return Ok(None);
            }
        }
        Ok(found)
    }

    async fn now(&self) -> std::io::Result<Option<DateTime<Utc>>> {
        if !self.is(Fault::ClockRunsBack) {
            return Ok(None);
        }
        let mut state = self.state.lock().unwrap();
        state.times_asked += 1;
        Ok(DateTime::from_timestamp(-state.times_asked, 0))
    }

    async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        content: Content<'_>,
    ) -> std::io::Result<Swap> {
        let key = self.key(key);
        let body = self.body(content.body);
        let content = Content::new(&body)
            .with_open(content.open)
            .with_day(content.day);
        if self.is(Fault::CheckThenAct) {
            let found = now(self.inner.get(&key))
                .map_or(Expected::Absent, |d| Expected::Version(d.version));
            others_first().await;
            return Ok(if found == expected {
                Swap::Done(self.overwrite(&key, content))
            } else {
                Swap::Conflict
            });
        }
        if self.is(Fault::LocksForEver) {
            let guard = self.state.lock().unwrap().lock.clone();
            if Arc::strong_count(&guard) > 2 {
                return Err(std::io::Error::other("the ledger is locked"));
            }
            let guard = std::mem::ManuallyDrop::new(guard);
            others_first().await;
            drop(std::mem::ManuallyDrop::into_inner(guard));
        }
        let mut state = self.state.lock().unwrap();
        if state.wedged {
            return Err(std::io::Error::other("the transaction is aborted"));
        }
        let there = now(self.inner.get(&key));
        let version = there.as_ref().map(|document| document.version);
        let swap = match (self.fault, expected, version) {
            (Fault::AbsentOverwrites, Expected::Absent, Some(_))
            | (Fault::BlindUpdate, Expected::Version(_), Some(_)) => {
                Swap::Done(self.overwrite(&key, content))
            }
            (Fault::Upsert, Expected::Version(_), None) => {
                Swap::Done(self.overwrite(&key, content))
            }
            (Fault::NewerIsFine, Expected::Version(expected), Some(there)) if expected >= there => {
                Swap::Done(self.overwrite(&key, content))
            }
            (Fault::NarrowVersions, Expected::Version(expected), Some(there))
                if expected as u32 == there as u32 =>
            {
                Swap::Done(self.overwrite(&key, content))
            }
            (Fault::CountsAnew, Expected::Version(2..), Some(_)) if state.reopened => {
                Swap::Conflict
            }
            (Fault::ForgetsAtTheEnd, _, _) => {
                let there = state
                    .unsaved
                    .get(&key)
                    .map(|document| document.version)
                    .or(version);
                let next = match (expected, there) {
                    (Expected::Absent, None) => 1,
                    (Expected::Version(expected), Some(there)) if expected == there => there + 1,
                    _ => return Ok(Swap::Conflict),
                };
                let document = Document::new(&key.name, next, content.body)
                    .with_open(content.open)
                    .with_day(content.day);
                state.unsaved.insert(key, document);
                return Ok(Swap::Done(next));
            }
            _ => now(self.inner.compare_and_swap(&key, expected, content)),
        };
        match (self.fault, swap) {
            (Fault::ConflictWrites, Swap::Conflict) if there.is_some() => {
                self.overwrite(&key, content);
            }
            (Fault::WedgedByConflict, Swap::Conflict) => state.wedged = true,
            (Fault::CountsFromZero, Swap::Done(version)) => return Ok(Swap::Done(version - 1)),
            (Fault::GlobalVersions, Swap::Done(_)) => {
                let count = self.overwrite(&Key::new("sequence", "x"), Content::new(""));
                return Ok(Swap::Done(count));
            }
            _ => {}
        }
        Ok(swap)
    }

    async fn scan(
        &self,
        route: &str,
        select: Select,
        after: Option<&str>,
        limit: usize,
    ) -> std::io::Result<Vec<Document>> {
        let mut state = self.state.lock().unwrap();
        let asked = self.key(&Key::new(route, ""));
        let mut all = now(self.inner.scan(&asked.route, Select::All, None, usize::MAX));
        if self.is(Fault::RouteIsAPattern) && route.contains('%') {
            for other in ["a -> b", "A -> B", "a _ b"] {
                all.extend(now(self.inner.scan(other, Select::All, None, usize::MAX)));
            }
        }
        if self.is(Fault::ForgetsAtTheEnd) {
            let unsaved = state.unsaved.iter().filter(|(key, _)| key.route == route);
            all = unsaved.map(|(_, document)| document.clone()).collect();
        }
        if self.is(Fault::GluesKeys) {
            let prefix = format!("{route}/");
            all.retain(|document| document.name.starts_with(&prefix));
            for document in &mut all {
                document.name.drain(..prefix.len());
            }
        }
        if self.is(Fault::StaleScan) {
            all = state.copies.entry(route.to_owned()).or_insert(all).clone();
        }
        if self.is(Fault::Expires) {
            all.retain(|document| !document.body.contains("1999-"));
        }
        if self.is(Fault::DictionaryOrder) {
            all.sort_by_key(|document| (document.name.to_lowercase(), document.name.clone()));
        }
        all.retain(|document| select.matches(document.open, document.day));
        let start = match after {
            None => 0,
            // A new scan begins at 0, a later page where the earlier ones ended.
            Some(_) if self.is(Fault::OffsetPages) => state.given.get(route).copied().unwrap_or(0),
            Some(after) if self.is(Fault::AfterMustExist) => all
                .iter()
                .position(|document| document.name == after)
                .map_or(0, |index| index + 1),
            Some(after) if self.is(Fault::AfterIsIncluded) => {
                all.partition_point(|document| *document.name < *after)
            }
            Some(after) if self.is(Fault::DictionaryOrder) => {
                let place = (after.to_lowercase(), after.to_owned());
                all.partition_point(|document| {
                    (document.name.to_lowercase(), document.name.clone()) <= place
                })
            }
            Some(after) => all.partition_point(|document| *document.name <= *after),
        };
        let limit = if limit == 0 && self.is(Fault::ZeroIsUnlimited) {
            usize::MAX
        } else {
            limit
        };
        let page: Vec<Document> = all.into_iter().skip(start).take(limit).collect();
        state.given.insert(route.to_owned(), start + page.len());
        Ok(page)
    }
}

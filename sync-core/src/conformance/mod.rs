//! Tests for the author of a ledger, a source or a destination: they prove that it keeps its promises.
//!
//! - [`check_source`] and [`check_destination`] test the connectors of a service.
//! - [`check`] tests a [`Ledger`]: swaps, versions, names, columns, pages, concurrent callers,
//!   closing and opening again.
//! - [`check_parallel`] does so from several threads and, for a shared ledger, from several
//!   processes. [`server_ledger_tests`](crate::server_ledger_tests) writes the tests of a ledger on a server.
//! - [`crash_matrix`] runs the whole engine on it, stopped before and after every single effect.
//!
//! # Your own ledger in 60 lines
//!
//! This one keeps everything in one JSON file, which it replaces as a whole. It is durable, but
//! only one process may use it at a time, and its capabilities say so.
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::{fs, io, ops::Bound, path::PathBuf, sync::{Mutex, MutexGuard, PoisonError}};
//! use chrono::NaiveDate;
//! use serde::{Deserialize, Serialize};
//! use sync_core::ledger::{
//!     Content, Document, Expected, Key, Ledger, LedgerCapabilities, Select, Swap, Version,
//! };
//!
//! #[derive(Clone, Serialize, Deserialize)]
//! struct Stored { version: Version, body: String, open: bool, day: Option<NaiveDate> }
//!
//! impl Stored {
//!     fn document(&self, name: &str) -> Document {
//!         Document::new(name, self.version, &self.body).with_open(self.open).with_day(self.day)
//!     }
//! }
//!
//! /// route -> name -> document
//! type Documents = BTreeMap<String, BTreeMap<String, Stored>>;
//!
//! struct JsonFile { path: PathBuf, documents: Mutex<Documents> }
//!
//! impl JsonFile {
//!     fn open(path: PathBuf) -> io::Result<Self> {
//!         let documents = match fs::read(&path) {
//!             Ok(bytes) => serde_json::from_slice(&bytes)?,
//!             Err(error) if error.kind() == io::ErrorKind::NotFound => Documents::new(),
//!             Err(error) => return Err(error),
//!         };
//!         Ok(Self { path, documents: Mutex::new(documents) })
//!     }
//!
//!     fn lock(&self) -> MutexGuard<'_, Documents> {
//!         self.documents.lock().unwrap_or_else(PoisonError::into_inner)
//!     }
//!
//!     /// Durable before it is answered: written beside, on disk, then renamed over the old one. (Where power cuts are to be
//!     /// survived, too, the folder has to be synced as well.)
//!     fn save(&self, documents: &Documents) -> io::Result<()> {
//!         let beside = self.path.with_extension("new");
//!         fs::write(&beside, serde_json::to_vec(documents)?)?;
//!         fs::File::open(&beside)?.sync_all()?;
//!         fs::rename(&beside, &self.path)
//!     }
//! }
//!
//! impl Ledger for JsonFile {
//!     type Error = io::Error;
//!
//!     fn capabilities(&self) -> LedgerCapabilities {
//!         LedgerCapabilities::new(/* durable */ true, /* shared */ false)
//!     }
//!
//!     async fn get(&self, key: &Key) -> io::Result<Option<Document>> {
//!         let documents = self.lock();
//!         let found = documents.get(&key.route).and_then(|route| route.get(&key.name));
//!         Ok(found.map(|stored| stored.document(&key.name)))
//!     }
//!
//!     async fn compare_and_swap(&self, key: &Key, expected: Expected, content: Content<'_>) -> io::Result<Swap> {
//!         let mut documents = self.lock();
//!         let found = documents.get(&key.route).and_then(|route| route.get(&key.name));
//!         let version = match (found, expected) {
//!             (None, Expected::Absent) => 1,
//!             (Some(stored), Expected::Version(expected)) if stored.version == expected => expected + 1,
//!             _ => return Ok(Swap::Conflict),
//!         };
//!         let mut next = documents.clone();
//!         next.entry(key.route.clone()).or_default().insert(key.name.clone(), Stored {
//!             version, body: content.body.to_owned(), open: content.open, day: content.day,
//!         });
//!         self.save(&next)?;
//!         *documents = next;
//!         Ok(Swap::Done(version))
//!     }
//!
//!     async fn scan(&self, route: &str, select: Select, after: Option<&str>, limit: usize) -> io::Result<Vec<Document>> {
//!         let documents = self.lock();
//!         let start = after.map_or(Bound::Unbounded, Bound::Excluded);
//!         let names = documents.get(route).map(|route| route.range::<str, _>((start, Bound::Unbounded)));
//!         let selected = names.into_iter().flatten().filter(|(_, stored)| select.matches(stored.open, stored.day));
//!         Ok(selected.take(limit).map(|(name, stored)| stored.document(name)).collect())
//!     }
//! }
//!
//! // Its test: each name given to the closure stands for another store.
//! # fn main() -> io::Result<()> {
//! # let folder = tempfile::tempdir()?;
//! # futures_executor::block_on(async {
//! let open = async |store: &str| JsonFile::open(folder.path().join(store));
//! sync_core::conformance::check(open).await.assert_conformant();
//! # });
//! # Ok(())
//! # }
//! ```

mod bench;
mod checks;
mod connectors;
mod counted;
mod crash;
mod crash_report;
mod hand;
mod parallel;
mod report;
mod scenario;
mod scenarios;
mod server;
pub mod world;

use bench::{Bench, Failure, Opener};
pub use connectors::destination::{DestinationHarness, SendFault, check_destination, test_workout};
pub use connectors::source::{HeldWorkout, SourceHarness, check_source};
pub use crash::{crash_matrix, crash_matrix_of};
pub use crash_report::{CrashReport, ScenarioReport};
pub use parallel::{check_parallel, is_child, same_test};
pub use report::{Outcome, Report, Verdict};
#[doc(hidden)]
pub use server::test_name;

use crate::ledger::Ledger;

/// Tests every promise of the [`Ledger`] trait.
///
/// `open` opens the store of the given name; a name is made of small letters and `-`. Each name has
/// to stand for another store that is empty when it is opened for the first time in this call;
/// opening it again, also while it is open, gives the same documents. Promises that the ledger does
/// not make in its [`capabilities`](Ledger::capabilities) are not tested: one that is not `shared`
/// is never opened twice at the same time, one that is not `durable` never opened again.
///
/// Runs on any executor, on the caller's task. The stores stay: the caller can look at them, and
/// removes them.
///
/// ```
/// use sync_core::ledger::MemoryLedger;
/// # futures_executor::block_on(async {
/// let open = async |_store: &str| Ok::<_, std::convert::Infallible>(MemoryLedger::new());
/// let report = sync_core::conformance::check(open).await;
/// assert!(report.is_conformant(), "{report}");
/// # });
/// ```
pub async fn check<L, E>(open: impl AsyncFn(&str) -> Result<L, E>) -> Report
where
    L: Ledger + 'static,
    E: std::fmt::Display,
{
    let stores = Opener::new(open);
    let mut outcomes = Vec::new();
    for check in checks::ALL {
        let bench = Bench {
            stores: &stores,
            store: check.name.to_owned(),
        };
        let verdict = match (check.run)(&bench).await {
            Ok(()) => Verdict::Passed,
            Err(Failure::NotPromised) => Verdict::NotPromised,
            Err(Failure::Broken(why)) => Verdict::Failed(why),
        };
        outcomes.push(Outcome {
            name: check.name,
            promise: check.promise,
            verdict,
        });
    }
    Report {
        outcomes,
        calls: stores.calls(),
    }
}

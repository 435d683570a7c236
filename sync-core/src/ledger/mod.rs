//! Where the states live. A ledger is dumb on purpose: it stores documents under keys and swaps them when nobody else did.
//!
//! The state machine is the engine's; a backend never looks into a document.

mod handle;
mod memory;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

pub use handle::{LedgerError, SharedLedger};
pub use memory::MemoryLedger;

/// The key of a document.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Key {
    /// The route, such as `polar-flow -> runkeeper`.
    pub route: String,
    /// What the document is about, unique within the route. Any text: never assume a form.
    ///
    /// Route and name of up to 1,024 bytes each are kept by every ledger, exactly: nothing is folded, trimmed, normalised or cut. What is
    /// longer, or holds a NUL, is kept exactly or refused with an error.
    pub name: String,
}

impl Key {
    /// A key.
    pub fn new(route: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            route: route.into(),
            name: name.into(),
        }
    }
}

/// The version of a document: grows by one with each successful swap, starting with 1.
pub type Version = u64;

/// A document as it stands in a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Document {
    /// Its name within the route.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Its text, byte for byte as it was stored. It is JSON, but that is the engine's business.
    pub body: String,
}

impl Document {
    /// A document as it stands in a ledger.
    pub fn new(name: impl Into<String>, version: Version, body: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version,
            body: body.into(),
        }
    }
}

/// What must be true for a swap to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// There is no document under this key.
    Absent,
    /// There is one, and it has this version.
    Version(Version),
}

/// What became of a swap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Swap {
    /// It happened; the document now has this version.
    Done(Version),
    /// Somebody else was faster, or the document is (not) there: nothing was written.
    Conflict,
}

/// What a ledger promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LedgerCapabilities {
    /// A swap that was answered survives the end of the process and of the machine.
    pub durable: bool,
    /// Several processes can work on it at once.
    pub shared: bool,
}

impl LedgerCapabilities {
    /// What a ledger promises.
    #[must_use]
    pub const fn new(durable: bool, shared: bool) -> Self {
        Self { durable, shared }
    }
}

/// A store for documents.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// What the backend reports when it fails.
    type Error: std::error::Error + Send + Sync + 'static;

    /// What this ledger promises.
    fn capabilities(&self) -> LedgerCapabilities;

    /// Reads one document.
    ///
    /// # Behavior
    /// - `None` when there is none.
    /// - Sees every swap that was answered before the call, whoever made it.
    async fn get(&self, key: &Key) -> Result<Option<Document>, Self::Error>;

    /// Writes `body` under `key` if, and only if, `expected` holds at that moment.
    ///
    /// # Behavior
    /// - Atomic: of several callers with the same `expected` exactly one gets [`Swap::Done`].
    /// - [`Expected::Absent`] gives version 1; [`Expected::Version`]`(v)` gives `v + 1`.
    /// - [`Swap::Conflict`] has changed nothing.
    /// - When [`LedgerCapabilities::durable`], `Done` is returned only after the document is safe.
    /// - After an error the document may or may not have been written; the engine reads it again. The same is true of a call that is
    ///   dropped before it ended; the ledger stays usable.
    /// - Only versions count: nothing in a ledger expires.
    async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        body: &str,
    ) -> Result<Swap, Self::Error>;

    /// The time on the clock that all users of this ledger share; `None` when there is none.
    ///
    /// # Behavior
    /// - A ledger that several machines use gives its server's time. Leases, send deadlines and settle windows are then compared on one
    ///   clock, however wrong the machines' own clocks are.
    /// - Without it the machines' clocks must agree to within half the settle window.
    async fn now(&self) -> Result<Option<DateTime<Utc>>, Self::Error> {
        Ok(None)
    }

    /// Reads documents of a route in ascending order of their names (by bytes), at most `limit`, after the name `after`.
    ///
    /// # Behavior
    /// - Fewer than `limit` documents mean that the end was reached. A `limit` of 0 gives none.
    /// - `after` need not be the name of a document.
    /// - A document that exists before the first page is read and is not removed is returned exactly once by paging to the end,
    ///   whatever is written meanwhile; one that is added meanwhile may or may not appear.
    async fn scan(
        &self,
        route: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, Self::Error>;
}

//! Storage for the engine's documents: compare-and-swap by key, and scans by two indexed columns.
//!
//! The engine owns the state machine; a backend never parses a body.

mod handle;
mod memory;

use chrono::{DateTime, NaiveDate, Utc};

use crate::item::Window;

pub use handle::{LedgerError, SharedLedger};
pub use memory::MemoryLedger;

/// The key of a document.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Key {
    /// The route, such as `polar-flow -> runkeeper`.
    pub route: String,
    /// The document's name, unique within the route. It can be any text.
    ///
    /// Every ledger keeps routes and names of up to 1,024 bytes exactly: it does not fold case, trim, normalise or cut them. It keeps a
    /// longer one, or one with a NUL, exactly as well, or refuses it with an error.
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

/// The content that a swap writes: the body, and the two columns that a ledger indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Content<'a> {
    /// The text to store.
    pub body: &'a str,
    /// Whether [`Select::Open`] returns the document.
    pub open: bool,
    /// The day by which [`Select::Days`] finds the document; without one it never does.
    pub day: Option<NaiveDate>,
}

impl<'a> Content<'a> {
    /// A body that is not open and has no day.
    #[must_use]
    pub const fn new(body: &'a str) -> Self {
        Self {
            body,
            open: false,
            day: None,
        }
    }

    /// Sets the column `open`.
    #[must_use]
    pub const fn with_open(mut self, open: bool) -> Self {
        self.open = open;
        self
    }

    /// Sets or clears the column `day`.
    #[must_use]
    pub const fn with_day(mut self, day: Option<NaiveDate>) -> Self {
        self.day = day;
        self
    }
}

/// A document in a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Document {
    /// Its name within the route.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Its text, byte for byte as it was stored. The engine writes JSON; a ledger takes any text.
    pub body: String,
    /// The column `open` of the last swap.
    pub open: bool,
    /// The column `day` of the last swap.
    pub day: Option<NaiveDate>,
}

impl Document {
    /// A document that is not open and has no day.
    pub fn new(name: impl Into<String>, version: Version, body: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version,
            body: body.into(),
            open: false,
            day: None,
        }
    }

    /// Sets the column `open`.
    #[must_use]
    pub fn with_open(mut self, open: bool) -> Self {
        self.open = open;
        self
    }

    /// Sets or clears the column `day`.
    #[must_use]
    pub fn with_day(mut self, day: Option<NaiveDate>) -> Self {
        self.day = day;
        self
    }
}

/// Which documents of a route a scan returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Select {
    /// Every document.
    All,
    /// The documents whose column `open` is set.
    Open,
    /// The documents whose `day` lies in the window, both ends included. A document without a day lies in no window.
    Days(Window),
}

impl Select {
    /// Whether a document with these columns belongs to the selection: for backends without an index.
    #[must_use]
    pub fn matches(&self, open: bool, day: Option<NaiveDate>) -> bool {
        match self {
            Self::All => true,
            Self::Open => open,
            Self::Days(window) => day.is_some_and(|day| window.contains(day)),
        }
    }
}

/// What must be true for a swap to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// The ledger has no document under this key.
    Absent,
    /// The ledger has one, in this version.
    Version(Version),
}

/// The answer to a swap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Swap {
    /// The ledger wrote the document, which now has this version.
    Done(Version),
    /// `expected` did not hold: the ledger wrote nothing.
    Conflict,
}

/// The promises of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct LedgerCapabilities {
    /// A swap that was answered survives the end of the process and of the machine.
    pub durable: bool,
    /// Several processes can work on it at once.
    pub shared: bool,
}

impl LedgerCapabilities {
    /// The promises of a ledger: see the fields.
    #[must_use]
    pub const fn new(durable: bool, shared: bool) -> Self {
        Self { durable, shared }
    }
}

/// A store for documents.
///
/// Implementations write the methods as `async fn`; their futures have to be [`Send`].
pub trait Ledger: Send + Sync {
    /// The backend's error.
    type Error: std::error::Error + Send + Sync + 'static;

    /// The promises of this ledger.
    fn capabilities(&self) -> LedgerCapabilities;

    /// Reads one document.
    ///
    /// # Behavior
    /// - `None` when the ledger has no document under this key.
    /// - Sees every swap that was answered before the call, in this process or another one.
    fn get(&self, key: &Key) -> impl Future<Output = Result<Option<Document>, Self::Error>> + Send;

    /// Writes `content` under `key` if, and only if, `expected` holds at that moment.
    ///
    /// # Behavior
    /// - Atomic: of several callers with the same `expected` exactly one gets [`Swap::Done`].
    /// - Body, `open` and `day` are written together: no reader sees the body of one swap with the columns of another.
    /// - Each swap replaces both columns, also with `false` and `None`. `day` can be any [`NaiveDate`].
    /// - [`Expected::Absent`] gives version 1; [`Expected::Version`]`(v)` gives `v + 1`.
    /// - [`Swap::Conflict`] has changed nothing.
    /// - When [`LedgerCapabilities::durable`], `Done` is returned only after the document is safe.
    /// - An error leaves open whether the document was written; the engine reads it again. The same is true of a call that is
    ///   dropped before it ended; the ledger stays usable.
    /// - Only versions count: documents never expire.
    fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        content: Content<'_>,
    ) -> impl Future<Output = Result<Swap, Self::Error>> + Send;

    /// Reads the selected documents of a route in ascending order of their names (by bytes), at most `limit`, after the name `after`.
    ///
    /// # Behavior
    /// - Fewer than `limit` documents mean that the end was reached. A `limit` of 0 gives none.
    /// - `after` need not be the name of a document, nor of a selected one.
    /// - Paging to the end returns exactly once each document that exists and belongs to the selection from before the first page until
    ///   after the last one, even if other documents, or other versions of it, are written meanwhile. A document that enters or leaves the
    ///   selection meanwhile is returned at most once.
    /// - Every document that is returned belongs to the selection by the columns that are returned with it.
    /// - [`Select::Open`] and [`Select::Days`] use an index: their cost follows the number of selected documents, not the size of the route.
    fn scan(
        &self,
        route: &str,
        select: Select,
        after: Option<&str>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Document>, Self::Error>> + Send;

    /// The time on the clock that all users of this ledger share; `None` when it has no clock.
    ///
    /// # Behavior
    /// - A ledger that several machines use gives its server's time. Leases, send deadlines and settle windows are then compared on one
    ///   clock, however wrong the machines' own clocks are.
    /// - Without it the machines' clocks must agree to within half the settle window.
    fn now(&self) -> impl Future<Output = Result<Option<DateTime<Utc>>, Self::Error>> + Send {
        std::future::ready(Ok(None))
    }
}

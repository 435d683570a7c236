//! The ledger's knowledge of one route, without any service.

use std::collections::BTreeMap;

use crate::ledger::{Document, Select, SharedLedger};
use crate::model::Record;
use crate::report::{ReportEntry, RouteReport};
use crate::store::{Store, StoreError, record};

/// One route in a ledger, to be read without a source and a destination.
///
/// ```
/// use sync_core::Route;
/// use sync_core::ledger::{MemoryLedger, SharedLedger};
///
/// # futures_executor::block_on(async {
/// let ledger = SharedLedger::new(MemoryLedger::new());
/// let route = Route::new(ledger, "polar-flow", "runkeeper");
/// assert_eq!(route.name(), "polar-flow -> runkeeper");
/// assert!(route.status().await?.items.is_empty());
/// # Ok::<(), sync_core::StoreError>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct Route {
    pub(crate) ledger: SharedLedger,
    pub(crate) name: String,
}

impl Route {
    /// The route between two services, by their names.
    #[must_use]
    pub fn new(ledger: SharedLedger, source: &str, destination: &str) -> Self {
        let name = Self::name_of(source, destination);
        Self { ledger, name }
    }

    /// The name of the route between two services.
    #[must_use]
    pub fn name_of(source: &str, destination: &str) -> String {
        format!("{source} -> {destination}")
    }

    /// The name of the route, as it stands in ledger keys and reports.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The ledger's report: all unsettled workouts and those with possible duplicates as entries,
    /// and counts of the whole route.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn status(&self) -> Result<RouteReport, StoreError> {
        let store = Store::open(self.clone()).await?;
        let mut counts = BTreeMap::new();
        let mut entries = Vec::new();
        let visited = store.visit(Select::All, record, |record| {
            *counts.entry(record.state.name()).or_insert(0) += 1;
            if !record.is_settled() || !record.duplicates.is_empty() {
                entries.push(ReportEntry::of(&record));
            }
        });
        visited.await?;
        let mut report = RouteReport::new(self.name.clone(), entries);
        report.counts = counts;
        Ok(report)
    }

    /// Visits every record of the route, in the order of the identifiers. A document that cannot be read is passed as an error, and
    /// the others are still visited: for reports about a ledger that may be damaged.
    ///
    /// ```
    /// use sync_core::Route;
    /// # use sync_core::ledger::{MemoryLedger, SharedLedger};
    ///
    /// # futures_executor::block_on(async {
    /// # let route = Route::new(SharedLedger::new(MemoryLedger::new()), "polar-flow", "runkeeper");
    /// let (mut read, mut damaged) = (0, 0);
    /// let mut visit = |record: Result<_, _>| match record {
    ///     Ok(_) => read += 1,
    ///     Err(_) => damaged += 1,
    /// };
    /// route.visit_records(&mut visit).await?;
    /// assert_eq!((read, damaged), (0, 0));
    /// # Ok::<(), sync_core::StoreError>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// When the ledger cannot be read to its end.
    pub async fn visit_records(
        &self,
        visit: &mut (dyn FnMut(Result<Record, StoreError>) + Send),
    ) -> Result<(), StoreError> {
        let mut visit = |document: &Document| {
            visit(record(document));
            Ok(())
        };
        self.scan(Select::All, &mut visit).await
    }

    /// Everything the ledger knows of one workout; `None` when it does not know it.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn explain(&self, id: &str) -> Result<Option<Record>, StoreError> {
        self.record(id).await
    }
}

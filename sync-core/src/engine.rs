//! The engine: what it is built from, what it is asked, and what it answers.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::error::ServiceError;
use crate::ledger::SharedLedger;
use crate::model::Record;
use crate::observer::{NoopObserver, Observer};
use crate::policy::Policy;
use crate::report::RouteReport;
use crate::route::Route;
use crate::run::guard::Guard;
use crate::run::pause::{Patient, Pauses, keep_later};
use crate::run::time::LedgerTime;
use crate::store::{Store, StoreError};
use crate::{Destination, Source, Window};

/// Moves workouts from one source to one destination.
///
/// Cheap to build and to clone; it keeps no state between calls: everything that matters is in the ledger.
#[derive(Clone)]
pub struct Engine {
    pub(crate) source: Arc<dyn Source>,
    pub(crate) destination: Arc<dyn Destination>,
    pub(crate) ledger: SharedLedger,
    pub(crate) clock: Arc<LedgerTime>,
    pub(crate) policy: Policy,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) holder: String,
    pauses: Arc<Pauses>,
}

/// Builds an [`Engine`].
#[derive(Debug)]
#[must_use]
pub struct EngineBuilder(Engine);

impl EngineBuilder {
    /// Sets the limits and the patience of the engine. Without this call: [`Policy::default`].
    pub fn policy(mut self, policy: Policy) -> Self {
        self.0.policy = policy;
        self
    }

    /// Receives progress.
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.0.observer = observer;
        self
    }

    /// The name of this worker in leases. It must differ between any two workers that run at the same time; without this it is random.
    pub fn holder(mut self, holder: impl Into<String>) -> Self {
        self.0.holder = holder.into();
        self
    }

    /// The engine.
    #[must_use]
    pub fn build(self) -> Engine {
        let mut engine = self.0;
        let pauses = Arc::new(Pauses::new(engine.clock.clone(), &engine.policy));
        engine.source = Patient::new(engine.source, Side::Source, &pauses);
        engine.destination = Patient::new(engine.destination, Side::Destination, &pauses);
        Engine { pauses, ..engine }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("route", &self.route())
            .field("policy", &self.policy)
            .field("holder", &self.holder)
            .finish_non_exhaustive()
    }
}

/// The request for a run.
#[derive(Debug, Clone, Default)]
#[must_use]
#[non_exhaustive]
pub struct RunRequest {
    /// The days to look at. `None`: chosen from the ledger.
    pub window: Option<Window>,
    /// The user looked at the listing: the guards do not stop this run.
    pub accept_listing: bool,
    /// The largest number of workouts that the run works on; the others are the backlog.
    pub max_items: Option<usize>,
    /// The run claims no workout that it can't finish by then, as far as the policy's limits tell.
    pub deadline: Option<DateTime<Utc>>,
}

impl RunRequest {
    /// Everything that is due.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only workouts of these days.
    pub fn with_window(mut self, window: Option<Window>) -> Self {
        self.window = window;
        self
    }

    /// Goes on although the listing looks wrong.
    pub fn with_accept_listing(mut self, yes: bool) -> Self {
        self.accept_listing = yes;
        self
    }

    /// Limits the number of workouts that the run works on.
    pub fn with_max_items(mut self, most: Option<usize>) -> Self {
        self.max_items = most;
        self
    }

    /// Claims only workouts that can be finished by this instant.
    pub fn with_deadline(mut self, deadline: Option<DateTime<Utc>>) -> Self {
        self.deadline = deadline;
        self
    }
}

/// A cloneable cancellation flag.
///
/// The workout in work is finished or put back first, so that everything can be resumed.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Not cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether [`cancel`](Self::cancel) was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// One of the two services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Where workouts come from.
    Source,
    /// The service that receives workouts.
    Destination,
}

/// Why a run ended before everything was tried.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The source failed in a way that concerns every workout.
    #[error(transparent)]
    Source(ServiceError),
    /// The destination failed in a way that concerns every workout.
    #[error(transparent)]
    Destination(ServiceError),
    /// A listing looks wrong.
    #[error(transparent)]
    Guard(#[from] Guard),
    /// The ledger failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Several workouts in a row had the same trouble; more of them would have it, too.
    #[error("{0}")]
    CircuitBreaker(String),
    /// [`Cancel`] was used.
    #[error("stopped on request; the next run goes on from here")]
    Cancelled,
}

impl RunError {
    pub(crate) fn of_service(side: Side, error: ServiceError) -> Self {
        match side {
            Side::Source => Self::Source(error),
            Side::Destination => Self::Destination(error),
        }
    }

    /// The service that failed, and its error.
    #[must_use]
    pub fn service(&self) -> Option<(Side, &ServiceError)> {
        match self {
            Self::Source(error) => Some((Side::Source, error)),
            Self::Destination(error) => Some((Side::Destination, error)),
            _ => None,
        }
    }
}

/// The result of a run, and why it ended early if it did.
#[derive(Debug)]
#[non_exhaustive]
pub struct Run {
    /// Every workout that was not settled when the run began.
    pub report: RouteReport,
    /// Why it ended early.
    pub stopped: Option<RunError>,
}

impl Engine {
    /// Builds an engine from its parts, with the default [`Policy`].
    pub fn builder(
        source: Arc<dyn Source>,
        destination: Arc<dyn Destination>,
        ledger: SharedLedger,
        clock: Arc<dyn Clock>,
    ) -> EngineBuilder {
        let (clock, policy) = (Arc::new(LedgerTime::new(clock)), Policy::default());
        let random = RandomState::new().hash_one(std::process::id());
        EngineBuilder(Engine {
            pauses: Arc::new(Pauses::new(clock.clone(), &policy)),
            source,
            destination,
            ledger,
            clock,
            policy,
            observer: Arc::new(NoopObserver),
            holder: format!("{random:016x}"),
        })
    }

    /// The name of the route, as it stands in ledger keys and reports.
    #[must_use]
    pub fn route(&self) -> String {
        Route::name_of(self.source.name(), self.destination.name())
    }

    fn as_route(&self) -> Route {
        Route::new(
            self.ledger.clone(),
            self.source.name(),
            self.destination.name(),
        )
    }

    /// Reports the ledger's records, without asking any service: see [`Route::status`].
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn status(&self) -> Result<RouteReport, StoreError> {
        self.as_route().status().await
    }

    /// Everything the ledger knows of one workout: see [`Route::explain`].
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn explain(&self, id: &str) -> Result<Option<Record>, StoreError> {
        self.as_route().explain(id).await
    }

    /// Until when which service asked to be left alone, in this run or an earlier one. The engine respects that by itself; a program that
    /// asks a service outside the engine (to sign in, for example) looks here first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn pauses(&self) -> Result<BTreeMap<Side, DateTime<Utc>>, StoreError> {
        self.store().await?;
        Ok(self.pauses.open())
    }

    pub(crate) async fn store(&self) -> Result<Store, StoreError> {
        self.adjust_clock().await?;
        let store = Store::open(self.as_route()).await?;
        self.pauses.remember(&store.state.pauses);
        Ok(store)
    }

    pub(crate) async fn adjust_clock(&self) -> Result<(), StoreError> {
        Ok(self.clock.adjust(&self.ledger).await?)
    }

    /// Fails during a pause that is too long to be waited for: no workout is claimed then.
    pub(crate) fn check_pauses(&self) -> Result<(), RunError> {
        let source = self.pauses.check(Side::Source, self.source.name());
        source.map_err(RunError::Source)?;
        let destination = self
            .pauses
            .check(Side::Destination, self.destination.name());
        destination.map_err(RunError::Destination)
    }

    /// Keeps the pauses that a service asked for, so that the next run respects them.
    pub(crate) async fn keep_pauses(&self, store: &mut Store) -> Result<(), StoreError> {
        let (pauses, now) = (self.pauses.open(), self.clock.now());
        if pauses.is_empty() {
            return Ok(());
        }
        let keep = store.change(|state| keep_later(&mut state.pauses, &pauses, now));
        keep.await
    }

    /// The answer of a command, after the pauses that a service asked for meanwhile were kept, also if the command failed.
    pub(crate) async fn with_pauses<T, E>(&self, answer: Result<T, E>) -> Result<T, E> {
        // A ledger that cannot be written hides no answer.
        if !self.pauses.open().is_empty()
            && let Ok(mut store) = self.store().await
        {
            let _ = self.keep_pauses(&mut store).await;
        }
        answer
    }

    /// No worker holds the record: there is no lease, it ended longer ago than a send could take to settle, or a wrong clock wrote it.
    pub(crate) fn is_free(&self, record: &Record) -> bool {
        let now = self.clock.now();
        let settle = self.policy.settle();
        record.lease.as_ref().is_none_or(|lease| {
            let end = lease.until.checked_add_signed(settle);
            end.is_some_and(|end| end <= now) || lease.is_void(now, settle)
        })
    }
}

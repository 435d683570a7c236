//! A world for proofs: a source and a destination with scripted behaviour, a clock that only the
//! test moves, and a gate that every effect of a worker passes.
//!
//! The destination keeps the truth: what it accepted, and for which workout. The engine never sees that; the proofs compare with it.

mod clock;
mod destination;
mod finishings;
mod gate;
mod gated;
mod services;
mod source;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::{Either, select};

pub use clock::WorldClock;
pub use destination::{Accepted, Answer, ScriptedDestination};
pub use finishings::FinishAnswer;
pub use gate::{Gate, Moment};
pub use gated::gate_route;
pub use services::{GatedDestination, GatedSource};
pub use source::ScriptedSource;

use crate::ledger::SharedLedger;
use crate::{Cancel, Engine, Policy, Record, Run, RunRequest, StoreError};

/// Both services, the time, and the settings of the workers.
#[derive(Debug)]
#[non_exhaustive]
pub struct World {
    /// The source; its name is part of the route.
    pub source: Arc<ScriptedSource>,
    /// The destination.
    pub destination: Arc<ScriptedDestination>,
    /// The time.
    pub clock: Arc<WorldClock>,
    /// The settings of all workers.
    pub policy: Policy,
    /// How much time an effect takes.
    pub pace: TimeDelta,
    /// Whether reading and writing the engine's index are separate steps when a scheduler steps the
    /// workers. Otherwise they belong to the next effect.
    pub index_steps: bool,
    name: String,
}

impl World {
    /// An empty world in November 2026. The name of its source distinguishes its route from others
    /// in the same ledger.
    pub fn new(name: impl Into<String>) -> Self {
        let clock = WorldClock::default();
        clock.set(DateTime::<Utc>::from_timestamp(1_795_420_800, 0).unwrap_or_default());
        Self {
            source: Arc::default(),
            destination: Arc::default(),
            clock: Arc::new(clock),
            // The engine resends an upload of unknown outcome as early as it can: stories stay
            // short.
            policy: Policy::default().with_resend(Duration::ZERO),
            pace: TimeDelta::zero(),
            index_steps: true,
            name: name.into(),
        }
    }

    /// The route of this world.
    #[must_use]
    pub fn route(&self) -> String {
        crate::Route::name_of(&self.name, services::DESTINATION)
    }

    /// A worker of this world whose effects pass `gate`, and whose clock is `ahead` of the world's.
    #[must_use]
    pub fn worker(
        &self,
        ledger: &SharedLedger,
        gate: &Arc<Gate>,
        holder: &str,
        ahead: TimeDelta,
    ) -> Engine {
        let frame = self.frame(gate);
        let source = self.source_through(gate);
        let destination = self.destination_through(gate);
        let ledger = SharedLedger::new(services::GatedLedger {
            frame: frame.clone(),
            inner: ledger.clone(),
        });
        let clock = clock::WorkerClock {
            world: frame.clock,
            gate: frame.gate,
            ahead,
        };
        Engine::builder(
            Arc::new(source),
            Arc::new(destination),
            ledger,
            Arc::new(clock),
        )
        .holder(holder)
        .policy(self.policy.clone())
        .build()
    }

    fn frame(&self, gate: &Arc<Gate>) -> services::Frame {
        services::Frame {
            gate: Arc::clone(gate),
            clock: Arc::clone(&self.clock),
            pace: self.pace,
            index_steps: self.index_steps,
        }
    }

    /// The source as a worker sees it whose effects pass `gate`.
    #[must_use]
    pub fn source_through(&self, gate: &Arc<Gate>) -> GatedSource {
        GatedSource {
            name: self.name.clone(),
            frame: self.frame(gate),
            inner: Arc::clone(&self.source),
        }
    }

    /// The destination as a worker sees it whose effects pass `gate`.
    #[must_use]
    pub fn destination_through(&self, gate: &Arc<Gate>) -> GatedDestination {
        GatedDestination {
            frame: self.frame(gate),
            inner: Arc::clone(&self.destination),
        }
    }

    /// One run of one worker. `None`: its gate stopped it.
    pub async fn run(&self, ledger: &SharedLedger, gate: &Arc<Gate>, holder: &str) -> Option<Run> {
        let worker = self.worker(ledger, gate, holder, TimeDelta::zero());
        let (request, cancel) = (RunRequest::new(), Cancel::new());
        until_stopped(gate, worker.run(&request, &cancel)).await
    }

    /// The same for the order to rebuild the ledger.
    pub(crate) async fn rebuild(
        &self,
        ledger: &SharedLedger,
        gate: &Arc<Gate>,
        holder: &str,
    ) -> Option<Run> {
        let worker = self.worker(ledger, gate, holder, TimeDelta::zero());
        let (request, cancel) = (RunRequest::new(), Cancel::new());
        until_stopped(gate, worker.rebuild(&request, &cancel)).await
    }

    /// Whether every workout of the source is on record and nothing will happen to it by itself any more.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn is_settled(&self, ledger: &SharedLedger) -> Result<bool, StoreError> {
        let records = self.records(ledger).await?;
        let at_rest = |record: &Record| record.is_settled() || record.state.name().needs_user();
        Ok(self
            .source
            .ids()
            .iter()
            .all(|id| records.get(id).is_some_and(at_rest)))
    }

    /// Every record of the route, by id.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn records(
        &self,
        ledger: &SharedLedger,
    ) -> Result<BTreeMap<String, Record>, StoreError> {
        let mut records = BTreeMap::new();
        let route = crate::Route::new(ledger.clone(), &self.name, services::DESTINATION);
        for id in self.source.ids() {
            if let Some(record) = route.explain(&id).await? {
                records.insert(id, record);
            }
        }
        Ok(records)
    }

    /// A hash of everything that can happen in this world from now on, apart from the workers and
    /// the ledger.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.destination.fingerprint(), self.clock.now()).hash(&mut hasher);
        hasher.finish()
    }
}

async fn until_stopped<T>(gate: &Gate, work: impl Future<Output = T>) -> Option<T> {
    match select(Box::pin(work), Box::pin(gate.stopped())).await {
        Either::Left((ended, _)) => Some(ended),
        Either::Right(_) => None,
    }
}

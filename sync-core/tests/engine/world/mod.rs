//! A source and a destination with scripted behaviour, and a clock that the test moves.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use futures_executor::block_on;
use futures_util::StreamExt;
use sync_core::ledger::{MemoryLedger, SharedLedger};
use sync_core::{
    Activity, BoxStream, Cancel, Capabilities, Clock, Delivery, DeliveryForm, Destination, Engine,
    ErrorKind, Finishing, Item, Policy, Receipt, Record, Refusal, RouteReport, Run, RunError,
    RunRequest, SendOutcome, ServiceError, Source, Sport, StateName, Window, Workout,
};
use workout_files::{Lap, Position, Track, Trackpoint};

mod destination;
mod source;

pub use destination::{ALL_OF_IT, Answer, FakeDestination};
pub use source::FakeSource;

pub struct World {
    pub source: Arc<FakeSource>,
    pub destination: Arc<FakeDestination>,
    pub ledger: SharedLedger,
    pub clock: Arc<FakeClock>,
    pub policy: Policy,
    runs: Mutex<u32>,
}

impl World {
    pub fn new() -> Self {
        let clock = Arc::new(FakeClock::default());
        clock.set("2026-11-23T08:00:00Z");
        let destination = FakeDestination::default();
        *destination.clock.lock().unwrap() = clock.clone();
        Self {
            source: Arc::new(FakeSource::default()),
            destination: Arc::new(destination),
            ledger: SharedLedger::new(MemoryLedger::new()),
            clock,
            policy: Policy::default().with_resend(Duration::ZERO),
            runs: Mutex::new(0),
        }
    }

    /// A run of 30 minutes over `km` kilometres, with a track.
    pub fn has(&self, id: &str, start: &str, minutes: u64, km: f64) {
        self.source.add(id, start, minutes * 60, km * 1000.0, true);
    }

    pub fn engine(&self) -> Engine {
        let mut runs = self.runs.lock().unwrap();
        *runs += 1;
        Engine::builder(
            self.source.clone(),
            self.destination.clone(),
            self.ledger.clone(),
            self.clock.clone(),
        )
        .holder(format!("worker {runs}"))
        .policy(self.policy.clone())
        .build()
    }

    pub fn try_run(&self, request: &RunRequest) -> Result<Run, RunError> {
        let engine = self.engine();
        let plan = block_on(engine.plan(request))?;
        Ok(block_on(engine.execute(plan, &Cancel::new())))
    }

    pub fn run(&self) -> Run {
        self.try_run(&RunRequest::new()).unwrap()
    }

    pub fn clock_now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn later(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    pub fn record(&self, id: &str) -> Record {
        block_on(sync_core::Route::new(self.ledger.clone(), "here", "there").explain(id))
            .unwrap()
            .unwrap()
    }

    pub fn state(&self, id: &str) -> StateName {
        self.record(id).state.name()
    }

    pub fn status(&self) -> RouteReport {
        block_on(sync_core::Route::new(self.ledger.clone(), "here", "there").status()).unwrap()
    }
}

#[derive(Default)]
pub struct FakeClock(AtomicI64);

impl FakeClock {
    pub fn set(&self, text: &str) {
        let instant: DateTime<Utc> = text.parse().unwrap();
        self.0.store(instant.timestamp_millis(), Ordering::SeqCst);
    }

    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for FakeClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }

    /// Time passes only for those who wait.
    async fn sleep(&self, duration: Duration) {
        self.advance(TimeDelta::from_std(duration).unwrap());
    }
}

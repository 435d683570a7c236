//! Moves workouts from any source to any destination, never one twice and never losing one.
//!
//! Implement [`Source`] and [`Destination`] (or take the clients that do, with their feature `sync`), choose a [`ledger`], and let an
//! [`Engine`] run. It knows no HTTP, no database and no async runtime.
//!
//! ```
//! use std::sync::{Arc, Mutex};
//! use std::time::Duration;
//!
//! use async_trait::async_trait;
//! use sync_core::ledger::{MemoryLedger, SharedLedger};
//! use sync_core::*;
//!
//! /// A source with one hour of yoga.
//! struct Diary;
//!
//! #[async_trait]
//! impl Source for Diary {
//!     fn name(&self) -> &str {
//!         "diary"
//!     }
//!     async fn check(&self) -> Result<(), ServiceError> {
//!         Ok(())
//!     }
//!     fn list(&self, window: Window) -> BoxStream<'_, Result<Item, ServiceError>> {
//!         let mut item = Item::new("1", "2026-03-01T10:00:00".parse().unwrap());
//!         item.duration_ms = Some(3_600_000);
//!         let listed = window.contains(item.day()).then_some(Ok(item));
//!         Box::pin(futures_util::stream::iter(listed))
//!     }
//!     async fn fetch(&self, _: &Item) -> Result<Vec<Workout>, ServiceError> {
//!         Ok(vec![Workout::new(Sport::Yoga)])
//!     }
//! }
//!
//! /// A destination that only counts.
//! #[derive(Default)]
//! struct Counter(Mutex<u32>);
//!
//! #[async_trait]
//! impl Destination for Counter {
//!     fn name(&self) -> &str {
//!         "counter"
//!     }
//!     fn capabilities(&self) -> Capabilities {
//!         Capabilities::none()
//!     }
//!     async fn check(&self) -> Result<(), ServiceError> {
//!         Ok(())
//!     }
//!     async fn find(&self, _: Window) -> Result<Vec<Activity>, ServiceError> {
//!         Err(ServiceError::new(ErrorKind::Other, "it can't be searched"))
//!     }
//!     fn form(&self, _: &Item, _: &Workout) -> Result<DeliveryForm, Refusal> {
//!         Ok(DeliveryForm::ManualEntry)
//!     }
//!     async fn send(&self, _: Delivery<'_>) -> SendOutcome {
//!         let mut count = self.0.lock().unwrap();
//!         *count += 1;
//!         SendOutcome::Accepted(Receipt::with_id(count.to_string()))
//!     }
//! }
//!
//! /// Nothing here takes long. Use your runtime's timer.
//! struct SystemClock;
//!
//! #[async_trait]
//! impl Clock for SystemClock {
//!     fn now(&self) -> chrono::DateTime<chrono::Utc> {
//!         chrono::Utc::now()
//!     }
//!     async fn sleep(&self, _: Duration) {
//!         std::future::pending().await
//!     }
//! }
//!
//! # futures_executor::block_on(async {
//! let counter = Arc::new(Counter::default());
//! let ledger = SharedLedger::new(MemoryLedger::new());
//! let engine = Engine::builder(Arc::new(Diary), counter.clone(), ledger, Arc::new(SystemClock)).build();
//! for expected in [1, 0] {
//!     let run = engine.run(&RunRequest::new(), &Cancel::new()).await;
//!     assert_eq!(run.report.items.len(), expected);
//! }
//! assert_eq!(*counter.0.lock().unwrap(), 1);
//! # Ok::<(), RunError>(())
//! # }).unwrap();
//! ```
//!
//! # What is promised
//!
//! At most one accepted upload per workout as far as the destination can be observed; otherwise parked and visible. Nothing is marked done
//! that was not accepted.
//!
//! An upload of unknown fate that the destination's listing does not show is sent once more at most, across runs, restarts and commands: when
//! a later delivery in the listing proves that it did not arrive, or after [`Policy::with_resend`]. A listing that lags longer than that can
//! therefore show a workout twice, and never three times.
//!
//! Several machines may work on one ledger. Where the ledger has a clock ([`ledger::Ledger::now`]: PostgreSQL, MongoDB) it decides about leases
//! and deadlines; elsewhere the machines' clocks must agree to within half of [`Policy::with_settle`].
//!
//! # What is proven, and how
//!
//! - [The crash matrix](conformance::crash_matrix): the engine is stopped before and after every single effect of each scenario, started
//!   again, and has to end where it would have ended anyway. `cargo test -p sync-core --test crash_matrix` prints the points; the SQLite and
//!   PostgreSQL ledgers run the same.
//! - Every schedule of the effects of two workers over small histories, with deaths and sleeping machines; random ones of three workers over
//!   larger histories. `cargo test -p sync-core --test interleavings` prints the counts; `INTERLEAVINGS=deep` adds what takes many minutes,
//!   `SIMULATION_SEEDS=0..1000` other random histories.
//! - [A conformance suite](conformance::check) for ledgers, which finds each of the deliberately broken ones in `tests/conformance`.
//! - The built program is killed while it claims, sends and writes, and three processes share one ledger (`tests/system`).
//!
//! # What it costs
//!
//! As ratios within one run, on 2 cores, 2026-11-23 (`cargo bench -p system-tests --bench engine`, PostgreSQL by `TEST_POSTGRES_URL`):
//!
//! | what | beside | ratio |
//! |---|---|---|
//! | a run that finds nothing new, 100,000 settled workouts in the ledger | 10,000 in it | 1.34 (SQLite), 1.34 (PostgreSQL) |
//! | durable writes of a ledger | bare inserts of the same 1,500 bytes | 0.93 (SQLite), 1.06 (PostgreSQL) of their number |
//! | first sync of 1,000 workouts, 50 ms an answer, by the program | that latency alone | 1.08 |
//! | peak memory of the program for 10,000 workouts (21.8 MiB), moved into an SQLite ledger | for 100 | 1.15 |
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod clock;
mod commands;
#[cfg(feature = "conformance")]
pub mod conformance;
mod decide;
mod destination;
mod engine;
mod error;
mod item;
pub mod ledger;
mod machine;
mod matching;
pub mod model;
mod observer;
mod perform;
mod policy;
mod report;
mod route;
mod run;
mod source;
mod store;
pub mod transfer;

pub use clock::Clock;
#[cfg(feature = "tokio")]
pub use clock::TokioClock;
pub use commands::{CommandError, ImportedList};
pub use destination::{
    Activity, Capabilities, Delivery, DeliveryForm, Destination, Finishing, Receipt, Refusal,
    SendOutcome,
};
pub use engine::{Cancel, Engine, EngineBuilder, Run, RunError, RunRequest, Side};
pub use error::{ErrorKind, ServiceError};
/// The stream type of [`Source::list`].
pub use futures_util::stream::BoxStream;
pub use item::{Item, Window};
pub use machine::Obstacle;
pub use matching::matcher;
pub use model::{Reason, Record, StateName};
pub use observer::{NoopObserver, Observer, Progress};
pub use policy::{Policy, SportFilter, UnknownSport};
pub use report::{NextStep, ReportEntry, RouteReport};
pub use route::Route;
pub use run::SyncPlan;
pub use run::guard::Guard;
pub use run::windows::BEGINNING;
pub use source::Source;
pub use store::StoreError;
/// The types of the crate `workout-files` that the traits speak of.
pub use workout_files::{Sport, Workout};

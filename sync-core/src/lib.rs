//! Moves workouts from any source to any destination, never one twice and never losing one.
//!
//! Implement [`Source`] and [`Destination`], or take the clients that do (`polar-flow` and `runkeeper`
//! with their feature `engine`), choose a [`ledger`], and run an [`Engine`]. The crate knows no HTTP
//! and no database; its only runtime is the clock of the optional feature `tokio`.
//!
//! ```
//! use std::sync::Arc;
//!
//! use async_trait::async_trait;
//! use sync_core::ledger::{MemoryLedger, SharedLedger};
//! use sync_core::*;
//!
//! struct Diary;
//!
//! #[async_trait]
//! impl Source for Diary {
//!     fn name(&self) -> &str { "diary" }
//!     fn list(&self, window: Window) -> BoxStream<'_, Result<Item, ServiceError>> {
//!         let yoga = Item::new("1", "2026-03-01T10:00:00".parse().unwrap());
//!         list_at_once(window, async { Ok(vec![yoga]) })
//!     }
//!     async fn fetch(&self, _: &Item) -> Result<Vec<Workout>, ServiceError> {
//!         Ok(vec![Workout::new(Sport::Yoga)])
//!     }
//! }
//!
//! struct Printer;
//!
//! #[async_trait]
//! impl Destination for Printer {
//!     fn name(&self) -> &str { "printer" }
//!     fn form(&self, _: &Item, _: &Workout) -> Result<DeliveryForm, Refusal> {
//!         Ok(DeliveryForm::ManualEntry)
//!     }
//!     async fn send(&self, delivery: Delivery<'_>) -> SendOutcome {
//!         println!("{} on {}", delivery.workout.sport, delivery.item.day());
//!         SendOutcome::Accepted(Receipt::default())
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let (source, destination) = (Arc::new(Diary), Arc::new(Printer));
//! let ledger = SharedLedger::new(MemoryLedger::new());
//! let engine = Engine::builder(source, destination, ledger, Arc::new(TokioClock)).build();
//! for expected in [1, 0] {
//!     let run = engine.run(&RunRequest::new(), &Cancel::new()).await;
//!     assert_eq!(run.report.items.len(), expected);
//! }
//! # });
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
//! Several machines may work on one ledger. A ledger with a clock ([`ledger::Ledger::now`]:
//! PostgreSQL, MongoDB) decides about leases and deadlines; elsewhere the machines' clocks must
//! agree to within half of [`Policy::with_settle`].
//!
//! An activity that another program creates after an upload of unknown fate, and that equals it,
//! cannot be distinguished from the uploaded workout: the engine links it.
//!
//! # How it is built
//!
//! `machine` is the only writer of a record's state, and a test makes its table from the code.
//! `decide` holds every rule and does no I/O; `perform` holds all I/O, one arm for each action. `run`
//! lists, guards and loops over both; `commands` are the user's. `store` reads and writes records over
//! a [`ledger`]; `matching` says which activity is which workout.
//!
//! # What is proven, and how
//!
//! - [The crash matrix](conformance::crash_matrix): the engine is stopped before and after every
//!   effect of each scenario, started again, and has to end where it would have ended anyway. `cargo
//!   test -p sync-core --test crash_matrix` prints the points; SQLite and PostgreSQL run the same.
//! - Every schedule of the effects of two workers over small histories, with deaths and sleeping
//!   machines: `cargo test -p sync-core --test interleavings`.
//! - Random worlds: `SEEDS=0..1000 cargo test --release -p sync-core --test simulation`. Source,
//!   destination and ledger disagree; three workers, deaths, lost answers, late listings, edits,
//!   deletions, new identifiers, copies by other programs, restored backups and the user's commands
//!   follow. The invariants are checked after every deed; a story that breaks one is made as short as
//!   possible and printed with its seed.
//! - [A conformance suite](conformance::check) for ledgers, from threads and processes, too. It finds
//!   each of the deliberately broken ones in `tests/conformance`.
//! - The built program is killed while it claims, sends and writes, and three processes share one
//!   ledger (`tests/system`).
//!
//! # What it costs
//!
//! As ratios within one run, on 2 idle cores, 2026-11-29 (`cargo bench -p system-tests --bench engine -- ledgers scans`, PostgreSQL by
//! `TEST_POSTGRES_URL`). A run that finds nothing new reads the open documents and those of the days that it lists.
//!
//! | measured | beside | ratio |
//! |---|---|---|
//! | a scan of the open documents among 1,000,000 | among 10,000 | 1.01 (SQLite), 1.00 (PostgreSQL) |
//! | a scan of 90 days among 1,000,000 documents | among 10,000 | 0.96 (SQLite), 1.00 (PostgreSQL) |
//! | durable writes of a ledger | bare inserts of the same bytes | 0.95 (SQLite), 0.91 (PostgreSQL) of their number |
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
#[doc(inline)]
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
pub use source::{Source, list_at_once};
pub use store::StoreError;
/// The types of the crate `workout-files` that the traits speak of.
pub use workout_files::{Sport, Workout};

//! `workout-sync serve`: runs on a schedule, reports how it goes, and asks for the user only when needed.
//!
//! The parts know each other through small types: [`schedule`] decides when a run is due, [`state`] is the memory between
//! runs, a [`Job`] does the work, [`service`] puts them together, [`http`] shows them and takes orders.

pub mod engine_job;
pub mod handle;
pub mod http;
mod journal;
pub(crate) mod notices;
pub mod notify;
pub mod schedule;
pub mod service;
pub mod state;
pub mod store;
pub mod systemd;
mod view;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::clock::SystemClock;
use crate::exit::{Exit, Failure};
use crate::settings::ServiceName;

pub use view::{Running, View};

/// The time of day, which tests set.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;
}

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// The work behind the service.
#[async_trait]
pub trait Job: Send + Sync {
    /// Carries out an order. It ends soon after [`Watch::stop`] turns true, and leaves nothing half done.
    async fn work(&self, order: &Order, watch: &Watch) -> Summary;

    /// Reads from the ledger how things stand.
    ///
    /// # Errors
    /// When the ledger fails.
    async fn look(&self) -> Result<Overview, Failure>;

    /// Takes over a browser's session and says so in one sentence without secrets.
    ///
    /// # Errors
    /// When the text has no usable cookies, or the service does not accept them; the session is as it was then.
    async fn import_session(&self, service: ServiceName, text: &str) -> Result<String, Failure>;
}

/// An order to a [`Job`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Order {
    /// Move what is due.
    Run,
    /// Try a workout again.
    Retry(String),
    /// Never move a workout.
    Skip(String),
}

impl std::fmt::Display for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Run => f.write_str("run"),
            Self::Retry(id) => write!(f, "retry {id}"),
            Self::Skip(id) => write!(f, "skip {id}"),
        }
    }
}

/// How a [`Job`] is watched while it works.
#[derive(Debug, Clone)]
pub struct Watch {
    /// The job reports progress here.
    pub pulse: Pulse,
    /// Turns true when the job has to end.
    pub stop: watch::Receiver<bool>,
}

/// When there was progress last. Clones share it.
#[derive(Debug, Clone)]
pub struct Pulse(Arc<Mutex<Instant>>);

impl Default for Pulse {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }
}

impl Pulse {
    /// There is progress now.
    pub fn beat(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Whether the last progress is less than `limit` ago.
    #[must_use]
    pub fn is_alive(&self, limit: Duration) -> bool {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.elapsed() < limit
    }
}

/// How an order ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The exit code that the command would have had.
    pub exit: Exit,
    /// Whether the schedule has to back off: nothing could be done, or a service ended the run.
    pub failed: bool,
    /// Why it ended early, or what to do.
    pub message: Option<String>,
    /// Workouts per state, of those that the order looked at.
    pub counts: BTreeMap<String, usize>,
    /// Why the user is needed.
    pub cause: Option<Cause>,
    /// Which services accepted the session.
    pub access: BTreeMap<&'static str, bool>,
    /// Activities that another app seems to have made of a delivered workout: a stable key and a sentence for each.
    pub possible_duplicates: BTreeMap<String, String>,
    /// Fields that no type knows or that could not be read: the service, and a key for each kind, the same in every run. Only counts go to
    /// a notice.
    pub noticed: Vec<(String, String)>,
}

impl Summary {
    /// The summary of an order that ended with nothing to report.
    #[must_use]
    pub fn new(exit: Exit) -> Self {
        Self {
            exit,
            failed: false,
            message: None,
            counts: BTreeMap::new(),
            cause: None,
            access: BTreeMap::new(),
            possible_duplicates: BTreeMap::new(),
            noticed: Vec::new(),
        }
    }

    /// How many workouts are newly at the destination.
    #[must_use]
    pub fn moved(&self) -> usize {
        let count = |state: &str| self.counts.get(state).copied().unwrap_or(0);
        count("delivered") + count("linked")
    }
}

/// Why a run needs the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A service does not accept the session.
    SignIn(ServiceName),
    /// A guard stopped the run.
    Guard,
}

/// How things stand in the ledger.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Overview {
    /// Workouts per state.
    pub counts: BTreeMap<String, usize>,
    /// Workouts that later runs will work on by themselves.
    pub backlog: usize,
    /// Workouts that wait for the user.
    pub parked: Vec<ParkedWorkout>,
    /// Those of them that are not in `parked`, which has an end.
    pub more_parked: usize,
}

/// A workout that waits for the user.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ParkedWorkout {
    /// Its id at the source.
    pub id: String,
    /// Its local start.
    pub start: NaiveDateTime,
    /// Its sport.
    pub sport: Option<String>,
    /// `parked` or `rejected`.
    pub state: String,
    /// Why.
    pub reason: Option<String>,
    /// The evidence.
    pub evidence: Vec<String>,
    /// The next step.
    pub next: String,
}

/// The services that have to accept a session.
pub const SERVICES: [ServiceName; 2] = [ServiceName::Polar, ServiceName::Runkeeper];

/// Their words.
#[must_use]
pub fn service_words() -> [&'static str; 2] {
    SERVICES.map(ServiceName::word)
}

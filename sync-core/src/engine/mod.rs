//! The engine: takes what the source lists through the states, one workout after the other.

mod adopt;
mod after;
mod changes;
mod claim;
mod deliver;
mod downloads;
mod hold_back;
mod limit;
mod link;
mod operator;
mod pause;
mod reconcile;
mod run;
mod send;
mod step;
mod streak;
mod take_back;
mod time;
mod twins;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};

use crate::book::{Book, BookError, Entry};
use crate::clock::Clock;
use crate::error::ServiceError;
use crate::guard::Guard;
use crate::ledger::SharedLedger;
use crate::observer::{Observer, Silent};
use crate::policy::Policy;
use crate::record::{Record, StateName};
use crate::report::{Line, Report};
use crate::{Destination, Source, Window};

use pause::{PatientDestination, PatientSource, Pauses};
use serde::{Deserialize, Serialize};
use time::LedgerTime;

pub use adopt::Adopted;
pub use operator::OrderError;

/// Moves workouts from one source to one destination.
///
/// Cheap to build; holds no state of its own between calls: everything that matters is in the ledger.
#[derive(Clone)]
pub struct Engine {
    source: Arc<dyn Source>,
    destination: Arc<dyn Destination>,
    ledger: SharedLedger,
    clock: Arc<LedgerTime>,
    pauses: Arc<Pauses>,
    policy: Policy,
    observer: Arc<dyn Observer>,
    holder: String,
}

/// What a run is asked to do.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Request {
    /// The days to look at. `None`: chosen from the ledger.
    pub window: Option<Window>,
    /// Switches the guards off for this run: a person has looked at the listing.
    pub accept_listing: bool,
}

impl Request {
    /// Everything that is due.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Only workouts of these days.
    #[must_use]
    pub fn with_window(mut self, window: Option<Window>) -> Self {
        self.window = window;
        self
    }

    /// Goes on although the listing looks wrong.
    #[must_use]
    pub fn with_accept_listing(mut self, yes: bool) -> Self {
        self.accept_listing = yes;
        self
    }
}

/// Asks a run to stop. Clones share the question.
///
/// The workout in work is finished or put back first, so everything can be resumed.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Not asked yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether somebody asked.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Which of the two services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Where workouts come from.
    Source,
    /// Where they go.
    Destination,
}

/// Why a run ended before everything was tried.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Stop {
    /// A service failed in a way that concerns every workout; see [`ServiceError::kind`].
    #[error("{error}")]
    Service {
        /// Which one.
        side: Side,
        /// What it said.
        #[source]
        error: ServiceError,
    },
    /// A listing looks wrong.
    #[error(transparent)]
    Guard(#[from] Guard),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] BookError),
    /// Several workouts in a row had the same trouble (no clear answer, a failure, a refusal): going on would only have more of them.
    #[error("{0}")]
    Unclear(String),
    /// [`Cancel`] was used.
    #[error("stopped on request; the next run goes on from here")]
    Cancelled,
}

impl From<crate::ledger::LedgerError> for Stop {
    fn from(error: crate::ledger::LedgerError) -> Self {
        Self::Ledger(error.into())
    }
}

/// What a run did, and why it ended early if it did.
#[derive(Debug)]
#[non_exhaustive]
pub struct Run {
    /// Every workout that was not settled when the run began.
    pub report: Report,
    /// Why it ended early.
    pub stopped: Option<Stop>,
}

/// What a run would do: made by [`Engine::plan`], done by [`Engine::carry_out`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Plan {
    /// Every workout that is not settled.
    pub report: Report,
    /// The days that were listed; `None` for a single workout that is tried again.
    pub window: Option<Window>,
    /// How many workouts the source lists in them.
    pub listed: usize,
    /// Whether the window counts as taken in. An empty listing takes nothing in: it may be a hiccup, and would hide the history before it.
    takes_in: bool,
    /// What the source does not list any more, and a person said that this is right.
    gone: Vec<Entry>,
    /// Where the plan comes from.
    book: Option<Book>,
}

impl Engine {
    /// An engine with the default [`Policy`].
    ///
    /// `holder` names this worker in leases; it must differ between any two workers that are alive at the same time.
    pub fn new(
        source: Arc<dyn Source>,
        destination: Arc<dyn Destination>,
        ledger: SharedLedger,
        clock: Arc<dyn Clock>,
        holder: impl Into<String>,
    ) -> Self {
        let policy = Policy::default();
        let clock = Arc::new(LedgerTime::new(clock));
        let pauses = Arc::new(Pauses::new(clock.clone(), &policy));
        let source = PatientSource {
            inner: source,
            pauses: pauses.clone(),
        };
        let destination = PatientDestination {
            inner: destination,
            pauses: pauses.clone(),
        };
        Self {
            source: Arc::new(source),
            destination: Arc::new(destination),
            ledger,
            clock,
            pauses,
            policy,
            observer: Arc::new(Silent),
            holder: holder.into(),
        }
    }

    /// Sets the policy.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.pauses.follow(&policy);
        self.policy = policy;
        self
    }

    /// Sets who is told what happens.
    #[must_use]
    pub fn with_observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = observer;
        self
    }

    /// The name of the route, as it stands in ledger keys and reports.
    #[must_use]
    pub fn route(&self) -> String {
        route(self.source.name(), self.destination.name())
    }

    async fn book(&self) -> Result<Book, BookError> {
        self.clock.adjust(&self.ledger).await?;
        let book = Book::open(self.ledger.clone(), &self.route()).await?;
        self.pauses.remember(book.pauses());
        Ok(book)
    }

    /// Until when which service asked to be left alone, in this run or an earlier one. The engine respects that by itself; a program that
    /// asks a service outside the engine (to sign in, for example) looks here first.
    ///
    /// # Errors
    /// When the ledger can't be read.
    pub async fn pauses(&self) -> Result<BTreeMap<Side, DateTime<Utc>>, BookError> {
        self.book().await?;
        Ok(self.pauses.open())
    }

    /// Keeps the pauses that a service asked for, so that the next run respects them.
    async fn keep_pauses(&self, book: &mut Book) -> Result<(), BookError> {
        match self.pauses.take_new() {
            Some(pauses) => book.keep_pauses(&pauses).await,
            None => Ok(()),
        }
    }

    async fn book_for_work(&self) -> Result<Book, BookError> {
        self.prepared(None).await
    }

    /// The book of a plan, or a new one, made ready for work.
    async fn prepared(&self, book: Option<Book>) -> Result<Book, BookError> {
        let mut book = match book {
            Some(book) => book,
            None => self.book().await?,
        };
        book.prepare(crate::window::frontier(self.today())).await?;
        Ok(book)
    }
}

/// The name of the route between two services, as it stands in ledger keys and reports.
#[must_use]
pub fn route(source: &str, destination: &str) -> String {
    format!("{source} -> {destination}")
}

/// What the ledger says, without asking any service: all unsettled workouts as lines, and counts of the whole route.
///
/// # Errors
/// When the ledger can't be read.
pub async fn status(ledger: &SharedLedger, route: &str) -> Result<Report, BookError> {
    let book = Book::open(ledger.clone(), route).await?;
    let mut counts = BTreeMap::new();
    let mut lines = Vec::new();
    book.for_each(|record| {
        *counts.entry(record.state.name()).or_insert(0) += 1;
        if !record.is_settled() {
            lines.push(Line::of_record(&record));
        }
    })
    .await?;
    let mut report = Report::new(route, lines);
    report.counts = counts;
    Ok(report)
}

/// Everything the ledger knows of one workout; `None` when it does not know it.
///
/// # Errors
/// When the ledger can't be read.
pub async fn explain(
    ledger: &SharedLedger,
    route: &str,
    id: &str,
) -> Result<Option<Record>, BookError> {
    crate::book::peek(ledger, route, id).await
}

impl Record {
    /// What will happen next with this workout, in words.
    #[must_use]
    pub fn next_action(&self) -> String {
        let at = |instant: Option<chrono::DateTime<chrono::Utc>>| {
            instant
                .map(|at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string())
                .unwrap_or_default()
        };
        match self.state.name() {
            StateName::Delivered | StateName::Linked => self
                .next_step()
                .unwrap_or_else(|| "nothing: it is at the destination".into()),
            StateName::Skipped => {
                "nothing: a setting leaves it out; without the setting, a run over its day moves it"
                    .into()
            }
            StateName::Tombstoned if self.taking_back.is_some() => {
                "a person finishes the removal with undo".into()
            }
            StateName::Tombstoned => "nothing: a person said that it is not to be moved".into(),
            StateName::Waiting => {
                format!("a run after {} tries again", at(self.state.not_before()))
            }
            StateName::Unsure if self.is_sent_out() => format!(
                "each run looks for it at the destination; it was sent twice, and is parked if it does not appear by {}",
                at(self.state.not_before())
            ),
            StateName::Unsure => format!(
                "each run looks for it at the destination; after {}, once it is proved that it did not arrive, or after a longer wait \
                 without proof, it is sent once more",
                at(self.state.not_before())
            ),
            StateName::Claimed | StateName::Sending => format!(
                "a worker holds it until {}; if that worker is gone, a run some time after that takes over and looks at the \
                 destination first. A time far ahead was written by a wrong clock: the next run takes over then",
                at(self.lease.as_ref().map(|lease| lease.until))
            ),
            StateName::Parked if self.is_sent_out() => {
                "you decide: look at the destination. If the workout is there, `reconcile` links it as soon as the listing shows it. If it is \
                 not there, upload it by hand and then `skip` it; it is never sent a third time"
                    .into()
            }
            StateName::Parked if self.state.intent().is_some() => {
                "you decide: look at the destination. If the workout is there, `skip` it; if it is not, `retry` it".into()
            }
            StateName::Parked | StateName::Rejected => {
                "you decide: `retry` it once the reason is gone, or `skip` it".into()
            }
            StateName::New => "the next run moves it".into(),
        }
    }
}

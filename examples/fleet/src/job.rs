//! The task of the queue: one job is one run of one account.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use chrono::Utc;
use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use sync_core::Cancel;
use sync_core::ledger::SharedLedger;
use workout_sync::exit::Failure;

use crate::account_ledger::Ledgers;
use crate::accounts::{self, Account, AccountSettings};
use crate::database::{Database, DatabaseError};
use crate::hosts::hosts;
use crate::outcome::Outcome;
use crate::queue;
use crate::random::random;
use crate::run::{Budget, run};
use crate::settings::FleetSettings;
use crate::slots::Slots;

/// A job that comes earlier than its account is due has been done: it ran twice.
const EARLY_SECS: f64 = 2.0;
/// How long a job waits for slots before it goes back into the queue, behind the others.
const SLOT_PATIENCE: Duration = Duration::from_secs(20);
/// Time after the budget in which the last request ends and the sessions are kept.
const FAREWELL: Duration = Duration::from_secs(60);

/// What all jobs of a worker share.
pub(crate) struct Fleet {
    pub(crate) settings: FleetSettings,
    pub(crate) database: Database,
    pub(crate) ledgers: Ledgers,
    pub(crate) slots: Slots,
    pub(crate) budget: Budget,
    pub(crate) cancel: Cancel,
    /// Jobs in work.
    pub(crate) running: AtomicUsize,
    /// Jobs that were begun.
    pub(crate) begun: AtomicU64,
}

/// The handle of a [`Fleet`] that the queue gives to its jobs.
#[derive(Clone)]
pub(crate) struct FleetHandle(pub(crate) Arc<Fleet>);

impl fmt::Debug for FleetHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FleetHandle")
    }
}

/// The job: its account is due.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SyncAccount {
    account: String,
}

impl TaskHandler for SyncAccount {
    const IDENTIFIER: &'static str = queue::TASK;

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let Some(FleetHandle(fleet)) = context.get_ext::<FleetHandle>().cloned() else {
            return Err("the worker has no fleet".to_owned());
        };
        fleet.begun.fetch_add(1, Ordering::SeqCst);
        let _running = Running::begin(&fleet);
        // The queue tries a failed job again. Only a failure of the database fails a job: an account that fails is a result.
        fleet.work(&self.account).await.map_err(|error| {
            let text = workout_sync::exit::with_causes(&error);
            tracing::warn!(account = self.account, error = text, "the job failed");
            text
        })
    }
}

impl Fleet {
    async fn work(&self, name: &str) -> Result<(), DatabaseError> {
        let account = match accounts::find(&self.database, name).await? {
            // It was removed or paused meanwhile.
            None => return Ok(()),
            Some(account) if account.paused => return Ok(()),
            Some(account) => account,
        };
        if account.late_secs < -EARLY_SECS {
            let client = self.database.client().await?;
            return queue::add(&client, name, account.due).await;
        }
        let mut outcome = Outcome::default();
        match self.routes(&account).await {
            Err(failure) => outcome.add_failure(&failure),
            Ok(routes) => {
                let mut all: Vec<String> = routes.iter().flat_map(hosts).collect();
                all.sort_unstable();
                all.dedup();
                let Some(held) = self.slots.wait(&all, SLOT_PATIENCE, &self.cancel).await? else {
                    let client = self.database.client().await?;
                    return queue::add(&client, name, Utc::now()).await;
                };
                let (ledger, trouble) = self.ledgers.of(name);
                let limit = self.budget.time + FAREWELL;
                let work = run(&routes, &ledger, self.budget, &self.cancel);
                // The ledger has a record of every step: the next run goes on where one was let go.
                outcome = tokio::select! {
                    outcome = work => outcome,
                    () = tokio::time::sleep(limit) => failed("the run did not end in time"),
                    () = held.lost() => {
                        let mut outcome = failed("the database was out of reach for too long to be sure of the limit per host");
                        outcome.blame_database();
                        outcome
                    }
                };
                if trouble.is_there() {
                    outcome.blame_database();
                }
                if let Err(error) = held.release().await {
                    tracing::warn!(%error, "slots are free only when their lease ends");
                }
                self.tell(name, &ledger, &outcome).await;
            }
        }
        let next = outcome.next(Utc::now(), account.every, account.failures, random());
        tracing::info!(
            account = name,
            exit = next.exit.word(),
            delivered = next.delivered,
            backlog = next.backlog,
            next_secs = next.after.as_secs(),
            "the account was run"
        );
        accounts::record(&self.database, name, account.late_secs, &next).await
    }

    /// Sends the notices that are due. One that fails is sent after the next run.
    async fn tell(&self, account: &str, ledger: &SharedLedger, outcome: &Outcome) {
        let Some(notices) = self.settings.notices_of(account) else {
            return;
        };
        for end in outcome.ends() {
            if let Err(error) = notices.tell(ledger, end).await {
                tracing::warn!(account, error, "a notice was not sent");
            }
        }
    }

    async fn routes(
        &self,
        account: &Account,
    ) -> Result<Vec<workout_sync::settings::Settings>, Failure> {
        let key = &self.settings.key;
        let settings = AccountSettings::open(key, &account.name, &account.sealed).await?;
        settings.of_routes(&self.settings, &account.name)
    }
}

fn failed(why: &str) -> Outcome {
    let mut outcome = Outcome::default();
    outcome.add_failure(&Failure::failed(why));
    outcome
}

/// A job in work.
struct Running<'a>(&'a Fleet);

impl<'a> Running<'a> {
    fn begin(fleet: &'a Fleet) -> Self {
        fleet.running.fetch_add(1, Ordering::SeqCst);
        Self(fleet)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::SeqCst);
    }
}

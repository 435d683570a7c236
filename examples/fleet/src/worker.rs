//! `workout-fleet worker`: takes jobs from the queue until it is stopped.
//!
//! The queue's own loop ends at the first error of the database, a restart of the server for example: it is begun again here. A loop that
//! stands still although jobs wait is begun again as well, and where that does not help, or the database stays away, the program ends
//! with an error, so that its supervisor starts it again.

use std::io::{Write, stderr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use graphile_worker::{Worker, WorkerOptions as QueueOptions, WorkerRecoveryConfig};
use sync_core::Cancel;
use tokio::time::Instant;
use workout_sync::exit::{Exit, Failure};

use crate::account_ledger::Ledgers;
use crate::cli::WorkerOptions;
use crate::database::{Database, QUEUE_SCHEMA};
use crate::job::{Fleet, FleetHandle, SyncAccount, random_bits};
use crate::queue;
use crate::run::Budget;
use crate::settings::FleetSettings;
use crate::slots::Slots;

/// The interval at which the queue is asked for jobs that are due; it notifies of new ones.
const POLL: Duration = Duration::from_secs(1);
/// The pause before the loop is begun again.
const PAUSE: Duration = Duration::from_secs(1);
/// How often accounts without a job are looked for, and the loop is watched.
const WATCH_EVERY: Duration = Duration::from_secs(15);
/// A loop that begins no job for so long, while jobs wait and it has nothing in work, stands still.
const STALL: Duration = Duration::from_secs(60);
/// Connections to the ledger, which all accounts share.
const LEDGER_CONNECTIONS: usize = 2;
/// The time for jobs in work after the first signal.
const FAREWELL: Duration = Duration::from_secs(60);

/// Works until a signal.
pub(crate) async fn work(
    settings: FleetSettings,
    database: Database,
    options: &WorkerOptions,
) -> Result<Exit, Failure> {
    let ledgers = Ledgers::open(&settings.database, LEDGER_CONNECTIONS).await?;
    let holder = format!("{}-{:x}", std::process::id(), random_bits());
    let slots = Slots::new(database.clone(), &holder, options.slot_time());
    let fleet = Arc::new(Fleet {
        settings,
        database,
        ledgers,
        slots: slots.clone(),
        budget: Budget {
            max_items: options.max_items.into(),
            time: options.job_limit(),
        },
        cancel: Cancel::new(),
        running: Default::default(),
        begun: Default::default(),
    });
    tokio::select! {
        () = slots.keep() => unreachable!("it renews until the worker ends"),
        result = serve(&fleet, options) => result,
    }
}

async fn serve(fleet: &Arc<Fleet>, options: &WorkerOptions) -> Result<Exit, Failure> {
    let mut signal = std::pin::pin!(stopped());
    let patience = Duration::from_secs(options.patience_secs.into());
    let mut last_good = Instant::now();
    let mut stalls = 0;
    loop {
        let begun = fleet.begun.load(Ordering::SeqCst);
        let loop_began = Instant::now();
        let problem = match build(fleet, options).await {
            Err(error) => error,
            Ok(worker) => {
                say("the worker takes jobs");
                let mut running = std::pin::pin!(worker.run());
                tokio::select! {
                    ended = &mut running => match ended {
                        Ok(()) => "it ended by itself".to_owned(),
                        Err(error) => error.to_string(),
                    },
                    () = watch(fleet, &mut last_good) => {
                        stalls += 1;
                        "it stood still".to_owned()
                    }
                    () = &mut signal => {
                        say("stopping: accounts in work are put back");
                        fleet.cancel.cancel();
                        worker.request_shutdown();
                        let ended = tokio::time::timeout(FAREWELL, running).await;
                        return match ended {
                            Ok(_) => Ok(Exit::Settled),
                            Err(_) => Err(Failure::failed("accounts in work did not end in time")),
                        };
                    }
                }
            }
        };
        if fleet.begun.load(Ordering::SeqCst) > begun {
            last_good = Instant::now();
            stalls = 0;
        } else if loop_began.elapsed() > STALL {
            last_good = last_good.max(loop_began);
        }
        say(&format!(
            "the queue's loop ended and is begun again: {problem}"
        ));
        if stalls > 1 {
            return Err(Failure::failed("the queue stands still although jobs wait"));
        }
        if last_good.elapsed() > patience {
            return Err(Failure::failed(format!(
                "the queue could not be used for {} s: {problem}",
                patience.as_secs()
            )));
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = &mut signal => return Ok(Exit::Settled),
        }
    }
}

async fn build(fleet: &Arc<Fleet>, options: &WorkerOptions) -> Result<Worker, String> {
    let dead = Duration::from_secs(options.dead_secs.into());
    let recovery = WorkerRecoveryConfig::default()
        .heartbeat_interval(dead / 5)
        .sweep_interval(dead / 5)
        .sweep_threshold(dead)
        .recovery_delay(Duration::from_secs(1));
    let built = QueueOptions::default()
        .database(fleet.database.queue())
        .schema(QUEUE_SCHEMA)
        .concurrency(options.concurrency.into())
        .poll_interval(POLL)
        .worker_recovery(recovery)
        .listen_os_shutdown_signals(false)
        // A job that is cut off leaves a workout that has to be looked up first: after an error of the loop jobs in work end by themselves.
        .shutdown_grace_period(options.job_limit() + FAREWELL)
        .add_extension(FleetHandle(Arc::clone(fleet)))
        .define_job::<SyncAccount>()
        .init()
        .await;
    built.map_err(|error| error.to_string())
}

/// Gives jobs to accounts that have none, and ends when the loop stands still.
async fn watch(fleet: &Fleet, last_good: &mut Instant) {
    let mut seen = (fleet.begun.load(Ordering::SeqCst), Instant::now());
    loop {
        tokio::time::sleep(WATCH_EVERY).await;
        match queue::add_missing(&fleet.database).await {
            Ok(0) => {}
            Ok(count) => say(&format!("{count} accounts were due and had no job")),
            Err(error) => tracing::warn!(%error, "accounts without a job were not looked for"),
        }
        let begun = fleet.begun.load(Ordering::SeqCst);
        let waiting = queue::waiting_longer_than(&fleet.database, STALL.as_secs_f64()).await;
        let is_idle = begun == seen.0 && fleet.running.load(Ordering::SeqCst) == 0;
        match waiting {
            Ok(count) if count > 0 && is_idle => {
                if seen.1.elapsed() > STALL {
                    return;
                }
            }
            Ok(_) => {
                *last_good = Instant::now();
                seen = (begun, Instant::now());
            }
            Err(error) => tracing::warn!(%error, "the queue was not looked at"),
        }
    }
}

/// Ends at the first signal; from then on a second one ends the program at once.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminations) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminations.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            tokio::spawn(async move {
                tokio::select! {
                    _ = terminations.recv() => {}
                    _ = tokio::signal::ctrl_c() => {}
                }
                std::process::exit(Exit::Unfinished.code().into());
            });
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

fn say(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}

//! `workout-fleet worker`: takes jobs from the queue until it is stopped.
//!
//! The queue's own loop ends at the first error of the database, a restart of the server for example: it is begun again here. The
//! [watchdog](crate::watchdog) says when a loop that does not end has to be begun again, and when the program has to end with an error,
//! so that its supervisor starts it again.

use std::io::{Write, stderr};
use std::sync::Arc;
use std::time::Duration;

use graphile_worker::{Worker, WorkerOptions as QueueOptions, WorkerRecoveryConfig};
use sync_core::Cancel;
use workout_sync::exit::{Exit, Failure};

use crate::account_ledger::Ledgers;
use crate::cli::WorkerOptions;
use crate::database::{Database, QUEUE_SCHEMA};
use crate::job::{Fleet, FleetHandle, SyncAccount};
use crate::run::Budget;
use crate::settings::FleetSettings;
use crate::slots::Slots;
use crate::watchdog::Watchdog;

/// The interval at which the queue is asked for jobs that are due; it notifies of new ones.
const POLL: Duration = Duration::from_secs(1);
/// The pause before the loop is begun again.
const PAUSE: Duration = Duration::from_secs(1);
/// The time for beginning the loop, in which the queue looks at its tables.
const BUILD_LIMIT: Duration = Duration::from_secs(30);
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
    let slots = Slots::new(database.clone(), options.slot_time());
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
    let mut watchdog = Watchdog::new(options);
    loop {
        watchdog.loop_begins(fleet);
        let built = tokio::select! {
            built = tokio::time::timeout(BUILD_LIMIT, build(fleet, options)) => built,
            () = &mut signal => return Ok(Exit::Settled),
        };
        let problem = match built {
            Err(_) => format!("it did not begin within {} s", BUILD_LIMIT.as_secs()),
            Ok(Err(error)) => error,
            Ok(Ok(worker)) => {
                say("the worker takes jobs");
                let mut running = std::pin::pin!(worker.run());
                tokio::select! {
                    ended = &mut running => match ended {
                        Ok(()) => "it ended by itself".to_owned(),
                        Err(error) => error.to_string(),
                    },
                    problem = watchdog.watch(fleet) => problem.to_string(),
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
        watchdog.loop_ended(fleet);
        watchdog.verdict(&problem)?;
        say(&format!(
            "the queue's loop ended and is begun again: {problem}"
        ));
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
    let database = fleet.database.queue().map_err(|error| error.to_string())?;
    let built = QueueOptions::default()
        .database(database)
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

pub(crate) fn say(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}

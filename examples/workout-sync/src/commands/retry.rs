//! `workout-sync retry ID...`, `workout-sync retry --parked`, `workout-sync retry --rejected`

use std::io::{Write, stderr};

use sync_core::ledger::SharedLedger;
use sync_core::{Cancel, CommandError, Engine, RouteReport, Run, StateName};
use workout_sync::exit::{Exit, Failure};
use workout_sync::settings::Settings;
use workout_sync::{ledger, progress};

use super::orders::with_engine;
use super::{print, route};
use crate::cli::Cli;

/// Which workouts.
pub(crate) enum Which {
    /// These.
    These(Vec<String>),
    /// All that the ledger has in these states.
    All { parked: bool, rejected: bool },
}

pub(crate) async fn retry(
    cli: &Cli,
    settings: &Settings,
    which: Which,
    not_there: bool,
) -> Result<Exit, Failure> {
    let mut refused = None;
    let ledger = ledger::open_existing(&settings.ledger).await?;
    let ids = match which {
        Which::These(ids) => ids,
        Which::All { parked, rejected } => {
            let mut found = all(settings, &ledger, parked, rejected).await?;
            if found.items.is_empty() {
                print(cli, &found)?;
                return Ok(Exit::Settled);
            }
            found.items.drain(..).map(|line| line.item.id).collect()
        }
    };
    let exit = with_engine(cli, settings, ledger, async |engine, cancel| {
        let (run, first) = each(&engine, &ids, not_there, &cancel).await?;
        refused = first;
        Ok(run)
    })
    .await?;
    Ok(refused.unwrap_or(exit))
}

/// The workouts that the ledger has in these states.
async fn all(
    settings: &Settings,
    ledger: &SharedLedger,
    parked: bool,
    rejected: bool,
) -> Result<RouteReport, Failure> {
    let mut report = route(settings, ledger.clone()).status().await?;
    let wanted = |state: StateName| {
        (parked && state == StateName::Parked) || (rejected && state == StateName::Rejected)
    };
    report.items.retain(|line| wanted(line.state));
    report.counts.retain(|state, _| wanted(*state));
    Ok(report)
}

/// One after the other. An order that one workout does not allow is reported and does not keep the others from being tried; how the first of
/// these ends the program comes back with the report of the rest. What concerns all of them ends it.
async fn each(
    engine: &Engine,
    ids: &[String],
    not_there: bool,
    cancel: &Cancel,
) -> Result<(Run, Option<Exit>), Failure> {
    let mut all: Option<Run> = None;
    let mut refused = None;
    for id in ids {
        if all.as_ref().is_some_and(|run| run.stopped.is_some()) {
            break;
        }
        match engine.retry(id, not_there, cancel).await {
            Ok(run) => match &mut all {
                None => all = Some(run),
                Some(all) => {
                    all.report.merge(run.report);
                    all.stopped = run.stopped;
                }
            },
            Err(CommandError::Run(stop)) => match &mut all {
                // The report includes the work that was done until then.
                Some(all) => all.stopped = Some(stop),
                None => return Err(stop.into()),
            },
            Err(error) => {
                let failure = Failure::from(error);
                if ids.len() == 1 {
                    return Err(failure);
                }
                progress::quietly(|| {
                    let _ = writeln!(stderr(), "{}", failure.message);
                });
                refused.get_or_insert(failure.exit);
            }
        }
    }
    match (all, refused) {
        (Some(run), refused) => Ok((run, refused)),
        (None, refused) => Err(Failure {
            exit: refused.unwrap_or(Exit::Usage),
            message: "no workout was tried again".to_owned(),
        }),
    }
}

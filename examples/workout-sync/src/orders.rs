//! The user's orders for single workouts, for every program that takes them: `explain`, `retry` and `skip`.

use std::io::{Write, stderr};

use sync_core::ledger::SharedLedger;
use sync_core::{
    Cancel, CommandError, Engine, NoopObserver, Record, RouteReport, Run, RunRequest, StateName,
};

use crate::exit::{Exit, Failure};
use crate::services::Services;
use crate::settings::Settings;
use crate::{progress, route, table};

/// Which workouts an order is for.
#[derive(Debug, Clone)]
pub enum Which {
    /// These.
    These(Vec<String>),
    /// All that the ledger has in these states.
    All {
        /// Parked ones.
        parked: bool,
        /// Those that the destination refused.
        rejected: bool,
    },
}

/// The workouts that `retry` is asked for, on a command line.
#[derive(Debug, Clone, clap::Args)]
pub struct RetryArgs {
    /// The workouts' ids, as in the table
    #[arg(
        value_name = "ID",
        required_unless_present_any = ["parked", "rejected"],
        conflicts_with_all = ["parked", "rejected"]
    )]
    ids: Vec<String>,
    /// You looked: none of the activities that look like them is one of these workouts
    #[arg(long, conflicts_with_all = ["parked", "rejected"])]
    pub not_there: bool,
    /// All that are parked
    #[arg(long)]
    parked: bool,
    /// All that the destination refused
    #[arg(long)]
    rejected: bool,
}

impl RetryArgs {
    /// Which workouts these are.
    #[must_use]
    pub fn which(&self) -> Which {
        match (self.parked, self.rejected) {
            (false, false) => Which::These(self.ids.clone()),
            (parked, rejected) => Which::All { parked, rejected },
        }
    }
}

/// The ledger's records of a workout, one for each route that knows it, with the route's name.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn explain(
    routes: &[Settings],
    ledger: &SharedLedger,
    id: &str,
) -> Result<Vec<(String, Record)>, Failure> {
    let mut found = Vec::new();
    for settings in routes {
        if let Some(record) = route(settings, ledger.clone()).explain(id).await? {
            found.push((settings.route.name(), record));
        }
    }
    Ok(found)
}

/// The records of a workout in words or as one JSON document. Where there are several routes, each record has its route's name.
///
/// # Errors
/// When a record has no JSON form.
pub fn explained(
    found: &[(String, Record)],
    is_one_route: bool,
    as_json: bool,
) -> Result<String, Failure> {
    match found {
        [(_, record)] if is_one_route => told(record, &table::explain(record), as_json),
        several if as_json => {
            let records = several.iter().map(|(name, record)| {
                let json = serde_json::to_value(record).map_err(no_json)?;
                Ok((name.clone(), json))
            });
            let routes: serde_json::Map<_, _> = records.collect::<Result<_, Failure>>()?;
            Ok(format!("{}\n", serde_json::json!({ "routes": routes })))
        }
        several => {
            let texts = several
                .iter()
                .map(|(name, record)| format!("{name}\n{}\n", table::explain(record)));
            Ok(texts.collect())
        }
    }
}

/// One workout in words, or as the JSON document of its record.
///
/// # Errors
/// When the record has no JSON form.
pub fn told(record: &Record, words: &str, as_json: bool) -> Result<String, Failure> {
    match as_json {
        false => Ok(words.to_owned()),
        true => {
            let json = serde_json::to_string(record).map_err(no_json)?;
            Ok(format!("{json}\n"))
        }
    }
}

fn no_json(error: serde_json::Error) -> Failure {
    Failure::failed(format!("the record has no JSON form: {error}"))
}

/// The settings of the first route that knows a workout.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn knowing<'a>(
    routes: impl IntoIterator<Item = &'a Settings>,
    ledger: &SharedLedger,
    id: &str,
) -> Result<Option<&'a Settings>, Failure> {
    for settings in routes {
        if route(settings, ledger.clone()).explain(id).await?.is_some() {
            return Ok(Some(settings));
        }
    }
    Ok(None)
}

/// The workouts of a route that the ledger has in these states.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn in_states(
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

/// Tries workouts again, one after the other. An order that one workout does not allow is reported and does not keep the others from being
/// tried; how the first of these ends the program comes back with the report of the rest. What concerns all of them ends it.
///
/// # Errors
/// When no workout was tried, or what concerns all of them failed before the first.
pub async fn retry(
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

/// Marks a workout as never to be moved. The source is asked only for a workout that the ledger does not know.
///
/// # Errors
/// When the order is not allowed, or the ledger or the source fails.
pub async fn skip(
    settings: &Settings,
    ledger: SharedLedger,
    id: &str,
    request: &RunRequest,
) -> Result<Record, Failure> {
    let is_known = route(settings, ledger.clone()).explain(id).await?.is_some();
    let services = if is_known {
        Services::build(settings, ledger, NoopObserver)?
    } else {
        Services::for_looking(settings, ledger, NoopObserver).await?
    };
    let record = services.engine.skip(id, request).await?;
    if !is_known {
        services.close_source().await?;
    }
    Ok(record)
}

/// A skipped workout in words.
#[must_use]
pub fn skipped(record: &Record) -> String {
    let (id, start) = (&record.item.id, record.item.start);
    format!("{id} of {start} is never moved\n")
}

//! `workout-fleet explain ACCOUNT ID`, `workout-fleet retry ACCOUNT ID...`, `workout-fleet skip ACCOUNT ID`
//!
//! `workout-sync` carries them out. This module opens the account's settings, and keeps to the limit per host.

use std::io::{Write, stderr};
use std::time::Duration;

use sync_core::ledger::SharedLedger;
use sync_core::{Cancel, NoopObserver, RouteReport, RunRequest};
use workout_sync::exit::{Exit, Failure, message};
use workout_sync::interrupt::interruptible;
use workout_sync::orders::{self, Which};
use workout_sync::services::Services;
use workout_sync::settings::Settings;
use workout_sync::{name, table};

use super::say;
use crate::account_ledger::Ledgers;
use crate::accounts::{self, AccountSettings};
use crate::cli::RetryOptions;
use crate::database::{Database, DatabaseError};
use crate::hosts::hosts;
use crate::settings::FleetSettings;
use crate::slots::Slots;

/// How long an order waits for slots.
const SLOT_PATIENCE: Duration = Duration::from_secs(60);
/// The lease of its slots.
const SLOT_TIME: Duration = Duration::from_secs(60);

pub(crate) async fn explain(
    fleet: &FleetSettings,
    database: &Database,
    account: &str,
    id: &str,
    as_json: bool,
) -> Result<Exit, Failure> {
    let of = Ordered::open(fleet, database, account).await?;
    let found = orders::explain(&of.routes, &of.ledger, id).await?;
    if found.is_empty() {
        return Err(Failure::usage(format!(
            "the ledger knows no workout {id} of {account}"
        )));
    }
    say(&orders::explained(&found, of.routes.len() == 1, as_json)?)?;
    Ok(Exit::Settled)
}

pub(crate) async fn skip(
    fleet: &FleetSettings,
    database: &Database,
    account: &str,
    id: &str,
    as_json: bool,
) -> Result<Exit, Failure> {
    let of = Ordered::open(fleet, database, account).await?;
    let request = RunRequest::new();
    let record = match orders::knowing(&of.routes, &of.ledger, id).await? {
        // The ledger alone is enough.
        Some(settings) => orders::skip(settings, of.ledger.clone(), id, &request).await?,
        None => {
            let first = of.first()?;
            let work = orders::skip(first, of.ledger.clone(), id, &request);
            in_slots(database, &[first], &Cancel::new(), work).await?
        }
    };
    accounts::due_now(database, account, false).await?;
    let words = orders::skipped(&record);
    say(&orders::told(&record, &words, as_json)?)?;
    Ok(Exit::Settled)
}

pub(crate) async fn retry(
    fleet: &FleetSettings,
    database: &Database,
    options: &RetryOptions,
) -> Result<Exit, Failure> {
    let account = options.account.as_str();
    let of = Ordered::open(fleet, database, account).await?;
    let not_there = options.workouts.not_there;
    let asked = of.by_route(&options.workouts.which()).await?;
    if asked.is_empty() {
        say("no workout is in such a state\n")?;
        return Ok(Exit::Settled);
    }
    let settings: Vec<&Settings> = asked.iter().map(|(settings, _)| *settings).collect();
    let interruptible = interruptible();
    let cancel = interruptible.cancel.clone();
    let work = async {
        let mut tried = Vec::new();
        for (settings, ids) in &asked {
            tried.push(retry_on(settings, &of.ledger, ids, not_there, &cancel).await?);
        }
        Ok(tried)
    };
    let tried = in_slots(database, &settings, &cancel, work).await?;
    let reports: Vec<&RouteReport> = tried.iter().map(|(report, _)| report).collect();
    say(&match (&reports[..], options.json) {
        ([report], true) => format!("{}\n", serde_json::json!(report)),
        (reports, true) => format!("{}\n", serde_json::json!({ "routes": reports })),
        (reports, false) => reports
            .iter()
            .map(|it| table::report(it).to_string())
            .collect(),
    })?;
    let exits = tried.iter().map(|(_, exit)| *exit);
    let exit = exits
        .max_by_key(|exit| exit.code())
        .unwrap_or(Exit::Settled);
    accounts::due_now(database, account, exit != Exit::SignInNeeded).await?;
    Ok(exit)
}

async fn retry_on(
    settings: &Settings,
    ledger: &SharedLedger,
    ids: &[String],
    not_there: bool,
    cancel: &Cancel,
) -> Result<(RouteReport, Exit), Failure> {
    let services = Services::on(settings, ledger.clone(), NoopObserver).await?;
    let tried = orders::retry(&services.engine, ids, not_there, cancel).await;
    let kept = services.close().await;
    let (run, refused) = tried?;
    kept?;
    if let Some(stop) = &run.stopped {
        let _ = writeln!(stderr(), "{}", message(stop));
    }
    let exit = refused.unwrap_or_else(|| Exit::of_run(&run.report, run.stopped.as_ref()));
    Ok((run.report, exit))
}

/// The account that an order is for.
struct Ordered {
    routes: Vec<Settings>,
    ledger: SharedLedger,
}

impl Ordered {
    async fn open(
        fleet: &FleetSettings,
        database: &Database,
        account: &str,
    ) -> Result<Self, Failure> {
        let found = accounts::find(database, account).await?;
        let found = found.ok_or_else(|| DatabaseError::NoAccount(account.to_owned()))?;
        name::set_account(account);
        let settings = AccountSettings::open(&fleet.key, account, &found.sealed).await?;
        let ledgers = Ledgers::open(&fleet.database, 1).await?;
        let (ledger, _) = ledgers.of(account);
        Ok(Self {
            routes: settings.of_routes(fleet, account)?,
            ledger,
        })
    }

    fn first(&self) -> Result<&Settings, Failure> {
        let first = self.routes.first();
        first.ok_or_else(|| Failure::usage("the account has no route"))
    }

    /// The workouts that are asked for, by the route that knows them.
    async fn by_route(&self, which: &Which) -> Result<Vec<(&Settings, Vec<String>)>, Failure> {
        let mut asked: Vec<(&Settings, Vec<String>)> =
            self.routes.iter().map(|it| (it, Vec::new())).collect();
        match which {
            Which::All { parked, rejected } => {
                for (settings, ids) in &mut asked {
                    let found =
                        orders::in_states(settings, &self.ledger, *parked, *rejected).await?;
                    ids.extend(found.items.into_iter().map(|line| line.item.id));
                }
            }
            Which::These(these) => {
                for id in these {
                    let knowing = orders::knowing(&self.routes, &self.ledger, id).await?;
                    // The first route says that there is no such workout.
                    let route = knowing.unwrap_or(self.first()?).route.name();
                    let of_route = asked.iter_mut().find(|(it, _)| it.route.name() == route);
                    if let Some((_, ids)) = of_route {
                        ids.push(id.clone());
                    }
                }
            }
        }
        asked.retain(|(_, ids)| !ids.is_empty());
        Ok(asked)
    }
}

/// Works with a slot at each host of the routes, as a worker does.
async fn in_slots<T>(
    database: &Database,
    routes: &[&Settings],
    cancel: &Cancel,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let mut all: Vec<String> = routes.iter().flat_map(|it| hosts(it)).collect();
    all.sort_unstable();
    all.dedup();
    let slots = Slots::new(database.clone(), SLOT_TIME);
    let Some(held) = slots.wait(&all, SLOT_PATIENCE, cancel).await? else {
        return Err(Failure {
            exit: Exit::Unfinished,
            message: format!(
                "all slots at {} are in use; try again later",
                all.join(" or ")
            ),
        });
    };
    let done = tokio::select! {
        done = work => done,
        () = slots.keep() => unreachable!("it renews until the work ends"),
        // The ledger has a record of every step.
        () = held.lost() => Err(Failure::failed(
            "the database was out of reach for too long to be sure of the limit per host",
        )),
    };
    // The work that was done counts; the slots are free at the end of their lease anyway.
    if let Err(error) = held.release().await {
        tracing::warn!(%error, "the slots were not given back");
    }
    done
}

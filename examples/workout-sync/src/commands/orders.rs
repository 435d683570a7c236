//! Commands for one workout, or for all of unknown fate: `skip`, `reconcile`, `rebuild`, `undo`

use std::io::{IsTerminal, Write, stderr, stdin};

use sync_core::ledger::SharedLedger;
use sync_core::{Cancel, Engine, NoopObserver, Run};
use workout_sync::exit::{Exit, Failure};
use workout_sync::interrupt::interruptible;
use workout_sync::progress::Shown;
use workout_sync::services::{Services, both_ready};
use workout_sync::settings::Settings;
use workout_sync::{ledger, orders};

use super::explain::{known, tell};
use super::request;
use super::run::finish;
use crate::cli::Cli;

pub(crate) async fn reconcile(cli: &Cli, settings: &Settings) -> Result<Exit, Failure> {
    let ledger = ledger::open_existing(&settings.ledger).await?;
    with_engine(cli, settings, ledger, async |engine, cancel| {
        Ok(engine.reconcile(&cancel).await)
    })
    .await
}

pub(crate) async fn rebuild(cli: &Cli, settings: &Settings) -> Result<Exit, Failure> {
    let request = request(cli, None)?;
    both_ready(settings)?;
    let ledger = ledger::open(&settings.ledger).await?;
    with_engine(cli, settings, ledger, async |engine, cancel| {
        Ok(engine.rebuild(&request, &cancel).await)
    })
    .await
}

/// Signs in, works, keeps the sessions, reports.
pub(super) async fn with_engine(
    cli: &Cli,
    settings: &Settings,
    ledger: SharedLedger,
    work: impl AsyncFnOnce(Engine, Cancel) -> Result<Run, Failure>,
) -> Result<Exit, Failure> {
    let shown = Shown::on_stderr(settings.route.from.title());
    let services = Services::on(settings, ledger, shown).await?;
    let interruptible = interruptible();
    let run = work(services.engine.clone(), interruptible.cancel.clone()).await;
    drop(interruptible);
    let kept = services.close().await;
    let exit = finish(cli, &run?)?;
    kept.map(|()| exit)
}

pub(crate) async fn skip(cli: &Cli, settings: &Settings, id: &str) -> Result<Exit, Failure> {
    let ledger = ledger::open(&settings.ledger).await?;
    let record = orders::skip(settings, ledger, id, &request(cli, None)?).await?;
    tell(cli, &record, &orders::skipped(&record))?;
    Ok(Exit::Settled)
}

pub(crate) async fn undo(cli: &Cli, settings: &Settings, id: &str) -> Result<Exit, Failure> {
    let ledger = ledger::open_existing(&settings.ledger).await?;
    let record = known(&ledger, settings, id).await?;
    if !record.can_be_undone() {
        // The ledger alone refuses it, without a question and a sign-in.
        let services = Services::build(settings, ledger, NoopObserver)?;
        services.engine.undo(id).await?;
        return Ok(Exit::Settled);
    }
    let parts = record.parts.iter();
    let ids: Vec<&str> = parts
        .filter_map(|part| part.receipt.activity_id.as_deref())
        .collect();
    let place = settings.route.to.title();
    let why = format!("undo removes activities from {place}");
    if !cli.yes && !agreed(&why, "Remove", place, &ids)? {
        return Ok(Exit::Unfinished);
    }
    let services = Services::on(settings, ledger, NoopObserver).await?;
    let undone = services.engine.undo(id).await;
    services.close().await?;
    let record = undone?;
    let (id, start) = (&record.item.id, record.item.start);
    let words = format!("{id} of {start} was removed and is not sent again\n");
    tell(cli, &record, &words)?;
    Ok(Exit::Settled)
}

pub(crate) async fn redeliver(cli: &Cli, settings: &Settings, id: &str) -> Result<Exit, Failure> {
    let ledger = ledger::open_existing(&settings.ledger).await?;
    let record = known(&ledger, settings, id).await?;
    let parts = record.parts.iter();
    let ids: Vec<&str> = parts
        .filter_map(|part| part.receipt.activity_id.as_deref())
        .collect();
    let place = settings.route.to.title();
    let why =
        format!("redeliver removes activities from {place} before it sends the present version");
    if record.can_be_undone() && !cli.yes && !agreed(&why, "Replace", place, &ids)? {
        return Ok(Exit::Unfinished);
    }
    with_engine(cli, settings, ledger, async |engine, _| {
        Ok(engine.redeliver(id).await?)
    })
    .await
}

/// Removing is asked about, always.
fn agreed(why: &str, verb: &str, place: &str, ids: &[&str]) -> Result<bool, Failure> {
    if !stdin().is_terminal() {
        return Err(Failure::usage(format!(
            "{why}: say --yes, or run it in a terminal to be asked"
        )));
    }
    let _ = write!(
        stderr(),
        "{verb} at {place}: activity {}? [y/N] ",
        ids.join(", ")
    );
    let mut answer = String::new();
    stdin()
        .read_line(&mut answer)
        .map_err(|error| Failure::failed(format!("the answer cannot be read: {error}")))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

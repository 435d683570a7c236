//! Commands for one workout, or for all of unknown fate: `skip`, `reconcile`, `rebuild`, `undo`

use std::io::{IsTerminal, Write, stderr, stdin};

use sync_core::ledger::SharedLedger;
use sync_core::{Cancel, Engine, Run, Silent};
use workout_sync::exit::{Exit, Failure};
use workout_sync::ledger;
use workout_sync::progress::Shown;
use workout_sync::services::{Services, both_ready};
use workout_sync::settings::Settings;

use super::explain::{known, tell};
use super::interrupt::interruptible;
use super::run::finish;
use super::{request, route};
use crate::cli::Cli;

pub(crate) async fn reconcile(cli: &Cli, settings: &Settings) -> Result<Exit, Failure> {
    let ledger = ledger::open_existing(&settings.ledger).await?;
    with_engine(cli, settings, ledger, async |engine, cancel| {
        Ok(engine.reconcile_all(&cancel).await?)
    })
    .await
}

pub(crate) async fn rebuild(cli: &Cli, settings: &Settings) -> Result<Exit, Failure> {
    let request = request(cli, None)?;
    both_ready(settings)?;
    let ledger = ledger::open(&settings.ledger).await?;
    with_engine(cli, settings, ledger, async |engine, cancel| {
        Ok(engine.rebuild(&request, &cancel).await?)
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
    let shown = Shown::on_stderr("Polar Flow");
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
    let is_known = sync_core::explain(&ledger, &route(), id).await?.is_some();
    // Only a workout that the ledger does not know has to be looked up at the source.
    let services = if is_known {
        Services::build(settings, ledger, Silent)?
    } else {
        Services::for_looking(settings, ledger, Silent).await?
    };
    let record = services.engine.skip(id, &request(cli, None)?).await?;
    if !is_known {
        services.close_source().await?;
    }
    let words = format!(
        "{} of {} is never moved\n",
        record.item.id, record.item.start
    );
    tell(cli, &record, &words)?;
    Ok(Exit::Settled)
}

pub(crate) async fn undo(cli: &Cli, settings: &Settings, id: &str) -> Result<Exit, Failure> {
    let ledger = ledger::open_existing(&settings.ledger).await?;
    let record = known(&ledger, settings, id).await?;
    if !record.can_be_undone() {
        // The ledger alone refuses it, without a question and a sign-in.
        let services = Services::build(settings, ledger, Silent)?;
        services.engine.undo(id).await?;
        return Ok(Exit::Settled);
    }
    let parts = record.parts.iter();
    let ids: Vec<&str> = parts
        .filter_map(|part| part.receipt.activity_id.as_deref())
        .collect();
    if !cli.yes && !agreed(&ids)? {
        return Ok(Exit::Unfinished);
    }
    let services = Services::on(settings, ledger, Silent).await?;
    let undone = services.engine.undo(id).await;
    services.close().await?;
    let record = undone?;
    let (id, start) = (&record.item.id, record.item.start);
    let words = format!("{id} of {start} was removed and is not sent again\n");
    tell(cli, &record, &words)?;
    Ok(Exit::Settled)
}

/// Removing is asked about, always.
fn agreed(ids: &[&str]) -> Result<bool, Failure> {
    if !stdin().is_terminal() {
        return Err(Failure::usage(
            "undo removes activities from Runkeeper: say --yes, or run it in a terminal to be asked",
        ));
    }
    let _ = write!(
        stderr(),
        "Remove from Runkeeper: activity {}? [y/N] ",
        ids.join(", ")
    );
    let mut answer = String::new();
    stdin()
        .read_line(&mut answer)
        .map_err(|error| Failure::failed(format!("the answer cannot be read: {error}")))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

//! `workout-sync explain ID`

use sync_core::Record;
use sync_core::ledger::SharedLedger;
use workout_sync::exit::{Exit, Failure};
use workout_sync::settings::Settings;
use workout_sync::{ledger, name, orders};

use super::{route, say};
use crate::cli::Cli;

pub(crate) async fn explain(cli: &Cli, settings: &Settings, id: &str) -> Result<Exit, Failure> {
    let ledger = ledger::open_existing(&settings.ledger).await?;
    let found = orders::explain(&settings.on_each(), &ledger, id).await?;
    if found.is_empty() {
        known(&ledger, settings, id).await?;
    }
    let is_one_route = settings.routes.len() == 1;
    say(&orders::explained(&found, is_one_route, cli.json)?)?;
    Ok(Exit::Settled)
}

/// The ledger's record of a workout.
pub(super) async fn known(
    ledger: &SharedLedger,
    settings: &Settings,
    id: &str,
) -> Result<Record, Failure> {
    let record = route(settings, ledger.clone()).explain(id).await?;
    record.ok_or_else(|| {
        Failure::usage(format!(
            "the ledger {} knows no workout {id}; `{} plan` lists what it does not know yet",
            settings.ledger,
            name::program()
        ))
    })
}

/// One workout in words, or as the JSON document of its record.
pub(super) fn tell(cli: &Cli, record: &Record, words: &str) -> Result<(), Failure> {
    say(&orders::told(record, words, cli.json)?)
}

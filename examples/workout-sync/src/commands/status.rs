//! `workout-sync status`

use workout_sync::exit::{Exit, Failure};
use workout_sync::ledger;
use workout_sync::settings::Settings;

use super::{print, route};
use crate::cli::Cli;

pub(crate) async fn status(cli: &Cli, settings: &Settings) -> Result<Exit, Failure> {
    let ledger = ledger::open_existing(&settings.ledger).await?;
    let report = route(settings, ledger).status().await?;
    print(cli, &report)?;
    Ok(Exit::of_report(&report))
}

//! `workout-sync plan`, `workout-sync --dry-run`

use workout_sync::exit::{Exit, Failure};
use workout_sync::ledger;
use workout_sync::progress::Shown;
use workout_sync::services::Services;
use workout_sync::settings::Settings;

use super::{print, request};
use crate::cli::Cli;

pub(crate) async fn plan(cli: &Cli, settings: &Settings) -> Result<Exit, Failure> {
    let request = request(cli)?;
    let ledger = ledger::open_for_plan(&settings.ledger).await?;
    let shown = Shown::on_stderr("Polar Flow");
    let services = Services::for_looking(settings, ledger, shown).await?;
    let plan = services.engine.plan(&request).await?;
    services.close_source().await?;
    let report = plan.report(&settings.policy);
    print(cli, &report)?;
    Ok(Exit::of_report(&report))
}

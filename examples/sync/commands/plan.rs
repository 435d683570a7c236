//! `sync plan`, `sync --dry-run`

use examples::exit::{Exit, Failure};
use examples::ledger;
use examples::progress::Shown;
use examples::services::Services;
use examples::settings::Settings;

use super::{print, request};
use crate::cli::Cli;

pub(crate) async fn plan(cli: &Cli, settings: &Settings) -> Result<Exit, Failure> {
    let request = request(cli)?;
    let ledger = ledger::open_for_plan(&settings.ledger).await?;
    let shown = Shown::on_stderr("Polar Flow");
    let services = Services::for_looking(settings, ledger, shown).await?;
    let plan = services.engine.plan(&request).await?;
    services.close_source().await?;
    print(cli, &plan.report)?;
    Ok(Exit::of_report(&plan.report))
}

//! `workout-sync plan`, `workout-sync --dry-run`

use workout_sync::exit::{Exit, Failure};
use workout_sync::ledger;
use workout_sync::progress::Shown;
use workout_sync::services::Services;
use workout_sync::settings::Settings;

use super::{print, request, say};
use crate::cli::Cli;

/// Seen in Runkeeper's importer and forms (2018 to 2026).
const LOSSES: &str = "
Runkeeper does not keep everything. A workout with GPS arrives as its track: elevation is computed anew, heart rate is not known to
survive; type and notes are set after the upload. A workout without GPS becomes a manual entry: start, duration, distance, type and
calories. `--verify` compares each upload with what arrived.
";

pub(crate) async fn plan(cli: &Cli, settings: &Settings) -> Result<Exit, Failure> {
    let request = request(cli, settings.since)?;
    let ledger = ledger::open_for_plan(&settings.ledger).await?;
    let shown = Shown::on_stderr("Polar Flow");
    let services = Services::for_looking(settings, ledger, shown).await?;
    let plan = services.engine.plan(&request).await?;
    services.close_source().await?;
    let report = plan.report(&settings.policy);
    print(cli, &report)?;
    if !cli.json && !report.items.is_empty() {
        say(LOSSES)?;
    }
    Ok(Exit::of_report(&report))
}

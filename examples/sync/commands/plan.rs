//! `sync plan`, `sync --dry-run`

use examples::exit::{Exit, Failure};
use examples::progress::Shown;
use examples::services::Services;
use examples::settings::Settings;

use super::{print, request};
use crate::cli::Cli;

pub(crate) async fn plan(cli: &Cli, settings: &Settings) -> Result<Exit, Failure> {
    let request = request(cli)?;
    let services = Services::for_looking(settings, Shown::on_stderr("Polar Flow")).await?;
    let plan = services.engine.plan(&request).await?;
    services.close().await?;
    print(cli, &plan.report)?;
    Ok(Exit::of_report(&plan.report))
}

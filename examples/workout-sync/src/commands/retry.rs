//! `workout-sync retry ID...`, `workout-sync retry --parked`, `workout-sync retry --rejected`

use workout_sync::exit::{Exit, Failure};
use workout_sync::ledger;
use workout_sync::orders::{self, RetryArgs, Which};
use workout_sync::settings::Settings;

use super::orders::with_engine;
use super::print;
use crate::cli::Cli;

pub(crate) async fn retry(
    cli: &Cli,
    settings: &Settings,
    asked: &RetryArgs,
) -> Result<Exit, Failure> {
    let mut refused = None;
    let ledger = ledger::open_existing(&settings.ledger).await?;
    let ids = match asked.which() {
        Which::These(ids) => ids,
        Which::All { parked, rejected } => {
            let mut found = orders::in_states(settings, &ledger, parked, rejected).await?;
            if found.items.is_empty() {
                print(cli, &found)?;
                return Ok(Exit::Settled);
            }
            found.items.drain(..).map(|line| line.item.id).collect()
        }
    };
    let exit = with_engine(cli, settings, ledger, async |engine, cancel| {
        let (run, first) = orders::retry(&engine, &ids, asked.not_there, &cancel).await?;
        refused = first;
        Ok(run)
    })
    .await?;
    Ok(refused.unwrap_or(exit))
}

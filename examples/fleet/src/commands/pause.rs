//! `workout-fleet pause NAME`, `workout-fleet resume NAME`

use workout_sync::exit::{Exit, Failure};

use super::say;
use crate::accounts;
use crate::database::Database;

pub(crate) async fn pause(database: &Database, account: &str) -> Result<Exit, Failure> {
    accounts::change(database, account, true).await?;
    say(&format!(
        "{account} is paused; a run that is in work ends by itself\n"
    ))?;
    Ok(Exit::Settled)
}

pub(crate) async fn resume(database: &Database, account: &str) -> Result<Exit, Failure> {
    accounts::change(database, account, false).await?;
    say(&format!("{account} is due now\n"))?;
    Ok(Exit::Settled)
}

//! `workout-fleet remove NAME`

use workout_sync::exit::{Exit, Failure};

use super::say;
use crate::accounts;
use crate::database::Database;

pub(crate) async fn remove(
    database: &Database,
    account: &str,
    forget: bool,
) -> Result<Exit, Failure> {
    accounts::remove(database, account, forget).await?;
    let kept = match forget {
        true => "",
        false => "; which workouts were moved is kept for a return, `--forget` deletes it as well",
    };
    say(&format!(
        "{account} is removed, with its settings and sessions{kept}\n"
    ))?;
    Ok(Exit::Settled)
}

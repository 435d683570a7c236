//! `workout-fleet list`

use serde_json::{Value, json};
use workout_sync::exit::{Exit, Failure};

use super::say;
use crate::accounts::{self, Account};
use crate::database::Database;

pub(crate) async fn list(database: &Database, as_json: bool) -> Result<Exit, Failure> {
    let accounts = accounts::all(database).await?;
    if as_json {
        let all: Vec<Value> = accounts.iter().map(to_json).collect();
        say(&format!("{}\n", json!({ "accounts": all })))?;
        return Ok(Exit::Settled);
    }
    let width = accounts.iter().map(|it| it.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for account in &accounts {
        let every = account.every.as_secs();
        let state = match account.paused {
            true => "paused".to_owned(),
            false => format!("due {}", account.due.format("%F %T UTC")),
        };
        let last = match (&account.exit, account.ended) {
            (Some(exit), Some(ended)) => format!("{exit} at {}", ended.format("%F %T UTC")),
            _ => "not run yet".to_owned(),
        };
        text.push_str(&format!(
            "{:width$}  {}  every {every} s  {state}  {last}  {} delivered\n",
            account.name, account.routes, account.delivered
        ));
    }
    say(&text)?;
    Ok(Exit::Settled)
}

fn to_json(account: &Account) -> Value {
    json!({
        "account": account.name,
        "routes": account.routes,
        "every_secs": account.every.as_secs(),
        "paused": account.paused,
        "due": account.due,
        "last_run": account.ended,
        "exit": account.exit,
        "message": account.message,
        "backlog": account.backlog,
        "needs_person": account.needs_user,
        "consecutive_failures": account.failures,
        "runs": account.runs,
        "delivered": account.delivered,
        "latest_secs": account.latest_secs,
    })
}

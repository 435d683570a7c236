//! `workout-fleet status`

use serde::Serialize;
use workout_sync::exit::{Exit, Failure};

use super::say;
use crate::accounts::{self, Account};
use crate::database::{Database, DatabaseError};
use crate::metrics;

/// Accounts of each kind that the text names.
const MOST_NAMED: usize = 20;

/// How the fleet is doing.
#[derive(Debug, Serialize)]
pub(crate) struct FleetStatus {
    pub(crate) accounts: usize,
    pub(crate) due: usize,
    pub(crate) paused: usize,
    pub(crate) with_backlog: usize,
    pub(crate) backlog: i64,
    pub(crate) runs: i64,
    pub(crate) delivered: i64,
    /// By how much the latest account is overdue now.
    pub(crate) late_secs: f64,
    /// The latest that any run began since its account was added.
    pub(crate) latest_secs: f64,
    pub(crate) sign_in_needed: Vec<Told>,
    pub(crate) failing: Vec<Told>,
    pub(crate) needs_person: Vec<Told>,
    pub(crate) hosts: Vec<HostStatus>,
    pub(crate) workers: i64,
}

/// An account that something is said about.
#[derive(Debug, Serialize)]
pub(crate) struct Told {
    account: String,
    message: Option<String>,
    consecutive_failures: u32,
}

/// The slots of a service host.
#[derive(Debug, Serialize)]
pub(crate) struct HostStatus {
    pub(crate) host: String,
    pub(crate) limit: i32,
    pub(crate) used: i64,
}

pub(crate) async fn status(
    database: &Database,
    as_json: bool,
    prometheus: bool,
) -> Result<Exit, Failure> {
    let status = FleetStatus::load(database).await?;
    if prometheus {
        say(&metrics::text(&status))?;
        return Ok(Exit::Settled);
    }
    say(&match as_json {
        true => format!("{}\n", serde_json::json!(status)),
        false => status.text(),
    })?;
    Ok(status.exit())
}

impl FleetStatus {
    async fn load(database: &Database) -> Result<Self, DatabaseError> {
        let all = accounts::all(database).await?;
        let count = |test: fn(&&Account) -> bool| all.iter().filter(test).count();
        let told = |test: fn(&&Account) -> bool| all.iter().filter(test).map(Told::of).collect();
        let active = all.iter().filter(|it| !it.paused);
        let late = active.map(|it| it.late_secs).fold(0.0, f64::max);
        Ok(Self {
            accounts: all.len(),
            due: count(|it| !it.paused && it.late_secs > 0.0),
            paused: count(|it| it.paused),
            with_backlog: count(|it| it.backlog > 0),
            backlog: all.iter().map(|it| it.backlog).sum(),
            runs: all.iter().map(|it| it.runs).sum(),
            delivered: all.iter().map(|it| it.delivered).sum(),
            late_secs: late,
            latest_secs: all.iter().map(|it| it.latest_secs).fold(0.0, f64::max),
            sign_in_needed: told(|it| it.needs_sign_in()),
            failing: told(|it| it.failures > 0 && !it.needs_sign_in()),
            needs_person: told(|it| it.needs_user > 0),
            hosts: hosts(database).await?,
            workers: workers(database).await?,
        })
    }

    /// The exit code, with the meaning that it has after a run.
    fn exit(&self) -> Exit {
        if !self.sign_in_needed.is_empty() {
            Exit::SignInNeeded
        } else if !self.needs_person.is_empty() {
            Exit::NeedsPerson
        } else if !self.failing.is_empty() {
            Exit::Unfinished
        } else {
            Exit::Settled
        }
    }

    fn text(&self) -> String {
        let mut text = format!(
            "{} accounts, {} due, {} paused, the latest {:.0} s overdue\n{} runs, {} workouts delivered, {} left for later runs\n{} workers\n",
            self.accounts,
            self.due,
            self.paused,
            self.late_secs,
            self.runs,
            self.delivered,
            self.backlog,
            self.workers
        );
        for HostStatus { host, limit, used } in &self.hosts {
            text.push_str(&format!("{host}: {used} of {limit} slots in use\n"));
        }
        for (title, all) in [
            ("sign-in needed", &self.sign_in_needed),
            ("failing", &self.failing),
            ("workouts that need a decision", &self.needs_person),
        ] {
            if all.is_empty() {
                continue;
            }
            text.push_str(&format!("{title}: {}\n", all.len()));
            for told in all.iter().take(MOST_NAMED) {
                let message = told.message.as_deref().unwrap_or_default();
                text.push_str(&format!("  {}: {message}\n", told.account));
            }
            if all.len() > MOST_NAMED {
                text.push_str(&format!("  and {} more\n", all.len() - MOST_NAMED));
            }
        }
        text
    }
}

impl Told {
    fn of(account: &Account) -> Self {
        Self {
            account: account.name.clone(),
            message: account.message.clone(),
            consecutive_failures: account.failures,
        }
    }
}

async fn hosts(database: &Database) -> Result<Vec<HostStatus>, DatabaseError> {
    let client = database.client().await?;
    let rows = client
        .query(
            "SELECT host, coalesce((SELECT slots FROM workout_fleet.limits WHERE limits.host = slots.host),
                                   (SELECT slots FROM workout_fleet.limits WHERE limits.host = 'default'), 1),
                 count(*) FILTER (WHERE until > clock_timestamp())
             FROM workout_fleet.slots GROUP BY host ORDER BY host",
            &[],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| HostStatus {
            host: row.get(0),
            limit: row.get(1),
            used: row.get(2),
        })
        .collect())
}

/// Workers whose heartbeat is not old.
async fn workers(database: &Database) -> Result<i64, DatabaseError> {
    let client = database.client().await?;
    let row = client
        .query_one(
            "SELECT count(*) FROM graphile_worker._private_workers WHERE last_heartbeat_at > clock_timestamp() - interval '1 minute'",
            &[],
        )
        .await?;
    Ok(row.get(0))
}

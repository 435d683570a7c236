//! The jobs in the queue: one for each account, whose key is the account's name.
//!
//! A job is an alarm clock and nothing more. When an account is due stands in its row, and which workout is whose stands in the ledger:
//! a job that is lost is made again by [`add_missing`], and one that runs twice finds nothing to do.

use chrono::{DateTime, Utc};
use deadpool_postgres::GenericClient;

use crate::database::{Database, DatabaseError};

/// The name of the task in the queue.
pub(crate) const TASK: &str = "sync_account";
/// A job comes back after failures of the database as often as needed.
const ATTEMPTS: i32 = 1000;
/// Seconds after which an account that is due and has no job is given one.
const MISSING_SECS: f64 = 30.0;

/// The key of an account's job.
fn key(account: &str) -> String {
    format!("{TASK}:{account}")
}

/// Adds the job of an account, or moves it to another time.
pub(crate) async fn add(
    client: &impl GenericClient,
    account: &str,
    due: DateTime<Utc>,
) -> Result<(), DatabaseError> {
    client
        .execute(
            "SELECT graphile_worker.add_job($1, json_build_object('account', $2::text), run_at => $3, max_attempts => $4, job_key => $5)",
            &[&TASK, &account, &due, &ATTEMPTS, &key(account)],
        )
        .await?;
    Ok(())
}

/// Takes the job of an account out of the queue. One that is in work ends by itself.
pub(crate) async fn remove(
    client: &impl GenericClient,
    account: &str,
) -> Result<(), DatabaseError> {
    client
        .execute("SELECT graphile_worker.remove_job($1)", &[&key(account)])
        .await?;
    Ok(())
}

/// Gives a job to each account that is due and has none, or whose job has used up its attempts. Says how many those were.
pub(crate) async fn add_missing(database: &Database) -> Result<u64, DatabaseError> {
    let client = database.client().await?;
    let added = client
        .execute(
            "SELECT graphile_worker.add_job($1, json_build_object('account', account.name), run_at => account.due, max_attempts => $2,
                 job_key => $1 || ':' || account.name)
             FROM workout_fleet.accounts AS account
             WHERE NOT paused AND due < clock_timestamp() - make_interval(secs => $3) AND NOT EXISTS (
                 SELECT FROM graphile_worker._private_jobs AS job
                 WHERE job.key = $1 || ':' || account.name AND job.attempts < job.max_attempts)",
            &[&TASK, &ATTEMPTS, &MISSING_SECS],
        )
        .await?;
    Ok(added)
}

/// How many jobs have waited for a worker for longer than `secs`.
pub(crate) async fn waiting_longer_than(
    database: &Database,
    secs: f64,
) -> Result<i64, DatabaseError> {
    let client = database.client().await?;
    let row = client
        .query_one(
            "SELECT count(*) FROM graphile_worker._private_jobs
             WHERE locked_at IS NULL AND attempts < max_attempts AND run_at < clock_timestamp() - make_interval(secs => $1)",
            &[&secs],
        )
        .await?;
    Ok(row.get(0))
}

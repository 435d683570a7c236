//! The rows of the accounts. Every change of an account and of its job in the queue is one transaction.

use std::time::Duration;

use chrono::{DateTime, Utc};
use deadpool_postgres::GenericClient;
use tokio_postgres::Row;
use workout_sync::exit::Exit;

use crate::database::{Database, DatabaseError};
use crate::outcome::Next;
use crate::queue;

/// One account.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) routes: String,
    pub(crate) every: Duration,
    pub(crate) paused: bool,
    pub(crate) due: DateTime<Utc>,
    /// Seconds by which it is due; negative when it is not yet.
    pub(crate) late_secs: f64,
    pub(crate) ended: Option<DateTime<Utc>>,
    pub(crate) exit: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) backlog: i64,
    pub(crate) needs_user: i64,
    pub(crate) failures: u32,
    pub(crate) runs: i64,
    pub(crate) delivered: i64,
    /// The latest that a run began, in seconds.
    pub(crate) latest_secs: f64,
    /// Settings and routes, encrypted.
    pub(crate) sealed: Vec<u8>,
}

const COLUMNS: &str = "name, routes, every_secs, paused, due, extract(epoch FROM clock_timestamp() - due)::float8, ended, exit, message, \
                       backlog, needs_user, failures, runs, delivered, latest_secs, sealed";

impl Account {
    fn of(row: &Row) -> Self {
        Self {
            name: row.get(0),
            routes: row.get(1),
            every: Duration::from_secs(row.get::<_, i64>(2).unsigned_abs()),
            paused: row.get(3),
            due: row.get(4),
            late_secs: row.get(5),
            ended: row.get(6),
            exit: row.get(7),
            message: row.get(8),
            backlog: row.get(9),
            needs_user: row.get(10),
            failures: row.get::<_, i32>(11).unsigned_abs(),
            runs: row.get(12),
            delivered: row.get(13),
            latest_secs: row.get(14),
            sealed: row.get(15),
        }
    }

    /// Whether it runs no more until the user has signed in.
    pub(crate) fn needs_sign_in(&self) -> bool {
        self.exit.as_deref() == Some(Exit::SignInNeeded.word())
    }
}

/// All accounts, by name.
pub(crate) async fn all(database: &Database) -> Result<Vec<Account>, DatabaseError> {
    let client = database.client().await?;
    let select = format!("SELECT {COLUMNS} FROM workout_fleet.accounts ORDER BY name");
    let rows = client.query(&select, &[]).await?;
    Ok(rows.iter().map(Account::of).collect())
}

/// One account.
pub(crate) async fn find(
    database: &Database,
    name: &str,
) -> Result<Option<Account>, DatabaseError> {
    let client = database.client().await?;
    let select = format!("SELECT {COLUMNS} FROM workout_fleet.accounts WHERE name = $1");
    let row = client.query_opt(&select, &[&name]).await?;
    Ok(row.as_ref().map(Account::of))
}

/// Adds an account that is due at once, or gives it other settings.
pub(crate) async fn put(
    database: &Database,
    name: &str,
    routes: &str,
    every: Duration,
    sealed: &[u8],
) -> Result<(), DatabaseError> {
    let mut client = database.client().await?;
    let transaction = client.transaction().await?;
    let every = i64::try_from(every.as_secs()).unwrap_or(i64::MAX);
    transaction
        .execute(
            "INSERT INTO workout_fleet.accounts AS account (name, sealed, routes, every_secs, due) VALUES ($1, $2, $3, $4, clock_timestamp())
             ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, routes = excluded.routes, every_secs = excluded.every_secs,
                 due = excluded.due, failures = 0, exit = NULL, message = NULL",
            &[&name, &sealed, &routes, &every],
        )
        .await?;
    enqueue(&transaction, name).await?;
    transaction.commit().await?;
    Ok(())
}

/// Pauses or resumes an account. A resumed one is due at once.
pub(crate) async fn change(
    database: &Database,
    name: &str,
    paused: bool,
) -> Result<(), DatabaseError> {
    let mut client = database.client().await?;
    let transaction = client.transaction().await?;
    let changed = transaction
        .execute(
            "UPDATE workout_fleet.accounts SET paused = $2, due = CASE WHEN $2 THEN due ELSE clock_timestamp() END,
                 failures = CASE WHEN $2 THEN failures ELSE 0 END WHERE name = $1",
            &[&name, &paused],
        )
        .await?;
    if changed == 0 {
        return Err(DatabaseError::NoAccount(name.to_owned()));
    }
    enqueue(&transaction, name).await?;
    transaction.commit().await?;
    Ok(())
}

/// Makes an account due after an operator's order, because the order changed the counts in its row. A paused account stays as it is, and so
/// does one that needs a sign-in, unless the order has proved that the sign-in works.
pub(crate) async fn due_now(
    database: &Database,
    name: &str,
    signed_in: bool,
) -> Result<(), DatabaseError> {
    let mut client = database.client().await?;
    let transaction = client.transaction().await?;
    transaction
        .execute(
            "UPDATE workout_fleet.accounts SET due = least(due, clock_timestamp()) WHERE name = $1 AND NOT paused
                 AND ($2 OR exit IS DISTINCT FROM $3)",
            &[&name, &signed_in, &Exit::SignInNeeded.word()],
        )
        .await?;
    enqueue(&transaction, name).await?;
    transaction.commit().await?;
    Ok(())
}

/// Removes an account with its sessions and the notices that were sent; with `forget` also what the ledger knows of its workouts.
pub(crate) async fn remove(
    database: &Database,
    name: &str,
    forget: bool,
) -> Result<(), DatabaseError> {
    let mut client = database.client().await?;
    let transaction = client.transaction().await?;
    let removed = transaction
        .execute(
            "DELETE FROM workout_fleet.accounts WHERE name = $1",
            &[&name],
        )
        .await?;
    if removed == 0 {
        return Err(DatabaseError::NoAccount(name.to_owned()));
    }
    queue::remove(&transaction, name).await?;
    let ledger = transaction
        .query_one(
            "SELECT to_regclass('sync_ledger.documents') IS NOT NULL",
            &[],
        )
        .await?;
    if ledger.get(0) {
        // The ledger itself never deletes a document.
        let prefix = crate::account_ledger::prefix(name);
        let of_account = ["sessions", "notices"].map(|route| format!("{prefix}{route}"));
        let (routes, all) = (of_account.to_vec(), i32::from(forget));
        transaction
            .execute(
                "DELETE FROM sync_ledger.documents WHERE route = ANY($1) OR ($2 = 1 AND left(route, length($3)) = $3)",
                &[&routes, &all, &prefix],
            )
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Records how a run ended, and when the next one is due. An account that was removed meanwhile stays removed.
pub(crate) async fn record(
    database: &Database,
    name: &str,
    late_secs: f64,
    next: &Next,
) -> Result<(), DatabaseError> {
    let mut client = database.client().await?;
    let transaction = client.transaction().await?;
    transaction
        .execute(
            "UPDATE workout_fleet.accounts SET due = clock_timestamp() + make_interval(secs => $2), ended = clock_timestamp(), exit = $3,
                 message = $4, backlog = $5, needs_user = $6, failures = $7, runs = runs + 1, delivered = delivered + $8,
                 latest_secs = greatest(latest_secs, $9) WHERE name = $1",
            &[
                &name,
                &next.after.as_secs_f64(),
                &next.exit.word(),
                &next.message,
                &next.backlog,
                &next.needs_user,
                &i32::try_from(next.failures).unwrap_or(i32::MAX),
                &next.delivered,
                &late_secs,
            ],
        )
        .await?;
    enqueue(&transaction, name).await?;
    transaction.commit().await?;
    Ok(())
}

/// Makes the job of an account fit its row.
async fn enqueue(client: &impl GenericClient, name: &str) -> Result<(), DatabaseError> {
    let found = client
        .query_opt(
            "SELECT due FROM workout_fleet.accounts WHERE name = $1 AND NOT paused",
            &[&name],
        )
        .await?;
    match found {
        Some(row) => queue::add(client, name, row.get(0)).await,
        None => queue::remove(client, name).await,
    }
}

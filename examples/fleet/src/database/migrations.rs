//! The tables of the fleet, in versions: each is one file, applied once, in order.

use tokio_postgres::Client;

use super::DatabaseError;

const MIGRATIONS: [&str; 1] = [include_str!("migrations/0001_accounts_and_slots.sql")];
/// The advisory lock for changing the tables. ASCII "wfle".
const LOCK: i64 = 0x7766_6c65;

/// Brings the tables of the fleet and of the queue up to date, by one process at a time.
pub(super) async fn migrate(
    client: &mut Client,
    queue: impl Future<Output = Result<(), DatabaseError>>,
) -> Result<(), DatabaseError> {
    let known = i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX);
    if version(client).await? == known {
        return Ok(());
    }
    let transaction = client.transaction().await?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])
        .await?;
    // Another process may have done it during the wait for the lock.
    let found = version(transaction.client()).await?;
    if found > known {
        return Err(DatabaseError::Newer { found, known });
    }
    for (number, migration) in (1..).zip(MIGRATIONS) {
        if number > found {
            transaction.batch_execute(migration).await?;
            transaction
                .execute(
                    "INSERT INTO workout_fleet.schema_version (version) VALUES ($1)",
                    &[&number],
                )
                .await?;
        }
    }
    // Others wait for the lock meanwhile.
    queue.await?;
    transaction.commit().await?;
    Ok(())
}

/// The version of the tables; 0 where there are none.
async fn version(client: &Client) -> Result<i32, DatabaseError> {
    // Not `to_regclass`: in a transaction that waited for the lock it may remember that there was no such table.
    let there = client
        .query_one(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_class AS class JOIN pg_catalog.pg_namespace AS space ON space.oid = class.relnamespace
             WHERE space.nspname = 'workout_fleet' AND class.relname = 'schema_version')",
            &[],
        )
        .await?;
    if !there.get::<_, bool>(0) {
        return Ok(0);
    }
    let found = client
        .query_one(
            "SELECT coalesce(max(version), 0) FROM workout_fleet.schema_version",
            &[],
        )
        .await?;
    Ok(found.get(0))
}

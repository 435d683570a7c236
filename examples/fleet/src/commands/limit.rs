//! `workout-fleet limit [HOST N]`

use workout_sync::exit::{Exit, Failure};

use super::say;
use crate::database::{Database, DatabaseError};

pub(crate) async fn limit(
    database: &Database,
    host: Option<&str>,
    slots: Option<u16>,
) -> Result<Exit, Failure> {
    if let (Some(host), Some(slots)) = (host, slots) {
        set(database, host, slots.into()).await?;
    }
    let mut text = String::new();
    for (host, slots) in all(database).await? {
        text.push_str(&format!("{host} {slots}\n"));
    }
    say(&text)?;
    Ok(Exit::Settled)
}

/// A lower limit holds as soon as the runs end that are above it.
async fn set(database: &Database, host: &str, slots: i32) -> Result<(), DatabaseError> {
    let client = database.client().await?;
    client
        .execute(
            "INSERT INTO workout_fleet.limits (host, slots) VALUES ($1, $2) ON CONFLICT (host) DO UPDATE SET slots = excluded.slots",
            &[&host, &slots],
        )
        .await?;
    Ok(())
}

async fn all(database: &Database) -> Result<Vec<(String, i32)>, DatabaseError> {
    let client = database.client().await?;
    let rows = client
        .query(
            "SELECT host, slots FROM workout_fleet.limits ORDER BY host",
            &[],
        )
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

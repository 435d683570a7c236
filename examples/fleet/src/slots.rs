//! The limit per service host: slots in the database, which a worker holds for the time of a run.
//!
//! A slot is a lease and not a lock of the connection: a restart of the server does not set free the slots of workers that go on, and the
//! slot of a worker that died stays taken until its lease ends. A worker that could not renew its slots lets go of their runs before the
//! leases end, so the number of accounts at work with a host never exceeds its limit.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use deadpool_postgres::Transaction;
use sync_core::Cancel;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::database::{Database, DatabaseError};
use crate::random::{random, random_bits};

/// The row of hosts without a limit of their own.
pub(crate) const DEFAULT_HOST: &str = "default";

/// The pause before slots are asked for again.
const PAUSE: Duration = Duration::from_millis(300);

/// The slots of one worker. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Slots {
    database: Database,
    /// A name that no other worker has.
    holder: Arc<str>,
    /// How long a lease is.
    time: Duration,
    held: Arc<Mutex<HashMap<String, watch::Sender<Instant>>>>,
}

/// Slots at the hosts of one run. Dropped without a release they stay taken until the lease ends.
#[derive(Debug)]
pub(crate) struct Held {
    slots: Slots,
    token: String,
    /// When the run has to let go.
    until: watch::Receiver<Instant>,
}

impl Slots {
    pub(crate) fn new(database: Database, time: Duration) -> Self {
        let holder = format!("{}-{:x}", std::process::id(), random_bits());
        Self {
            database,
            holder: holder.into(),
            time,
            held: Arc::default(),
        }
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, watch::Sender<Instant>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The moment at which a run lets go whose lease was asked for at `asked`: while the server still counts it.
    fn let_go(&self, asked: Instant) -> Instant {
        asked + self.time.mul_f64(0.8)
    }

    /// Waits for a slot at each of the hosts. `None`: there were none for as long as `patience`, or the work was cancelled.
    pub(crate) async fn wait(
        &self,
        hosts: &[String],
        patience: Duration,
        cancel: &Cancel,
    ) -> Result<Option<Held>, DatabaseError> {
        let began = Instant::now();
        loop {
            let token = format!("{:x}", random_bits());
            if let Some(held) = self.take(hosts, token).await? {
                return Ok(Some(held));
            }
            if began.elapsed() > patience || cancel.is_cancelled() {
                return Ok(None);
            }
            tokio::time::sleep(PAUSE.mul_f64(0.5 + random())).await;
        }
    }

    /// Takes a slot at each of the hosts, or none: `None`.
    async fn take(&self, hosts: &[String], token: String) -> Result<Option<Held>, DatabaseError> {
        let asked = Instant::now();
        let mut client = self.database.client().await?;
        let transaction = client.transaction().await?;
        for host in hosts {
            if !self.take_one(&transaction, host, &token).await? {
                return Ok(None);
            }
        }
        transaction.commit().await?;
        let (sender, until) = watch::channel(self.let_go(asked));
        self.held().insert(token.clone(), sender);
        Ok(Some(Held {
            slots: self.clone(),
            token,
            until,
        }))
    }

    async fn take_one(
        &self,
        transaction: &Transaction<'_>,
        host: &str,
        token: &str,
    ) -> Result<bool, DatabaseError> {
        let limit: i32 = transaction
            .query_one(
                "SELECT coalesce((SELECT slots FROM workout_fleet.limits WHERE host = $1), (SELECT slots FROM workout_fleet.limits WHERE host = $2), 1)",
                &[&host, &DEFAULT_HOST],
            )
            .await?
            .get(0);
        for may_grow in [true, false] {
            let taken = transaction
                .execute(
                    "UPDATE workout_fleet.slots AS slot SET holder = $3, token = $4, until = clock_timestamp() + make_interval(secs => $5)
                     FROM (SELECT host, number FROM workout_fleet.slots
                           WHERE host = $1 AND number <= $2 AND until < clock_timestamp() LIMIT 1 FOR UPDATE SKIP LOCKED) AS free
                     WHERE slot.host = free.host AND slot.number = free.number",
                    &[&host, &limit, &&*self.holder, &token, &self.time.as_secs_f64()],
                )
                .await?;
            if taken > 0 {
                return Ok(true);
            }
            if may_grow {
                let made = transaction
                    .execute(
                        "INSERT INTO workout_fleet.slots (host, number) SELECT $1, number FROM generate_series(1, $2) AS number
                         WHERE (SELECT count(*) FROM workout_fleet.slots WHERE host = $1 AND number <= $2) < $2 ON CONFLICT DO NOTHING",
                        &[&host, &limit],
                    )
                    .await?;
                if made == 0 {
                    break;
                }
            }
        }
        Ok(false)
    }

    /// Renews all slots of this worker, again and again. A run whose slot could not be renewed lets go in time.
    pub(crate) async fn keep(&self) {
        loop {
            tokio::time::sleep(self.time / 5).await;
            if let Err(error) = self.renew().await {
                tracing::warn!(%error, "the slots were not renewed");
            }
        }
    }

    async fn renew(&self) -> Result<(), DatabaseError> {
        if self.held().is_empty() {
            return Ok(());
        }
        let asked = Instant::now();
        let client = self.database.client().await?;
        let renewed = client
            .query(
                "UPDATE workout_fleet.slots SET until = clock_timestamp() + make_interval(secs => $2)
                 WHERE holder = $1 AND until > clock_timestamp() RETURNING token",
                &[&&*self.holder, &self.time.as_secs_f64()],
            )
            .await?;
        let until = self.let_go(asked);
        for row in renewed {
            if let Some(held) = self.held().get(row.get::<_, &str>(0)) {
                held.send_replace(until);
            }
        }
        Ok(())
    }
}

impl Held {
    /// Ends when the lease could not be renewed and is about to end.
    pub(crate) async fn lost(&self) {
        let mut until = self.until.clone();
        loop {
            let moment = *until.borrow_and_update();
            tokio::select! {
                () = tokio::time::sleep_until(moment) => {
                    if *until.borrow() <= Instant::now() {
                        return;
                    }
                }
                changed = until.changed() => {
                    if changed.is_err() {
                        tokio::time::sleep_until(moment).await;
                        return;
                    }
                }
            }
        }
    }

    /// Gives the slots to others.
    pub(crate) async fn release(self) -> Result<(), DatabaseError> {
        let client = self.slots.database.client().await?;
        client
            .execute(
                "UPDATE workout_fleet.slots SET until = '-infinity', holder = '', token = '' WHERE holder = $1 AND token = $2",
                &[&&*self.slots.holder, &self.token],
            )
            .await?;
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.slots.held().remove(&self.token);
    }
}

//! The watchdog of a worker: whether the queue's loop does what it is there for.
//!
//! A loop that takes no job although jobs wait, while the worker has nothing in work, stands still and is begun anew. Where that does not
//! help, or the database does not answer for too long, the program has to end. It also gives jobs to accounts that lost theirs.

use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, timeout};
use workout_sync::exit::Failure;

use crate::cli::WorkerOptions;
use crate::database::DatabaseError;
use crate::job::Fleet;
use crate::queue;
use crate::worker::say;

/// Loops in a row that may stand still.
const MOST_STALLS: u32 = 2;

/// The record of the queue's loops.
#[derive(Debug)]
pub(crate) struct Watchdog {
    /// A loop that begins no job for so long, while jobs wait and it has nothing in work, stands still.
    stall: Duration,
    /// How long the database may be away.
    patience: Duration,
    /// When the database was last seen to work.
    last_good: Instant,
    /// Loops in a row that stood still.
    stalls: u32,
    /// Jobs that were begun before the present loop.
    begun_before: u64,
}

/// Why a loop that did not end is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    StandsStill,
    NoAnswer,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StandsStill => "it stood still although jobs waited",
            Self::NoAnswer => "the database did not answer",
        })
    }
}

impl Watchdog {
    pub(crate) fn new(options: &WorkerOptions) -> Self {
        Self {
            stall: options.stall(),
            patience: options.patience(),
            last_good: Instant::now(),
            stalls: 0,
            begun_before: 0,
        }
    }

    /// How often it looks, and the time that a look may take.
    fn pause(&self) -> Duration {
        self.stall / 4
    }

    pub(crate) fn loop_begins(&mut self, fleet: &Fleet) {
        self.begun_before = fleet.begun.load(Ordering::SeqCst);
    }

    pub(crate) fn loop_ended(&mut self, fleet: &Fleet) {
        if fleet.begun.load(Ordering::SeqCst) > self.begun_before {
            self.last_good = Instant::now();
            self.stalls = 0;
        }
    }

    /// Whether another loop is worth it after this problem.
    pub(crate) fn verdict(&self, problem: &str) -> Result<(), Failure> {
        if self.stalls >= MOST_STALLS {
            return Err(Failure::failed("the queue stands still although jobs wait"));
        }
        if self.last_good.elapsed() > self.patience {
            return Err(Failure::failed(format!(
                "the queue could not be used for {} s: {problem}",
                self.patience.as_secs()
            )));
        }
        Ok(())
    }

    /// Watches a loop, and ends when it has to be given up.
    pub(crate) async fn watch(&mut self, fleet: &Fleet) -> Problem {
        let mut seen = (fleet.begun.load(Ordering::SeqCst), Instant::now());
        loop {
            tokio::time::sleep(self.pause()).await;
            match self.look(fleet).await {
                Ok(waiting) => {
                    self.last_good = Instant::now();
                    let begun = fleet.begun.load(Ordering::SeqCst);
                    let is_idle = begun == seen.0 && fleet.running.load(Ordering::SeqCst) == 0;
                    if waiting == 0 || !is_idle {
                        seen = (begun, Instant::now());
                    } else if seen.1.elapsed() >= self.stall {
                        self.stalls += 1;
                        return Problem::StandsStill;
                    }
                }
                Err(error) => {
                    tracing::warn!(error, "the queue was not looked at");
                    if self.last_good.elapsed() > self.patience {
                        return Problem::NoAnswer;
                    }
                }
            }
        }
    }

    /// Gives jobs to accounts that have none, and says how many jobs wait for too long.
    async fn look(&self, fleet: &Fleet) -> Result<i64, String> {
        let look = async {
            let added = queue::add_missing(&fleet.database).await?;
            if added > 0 {
                say(&format!("{added} accounts were due and had no job"));
            }
            let stall = self.stall.as_secs_f64();
            queue::waiting_longer_than(&fleet.database, stall).await
        };
        match timeout(self.pause().max(Duration::from_secs(1)), look).await {
            Ok(looked) => looked.map_err(|error: DatabaseError| error.to_string()),
            Err(_) => Err("no answer".to_owned()),
        }
    }
}

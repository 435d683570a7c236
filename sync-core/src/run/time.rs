//! The engine's clock: the ledger's, where the ledger has one.
//!
//! Leases, send deadlines and settle windows are compared by several workers. Machines disagree about the time; a ledger that several
//! machines share has one clock for all of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;

use crate::Clock;
use crate::ledger::{LedgerError, SharedLedger};

/// This machine's clock, put right by the ledger's.
pub(crate) struct LedgerTime {
    machine: Arc<dyn Clock>,
    /// How far the ledger's clock is ahead of this machine's, in milliseconds.
    ahead_ms: AtomicI64,
}

impl LedgerTime {
    pub(crate) fn new(machine: Arc<dyn Clock>) -> Self {
        Self {
            machine,
            ahead_ms: AtomicI64::new(0),
        }
    }

    /// Asks the ledger for the time. Half of the time that the answer takes is the largest error.
    pub(crate) async fn adjust(&self, ledger: &SharedLedger) -> Result<(), LedgerError> {
        let asked = self.machine.now();
        if let Some(time) = ledger.now().await? {
            let middle = asked + (self.machine.now() - asked) / 2;
            let ahead = time.signed_duration_since(middle);
            self.ahead_ms
                .store(ahead.num_milliseconds(), Ordering::SeqCst);
        }
        Ok(())
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        let ahead = TimeDelta::milliseconds(self.ahead_ms.load(Ordering::SeqCst));
        let now = self.machine.now();
        now.checked_add_signed(ahead).unwrap_or(now)
    }

    pub(crate) fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.machine.sleep(duration)
    }
}

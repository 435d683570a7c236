//! Setting what the destination lost on the way in.

use super::{Trouble, lease_end};
use crate::engine::{Engine, Side};
use crate::error::{ErrorKind, ServiceError};
use crate::record::{Record, Step};

impl Engine {
    /// Sets type and notes of one exercise. Doing it twice is harmless.
    pub(super) async fn finish(&self, record: &mut Record, index: usize) -> Result<(), Trouble> {
        let part = &record.parts[index];
        let Some(finish) = &part.finish else {
            return Ok(());
        };
        if !self.policy.finish() {
            return Err(Trouble::Never(
                "finishing is switched off by the settings".to_owned(),
            ));
        }
        if !self.destination.capabilities().finish {
            let name = self.destination.name();
            return Err(Trouble::Never(format!("{name} can't change activities")));
        }
        let done = format!("{} set", finish.wanted);
        let request = self.destination.finish(&part.receipt, &finish.wanted);
        self.in_time(record, request).await?;
        let now = self.clock.now();
        record.note(now, done);
        if let Some(finish) = &mut record.parts[index].finish {
            finish.step = Step::Done { at: now };
        }
        Ok(())
    }

    /// Waits for a request to the destination, within the lease.
    pub(super) async fn in_time<T>(
        &self,
        record: &Record,
        request: impl Future<Output = Result<T, ServiceError>> + Unpin,
    ) -> Result<T, Trouble> {
        let now = self.clock.now();
        let limit = self.policy.send_limit();
        let left = limit.min((lease_end(record) - now).to_std().unwrap_or_default());
        let ends_by = now
            .checked_add_signed(crate::policy::delta(left))
            .unwrap_or(now);
        let answer = self.until(ends_by, left, request).await;
        answer
            .unwrap_or_else(|| {
                let reason = format!("no answer within {} s", left.as_secs());
                Err(ServiceError::new(ErrorKind::Temporary, reason))
            })
            .map_err(|error| Trouble::Service(Side::Destination, error))
    }
}

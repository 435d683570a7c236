//! The steps after a delivery: setting what the destination lost, reading back what arrived.

use std::time::Duration;

use workout_files::{Sport, Workout, compare};

use super::{Failure, Visit, trouble};
use crate::decide::{Call, Seen};
use crate::model::{Fidelity, Record, StepKind};
use crate::run::downloads::fetch;
use crate::{ErrorKind, Item, ServiceError, Side};

impl Visit<'_, '_> {
    /// Sets type and notes of one exercise. Doing it twice is harmless.
    pub(super) async fn finish(
        &self,
        record: &Record,
        index: usize,
        seen: &mut Seen,
    ) -> Result<(), Failure> {
        let part = &record.parts[index];
        if let Some(finish) = &part.finish {
            let request = self
                .engine
                .destination
                .finish(&part.receipt, &finish.wanted);
            self.in_time(record, index, StepKind::Finish, request)
                .await?;
        }
        seen.step_done = true;
        Ok(())
    }

    /// Compares one exercise with what the destination made of it. That something was lost is no failure.
    pub(super) async fn verify(
        &self,
        record: &Record,
        index: usize,
        seen: &mut Seen,
    ) -> Result<(), Failure> {
        let call = Call::Step {
            part: index,
            kind: StepKind::Verify,
        };
        if seen.fetched.is_none() {
            let fetched = fetch(&*self.engine.source, &record.item).await;
            let workouts = fetched.map_err(|error| trouble(call, Side::Source, error))?;
            seen.fetched = Some(self.engine.prepare(&record.item, workouts));
        }
        let workouts = seen.fetched.as_ref().map(|fetched| &fetched.workouts);
        let Some(workout) = workouts.and_then(|workouts| workouts.get(index)) else {
            let service = self.engine.source.name().to_owned();
            let message = crate::Reason::FewerExercises { service }.to_string();
            let error = ServiceError::new(ErrorKind::Invalid, message);
            return Err(trouble(call, Side::Source, error));
        };
        let sent = as_sent(&record.item, workout);
        let request = self
            .engine
            .destination
            .read_back(&record.parts[index].receipt);
        let back = self
            .in_time(record, index, StepKind::Verify, request)
            .await?;
        let now = self.engine.clock.now();
        seen.fidelity = Some(Fidelity::new(&compare(&sent, &back), now));
        seen.step_done = true;
        Ok(())
    }

    /// Waits for a request to the destination, within the lease.
    async fn in_time<T>(
        &self,
        record: &Record,
        part: usize,
        kind: StepKind,
        request: impl Future<Output = Result<T, ServiceError>> + Unpin,
    ) -> Result<T, Failure> {
        let now = self.engine.clock.now();
        let lease = record.lease.as_ref().map_or(now, |lease| lease.until);
        let left: Duration = (lease - now).to_std().unwrap_or_default();
        let left = left.min(self.engine.policy.send_limit());
        let ends_by = now
            .checked_add_signed(crate::policy::delta(left))
            .unwrap_or(now);
        let answer = self.engine.until(ends_by, left, request).await;
        let answer = answer.unwrap_or_else(|| {
            let reason = format!("no answer within {} s", left.as_secs());
            Err(ServiceError::new(ErrorKind::Temporary, reason))
        });
        let call = Call::Step { part, kind };
        answer.map_err(|error| trouble(call, Side::Destination, error))
    }
}

/// The workout as the destination was meant to have it: files know three sports, the listing knows better.
fn as_sent(item: &Item, workout: &Workout) -> Workout {
    let mut sent = workout.clone();
    if sent.sport == Sport::Other
        && let Some(sport) = &item.sport
    {
        sent.sport = sport.clone();
    }
    let notes = sent.notes.map(|notes| notes.trim().to_owned());
    sent.notes = notes.filter(|notes| !notes.is_empty());
    sent
}

//! The steps after a delivery: setting what the destination lost, reading back what arrived.

use std::time::Duration;

use workout_files::{Workout, compare};

use super::Visit;
use crate::decide::{Call, Seen};
use crate::model::{Fidelity, Record, StepId};
use crate::run::downloads::fetch;
use crate::{ErrorKind, Item, ServiceError, Side};

impl Visit<'_, '_> {
    /// Sets type and notes of one exercise. Doing it twice is harmless.
    pub(super) async fn finish(&self, record: &Record, id: StepId, seen: &mut Seen) {
        let part = &record.parts[id.part];
        if let Some(finish) = &part.finish {
            let destination = &self.engine.destination;
            let request = destination.finish(&part.receipt, &finish.wanted);
            if let Err(error) = self.in_time(record, request).await {
                return seen.failed(Call::Step(id), Side::Destination, error);
            }
        }
        seen.step_done = true;
    }

    /// Compares one exercise with what the destination made of it. That something was lost is no failure.
    pub(super) async fn verify(&self, record: &Record, id: StepId, seen: &mut Seen) {
        let call = Call::Step(id);
        if seen.fetched.is_none() {
            match fetch(&*self.engine.source, &record.item).await {
                Ok(workouts) => seen.fetched = Some(self.engine.prepare(&record.item, workouts)),
                Err(error) => return seen.failed(call, Side::Source, error),
            }
        }
        let workouts = seen.fetched.as_ref().map(|fetched| &fetched.workouts);
        let Some(workout) = workouts.and_then(|workouts| workouts.get(id.part)) else {
            let service = self.engine.source.name().to_owned();
            let message = crate::Reason::FewerExercises { service }.to_string();
            let error = ServiceError::new(ErrorKind::Invalid, message);
            return seen.failed(call, Side::Source, error);
        };
        let sent = as_sent(&record.item, workout);
        let receipt = &record.parts[id.part].receipt;
        let request = self.engine.destination.read_back(receipt);
        match self.in_time(record, request).await {
            Ok(back) => {
                let (at, report) = (self.engine.clock.now(), compare(&sent, &back).fidelity());
                seen.fidelity = Some(Fidelity { at, report });
                seen.step_done = true;
            }
            Err(error) => seen.failed(call, Side::Destination, error),
        }
    }

    /// Waits for a request to the destination, within the lease.
    async fn in_time<T>(
        &self,
        record: &Record,
        request: impl Future<Output = Result<T, ServiceError>> + Unpin,
    ) -> Result<T, ServiceError> {
        let now = self.engine.clock.now();
        let lease = record.lease.as_ref().map_or(now, |lease| lease.until);
        let left: Duration = (lease - now).to_std().unwrap_or_default();
        let left = left.min(self.engine.policy.send_limit());
        let ends_by = self.engine.cx().after(crate::policy::delta(left));
        let answer = self.engine.until(ends_by, left, request).await;
        answer.unwrap_or_else(|| {
            let reason = format!("no answer within {} s", left.as_secs());
            Err(ServiceError::new(ErrorKind::Temporary, reason))
        })
    }
}

/// The workout as the destination was meant to have it: files know three sports, the listing knows better.
fn as_sent(item: &Item, workout: &Workout) -> Workout {
    let mut sent = workout.clone();
    if let Some(sport) = item.sport_of(workout) {
        sent.sport = sport.clone();
    }
    let notes = sent.notes.map(|notes| notes.trim().to_owned());
    sent.notes = notes.filter(|notes| !notes.is_empty());
    sent
}

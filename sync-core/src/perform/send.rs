//! The upload.

use super::Visit;
use crate::decide::{Call, Seen, Sent};
use crate::engine::RunError;
use crate::model::{Record, State};
use crate::{Delivery, SendOutcome, Side};

impl Visit<'_, '_> {
    /// Performs the upload. [`State::Sending`] is on record; what is here relies on it that nothing leaves after the intent's `ends_by`.
    pub(super) async fn send(&mut self, record: &Record, seen: &mut Seen) -> Result<(), RunError> {
        let (State::Sending { intent }, Some(fetched)) = (&record.state, &seen.fetched) else {
            return Ok(());
        };
        let lookalike = self.open_lookalike(&record.item.id, &intent.facts);
        if let Some(id) = lookalike.await? {
            seen.sent = Some(Sent::Lookalike(id));
            return Ok(());
        }
        // A slow ledger or a machine that slept shortens the time, or takes it all.
        let left = intent.ends_by - self.engine.clock.now();
        let limit = self.engine.policy.send_limit();
        // A clock that was set back would make it longer than the lease.
        let left = left.to_std().unwrap_or_default().min(limit);
        if left < limit / 2 {
            seen.sent = Some(Sent::TooSlow);
            return Ok(());
        }
        let key = self.engine.key(&record.item.id, intent.part);
        let workout = &fetched.workouts[intent.part];
        let delivery = Delivery::new(&record.item, workout, intent.form, left)
            .with_part(intent.part, intent.of)
            .with_key(&key);
        seen.any_sent = true;
        let send = self.engine.destination.send(delivery);
        let answer = self.engine.until(intent.ends_by, left, send).await;
        seen.sent = Some(match answer {
            None => Sent::Maybe(format!("no answer within {} s", left.as_secs())),
            Some(SendOutcome::Accepted(receipt)) => Sent::Accepted(receipt),
            Some(SendOutcome::Opaque(answer)) => Sent::Opaque(answer),
            Some(SendOutcome::MaybeSent(error)) => Sent::Maybe(error.to_string()),
            Some(SendOutcome::Rejected(reason)) => Sent::Rejected(reason),
            Some(SendOutcome::NotSent(error)) => {
                seen.failed(Call::Send, Side::Destination, error);
                return Ok(());
            }
            Some(SendOutcome::AlreadyThere(id)) => {
                let own = &record.item.id;
                let near = self.store.near.values();
                let others = near.filter(|other| other.item.id != *own);
                let mut taken = others.flat_map(Record::activity_ids);
                let is_taken = taken.any(|taken| taken == id);
                match !is_taken && self.store.reserve(&id, own).await? {
                    true => Sent::AlreadyThere(id),
                    false => Sent::AlreadyTaken,
                }
            }
        });
        Ok(())
    }
}

//! The upload.

use super::{Failure, Visit, trouble};
use crate::decide::{Call, Seen, Sent};
use crate::model::{Record, State};
use crate::{Delivery, Receipt, SendOutcome, Side};

impl Visit<'_, '_> {
    /// Performs the upload. [`State::Sending`] is on record; what is here relies on it that nothing leaves after the intent's `ends_by`.
    pub(super) async fn send(&mut self, record: &Record, seen: &mut Seen) -> Result<(), Failure> {
        let (State::Sending { intent }, Some(fetched)) = (&record.state, &seen.fetched) else {
            return Ok(());
        };
        if self.engine.destination.capabilities().find
            && let Some(id) = self.open_lookalike(&record.item.id, &intent.facts).await?
        {
            seen.sent = Some(Sent::Lookalike(id));
            return Ok(());
        }
        // A slow ledger or a machine that slept shortens the time, or takes it all.
        let left = intent.ends_by - self.engine.clock.now();
        let left = left.to_std().unwrap_or_default();
        if left < self.engine.policy.send_limit() / 2 {
            seen.sent = Some(Sent::TooSlow);
            return Ok(());
        }
        let key = self.engine.key(&record.item, intent.part);
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
                return Err(trouble(Call::Send, Side::Destination, error));
            }
            Some(SendOutcome::AlreadyThere(id)) => {
                match self.store.reserve(&id, &record.item.id).await? {
                    true => Sent::AlreadyThere(Receipt::with_id(id)),
                    false => Sent::AlreadyTaken,
                }
            }
        });
        Ok(())
    }
}

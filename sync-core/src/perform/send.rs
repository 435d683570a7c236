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
                return Err(trouble(Call::Send, Side::Destination, error));
            }
            Some(SendOutcome::AlreadyThere(id)) => {
                let own = &record.item.id;
                match !self.is_of_another(&id, own) && self.store.reserve(&id, own).await? {
                    true => Sent::AlreadyThere(Receipt::with_id(id)),
                    false => Sent::AlreadyTaken,
                }
            }
        });
        Ok(())
    }

    /// Whether an activity is on record as another workout's.
    fn is_of_another(&self, activity: &str, own: &str) -> bool {
        let others = self
            .store
            .near()
            .values()
            .filter(|other| other.item.id != own);
        others
            .flat_map(|other| &other.parts)
            .any(|part| part.receipt.activity_id.as_deref() == Some(activity))
    }
}

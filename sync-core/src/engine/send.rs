//! The one effect that can't be taken back, and what is made of its outcome.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::deliver::Exercise;
use super::reconcile::MOST_UNKNOWN_SENDS;
use super::step::Peers;
use super::{Engine, Side, Stop};
use crate::book::Book;
use crate::destination::{Activity, Delivery, Receipt, SendOutcome};
use crate::error::{ErrorKind, ServiceError};
use crate::lookup::{Found, Lookup};
use crate::record::{Intent, Record, State};

impl Engine {
    /// Sends one exercise. `Some`: it is at the destination, and the record still is ours for the next one.
    pub(super) async fn send(
        &self,
        book: &mut Book,
        mut record: Record,
        exercise: &Exercise<'_>,
        (part, of): (usize, usize),
        before: Vec<Activity>,
        peers: &Peers,
    ) -> Result<Option<Record>, Stop> {
        if record.lost(part) >= MOST_UNKNOWN_SENDS {
            let reason = "it was sent as often as is allowed without a clear answer".to_owned();
            self.park(book, record, reason, Vec::new(), None).await?;
            return Ok(None);
        }
        let limit = self.policy.send_limit();
        // The download may have taken long, and the machine's clock may have been set meanwhile.
        self.clock.adjust(&self.ledger).await?;
        let now = self.clock.now();
        let intent = Intent {
            part,
            of,
            form: exercise.form,
            started_at: now,
            ends_by: now
                .checked_add_signed(crate::policy::delta(limit))
                .unwrap_or(now),
            facts: exercise.facts.clone(),
            pre_image: before.into_iter().map(|activity| activity.id).collect(),
            finishing: self.finishing(&record.item, exercise.workout, exercise.form),
            missed_at: None,
        };
        record.note(now, format!("sending as {}", exercise.form.as_str()));
        record.state = State::Sending {
            intent: intent.clone(),
        };
        record.lease = Some(self.lease(now));
        // Rule 1: on record before the first byte leaves. And the swap proves that the claim still is ours.
        if !book.put(&mut record).await? {
            return Ok(None);
        }
        let id = record.item.id.clone();
        if let Some(twin) = self.open_twin(book, &id, &exercise.facts, peers).await? {
            self.wait_for_twin(book, record, &twin).await?;
            return Ok(None);
        }
        // Whoever takes over relies on it that nothing leaves after `ends_by`: a slow ledger or a machine that slept shortens the
        // time, or takes it all.
        let left = (intent.ends_by - self.clock.now())
            .to_std()
            .unwrap_or_default();
        if left < limit / 2 {
            let reason = "too slow between writing down and sending: nothing was sent".to_owned();
            let not_before = self.clock.now();
            self.settle(book, record, State::Waiting { not_before, reason })
                .await?;
            return Ok(None);
        }
        let item = record.item.clone();
        let delivery = Delivery::new(&item, exercise.workout, exercise.form, left);
        let outcome = self.send_until(delivery, intent.ends_by, left).await;
        self.judge(book, record, intent, outcome).await
    }

    /// Sends, and lets go of it at the latest at `ends_by`.
    async fn send_until(
        &self,
        delivery: Delivery<'_>,
        ends_by: DateTime<Utc>,
        left: Duration,
    ) -> SendOutcome {
        let send = self.destination.send(delivery);
        let answer = self.until(ends_by, left, send).await;
        answer.unwrap_or_else(|| {
            SendOutcome::MaybeSent(ServiceError::new(
                ErrorKind::Temporary,
                format!("no answer within {} s", left.as_secs()),
            ))
        })
    }

    async fn judge(
        &self,
        book: &mut Book,
        mut record: Record,
        intent: Intent,
        outcome: SendOutcome,
    ) -> Result<Option<Record>, Stop> {
        let now = self.clock.now();
        match outcome {
            SendOutcome::Accepted(mut receipt) => {
                if receipt.activity_id.is_none() {
                    receipt.activity_id = self.learn_id(book, &record, &intent).await;
                }
                self.accepted(book, record, intent, receipt).await
            }
            SendOutcome::Opaque(answer) => match self.learn_id(book, &record, &intent).await {
                Some(id) => {
                    record.note(now, format!("answered by {answer}; the listing shows it"));
                    self.accepted(book, record, intent, Receipt::with_id(id))
                        .await
                }
                None => {
                    let reason =
                        format!("answered by {answer}, and the listing does not show it yet");
                    self.unsure(book, record, intent, reason).await
                }
            },
            SendOutcome::MaybeSent(error) => {
                let reason = format!("sent, but it is not known whether it arrived: {error}");
                self.unsure(book, record, intent, reason).await
            }
            SendOutcome::Rejected(reason) => {
                self.rejected(book, record, &intent, reason).await?;
                Ok(None)
            }
            SendOutcome::NotSent(error) => self.not_sent(book, record, error).await,
        }
    }

    async fn accepted(
        &self,
        book: &mut Book,
        mut record: Record,
        intent: Intent,
        receipt: Receipt,
    ) -> Result<Option<Record>, Stop> {
        let now = self.clock.now();
        let last = intent.part + 1 >= intent.of;
        record.note(
            now,
            match &receipt.activity_id {
                Some(id) => format!("accepted as activity {id}"),
                None => "accepted".to_owned(),
            },
        );
        record.parts.push(self.arrived(intent, receipt));
        record.attempts = 0;
        record.state = if last {
            State::Delivered
        } else {
            State::Claimed
        };
        // The steps that follow are on record in the same moment as the delivery.
        let goes_on = !last || record.has_open_step();
        record.lease = goes_on.then(|| self.lease(now));
        let kept = book.put(&mut record).await?;
        Ok((kept && goes_on).then_some(record))
    }

    /// Which activity it became. Failing to learn that is no failure: the delivery itself is proved, or stays open as it was.
    async fn learn_id(&self, book: &mut Book, record: &Record, intent: &Intent) -> Option<String> {
        if !self.destination.capabilities().find {
            return None;
        }
        let listing = self.find(&intent.facts).await.ok()?;
        // What is listed may be what another worker sent: whatever is in the listing is on record by now.
        book.refresh().await.ok()?;
        self.recognise(book, record, intent, &listing).await
    }

    /// Which of the listed activities it became, and nobody else's.
    pub(super) async fn recognise(
        &self,
        book: &Book,
        record: &Record,
        intent: &Intent,
        listing: &[Activity],
    ) -> Option<String> {
        let lookup = Lookup::after_send(record, intent);
        match lookup.answer(book, listing) {
            Found::One { activity, .. } => book
                .reserve(&activity, &record.item.id)
                .await
                .ok()?
                .then_some(activity),
            _ => None,
        }
    }

    async fn unsure(
        &self,
        book: &mut Book,
        record: Record,
        intent: Intent,
        reason: String,
    ) -> Result<Option<Record>, Stop> {
        let not_before = self.settled_at(self.clock.now());
        self.settle(
            book,
            record,
            State::Unsure {
                intent,
                not_before,
                reason,
            },
        )
        .await?;
        Ok(None)
    }

    /// It certainly did not arrive. Whether that is this workout's fault decides whether an attempt is counted.
    async fn not_sent(
        &self,
        book: &mut Book,
        record: Record,
        error: ServiceError,
    ) -> Result<Option<Record>, Stop> {
        let stop = |error| Stop::Service {
            side: Side::Destination,
            error,
        };
        match error.kind() {
            ErrorKind::SignInNeeded | ErrorKind::Blocked => {
                let stop = stop(error);
                self.give_up_run(book, record, stop).await.map(|_| None)
            }
            // Probably everyone's trouble, so the run ends. But if it is this workout's own, it must not be in everyone's way for ever:
            // the attempt counts.
            ErrorKind::Drift => {
                let told = ServiceError::new(ErrorKind::Drift, error.to_string());
                self.failed(book, record, told).await?;
                Err(stop(error))
            }
            // The service asks for a pause: that is not this workout's fault.
            ErrorKind::Temporary if error.retry_after().is_some() => self
                .wait_as_asked(book, record, &error)
                .await
                .map(|()| None),
            ErrorKind::Temporary => match self.destination.check().await {
                Err(down) => {
                    let stop = stop(down);
                    self.give_up_run(book, record, stop).await.map(|_| None)
                }
                Ok(()) => self.failed(book, record, error).await.map(|()| None),
            },
            _ => self.failed(book, record, error).await.map(|()| None),
        }
    }
}

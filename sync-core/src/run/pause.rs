//! A service that asks for a pause gets it: the engine reaches both services through the types of this module.
//!
//! An error with [`ServiceError::retry_after`], whatever the request, pauses every request to that service. A short pause is waited
//! for; during a long one each request fails at once, which ends the run, and the pause is kept in the ledger for the next run. An upload never
//! waits inside [`Destination::send`], because its deadline is already on record: it fails as not sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use workout_files::Workout;

use super::time::LedgerTime;
use crate::Side;
use crate::clock::utc;
use crate::policy::{asked_wait, is_plausible_pause};
use crate::{
    Activity, Capabilities, Delivery, DeliveryForm, Destination, ErrorKind, Finishing, Item,
    Policy, Receipt, Refusal, SendOutcome, ServiceError, Source, Window,
};

/// No request of a pause that is waited for sleeps longer than this at a stretch, so that a clock that jumps is noticed.
const STRETCH: Duration = Duration::from_secs(1);

/// Until when which service is to be left alone.
pub(crate) type Ends = BTreeMap<Side, DateTime<Utc>>;

/// Keeps the later end of each pause. One that a wrong clock wrote counts for nothing: it would hide all others.
pub(crate) fn keep_later(known: &mut Ends, pauses: &Ends, now: DateTime<Utc>) {
    let is_plausible = |until: &DateTime<Utc>| is_plausible_pause(*until - now);
    known.retain(|_, until| is_plausible(until));
    for (side, until) in pauses.iter().filter(|(_, until)| is_plausible(until)) {
        let known = known.entry(*side).or_insert(*until);
        *known = (*known).max(*until);
    }
}

/// The pauses that the services of an engine asked for.
pub(crate) struct Pauses {
    clock: Arc<LedgerTime>,
    longest_wait: chrono::TimeDelta,
    until: Mutex<Ends>,
}

impl Pauses {
    pub(crate) fn new(clock: Arc<LedgerTime>, policy: &Policy) -> Self {
        Self {
            clock,
            longest_wait: policy.longest_pause(),
            until: Mutex::default(),
        }
    }

    fn until(&self) -> MutexGuard<'_, Ends> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what an earlier run learned.
    pub(crate) fn remember(&self, pauses: &Ends) {
        keep_later(&mut self.until(), pauses, self.clock.now());
    }

    /// The pauses that have not ended.
    pub(crate) fn open(&self) -> Ends {
        let now = self.clock.now();
        let mut pauses = self.until().clone();
        pauses.retain(|_, until| *until > now);
        pauses
    }

    fn left(&self, side: Side) -> Option<chrono::TimeDelta> {
        let until = self.until().get(&side).copied()?;
        let left = until - self.clock.now();
        (left > chrono::TimeDelta::zero()).then_some(left)
    }

    /// Waits for a short pause to end; fails in a long one.
    async fn wait(&self, side: Side, name: &str) -> Result<(), ServiceError> {
        while let Some(left) = self.left(side) {
            self.check(side, name)?;
            let left = left.to_std().unwrap_or_default();
            self.clock.sleep(left.min(STRETCH)).await;
        }
        Ok(())
    }

    /// Fails during a pause that is too long to be waited for.
    pub(crate) fn check(&self, side: Side, name: &str) -> Result<(), ServiceError> {
        match self.left(side) {
            Some(left) if left > self.longest_wait => Err(self.paused(side, name)),
            _ => Ok(()),
        }
    }

    fn paused(&self, side: Side, name: &str) -> ServiceError {
        let left = self.left(side).unwrap_or_default();
        let until = utc(self.clock.now() + left);
        let message = format!("{name} asked for a pause until {until}; nothing was asked of it");
        ServiceError::new(ErrorKind::Temporary, message).with_retry_after(left.to_std().ok())
    }

    fn note(&self, side: Side, error: &ServiceError) {
        let now = self.clock.now();
        if let Some(until) = asked_wait(error).and_then(|wait| now.checked_add_signed(wait))
            && until > now
        {
            keep_later(&mut self.until(), &Ends::from([(side, until)]), now);
        }
    }
}

/// A service that is left alone when it asks for that.
pub(crate) struct Patient<S: ?Sized> {
    inner: Arc<S>,
    side: Side,
    pauses: Arc<Pauses>,
}

impl<S: ?Sized> Patient<S> {
    pub(crate) fn new(inner: Arc<S>, side: Side, pauses: &Arc<Pauses>) -> Arc<Self> {
        let pauses = pauses.clone();
        Arc::new(Self {
            inner,
            side,
            pauses,
        })
    }

    /// Makes a request after a short pause has ended, and notes the pause that an error asks for.
    async fn ask<T>(
        &self,
        name: &str,
        request: impl Future<Output = Result<T, ServiceError>>,
    ) -> Result<T, ServiceError> {
        self.pauses.wait(self.side, name).await?;
        let answer = request.await;
        answer.inspect_err(|error| self.pauses.note(self.side, error))
    }
}

#[async_trait]
impl Source for Patient<dyn Source> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn lists_all_at_once(&self) -> bool {
        self.inner.lists_all_at_once()
    }

    async fn check(&self) -> Result<(), ServiceError> {
        self.ask(self.name(), self.inner.check()).await
    }

    fn list(&self, window: Window) -> BoxStream<'_, Result<Item, ServiceError>> {
        let listed = async move {
            self.pauses.wait(self.side, self.name()).await?;
            let items = self.inner.list(window);
            Ok(items.inspect_err(|error| self.pauses.note(self.side, error)))
        };
        stream::once(listed).try_flatten().boxed()
    }

    async fn fetch(&self, item: &Item) -> Result<Vec<Workout>, ServiceError> {
        self.ask(self.name(), self.inner.fetch(item)).await
    }
}

#[async_trait]
impl Destination for Patient<dyn Destination> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    async fn check(&self) -> Result<(), ServiceError> {
        self.ask(self.name(), self.inner.check()).await
    }

    async fn find(&self, window: Window) -> Result<Vec<Activity>, ServiceError> {
        self.ask(self.name(), self.inner.find(window)).await
    }

    fn form(&self, item: &Item, workout: &Workout) -> Result<DeliveryForm, Refusal> {
        self.inner.form(item, workout)
    }

    async fn send(&self, delivery: Delivery<'_>) -> SendOutcome {
        if self.pauses.left(self.side).is_some() {
            return SendOutcome::NotSent(self.pauses.paused(self.side, self.name()));
        }
        let outcome = self.inner.send(delivery).await;
        if let SendOutcome::NotSent(error) | SendOutcome::MaybeSent(error) = &outcome {
            self.pauses.note(self.side, error);
        }
        outcome
    }

    async fn remove(&self, receipt: &Receipt) -> Result<(), ServiceError> {
        self.ask(self.name(), self.inner.remove(receipt)).await
    }

    fn finishing(&self, item: &Item, workout: &Workout, form: DeliveryForm) -> Option<Finishing> {
        self.inner.finishing(item, workout, form)
    }

    async fn finish(&self, receipt: &Receipt, what: &Finishing) -> Result<(), ServiceError> {
        self.ask(self.name(), self.inner.finish(receipt, what))
            .await
    }

    async fn read_back(&self, receipt: &Receipt) -> Result<Workout, ServiceError> {
        self.ask(self.name(), self.inner.read_back(receipt)).await
    }
}

//! A service that asks for a pause gets it: the engine reaches both services through the types of this module.
//!
//! An error with [`ServiceError::retry_after`], whatever the request, pauses every request to that service. A short pause is waited
//! for; during a long one each request fails at once, which ends the run, and the pause is kept in the ledger for the next run. An upload never
//! waits inside [`Destination::send`], because its deadline is already on record: it fails as not sent.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use workout_files::Workout;

use super::time::LedgerTime;
use crate::Side;
use crate::policy::{asked_wait, is_plausible_pause};
use crate::{
    Activity, Capabilities, Delivery, DeliveryForm, Destination, ErrorKind, Finishing, Item,
    Policy, Receipt, Refusal, SendOutcome, ServiceError, Source, Window,
};

/// No request of a pause that is waited for sleeps longer than this at a stretch, so that a clock that jumps is noticed.
const STRETCH: Duration = Duration::from_secs(1);

/// Until when which service is left alone.
pub(crate) struct Pauses {
    clock: Arc<LedgerTime>,
    longest_wait: chrono::TimeDelta,
    until: Mutex<BTreeMap<Side, DateTime<Utc>>>,
    is_new: AtomicBool,
}

impl Pauses {
    pub(crate) fn new(clock: Arc<LedgerTime>, policy: &Policy) -> Self {
        Self {
            clock,
            longest_wait: policy.longest_pause(),
            until: Mutex::default(),
            is_new: AtomicBool::new(false),
        }
    }

    fn until(&self) -> MutexGuard<'_, BTreeMap<Side, DateTime<Utc>>> {
        self.until.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what an earlier run learned.
    pub(crate) fn remember(&self, pauses: &BTreeMap<Side, DateTime<Utc>>) {
        let now = self.clock.now();
        for (side, until) in pauses {
            if is_plausible_pause(*until - now) {
                let mut known = self.until();
                let known = known.entry(*side).or_insert(*until);
                *known = (*known).max(*until);
            }
        }
    }

    /// The pauses, when one was added since the last call.
    pub(crate) fn take_new(&self) -> Option<BTreeMap<Side, DateTime<Utc>>> {
        self.is_new
            .swap(false, Ordering::SeqCst)
            .then(|| self.until().clone())
    }

    /// The pauses that have not ended.
    pub(crate) fn open(&self) -> BTreeMap<Side, DateTime<Utc>> {
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
            if left > self.longest_wait {
                return Err(self.paused(side, name));
            }
            let left = left.to_std().unwrap_or_default();
            self.clock.sleep(left.min(STRETCH)).await;
        }
        Ok(())
    }

    fn paused(&self, side: Side, name: &str) -> ServiceError {
        let left = self.left(side).unwrap_or_default();
        let until = self.clock.now() + left;
        ServiceError::new(
            ErrorKind::Temporary,
            format!(
                "{name} asked for a pause until {}; nothing was asked of it",
                until.format("%Y-%m-%d %H:%M:%S UTC")
            ),
        )
        .with_retry_after(left.to_std().ok())
    }

    fn note(&self, side: Side, error: &ServiceError) {
        let now = self.clock.now();
        if let Some(until) = asked_wait(error).and_then(|wait| now.checked_add_signed(wait))
            && until > now
        {
            let mut known = self.until();
            let known = known.entry(side).or_insert(until);
            *known = (*known).max(until);
            self.is_new.store(true, Ordering::SeqCst);
        }
    }

    fn noted<T>(&self, side: Side, answer: Result<T, ServiceError>) -> Result<T, ServiceError> {
        answer.inspect_err(|error| self.note(side, error))
    }
}

/// A source that is left alone when it asks for that.
pub(crate) struct PatientSource {
    pub(crate) inner: Arc<dyn Source>,
    pub(crate) pauses: Arc<Pauses>,
}

impl PatientSource {
    async fn wait(&self) -> Result<(), ServiceError> {
        self.pauses.wait(Side::Source, self.inner.name()).await
    }
}

#[async_trait]
impl Source for PatientSource {
    fn name(&self) -> &str {
        self.inner.name()
    }

    async fn check(&self) -> Result<(), ServiceError> {
        self.wait().await?;
        self.pauses.noted(Side::Source, self.inner.check().await)
    }

    fn list(&self, window: Window) -> BoxStream<'_, Result<Item, ServiceError>> {
        stream::once(async move {
            match self.wait().await {
                Err(error) => stream::iter([Err(error)]).boxed(),
                Ok(()) => {
                    let listed = self.inner.list(window);
                    listed
                        .map(|item| self.pauses.noted(Side::Source, item))
                        .boxed()
                }
            }
        })
        .flatten()
        .boxed()
    }

    async fn fetch(&self, item: &Item) -> Result<Vec<Workout>, ServiceError> {
        self.wait().await?;
        let fetched = self.inner.fetch(item).await;
        self.pauses.noted(Side::Source, fetched)
    }
}

/// A destination that is left alone when it asks for that.
pub(crate) struct PatientDestination {
    pub(crate) inner: Arc<dyn Destination>,
    pub(crate) pauses: Arc<Pauses>,
}

impl PatientDestination {
    async fn wait(&self) -> Result<(), ServiceError> {
        self.pauses.wait(Side::Destination, self.inner.name()).await
    }

    fn noted<T>(&self, answer: Result<T, ServiceError>) -> Result<T, ServiceError> {
        self.pauses.noted(Side::Destination, answer)
    }
}

#[async_trait]
impl Destination for PatientDestination {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    async fn check(&self) -> Result<(), ServiceError> {
        self.wait().await?;
        self.noted(self.inner.check().await)
    }

    async fn find(&self, window: Window) -> Result<Vec<Activity>, ServiceError> {
        self.wait().await?;
        self.noted(self.inner.find(window).await)
    }

    fn form(&self, item: &Item, workout: &Workout) -> Result<DeliveryForm, Refusal> {
        self.inner.form(item, workout)
    }

    async fn send(&self, delivery: Delivery<'_>) -> SendOutcome {
        if self.pauses.left(Side::Destination).is_some() {
            let paused = self.pauses.paused(Side::Destination, self.inner.name());
            return SendOutcome::NotSent(paused);
        }
        let outcome = self.inner.send(delivery).await;
        if let SendOutcome::NotSent(error) | SendOutcome::MaybeSent(error) = &outcome {
            self.pauses.note(Side::Destination, error);
        }
        outcome
    }

    async fn remove(&self, receipt: &Receipt) -> Result<(), ServiceError> {
        self.wait().await?;
        self.noted(self.inner.remove(receipt).await)
    }

    fn finishing(&self, item: &Item, workout: &Workout, form: DeliveryForm) -> Option<Finishing> {
        self.inner.finishing(item, workout, form)
    }

    async fn finish(&self, receipt: &Receipt, what: &Finishing) -> Result<(), ServiceError> {
        self.wait().await?;
        self.noted(self.inner.finish(receipt, what).await)
    }

    async fn read_back(&self, receipt: &Receipt) -> Result<Workout, ServiceError> {
        self.wait().await?;
        self.noted(self.inner.read_back(receipt).await)
    }
}

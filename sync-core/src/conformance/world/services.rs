//! The engine's view of a world: the traits, each call through the worker's gate.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use workout_files::Workout;

use super::clock::WorldClock;
use super::destination::ScriptedDestination;
use super::gate::Gate;
use super::source::ScriptedSource;
use crate::ledger::{
    Content, Document, Expected, Key, Ledger, LedgerCapabilities, LedgerError, Select,
    SharedLedger, Swap,
};
use crate::{
    Activity, Capabilities, Delivery, DeliveryForm, Destination, ErrorKind, Finishing, Item,
    Receipt, Refusal, SendOutcome, ServiceError, Source, Window,
};

/// The destination's name in every world.
pub(super) const DESTINATION: &str = "there";

/// The gate that each effect passes, and the time that it takes.
#[derive(Clone)]
pub(super) struct Frame {
    pub(super) gate: Arc<Gate>,
    pub(super) clock: Arc<WorldClock>,
    pub(super) pace: TimeDelta,
    pub(super) index_steps: bool,
}

impl Frame {
    /// An effect on a document.
    async fn turn_on(&self, what: &str, name: &str, writes: bool) {
        let of_route = name == "route" && !writes;
        if self.index_steps || !of_route {
            self.gate.wait_for_turn().await;
        }
        self.enter(|| format!("{what} {name}")).await;
    }

    async fn enter(&self, what: impl FnOnce() -> String) {
        self.gate.enter(what).await;
        self.clock.advance(self.pace);
    }

    /// An effect on what the workers share.
    async fn turn(&self, what: impl FnOnce() -> String) {
        self.gate.wait_for_turn().await;
        self.enter(what).await;
    }

    async fn leave<T: std::fmt::Debug>(&self, outcome: T) -> T {
        self.gate.leave(&outcome).await;
        outcome
    }
}

/// The source of a world, each call through a worker's gate.
pub struct GatedSource {
    pub(super) name: String,
    pub(super) frame: Frame,
    pub(super) inner: Arc<ScriptedSource>,
}

#[async_trait]
impl Source for GatedSource {
    fn name(&self) -> &str {
        &self.name
    }

    async fn check(&self) -> Result<(), ServiceError> {
        self.frame.enter(|| "check the source".into()).await;
        self.frame.leave(Ok(())).await
    }

    fn list(&self, window: Window) -> BoxStream<'_, Result<Item, ServiceError>> {
        stream::once(async move {
            self.frame.enter(|| format!("list {window}")).await;
            let items = self.inner.list(window);
            stream::iter(self.frame.leave(items).await.into_iter().map(Ok))
        })
        .flatten()
        .boxed()
    }

    async fn fetch(&self, item: &Item) -> Result<Vec<Workout>, ServiceError> {
        self.frame.enter(|| format!("fetch {}", item.id)).await;
        let workouts = self.inner.fetch(&item.id);
        // The content is always the same; formatting it would only cost time.
        self.frame.leave(workouts.is_ok()).await;
        workouts
    }
}

/// The destination of a world, each call through a worker's gate.
pub struct GatedDestination {
    pub(super) frame: Frame,
    pub(super) inner: Arc<ScriptedDestination>,
}

#[async_trait]
impl Destination for GatedDestination {
    fn name(&self) -> &str {
        DESTINATION
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::none()
            .with_find(true)
            .with_remove(true)
            .with_finish(true)
    }

    async fn check(&self) -> Result<(), ServiceError> {
        self.frame.turn(|| "check the destination".into()).await;
        self.frame.leave(Ok(())).await
    }

    async fn find(&self, window: Window) -> Result<Vec<Activity>, ServiceError> {
        self.frame.turn(|| format!("find {window}")).await;
        let found = self.inner.find(window, self.frame.clock.now());
        self.frame.leave(found).await
    }

    fn form(&self, _: &Item, workout: &Workout) -> Result<DeliveryForm, Refusal> {
        let seconds = workout.laps.first().and_then(|lap| lap.total_time_s);
        match (workout.has_route(), seconds) {
            (true, _) => Ok(DeliveryForm::TrackFile),
            (false, Some(seconds)) if seconds > 0.0 => Ok(DeliveryForm::ManualEntry),
            _ => Err(Refusal("it has neither a track nor a duration".into())),
        }
    }

    async fn send(&self, delivery: Delivery<'_>) -> SendOutcome {
        let id = &delivery.item.id;
        self.frame.turn(|| format!("send {id}")).await;
        match self.inner.send(&delivery, self.frame.clock.now()) {
            Some(outcome) => self.frame.leave(outcome).await,
            None => {
                self.frame.leave(()).await;
                std::future::pending().await
            }
        }
    }

    async fn remove(&self, receipt: &Receipt) -> Result<(), ServiceError> {
        let id = receipt.activity_id.clone().unwrap_or_default();
        self.frame.turn(|| format!("remove {id}")).await;
        if receipt.activity_id.is_none() {
            let message = "the receipt names no activity";
            let error = ServiceError::new(ErrorKind::Invalid, message);
            return self.frame.leave(Err(error)).await;
        }
        self.inner.remove(&id);
        self.frame.leave(Ok(())).await
    }

    /// Only a workout with notes is finished: stories about other workouts get no additional
    /// effects.
    fn finishing(&self, _: &Item, workout: &Workout, form: DeliveryForm) -> Option<Finishing> {
        let notes = workout.notes.as_ref();
        notes
            .filter(|_| form == DeliveryForm::TrackFile)
            .map(|notes| Finishing::new().with_notes(notes))
    }

    async fn finish(&self, receipt: &Receipt, what: &Finishing) -> Result<(), ServiceError> {
        let id = receipt.activity_id.clone().unwrap_or_default();
        self.frame.turn(|| format!("finish {id}")).await;
        let done = self.inner.finish(&id, what);
        self.frame.leave(done).await
    }
}

pub(super) struct GatedLedger {
    pub(super) frame: Frame,
    pub(super) inner: SharedLedger,
}

impl Ledger for GatedLedger {
    type Error = LedgerError;

    fn capabilities(&self) -> LedgerCapabilities {
        self.inner.capabilities()
    }

    async fn get(&self, key: &Key) -> Result<Option<Document>, LedgerError> {
        self.frame.turn_on("read", &key.name, false).await;
        let found = self.inner.get(key).await;
        self.frame.leave(found).await
    }

    async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        content: Content<'_>,
    ) -> Result<Swap, LedgerError> {
        self.frame.turn_on("write", &key.name, true).await;
        let swap = self.inner.compare_and_swap(key, expected, content).await;
        self.frame.leave(swap).await
    }

    /// In a world only the world's time counts.
    async fn now(&self) -> Result<Option<DateTime<Utc>>, LedgerError> {
        Ok(None)
    }

    async fn scan(
        &self,
        route: &str,
        select: Select,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, LedgerError> {
        self.frame.turn(|| "scan".into()).await;
        let page = self.inner.scan(route, select, after, limit).await;
        self.frame.leave(page).await
    }
}

//! Any source, destination and ledger behind a gate: crash proofs for connectors outside this crate.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use workout_files::Workout;

use super::gate::Gate;
use crate::ledger::{
    Content, Document, Expected, Key, Ledger, LedgerCapabilities, LedgerError, Select,
    SharedLedger, Swap,
};
use crate::{
    Activity, Capabilities, Delivery, DeliveryForm, Destination, Finishing, Item, Receipt, Refusal,
    SendOutcome, ServiceError, Source, Window,
};

/// Puts a gate before everything that a worker does to the world: each call of the three is one
/// effect, counted and stopped by `gate`.
///
/// Run the engine over what this gives, together with [`Gate::stopped`] in one task; when the gate
/// has stopped, drop the engine and start another one over the same services.
#[must_use]
pub fn gate_route(
    gate: &Arc<Gate>,
    source: Arc<dyn Source>,
    destination: Arc<dyn Destination>,
    ledger: &SharedLedger,
) -> (Arc<dyn Source>, Arc<dyn Destination>, SharedLedger) {
    let source = Gated::new(gate, source);
    let destination = Gated::new(gate, destination);
    let ledger = SharedLedger::new(Gated::new(gate, ledger.clone()));
    (Arc::new(source), Arc::new(destination), ledger)
}

struct Gated<T> {
    gate: Arc<Gate>,
    inner: T,
}

impl<T> Gated<T> {
    fn new(gate: &Arc<Gate>, inner: T) -> Self {
        let gate = Arc::clone(gate);
        Self { gate, inner }
    }

    async fn pass<R>(&self, what: impl FnOnce() -> String, effect: impl Future<Output = R>) -> R {
        let number = self.gate.enter(what).await;
        let outcome = effect.await;
        self.gate.leave_effect(number).await;
        outcome
    }
}

fn activity(receipt: &Receipt) -> &str {
    receipt.activity_id.as_deref().unwrap_or_default()
}

#[async_trait]
impl Source for Gated<Arc<dyn Source>> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn lists_all_at_once(&self) -> bool {
        self.inner.lists_all_at_once()
    }

    async fn check(&self) -> Result<(), ServiceError> {
        self.pass(|| "check the source".into(), self.inner.check())
            .await
    }

    fn list(&self, window: Window) -> BoxStream<'_, Result<Item, ServiceError>> {
        stream::once(async move {
            let listed = self.inner.list(window).collect::<Vec<_>>();
            stream::iter(self.pass(|| format!("list {window}"), listed).await)
        })
        .flatten()
        .boxed()
    }

    async fn fetch(&self, item: &Item) -> Result<Vec<Workout>, ServiceError> {
        self.pass(|| format!("fetch {}", item.id), self.inner.fetch(item))
            .await
    }
}

#[async_trait]
impl Destination for Gated<Arc<dyn Destination>> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    async fn check(&self) -> Result<(), ServiceError> {
        self.pass(|| "check the destination".into(), self.inner.check())
            .await
    }

    async fn find(&self, window: Window) -> Result<Vec<Activity>, ServiceError> {
        self.pass(|| format!("find {window}"), self.inner.find(window))
            .await
    }

    fn form(&self, item: &Item, workout: &Workout) -> Result<DeliveryForm, Refusal> {
        self.inner.form(item, workout)
    }

    async fn send(&self, delivery: Delivery<'_>) -> SendOutcome {
        let id = &delivery.item.id;
        self.pass(|| format!("send {id}"), self.inner.send(delivery))
            .await
    }

    async fn remove(&self, receipt: &Receipt) -> Result<(), ServiceError> {
        let what = || format!("remove {}", activity(receipt));
        self.pass(what, self.inner.remove(receipt)).await
    }

    fn finishing(&self, item: &Item, workout: &Workout, form: DeliveryForm) -> Option<Finishing> {
        self.inner.finishing(item, workout, form)
    }

    async fn finish(&self, receipt: &Receipt, what: &Finishing) -> Result<(), ServiceError> {
        let name = || format!("finish {}", activity(receipt));
        self.pass(name, self.inner.finish(receipt, what)).await
    }

    async fn read_back(&self, receipt: &Receipt) -> Result<Workout, ServiceError> {
        let what = || format!("read back {}", activity(receipt));
        self.pass(what, self.inner.read_back(receipt)).await
    }
}

impl Ledger for Gated<SharedLedger> {
    type Error = LedgerError;

    fn capabilities(&self) -> LedgerCapabilities {
        self.inner.capabilities()
    }

    async fn get(&self, key: &Key) -> Result<Option<Document>, LedgerError> {
        self.pass(|| format!("read {}", key.name), self.inner.get(key))
            .await
    }

    async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        content: Content<'_>,
    ) -> Result<Swap, LedgerError> {
        let swap = self.inner.compare_and_swap(key, expected, content);
        self.pass(|| format!("write {}", key.name), swap).await
    }

    async fn now(&self) -> Result<Option<DateTime<Utc>>, LedgerError> {
        self.inner.now().await
    }

    async fn scan(
        &self,
        route: &str,
        select: Select,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, LedgerError> {
        let page = self.inner.scan(route, select, after, limit);
        self.pass(|| "scan".into(), page).await
    }
}

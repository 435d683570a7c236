//! Two machines whose clocks disagree, on one ledger.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_executor::block_on;
use sync_core::ledger::{
    Content, Document, Expected, Key, Ledger, LedgerCapabilities, MemoryLedger, Select,
    SharedLedger, Swap,
};
use sync_core::{Cancel, Clock, Engine, RunRequest, StateName};

use crate::world::{FakeClock, World};

/// A ledger on a server that has a clock.
struct OnAServer {
    documents: MemoryLedger,
    clock: Arc<FakeClock>,
}

impl Ledger for OnAServer {
    type Error = Infallible;

    fn capabilities(&self) -> LedgerCapabilities {
        self.documents.capabilities()
    }

    async fn get(&self, key: &Key) -> Result<Option<Document>, Infallible> {
        self.documents.get(key).await
    }

    async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        content: Content<'_>,
    ) -> Result<Swap, Infallible> {
        self.documents
            .compare_and_swap(key, expected, content)
            .await
    }

    async fn now(&self) -> Result<Option<DateTime<Utc>>, Infallible> {
        Ok(Some(self.clock.now()))
    }

    async fn scan(
        &self,
        route: &str,
        select: Select,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, Infallible> {
        self.documents.scan(route, select, after, limit).await
    }
}

/// A machine whose clock is wrong.
struct Wrong {
    right: Arc<FakeClock>,
    ahead: TimeDelta,
}

#[async_trait]
impl Clock for Wrong {
    fn now(&self) -> DateTime<Utc> {
        self.right.now() + self.ahead
    }

    async fn sleep(&self, duration: Duration) {
        self.right.sleep(duration).await;
    }
}

fn engine(world: &World, ahead: TimeDelta, holder: &str) -> Engine {
    let clock = Wrong {
        right: world.clock.clone(),
        ahead,
    };
    Engine::builder(
        world.source.clone(),
        world.destination.clone(),
        world.ledger.clone(),
        Arc::new(clock),
    )
    .holder(holder)
    .policy(world.policy.clone())
    .build()
}

#[test]
fn a_machine_whose_clock_is_ahead_does_not_take_over_a_send_that_runs() {
    for minutes in [10, 60, 24 * 60 * 400] {
        for ahead in [minutes, -minutes] {
            let mut world = World::new();
            world.ledger = SharedLedger::new(OnAServer {
                documents: MemoryLedger::new(),
                clock: world.clock.clone(),
            });
            world.has("1", "2026-03-01T10:00:00", 30, 5.0);
            let other = engine(&world, TimeDelta::minutes(ahead), "the other machine");
            *world.destination.meanwhile_sending.lock().unwrap() = Some(Box::new(move || {
                for _ in 0..3 {
                    block_on(other.run(&RunRequest::new(), &Cancel::new()));
                }
            }));
            let first = engine(&world, TimeDelta::zero(), "this machine");
            block_on(first.run(&RunRequest::new(), &Cancel::new()));
            assert_eq!(world.state("1"), StateName::Delivered, "{ahead} minutes");
            assert_eq!(world.destination.stored(), ["1"], "{ahead} minutes");
        }
    }
}

#[test]
fn records_carry_the_time_of_the_ledger() {
    let mut world = World::new();
    world.ledger = SharedLedger::new(OnAServer {
        documents: MemoryLedger::new(),
        clock: world.clock.clone(),
    });
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    let wrong = engine(&world, TimeDelta::days(300), "a machine of the future");
    block_on(wrong.run(&RunRequest::new(), &Cancel::new()));
    let difference = world.record("1").updated_at - world.clock.now();
    assert!(difference.abs() < TimeDelta::seconds(1), "{difference}");
}

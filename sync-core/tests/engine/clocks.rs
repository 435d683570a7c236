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
use sync_core::{Cancel, Clock, Engine, ErrorKind, RunRequest, StateName};

use crate::world::{Answer, FakeClock, World};

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

/// The send was on record with a right clock; only the run that looked for it in vain had a wrong one.
#[test]
fn a_clock_that_was_ahead_for_one_run_does_not_shorten_the_wait_for_a_lost_upload() {
    let mut world = World::new();
    world.policy = world.policy.clone().with_resend(Duration::from_secs(3600));
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::StoreThenReset]);
    *world.destination.hidden.lock().unwrap() = 1;
    world.run();
    world.later(10 * 3600);
    *world.destination.find_error.lock().unwrap() = Some(ErrorKind::Temporary);
    assert!(world.run().stopped.is_some());
    *world.destination.find_error.lock().unwrap() = None;
    world.later(480 - 10 * 3600);
    for _ in 0..3 {
        world.run();
        world.later(300);
    }
    assert_eq!(world.state("1"), StateName::Unsure);
    assert_eq!(*world.destination.sends.lock().unwrap(), 1);
    *world.destination.hidden.lock().unwrap() = 0;
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
}

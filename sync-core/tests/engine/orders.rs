//! Operator commands.

use futures_executor::block_on;
use sync_core::ledger::{
    Content, Document, Expected, Key, Ledger, LedgerCapabilities, MemoryLedger, Select,
    SharedLedger, Swap,
};
use sync_core::{Cancel, CommandError, ErrorKind, NextStep, RunRequest, StateName};

use crate::world::{Answer, World};

fn retry(world: &World, id: &str, not_there: bool) -> Result<StateName, CommandError> {
    let run = block_on(world.engine().retry(id, not_there, &Cancel::new()))?;
    Ok(run.report.items[0].state)
}

#[test]
fn a_rejected_workout_can_be_retried() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::Reject]);
    world.run();
    assert_eq!(retry(&world, "1", false).unwrap(), StateName::Delivered);
    let error = retry(&world, "1", false).unwrap_err();
    assert!(matches!(error, CommandError::WrongState { .. }), "{error}");
    assert!(matches!(
        retry(&world, "2", false).unwrap_err(),
        CommandError::Unknown(_)
    ));
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn retry_looks_at_the_destination_first_and_never_cuts_the_settle_window_short() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::StoreThenReset]);
    *world.destination.hidden.lock().unwrap() = 1;
    world.run();
    assert_eq!(retry(&world, "1", false).unwrap(), StateName::Unsure);
    *world.destination.hidden.lock().unwrap() = 0;
    assert_eq!(retry(&world, "1", false).unwrap(), StateName::Linked);
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn user_can_declare_a_similar_activity_unrelated() {
    let world = World::new();
    world.has("1", "2026-01-05T07:00:00", 30, 5.0);
    world.destination.has("77", "2026-01-05", 1860, 5100.0);
    world.run();
    assert_eq!(retry(&world, "1", false).unwrap(), StateName::Parked);
    assert_eq!(retry(&world, "1", true).unwrap(), StateName::Delivered);
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn a_skipped_workout_is_never_moved() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.has("2", "2026-03-02T10:00:00", 30, 5.0);
    block_on(world.engine().skip("1", &RunRequest::new())).unwrap();
    world.run();
    assert_eq!(world.destination.stored(), ["2"]);
    assert_eq!(world.state("1"), StateName::Tombstoned);
    assert!(block_on(world.engine().skip("2", &RunRequest::new())).is_err());
    assert!(block_on(world.engine().skip("3", &RunRequest::new())).is_err());
    assert_eq!(retry(&world, "1", false).unwrap(), StateName::Delivered);
}

#[test]
fn reconcile_links_what_is_there_and_sends_nothing() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.has("2", "2026-03-05T10:00:00", 30, 6.0);
    world
        .destination
        .answers(&[Answer::StoreThenReset, Answer::Reset]);
    world.run();
    let reconcile = || block_on(world.engine().reconcile(&Cancel::new()));
    let run = reconcile();
    assert_eq!(run.report.items.len(), 2);
    assert_eq!(
        (world.state("1"), world.state("2")),
        (StateName::Linked, StateName::Unsure)
    );
    world.later(121);
    reconcile();
    assert_eq!(world.state("2"), StateName::Waiting);
    assert_eq!(*world.destination.sends.lock().unwrap(), 2);
    world.run();
    assert_eq!(world.destination.stored(), ["1", "2"]);
}

#[test]
fn rebuild_links_from_the_listings_and_sends_nothing() {
    let mut world = World::new();
    world.has("1", "2025-12-31T23:30:00", 30, 5.0);
    world.has("2", "2026-01-05T07:00:00", 30, 5.0);
    world.has("3", "2026-01-05T18:00:00", 30, 5.0);
    world.run();
    world.has("4", "2026-02-05T18:00:00", 30, 5.0);
    world.ledger = SharedLedger::new(MemoryLedger::new());
    let fetches = world.source.fetches.lock().unwrap().len();
    let run = block_on(world.engine().rebuild(&RunRequest::new(), &Cancel::new()));
    assert_eq!(run.report.counts.get(&StateName::Linked), Some(&3));
    assert_eq!(run.report.counts.get(&StateName::New), Some(&1));
    assert_eq!(run.report.next_step(), NextStep::RunAgain);
    assert_eq!(
        world.source.fetches.lock().unwrap().len(),
        fetches,
        "rebuild downloads nothing"
    );
    assert_eq!(world.destination.stored().len(), 3);
    world.run();
    assert_eq!(world.destination.stored(), ["1", "2", "3", "4"]);
}

#[test]
fn undo_removes_what_a_receipt_proves_and_it_is_not_sent_again() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.has("2", "2026-03-05T10:00:00", 30, 6.0);
    world.destination.has("77", "2026-03-05", 1800, 6000.0);
    world.run();
    let record = block_on(world.engine().undo("1")).unwrap();
    assert_eq!(record.state.name(), StateName::Tombstoned);
    assert_eq!(*world.destination.removed.lock().unwrap(), ["9001"]);
    let error = block_on(world.engine().undo("2")).unwrap_err();
    let not_ours = sync_core::Obstacle::NotOurs;
    assert!(
        matches!(&error, CommandError::WrongState { why, .. } if *why == not_ours),
        "{error}"
    );
    world.run();
    assert_eq!(world.destination.stored(), ["1"], "it was sent again");
}

#[test]
fn an_order_waits_for_the_worker_that_holds_the_workout() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.source.fail("1", &[ErrorKind::Temporary]);
    world.run();
    let key = sync_core::ledger::Key::new("here -> there", "item/1");
    let document = block_on(world.ledger.get(&key)).unwrap().unwrap();
    let mut body: serde_json::Value = serde_json::from_str(&document.body).unwrap();
    body["lease"] = serde_json::json!({ "holder": "another", "until": "2026-11-23T08:05:00Z" });
    let expected = sync_core::ledger::Expected::Version(document.version);
    let body = body.to_string();
    let content = Content::new(&body)
        .with_open(document.open)
        .with_day(document.day);
    let _ = block_on(world.ledger.compare_and_swap(&key, expected, content)).unwrap();
    assert!(matches!(
        retry(&world, "1", false).unwrap_err(),
        CommandError::Held { .. }
    ));
}

#[test]
fn saying_that_it_is_not_there_does_not_cut_the_settle_window_short() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::Reset]);
    world.run();
    // The distance fits, the duration does not: the engine asks the user.
    world.destination.has("77", "2026-03-01", 5400, 5000.0);
    world.run();
    assert_eq!(world.state("1"), StateName::Parked);
    assert_eq!(retry(&world, "1", true).unwrap(), StateName::Unsure);
    assert_eq!(*world.destination.sends.lock().unwrap(), 1);
    world.later(400);
    world.run();
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn skipping_does_not_forget_that_something_was_sent() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::StoreThenReset]);
    *world.destination.hidden.lock().unwrap() = 1;
    world.run();
    assert_eq!(world.state("1"), StateName::Unsure);
    block_on(world.engine().skip("1", &RunRequest::new())).unwrap();
    assert_eq!(retry(&world, "1", false).unwrap(), StateName::Unsure);
    *world.destination.hidden.lock().unwrap() = 0;
    world.later(400);
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn only_the_user_can_undo_a_wrong_link() {
    let world = World::new();
    world.has("1", "2026-01-05T07:00:00", 30, 5.0);
    world.destination.has("77", "2026-01-05", 1800, 5000.0);
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
    assert!(retry(&world, "1", false).is_err());
    assert_eq!(retry(&world, "1", true).unwrap(), StateName::Delivered);
    assert_eq!(world.destination.stored(), ["1"]);
    // The activity may be another workout's now.
    world.has("2", "2026-01-05T18:00:00", 30, 5.0);
    world.run();
    let receipt = world.record("2").receipt().unwrap().activity_id.clone();
    assert_eq!(receipt.as_deref(), Some("77"));
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn what_was_sent_and_found_is_no_link_that_can_be_taken_back() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::StoreThenReset]);
    world.run();
    world.run();
    assert_eq!(world.state("1"), StateName::Linked);
    assert!(retry(&world, "1", true).is_err());
}

#[test]
fn retry_sees_the_same_rivals_as_a_run() {
    let world = World::new();
    world.has("1", "2026-01-05T07:00:00", 30, 5.0);
    world.has("2", "2026-01-05T18:00:00", 30, 5.0);
    world.destination.has("77", "2026-01-05", 1800, 5000.0);
    world.run();
    assert_eq!(world.state("1"), StateName::Parked);
    assert_eq!(world.state("2"), StateName::Parked);
    assert_eq!(retry(&world, "2", false).unwrap(), StateName::Parked);
}

#[test]
fn user_decides_after_the_settle_window_if_the_destination_has_no_listing() {
    let world = World::new();
    *world.destination.capabilities.lock().unwrap() = sync_core::Capabilities::none();
    *world.destination.find_error.lock().unwrap() = Some(ErrorKind::Other);
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::Reset]);
    world.run();
    world.later(500);
    world.run();
    assert_eq!(world.state("1"), StateName::Parked);
    let error = retry(&world, "1", false).unwrap_err();
    let not_searchable = sync_core::Obstacle::NotSearchable;
    assert!(
        matches!(&error, CommandError::WrongState { why, .. } if *why == not_searchable),
        "{error}"
    );
    assert_eq!(retry(&world, "1", true).unwrap(), StateName::Delivered);
    assert_eq!(*world.destination.finds.lock().unwrap(), 0);
}

#[test]
fn reconciling_what_is_parked_leaves_it_with_a_date_that_comes() {
    let world = World::new();
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.destination.answers(&[Answer::Reset]);
    world.run();
    world.destination.has("77", "2026-03-01", 5400, 5000.0);
    world.run();
    assert_eq!(world.state("1"), StateName::Parked);
    world.destination.activities.lock().unwrap().clear();
    world.destination.has("78", "2026-03-01", 1800, 5000.0);
    let reconciled = block_on(world.engine().reconcile(&Cancel::new()));
    assert_eq!(reconciled.report.items[0].state, StateName::Linked);
}

#[test]
fn user_decision_during_reconciliation_is_kept() {
    let world = std::sync::Arc::new(World::new());
    world.has("1", "2026-03-01T10:00:00", 30, 5.0);
    world.has("2", "2026-03-20T10:00:00", 40, 8.0);
    let lost = [Answer::Reset, Answer::Reset];
    world.destination.answers(&lost);
    world.run();
    assert_eq!(world.state("2"), StateName::Unsure);
    // While the engine looks up the first workout, the user skips the second.
    let person = std::sync::Arc::clone(&world);
    *world.destination.meanwhile.lock().unwrap() = Some(Box::new(move || {
        block_on(person.engine().skip("2", &RunRequest::new())).unwrap();
    }));
    block_on(world.engine().reconcile(&Cancel::new()));
    for _ in 0..3 {
        world.later(500);
        world.run();
    }
    assert_eq!(world.state("2"), StateName::Tombstoned);
    assert!(world.record("2").lease.is_none());
    assert_eq!(world.destination.stored(), ["1"]);
}

#[test]
fn an_interrupted_undo_is_finished_before_anything_is_sent_again() {
    let mut world = World::new();
    let ledger = Failing::default();
    world.ledger = SharedLedger::new(ledger.clone());
    world.has("1", "2026-11-01T10:00:00", 30, 5.0);
    world.run();
    // The program ends between the removal and the word of it.
    *ledger.at.lock().unwrap() = Some("removed activity 9000");
    block_on(world.engine().undo("1")).unwrap_err();
    *ledger.at.lock().unwrap() = None;
    world.destination.activities.lock().unwrap().clear();
    assert_eq!(world.state("1"), StateName::Claimed);
    world.later(1000);
    let error = retry(&world, "1", false).unwrap_err();
    assert!(error.to_string().contains("removal"), "{error}");
    let next = world.record("1").next_action();
    assert!(next.contains("goes on removing"), "{next}");
    world.run();
    assert_eq!(world.state("1"), StateName::Tombstoned);
    assert_eq!(world.destination.stored(), ["1"]);
    assert_eq!(retry(&world, "1", false).unwrap(), StateName::Delivered);
    assert_eq!(world.destination.stored(), ["1", "1"]);
    assert_eq!(world.destination.activities.lock().unwrap().len(), 1);
}

/// A ledger that fails when a document with a certain text is about to be written.
#[derive(Clone, Default)]
struct Failing {
    inner: MemoryLedger,
    at: std::sync::Arc<std::sync::Mutex<Option<&'static str>>>,
}

impl Ledger for Failing {
    type Error = std::io::Error;

    fn capabilities(&self) -> LedgerCapabilities {
        LedgerCapabilities::new(false, false)
    }

    async fn get(&self, key: &Key) -> Result<Option<Document>, Self::Error> {
        Ok(self.inner.get(key).await.unwrap())
    }

    async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        content: Content<'_>,
    ) -> Result<Swap, Self::Error> {
        let at = *self.at.lock().unwrap();
        if at.is_some_and(|text| content.body.contains(text)) {
            return Err(std::io::Error::other("the disk is full"));
        }
        let swap = self.inner.compare_and_swap(key, expected, content).await;
        Ok(swap.unwrap())
    }

    async fn scan(
        &self,
        route: &str,
        select: Select,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Document>, Self::Error> {
        Ok(self.inner.scan(route, select, after, limit).await.unwrap())
    }
}

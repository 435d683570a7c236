//! Workers whose steps a test decides: one poll is one effect.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use chrono::TimeDelta;
use futures_executor::block_on;
use futures_util::FutureExt;
use sync_core::conformance::world::{Gate, World};
use sync_core::ledger::{MemoryLedger, Select, SharedLedger};
use sync_core::{Cancel, Record, Request, StateName};

/// What a worker is there for.
#[derive(Debug, Clone)]
pub enum Order {
    Run,
    /// A person says retry.
    Retry(&'static str),
    /// A person says skip.
    Skip(&'static str),
    /// A person says reconcile.
    Reconcile,
}

/// One run of one worker, between two effects.
struct Worker {
    gate: Arc<Gate>,
    run: Option<Pin<Box<dyn Future<Output = ()>>>>,
}

impl Worker {
    fn poll(&mut self) {
        let Some(run) = &mut self.run else { return };
        let mut context = Context::from_waker(Waker::noop());
        if run.as_mut().poll(&mut context).is_ready() {
            self.run = None;
        }
    }
}

pub struct Play {
    pub world: World,
    pub ledger: SharedLedger,
    workers: Vec<Worker>,
    started: usize,
    /// What was skipped, and the person was told so.
    skipped: Arc<Mutex<BTreeSet<&'static str>>>,
}

impl Play {
    pub fn new(world: World) -> Self {
        Self {
            world,
            ledger: SharedLedger::new(MemoryLedger::new()),
            workers: Vec::new(),
            started: 0,
            skipped: Arc::default(),
        }
    }

    /// Starts a run, up to where its first effect is next.
    pub fn start(&mut self, ahead: TimeDelta, order: &Order) {
        let worker = self.new_worker(ahead, order);
        self.workers.push(worker);
    }

    /// Ends a run where it stands, and begins another one in its place.
    pub fn replace(&mut self, index: usize, ahead: TimeDelta, order: &Order) {
        self.workers[index] = self.new_worker(ahead, order);
    }

    /// A whole run, before anything else happens.
    pub fn run(&mut self) {
        let gate = Arc::new(Gate::new());
        let run = self.world.run(&self.ledger, &gate, "an early worker");
        block_on(run).unwrap().unwrap();
    }

    fn new_worker(&mut self, ahead: TimeDelta, order: &Order) -> Worker {
        self.started += 1;
        let gate = Arc::new(Gate::stepping());
        let engine = self.world.worker(
            &self.ledger,
            &gate,
            &format!("worker {}", self.started),
            ahead,
        );
        let (order, skipped) = (order.clone(), Arc::clone(&self.skipped));
        let run = async move {
            let (request, cancel) = (Request::new(), Cancel::new());
            // How it ended is for the ledger to tell.
            match order {
                Order::Run => drop(engine.run(&request, &cancel).await),
                Order::Retry(id) => drop(engine.retry(id, false, &cancel).await),
                Order::Reconcile => drop(engine.reconcile_all(&cancel).await),
                Order::Skip(id) => {
                    if engine.skip(id, &request).await.is_ok() {
                        skipped.lock().unwrap().insert(id);
                    }
                }
            }
        };
        let mut worker = Worker {
            gate,
            run: Some(Box::pin(run)),
        };
        worker.poll();
        worker
    }

    pub fn is_running(&self, index: usize) -> bool {
        self.workers[index].run.is_some()
    }

    pub fn running(&self) -> Vec<usize> {
        (0..self.workers.len())
            .filter(|index| self.is_running(*index))
            .collect()
    }

    /// Lets a worker do its next effect. `false`: it did nothing but wait.
    pub fn step(&mut self, index: usize) -> bool {
        let worker = &mut self.workers[index];
        let before = (worker.gate.count(), worker.gate.experience());
        worker.poll();
        worker.run.is_none() || (worker.gate.count(), worker.gate.experience()) != before
    }

    /// Stops a worker where it stands, for ever.
    pub fn kill(&mut self, index: usize) {
        self.workers[index].run = None;
    }

    pub fn log(&self, index: usize) -> Vec<String> {
        self.workers[index].gate.log()
    }

    /// Everything on which the rest of the play depends.
    pub fn key(&self) -> Vec<u64> {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        let documents = self
            .ledger
            .scan(&self.world.route(), Select::All, None, usize::MAX)
            .now_or_never();
        for document in documents.unwrap().unwrap() {
            (document.name, document.version, document.body).hash(&mut hasher);
        }
        self.skipped().hash(&mut hasher);
        let mut key = vec![hasher.finish(), self.world.fingerprint()];
        for worker in &self.workers {
            key.push(match worker.run {
                None => 0,
                Some(_) => worker.gate.experience() | 1,
            });
        }
        key
    }

    /// What was skipped, and the person was told so.
    pub fn skipped(&self) -> BTreeSet<&'static str> {
        self.skipped.lock().unwrap().clone()
    }

    /// Nothing arrived twice so far.
    pub fn assert_nothing_twice(&self) {
        self.assert_at_most(1);
    }

    /// Nothing arrived more often than so many times so far.
    pub fn assert_at_most(&self, most: u32) {
        let mut accepted = BTreeMap::new();
        for upload in self.world.destination.accepted() {
            *accepted.entry((upload.item, upload.start)).or_insert(0) += 1;
        }
        for (exercise, times) in accepted {
            assert!(times <= most, "{exercise:?} arrived {times} times");
        }
    }

    /// Time passes, and runs come by, until everything is at rest.
    pub fn settle(&mut self) -> BTreeMap<String, Record> {
        for index in 0..self.workers.len() {
            self.kill(index);
        }
        for round in 0..60 {
            let gate = Arc::new(Gate::new());
            let run = block_on(self.world.run(
                &self.ledger,
                &gate,
                &format!("late worker {round}"),
            ));
            let ended = run.unwrap().is_ok_and(|run| run.stopped.is_none());
            if ended && block_on(self.world.is_settled(&self.ledger)).unwrap() {
                return block_on(self.world.records(&self.ledger)).unwrap();
            }
            self.world.clock.advance(TimeDelta::seconds(450));
        }
        let records = block_on(self.world.records(&self.ledger)).unwrap();
        panic!("somebody is stranded: {records:#?}");
    }

    /// Settles, and compares with the truth: every workout is there, exactly once, and on record; but for those that a person skipped
    /// before they were sent.
    pub fn assert_ends_well(&mut self) {
        self.assert_nothing_twice();
        let records = self.settle();
        self.assert_nothing_twice();
        let accepted = self.world.destination.accepted();
        for (id, record) in records {
            let name = record.state.name();
            if self.skipped().contains(id.as_str()) {
                assert_eq!(name, StateName::Tombstoned, "{record:#?}");
                continue;
            }
            let uploads = accepted.iter().filter(|upload| upload.item == id).count();
            let exercises = self.world.source.exercises(&id).len();
            // A death in one send and a lost answer to the other: there is no third.
            if name == StateName::Parked && !record.lost_sends.is_empty() {
                assert!(uploads <= exercises, "{id}: {record:#?}");
                continue;
            }
            assert!(
                matches!(name, StateName::Delivered | StateName::Linked),
                "{id} ended as {:#?}",
                record
            );
            assert_eq!(uploads, exercises, "{id} is marked as done: {record:#?}");
        }
        for upload in &accepted {
            if self.skipped().contains(upload.item.as_str()) {
                continue;
            }
            let finished = self.world.destination.finished(&upload.activity);
            let (notes, changes) =
                finished.map_or((None, 0), |(finishing, changes)| (finishing.notes, changes));
            let wanted = self.world.source.notes(&upload.item, upload.start);
            assert_eq!(notes, wanted, "{upload:?} was not finished");
            assert!(changes <= 1, "{upload:?} was changed {changes} times");
        }
    }
}

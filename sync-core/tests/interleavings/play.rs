//! Workers whose steps a test decides: one poll is one effect.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::TimeDelta;
use futures_executor::block_on;
use futures_util::FutureExt;
use sync_core::conformance::world::{Gate, World};
use sync_core::ledger::{MemoryLedger, SharedLedger};
use sync_core::{Record, StateName};

use crate::workers::{Obeyed, Order, Worker};

pub struct Play {
    pub world: World,
    pub ledger: SharedLedger,
    workers: Vec<Worker>,
    started: usize,
    obeyed: Obeyed,
}

impl Play {
    pub fn new(world: World) -> Self {
        Self {
            world,
            ledger: SharedLedger::new(MemoryLedger::new()),
            workers: Vec::new(),
            started: 0,
            obeyed: Obeyed::default(),
        }
    }

    /// Starts a run, up to where its first effect is next.
    pub fn start(&mut self, ahead: TimeDelta, order: &Order) {
        let worker = self.new_worker(ahead, order);
        self.workers.push(worker);
    }

    /// A whole run, before anything else happens.
    pub fn run(&mut self) {
        let gate = Arc::new(Gate::new());
        let run = self.world.run(&self.ledger, &gate, "an early worker");
        let run = block_on(run).unwrap();
        assert!(run.stopped.is_none(), "{:?}", run.stopped);
    }

    fn new_worker(&mut self, ahead: TimeDelta, order: &Order) -> Worker {
        self.started += 1;
        let holder = format!("worker {}", self.started);
        let (world, ledger) = (&self.world, &self.ledger);
        Worker::start(world, ledger, &holder, ahead, order.clone(), &self.obeyed)
    }

    pub fn is_running(&self, index: usize) -> bool {
        self.workers[index].is_running()
    }

    pub fn running(&self) -> Vec<usize> {
        (0..self.workers.len())
            .filter(|index| self.is_running(*index))
            .collect()
    }

    /// Lets a worker do its next effect. `false`: it did nothing but wait.
    pub fn step(&mut self, index: usize) -> bool {
        self.workers[index].step()
    }

    /// Stops a worker at its current effect; it never continues.
    pub fn kill(&mut self, index: usize) {
        self.workers[index].kill();
    }

    pub fn log(&self, index: usize) -> Vec<String> {
        self.workers[index].log()
    }

    /// Everything on which the rest of the play depends.
    pub fn key(&self) -> Vec<u64> {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        let documents = self
            .ledger
            .scan(
                &self.world.route(),
                sync_core::ledger::Select::All,
                None,
                usize::MAX,
            )
            .now_or_never();
        for document in documents.unwrap().unwrap() {
            (document.name, document.version, document.body).hash(&mut hasher);
        }
        self.skipped().hash(&mut hasher);
        let mut key = vec![hasher.finish(), self.world.fingerprint()];
        key.extend(self.workers.iter().map(Worker::experience));
        key
    }

    /// The workouts whose skipping was confirmed.
    pub fn skipped(&self) -> BTreeSet<String> {
        let obeyed = self.obeyed.lock().unwrap();
        let skips = obeyed.iter().filter_map(|order| match order {
            Order::Skip(id) => Some(id.clone()),
            _ => None,
        });
        skips.collect()
    }

    /// Nothing arrived twice so far.
    pub fn assert_nothing_twice(&self) {
        self.assert_at_most(1);
    }

    /// No exercise arrived more than `most` times so far.
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
            let ended = run.unwrap().stopped.is_none();
            if ended && block_on(self.world.is_settled(&self.ledger)).unwrap() {
                return block_on(self.world.records(&self.ledger)).unwrap();
            }
            self.world.clock.advance(TimeDelta::seconds(450));
        }
        let records = block_on(self.world.records(&self.ledger)).unwrap();
        panic!("not at rest after 60 runs: {records:#?}");
    }

    /// Settles, and compares with the truth: every workout is there, exactly once, and on record,
    /// except those that the user skipped before they were sent.
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

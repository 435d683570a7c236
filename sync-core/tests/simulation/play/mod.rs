//! Plays a story, and checks the invariants after every deed.

mod invariants;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use chrono::TimeDelta;
use futures_executor::block_on;
use sync_core::conformance::world::{Gate, World};
use sync_core::ledger::{Content, Document, Expected, Key, MemoryLedger, Select, SharedLedger};

use crate::story::{Deed, Kind, SHORT_LAG, Story, WORKERS};
use crate::workers::{Obeyed, Order, Worker};

/// What stories saw.
#[derive(Debug, Default)]
pub struct Tally {
    worlds: usize,
    effects: usize,
    deaths: usize,
    commands: usize,
    restores: usize,
    workouts: usize,
    parked: usize,
    duplicates: usize,
}

impl Tally {
    pub fn add(&mut self, other: &Self) {
        self.worlds += other.worlds;
        self.effects += other.effects;
        self.deaths += other.deaths;
        self.commands += other.commands;
        self.restores += other.restores;
        self.workouts += other.workouts;
        self.parked += other.parked;
        self.duplicates += other.duplicates;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} worlds, {} effects, {} deaths, {} commands, {} restored backups; of {} workouts {} ended parked, {} have a possible \
             duplicate",
            self.worlds,
            self.effects,
            self.deaths,
            self.commands,
            self.restores,
            self.workouts,
            self.parked,
            self.duplicates
        )
    }
}

/// Plays a story to its end. The error says which invariant was broken, after which deed.
pub fn play(story: &Story) -> Result<Tally, String> {
    let mut at = 0;
    let played = catch_unwind(AssertUnwindSafe(|| {
        let mut play = Play::new(story);
        for (number, deed) in story.deeds.iter().enumerate() {
            at = number + 1;
            play.act(deed);
            play.check();
        }
        at = story.deeds.len() + 1;
        play.end()
    }));
    played.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
        let why = text.unwrap_or_else(|| "a panic without words".to_owned());
        match at > story.deeds.len() {
            true => format!("at the end: {why}"),
            false => format!("after deed {at}: {why}"),
        }
    })
}

struct Play<'s> {
    story: &'s Story,
    world: World,
    ledger: SharedLedger,
    backup: Vec<Document>,
    workers: Vec<Option<Worker>>,
    obeyed: Obeyed,
    started: usize,
    /// What each present identifier was called at first.
    origins: BTreeMap<String, String>,
    /// Exercises that the user changed or removed somewhere, by the first identifier: they may arrive once more.
    excuses: BTreeMap<String, usize>,
    /// Workouts that the user edited at the source: by a restored ledger, or under another identifier, what was sent before the edit is not
    /// recognised.
    edited: BTreeSet<String>,
    /// Activities that were there before the first run, and that the user did not delete.
    foreign: BTreeSet<String>,
    /// Activities that another program created later. The engine cannot distinguish one that
    /// appears after a send of unknown outcome from the activity of that send.
    copied: BTreeMap<String, String>,
    copies: usize,
    tally: Tally,
}

impl<'s> Play<'s> {
    fn new(story: &'s Story) -> Self {
        let mut world = World::new("here");
        world.policy = world.policy.clone().with_guards(false);
        if story.lag > SHORT_LAG {
            // The engine waits as it does by default.
            world.policy = world
                .policy
                .clone()
                .with_resend(std::time::Duration::from_secs(3600));
        }
        world.destination.lists_late(TimeDelta::seconds(story.lag));
        let mut play = Self {
            story,
            world,
            ledger: SharedLedger::new(MemoryLedger::new()),
            backup: Vec::new(),
            workers: (0..WORKERS).map(|_| None).collect(),
            obeyed: Obeyed::default(),
            started: 0,
            origins: BTreeMap::new(),
            excuses: BTreeMap::new(),
            edited: BTreeSet::new(),
            foreign: BTreeSet::new(),
            copied: BTreeMap::new(),
            copies: 0,
            tally: Tally::default(),
        };
        for item in &story.items {
            let source = &play.world.source;
            match item.kind {
                Kind::Run { minutes, km } => {
                    source.has(&item.id, item.start(), minutes, f64::from(km));
                }
                Kind::Indoor => source.has_indoor(&item.id, item.start(), 60),
                Kind::Session => source.has_session(&item.id, item.start(), 2),
            }
            play.world.destination.answers(&item.id, &item.answers);
            if item.fails_once {
                source.fails(&item.id, &[sync_core::ErrorKind::Temporary]);
            }
            play.origins.insert(item.id.clone(), item.id.clone());
            if item.is_there {
                let activity = play.copy(&item.id);
                play.foreign.extend(activity);
            }
        }
        play
    }

    fn act(&mut self, deed: &Deed) {
        match deed {
            Deed::Start {
                worker,
                order,
                skew,
            } => self.start(*worker, order, *skew),
            Deed::Steps { worker, count } => self.step(*worker, *count),
            Deed::Kill { worker } => self.kill(*worker),
            Deed::Wait(seconds) => self.world.clock.advance(TimeDelta::seconds(*seconds)),
            Deed::Edit(id) => {
                self.world.source.edit(id, 9);
                self.edited.insert(self.origin(id));
            }
            Deed::Delete(id) => self.world.source.delete(id),
            Deed::Recreate(id) => {
                let new = format!("{id}+");
                if self.world.source.ids().contains(id) {
                    self.world.source.recreate(id, &new);
                    let origin = self.origin(id);
                    self.origins.insert(new, origin);
                    // Two workers that list at this moment see two workouts, and neither sees both.
                    let mut workers = self.workers.iter().flatten();
                    if workers.any(Worker::is_running) {
                        self.excuse(id);
                    }
                }
            }
            Deed::Copy(id) => {
                let activity = self.copy(id);
                self.copied
                    .extend(activity.map(|activity| (activity, id.clone())));
            }
            Deed::DeleteActivity(number) => {
                let there = self.world.destination.activities();
                if let Some(activity) = there.get(*number) {
                    self.world.destination.delete(activity);
                    self.foreign.remove(activity);
                }
            }
            // With an open send in it, a restored ledger takes the first lookalike that appears since for what was sent.
            Deed::Backup => {
                let mut records = self.records().into_values();
                if !records.any(|record| record.state.intent().is_some()) {
                    self.backup = self.documents();
                }
            }
            Deed::Restore => self.restore(),
        }
    }

    fn start(&mut self, worker: usize, order: &Order, skew: i64) {
        self.kill(worker);
        match order {
            Order::Run => {}
            _ => self.tally.commands += 1,
        }
        self.started += 1;
        let holder = format!("worker {}", self.started);
        let (skew, order) = (TimeDelta::seconds(skew), order.clone());
        let begun = Worker::start(
            &self.world,
            &self.ledger,
            &holder,
            skew,
            order,
            &self.obeyed,
        );
        self.workers[worker] = Some(begun);
    }

    fn step(&mut self, worker: usize, count: u32) {
        for number in 0..count {
            let Some(worker) = &mut self.workers[worker] else {
                return;
            };
            if !worker.is_running() {
                return;
            }
            let moved = worker.step();
            self.tally.effects += 1;
            // A worker that only waits needs time to pass.
            let pause = if moved {
                i64::from(number % 3) * 200
            } else {
                5000
            };
            self.world.clock.advance(TimeDelta::milliseconds(pause));
        }
    }

    fn kill(&mut self, worker: usize) {
        if let Some(mut running) = self.workers[worker].take()
            && running.is_running()
        {
            running.kill();
            self.tally.deaths += 1;
        }
    }

    fn copy(&mut self, id: &str) -> Option<String> {
        let item = self.story.items.iter().find(|item| item.id == id)?;
        let (seconds, metres) = match item.kind {
            Kind::Run { minutes, km } => (u64::from(minutes) * 60, f64::from(km) * 1000.0),
            Kind::Indoor | Kind::Session => return None,
        };
        let activity = format!("{}", 100 + self.copies);
        self.copies += 1;
        let day = item.start().date();
        self.world.destination.has(&activity, day, seconds, metres);
        Some(activity)
    }

    fn documents(&self) -> Vec<Document> {
        let route = self.world.route();
        let all = self.ledger.scan(&route, Select::All, None, usize::MAX);
        block_on(all).unwrap()
    }

    fn restore(&mut self) {
        for worker in 0..WORKERS {
            self.kill(worker);
        }
        if self.story.lag <= SHORT_LAG {
            self.world.clock.advance(TimeDelta::seconds(600));
        }
        self.tally.restores += 1;
        self.ledger = SharedLedger::new(MemoryLedger::new());
        for document in &self.backup {
            let key = Key::new(self.world.route(), &document.name);
            let content = Content::new(&document.body)
                .with_open(document.open)
                .with_day(document.day);
            let _ = block_on(
                self.ledger
                    .compare_and_swap(&key, Expected::Absent, content),
            )
            .unwrap();
        }
        if self.story.lag > SHORT_LAG {
            // The engine resends a workout that neither the listing shows nor the ledger knows.
            for item in &self.story.items {
                self.excuse(&item.id);
            }
        }
    }

    /// Time passes, and runs come by, until everything is at rest.
    fn end(mut self) -> Tally {
        for worker in 0..WORKERS {
            self.kill(worker);
        }
        let mut rest = None;
        for round in 0..300 {
            let gate = Arc::new(Gate::new());
            let holder = format!("late worker {round}");
            let run = block_on(self.world.run(&self.ledger, &gate, &holder)).unwrap();
            self.check();
            self.tally.effects += gate.count();
            if run.stopped.is_none() && block_on(self.world.is_settled(&self.ledger)).unwrap() {
                rest = Some(round);
                break;
            }
            self.world.clock.advance(TimeDelta::seconds(900));
        }
        let records = self.records();
        assert!(rest.is_some(), "not at rest after 300 runs: {records:#?}");
        self.check_end(&records);
        self.tally.worlds = 1;
        self.tally
    }
}

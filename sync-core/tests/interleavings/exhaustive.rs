//! Every order in which the effects of several workers on the ledger and the destination can happen. (Reading the source changes nothing and
//! gives the same at any time, so it commutes with everything.)
//!
//! Two orders that lead to the same ledger, the same destination and the same experience of every worker have the same future: such a
//! state is explored once. So all schedules are covered, and their number is counted without walking each of them.

use std::collections::HashMap;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use chrono::{NaiveDateTime, TimeDelta};
use sync_core::ErrorKind;
use sync_core::conformance::world::{Answer, FinishAnswer, World};

use crate::play::Play;
use crate::workers::Order;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    /// A worker does its next effect.
    Step(usize),
    /// A worker stops and never continues.
    Kill(usize),
    /// All leases end while no worker acts, as when the machine sleeps.
    Sleep,
}

/// What may happen besides steps, and how often.
#[derive(Debug, Clone, Copy)]
struct Budget {
    kills: u64,
    sleeps: u64,
}

struct Search {
    build: fn(&mut World),
    /// Whether there was a run before.
    later: bool,
    /// How far the clock of each worker is ahead, and what it is there for.
    cast: Vec<(i64, Order)>,
    known: HashMap<Vec<u64>, u128>,
    ends: usize,
}

impl Search {
    fn begin(&self) -> Play {
        let mut world = World::new("here");
        (self.build)(&mut world);
        let mut play = Play::new(world);
        if self.later {
            play.run();
        }
        for (ahead, order) in &self.cast {
            play.start(TimeDelta::seconds(*ahead), order);
        }
        play
    }

    fn make(play: &mut Play, action: Move) {
        match action {
            Move::Step(index) => drop(play.step(index)),
            Move::Kill(index) => play.kill(index),
            // The lease and the settle window of the default policy, and a second.
            Move::Sleep => play.world.clock.advance(TimeDelta::seconds(300 + 120 + 1)),
        }
    }

    /// How many schedules go on from here. `play` is where `path` leads.
    fn explore(&mut self, mut play: Play, path: &mut Vec<Move>, budget: Budget) -> u128 {
        self.or_tell(&mut play, path, |play| play.assert_nothing_twice());
        let mut key = play.key();
        key.extend([budget.kills, budget.sleeps]);
        if let Some(count) = self.known.get(&key) {
            return *count;
        }
        let running = play.running();
        let mut moves: Vec<(Move, Budget)> = running
            .iter()
            .map(|index| (Move::Step(*index), budget))
            .collect();
        if budget.kills > 0 {
            let left = Budget {
                kills: budget.kills - 1,
                ..budget
            };
            moves.extend(running.iter().map(|index| (Move::Kill(*index), left)));
        }
        if budget.sleeps > 0 && !running.is_empty() {
            let left = Budget {
                sleeps: budget.sleeps - 1,
                ..budget
            };
            moves.push((Move::Sleep, left));
        }
        let count = if moves.is_empty() {
            self.ends += 1;
            self.or_tell(&mut play, path, Play::assert_ends_well);
            1
        } else {
            let mut here = Some(play);
            let mut count = 0;
            for (action, left) in moves {
                // The first goes on from here, the others play the path again.
                let mut next = here.take().unwrap_or_else(|| self.replay(path));
                Self::make(&mut next, action);
                path.push(action);
                count += self.explore(next, path, left);
                path.pop();
            }
            count
        };
        self.known.insert(key, count);
        count
    }

    /// Runs an assertion; if it fails, prints the moves and the logs that led to it.
    fn or_tell(&self, play: &mut Play, path: &[Move], assertion: fn(&mut Play)) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| assertion(play))) {
            println!("after {path:?}");
            for index in 0..self.cast.len() {
                println!("worker {index}: {:#?}", play.log(index));
            }
            resume_unwind(panic);
        }
    }

    fn replay(&self, path: &[Move]) -> Play {
        let mut play = self.begin();
        path.iter()
            .for_each(|action| Self::make(&mut play, *action));
        play
    }
}

/// Fewer schedules than this mean that the workers hardly met.
const MANY: u128 = 100;

#[track_caller]
fn every_schedule(
    name: &str,
    build: fn(&mut World),
    ahead: &'static [i64],
    kills: u64,
    sleeps: u64,
) {
    let cast = ahead.iter().map(|ahead| (*ahead, Order::Run)).collect();
    explore(name, build, false, cast, Budget { kills, sleeps }, MANY);
}

/// The same with commands: after a first run, the user gives several, each to a separate worker.
#[track_caller]
fn every_schedule_of_orders(
    name: &str,
    build: fn(&mut World),
    orders: &[Order],
    sleeps: u64,
    least: u128,
) {
    let cast = orders.iter().map(|order| (0, order.clone())).collect();
    explore(name, build, true, cast, Budget { kills: 0, sleeps }, least);
}

#[track_caller]
fn explore(
    name: &str,
    build: fn(&mut World),
    later: bool,
    cast: Vec<(i64, Order)>,
    budget: Budget,
    least: u128,
) {
    let workers = cast.len();
    let mut search = Search {
        build,
        later,
        cast,
        known: HashMap::new(),
        ends: 0,
    };
    let play = search.begin();
    let schedules = search.explore(play, &mut Vec::new(), budget);
    let Budget { kills, sleeps } = budget;
    // Past the test runner, which keeps what passing tests print to itself.
    let _ = writeln!(
        std::io::stderr(),
        "{name}: {workers} workers, {kills} deaths, {sleeps} long sleeps: {schedules} schedules, {} states, {} ends",
        search.known.len(),
        search.ends
    );
    assert!(schedules > least, "there was nothing to explore");
}

fn at(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

/// `INTERLEAVINGS=deep` adds the histories that take minutes.
fn deep() -> bool {
    std::env::var("INTERLEAVINGS").is_ok_and(|value| value == "deep")
}

/// Most histories leave out the steps of the index, which matter only where the frontier moves: [`index`] is about those.
fn one(world: &mut World) {
    world.index_steps = false;
    world.source.has("1", at("2026-11-01T10:00:00"), 30, 5.0);
}

fn two(world: &mut World) {
    one(world);
    world.source.has("2", at("2026-11-09T10:00:00"), 40, 8.0);
}

/// The same loop in the morning and in the evening, in the same time.
fn twins(world: &mut World) {
    one(world);
    world.source.has("2", at("2026-11-01T18:00:00"), 30, 5.0);
}

#[test]
fn one_workout() {
    every_schedule("one workout", one, &[0, 0], 0, 0);
    every_schedule("one workout", one, &[0, 0], 0, 1);
    every_schedule("one workout", one, &[0, 0], 1, 0);
    if deep() {
        every_schedule("one workout", one, &[0, 0], 1, 1);
        every_schedule("one workout", one, &[0, 0], 0, 2);
    }
}

/// With each read of the route's document as a step of its own.
#[test]
fn one_workout_with_every_read_as_a_step() {
    every_schedule(
        "every read",
        |world| {
            one(world);
            world.index_steps = true;
        },
        &[0, 0],
        0,
        0,
    );
}

#[test]
fn one_workout_and_three_workers() {
    if deep() {
        every_schedule("one workout", one, &[0, 0, 0], 0, 0);
    }
}

#[test]
fn one_workout_whose_upload_breaks() {
    let build = |world: &mut World| {
        one(world);
        world.destination.answers("1", &[Answer::StoreThenReset]);
    };
    every_schedule("an upload that breaks", build, &[0, 0], 0, 1);
    let build = |world: &mut World| {
        one(world);
        world
            .destination
            .answers("1", &[Answer::Reset, Answer::StoreThenReset]);
        world.destination.lists_late(TimeDelta::seconds(100));
    };
    every_schedule(
        "uploads that break, a listing that is late",
        build,
        &[0, 0],
        0,
        1,
    );
}

#[test]
fn one_workout_and_a_clock_that_is_wrong() {
    // Less than the settle window: that much is promised.
    every_schedule("clocks 110 s apart", one, &[0, 110], 0, 1);
    if deep() {
        every_schedule("clocks 110 s apart", one, &[0, -110], 0, 1);
    }
}

#[test]
fn two_workouts() {
    every_schedule("two workouts", two, &[0, 0], 0, 0);
}

#[test]
fn twins_that_are_accepted() {
    every_schedule("twins", twins, &[0, 0], 0, 0);
    if deep() {
        every_schedule("twins", twins, &[0, 0], 0, 1);
        every_schedule("twins", twins, &[0, 0], 1, 0);
    }
}

#[test]
fn twins_whose_uploads_break() {
    let build = |world: &mut World| {
        twins(world);
        world.destination.answers("1", &[Answer::StoreThenReset]);
        world.destination.answers("2", &[Answer::StoreThenReset]);
    };
    every_schedule(
        "twins whose uploads break",
        build,
        &[0, 0],
        0,
        u64::from(deep()),
    );
    let build = |world: &mut World| {
        twins(world);
        world.destination.answers("1", &[Answer::Reset]);
        world.destination.answers("2", &[Answer::AcceptWithoutId]);
        world.destination.lists_late(TimeDelta::seconds(60));
    };
    if deep() {
        every_schedule("twins, one broken, one without an id", build, &[0, 0], 0, 1);
    }
}

#[test]
fn a_workout_with_notes() {
    let build = |world: &mut World| {
        one(world);
        world.source.tells("1", "windy");
    };
    if deep() {
        every_schedule("a finish step", build, &[0, 0], 0, 1);
    }
    every_schedule("a finish step", build, &[0, 0], 1, 0);
    let build = |world: &mut World| {
        one(world);
        world.source.tells("1", "windy");
        world
            .destination
            .finishings("1", &[FinishAnswer::SetThenReset]);
    };
    every_schedule("a finish step without an answer", build, &[0, 0], 0, 0);
}

#[test]
fn a_session_of_two_sports() {
    let build = |world: &mut World| {
        world.index_steps = false;
        world.source.has_session("1", at("2026-11-01T10:00:00"), 2);
    };
    every_schedule("a session", build, &[0, 0], 0, 0);
    let build = |world: &mut World| {
        world.index_steps = false;
        world.source.has_session("1", at("2026-11-01T10:00:00"), 2);
        world
            .destination
            .answers("1", &[Answer::StoreThenReset, Answer::StoreOpaque]);
    };
    every_schedule("a session whose uploads break", build, &[0, 0], 1, 0);
}

/// User commands on workouts with an unknown outcome or a wait, while other workers process them.
#[test]
fn orders() {
    let lost = |world: &mut World| {
        one(world);
        world.destination.answers("1", &[Answer::Reset]);
    };
    let stored = |world: &mut World| {
        one(world);
        world.destination.answers("1", &[Answer::StoreThenReset]);
        world.destination.lists_late(TimeDelta::seconds(60));
    };
    let waiting = |world: &mut World| {
        one(world);
        world.source.fails("1", &[ErrorKind::Temporary]);
    };
    let (retry, skip) = (Order::Retry("1".into()), Order::Skip("1".into()));
    for build in [lost as fn(&mut World), stored, waiting] {
        for order in [&retry, &skip] {
            for other in [Order::Run, Order::Reconcile] {
                let name = format!("{order:?} beside {other:?}");
                // Millions of schedules: the long sleep takes minutes there.
                let is_long = matches!((order, &other), (Order::Retry(_), Order::Run));
                let sleeps = u64::from(!is_long || deep());
                // A workout that waits has nothing to be looked up: these two hardly meet.
                let hardly_meet = matches!((order, &other), (Order::Skip(_), Order::Reconcile));
                let is_waiting = std::ptr::fn_addr_eq(build, waiting as fn(&mut World));
                let least = if hardly_meet && is_waiting { 10 } else { MANY };
                every_schedule_of_orders(&name, build, &[order.clone(), other], sleeps, least);
            }
        }
    }
}

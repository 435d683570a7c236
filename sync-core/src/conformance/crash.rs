//! The crash matrix: the engine is stopped before and after every single effect, started again, and has to end where it would have
//! ended anyway.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::join_all;

use super::bench::{Failure, Opener, Stores};
use super::crash_report::{CrashReport, ScenarioReport};
use super::scenario::{Scenario, Start};
use super::world::{Accepted, Gate, Moment, World};
use crate::StateName;
use crate::ledger::{Ledger, SharedLedger};

/// More runs than any story needs: a workout that is not settled by then never will be.
const MOST_RUNS: usize = 60;

/// Runs the crash matrix on a ledger.
///
/// `open` is the same as for [`check`](super::check). Each scenario uses one or two stores that no
/// other scenario opens, and each story in it uses a separate route; scenarios run side by side on
/// the caller's task. A ledger that is not durable stays open through the crashes: the matrix then
/// proves only the engine.
pub async fn crash_matrix<L, E>(open: impl AsyncFn(&str) -> Result<L, E>) -> CrashReport
where
    L: Ledger + 'static,
    E: fmt::Display,
{
    explore_all(&Opener::new(open), &|_| true).await
}

/// The same for the scenarios of these names: for a ledger whose stand-in is too slow for all of them.
///
/// # Panics
/// When there is no scenario of one of the names.
pub async fn crash_matrix_of<L, E>(
    scenarios: &[&str],
    open: impl AsyncFn(&str) -> Result<L, E>,
) -> CrashReport
where
    L: Ledger + 'static,
    E: fmt::Display,
{
    let known = |name: &str| super::scenarios::ALL.iter().any(|it| it.name == name);
    for name in scenarios {
        assert!(known(name), "there is no scenario {name}");
    }
    explore_all(&Opener::new(open), &|name| scenarios.contains(&name)).await
}

async fn explore_all(stores: &dyn Stores, wanted: &dyn Fn(&str) -> bool) -> CrashReport {
    // Side by side, so that the disks and networks of one scenario are not waited for by all others.
    let scenarios = super::scenarios::ALL
        .iter()
        .filter(|scenario| wanted(scenario.name))
        .map(|scenario| explore(stores, scenario));
    CrashReport {
        scenarios: join_all(scenarios).await,
    }
}

async fn explore(stores: &dyn Stores, scenario: &Scenario) -> ScenarioReport {
    let mut report = ScenarioReport {
        name: scenario.name,
        effects: 0,
        crash_points: 0,
        failures: Vec::new(),
    };
    let effects = match Story::new(stores, scenario, "whole").play(None).await {
        Ok(effects) => effects,
        Err(why) => {
            report.failures.push(format!("without any crash: {why}"));
            return report;
        }
    };
    report.effects = effects.len();
    for (index, effect) in effects.iter().enumerate() {
        for moment in [Moment::Before, Moment::After] {
            report.crash_points += 1;
            let number = index + 1;
            let story = Story::new(stores, scenario, &format!("{number}-{moment:?}"));
            if let Err(why) = story.play(Some((number, moment))).await {
                let side = if moment == Moment::Before {
                    "before"
                } else {
                    "after"
                };
                report
                    .failures
                    .push(format!("stopped {side} effect {number} ({effect}): {why}"));
            }
        }
    }
    report
}

/// One scenario, played once.
struct Story<'a> {
    stores: &'a dyn Stores,
    scenario: &'a Scenario,
    world: World,
}

impl<'a> Story<'a> {
    fn new(stores: &'a dyn Stores, scenario: &'a Scenario, name: &str) -> Self {
        let mut world = World::new(name);
        // Time passes while things are done: a listing that is read later shows more.
        world.pace = TimeDelta::milliseconds(500);
        (scenario.build)(&mut world);
        Self {
            stores,
            scenario,
            world,
        }
    }

    /// Plays until nothing moves any more, with at most one crash; gives the effects that there were.
    async fn play(&self, crash: Option<(usize, Moment)>) -> Result<Vec<String>, String> {
        let mut ledger = self.begin().await?;
        let mut effects = Vec::new();
        let mut crash = crash;
        let mut rebuilt = !self.scenario.rebuild;
        for number in 1..=MOST_RUNS {
            let gate = Arc::new(match crash {
                // `at` counts the effects of all runs; the gate counts those of this run.
                Some((at, moment)) if at > effects.len() => {
                    Gate::stopping(at - effects.len(), moment)
                }
                _ => Gate::new(),
            });
            let holder = format!("worker {number}");
            let run = match rebuilt {
                true => self.world.run(&ledger, &gate, &holder).await,
                false => self.world.rebuild(&ledger, &gate, &holder).await,
            };
            rebuilt |= run.is_some();
            effects.extend(gate.log());
            match run {
                Some(run) if run.stopped.is_none() => {
                    if self
                        .world
                        .is_settled(&ledger)
                        .await
                        .map_err(|error| error.to_string())?
                    {
                        return self.compare(&ledger).await.map(|()| effects);
                    }
                }
                // A failure that ends a run is part of the story: the next run goes on.
                Some(_) => {}
                None => {
                    crash = None;
                    ledger = self.restart(ledger).await?;
                }
            }
            // The next run starts at once, before the settle window has passed, or after the dead
            // worker's lease has ended.
            let waits = [1, 60, 500];
            self.world
                .clock
                .advance(TimeDelta::seconds(waits[number % waits.len()]));
        }
        let states = self.states(&ledger).await?;
        Err(format!("not settled after {MOST_RUNS} runs: {states:?}"))
    }

    /// What happened before the story begins.
    async fn begin(&self) -> Result<SharedLedger, String> {
        let ledger = self.open(self.scenario.name).await?;
        let run = |gate: Gate, holder: &'static str| {
            let ledger = &ledger;
            async move { self.world.run(ledger, &Arc::new(gate), holder).await }
        };
        match self.scenario.start {
            Start::Fresh => Ok(ledger),
            Start::AfterDeath(effect) => {
                // An earlier worker died on the way out of the given effect.
                let gate = Arc::new(Gate::new());
                let mut rehearsal = World::new("rehearsal");
                rehearsal.pace = self.world.pace;
                (self.scenario.build)(&mut rehearsal);
                let nowhere = SharedLedger::new(crate::ledger::MemoryLedger::new());
                let _ = rehearsal.run(&nowhere, &gate, "the rehearsing one").await;
                let place = gate.log().iter().position(|log| log == effect);
                let place = place.ok_or_else(|| format!("there is no effect `{effect}`"))?;
                run(Gate::stopping(place + 1, Moment::After), "the dead one").await;
                Ok(ledger)
            }
            Start::LostLedger => {
                let done = run(Gate::new(), "an earlier one").await;
                match done {
                    Some(run) if run.stopped.is_none() => self.open(LOST).await,
                    other => Err(format!("the first sync failed: {other:?}")),
                }
            }
        }
    }

    async fn restart(&self, ledger: SharedLedger) -> Result<SharedLedger, String> {
        if self.scenario.crash_loses_ledger {
            return self.open(LOST).await;
        }
        if !ledger.capabilities().durable {
            return Ok(ledger);
        }
        drop(ledger);
        let store = match self.scenario.start {
            Start::LostLedger => LOST,
            _ => self.scenario.name,
        };
        self.open(store).await
    }

    async fn open(&self, store: &str) -> Result<SharedLedger, String> {
        let store = match store {
            LOST => format!("{}-new", self.scenario.name),
            store => store.to_owned(),
        };
        match self.stores.open(&store).await {
            Ok(ledger) => Ok(ledger),
            Err(Failure::Broken(why)) => Err(why),
            Err(Failure::NotPromised) => Err("not promised".into()),
        }
    }

    async fn states(&self, ledger: &SharedLedger) -> Result<BTreeMap<String, String>, String> {
        let records = self
            .world
            .records(ledger)
            .await
            .map_err(|error| error.to_string())?;
        let line = |state: &crate::model::State| match state.reason() {
            Some(reason) => format!("{}: {reason}", state.name()),
            None => state.name().to_string(),
        };
        Ok(records
            .into_iter()
            .map(|(id, record)| (id, line(&record.state)))
            .collect())
    }

    /// Compares the end with what it has to be, and with the truth that only the destination knows.
    async fn compare(&self, ledger: &SharedLedger) -> Result<(), String> {
        let records = self
            .world
            .records(ledger)
            .await
            .map_err(|error| error.to_string())?;
        let accepted = self.world.destination.accepted();
        let any_lost = records.values().any(|record| !record.lost_sends.is_empty());
        let mut activities = BTreeSet::new();
        let mut there_should_be = self.scenario.activities;
        for (id, expected, uploads) in self.scenario.end {
            let Some(record) = records.get(*id) else {
                return Err(format!("workout {id} has no record"));
            };
            let name = match record.state.name() {
                // Found there or accepted there: it is there.
                StateName::Linked => StateName::Delivered,
                other => other,
            };
            let parked_as_lost = name == StateName::Parked && any_lost;
            let excused = parked_as_lost && self.scenario.may_park.contains(id);
            if name != *expected && !excused {
                let why = record.state.reason().map(ToString::to_string);
                let why = why.unwrap_or_default();
                return Err(format!(
                    "workout {id} ended as {name} ({why}) instead of {expected}"
                ));
            }
            let own: Vec<&Accepted> = accepted
                .iter()
                .filter(|upload| upload.item == *id)
                .collect();
            let exercises: BTreeSet<_> = own.iter().map(|upload| upload.start).collect();
            let twice = self.scenario.never_listed.contains(id);
            let as_expected = match (excused, twice) {
                (true, _) => own.len() <= *uploads && exercises.len() == own.len(),
                (_, true) => own.len() == *uploads || own.len() == *uploads + 1,
                _ => own.len() == *uploads && exercises.len() == *uploads,
            };
            if excused || twice {
                there_should_be = there_should_be + own.len() - *uploads;
            }
            if !as_expected {
                return Err(format!(
                    "workout {id} should have {uploads} accepted uploads: {own:?}"
                ));
            }
            for part in &record.parts {
                let Some(activity) = &part.receipt.activity_id else {
                    continue;
                };
                if !activities.insert(activity.clone()) {
                    return Err(format!("activity {activity} is on record for two workouts"));
                }
                let owner = accepted.iter().find(|upload| upload.activity == *activity);
                if !self.scenario.twins && owner.is_some_and(|upload| upload.item != *id) {
                    return Err(format!(
                        "activity {activity} is on record for {id}, but is {owner:?}"
                    ));
                }
            }
        }
        let there = self.world.destination.activities();
        for upload in accepted
            .iter()
            .filter(|upload| there.contains(&upload.activity))
        {
            let wanted = self.world.source.notes(&upload.item, upload.start);
            let (set, changes) = match self.world.destination.finished(&upload.activity) {
                Some((finishing, changes)) => (finishing.notes, changes),
                None => (None, 0),
            };
            // Without its ledger, the engine does not recognise the activity that it created.
            let forgotten = self.scenario.crash_loses_ledger && set.is_none();
            if (set != wanted && !forgotten) || changes > 1 {
                return Err(format!(
                    "{upload:?} should have the notes {wanted:?}, and has {set:?} after {changes} changes"
                ));
            }
        }
        if there.len() != there_should_be {
            return Err(format!(
                "{there_should_be} activities should be there: {there:?}"
            ));
        }
        Ok(())
    }
}

/// Stands for the scenario's second store.
const LOST: &str = "lost";

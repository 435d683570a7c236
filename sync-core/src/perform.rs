//! Does what [`decide`](crate::decide) says: all requests and all reading of the ledger, one arm for each action.

mod after;
mod look;
mod send;

use chrono::{DateTime, TimeDelta, Utc};
use workout_files::Workout;

use crate::decide::{self, Action, Call, Exercise, Fetched, Seen, View};
use crate::engine::{Engine, RunError};
use crate::machine::{Cx, Event};
use crate::model::{Facts, Record, StepKind};
use crate::run::Listing;
use crate::run::downloads::Downloads;
use crate::store::Store;
use crate::{Item, Side};

/// How much of the time without a look counts as the destination's delay.
const LONGEST_UNSEEN: TimeDelta = TimeDelta::hours(24);

/// The context of one visit to a workout.
pub(crate) struct Visit<'a, 's> {
    pub(crate) engine: &'a Engine,
    pub(crate) store: &'a mut Store,
    /// Workouts that could claim the same activity.
    pub(crate) peers: Vec<(String, Facts)>,
    pub(crate) downloads: &'a Downloads<'s>,
    pub(crate) listing: &'a mut Listing,
    /// When the run ends.
    pub(crate) deadline: Option<DateTime<Utc>>,
    /// Whether it may send.
    pub(crate) sends: bool,
}

impl Visit<'_, '_> {
    /// Claims a workout and takes it as far as it gets. Says whether something was sent.
    pub(crate) async fn work(&mut self, item: &Item) -> Result<bool, RunError> {
        self.engine.adjust_clock().await?;
        let cx = self.engine.cx();
        let known = self.store.get(&item.id).cloned();
        let mut record = known.unwrap_or_else(|| Record::new(item.clone(), cx.now));
        if record.apply(Event::Claimed, &cx).is_err() {
            return Ok(false);
        }
        // The machine refuses the event once something may have been sent.
        let _ = record.apply(Event::Listed(Box::new(item.clone())), &cx);
        match self.store.save(&mut record).await? {
            true => self.go_on(record, Seen::default()).await,
            // Another worker was faster.
            false => Ok(false),
        }
    }

    /// Decides, does and saves until the record rests, is lost to another worker, or the run ends. Says whether something was sent.
    pub(crate) async fn go_on(
        &mut self,
        mut record: Record,
        mut seen: Seen,
    ) -> Result<bool, RunError> {
        while record.lease.is_some() {
            let action = decide::next(&record, &seen, &self.view());
            let (event, ends_run) = match action {
                Action::Done => break,
                Action::Note(event) => {
                    self.apply(&mut record, event);
                    seen.look = None;
                    continue;
                }
                Action::Apply(event) => (event, false),
                Action::EndRun(event) => (event, true),
                action => {
                    self.perform(action, &record, &mut seen).await?;
                    continue;
                }
            };
            if let Event::Appeared { .. } = event {
                self.keep_listing_delay(&record).await?;
            }
            self.apply(&mut record, event);
            if ends_run && record.lease.is_some() {
                self.apply(&mut record, Event::Released);
            }
            let saved = self.store.save(&mut record).await?;
            if let Some(trouble) = seen.trouble.take().filter(|_| ends_run) {
                return Err(RunError::of_service(trouble.side, trouble.error));
            }
            if !saved {
                break;
            }
            seen.forget();
        }
        Ok(seen.any_sent)
    }

    fn view(&self) -> View<'_> {
        View {
            cx: self.engine.cx(),
            source: self.engine.source.name(),
            destination: self.engine.destination.name(),
            listing_delay: self.store.state.listing_delay(),
            deadline: self.deadline,
            sends: self.sends,
        }
    }

    /// Every event that `decide` chooses is legal; the property test of the machine proves it.
    fn apply(&self, record: &mut Record, event: Event) {
        let applied = record.apply(event, &self.engine.cx());
        debug_assert!(applied.is_ok(), "{applied:?}");
    }

    pub(crate) async fn keep_listing_delay(&mut self, record: &Record) -> Result<(), RunError> {
        let Some(intent) = record.state.intent() else {
            return Ok(());
        };
        let Some(missed_at) = intent.missed_at else {
            return Ok(());
        };
        // It appeared after it was missed. Much more can have passed since, where no run looked or a clock was wrong.
        let latest = missed_at.checked_add_signed(LONGEST_UNSEEN);
        let seen_at = self.engine.clock.now().min(latest.unwrap_or(missed_at));
        let delay = seen_at - intent.started_at;
        let keep = self.store.change(|state| state.saw_listing_delay(delay));
        Ok(keep.await?)
    }

    async fn perform(
        &mut self,
        action: Action,
        record: &Record,
        seen: &mut Seen,
    ) -> Result<(), RunError> {
        match action {
            Action::Fetch => self.fetch(record, seen).await,
            Action::Compare => self.compare(record, seen).await?,
            Action::Look => self.look(record, None, seen).await?,
            Action::Identify(id) => self.look(record, Some(id), seen).await?,
            Action::Send => self.send(record, seen).await?,
            Action::Remove => self.remove(record, seen).await,
            Action::Step(id) => match id.kind {
                StepKind::Finish => self.finish(record, id, seen).await,
                StepKind::Verify => self.verify(record, id, seen).await,
            },
            Action::Check => self.check_service(seen).await,
            Action::Done | Action::Note(_) | Action::Apply(_) | Action::EndRun(_) => {}
        }
        Ok(())
    }

    async fn check_service(&self, seen: &mut Seen) {
        let Some(trouble) = &mut seen.trouble else {
            return;
        };
        let answer = match trouble.side {
            Side::Source => self.engine.source.check().await,
            Side::Destination => self.engine.destination.check().await,
        };
        trouble.is_up = Some(answer.is_ok());
        if let Err(down) = answer {
            trouble.error = down;
        }
    }

    async fn fetch(&self, record: &Record, seen: &mut Seen) {
        match self.downloads.take(&record.item).await {
            Ok(workouts) => seen.fetched = Some(self.engine.prepare(&record.item, workouts)),
            Err(error) => seen.failed(Call::Fetch, Side::Source, error),
        }
    }

    async fn remove(&self, record: &Record, seen: &mut Seen) {
        let Some(part) = record.parts.last() else {
            return;
        };
        match self.engine.destination.remove(&part.receipt).await {
            Ok(()) => seen.removed = true,
            Err(error) => seen.failed(Call::Remove, Side::Destination, error),
        }
    }
}

impl Engine {
    /// Decides the form of every exercise before any is sent.
    pub(crate) fn prepare(&self, item: &Item, workouts: Vec<Workout>) -> Fetched {
        let alone = workouts.len() == 1;
        let finishes = self.policy.finish && self.destination.capabilities().finish;
        let mut exercises = Vec::with_capacity(workouts.len());
        let mut refusal = None;
        for workout in &workouts {
            let form = match self.destination.form(item, workout) {
                Ok(form) => form,
                Err(why) => {
                    refusal = Some(why.to_string());
                    break;
                }
            };
            let finishing = finishes.then(|| self.destination.finishing(item, workout, form));
            exercises.push(Exercise {
                form,
                facts: Facts::of_exercise(item, workout, alone),
                finishing: finishing.flatten().filter(|values| !values.is_empty()),
            });
        }
        Fetched {
            workouts,
            exercises,
            refusal,
        }
    }

    /// The stable name of a delivery.
    pub(crate) fn key(&self, id: &str, part: usize) -> String {
        format!("{}:{id}:{}", self.source.name(), part + 1)
    }

    /// The names under which a delivery of the workout may be at the destination: of each of its identifiers.
    pub(crate) fn keys(&self, record: &Record, part: usize) -> Vec<String> {
        let ids = record.item.ids().take(match record.distinct {
            true => 1,
            false => usize::MAX,
        });
        ids.map(|id| self.key(id, part)).collect()
    }

    pub(crate) fn cx(&self) -> Cx<'_> {
        Cx {
            now: self.clock.now(),
            policy: &self.policy,
            can: self.destination.capabilities(),
            holder: &self.holder,
        }
    }
}

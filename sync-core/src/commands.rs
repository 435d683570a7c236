//! The user's commands: retry, skip, undo, redeliver, reconcile, rebuild, import a list.

mod error;
mod import_list;
mod reconcile;

pub use error::CommandError;
pub use import_list::ImportedList;

use futures_util::TryStreamExt;

use crate::decide::{Seen, undeliverable};
use crate::engine::{Cancel, Engine, Run, RunError, RunRequest};
use crate::item::{Item, Window};
use crate::machine::{Event, Obstacle};
use crate::matching::lookalike;
use crate::model::{Reason, Record, State, StateName};
use crate::perform::Visit;
use crate::report::ReportEntry;
use crate::run::downloads::{Downloads, fetch};
use crate::run::guard;
use crate::run::{Candidate, Listing, SyncPlan, listing_items, load_around, peers, windows};
use crate::store::Store;

/// The engine searches these days around the known day first for an edited workout.
const DAYS_OF_EDITS: u64 = 45;

impl Engine {
    /// Tries one workout again, whatever it waited for. The destination is looked at first, as always. Of a workout that is there, the
    /// steps that are not done are tried again; nothing is sent.
    ///
    /// `not_there` is the user's word that none of the activities that look like the workout is it, also where it was linked to one.
    ///
    /// # Errors
    /// [`CommandError`]; in particular for a workout that is at the destination.
    pub async fn retry(
        &self,
        id: &str,
        not_there: bool,
        cancel: &Cancel,
    ) -> Result<Run, CommandError> {
        let run = async {
            let mut store = self.store().await?;
            let mut record = self.known(&mut store, id).await?;
            let can_find = self.destination.capabilities().find;
            let mut event = Event::Retry;
            if not_there {
                let mut listed = Vec::new();
                if can_find && !matches!(record.state, State::Delivered) && !record.is_sent_out() {
                    let days = Window::around(record.item.day(), 1);
                    let found = self.destination.find(days).await;
                    let found = found.map_err(RunError::Destination)?;
                    listed.extend(found.into_iter().map(|activity| activity.id));
                }
                event = Event::NotThere(listed);
            }
            self.apply(&mut record, event)?;
            if !store.save(&mut record).await? {
                return Err(self.held(&store, id));
            }
            // Also what an order that was interrupted here left reserved.
            let own: Vec<&str> = record.activity_ids().collect();
            for activity in record.not_ours.iter().filter(|_| not_there) {
                if !own.contains(&activity.as_str()) {
                    store.release(activity, id).await?;
                }
            }
            // Without a listing the known facts count; the download fails anyway if the source is down.
            let listed = match record.is_untouched() {
                true => self.listed_around(&record).await.unwrap_or_default(),
                false => None,
            };
            let item = listed.unwrap_or_else(|| record.item.clone());
            let candidates = vec![Candidate::listed(&record, &item)];
            let plan = SyncPlan::new(store, candidates, Listing::default());
            Ok(self.execute(plan, cancel).await)
        };
        self.with_pauses(run.await).await
    }

    /// Marks a workout as never to be moved. A send of unknown fate stays on record, so that a
    /// later [`retry`](Self::retry) looks for it first. A workout that the ledger does not know yet
    /// is looked up in the source's listing.
    ///
    /// # Errors
    /// [`CommandError`]; in particular for a workout that is at the destination.
    pub async fn skip(&self, id: &str, request: &RunRequest) -> Result<Record, CommandError> {
        let record = async {
            let mut store = self.store().await?;
            let mut record = match self.known(&mut store, id).await {
                Ok(record) => record,
                Err(CommandError::Unknown(_)) => {
                    let plan = self.plan(request).await?;
                    let mut listed = plan.candidates.iter().map(|next| &next.item);
                    let item = listed.find(|item| item.id == id);
                    let item = item.ok_or_else(|| CommandError::Unknown(id.to_owned()))?;
                    Record::new(item.clone(), self.clock.now())
                }
                Err(error) => return Err(error),
            };
            self.apply(&mut record, Event::Skip)?;
            match store.save(&mut record).await? {
                true => Ok(record),
                false => Err(self.held(&store, id)),
            }
        };
        self.with_pauses(record.await).await
    }

    /// Removes from the destination only the activities that the engine created for a workout; the
    /// workout is not sent again. The next run finishes an interrupted removal.
    ///
    /// # Errors
    /// [`CommandError`]; in particular when no receipt proves that the engine created the activity.
    pub async fn undo(&self, id: &str) -> Result<Record, CommandError> {
        let record = async {
            let mut store = self.store().await?;
            let record = self.known(&mut store, id).await?;
            let undone = self.carry_out(&mut store, record, Event::Undo, Seen::default());
            let record = undone.await?;
            match &record.state {
                State::Tombstoned { .. } => Ok(record),
                state => Err(CommandError::Unfinished {
                    id: id.to_owned(),
                    why: state
                        .reason()
                        .map_or_else(|| state.name().to_string(), Reason::to_string),
                }),
            }
        };
        self.with_pauses(record.await).await
    }

    /// Replaces at the destination what the engine sent of a workout by the source's present version: removes, and sends anew. It is one
    /// order: interrupted, it is finished by the next run. Nothing is removed unless the present version can be delivered.
    ///
    /// # Errors
    /// [`CommandError`]; in particular when no receipt proves that the engine created the activity.
    pub async fn redeliver(&self, id: &str) -> Result<Run, CommandError> {
        let run = async {
            let mut store = self.store().await?;
            let record = self.known(&mut store, id).await?;
            let mut probe = record.clone();
            let event = |item: &Item| Event::Redeliver(Box::new(item.clone()));
            self.apply(&mut probe, event(&record.item))?;
            let whole = windows::whole(&*self.source, self.today());
            let listed = match self.listed_around(&record).await? {
                None => self.listed_in(whole, id).await?,
                listed => listed,
            };
            let item = listed.unwrap_or_else(|| record.item.clone());
            let not_deliverable = |why: &dyn std::fmt::Display| CommandError::NotDeliverable {
                id: id.to_owned(),
                why: why.to_string(),
            };
            let workouts = fetch(&*self.source, &item).await;
            let workouts = workouts.map_err(|error| not_deliverable(&error))?;
            let fetched = self.prepare(&item, workouts);
            let source = self.source.name();
            if let Some(why) = undeliverable(&item, &fetched, &self.policy, source) {
                return Err(not_deliverable(&why));
            }
            if let Some(other) = self.lookalike_of(&store, &record).await? {
                let destination = self.destination.name();
                let why = format!(
                    "activity {other} at {destination} looks the same; delete one of the two there first"
                );
                return Err(not_deliverable(&why));
            }
            let seen = Seen {
                fetched: Some(fetched),
                ..Seen::default()
            };
            let redelivered = self.carry_out(&mut store, record, event(&item), seen);
            let record = redelivered.await?;
            Ok(self.ended(vec![ReportEntry::of(&record)], None))
        };
        self.with_pauses(run.await).await
    }

    /// Links whatever is at the destination already, from both listings alone: for a ledger that was lost. Sends nothing.
    pub async fn rebuild(&self, request: &RunRequest, cancel: &Cancel) -> Run {
        let mut plan = match self.plan(request).await {
            Ok(plan) => plan,
            Err(error) => return self.ended(Vec::new(), Some(error)),
        };
        // All of it, however long it takes.
        (plan.searched, plan.request.deadline) = (None, None);
        let linked = self.link_existing(&mut plan, cancel).await;
        let kept = self.keep_pauses(&mut plan.store).await;
        plan.into_run(linked.and(kept.map_err(RunError::from)).err())
    }

    /// An activity that equals what was delivered of a workout, and is no workout's as far as is known: with it there, what is sent anew
    /// would not be recognised, or be there twice.
    async fn lookalike_of(
        &self,
        store: &Store,
        record: &Record,
    ) -> Result<Option<String>, RunError> {
        if !self.destination.capabilities().find {
            return Ok(None);
        }
        let mut days: Vec<_> = record.parts.iter().map(|part| part.facts.day()).collect();
        days.dedup();
        for day in days {
            let listed = self.destination.find(Window::around(day, 1)).await;
            let listed = listed.map_err(RunError::Destination)?;
            if let Some(other) = lookalike(&store.near, record, &listed) {
                return Ok(Some(other.id.clone()));
            }
        }
        Ok(None)
    }

    /// The workout as the source lists it now, if it does around its day.
    async fn listed_around(&self, record: &Record) -> Result<Option<Item>, RunError> {
        let days = Window::around(record.item.day(), DAYS_OF_EDITS);
        self.listed_in(days, &record.item.id).await
    }

    async fn listed_in(&self, days: Window, id: &str) -> Result<Option<Item>, RunError> {
        let listed = listing_items(&*self.source, days);
        let mut listed = listed.try_filter(|item| std::future::ready(item.id == id));
        listed.try_next().await.map_err(RunError::Source)
    }

    /// Applies a command's event and works on the record until it rests.
    async fn carry_out(
        &self,
        store: &mut Store,
        mut record: Record,
        event: Event,
        seen: Seen,
    ) -> Result<Record, CommandError> {
        if !self.destination.capabilities().remove {
            return Err(wrong_state(&record, Obstacle::CannotRemove));
        }
        guard::check_destination(self, store).await?;
        self.apply(&mut record, event)?;
        let id = record.item.id.clone();
        // On record first: if this is interrupted, a run goes on.
        if !store.save(&mut record).await? {
            return Err(self.held(store, &id));
        }
        load_around(store, &record.item).await?;
        let (downloads, mut listing) = (Downloads::new(&*self.source, 1), Listing::default());
        let mut visit = Visit {
            engine: self,
            peers: peers(store, &[], &record.item),
            store,
            downloads: &downloads,
            listing: &mut listing,
            deadline: None,
            sends: true,
        };
        visit.go_on(record, seen).await?;
        store.get(&id).cloned().ok_or(CommandError::Unknown(id))
    }

    fn apply(&self, record: &mut Record, event: Event) -> Result<(), CommandError> {
        let applied = record.apply(event, &self.cx());
        applied.map_err(|why| wrong_state(record, why))
    }

    /// A record that the ledger knows and no worker holds, with what is around it in memory.
    async fn known(&self, store: &mut Store, id: &str) -> Result<Record, CommandError> {
        let unknown = || CommandError::Unknown(id.to_owned());
        let record = store.peek(id).await?.ok_or_else(unknown)?;
        load_around(store, &record.item).await?;
        let record = store.get(id).ok_or_else(unknown)?;
        match self.is_free(record) {
            true => Ok(record.clone()),
            false => Err(self.held(store, id)),
        }
    }

    fn held(&self, store: &Store, id: &str) -> CommandError {
        let lease = store.get(id).and_then(|record| record.lease.as_ref());
        CommandError::Held {
            id: id.to_owned(),
            until: lease.map_or_else(|| self.clock.now(), |lease| lease.until),
        }
    }
}

fn wrong_state(record: &Record, why: Obstacle) -> CommandError {
    CommandError::WrongState {
        id: record.item.id.clone(),
        state: match record.version {
            None => StateName::New,
            Some(_) => record.state.name(),
        },
        why,
    }
}

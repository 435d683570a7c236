//! The user's commands: retry, skip, undo, redeliver, reconcile, rebuild, import a list.

use std::collections::BTreeSet;

use crate::decide::{Seen, is_still_left_out};
use crate::engine::{Cancel, Engine, Run, RunError, RunRequest};
use crate::error::ServiceError;
use crate::item::{Item, Window};
use crate::machine::{Event, Illegal, Obstacle};
use crate::matching::Found;
use crate::model::{Facts, Record, State, StateName};
use crate::perform::Visit;
use crate::report::RouteReport;
use crate::run::downloads::{Downloads, fetch};
use crate::run::{Candidate, Listing, SyncPlan, listing_items, load_around, peers, windows};
use crate::store::{Store, StoreError};

/// A command that cannot be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// Neither the ledger nor the source's listing has it.
    #[error("workout {0} is neither in the ledger nor among the listed ones")]
    Unknown(String),
    /// A worker holds it.
    #[error("another process works on workout {id} until {until}; try again after that")]
    Held {
        /// Which workout.
        id: String,
        /// Until when.
        until: chrono::DateTime<chrono::Utc>,
    },
    /// Its state does not allow the command.
    #[error("workout {id} is {state}: {why}")]
    WrongState {
        /// Which workout.
        id: String,
        /// Its state.
        state: StateName,
        /// Why that does not fit.
        why: Obstacle,
    },
    /// The destination can't hold the source's present version; nothing was removed.
    #[error("workout {id} can't be delivered again: {why}; nothing was removed")]
    NotDeliverable {
        /// Which workout.
        id: String,
        /// Why.
        why: String,
    },
    /// The command is on record and not done yet; the next run goes on.
    #[error("workout {id}: {why}; the next run goes on")]
    Unfinished {
        /// Which workout.
        id: String,
        /// What failed.
        why: String,
    },
    /// A service or the ledger failed.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Self::Run(error.into())
    }
}

/// The result of importing another program's list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ImportedList {
    /// Workouts that are marked as not to be sent from now on.
    pub imported: Vec<String>,
    /// Workouts that the ledger knew already; their records were not touched.
    pub known: Vec<String>,
    /// Identifiers that the source does not list (any more): nothing is written for them.
    pub unlisted: Vec<String>,
}

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
        let mut store = self.store().await?;
        let mut record = self.known(&mut store, id).await?;
        let can_find = self.destination.capabilities().find;
        let linked = match (&record.state, not_there) {
            (State::Linked, true) => record.parts.clone(),
            _ => Vec::new(),
        };
        let mut event = Event::Retry { can_find };
        if not_there {
            let mut listed = Vec::new();
            if can_find && !matches!(record.state, State::Delivered) && !record.is_sent_out() {
                let days = Window::around(Facts::of_item(&record.item).day(), 1);
                let found = self.destination.find(days).await;
                let found = found.map_err(RunError::Destination)?;
                listed.extend(found.into_iter().map(|activity| activity.id));
            }
            event = Event::NotThere { can_find, listed };
        }
        self.apply(&mut record, event)?;
        for activity in linked
            .iter()
            .filter_map(|part| part.receipt.activity_id.as_ref())
        {
            store.release(activity, id).await?;
        }
        if !store.save(&mut record).await? {
            return Err(self.held(&store, id));
        }
        let plan = SyncPlan::of_record(self.route(), store, &record);
        Ok(self.execute(plan, cancel).await)
    }

    /// Marks a workout as never to be moved. A send of unknown fate stays on record, so that a
    /// later [`retry`](Self::retry) looks for it first. A workout that the ledger does not know yet
    /// is looked up in the source's listing.
    ///
    /// # Errors
    /// [`CommandError`]; in particular for a workout that is at the destination.
    pub async fn skip(&self, id: &str, request: &RunRequest) -> Result<Record, CommandError> {
        let mut store = self.store().await?;
        let mut record = match self.known(&mut store, id).await {
            Ok(record) => record,
            Err(CommandError::Unknown(_)) => {
                let plan = self.plan(request).await?;
                let mut candidates = plan.candidates.into_iter();
                let listed = candidates.find(|candidate| candidate.item.id == id);
                let listed = listed.ok_or_else(|| CommandError::Unknown(id.to_owned()))?;
                Record::new(listed.item, self.clock.now())
            }
            Err(error) => return Err(error),
        };
        self.apply(&mut record, Event::Skip)?;
        match store.save(&mut record).await? {
            true => Ok(record),
            false => Err(self.held(&store, id)),
        }
    }

    /// Removes from the destination only the activities that the engine created for a workout; the
    /// workout is not sent again. The next run finishes an interrupted removal.
    ///
    /// # Errors
    /// [`CommandError`]; in particular when no receipt proves that the engine created the activity.
    pub async fn undo(&self, id: &str) -> Result<Record, CommandError> {
        let mut store = self.store().await?;
        let record = self.known(&mut store, id).await?;
        let seen = Seen::default();
        let record = self
            .carry_out(&mut store, record, Event::Undo, seen)
            .await?;
        match &record.state {
            State::Tombstoned { .. } => Ok(record),
            state => Err(CommandError::Unfinished {
                id: id.to_owned(),
                why: match state.reason() {
                    Some(reason) => reason.to_string(),
                    None => state.name().to_string(),
                },
            }),
        }
    }

    /// Replaces at the destination what the engine sent of a workout by the source's present version: removes, and sends anew. It is one
    /// order: interrupted, it is finished by the next run. Nothing is removed unless the present version can be delivered.
    ///
    /// # Errors
    /// [`CommandError`]; in particular when no receipt proves that the engine created the activity.
    pub async fn redeliver(&self, id: &str) -> Result<Run, CommandError> {
        let mut store = self.store().await?;
        let record = self.known(&mut store, id).await?;
        let mut probe = record.clone();
        let event = |item: &Item| Event::Redeliver(Box::new(item.clone()));
        self.apply(&mut probe, event(&record.item))?;
        let days = Window::around(record.item.day(), 1);
        let items = listing_items(&*self.source, days)
            .await
            .map_err(RunError::Source)?;
        let listed = items.into_iter().find(|item| item.id == id);
        let item = listed.unwrap_or_else(|| record.item.clone());
        let not_deliverable = |why: String| CommandError::NotDeliverable {
            id: id.to_owned(),
            why,
        };
        let workouts = fetch(&*self.source, &item).await;
        let workouts =
            workouts.map_err(|error: ServiceError| not_deliverable(error.to_string()))?;
        let fetched = self.prepare(&item, workouts);
        if let Some(why) = &fetched.refusal {
            return Err(not_deliverable(why.clone()));
        }
        let seen = Seen {
            fetched: Some(fetched),
            ..Seen::default()
        };
        let record = self
            .carry_out(&mut store, record, event(&item), seen)
            .await?;
        self.keep_pauses(&mut store).await?;
        Ok(Run {
            report: RouteReport::new(self.route(), vec![Candidate::of(&record).into_entry()]),
            stopped: None,
        })
    }

    /// Looks up every workout of unknown fate at the destination, whatever it waits for. Sends nothing: what is certainly not there,
    /// after the settle window, is left for the next run.
    pub async fn reconcile(&self, cancel: &Cancel) -> Run {
        let mut candidates = Vec::new();
        let stopped = self.reconcile_open(&mut candidates, cancel).await.err();
        let entries = candidates.into_iter().map(Candidate::into_entry).collect();
        Run {
            report: RouteReport::new(self.route(), entries),
            stopped,
        }
    }

    async fn reconcile_open(
        &self,
        candidates: &mut Vec<Candidate>,
        cancel: &Cancel,
    ) -> Result<(), RunError> {
        let mut store = self.store().await?;
        let mut open = store.open_records().await?;
        open.retain(|record| record.state.intent().is_some());
        candidates.extend(open.iter().map(Candidate::of));
        let mut ended = Ok(());
        for candidate in candidates.iter_mut() {
            if cancel.is_cancelled() {
                ended = Err(RunError::Cancelled);
                break;
            }
            load_around(&mut store, &candidate.item).await?;
            ended = self.reconcile_one(&mut store, &candidate.item).await;
            if let Some(record) = store.get(&candidate.item.id) {
                candidate.update(record);
            }
            if ended.is_err() {
                break;
            }
        }
        self.keep_pauses(&mut store).await?;
        ended
    }

    async fn reconcile_one(&self, store: &mut Store, item: &Item) -> Result<(), RunError> {
        let Some(mut record) = store.get(&item.id).cloned() else {
            return Ok(());
        };
        if !self.is_free(&record) {
            return Ok(());
        }
        let (downloads, mut listing) = (Downloads::new(&*self.source, 1), Listing::default());
        let mut visit = Visit {
            engine: self,
            store,
            peers: &[],
            downloads: &downloads,
            listing: &mut listing,
            deadline: None,
            sends: false,
        };
        match &record.state {
            State::Sending { .. } | State::Unsure { .. } => {
                visit.work(item).await?;
            }
            // A parked workout stays parked unless it is found.
            State::Parked {
                intent: Some(_), ..
            } => {
                let mut seen = Seen::default();
                if let Err(trouble) = visit.look(&record, &mut seen).await? {
                    return Err(RunError::Destination(trouble.error));
                }
                let Some(Found::One { activity, evidence }) = seen.look.map(|look| look.found)
                else {
                    return Ok(());
                };
                visit.keep_listing_delay(&record).await?;
                let verify = self.policy.verify() && self.destination.capabilities().read_back;
                let event = Event::Appeared {
                    receipt: crate::Receipt::with_id(activity),
                    verify,
                    evidence,
                };
                if record.apply(event, &self.cx()).is_ok() && visit.store.save(&mut record).await? {
                    visit.go_on(record, Seen::default()).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Links whatever is at the destination already, from both listings alone: for a ledger that was lost. Sends nothing.
    pub async fn rebuild(&self, request: &RunRequest, cancel: &Cancel) -> Run {
        let mut plan = match self.plan(request).await {
            Ok(plan) => plan,
            Err(error) => {
                return Run {
                    report: RouteReport::new(self.route(), Vec::new()),
                    stopped: Some(error),
                };
            }
        };
        let mut stopped = self.link_existing(&mut plan, cancel).await.err();
        if let Err(error) = self.keep_pauses(&mut plan.store).await {
            stopped = stopped.or(Some(error.into()));
        }
        Run {
            report: plan.into_report(),
            stopped,
        }
    }

    /// Marks the workouts of another program's list as settled, without asking the destination.
    ///
    /// The engine takes the facts of each workout from the source's listing; `request` may name the
    /// days. The workout is then [`State::Tombstoned`] and never sent by itself; the user may
    /// [retry](Self::retry) it. If the destination can be listed, [`rebuild`](Self::rebuild) first
    /// links the workouts that are certainly there.
    ///
    /// # Errors
    /// When the source or the ledger fails. Records written until then stay, and the call can be
    /// repeated.
    pub async fn import_list(
        &self,
        ids: &BTreeSet<String>,
        request: &RunRequest,
    ) -> Result<ImportedList, RunError> {
        let mut store = self.store().await?;
        let window = request.window.unwrap_or_else(|| Window {
            from: windows::BEGINNING,
            until: self.today().succ_opt().unwrap_or_default(),
        });
        let mut listing = Listing::default();
        let listed = listing.list(&*self.source, window).await?;
        let mut result = ImportedList::default();
        let mut unlisted = ids.clone();
        let items = listed.into_iter().map(|candidate| candidate.item);
        for item in items.filter(|item| ids.contains(&item.id)) {
            unlisted.remove(&item.id);
            let id = item.id.clone();
            let mut record = Record::new(item, self.clock.now());
            // A new copy: it is written only where there is no record yet.
            let imported = record.apply(Event::Imported, &self.cx()).is_ok()
                && store.save(&mut record).await?;
            match imported {
                true => result.imported.push(id),
                false => result.known.push(id),
            }
        }
        result.unlisted = unlisted.into_iter().collect();
        Ok(result)
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
            let (state, why) = (record.state_name(), Obstacle::CannotRemove);
            let id = record.item.id;
            return Err(CommandError::WrongState { id, state, why });
        }
        self.apply(&mut record, event)?;
        let id = record.item.id.clone();
        // On record first: if this is interrupted, a run goes on.
        if !store.save(&mut record).await? {
            return Err(self.held(store, &id));
        }
        let peers = peers(store, &[], &record.item);
        let (downloads, mut listing) = (Downloads::new(&*self.source, 1), Listing::default());
        let mut visit = Visit {
            engine: self,
            store,
            peers: &peers,
            downloads: &downloads,
            listing: &mut listing,
            deadline: None,
            sends: true,
        };
        visit.go_on(record, seen).await?;
        match store.get(&id) {
            Some(record) => Ok(record.clone()),
            None => Err(CommandError::Unknown(id)),
        }
    }

    fn apply(&self, record: &mut Record, event: Event) -> Result<(), CommandError> {
        let id = record.item.id.clone();
        let applied = record.apply(event, &self.cx());
        applied.map_err(|Illegal { state, why }| CommandError::WrongState { id, state, why })
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

    /// Whether a run can do something about this workout now.
    pub(crate) fn is_due(&self, store: &Store, item: &Item) -> bool {
        let Some(record) = store.get(&item.id) else {
            return true;
        };
        let now = self.clock.now();
        // A wait that a wrong clock wrote would not end in time.
        let settle = self.policy.settle();
        let is_ahead = record.clock_error(now, settle) > chrono::TimeDelta::zero();
        let is_over = |at: &chrono::DateTime<chrono::Utc>| *at <= now || is_ahead;
        self.is_free(record)
            && match &record.state {
                State::Claimed | State::Sending { .. } | State::Unsure { .. } => true,
                State::Removing { not_before, .. } => not_before.as_ref().is_none_or(is_over),
                State::Waiting { not_before, .. } => is_over(not_before),
                State::Delivered | State::Linked => {
                    record.due_step(now).is_some() || (is_ahead && record.has_open_step())
                }
                State::Skipped { .. } => !is_still_left_out(record, &self.policy),
                _ => false,
            }
    }
}

//! One run: list, guard, work through what is due, remember how far it got, report.

mod candidates;
pub(crate) mod circuit_breaker;
mod deadline;
pub(crate) mod downloads;
mod due;
mod duplicates;
pub(crate) mod guard;
mod link_existing;
mod listing;
pub(crate) mod pause;
mod plan;
mod source_changes;
pub(crate) mod time;
pub(crate) mod windows;

pub(crate) use candidates::{Candidate, drop_older, peers};
use circuit_breaker::CircuitBreaker;
use downloads::Downloads;
pub(crate) use listing::{Listing, items as listing_items};
pub use plan::SyncPlan;

use crate::decide::held_back;
use crate::engine::{Cancel, Engine, Run, RunError, RunRequest};
use crate::item::{Item, Window};
use crate::machine::Event;
use crate::model::StateName;
use crate::observer::Progress;
use crate::perform::Visit;
use crate::report::{ReportEntry, RouteReport};
use crate::store::Store;

/// Workouts that could claim the same activity lie within this number of days of each other.
pub(crate) const NEAR_DAYS: u64 = 4;

impl Engine {
    /// Lists the source and works through everything that is due.
    ///
    /// The services are asked only for what is needed: known workouts cost no request. Whatever ends the run early is in
    /// [`Run::stopped`], together with what was done until then.
    pub async fn run(&self, request: &RunRequest, cancel: &Cancel) -> Run {
        match self.plan(request).await {
            Ok(plan) => self.execute(plan, cancel).await,
            Err(error) => self.ended(Vec::new(), Some(error)),
        }
    }

    /// The answer about these workouts.
    pub(crate) fn ended(&self, entries: Vec<ReportEntry>, stopped: Option<RunError>) -> Run {
        let report = RouteReport::new(self.route(), entries);
        Run { report, stopped }
    }

    /// Does what a plan says.
    pub async fn execute(&self, mut plan: SyncPlan, cancel: &Cancel) -> Run {
        let worked = self.work_through(&mut plan, cancel).await;
        let ended = match worked {
            // Without the ledger the run can report only the last known states.
            Err(RunError::Store(_)) => worked,
            _ => worked.and(self.wind_up(&mut plan).await),
        };
        plan.into_run(ended.err())
    }

    async fn wind_up(&self, plan: &mut SyncPlan) -> Result<(), RunError> {
        self.keep_pauses(&mut plan.store).await?;
        self.report_duplicates(plan).await?;
        let taken_in = plan.taken_in(self.today());
        let now = self.clock.now();
        let found_nothing = plan.found_nothing(self.today());
        let (is_of_listing, searched) = (plan.window().is_some(), plan.searched);
        let keep = plan.store.change(|state| {
            if is_of_listing {
                state.searched = searched;
            }
            for window in &taken_in {
                state.take_in(*window);
                state.empty_at = None;
            }
            if found_nothing {
                state.empty_at = Some(now);
            }
        });
        keep.await?;
        plan.refresh().await
    }

    pub(crate) fn today(&self) -> chrono::NaiveDate {
        self.clock.now().date_naive()
    }

    /// Works through the candidates of a plan, and keeps them up to date.
    async fn work_through(&self, plan: &mut SyncPlan, cancel: &Cancel) -> Result<(), RunError> {
        let now = self.clock.now();
        let may_be_sent = |next: &Candidate| next.is_ready(now) || next.state == StateName::Parked;
        if !plan.request.accept_listing && plan.candidates.iter().any(may_be_sent) {
            guard::check_destination(self, &plan.store).await?;
        }
        // From now on the guards don't miss what the user accepted as gone.
        for id in std::mem::take(&mut plan.gone) {
            self.amend(&mut plan.store, &id, Event::AcceptedAsGone)
                .await?;
        }
        let is_first = plan.store.state.listed.is_empty();
        if plan.is_unsearched {
            self.link_existing(plan, cancel).await?;
        }
        let downloads = Downloads::new(&*self.source, self.policy.parallel_fetches);
        let mut breaker = CircuitBreaker::default();
        let order = plan.order();
        let of = order.len();
        let mut worked = 0;
        for (place, &index) in order.iter().enumerate() {
            let item = &plan.candidates[index].item.clone();
            if cancel.is_cancelled() {
                return Err(RunError::Cancelled);
            }
            load_around(&mut plan.store, item).await?;
            // An edited workout may be on record under another day.
            if !is_first && plan.store.get(&item.id).is_none() {
                plan.store.reload(&item.id).await?;
            }
            // The budget: the run claims no workout that it can't finish, and downloads none.
            let (most, deadline) = (plan.request.max_items, plan.request.deadline);
            let is_used_up =
                most.is_some_and(|most| worked >= most) || self.cx().is_too_late(deadline);
            if !self.is_due(&plan.store, item)
                && (is_used_up || !self.is_mended(&mut plan.store, item).await?)
            {
                // Another worker took what was downloaded ahead.
                downloads.forget(item);
                plan.update(index);
                continue;
            }
            if is_used_up {
                let left = order[place..].iter().map(|index| &plan.candidates[*index]);
                plan.backlog = left.filter(|next| next.is_due(self.clock.now())).count();
                break;
            }
            self.check_pauses()?;
            worked += 1;
            let number = place + 1;
            self.observer
                .progress(&Progress::Started { item, number, of });
            let known = plan.store.get(&item.id);
            let attempts = known.map_or(0, |record| record.attempts);
            // After a crash it is unknown which of the worker's downloads was at fault: this one is
            // made alone.
            if known.is_none_or(|record| record.lease.is_none()) {
                let next = order[number..].iter().map(|next| &plan.candidates[*next]);
                let cx = self.cx();
                let ready = next.filter(|next| {
                    next.is_ready(cx.now) && held_back(&next.item, None, &cx).is_none()
                });
                downloads.reach(ready.map(|next| &next.item));
            }
            let mut visit = Visit {
                engine: self,
                peers: peers(&plan.store, &plan.candidates, item),
                store: &mut plan.store,
                downloads: &downloads,
                listing: &mut plan.listing,
                deadline,
                sends: true,
            };
            let ended = downloads.alongside(visit.work(item)).await;
            downloads.forget(item);
            plan.update(index);
            if let Some(record) = plan.store.get(&item.id) {
                self.observer.progress(&Progress::Ended { record });
            }
            self.keep_pauses(&mut plan.store).await?;
            let any_sent = ended?;
            self.observe(&mut plan.store, &mut breaker, &item.id, any_sent, attempts)
                .await?;
        }
        Ok(())
    }

    /// Applies an event to a record where it is legal. What another worker has in hand is left alone.
    async fn amend(&self, store: &mut Store, id: &str, event: Event) -> Result<(), RunError> {
        if let Some(mut record) = store.peek(id).await?
            && self.is_free(&record)
            && record.apply(event, &self.cx()).is_ok()
        {
            // Another worker that wrote at the same moment did more.
            store.save(&mut record).await?;
        }
        Ok(())
    }
}

/// Brings into memory whatever the ledger knows around a workout.
pub(crate) async fn load_around(store: &mut Store, item: &Item) -> Result<(), RunError> {
    Ok(store.load(Window::around(item.day(), NEAR_DAYS)).await?)
}

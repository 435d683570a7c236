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

pub(crate) use candidates::{Candidate, Peers, drop_older, peers};
use circuit_breaker::CircuitBreaker;
use downloads::Downloads;
pub(crate) use listing::{Listing, items as listing_items};
pub use plan::SyncPlan;

use crate::decide::held_back;
use crate::engine::{Cancel, Engine, Run, RunError, RunRequest};
use crate::item::{Item, Window};
use crate::observer::Progress;
use crate::perform::Visit;
use crate::report::RouteReport;
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
            Err(error) => self.not_run(error),
        }
    }

    /// The answer where not even a plan could be made.
    pub(crate) fn not_run(&self, error: RunError) -> Run {
        Run {
            report: RouteReport::new(self.route(), Vec::new()),
            stopped: Some(error),
        }
    }

    /// Does what a plan says.
    pub async fn execute(&self, plan: SyncPlan, cancel: &Cancel) -> Run {
        let mut plan = plan;
        let mut stopped = self.work_through(&mut plan, cancel).await.err();
        // When the ledger itself failed, the run can report only the last known states.
        if !matches!(stopped, Some(RunError::Store(_)))
            && let Err(error) = self.wind_up(&mut plan).await
        {
            stopped = stopped.or(Some(error));
        }
        Run {
            report: plan.into_report(),
            stopped,
        }
    }

    async fn wind_up(&self, plan: &mut SyncPlan) -> Result<(), RunError> {
        self.keep_pauses(&mut plan.store).await?;
        self.report_duplicates(plan).await?;
        let taken_in = plan.taken_in(self.today());
        let now = self.clock.now();
        let found_nothing = plan.found_nothing(self.today());
        let keep = plan.store.change(|state| {
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
        let may_be_sent = |next: &Candidate| next.is_ready(now) || next.is_parked();
        if !plan.request.accept_listing && plan.candidates.iter().any(may_be_sent) {
            guard::check_destination(self, &plan.store).await?;
        }
        plan.accept_gone(self).await?;
        // A ledger that never saw a complete listing may be a lost one.
        let is_first = plan.store.state().listed().is_empty();
        if is_first && plan.is_of_listing() && self.destination.capabilities().find {
            self.link_existing(plan, cancel).await?;
        }
        let downloads = Downloads::new(&*self.source, self.policy.parallel_fetches);
        let mut breaker = CircuitBreaker::default();
        let order = plan.order();
        let of = order.len();
        let mut worked = 0;
        for (place, &index) in order.iter().enumerate() {
            let item = &plan.candidates[index].item().clone();
            if cancel.is_cancelled() {
                return Err(RunError::Cancelled);
            }
            load_around(&mut plan.store, item).await?;
            // An edited workout may be on record under another day.
            if !is_first && plan.store.get(&item.id).is_none() {
                plan.store.reload(&item.id).await?;
            }
            if !self.is_due(&plan.store, item) && !self.is_mended(&mut plan.store, item).await? {
                // Another worker took what was downloaded ahead.
                downloads.forget(item);
                plan.update(index);
                continue;
            }
            if self.is_used_up(&plan.request, worked) {
                plan.backlog = self.count_due(plan, &order[place..]);
                break;
            }
            self.check_pauses()?;
            worked += 1;
            let number = place + 1;
            self.observer
                .progress(&Progress::Started { item, number, of });
            let peers = peers(&plan.store, &plan.candidates, item);
            let known = plan.store.get(&item.id);
            let attempts = known.map_or(0, |record| record.attempts);
            // After a crash it is unknown which of the worker's downloads was at fault: this one is
            // made alone.
            if known.is_none_or(|record| record.lease.is_none()) {
                let next = order[number..].iter().map(|next| &plan.candidates[*next]);
                let cx = self.cx();
                let ready = next.filter(|next| {
                    next.is_ready(cx.now) && held_back(next.item(), None, &cx).is_none()
                });
                downloads.reach(ready.map(Candidate::item));
            }
            let mut visit = Visit {
                engine: self,
                store: &mut plan.store,
                peers: &peers,
                downloads: &downloads,
                listing: &mut plan.listing,
                deadline: plan.request.deadline,
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

    /// Whether the budget of a run takes no further workout: it claims none that it can't finish.
    fn is_used_up(&self, request: &RunRequest, worked: usize) -> bool {
        let ends = self.cx().after(self.policy.send_delta());
        request.max_items.is_some_and(|most| worked >= most)
            || request.deadline.is_some_and(|deadline| ends > deadline)
    }

    /// How many of these candidates a run could do something about now.
    fn count_due(&self, plan: &SyncPlan, order: &[usize]) -> usize {
        let now = self.clock.now();
        let candidates = order.iter().map(|index| &plan.candidates[*index]);
        candidates.filter(|next| next.is_ready(now)).count()
    }
}

/// Brings into memory whatever the ledger knows around a workout.
pub(crate) async fn load_around(store: &mut Store, item: &Item) -> Result<(), RunError> {
    Ok(store.load(Window::around(item.day(), NEAR_DAYS)).await?)
}

//! Looks up what was sent with unknown fate, and sends nothing.

use crate::decide::Seen;
use crate::engine::{Cancel, Engine, Run, RunError};
use crate::item::Item;
use crate::machine::Event;
use crate::matching::Found;
use crate::model::State;
use crate::perform::{Failure, Visit};
use crate::report::RouteReport;
use crate::run::downloads::Downloads;
use crate::run::{Candidate, Listing, load_around, peers};
use crate::store::Store;

impl Engine {
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
            let item = candidate.item();
            load_around(&mut store, item).await?;
            ended = self.reconcile_one(&mut store, item).await;
            if let Some(record) = store.get(&item.id) {
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
        let peers = peers(store, &[], item);
        let (downloads, mut listing) = (Downloads::new(&*self.source, 1), Listing::default());
        let mut visit = Visit {
            engine: self,
            store,
            peers: &peers,
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
                match visit.look(&record, &mut seen).await {
                    Err(Failure::Call(trouble)) => {
                        return Err(RunError::Destination(trouble.error));
                    }
                    Err(Failure::Run(error)) => return Err(error),
                    Ok(()) => {}
                }
                let Some(Found::One { activity, evidence }) = seen.look.map(|look| look.found)
                else {
                    return Ok(());
                };
                visit.keep_listing_delay(&record).await?;
                let verify = self.policy.verify && self.destination.capabilities().read_back;
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
}

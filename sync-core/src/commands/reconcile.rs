//! Looks up what was sent with unknown fate, and sends nothing.

use crate::decide::Seen;
use crate::engine::{Cancel, Engine, Run, RunError};
use crate::item::Item;
use crate::machine::Event;
use crate::matching::Found;
use crate::model::State;
use crate::perform::Visit;
use crate::run::downloads::Downloads;
use crate::run::{Candidate, Listing, load_around, peers};
use crate::store::Store;

impl Engine {
    /// Looks up every workout of unknown fate at the destination, whatever it waits for. Sends nothing: what is certainly not there,
    /// after the settle window, is left for the next run.
    pub async fn reconcile(&self, cancel: &Cancel) -> Run {
        let mut candidates = Vec::new();
        let reconciled = async {
            let mut store = self.store().await?;
            let mut open = store.open_records().await?;
            open.retain(|record| record.state.intent().is_some());
            candidates.extend(open.iter().map(Candidate::of));
            for candidate in &mut candidates {
                if cancel.is_cancelled() {
                    return Err(RunError::Cancelled);
                }
                let item = &candidate.item;
                load_around(&mut store, item).await?;
                let reconciled = self.reconcile_one(&mut store, item).await;
                if let Some(record) = store.get(&item.id) {
                    candidate.update(record);
                }
                reconciled?;
            }
            Ok(())
        };
        let stopped = self.with_pauses(reconciled.await).await.err();
        self.ended(candidates, stopped)
    }

    async fn reconcile_one(&self, store: &mut Store, item: &Item) -> Result<(), RunError> {
        let known = store.get(&item.id).filter(|record| self.is_free(record));
        let Some(mut record) = known.cloned() else {
            return Ok(());
        };
        let (downloads, mut listing) = (Downloads::new(&*self.source, 1), Listing::default());
        let mut visit = Visit {
            engine: self,
            peers: peers(store, &[], item),
            store,
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
                visit.look(&record, None, &mut seen).await?;
                if let Some(trouble) = seen.trouble {
                    return Err(RunError::Destination(trouble.error));
                }
                let Some(Found::One { activity, evidence }) = seen.look.map(|look| look.found)
                else {
                    return Ok(());
                };
                visit.keep_listing_delay(&record).await?;
                let event = Event::Appeared { activity, evidence };
                if record.apply(event, &self.cx()).is_ok() && visit.store.save(&mut record).await? {
                    visit.go_on(record, Seen::default()).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}

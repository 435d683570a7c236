//! Reports activities that appeared after a delivery and equal it.

use super::load_around;
use super::plan::SyncPlan;
use crate::engine::{Engine, RunError};
use crate::machine::Event;
use crate::matching::{knows, matcher};
use crate::model::{Facts, Record};
use crate::report::ReportEntry;

impl Engine {
    /// Keeps and reports the suspects of a run that no workout of the route can claim. Each is reported once, and never touched.
    pub(super) async fn report_duplicates(&self, plan: &mut SyncPlan) -> Result<(), RunError> {
        for (activity, suspect) in std::mem::take(&mut plan.listing.suspects) {
            if plan.store.is_reserved(&activity).await? {
                continue;
            }
            let Some(record) = plan.store.peek(&suspect.id).await? else {
                continue;
            };
            load_around(&mut plan.store, &record.item).await?;
            let Some(mut record) = plan.store.get(&suspect.id).cloned() else {
                continue;
            };
            let is_known = knows(&record, &activity);
            if is_known || record.lease.is_some() || self.may_be_claimed(plan, &record) {
                continue;
            }
            let evidence = suspect.evidence;
            let event = Event::DuplicateSeen { activity, evidence };
            if record.apply(event, &self.cx()).is_err() || !plan.store.save(&mut record).await? {
                continue;
            }
            plan.remarks.push(ReportEntry::of(&record));
        }
        Ok(())
    }

    /// Whether a workout that looks the same is not settled yet: the activity may be that one's.
    fn may_be_claimed(&self, plan: &SyncPlan, record: &Record) -> bool {
        let ours = Facts::of_item(&record.item);
        let alike = |theirs: &Facts| matcher::alike(&ours, theirs, false);
        let known = plan.store.near.values();
        let mut unsettled = known.filter(|other| {
            other.item.id != record.item.id
                && (!other.is_settled() || other.state.intent().is_some())
        });
        let mut new = plan.candidates.iter().filter(|next| next.is_new());
        unsettled.any(|other| alike(&Facts::of_item(&other.item)))
            || new.any(|next| alike(&Facts::of_item(&next.item)))
    }
}

//! Links what is at the destination already, from both listings alone. Sends and downloads nothing.

use super::candidates::{Candidate, peers};
use super::load_around;
use super::plan::SyncPlan;
use crate::Activity;
use crate::engine::{Cancel, Engine, RunError};
use crate::item::{Item, Window};
use crate::machine::Event;
use crate::matching::matcher::{self, Prior};
use crate::matching::{Found, Lookup};
use crate::model::{Facts, Part, Reason, Record};

impl Engine {
    /// Links every candidate of a plan that is certainly at the destination. A search that ends early keeps its place in the plan.
    pub(crate) async fn link_existing(
        &self,
        plan: &mut SyncPlan,
        cancel: &Cancel,
    ) -> Result<(), RunError> {
        let (first, before) = (plan.window().map(|days| days.from), plan.searched);
        let (mut covered, mut activities): (Option<Window>, _) = (None, Vec::new());
        for index in 0..plan.candidates.len() {
            let candidate = &plan.candidates[index];
            let day = candidate.item.day();
            if !candidate.is_new() || before.is_some_and(|days| days.contains(day)) {
                continue;
            }
            let until = Window::around(day, 1).from;
            plan.searched = first.and_then(|first| Window::new(first, until)).or(before);
            if cancel.is_cancelled() {
                return Err(RunError::Cancelled);
            }
            if self.cx().is_too_late(plan.request.deadline) {
                return Ok(());
            }
            let item = candidate.item.clone();
            let days = Window::around(day, 1);
            if covered.and_then(|window| window.overlap(&days)) != Some(days) {
                let month = month_from(days, &plan.candidates);
                let found = self.destination.find(month).await;
                activities = found.map_err(RunError::Destination)?;
                covered = Some(month);
            }
            let near: Vec<Activity> = activities
                .iter()
                .filter(|activity| activity.day.is_none_or(|day| days.contains(day)))
                .cloned()
                .collect();
            if near.is_empty() {
                continue;
            }
            load_around(&mut plan.store, &item).await?;
            if plan.store.get(&item.id).is_none() {
                self.link_listed(plan, &item, &near).await?;
            }
            plan.update(index);
        }
        (plan.is_unsearched, plan.searched) = (false, None);
        Ok(())
    }

    /// Links one listed workout that the ledger does not know, if it certainly is at the destination.
    async fn link_listed(
        &self,
        plan: &mut SyncPlan,
        item: &Item,
        listing: &[Activity],
    ) -> Result<(), RunError> {
        let peers = peers(&plan.store, &plan.candidates, item);
        let facts = Facts::of_item(item);
        let mut record = Record::new(item.clone(), self.clock.now());
        let unknown = record.clone();
        let keys = self.keys(&unknown, 0);
        let lookup = Lookup {
            record: &unknown,
            facts: &facts,
            part: 0,
            before: None,
            keys: &keys,
            peers: &peers,
        };
        // The key of a first exercise proves nothing of the others.
        let is_whole = |found: &Found| {
            let Found::One { activity, .. } = found else {
                return false;
            };
            let mut listed = listing.iter().filter(|listed| listed.id == *activity);
            listed.any(|listed| matcher::compare(&facts, listed, Prior::Existing).is_same())
        };
        if !is_whole(&lookup.answer(&plan.store.near, listing))
            || record.apply(Event::Claimed, &self.cx()).is_err()
            || !plan.store.save(&mut record).await?
        {
            return Ok(());
        }
        // What looks like ours may have become another worker's in the meantime.
        plan.store.refresh().await?;
        let event = match lookup.answer(&plan.store.near, listing) {
            Found::One { activity, evidence }
                if plan.store.reserve(&activity, &item.id).await? =>
            {
                let part = Box::new(Part::found(activity, facts.clone()));
                let of = 1;
                Event::Found { part, of, evidence }
            }
            _ => Event::Postponed {
                not_before: self.clock.now(),
                reason: Reason::NotCertain,
            },
        };
        if record.apply(event, &self.cx()).is_ok() {
            plan.store.save(&mut record).await?;
        }
        Ok(())
    }
}

/// The days from `days` on that one listing covers: a month, or less when no workout is that late.
fn month_from(days: Window, candidates: &[Candidate]) -> Window {
    let last = candidates.last().map_or(days.until, |last| last.item.day());
    let last = Window::around(last, 1).until;
    let month = Window::around(days.from, 31).until;
    Window {
        until: month.min(last).max(days.until),
        ..days
    }
}

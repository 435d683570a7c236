//! The workouts that a run looks at: what is listed, and what earlier runs left open.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};

use crate::item::{Item, Window};
use crate::model::{Facts, Record, State, StateName};
use crate::report::ReportEntry;
use crate::store::Store;

/// One workout that a run looks at, and where it stands: an entry of the report from the beginning. Of a long history they are the
/// largest thing in memory, and a list of them becomes the report's without a copy.
pub(crate) type Candidate = ReportEntry;

impl Candidate {
    /// A workout that the ledger knows, with the facts of the present listing as long as nothing of it was sent. A workout that a setting
    /// left out counts as new.
    pub(crate) fn listed(record: &Record, now: &Item) -> Self {
        let item = match record.is_untouched() {
            true => record.item.relisted(now),
            false => record.item.clone(),
        };
        if matches!(record.state, State::Skipped { .. }) {
            return Self::new_item(item);
        }
        let mut entry = Self::of(record);
        entry.item = item;
        entry
    }

    /// It is not in the ledger, as far as this run knows.
    pub(crate) fn is_new(&self) -> bool {
        self.state == StateName::New
    }

    /// Whether a run that comes by now has something to do with it.
    pub(crate) fn is_due(&self, now: DateTime<Utc>) -> bool {
        let rests = self.state.needs_user() || self.is_settled();
        let looks = self.state == StateName::Unsure;
        !rests && (looks || self.not_before().is_none_or(|at| at <= now))
    }

    /// Whether a run that comes by now sends it, as far as is known.
    pub(crate) fn is_ready(&self, now: DateTime<Utc>) -> bool {
        let waits = || self.not_before().is_some_and(|at| now < at);
        self.is_new() || (self.state == StateName::Waiting && !waits())
    }
}

/// A listing in several answers may name a workout twice; the later answer is the younger one.
pub(crate) fn drop_older(listed: &mut Vec<Candidate>) {
    let mut seen = HashSet::new();
    // From the last to the first.
    let youngest = listed.iter().rev().map(|next| seen.insert(&next.item.id));
    let mut youngest: Vec<bool> = youngest.collect();
    listed.retain(|_| youngest.pop() == Some(true));
}

/// The workouts that could claim the same activity as `item`: those that took place around its day
/// and were not sent yet, from the candidates (by start) and from the records in memory.
pub(crate) fn peers(store: &Store, candidates: &[Candidate], item: &Item) -> Vec<(String, Facts)> {
    let days = Window::around(item.day(), 2);
    let first = candidates.partition_point(|candidate| candidate.item.day() < days.from);
    // A workout that is there but not finished yet claims no other activity. A workout that the
    // user, or another program's list, excluded may be there or not.
    let unsent = |record: &Record| match &record.state {
        State::Tombstoned { intent, .. } => intent.is_none() && record.parts.is_empty(),
        state => state.intent().is_none() && !state.name().is_settled(),
    };
    let listed = candidates[first..]
        .iter()
        .map(|candidate| &candidate.item)
        .take_while(|peer| peer.day() <= days.until)
        .filter(|peer| store.get(&peer.id).is_none_or(unsent));
    let known = store
        .near
        .values()
        .filter(|record| days.contains(record.item.day()) && unsent(record))
        .map(|record| &record.item);
    let mut peers: BTreeMap<&str, &Item> = BTreeMap::new();
    peers.extend(listed.chain(known).map(|peer| (peer.id.as_str(), peer)));
    peers.remove(item.id.as_str());
    peers
        .into_values()
        .map(|peer| (peer.id.clone(), Facts::of_item(peer)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_answer_counts_when_a_workout_is_listed_twice() {
        let item = |id: &str, hour: u32| {
            let day = chrono::NaiveDate::from_ymd_opt(2026, 12, 31).unwrap();
            Candidate::new_item(Item::new(id, day.and_hms_opt(hour, 0, 0).unwrap()))
        };
        let listed = [("2", 8), ("1", 6), ("2", 9), ("3", 7), ("2", 10)];
        let mut items: Vec<_> = listed.map(|(id, hour)| item(id, hour)).into();
        drop_older(&mut items);
        assert_eq!(items, [item("1", 6), item("3", 7), item("2", 10)]);
    }
}

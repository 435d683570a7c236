//! The workouts that a run looks at: what is listed, and what earlier runs left open.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::item::{Item, Window};
use crate::model::{Facts, Record, State, StateName};
use crate::report::ReportEntry;
use crate::store::Store;

/// Workouts that could claim the same activity.
pub(crate) type Peers = [(String, Facts)];

/// One workout that a run looks at, and where it stands; the report is made from them at the end.
///
/// Of a long history they are the largest thing in memory. Each is an entry of the report from the beginning, so that a list of them
/// becomes the report's without a copy.
#[derive(Debug, Clone)]
pub(crate) struct Candidate(ReportEntry);

impl Candidate {
    /// It is not in the ledger, as far as this run knows.
    pub(crate) fn new(item: Item) -> Self {
        Self(ReportEntry::new_item(item))
    }

    pub(crate) fn of(record: &Record) -> Self {
        Self(ReportEntry::of(record))
    }

    /// A workout that the ledger knows, with the facts of the present listing as long as nothing of it was sent. A workout that a setting
    /// left out counts as new.
    pub(crate) fn listed(record: &Record, now: &Item) -> Self {
        let item = match record.is_untouched() {
            true => record.item.relisted(now),
            false => record.item.clone(),
        };
        if matches!(record.state, State::Skipped { .. }) {
            return Self::new(item);
        }
        let mut entry = ReportEntry::of(record);
        entry.item = item;
        Self(entry)
    }

    /// Takes over the workout's state and the facts that the engine learnt since it was listed. A
    /// workout with an edited start keeps its listed item, and so its place in the order.
    pub(crate) fn update(&mut self, record: &Record) {
        let Self(entry) = self;
        if entry.item.start == record.item.start && entry.item != record.item {
            entry.item = record.item.clone();
        }
        entry.update(record);
    }

    pub(crate) fn item(&self) -> &Item {
        &self.0.item
    }

    pub(crate) fn is_new(&self) -> bool {
        self.0.state == StateName::New
    }

    pub(crate) fn is_settled(&self) -> bool {
        self.0.is_settled()
    }

    /// Whether more than one worker ended at it, or its file was damaged.
    pub(crate) fn is_suspect(&self) -> bool {
        self.0.is_suspect || self.is_parked()
    }

    pub(crate) fn is_parked(&self) -> bool {
        self.0.state == StateName::Parked
    }

    /// Whether a run that comes by now does something about it.
    pub(crate) fn is_ready(&self, now: DateTime<Utc>) -> bool {
        let waits = || self.0.not_before().is_some_and(|at| now < at);
        self.is_new() || (self.0.state == StateName::Waiting && !waits())
    }

    pub(crate) fn into_entry(self) -> ReportEntry {
        self.0
    }
}

/// A listing in several answers may name a workout twice; the later answer is the younger one.
pub(crate) fn drop_older<T>(listed: &mut Vec<T>, item: fn(&T) -> &Item) {
    let id = |index: usize| item(&listed[index]).id.as_str();
    // By index: a sorted copy of a long history is large.
    let mut order: Vec<usize> = (0..listed.len()).collect();
    order.sort_by(|a, b| id(*a).cmp(id(*b)));
    let older: BTreeSet<usize> = order
        .windows(2)
        .filter(|pair| id(pair[0]) == id(pair[1]))
        .map(|pair| pair[0])
        .collect();
    let mut index = 0..listed.len();
    listed.retain(|_| index.next().is_some_and(|index| !older.contains(&index)));
}

/// The workouts that could claim the same activity as `item`: those that took place around its day
/// and were not sent yet, from the candidates (by start) and from the records in memory.
pub(crate) fn peers(store: &Store, candidates: &[Candidate], item: &Item) -> Vec<(String, Facts)> {
    let days = Window::around(item.day(), 2);
    let first = candidates.partition_point(|candidate| candidate.item().day() < days.from);
    // A workout that is there but not finished yet claims no other activity. A workout that the
    // user, or another program's list, excluded may be there or not.
    let unsent = |record: &Record| match &record.state {
        State::Tombstoned { intent, .. } => intent.is_none() && record.parts.is_empty(),
        state => state.intent().is_none() && !state.name().is_settled(),
    };
    let listed = candidates[first..]
        .iter()
        .map(Candidate::item)
        .take_while(|peer| peer.day() <= days.until)
        .filter(|peer| store.get(&peer.id).is_none_or(unsent));
    let known = store
        .near()
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
            Item::new(id, day.and_hms_opt(hour, 0, 0).unwrap())
        };
        let mut items = vec![
            item("2", 8),
            item("1", 6),
            item("2", 9),
            item("3", 7),
            item("2", 10),
        ];
        drop_older(&mut items, |item| item);
        assert_eq!(items, [item("1", 6), item("3", 7), item("2", 10)]);
    }
}

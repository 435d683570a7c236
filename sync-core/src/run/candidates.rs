//! The workouts that a run looks at: what is listed, and what earlier runs left open.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::item::{Item, Window};
use crate::model::{Facts, Record, State, StateName};
use crate::report::{ReportEntry, Status};
use crate::store::Store;

/// Workouts that could claim the same activity.
pub(crate) type Peers = [(String, Facts)];

/// One workout that a run looks at.
///
/// Of a long history they are the largest thing in memory: what is not known yet has no more than its item.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) item: Item,
    /// Its status; `None` when it is not in the ledger, as far as this run knows.
    pub(crate) status: Option<Box<Status>>,
}

impl Candidate {
    pub(crate) fn new(item: Item) -> Self {
        Self { item, status: None }
    }

    pub(crate) fn of(record: &Record) -> Self {
        Self {
            item: record.item.clone(),
            status: Some(Box::new(Status::of(record))),
        }
    }

    /// Takes over the workout's state and the facts that the engine learnt since it was listed. A
    /// workout with an edited start keeps its listed item, and so its place in the order.
    pub(crate) fn update(&mut self, record: &Record) {
        if self.item.start == record.item.start && self.item != record.item {
            self.item = record.item.clone();
        }
        self.status = Some(Box::new(Status::of(record)));
    }

    pub(crate) fn is_new(&self) -> bool {
        self.status.is_none()
    }

    pub(crate) fn is_settled(&self) -> bool {
        self.status
            .as_ref()
            .is_some_and(|status| status.is_settled())
    }

    /// Whether more than one worker ended at it.
    pub(crate) fn is_suspect(&self) -> bool {
        self.status.as_ref().is_some_and(|status| status.is_suspect)
    }

    /// Whether a run that comes by now does something about it.
    pub(crate) fn is_ready(&self, now: DateTime<Utc>) -> bool {
        match &self.status {
            None => true,
            Some(status) if status.state == StateName::Waiting => {
                status.not_before.is_none_or(|not_before| not_before <= now)
            }
            Some(_) => false,
        }
    }

    /// What candidates are sorted by: the start, and for those of one moment the identifier.
    pub(crate) fn order(&self) -> (NaiveDateTime, &str) {
        (self.item.start, &self.item.id)
    }

    pub(crate) fn into_entry(self) -> ReportEntry {
        let status = self.status.map(|status| *status);
        ReportEntry::new(self.item, status.unwrap_or_default())
    }
}

/// A listing in several answers may name a workout twice; the later answer is the younger one.
pub(crate) fn drop_older(candidates: &mut Vec<Candidate>) {
    let id = |index: usize| candidates[index].item.id.as_str();
    // Not the candidates themselves: a sorted copy of a long history is large.
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    order.sort_by(|a, b| id(*a).cmp(id(*b)));
    let older: BTreeSet<usize> = order
        .windows(2)
        .filter(|pair| id(pair[0]) == id(pair[1]))
        .map(|pair| pair[0])
        .collect();
    let mut index = 0..candidates.len();
    candidates.retain(|_| index.next().is_some_and(|index| !older.contains(&index)));
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
            Candidate::new(Item::new(id, day.and_hms_opt(hour, 0, 0).unwrap()))
        };
        let mut candidates = vec![
            item("2", 8),
            item("1", 6),
            item("2", 9),
            item("3", 7),
            item("2", 10),
        ];
        drop_older(&mut candidates);
        assert_eq!(candidates, [item("1", 6), item("3", 7), item("2", 10)]);
    }
}

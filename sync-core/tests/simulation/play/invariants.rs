//! What must hold after every deed, and in the end.

use std::collections::BTreeMap;

use sync_core::model::Origin;
use sync_core::{Record, StateName};

use super::Play;
use crate::story::{Deed, ItemSpec, Kind, SHORT_LAG};
use crate::workers::Order;

impl Play<'_> {
    pub(super) fn origin(&self, id: &str) -> String {
        self.origins
            .get(id)
            .cloned()
            .unwrap_or_else(|| id.to_owned())
    }

    pub(super) fn excuse(&mut self, id: &str) {
        let origin = self.origin(id);
        *self.excuses.entry(origin).or_insert(0) += 1;
    }

    /// How many uploads of one exercise may have been accepted.
    fn allowed(&self, origin: &str) -> usize {
        let sends = if self.story.lag > SHORT_LAG { 2 } else { 1 };
        let is_renamed = self
            .origins
            .iter()
            .any(|(id, first)| first == origin && id != origin);
        // Each of the two hides what was sent before an edit.
        let hidden = usize::from(is_renamed) + usize::from(self.tally.restores > 0);
        let excuses = self.excuses.get(origin).copied().unwrap_or_default()
            + hidden * usize::from(self.edited.contains(origin))
            + self.removed_copies(origin);
        self.story.uploads_allowed.unwrap_or(sends * (1 + excuses))
    }

    /// Copies by another program that the engine took for an upload of unknown fate and that an order of the user removed: the upload
    /// itself is still there. The copy of a lookalike may stand for the upload, and the upload for the lookalike, until anyone removes the copy.
    fn removed_copies(&self, origin: &str) -> usize {
        let there = self.world.destination.activities();
        let alike = self.same_looks(origin);
        let is_refused = |activity: &String| {
            let mut records = self.records().into_iter();
            records.any(|(_, record)| record.not_ours.contains(activity))
        };
        let copies = self.copied.iter();
        let gone = copies.filter(|(activity, _)| !there.contains(*activity));
        let counts = gone.filter(|(activity, copied)| match self.origin(copied) {
            // A restored ledger does not know of the order any more.
            own if own == origin => self.tally.restores > 0 || is_refused(activity),
            other => alike.contains(&other),
        });
        counts.count()
    }

    /// The workouts that an activity without a time of day may be. A restored backup that knew of another send of the same day can give a
    /// workout its lookalike's activity: then one is sent twice and the other never, and both are there.
    fn lookalikes(&self, origin: &str) -> Vec<String> {
        match self.tally.restores > 0 {
            true => self.same_looks(origin),
            false => vec![origin.to_owned()],
        }
    }

    /// The workouts of the same day and kind.
    fn same_looks(&self, origin: &str) -> Vec<String> {
        let items = &self.story.items;
        let looks = |item: &ItemSpec| (item.day, item.kind);
        let own = items.iter().find(|item| item.id == origin).map(looks);
        let alike = items.iter().filter(|item| Some(looks(item)) == own);
        alike.map(|item| item.id.clone()).collect()
    }

    /// Whether another program copied a workout that looks like this one.
    pub(super) fn is_copied(&self, origin: &str) -> bool {
        let alike = self.same_looks(origin);
        self.copied.values().any(|copied| alike.contains(copied))
    }

    pub(super) fn exercises(&self, origin: &str) -> usize {
        let item = self.story.items.iter().find(|item| item.id == origin);
        match item.map(|item| item.kind) {
            Some(Kind::Session) => 2,
            _ => 1,
        }
    }

    pub(super) fn check(&self) {
        let there = self.world.destination.activities();
        let mut accepted = self.world.destination.accepted();
        // A workout whose activity was removed, by a command or because the rest of the session was
        // refused, may be sent once more.
        accepted.retain(|upload| there.contains(&upload.activity));
        for upload in &accepted {
            let origin = self.origin(&upload.item);
            let alike = self.lookalikes(&origin);
            let times = accepted.iter().filter(|other| {
                let same = alike.len() > 1 || other.start == upload.start;
                same && alike.contains(&self.origin(&other.item))
            });
            let times = times.count();
            let mut allowed: usize = alike.iter().map(|id| self.allowed(id)).sum();
            if alike.len() > 1 {
                allowed *= self.exercises(&origin);
            }
            assert!(
                times <= allowed,
                "the exercise of workout {origin} at {} was accepted {times} times, and {allowed} are allowed{}",
                upload.start,
                self.histories()
            );
        }
        for activity in &self.foreign {
            assert!(
                there.contains(activity),
                "activity {activity} was removed, and the engine did not create it"
            );
        }
        self.check_records();
    }

    fn check_records(&self) {
        let accepted = self.world.destination.accepted();
        let mut owners: BTreeMap<String, String> = BTreeMap::new();
        for (id, record) in self.records() {
            for part in &record.parts {
                let Some(activity) = part.receipt.activity_id.clone() else {
                    continue;
                };
                if let Origin::Sent(_) = part.origin {
                    let is_accepted = accepted.iter().any(|upload| upload.activity == activity);
                    assert!(
                        is_accepted || self.copied.contains_key(&activity),
                        "workout {id} is on record as delivered, and activity {activity} was never accepted"
                    );
                }
                if let Some(other) = owners.insert(activity.clone(), id.clone()) {
                    panic!("activity {activity} is on record for the workouts {other} and {id}");
                }
            }
        }
    }

    /// The histories in the ledger, for the message of a broken invariant.
    pub(super) fn histories(&self) -> String {
        let lines = self.records().into_iter().flat_map(|(id, record)| {
            let lines = record.history.into_iter();
            lines.map(move |entry| format!("\nworkout {id}, {}: {}", entry.at, entry.what))
        });
        lines.collect()
    }

    pub(super) fn records(&self) -> BTreeMap<String, Record> {
        let documents = self.documents().into_iter();
        let records = documents.filter_map(|document| {
            let id = document.name.strip_prefix("item/")?.to_owned();
            let record: Record = serde_json::from_str(&document.body).unwrap();
            let is_open = !record.is_settled();
            assert_eq!(document.open, is_open, "the column `open` of workout {id}");
            assert_eq!(
                document.day,
                Some(record.item.day()),
                "the day of workout {id}"
            );
            Some((id, record))
        });
        records.collect()
    }

    pub(super) fn check_end(&mut self, records: &BTreeMap<String, Record>) {
        // An undo that was interrupted is finished by a run; a skip counts once it was confirmed, or may.
        let skipped = |id: &str| {
            let mut deeds = self.story.deeds.iter();
            deeds.any(|deed| match deed {
                Deed::Start {
                    order: Order::Skip(skipped) | Order::Undo(skipped),
                    ..
                } => skipped == id,
                _ => false,
            })
        };
        for id in self.world.source.ids() {
            let record = &records[&id];
            self.tally.workouts += 1;
            self.tally.duplicates += record.duplicates.len();
            match record.state.name() {
                StateName::Delivered | StateName::Linked => self.check_arrival(&id, records),
                StateName::Tombstoned => {
                    assert!(skipped(&id), "nothing ordered that: {record:#?}");
                }
                StateName::Parked | StateName::Rejected => self.tally.parked += 1,
                other => panic!("workout {id} ended as {other}: {record:#?}"),
            }
        }
    }

    /// A workout that is marked as done arrived, or was there.
    fn check_arrival(&self, id: &str, records: &BTreeMap<String, Record>) {
        let (origin, record) = (self.origin(id), &records[id]);
        assert!(
            record.parts.len() >= self.world.source.exercises(id).len() || record.same_as.is_some(),
            "workout {id} is marked as done, and not all of it is: {record:#?}"
        );
        // The listing may show hours later an upload of the ledger before the restored one.
        let lost_track = self.tally.restores > 0 && self.story.lag > SHORT_LAG;
        if lost_track {
            return;
        }
        // An upload and a copy by another program that look alike are not distinguishable.
        let alike = match self.is_copied(&origin) {
            true => self.same_looks(&origin),
            false => self.lookalikes(&origin),
        };
        let is_alike = |id: &str| alike.contains(&self.origin(id));
        let accepted = self.world.destination.accepted();
        let arrived = accepted
            .iter()
            .filter(|upload| is_alike(&upload.item))
            .count();
        let copies = self
            .copied
            .values()
            .filter(|copied| alike.contains(copied))
            .count();
        let sent = |record: &Record| {
            let is_ours = |activity: &String| !self.copied.contains_key(activity);
            let parts = record.parts.iter().filter(|part| {
                let activity = part.receipt.activity_id.as_ref();
                part.origin.is_sent() && activity.is_none_or(is_ours)
            });
            parts.count()
        };
        let claimed: usize = records
            .iter()
            .filter(|(id, record)| is_alike(id) && record.same_as.is_none())
            .map(|(_, record)| sent(record))
            .sum();
        assert!(
            claimed <= arrived + copies,
            "workout {id} is marked as done; {claimed} sent exercises of workouts that look like it are on record, {arrived} arrived: {record:#?}"
        );
    }
}

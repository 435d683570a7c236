//! Activities that appear after a delivery and equal it: perhaps another program's copies.

use std::collections::BTreeMap;

use super::Near;
use super::matcher::{self, Match, Prior};
use crate::destination::Activity;
use crate::model::{Part, Record};

/// Activities that may be duplicates, from the listings that a run reads anyway, by the activity's identifier.
pub(crate) type Suspects = BTreeMap<String, Suspect>;

/// An activity that equals what was delivered of a workout.
#[derive(Debug, Clone)]
pub(crate) struct Suspect {
    /// The delivered workout.
    pub(crate) id: String,
    /// What speaks for it.
    pub(crate) evidence: String,
}

/// Compares a listing with the delivered parts of the records near its days. An activity that is a suspect already is skipped.
pub(crate) fn find_duplicates(suspects: &mut Suspects, near: &Near, listing: &[Activity]) {
    for activity in listing {
        let is_taken = near.values().any(|record| knows(record, &activity.id));
        if is_taken || suspects.contains_key(&activity.id) {
            continue;
        }
        let mut delivered = near.values().filter(|record| was_delivered(record));
        let suspect = delivered.find_map(|record| {
            let id = record.item.id.clone();
            let evidence = record
                .parts
                .iter()
                .find_map(|part| equals(part, activity))?;
            Some(Suspect { id, evidence })
        });
        suspects.extend(suspect.map(|suspect| (activity.id.clone(), suspect)));
    }
}

/// The engine sent it, and its own activities are known: a copy cannot be mistaken for them.
fn was_delivered(record: &Record) -> bool {
    record.state.name().is_at_destination() && record.can_be_undone()
}

/// Whether the record names the activity: as its own, as not its own, or as a possible duplicate.
pub(crate) fn knows(record: &Record, activity: &str) -> bool {
    record.activity_ids().any(|id| id == activity)
        || record.not_ours.iter().any(|id| id == activity)
        || record
            .duplicates
            .iter()
            .any(|duplicate| duplicate.activity == activity)
}

/// An activity that equals what was delivered of a workout, and is no workout's as far as is known.
pub(crate) fn lookalike<'l>(
    near: &Near,
    record: &Record,
    listing: &'l [Activity],
) -> Option<&'l Activity> {
    let is_free = |activity: &Activity| {
        let mut taken = near.values().flat_map(Record::activity_ids);
        taken.all(|id| id != activity.id) && !record.not_ours.contains(&activity.id)
    };
    let equals = |activity: &Activity| {
        record
            .parts
            .iter()
            .any(|part| equals(part, activity).is_some())
    };
    listing
        .iter()
        .find(|activity| is_free(activity) && equals(activity))
}

fn equals(part: &Part, activity: &Activity) -> Option<String> {
    match matcher::compare(&part.facts, activity, Prior::Existing) {
        Match::Same(evidence) => Some(evidence.to_string()),
        _ => None,
    }
}

//! Evidence beside the lookup itself: absence, a workout made anew, a lookalike without a number.

use super::lookup::Near;
use super::matcher::{self, Prior};
use crate::Item;
use crate::destination::Activity;
use crate::model::{Facts, Intent, Part, Record, State};

/// Whether the listing shows something that was created after a send had ended: a later delivery of
/// ours, or an activity with a higher number than such a delivery. Activities that were created
/// before are then listed as well.
///
/// An activity that merely is new proves nothing: another program may have created it before the send, and the listing may lag.
pub(crate) fn shows_later(near: &Near, intent: &Intent, listing: &[Activity]) -> bool {
    let later: Vec<&str> = near
        .values()
        .flat_map(|record| &record.parts)
        .filter(|part| part.sent_at.is_some_and(|at| at >= intent.ends_by))
        .filter_map(|part| part.receipt.activity_id.as_deref())
        .collect();
    let number = |id: &str| id.parse::<u64>().ok();
    let lowest = later.iter().filter_map(|id| number(id)).min();
    listing.iter().any(|activity| {
        let is_higher = lowest
            .zip(number(&activity.id))
            .is_some_and(|(ours, theirs)| theirs > ours);
        is_higher || later.contains(&activity.id.as_str())
    })
}

/// Whether the source names `old` and `new` as one workout, and `old` is at the destination or may be, or the user excluded it.
pub(crate) fn is_other_id(old: &Record, new: &Item) -> bool {
    let is_settled = || {
        let is_excluded = matches!(old.state, State::Tombstoned { .. });
        is_excluded || old.same_as.is_some() || was_sent(old)
    };
    let is_one = || old.item.ids().any(|id| new.ids().any(|other| id == other));
    old.item.id != new.id && is_settled() && is_one()
}

/// Whether the source may have created `old` anew as `new`: it starts at the same second and agrees in duration and distance, and `old`
/// is at the destination or may be. Another format of one recording has slightly other totals. A workout that the user excluded is no
/// proof: of two that look the same, the engine moves the other one.
pub(crate) fn is_recreated(old: &Record, new: &Item) -> bool {
    let knows_nothing = |item: &Item| item.duration_ms.is_none() && item.distance_m.is_none();
    let mut before = Activity::new(&old.item.id);
    before.start = Some(old.item.start);
    before.start_utc = old.item.start_utc;
    before.duration_ms = old.item.duration_ms;
    before.distance_m = old.item.distance_m;
    before.sport.clone_from(&old.item.sport);
    let agrees = || matcher::compare(&Facts::of_item(new), &before, Prior::Existing).is_same();
    was_sent(old)
        && old.same_as.is_none()
        && old.item.id != new.id
        && (old.item.start - new.start).num_seconds() == 0
        && ((knows_nothing(&old.item) && knows_nothing(new)) || agrees())
}

/// Whether a workout is at the destination, in part at least, or perhaps there.
fn was_sent(record: &Record) -> bool {
    !record.parts.is_empty() || record.state.intent().is_some()
}

/// A workout of which another exercise has no known activity either, and could be the same one. Where both want the same steps, it does not
/// matter which.
pub(crate) fn unnamed_lookalike(
    near: &Near,
    record: &Record,
    part: &Part,
    time_of_day: bool,
) -> Option<String> {
    let wanted = |part: &Part| part.finish.as_ref().map(|finish| finish.wanted.clone());
    let is_alike = |theirs: &Part, time_of_day| {
        theirs.receipt.activity_id.is_none()
            && wanted(theirs) != wanted(part)
            && matcher::alike(&part.facts, &theirs.facts, time_of_day)
    };
    let mut others = near.values().filter(|it| it.item.id != record.item.id);
    let other = others.find(|it| it.parts.iter().any(|theirs| is_alike(theirs, false)));
    // Exercises of one session follow each other.
    let is_own = |theirs: &Part| is_alike(theirs, time_of_day);
    let own = Some(record).filter(|record| record.parts.iter().any(is_own));
    other.or(own).map(|it| it.item.id.clone())
}

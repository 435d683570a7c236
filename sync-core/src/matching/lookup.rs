//! Looking a workout up among the activities at the destination, with everything the ledger knows about whose they are.

use std::collections::BTreeSet;

use super::matcher::{self, Match, Prior};
use crate::Item;
use crate::destination::Activity;
use crate::model::{Facts, Intent, Part, Reason, Record, State};

/// The result of a lookup.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Found {
    /// Exactly this activity is our workout.
    One { activity: String, evidence: String },
    /// It is certainly not there.
    Nothing,
    /// The facts do not decide; the lines list the evidence for each activity.
    Ambiguous(Vec<String>),
    /// The fate of a workout that looks like this one has to be known first.
    Contended(Reason),
    /// The listing lacks activities that were delivered: it proves nothing.
    Untrusted(Reason),
    /// It would be this one, but that belongs to another workout.
    Taken { activity: String, evidence: String },
}

/// The records of the days around a workout.
pub(crate) type Near = std::collections::BTreeMap<String, Record>;

/// How many delivered activities have to be missing, all at once, before a listing is not believed any more.
const MISSING_TO_DISTRUST: usize = 3;

/// A question to the listing.
pub(crate) struct Lookup<'a> {
    /// The workout that is looked for.
    pub(crate) id: &'a str,
    /// The facts by which it is recognised.
    pub(crate) facts: &'a Facts,
    /// The activities that were there before we sent; `None` when we did not send.
    pub(crate) pre_image: Option<&'a [String]>,
    /// Which exercise of it was sent; `None` when we did not send.
    part: Option<usize>,
    /// The key of the delivery, where the destination keeps it.
    key: &'a str,
    /// Exercises of it that are there already.
    pub(crate) parts: &'a [Part],
    /// Activities that the user declared not to be this workout.
    pub(crate) not_ours: &'a [String],
    /// The user declared the listing complete.
    pub(crate) trusted: bool,
    /// Other workouts that are not at the destination as far as the ledger knows, and might claim the same activity.
    pub(crate) peers: &'a [(String, Facts)],
}

impl<'a> Lookup<'a> {
    /// Is a workout there that we did not send?
    pub(crate) fn before_send(
        record: &'a Record,
        facts: &'a Facts,
        key: &'a str,
        peers: &'a [(String, Facts)],
    ) -> Self {
        Self {
            id: &record.item.id,
            facts,
            pre_image: None,
            part: None,
            key,
            parts: &record.parts,
            not_ours: &record.not_ours,
            trusted: record.listing_trusted,
            peers,
        }
    }

    /// Did a workout that we sent appear?
    pub(crate) fn after_send(
        record: &'a Record,
        intent: &'a Intent,
        key: &'a str,
        peers: &'a [(String, Facts)],
    ) -> Self {
        Self {
            id: &record.item.id,
            facts: &intent.facts,
            pre_image: Some(&intent.pre_image),
            part: Some(intent.part),
            key,
            parts: &record.parts,
            not_ours: &record.not_ours,
            trusted: record.listing_trusted,
            peers,
        }
    }

    fn prior(&self) -> Prior {
        if self.pre_image.is_some() {
            Prior::AppearedAfterSend
        } else {
            Prior::Existing
        }
    }

    /// Answers the question from one listing of the destination.
    pub(crate) fn answer(&self, near: &Near, listing: &[Activity]) -> Found {
        if !self.trusted
            && let Some(reason) = distrust(near, self.facts, listing)
        {
            return Found::Untrusted(reason);
        }
        // Equal keys settle it: the destination says itself that it came from this delivery.
        let has_key = |activity: &&Activity| activity.key.as_deref() == Some(self.key);
        let ours = |activity: &&Activity| !self.not_ours.contains(&activity.id);
        if let Some(activity) = listing.iter().filter(ours).find(has_key) {
            return Found::One {
                activity: activity.id.clone(),
                evidence: "the same key".to_owned(),
            };
        }
        let candidates = self.candidates(near, listing);
        let mut same = Vec::new();
        let mut unsure = Vec::new();
        for activity in candidates.free {
            match matcher::compare(self.facts, activity, self.prior()) {
                Match::Same(evidence) => same.push((activity, evidence)),
                Match::Unsure(evidence) => unsure.push((activity, evidence)),
                _ => {}
            }
        }
        // After a restored backup what appeared may be a workout that this ledger does not know to be sent.
        let (ours, theirs) = same
            .into_iter()
            .partition(|(activity, _)| !self.fits_a_peer_better(activity));
        (same, unsure) = (ours, [unsure, theirs].concat());
        if same.is_empty() {
            if unsure.is_empty() {
                return self.unless_explained(&candidates.explained);
            }
            let lines = unsure
                .iter()
                .map(|(a, e)| format!("activity {}: {e}", a.id));
            return Found::Ambiguous(lines.collect());
        }
        let activities: Vec<&Activity> = same.iter().map(|(activity, _)| *activity).collect();
        let rivals = match self.rivals(near, &activities) {
            Ok(rivals) => rivals,
            Err(contended) => return contended,
        };
        match self.pair(&rivals, &activities) {
            Some(index) => Found::One {
                activity: same[index].0.id.clone(),
                evidence: same[index].1.to_string(),
            },
            None => {
                let mut lines: Vec<String> = same
                    .iter()
                    .map(|(a, e)| format!("activity {}: {e}", a.id))
                    .collect();
                lines.extend(
                    rivals
                        .iter()
                        .map(|r| format!("workout {} looks the same", r.id)),
                );
                Found::Ambiguous(lines)
            }
        }
    }

    /// Whether an unsent workout is certainly what the activity is, and ours is only because it appeared.
    fn fits_a_peer_better(&self, activity: &Activity) -> bool {
        let is_certain = |facts| matcher::compare(facts, activity, Prior::Existing).is_same();
        let mut others = self.peers.iter().filter(|(id, _)| id != self.id);
        self.pre_image.is_some()
            && !is_certain(self.facts)
            && others.any(|(_, facts)| is_certain(facts))
    }

    /// Nothing is free. But what we sent may be what another delivery, whose answer named no activity, is taken to have become: if that
    /// one's was deleted in the meantime, for example. Then it must not be sent again.
    fn unless_explained(&self, explained: &[&Activity]) -> Found {
        let ours = |activity: &&&Activity| {
            let verdict = matcher::compare(self.facts, activity, self.prior());
            self.pre_image.is_some() && !verdict.is_different()
        };
        let lines: Vec<String> = explained
            .iter()
            .filter(ours)
            .map(|activity| {
                format!(
                    "activity {} appeared, but may be what another delivery became: its answer named none",
                    activity.id
                )
            })
            .collect();
        match lines.is_empty() {
            true => Found::Nothing,
            false => Found::Ambiguous(lines),
        }
    }

    /// Deliveries whose answer named no activity: each is one of the activities listed, or is not shown yet.
    fn nameless<'b>(&'b self, near: &'b Near) -> impl Iterator<Item = &'b Part> {
        let others = near
            .values()
            .filter(|record| record.item.id != self.id)
            .flat_map(|record| &record.parts);
        let own = self.parts.iter().enumerate();
        own.filter(|(index, _)| Some(*index) != self.part)
            .map(|(_, part)| part)
            .chain(others)
            .filter(|part| part.receipt.activity_id.is_none())
    }

    /// The activities that may be ours: not there before, and not known to be another workout's.
    fn candidates<'l>(&self, near: &Near, listing: &'l [Activity]) -> Candidates<'l> {
        let taken = taken_ids(near);
        let before: BTreeSet<&str> = self
            .pre_image
            .unwrap_or_default()
            .iter()
            .map(String::as_str)
            .collect();
        // The record in hand may be ahead of the book's.
        let own: Vec<&str> = self
            .parts
            .iter()
            .filter_map(|part| part.receipt.activity_id.as_deref())
            .collect();
        let mut free: Vec<&Activity> = listing
            .iter()
            .filter(|activity| !taken.contains(activity.id.as_str()))
            // With another key it came from another delivery.
            .filter(|activity| activity.key.is_none() || self.key.is_empty())
            .filter(|activity| !self.not_ours.contains(&activity.id))
            .filter(|activity| !own.contains(&activity.id.as_str()))
            .collect();
        let is_new = |activity: &Activity| !before.contains(activity.id.as_str());
        let mut explained = Vec::new();
        for part in self.nameless(near) {
            // The one that fits it best; of what it can be, it was there before we sent rather than appearing only now.
            let fits = free.iter().enumerate().filter_map(|(index, activity)| {
                if part.pre_image.contains(&activity.id) {
                    return None;
                }
                match matcher::compare(&part.facts, activity, Prior::AppearedAfterSend) {
                    Match::Same(evidence) => Some((index, evidence.deviation)),
                    _ => None,
                }
            });
            let best = fits.min_by(|a, b| {
                let news = is_new(free[a.0]).cmp(&is_new(free[b.0]));
                news.then(a.1.total_cmp(&b.1))
            });
            if let Some((index, _)) = best {
                explained.push(free.remove(index));
            }
        }
        free.retain(|activity| is_new(activity));
        explained.retain(|activity| is_new(activity));
        Candidates { free, explained }
    }

    /// Other workouts that could claim one of `activities` with the same right.
    fn rivals(&self, near: &Near, activities: &[&Activity]) -> Result<Vec<Rival>, Found> {
        let mut rivals = Vec::new();
        for record in near.values().filter(|record| record.item.id != self.id) {
            let Some(intent) = record.state.intent() else {
                continue;
            };
            let claim = |activity: &&Activity| match intent.pre_image.contains(&activity.id) {
                true => Claim::None,
                false => Claim::of(&intent.facts, activity, Prior::AppearedAfterSend),
            };
            let claims: Vec<Claim> = activities.iter().map(claim).collect();
            if claims.iter().all(|claim| *claim == Claim::None) {
                continue;
            }
            // A workout that was not sent has time: the other's fate comes out by itself.
            let will_come_out =
                self.pre_image.is_none() && matches!(record.state, State::Unsure { .. });
            if is_being_sent(record) || will_come_out {
                let id = record.item.id.clone();
                return Err(Found::Contended(Reason::LookalikeOpen { id }));
            }
            rivals.push(Rival {
                id: record.item.id.clone(),
                order: (intent.facts.start, record.item.id.clone()),
                claims,
            });
        }
        // Once something of ours appeared, workouts that were never sent have no claim on it.
        if self.pre_image.is_none() {
            for (id, facts) in self.peers.iter().filter(|(id, _)| id != self.id) {
                let claims = claims(facts, activities, Prior::Existing);
                let has_claim = claims.iter().any(|claim| *claim != Claim::None);
                if has_claim && rivals.iter().all(|rival| rival.id != *id) {
                    rivals.push(Rival {
                        id: id.clone(),
                        order: (facts.start, id.clone()),
                        claims,
                    });
                }
            }
        }
        Ok(rivals)
    }

    /// Which of `activities` is ours, when all rivals get theirs as well. A way in which each gets one of its own day counts more than one
    /// that takes a day for a neighbouring one.
    fn pair(&self, rivals: &[Rival], activities: &[&Activity]) -> Option<usize> {
        let mut columns: Vec<usize> = (0..activities.len()).collect();
        columns.sort_by_key(|index| creation_order(&activities[*index].id));
        let own = Rival {
            id: self.id.to_owned(),
            order: (self.facts.start, self.id.to_owned()),
            claims: claims(self.facts, activities, self.prior()),
        };
        let mut rows: Vec<&Rival> = rivals.iter().chain([&own]).collect();
        rows.sort_by(|a, b| a.order.cmp(&b.order));
        let own_row = rows.iter().position(|row| row.order == own.order)?;
        let matrix = |least: Claim| -> Vec<Vec<bool>> {
            let row = |rival: &&Rival| {
                columns
                    .iter()
                    .map(|index| rival.claims[*index] >= least)
                    .collect()
            };
            rows.iter().map(row).collect()
        };
        let pairs = matcher::pair_up(&matrix(Claim::Plain));
        let pairs = pairs.or_else(|| matcher::pair_up(&matrix(Claim::Shifted)))?;
        columns.get(*pairs.get(own_row)?).copied()
    }
}

/// The activities of a listing that were not there before.
struct Candidates<'l> {
    /// Linked to no workout, as far as the ledger knows.
    free: Vec<&'l Activity>,
    /// Probably what another delivery became.
    explained: Vec<&'l Activity>,
}

struct Rival {
    id: String,
    order: (chrono::NaiveDateTime, String),
    /// On each of the activities.
    claims: Vec<Claim>,
}

/// A workout's claim on an activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Claim {
    None,
    /// It is that one, if one of the two has the wrong zone.
    Shifted,
    Plain,
}

impl Claim {
    fn of(facts: &Facts, activity: &Activity, prior: Prior) -> Self {
        match matcher::compare(facts, activity, prior) {
            Match::Same(evidence) if evidence.is_shifted => Self::Shifted,
            Match::Same(_) => Self::Plain,
            _ => Self::None,
        }
    }
}

fn claims(facts: &Facts, activities: &[&Activity], prior: Prior) -> Vec<Claim> {
    let claim = |activity: &&Activity| Claim::of(facts, activity, prior);
    activities.iter().map(claim).collect()
}

fn is_being_sent(record: &Record) -> bool {
    matches!(record.state, State::Sending { .. }) && record.lease.is_some()
}

/// Activities that are known to belong to a workout.
fn taken_ids(near: &Near) -> BTreeSet<&str> {
    near.values()
        .flat_map(|record| &record.parts)
        .filter_map(|part| part.receipt.activity_id.as_deref())
        .collect()
}

/// Ids of most services count upwards; as text, shorter is smaller.
fn creation_order(id: &str) -> (usize, String) {
    (id.len(), id.to_owned())
}

/// A listing that shows none of several activities we delivered on these days is not believed when it shows nothing else.
fn distrust(near: &Near, facts: &Facts, listing: &[Activity]) -> Option<Reason> {
    let days = crate::Window::around(facts.day(), 1);
    let delivered = near
        .values()
        .flat_map(|record| &record.parts)
        .filter(|part| days.contains(part.facts.day()))
        .filter(|part| part.receipt.activity_id.is_some())
        .count();
    let shows_nothing = listing
        .iter()
        .all(|activity| activity.day.is_some_and(|day| !days.contains(day)));
    (delivered >= MISSING_TO_DISTRUST && shows_nothing).then(|| Reason::ListingIncomplete {
        day: facts.day(),
        delivered,
    })
}

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

/// Whether the source may have created `old` anew as `new`: the same start, duration and distance, and `old` is at the destination or
/// may be.
pub(crate) fn is_recreated(old: &Record, new: &Item) -> bool {
    // At the destination, in part at least, or perhaps there.
    let was_sent = !old.parts.is_empty() || old.state.intent().is_some();
    let seconds = |item: &Item| item.duration_ms.map(|ms| ms / 1000);
    let metres = |item: &Item| item.distance_m.map(|metres| metres.round() as i64);
    was_sent
        && old.item.id != new.id
        && old.same_as.is_none()
        && (old.item.start - new.start).num_seconds() == 0
        && seconds(&old.item) == seconds(new)
        && metres(&old.item) == metres(new)
}

/// Another workout whose activity is not known either, and could be the same one. Where both want the same steps, it does not matter
/// which.
pub(crate) fn unnamed_lookalike(near: &Near, record: &Record, part: &Part) -> Option<String> {
    let wanted = |part: &Part| part.finish.as_ref().map(|finish| finish.wanted.clone());
    let others = near
        .values()
        .filter(|other| other.item.id != record.item.id);
    let mut parts = others.flat_map(|other| other.parts.iter().map(move |part| (other, part)));
    let lookalike = parts.find(|(_, theirs)| {
        theirs.receipt.activity_id.is_none()
            && wanted(theirs) != wanted(part)
            && matcher::alike(&part.facts, &theirs.facts, false)
    });
    lookalike.map(|(other, _)| other.item.id.clone())
}

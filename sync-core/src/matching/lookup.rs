//! Looking a workout up among the activities at the destination, with everything the ledger knows about whose they are.

use std::collections::BTreeSet;

use super::matcher::{self, Evidence, Match, Prior};
use super::rivals::Rival;
use crate::destination::Activity;
use crate::model::{Facts, Part, Reason, Record};

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
    pub(crate) record: &'a Record,
    /// The facts by which it is recognised.
    pub(crate) facts: &'a Facts,
    /// Which exercise of it, counted from 0.
    pub(crate) part: usize,
    /// The activities that were listed before the send that it is looked for after; `None` when we did not send.
    pub(crate) before: Option<&'a [String]>,
    /// The keys of the delivery, where the destination keeps them: the first is that of a send.
    pub(crate) keys: &'a [String],
    /// Workouts other than `record` that are not at the destination as far as the ledger knows, and might claim the same activity.
    pub(crate) peers: &'a [(String, Facts)],
}

impl Lookup<'_> {
    pub(super) fn id(&self) -> &str {
        &self.record.item.id
    }

    /// Answers the question from one listing of the destination.
    pub(crate) fn answer(&self, near: &Near, listing: &[Activity]) -> Found {
        if !self.record.listing_trusted
            && let Some(reason) = distrust(near, self.facts, listing)
        {
            return Found::Untrusted(reason);
        }
        // Equal keys settle it: the destination says itself that it came from this delivery.
        let has_key = |activity: &&Activity| activity.key.iter().any(|key| self.keys.contains(key));
        let ours = |activity: &&Activity| !self.record.not_ours.contains(&activity.id);
        if let Some(activity) = listing.iter().filter(ours).find(has_key) {
            return Found::One {
                activity: activity.id.clone(),
                evidence: "the same key".to_owned(),
            };
        }
        let (free, explained) = self.candidates(near, listing);
        let prior = Prior::of(self.before.is_some());
        let mut same = Vec::new();
        let mut unsure = Vec::new();
        for activity in free {
            match matcher::compare(self.facts, activity, prior) {
                Match::Same(evidence) => same.push((activity, evidence)),
                Match::Unsure(evidence) => unsure.push((activity, evidence)),
                _ => {}
            }
        }
        // After a restored backup what appeared may be a workout that this ledger does not know to be sent.
        let may_be_theirs = |(activity, evidence): &mut (&Activity, Evidence)| {
            self.fits_a_peer_better(activity)
                || self.may_be_lost(near, activity)
                || (evidence.is_shifted && self.may_be_of_its_day(activity))
        };
        unsure.extend(same.extract_if(.., may_be_theirs));
        let line = |(activity, evidence): &(&Activity, Evidence)| {
            format!("activity {}: {evidence}", activity.id)
        };
        if same.is_empty() {
            if unsure.is_empty() {
                return self.unless_explained(&explained);
            }
            return Found::Ambiguous(unsure.iter().map(line).collect());
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
                let rival = |rival: &Rival| format!("workout {} looks the same", rival.id);
                let lines = same.iter().map(line).chain(rivals.iter().map(rival));
                Found::Ambiguous(lines.collect())
            }
        }
    }

    /// Whether an unsent workout is certainly what the activity is, and ours is only because it appeared.
    fn fits_a_peer_better(&self, activity: &Activity) -> bool {
        let is_certain = |facts| matcher::compare(facts, activity, Prior::Existing).is_same();
        let mut peers = self.peers.iter();
        self.before.is_some() && !is_certain(self.facts) && peers.any(|(_, it)| is_certain(it))
    }

    /// Whether the activity may be a send of another workout that was given up, and appears after all.
    fn may_be_lost(&self, near: &Near, activity: &Activity) -> bool {
        let others = near.values().filter(|other| other.item.id != self.id());
        let lost = others.flat_map(|other| &other.lost_sends);
        let mut facts = lost.filter_map(|lost| lost.facts.as_ref());
        facts.any(|facts| matcher::compare(facts, activity, Prior::AppearedAfterSend).is_same())
    }

    /// Whether a longer workout of the activity's own day may have it as one of its exercises, of which the listing knows nothing.
    fn may_be_of_its_day(&self, activity: &Activity) -> bool {
        let longest = |facts: &Facts| facts.durations_ms.iter().max().copied();
        let holds = |facts: &Facts| {
            Some(facts.day()) == activity.day && longest(facts) > activity.duration_ms
        };
        self.peers.iter().any(|(_, facts)| holds(facts))
    }

    /// Nothing is free. But what we sent may be what another delivery, whose answer named no activity, is taken to have become: if that
    /// one's was deleted in the meantime, for example. Then it must not be sent again.
    fn unless_explained(&self, explained: &[&Activity]) -> Found {
        let mut lines = Vec::new();
        for activity in explained {
            let verdict = matcher::compare(self.facts, activity, Prior::AppearedAfterSend);
            if self.before.is_some() && !verdict.is_different() {
                let id = &activity.id;
                lines.push(format!(
                    "activity {id} appeared, but may be what another delivery became: its answer named none"
                ));
            }
        }
        match lines.is_empty() {
            true => Found::Nothing,
            false => Found::Ambiguous(lines),
        }
    }

    /// Deliveries whose answer named no activity: each is one of the activities listed, or is not shown yet.
    fn nameless<'b>(&'b self, near: &'b Near) -> impl Iterator<Item = &'b Part> {
        let others = near.values().filter(|record| record.item.id != self.id());
        let others = others.flat_map(|record| &record.parts);
        let own = self.record.parts.iter().enumerate();
        own.filter(|(index, _)| *index != self.part)
            .map(|(_, part)| part)
            .chain(others)
            .filter(|part| part.receipt.activity_id.is_none())
    }

    /// With another key it came from another delivery: of another workout of this source, or of the same workout by another route. What
    /// we sent would carry our key.
    fn may_be_ours_by_key(&self, activity: &Activity) -> bool {
        let source = |key: &str| key.split(':').next().map(str::to_owned);
        match (&activity.key, self.keys.first()) {
            (Some(key), Some(own)) => self.before.is_none() && source(key) != source(own),
            _ => true,
        }
    }

    /// The activities that were not there before: those that are linked to no workout, as far as the ledger knows, and those that are
    /// probably what another delivery became.
    fn candidates<'l>(
        &self,
        near: &Near,
        listing: &'l [Activity],
    ) -> (Vec<&'l Activity>, Vec<&'l Activity>) {
        let before = self.before.into_iter().flatten();
        let before: BTreeSet<&str> = before.map(String::as_str).collect();
        // The record in hand may be ahead of the ledger's.
        let known = near.values().chain([self.record]);
        let taken: BTreeSet<&str> = known.flat_map(Record::activity_ids).collect();
        let mut free: Vec<&Activity> = listing
            .iter()
            .filter(|activity| !taken.contains(activity.id.as_str()))
            .filter(|activity| self.may_be_ours_by_key(activity))
            .filter(|activity| !self.record.not_ours.contains(&activity.id))
            .collect();
        let is_new = |activity: &Activity| !before.contains(activity.id.as_str());
        let mut explained = Vec::new();
        for part in self.nameless(near) {
            // The one that fits it best; of what it can be, it was there before we sent rather than appearing only now.
            let fits =
                free.iter().enumerate().filter_map(|(index, activity)| {
                    match matcher::compare(&part.facts, activity, Prior::AppearedAfterSend) {
                        _ if part.pre_image.contains(&activity.id) => None,
                        Match::Same(fit) => Some((index, is_new(activity), fit.deviation)),
                        _ => None,
                    }
                });
            let best = fits.min_by(|a, b| a.1.cmp(&b.1).then(a.2.total_cmp(&b.2)));
            explained.extend(best.map(|(index, ..)| free.remove(index)));
        }
        free.retain(|activity| is_new(activity));
        explained.retain(|activity| is_new(activity));
        (free, explained)
    }
}

/// A listing that shows none of several activities we delivered on these days is not believed when it shows nothing else.
fn distrust(near: &Near, facts: &Facts, listing: &[Activity]) -> Option<Reason> {
    let day = facts.day();
    let days = crate::Window::around(day, 1);
    let delivered = near.values().flat_map(|record| &record.parts);
    let delivered = delivered.filter(|part| part.receipt.activity_id.is_some());
    let delivered = delivered
        .filter(|part| days.contains(part.facts.day()))
        .count();
    let is_elsewhere = |day| !days.contains(day);
    let shows_nothing = listing
        .iter()
        .all(|activity| activity.day.is_some_and(is_elsewhere));
    let reason = Reason::ListingIncomplete { day, delivered };
    (delivered >= MISSING_TO_DISTRUST && shows_nothing).then_some(reason)
}

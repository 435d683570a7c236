//! Several workouts that could claim the same activity: which of them is which.

use super::lookup::{Found, Lookup, Near};
use super::matcher::{self, Match, Prior};
use crate::destination::Activity;
use crate::model::{Facts, Reason, Record, State};

pub(super) struct Rival {
    start: chrono::NaiveDateTime,
    pub(super) id: String,
    /// On each of the activities.
    claims: Vec<Claim>,
}

impl Rival {
    fn new(id: &str, facts: &Facts, claims: Vec<Claim>) -> Self {
        let (start, id) = (facts.start, id.to_owned());
        Self { start, id, claims }
    }

    fn has_claim(&self) -> bool {
        self.claims.iter().any(|claim| *claim != Claim::None)
    }
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

impl Lookup<'_> {
    /// Other workouts that could claim one of `activities` with the same right.
    pub(super) fn rivals(
        &self,
        near: &Near,
        activities: &[&Activity],
    ) -> Result<Vec<Rival>, Found> {
        let mut rivals = Vec::new();
        for record in near.values().filter(|record| record.item.id != self.id()) {
            let Some(intent) = record.state.intent() else {
                continue;
            };
            let claim = |activity: &&Activity| match intent.pre_image.contains(&activity.id) {
                true => Claim::None,
                false => Claim::of(&intent.facts, activity, Prior::AppearedAfterSend),
            };
            let claims = activities.iter().map(claim).collect();
            let rival = Rival::new(&record.item.id, &intent.facts, claims);
            if !rival.has_claim() {
                continue;
            }
            // A workout that was not sent has time: the other's fate comes out by itself.
            let will_come_out =
                self.before.is_none() && matches!(record.state, State::Unsure { .. });
            if is_being_sent(record) || will_come_out {
                let id = rival.id;
                return Err(Found::Contended(Reason::LookalikeOpen { id }));
            }
            rivals.push(rival);
        }
        // Once something of ours appeared, workouts that were never sent have no claim on it.
        if self.before.is_none() {
            for (id, facts) in self.peers.iter().filter(|(id, _)| id != self.id()) {
                let peer = Rival::new(id, facts, claims(facts, activities, Prior::Existing));
                if peer.has_claim() && rivals.iter().all(|rival| rival.id != *id) {
                    rivals.push(peer);
                }
            }
        }
        Ok(rivals)
    }

    /// Which of `activities` is ours, when all rivals get theirs as well. A pairing within the same days is preferred to one across days.
    pub(super) fn pair(&self, rivals: &[Rival], activities: &[&Activity]) -> Option<usize> {
        let mut columns: Vec<usize> = (0..activities.len()).collect();
        columns.sort_by_key(|index| creation_order(&activities[*index].id));
        let claims = claims(self.facts, activities, self.prior());
        let own = Rival::new(self.id(), self.facts, claims);
        let mut rows: Vec<&Rival> = rivals.iter().chain([&own]).collect();
        rows.sort_by(|a, b| (a.start, &a.id).cmp(&(b.start, &b.id)));
        let own_row = rows.iter().position(|row| row.id == own.id)?;
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

fn is_being_sent(record: &Record) -> bool {
    matches!(record.state, State::Sending { .. }) && record.lease.is_some()
}

/// Ids of most services count upwards; as text, shorter is smaller.
fn creation_order(id: &str) -> (usize, String) {
    (id.len(), id.to_owned())
}

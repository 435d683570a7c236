//! Several workouts that could claim the same activity: which of them is which.

use super::lookup::{Found, Lookup, Near};
use super::matcher::{self, Match, Prior};
use crate::destination::Activity;
use crate::model::{Facts, Reason, State};

pub(super) struct Rival {
    start: chrono::NaiveDateTime,
    pub(super) id: String,
    /// On each of the activities.
    claims: Vec<Claim>,
}

impl Rival {
    /// A workout that was sent when the activities `before` were there, or that was not sent.
    fn new(id: &str, facts: &Facts, before: Option<&[String]>, activities: &[&Activity]) -> Self {
        let prior = Prior::of(before.is_some());
        let claim = |activity: &&Activity| match matcher::compare(facts, activity, prior) {
            _ if before.is_some_and(|before| before.contains(&activity.id)) => Claim::None,
            Match::Same(evidence) if evidence.is_shifted => Claim::Shifted,
            Match::Same(_) => Claim::Plain,
            _ => Claim::None,
        };
        Self {
            start: facts.start,
            id: id.to_owned(),
            claims: activities.iter().map(claim).collect(),
        }
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
            let before = Some(intent.pre_image.as_slice());
            let rival = Rival::new(&record.item.id, &intent.facts, before, activities);
            if !rival.has_claim() {
                continue;
            }
            let is_being_sent =
                matches!(record.state, State::Sending { .. }) && record.lease.is_some();
            // A workout that was not sent has time: the other's fate comes out by itself.
            let will_come_out =
                self.before.is_none() && matches!(record.state, State::Unsure { .. });
            if is_being_sent || will_come_out {
                let id = rival.id;
                return Err(Found::Contended(Reason::LookalikeOpen { id }));
            }
            rivals.push(rival);
        }
        // Once something of ours appeared, workouts that were never sent have no claim on it.
        if self.before.is_none() {
            for (id, facts) in self.peers {
                let peer = Rival::new(id, facts, None, activities);
                if peer.has_claim() && rivals.iter().all(|rival| rival.id != *id) {
                    rivals.push(peer);
                }
            }
        }
        Ok(rivals)
    }

    /// Which of `activities` is ours, when all rivals get theirs as well: as many of them as possible one of their own day.
    pub(super) fn pair(&self, rivals: &[Rival], activities: &[&Activity]) -> Option<usize> {
        let mut columns: Vec<usize> = (0..activities.len()).collect();
        // In the order of creation: ids of most services count upwards; as text, shorter is smaller.
        columns.sort_by_key(|index| (activities[*index].id.len(), &activities[*index].id));
        let own = Rival::new(self.id(), self.facts, self.before, activities);
        let mut rows: Vec<&Rival> = rivals.iter().chain([&own]).collect();
        rows.sort_by_key(|rival| (rival.start, &rival.id));
        let own_row = rows.iter().position(|row| row.id == own.id)?;
        let matrix = |least: &[Claim]| -> Vec<Vec<bool>> {
            let rows = rows.iter().zip(least);
            let row = |(rival, least): (&&Rival, &Claim)| {
                let claims = columns.iter().map(|index| rival.claims[*index]);
                claims.map(|claim| claim >= *least).collect()
            };
            rows.map(row).collect()
        };
        let mut least = vec![Claim::Shifted; rows.len()];
        let mut pairs = matcher::pair_up(&matrix(&least))?;
        for row in 0..rows.len() {
            least[row] = Claim::Plain;
            match matcher::pair_up(&matrix(&least)) {
                Some(better) => pairs = better,
                None => least[row] = Claim::Shifted,
            }
        }
        columns.get(*pairs.get(own_row)?).copied()
    }
}

//! Looks a workout up in the ledger and in the destination's listing.

use super::Visit;
use crate::decide::{Call, Compared, Look, Seen};
use crate::engine::RunError;
use crate::matching::{self, Found, Lookup, is_other_id, is_recreated, matcher, shows_later};
use crate::model::{Facts, Reason, Record, State, StepId};
use crate::{Side, Window};

impl Visit<'_, '_> {
    /// Workouts that look alike are sent one after the other: only then is it certain which of them an activity without an answer is.
    ///
    /// Asked before something is sent, and once more when [`State::Sending`] is on record: of two
    /// workers that send lookalikes at the same moment, at least one sees the other, if both know
    /// both. Where one was listed only after the other's run began, both may be sent at once; both
    /// records together then decide which activity belongs to which workout.
    pub(super) async fn compare(
        &mut self,
        record: &Record,
        seen: &mut Seen,
    ) -> Result<(), RunError> {
        // The download may have taken long, and the machine's clock may have been set meanwhile.
        self.engine.adjust_clock().await?;
        let facts = match &seen.fetched {
            Some(fetched) => &fetched.exercises[record.parts.len()].facts,
            None => &Facts::of_item(&record.item),
        };
        seen.compared = Some(match self.open_lookalike(&record.item.id, facts).await? {
            Some(id) => Compared::Open(id),
            None => self.same_as(record).await?,
        });
        Ok(())
    }

    /// Whether the workout is taken care of under another identifier.
    async fn same_as(&mut self, record: &Record) -> Result<Compared, RunError> {
        if record.distinct || !record.parts.is_empty() {
            return Ok(Compared::Free);
        }
        let item = &record.item;
        let same = |old: &Record, is_excluded| {
            let id = old.item.id.clone();
            Ok(Compared::SameAs { id, is_excluded })
        };
        let mut known = self.store.near.values();
        if let Some(old) = known.find(|old| is_other_id(old, item)) {
            return same(old, matches!(old.state, State::Tombstoned { .. }));
        }
        let known = self.store.near.values();
        for old in known.filter(|old| is_recreated(old, item)) {
            let (id, day) = (&old.item.id, old.item.day());
            if !self.listing.has(&*self.engine.source, id, day).await? {
                return same(old, false);
            }
        }
        Ok(Compared::Free)
    }

    pub(super) async fn open_lookalike(
        &mut self,
        id: &str,
        facts: &Facts,
    ) -> Result<Option<String>, RunError> {
        let can = self.engine.destination.capabilities();
        if !can.find {
            return Ok(None);
        }
        let alike = |theirs: &Facts| matcher::alike(facts, theirs, can.time_of_day);
        let known = self.store.near.values().filter_map(|record| {
            let intent = record.state.intent()?;
            alike(&intent.facts).then(|| record.item.id.clone())
        });
        let listed = self.peers.iter().filter(|(_, theirs)| alike(theirs));
        let listed = listed.map(|(id, _)| id.clone());
        let suspects: Vec<String> = known.chain(listed).filter(|other| other != id).collect();
        for suspect in suspects {
            self.store.reload(&suspect).await?;
            let is_open = |record: &Record| match &record.state {
                State::Sending { intent } | State::Unsure { intent, .. } => alike(&intent.facts),
                _ => false,
            };
            if self.store.get(&suspect).is_some_and(is_open) {
                return Ok(Some(suspect));
            }
        }
        Ok(None)
    }

    /// Looks an exercise up in the destination's listing: the next one, or the one that was sent. With `step`, the one whose delivery did
    /// not tell which activity it became.
    pub(crate) async fn look(
        &mut self,
        record: &Record,
        step: Option<StepId>,
        seen: &mut Seen,
    ) -> Result<(), RunError> {
        let intent = record.state.intent();
        let delivered = step.map(|id| &record.parts[id.part]);
        let (part, before) = match (step, delivered, intent) {
            (Some(id), Some(delivered), _) => (id.part, Some(&*delivered.pre_image)),
            (.., Some(intent)) => (intent.part, Some(&*intent.pre_image)),
            _ => (record.parts.len(), None),
        };
        let facts = match (delivered, intent, &seen.fetched) {
            (Some(delivered), ..) => delivered.facts.clone(),
            (_, Some(intent), _) => intent.facts.clone(),
            (.., Some(fetched)) => fetched.exercises[part].facts.clone(),
            _ => Facts::of_item(&record.item),
        };
        let at = self.engine.clock.now();
        let window = Window::around(facts.day(), 1);
        let listing = match self.engine.destination.find(window).await {
            Ok(listing) => listing,
            Err(error) => {
                match (step, &record.state) {
                    (Some(id), _) => seen.failed(Call::Step(id), Side::Destination, error),
                    // Not to learn which activity it became is no failure: the delivery itself is proved, or stays open as it was.
                    (_, State::Sending { .. }) => seen.look = Some(Look::of_nothing(at)),
                    _ => seen.failed(Call::Find, Side::Destination, error),
                }
                return Ok(());
            }
        };
        let keys = self.engine.keys(record, part);
        let lookup = Lookup {
            record,
            facts: &facts,
            part,
            before,
            keys: &keys,
            peers: &self.peers,
        };
        // What looks like ours may have become another worker's in the meantime.
        if before.is_some() || lookup.answer(&self.store.near, &listing) != Found::Nothing {
            self.store.refresh().await?;
        }
        let near = &self.store.near;
        let time_of_day = self.engine.destination.capabilities().time_of_day;
        let unnamed =
            delivered.and_then(|part| matching::unnamed_lookalike(near, record, part, time_of_day));
        let found = match (unnamed, lookup.answer(near, &listing)) {
            (Some(id), _) => Found::Contended(Reason::LookalikeUnnamed { id }),
            // Once no other workout can be linked to the same activity.
            (None, Found::One { activity, evidence })
                if !self.store.reserve(&activity, &record.item.id).await? =>
            {
                Found::Taken { activity, evidence }
            }
            (None, found) => found,
        };
        if step.is_none() {
            matching::find_duplicates(&mut self.listing.suspects, near, &listing);
        }
        seen.look = Some(Look {
            at,
            found,
            proves_absence: intent.is_some_and(|intent| shows_later(near, intent, &listing)),
            listed: listing.into_iter().map(|activity| activity.id).collect(),
        });
        Ok(())
    }
}

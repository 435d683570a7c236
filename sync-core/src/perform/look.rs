//! Looks a workout up in the ledger and in the destination's listing.

use super::{Failure, Visit, trouble};
use crate::decide::{Call, Compared, Look, Seen};
use crate::engine::RunError;
use crate::matching::{self, Found, Lookup, is_other_id, is_recreated, matcher, shows_later};
use crate::model::{Facts, Record, State, StepKind};
use crate::{Activity, ServiceError, Side, Window};

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
    ) -> Result<(), Failure> {
        // The download may have taken long, and the machine's clock may have been set meanwhile.
        self.engine.adjust_clock().await?;
        let facts = match &seen.fetched {
            Some(fetched) => &fetched.exercises[record.parts.len()].facts,
            None => &Facts::of_item(&record.item),
        };
        if self.engine.destination.capabilities().find
            && let Some(id) = self.open_lookalike(&record.item.id, facts).await?
        {
            seen.compared = Some(Compared::Open(id));
            return Ok(());
        }
        seen.compared = Some(self.same_as(record).await?.unwrap_or(Compared::Free));
        Ok(())
    }

    /// Whether the workout is taken care of under another identifier.
    async fn same_as(&mut self, record: &Record) -> Result<Option<Compared>, RunError> {
        if record.distinct || !record.parts.is_empty() {
            return Ok(None);
        }
        let item = &record.item;
        let same = |old: &Record, is_excluded| {
            let id = old.item.id.clone();
            Ok(Some(Compared::SameAs { id, is_excluded }))
        };
        let mut known = self.store.near().values();
        if let Some(old) = known.find(|old| is_other_id(old, item)) {
            return same(old, matches!(old.state, State::Tombstoned { .. }));
        }
        let known = self.store.near().values();
        let twins: Vec<&Record> = known.filter(|old| is_recreated(old, item)).collect();
        for old in twins {
            let (id, day) = (&old.item.id, old.item.day());
            if !self.listing.has(&*self.engine.source, id, day).await? {
                return same(old, false);
            }
        }
        Ok(None)
    }

    pub(super) async fn open_lookalike(
        &mut self,
        id: &str,
        facts: &Facts,
    ) -> Result<Option<String>, RunError> {
        let time_of_day = self.engine.destination.capabilities().time_of_day;
        let alike = |theirs: &Facts| matcher::alike(facts, theirs, time_of_day);
        let known = self.store.near().values().filter_map(|record| {
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

    /// Looks the next exercise, or the one that was sent, up in the destination's listing.
    pub(crate) async fn look(&mut self, record: &Record, seen: &mut Seen) -> Result<(), Failure> {
        let intent = record.state.intent().cloned();
        let part = intent
            .as_ref()
            .map_or(record.parts.len(), |intent| intent.part);
        let facts = match (&intent, &seen.fetched) {
            (Some(intent), _) => intent.facts.clone(),
            (None, Some(fetched)) => fetched.exercises[part].facts.clone(),
            (None, None) => Facts::of_item(&record.item),
        };
        let at = self.engine.clock.now();
        let listing = match self.find(&facts).await {
            Ok(listing) => listing,
            // Not to learn which activity it became is no failure: the delivery itself is proved, or stays open as it was.
            Err(_) if matches!(record.state, State::Sending { .. }) => {
                seen.look = Some(Look::of(Found::Nothing, at));
                return Ok(());
            }
            Err(error) => return Err(trouble(Call::Find, Side::Destination, error)),
        };
        let keys = self.engine.keys(record, part);
        let lookup = Lookup {
            record,
            facts: &facts,
            sent: intent.as_ref(),
            keys: &keys,
            peers: self.peers,
        };
        // What looks like ours may have become another worker's in the meantime.
        if intent.is_some() || lookup.answer(self.store.near(), &listing) != Found::Nothing {
            self.store.refresh().await?;
        }
        let found = lookup.answer(self.store.near(), &listing);
        let near = self.store.near();
        let proves_absence = intent
            .as_ref()
            .is_some_and(|intent| shows_later(near, intent, &listing));
        self.listing.suspects.look(near, &listing);
        seen.look = Some(Look {
            at,
            found: self.reserved(found, &record.item.id).await?,
            listed: listing.into_iter().map(|activity| activity.id).collect(),
            proves_absence,
        });
        Ok(())
    }

    /// The finding, once no other workout can be linked to the same activity.
    async fn reserved(&self, found: Found, id: &str) -> Result<Found, RunError> {
        Ok(match found {
            Found::One { activity, evidence } if !self.store.reserve(&activity, id).await? => {
                Found::Taken { activity, evidence }
            }
            found => found,
        })
    }

    async fn find(&self, facts: &Facts) -> Result<Vec<Activity>, ServiceError> {
        let window = Window::around(facts.day(), 1);
        self.engine.destination.find(window).await
    }

    /// Finds out which activity an exercise became, where its delivery did not tell.
    pub(super) async fn identify(
        &mut self,
        record: &Record,
        index: usize,
        seen: &mut Seen,
    ) -> Result<(), Failure> {
        let part = &record.parts[index];
        let at = self.engine.clock.now();
        let listing = match self.find(&part.facts).await {
            Ok(listing) => listing,
            Err(error) => {
                let kind = record.due_step(self.engine.clock.now());
                let kind = kind.map_or(StepKind::Finish, |(_, kind)| kind);
                let call = Call::Step { part: index, kind };
                return Err(trouble(call, Side::Destination, error));
            }
        };
        self.store.refresh().await?;
        let near = self.store.near();
        let found = match matching::unnamed_lookalike(near, record, part) {
            Some(id) => Found::Contended(crate::Reason::LookalikeUnnamed { id }),
            None => {
                let now = self.engine.clock.now();
                let intent = part.as_intent(index, record.parts.len(), now);
                let keys = self.engine.keys(record, index);
                let lookup = Lookup {
                    record,
                    facts: &part.facts,
                    sent: Some(&intent),
                    keys: &keys,
                    peers: self.peers,
                };
                let found = lookup.answer(near, &listing);
                self.reserved(found, &record.item.id).await?
            }
        };
        seen.look = Some(Look::of(found, at));
        Ok(())
    }
}
